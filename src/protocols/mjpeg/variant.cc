#include "protocols/mjpeg/variant.h"

#include <algorithm>
#include <optional>

#include "base/number.h"

namespace eyas::mjpeg {
namespace {

using hub::PictureVariant;

constexpr base::Duration kSecond = std::chrono::seconds(1);

// The argument, `otherwise` when it is not there.
base::Result<uint32_t> number(const http::Request& request, const char* name, uint32_t otherwise) {
  auto text = request.query_value(name);
  if (!text) return otherwise;
  uint32_t value = 0;
  if (!base::read_number(*text, value) || value == 0)
    return base::Error{base::Code::kMalformed, "want a whole number above 0", name};
  return value;
}

uint32_t snapped_width(uint32_t wanted, uint32_t most) {
  wanted = std::min(wanted, most);
  auto step = std::ranges::find_if(kWidths, [wanted](uint32_t width) { return width >= wanted; });
  return step == kWidths.end() ? most : std::min(*step, most);
}

uint8_t snapped_quality(uint32_t wanted) {
  auto far = [wanted](uint8_t quality) { return quality > wanted ? quality - wanted : wanted - quality; };
  return *std::ranges::min_element(kQualities, {}, far);
}

uint32_t snapped_rate(uint32_t wanted, uint32_t most) {
  uint32_t rate = kRates.front();
  for (uint32_t step : kRates) {
    if (step <= std::min(wanted, most)) rate = step;
  }
  return rate;
}

}  // namespace

base::Result<PictureVariant> snapshot_variant(const http::Request& request, const Options& options) {
  auto width = number(request, "width", options.width_max);
  if (!width) return width.error();
  auto quality = number(request, "quality", kUsualQuality);
  if (!quality) return quality.error();
  PictureVariant variant;
  variant.width = snapped_width(*width, options.width_max);
  variant.quality = snapped_quality(*quality);
  variant.interval = kSecond;
  return variant;
}

base::Result<PictureVariant> mjpeg_variant(const http::Request& request, const Options& options) {
  auto variant = snapshot_variant(request, options);
  if (!variant) return variant.error();
  auto rate = number(request, "fps", kUsualRate);
  if (!rate) return rate.error();
  variant->interval = kSecond / snapped_rate(*rate, options.fps_max);
  return variant;
}

}  // namespace eyas::mjpeg
