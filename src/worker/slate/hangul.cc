#include "worker/slate/hangul.h"

#include <array>
#include <cstdint>
#include <vector>

namespace eyas::worker::slate {
namespace {

using demo::Painter;
using demo::Yuv;

// Of a syllable's height.
constexpr float kAdvance = 1.08f, kSpace = 0.5f, kPen = 0.1f;
// Strokes lie on a grid of 0 to 6 both ways: two digits a point, a space lifts the pen.
constexpr float kGrid = 6;

// [Unicode 3.12]: syllable = base + (initial * 21 + vowel) * 28 + final.
constexpr uint32_t kFirst = 0xAC00, kLast = 0xD7A3, kVowels = 21, kFinals = 28;

constexpr std::array<std::string_view, 19> kInitial = {"g",  "gg", "n", "d",  "dd", "r", "m", "b", "bb", "s",
                                                       "ss", "o",  "j", "jj", "c",  "k", "t", "p", "h"};
constexpr std::array<std::string_view, kFinals> kFinal = {
    "",   "g",  "gg", "gs", "n",  "nj", "nh", "d", "r", "rg", "rm", "rb", "rs", "rt",
    "rp", "rh", "m",  "b",  "bs", "s",  "ss", "o", "j", "c",  "k",  "t",  "p",  "h"};

// A vowel's strokes below the initial and to the right of it; either may be none.
struct Vowel {
  std::string_view below, beside;
};
constexpr std::string_view kO = "0565 3035", kU = "0161 3136", kEu = "0363", kI = "3036";
constexpr std::string_view kA = "2026 2363", kAe = "1016 5056 1353", kEo = "5056 0353", kE = "3036 6066 0333";
constexpr std::array<Vowel, kVowels> kVowel = {{{"", kA},
                                                {"", kAe},
                                                {"", "2026 2262 2464"},
                                                {"", "1016 5056 1252 1454"},
                                                {"", kEo},
                                                {"", kE},
                                                {"", "5056 0252 0454"},
                                                {"", "3036 6066 0232 0434"},
                                                {kO, ""},
                                                {kO, kA},
                                                {kO, kAe},
                                                {kO, kI},
                                                {"0565 2025 4045", ""},
                                                {kU, ""},
                                                {kU, kEo},
                                                {kU, kE},
                                                {kU, kI},
                                                {"0161 2126 4146", ""},
                                                {kEu, ""},
                                                {kEu, kI},
                                                {"", kI}}};

std::string_view consonant(char letter) {
  switch (letter) {
    case 'g':
      return "006066";
    case 'n':
      return "000666";
    case 'd':
      return "60000666";
    case 'r':
      return "006063030666";
    case 'm':
      return "0060660600";
    case 'b':
      return "0006 6066 0363 0666";
    case 's':
      return "3006 3066";
    case 'o':
      return "204062644626040220";
    case 'j':
      return "0060 3006 3066";
    case 'c':
      return "2040 0262 3206 3266";
    case 'k':
      return "006066 0363";
    case 't':
      return "60000666 0363";
    case 'p':
      return "0060 0666 2026 4046";
    case 'h':
      return "2040 0262 234354554626151423";
    default:
      return "";
  }
}

// A part of a syllable's square, in its height.
struct Box {
  float left, top, right, bottom;
};
// Where the letters go, by whether the vowel has strokes below and beside, and whether there is a final.
struct Layout {
  Box initial, below, beside, final;
};
constexpr Layout kBeside[] = {
    {{0.05f, 0.14f, 0.5f, 0.82f}, {}, {0.6f, 0, 0.98f, 1}, {}},
    {{0.05f, 0.03f, 0.5f, 0.46f}, {}, {0.6f, 0, 0.98f, 0.55f}, {0.22f, 0.67f, 0.9f, 1}},
};
constexpr Layout kBelow[] = {
    {{0.2f, 0, 0.8f, 0.46f}, {0, 0.52f, 1, 0.98f}, {}, {}},
    {{0.2f, 0, 0.8f, 0.3f}, {0, 0.36f, 1, 0.58f}, {}, {0.2f, 0.68f, 0.8f, 1}},
};
constexpr Layout kBoth[] = {
    {{0.05f, 0.02f, 0.55f, 0.46f}, {0, 0.52f, 0.64f, 0.9f}, {0.7f, 0, 1, 1}, {}},
    {{0.05f, 0, 0.55f, 0.3f}, {0, 0.36f, 0.64f, 0.58f}, {0.7f, 0, 1, 0.6f}, {0.22f, 0.68f, 0.9f, 1}},
};

// One syllable being drawn.
struct Square {
  Painter& painter;
  float x, y, height;
  Yuv colour;

  void strokes(const Box& box, std::string_view path) const {
    auto at = [&](size_t i) {
      float across = static_cast<float>(path[i] - '0') / kGrid,
            down = static_cast<float>(path[i + 1] - '0') / kGrid;
      return demo::Point{x + height * (box.left + (box.right - box.left) * across),
                         y + height * (box.top + (box.bottom - box.top) * down)};
    };
    for (size_t i = 0; i + 3 < path.size();) {
      if (path[i + 2] == ' ') {
        i += 3;
        continue;
      }
      painter.line(at(i), at(i + 2), height * kPen, colour);
      i += 2;
    }
  }
  // One consonant, or two side by side.
  void consonants(const Box& box, std::string_view letters) const {
    float each = (box.right - box.left) / static_cast<float>(letters.size() == 0 ? 1 : letters.size());
    float gap = letters.size() > 1 ? each * 0.16f : 0;
    for (size_t i = 0; i < letters.size(); ++i) {
      float left = box.left + each * static_cast<float>(i) + (i > 0 ? gap : 0);
      strokes({left, box.top, left + each - gap, box.bottom}, consonant(letters[i]));
    }
  }
  void syllable(uint32_t code) const {
    uint32_t index = code - kFirst;
    const Vowel& vowel = kVowel[index / kFinals % kVowels];
    std::string_view last = kFinal[index % kFinals];
    const Layout* layouts = vowel.below.empty() ? kBeside : vowel.beside.empty() ? kBelow : kBoth;
    const Layout& layout = layouts[last.empty() ? 0 : 1];
    consonants(layout.initial, kInitial[index / kFinals / kVowels]);
    strokes(layout.below, vowel.below);
    strokes(layout.beside, vowel.beside);
    consonants(layout.final, last);
  }
};

// Syllables, and 0 for what is none.
std::vector<uint32_t> syllables(std::string_view text) {
  std::vector<uint32_t> found;
  for (size_t i = 0; i < text.size();) {
    auto byte = [&](size_t k) { return static_cast<uint8_t>(i + k < text.size() ? text[i + k] : 0); };
    bool three = (byte(0) & 0xF0) == 0xE0;
    uint32_t code = three ? (byte(0) & 15u) << 12 | (byte(1) & 63u) << 6 | (byte(2) & 63u) : 0;
    found.push_back(code >= kFirst && code <= kLast ? code : 0);
    i += three ? 3 : 1;
  }
  return found;
}

}  // namespace

void write_hangul(Painter& painter, float x, float y, float height, std::string_view text, Yuv colour) {
  for (uint32_t code : syllables(text)) {
    if (code != 0) Square{painter, x, y, height, colour}.syllable(code);
    x += height * (code != 0 ? kAdvance : kSpace);
  }
}

float hangul_width(std::string_view text, float height) {
  float width = 0;
  for (uint32_t code : syllables(text)) width += height * (code != 0 ? kAdvance : kSpace);
  return width;
}

}  // namespace eyas::worker::slate
