#include "worker/slate/card.h"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "worker/demo/shapes.h"
#include "worker/slate/hangul.h"

namespace eyas::worker::slate {
namespace {

using demo::Painter;
using demo::Rgb;
using demo::Yuv;

constexpr Yuv kGround = Rgb{17, 22, 29}.yuv();
constexpr Yuv kInk = Rgb{238, 242, 245}.yuv();
constexpr Yuv kSoft = Rgb{150, 162, 174}.yuv();
constexpr Yuv kAmber = Rgb{255, 178, 56}.yuv();
constexpr float kNarrow = 1200;  // pixels of a picture 1080 high that the longest line needs

// The lettering has capitals only.
std::string capitals(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string clock_text(base::Duration elapsed) {
  int64_t seconds = base::to_ms(elapsed) / 1000;
  char text[48];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(seconds / 3600),
                static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  return text;
}

float unit_for(int width, int height) {
  return std::min(static_cast<float>(height) / 1080, static_cast<float>(width) / kNarrow);
}

// A long name is written smaller, so that it fits.
float title_height(size_t letters, float width, float unit) {
  return std::min(76 * unit, width * 0.9f / (0.86f * static_cast<float>(std::max<size_t>(letters, 1))));
}

}  // namespace

Card::Card(int width, int height, std::string name, std::string since)
    : width_(static_cast<float>(width)),
      height_(static_cast<float>(height)),
      unit_(unit_for(width, height)),
      name_(capitals(std::move(name))),
      since_(std::move(since)),
      title_(title_height(name_.size(), width_, unit_)),
      line_(38 * unit_),
      small_(26 * unit_) {}

void Card::draw(const demo::Picture& picture, base::Duration elapsed) const {
  Painter painter(picture);
  painter.rectangle(0, 0, width_, height_, kGround);
  float y = height_ / 2;
  painter.rectangle(width_ / 2 - 60 * unit_, y - 210 * unit_, 120 * unit_, 8 * unit_, kAmber);
  middle(painter, title_, y - 160 * unit_, name_, kInk);
  korean(painter);
  middle(painter, line_, y + 92 * unit_,
         since_.empty() ? "WAITING FOR A SIGNAL" : "SIGNAL LOST SINCE " + since_, kSoft);
  middle(painter, small_, y + 190 * unit_, clock_text(elapsed), kSoft);
}

void Card::middle(Painter& painter, const demo::Lettering& letters, float y, const std::string& text,
                  Yuv colour) const {
  letters.write(painter, (width_ - letters.width(text)) / 2, y, text, colour);
}

void Card::korean(Painter& painter) const {
  const char* after = since_.empty() ? "신호를 기다립니다" : "부터 신호가 없습니다";
  float height = 56 * unit_, y = height_ / 2 - 22 * unit_;
  demo::Lettering digits(height * 0.86f);
  float x = (width_ - hangul_width(after, height) - digits.width(since_)) / 2;
  digits.write(painter, x, y + height * 0.07f, since_, kAmber);
  write_hangul(painter, x + digits.width(since_), y, height, after, kAmber);
}

}  // namespace eyas::worker::slate
