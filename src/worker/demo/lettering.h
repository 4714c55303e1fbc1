// Letters drawn with strokes, made into smooth masks once per size.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "worker/demo/shapes.h"

namespace eyas::worker::demo {

// Capital letters, digits and the signs that a HUD needs. Immutable once made.
class Lettering {
 public:
  // `height`: of a capital, in pixels.
  explicit Lettering(float height);

  float width(std::string_view text) const { return advance_ * static_cast<float>(text.size()); }
  float height() const { return height_; }
  // `x`, `y`: the top left corner. White with a dark rim, so that it reads on anything.
  void write(Painter& painter, float x, float y, std::string_view text, Yuv colour) const;

 private:
  struct Glyph {
    std::vector<uint8_t> ink, rim;
  };
  Glyph make(char letter) const;

  float height_, advance_;
  int box_width_, box_height_, margin_;
  std::array<Glyph, 128> glyphs_;
};

}  // namespace eyas::worker::demo
