// Property: what we write reads back to what we would write again; every reader of attributes takes anything.
#include "rtp/sdp/sdp.h"

#include "base/bytes.h"
#include "rtp/sdp/attributes.h"

namespace {

using namespace eyas;

constexpr sdp::Limits kLimits{
    .text_bytes_max = 16 * 1024, .line_bytes_max = 512, .lines_max = 256, .media_max = 8};

void read_attributes(const sdp::Description& description) {
  (void)sdp::group_of(description, "BUNDLE");
  for (const sdp::Media& media : description.media) {
    if (sdp::formats_of(media).size() > 128) __builtin_trap();
    (void)sdp::extensions_of(media);
    (void)sdp::rids_of(media);
    (void)sdp::simulcast_of(media);
    (void)sdp::fingerprints_of(description, media);
    (void)sdp::direction_of(description, media);
    for (std::string_view value : media.attributes.all("candidate")) {
      auto candidate = sdp::parse_candidate(value);
      if (candidate && !(*sdp::parse_candidate(candidate->text()) == *candidate)) __builtin_trap();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto parsed = sdp::parse(base::as_text({data, size}), kLimits);
  if (!parsed) return 0;
  if (parsed->media.size() > kLimits.media_max) __builtin_trap();
  read_attributes(*parsed);
  std::string text = parsed->text();
  auto again = sdp::parse(text);
  if (!again || again->text() != text) __builtin_trap();
  return 0;
}
