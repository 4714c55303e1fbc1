// Card: what a stream shows while nobody is on air: its name, and since when, in Korean and in English.
#pragma once

#include <string>

#include "base/time.h"
#include "worker/demo/lettering.h"
#include "worker/demo/picture.h"

namespace eyas::worker::slate {

// Lives in the thread that draws.
class Card {
 public:
  // `since`: "12:34:56" when the signal was lost; empty when there was none yet.
  Card(int width, int height, std::string name, std::string since);
  // The whole card, with how long it has been there.
  void draw(const demo::Picture& picture, base::Duration elapsed) const;

 private:
  void middle(demo::Painter& painter, const demo::Lettering& letters, float y, const std::string& text,
              demo::Yuv colour) const;
  void korean(demo::Painter& painter) const;

  float width_, height_, unit_;  // unit: a pixel of a picture 1080 high, less where that would be too wide
  std::string name_, since_;
  demo::Lettering title_, line_, small_;
};

}  // namespace eyas::worker::slate
