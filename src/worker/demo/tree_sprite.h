// A tree seen from a drone: a crown of lit leaves over a hint of trunk.
#pragma once

#include <cmath>

#include "worker/demo/noise.h"
#include "worker/demo/shapes.h"

namespace eyas::worker::demo {

// `kind` chooses shape and green.
Sprite tree_sprite(uint32_t kind);

}  // namespace eyas::worker::demo
