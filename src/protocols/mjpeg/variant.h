// What a viewer's query asks for, made into one of few variants: strangers cannot make many encoders.
#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "http/request.h"
#include "hub/pictures.h"
#include "protocols/mjpeg/options.h"

namespace eyas::mjpeg {

// What is made. A wish is moved to the nearest of these: a width to the next larger one, a rate to the next
// lower one.
inline constexpr std::array<uint32_t, 7> kWidths = {160, 320, 640, 960, 1280, 1920, 3840};
inline constexpr std::array<uint8_t, 4> kQualities = {40, 60, 75, 90};
inline constexpr std::array<uint32_t, 6> kRates = {1, 2, 5, 10, 15, 30};  // pictures per second
inline constexpr uint8_t kUsualQuality = 75;
inline constexpr uint32_t kUsualRate = 5;

// `?width=&quality=`: for a snapshot. Errors: kMalformed, naming the argument and what is allowed.
base::Result<hub::PictureVariant> snapshot_variant(const http::Request& request, const Options& options);
// `?fps=&width=&quality=`: for MJPEG.
base::Result<hub::PictureVariant> mjpeg_variant(const http::Request& request, const Options& options);

}  // namespace eyas::mjpeg
