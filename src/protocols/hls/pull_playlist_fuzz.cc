// Playlists of strangers: no crash, and what is bounded stays bounded.
#include "base/bytes.h"
#include "base/check.h"
#include "protocols/hls/pull_playlist.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eyas;
  auto playlist = hls::PulledPlaylist::parse(base::as_text({data, size}));
  if (!playlist.ok()) return 0;
  CHECK(playlist->segments.size() <= hls::PulledPlaylist::kSegmentsMax);
  CHECK(playlist->variants.size() + playlist->audio.size() <= hls::PulledPlaylist::kVariantsMax);
  CHECK(playlist->multivariant || playlist->target > base::Duration::zero());
  uint64_t next = playlist->segments.empty() ? 0 : playlist->segments[0].sequence;
  for (const hls::PulledSegment& segment : playlist->segments) {
    CHECK(segment.sequence == next++);
    CHECK(!segment.uri.empty() && segment.duration >= base::Duration::zero());
  }
  if (const hls::PulledVariant* variant = hls::choose_variant(*playlist, 1'000'000))
    static_cast<void>(hls::choose_audio(*playlist, *variant));
  return 0;
}
