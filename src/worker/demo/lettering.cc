#include "worker/demo/lettering.h"

#include <cmath>

namespace eyas::worker::demo {
namespace {

// Strokes on a grid 4 wide and 6 high: two digits a point, a space lifts the pen.
struct Strokes {
  char letter;
  std::string_view path;
};
constexpr Strokes kStrokes[] = {
    {'0', "103041453616050110 1135"},
    {'1', "112026 1636"},
    {'2', "01103041420646"},
    {'3', "011030414233 1333 334445361605"},
    {'4', "360004 0444 3036"},
    {'5', "400003334445361605"},
    {'6', "413010010516364544331304"},
    {'7', "004016"},
    {'8', "103041423313020110 133344453616050413"},
    {'9', "051636454130100102133342"},
    {'A', "0602204246 0444"},
    {'B', "060030414233 0333 3344453606"},
    {'C', "4130100105163645"},
    {'D', "06003041453606"},
    {'E', "40000646 0333"},
    {'F', "400006 0333"},
    {'G', "413010010516364543 2343"},
    {'H', "0006 4046 0343"},
    {'I', "1030 2026 1636"},
    {'J', "4045361605"},
    {'K', "0006 4003 1346"},
    {'L', "000646"},
    {'M', "0600234046"},
    {'N', "06004640"},
    {'O', "103041453616050110"},
    {'P', "06003041423303"},
    {'Q', "103041453616050110 2446"},
    {'R', "06003041423303 2346"},
    {'S', "413010010213334445361605"},
    {'T', "0040 2026"},
    {'U', "000516364540"},
    {'V', "002640"},
    {'W', "0016233640"},
    {'X', "0046 4006"},
    {'Y', "002340 2326"},
    {'Z', "00400646"},
    {'-', "1333"},
    {'+', "0343 2125"},
    {'.', "2526"},
    {':', "2122 2425"},
    {'/', "4006"},
    {'_', "0646"},
    {'%', "4006 0010110100 3545463635"},
    {'*', "1030321210"},  // the sign of degrees
};

struct Segment {
  float x0, y0, x1, y1;
};

std::vector<Segment> segments(char letter) {
  std::vector<Segment> found;
  for (const Strokes& strokes : kStrokes) {
    if (strokes.letter != letter) continue;
    bool down = false;
    float px = 0, py = 0;
    for (size_t i = 0; i + 1 < strokes.path.size();) {
      if (strokes.path[i] == ' ') {
        down = false, ++i;
        continue;
      }
      float x = static_cast<float>(strokes.path[i] - '0'), y = static_cast<float>(strokes.path[i + 1] - '0');
      if (down) found.push_back({px, py, x, y});
      px = x, py = y, down = true, i += 2;
    }
  }
  return found;
}

float distance(const Segment& s, float x, float y) {
  float dx = s.x1 - s.x0, dy = s.y1 - s.y0, length = dx * dx + dy * dy;
  float t = length > 0 ? std::clamp(((x - s.x0) * dx + (y - s.y0) * dy) / length, 0.0f, 1.0f) : 0;
  return std::hypot(x - s.x0 - t * dx, y - s.y0 - t * dy);
}

}  // namespace

Lettering::Lettering(float height) : height_(height), advance_(height * 0.86f) {
  margin_ = static_cast<int>(height * 0.2f) + 2;
  box_width_ = static_cast<int>(height * 4 / 6) + 2 * margin_ + 1;
  box_height_ = static_cast<int>(height) + 2 * margin_ + 1;
  for (const Strokes& strokes : kStrokes) glyphs_[static_cast<size_t>(strokes.letter)] = make(strokes.letter);
}

Lettering::Glyph Lettering::make(char letter) const {
  auto strokes = segments(letter);
  float unit = height_ / 6, pen = height_ * 0.065f, rim = pen + height_ * 0.075f;
  Glyph glyph;
  for (int row = 0; row < box_height_; ++row) {
    for (int column = 0; column < box_width_; ++column) {
      float x = static_cast<float>(column - margin_) + 0.5f, y = static_cast<float>(row - margin_) + 0.5f,
            nearest = 1e9f;
      for (const Segment& s : strokes) nearest = std::min(nearest, distance(s, x / unit, y / unit) * unit);
      glyph.ink.push_back(to_byte(255 * std::clamp(0.5f + pen - nearest, 0.0f, 1.0f)));
      glyph.rim.push_back(to_byte(255 * std::clamp((0.5f + rim - nearest) * 0.7f, 0.0f, 1.0f)));
    }
  }
  return glyph;
}

void Lettering::write(Painter& painter, float x, float y, std::string_view text, Yuv colour) const {
  int top = static_cast<int>(y) - margin_;
  for (bool ink : {false, true}) {
    float at = x;
    for (char letter : text) {
      const Glyph& glyph = glyphs_[static_cast<size_t>(letter) & 127];
      int left = static_cast<int>(at) - margin_;
      if (!glyph.ink.empty()) {
        painter.mask(ink ? glyph.ink.data() : glyph.rim.data(), box_width_, box_height_, left, top,
                     ink ? colour : Yuv{}, ink ? 1 : 0.5f);
      }
      at += advance_;
    }
  }
}

}  // namespace eyas::worker::demo
