// Frame rates as bitstreams state them.
#pragma once

#include <cstdint>

#include "media/codec.h"

namespace eyas::codec {

// `num / den` pictures a second in lowest terms; unknown (den 0) when it is no rate, or above kFrameRateMax,
// as where an encoder wrote the tick rate of a variable frame rate.
media::Ratio frame_rate_of(uint64_t num, uint64_t den);

}  // namespace eyas::codec
