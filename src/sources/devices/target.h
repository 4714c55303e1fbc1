// What a device's address means: v4l2:///dev/video0?size=1280x720&rate=30&format=mjpeg, lavfi:///testsrc2.
// Pure.
#pragma once

#include "base/url.h"
#include "protocols/transfer.h"
#include "sources/devices/options.h"
#include "worker/protocol.h"

namespace eyas::devices {

inline constexpr uint32_t kSideMax = 8192;
inline constexpr uint32_t kFrameRateMax = 240;
inline constexpr uint32_t kBitrateMin = 100'000, kBitrateMax = 100'000'000;

bool is_device(const base::Url& url);

// The worker's job for it. What `size`, `rate`, `format` and `bitrate_bps` are stands in the address or among
// the options, which win. Errors: kInvalidConfig naming what is wrong; kRefused for a device that is not
// allowed.
base::Result<worker::DeviceJob> job_of(const base::Url& url, const protocols::TransferOptions& options,
                                       const Options& devices);

}  // namespace eyas::devices
