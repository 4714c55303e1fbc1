// Hangul drawn with strokes: each syllable is put together from its letters, as a hand does.
#pragma once

#include <string_view>

#include "worker/demo/shapes.h"

namespace eyas::worker::slate {

// Writes UTF-8 text of Hangul syllables and spaces; anything else is a space. `x`, `y`: the top left corner;
// `height`: of a syllable, in pixels.
void write_hangul(demo::Painter& painter, float x, float y, float height, std::string_view text,
                  demo::Yuv colour);
// In pixels.
float hangul_width(std::string_view text, float height);

}  // namespace eyas::worker::slate
