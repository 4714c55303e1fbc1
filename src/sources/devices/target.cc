#include "sources/devices/target.h"

#include <algorithm>
#include <array>

#include "base/number.h"

namespace eyas::devices {
namespace {

using base::Code;
using base::Error;
using worker::DeviceJob;

// Sources of libavfilter that draw, and open nothing.
constexpr std::array<std::string_view, 6> kTestPictures = {"testsrc2",    "testsrc",    "smptebars",
                                                           "smptehdbars", "rgbtestsrc", "yuvtestsrc"};
// Test pictures have no size of their own.
constexpr uint32_t kUsualWidth = 1280, kUsualHeight = 720, kUsualRate = 30;

Error invalid(const char* what, std::string detail) {
  return {Code::kInvalidConfig, what, std::move(detail)};
}

// The address's parameters with the options over them.
base::Result<protocols::TransferOptions> settings_of(const base::Url& url,
                                                     const protocols::TransferOptions& options) {
  protocols::TransferOptions all;
  std::string_view rest = url.query;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('&'), rest.size());
    std::string name(rest.substr(0, std::min(rest.find('='), end)));
    auto value = url.parameter(name);
    if (!value || !all.emplace(name, *value).second)
      return invalid("device: the address's parameter is broken or there twice", name);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  for (const auto& [name, value] : options) all[name] = value;
  if (auto status = protocols::check_options(all, {"size", "rate", "format", "bitrate_bps"}); !status)
    return status.error();
  return all;
}

// The whole text, in decimal digits; nullopt for what is none, or out of bounds.
std::optional<uint32_t> number(std::string_view text, uint32_t least, uint32_t most) {
  const auto value = base::number_of<uint32_t>(text);
  return value && *value >= least && *value <= most ? value : std::nullopt;
}

base::Status set_size(const std::string& text, DeviceJob& job) {
  size_t cross = text.find('x');
  auto width = number(std::string_view(text).substr(0, cross), 16, kSideMax);
  auto height = cross == std::string::npos ? std::nullopt
                                           : number(std::string_view(text).substr(cross + 1), 16, kSideMax);
  if (!width || !height) return invalid("size: want 1280x720, each 16 to 8192", text);
  job.width = *width, job.height = *height;
  return {};
}

base::Status set_form(const std::string& text, DeviceJob& job) {
  using Form = DeviceJob::Form;
  if (job.kind == DeviceJob::Kind::kTestPicture) return invalid("format: a test picture has none", text);
  if (text != "h264" && text != "mjpeg" && text != "raw")
    return invalid("format: want h264, mjpeg or raw", text);
  job.form = text == "h264" ? Form::kH264 : text == "mjpeg" ? Form::kMjpeg : Form::kRaw;
  return {};
}

base::Status set(const std::string& name, const std::string& value, DeviceJob& job) {
  if (name == "size") return set_size(value, job);
  if (name == "format") return set_form(value, job);
  auto found = name == "rate" ? number(value, 1, kFrameRateMax) : number(value, kBitrateMin, kBitrateMax);
  if (!found && name == "rate") return invalid("rate: want pictures a second, 1 to 240", value);
  if (!found) return invalid("bitrate_bps: want 100000 to 100000000", value);
  (name == "rate" ? job.frame_rate : job.bitrate_bps) = *found;
  return {};
}

base::Status check_allowed(const std::string& device, const Options& devices) {
  if (std::ranges::find(devices.allowed, device) != devices.allowed.end()) return {};
  return Error{Code::kRefused, "device: sources.devices does not allow it", device};
}

base::Result<DeviceJob> device_of(const base::Url& url, const Options& devices) {
  DeviceJob job;
  auto path = base::percent_decoded(url.path);
  if (!path) return path.error();
  if (!url.host.empty() || url.port != 0 || !url.user.empty() || path->size() < 2)
    return invalid("device: want v4l2:///dev/video0 or lavfi:///testsrc2", url.shown());
  if (url.scheme == kLavfi) {
    job.kind = DeviceJob::Kind::kTestPicture;
    job.name = path->substr(1);
    job.width = kUsualWidth, job.height = kUsualHeight, job.frame_rate = kUsualRate;
    if (std::ranges::find(kTestPictures, job.name) == kTestPictures.end())
      return invalid("device: want testsrc2, testsrc, smptebars, smptehdbars, rgbtestsrc or yuvtestsrc",
                     job.name);
  } else {
    job.name = *path;
  }
  if (auto status = check_allowed(url.scheme == kLavfi ? kLavfi : job.name, devices); !status)
    return status.error();
  return job;
}

}  // namespace

bool is_device(const base::Url& url) {
  return url.scheme == "v4l2" || url.scheme == kLavfi;
}

base::Result<DeviceJob> job_of(const base::Url& url, const protocols::TransferOptions& options,
                               const Options& devices) {
  auto job = device_of(url, devices);
  if (!job) return job;
  auto settings = settings_of(url, options);
  if (!settings) return settings.error();
  for (const auto& [name, value] : *settings) {
    if (auto status = set(name, value, *job); !status) return status.error();
  }
  return job;
}

}  // namespace eyas::devices
