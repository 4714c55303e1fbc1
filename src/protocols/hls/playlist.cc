#include "protocols/hls/playlist.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "base/iso_time.h"

namespace eyas::hls {
namespace {

constexpr int kVersion = 9;             // EXT-X-SKIP needs it
constexpr int kPartsForTargets = 3;     // parts are listed for three target durations from the end
constexpr int kSkipTargets = 6;         // CAN-SKIP-UNTIL's least
constexpr double kHoldBackParts = 3.0;  // PART-HOLD-BACK, in part targets

// Seconds with five digits: a tick of 90 kHz is 11 us, so that parts add up to their segment.
std::string seconds(base::Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.5f", base::to_seconds(duration));
  return text;
}

void write_head(const RenditionView& view, std::string& out) {
  const auto target = std::chrono::duration_cast<std::chrono::seconds>(view.target_duration).count();
  char text[320];
  std::snprintf(text, sizeof text,
                "#EXTM3U\n#EXT-X-VERSION:%d\n#EXT-X-TARGETDURATION:%" PRId64
                "\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=%.3f,CAN-SKIP-UNTIL=%.1f"
                "\n#EXT-X-PART-INF:PART-TARGET=%.3f\n#EXT-X-MEDIA-SEQUENCE:%" PRIu64
                "\n#EXT-X-DISCONTINUITY-SEQUENCE:%" PRIu64 "\n",
                kVersion, static_cast<int64_t>(target), kHoldBackParts * base::to_seconds(view.part_target),
                static_cast<double>(kSkipTargets * target), base::to_seconds(view.part_target),
                view.segments.empty() ? uint64_t{0} : view.segments.front()->msn,
                view.discontinuity_sequence);
  out += text;
}

void write_part(const RenditionView& view, const Segment& segment, size_t index, std::string& out) {
  const Part& part = segment.parts[index];
  out += "#EXT-X-PART:DURATION=" + seconds(part.duration) + ",URI=\"" + part_name(view, segment.msn, index) +
         '"';
  out += part.independent ? ",INDEPENDENT=YES\n" : "\n";
}

void write_segment(const RenditionView& view, const Segment& segment, bool with_map, bool with_parts,
                   std::string& out) {
  if (segment.discontinuity) out += "#EXT-X-DISCONTINUITY\n";
  if (with_map) out += "#EXT-X-MAP:URI=\"" + init_name(view, segment.generation) + "\"\n";
  out += "#EXT-X-PROGRAM-DATE-TIME:" + base::iso_time(segment.start) + '\n';
  if (with_parts)
    for (size_t i = 0; i < segment.parts.size(); ++i) write_part(view, segment, i, out);
  if (!segment.complete) return;
  out += "#EXTINF:" + seconds(segment.duration) + ",\n" + segment_name(view, segment.msn) + '\n';
}

// How many segments from the front lie wholly before the skip boundary.
size_t skippable(const RenditionView& view) {
  base::Duration after{0};
  size_t index = view.segments.size();
  while (index > 0 && after < kSkipTargets * view.target_duration) after += view.segments[--index]->duration;
  return index;
}

// The first segment whose parts are still listed.
size_t first_with_parts(const RenditionView& view) {
  base::Duration after{0};
  size_t index = view.segments.size();
  while (index > 0 && after < kPartsForTargets * view.target_duration)
    after += view.segments[--index]->duration;
  return index;
}

void write_tail(const RenditionView& view, std::span<const RenditionView* const> others, std::string& out) {
  const Position next = view.next();
  out += "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"" + part_name(view, next.msn, next.part) + "\"\n";
  for (const RenditionView* other : others) {
    if (other == &view || other->segments.empty()) continue;
    const Segment& last = *other->segments.back();
    out += "#EXT-X-RENDITION-REPORT:URI=\"" + other->name + ".m3u8\",LAST-MSN=" + std::to_string(last.msn) +
           ",LAST-PART=" + std::to_string(last.parts.size() - 1) + '\n';
  }
}

}  // namespace

std::string init_name(const RenditionView& view, uint64_t generation) {
  return view.name + '_' + std::to_string(generation) + "_init.mp4";
}
std::string segment_name(const RenditionView& view, uint64_t msn) {
  return view.name + '_' + std::to_string(msn) + ".m4s";
}
std::string part_name(const RenditionView& view, uint64_t msn, uint64_t part) {
  return view.name + '_' + std::to_string(msn) + '_' + std::to_string(part) + ".m4s";
}

std::string media_playlist(const RenditionView& view, std::span<const RenditionView* const> others,
                           bool skip) {
  std::string out;
  out.reserve(4096);
  write_head(view, out);
  const size_t skipped = skip ? skippable(view) : 0;
  if (skipped > 0) out += "#EXT-X-SKIP:SKIPPED-SEGMENTS=" + std::to_string(skipped) + '\n';
  const size_t with_parts = first_with_parts(view);
  for (size_t i = skipped; i < view.segments.size(); ++i) {
    const Segment& segment = *view.segments[i];
    const bool new_map = i == 0 || segment.generation != view.segments[i - 1]->generation;
    write_segment(view, segment, new_map, i >= with_parts, out);
  }
  write_tail(view, others, out);
  return out;
}

std::string multivariant_playlist(std::span<const RenditionView* const> views, const std::string& folder) {
  const RenditionView* main = nullptr;
  const RenditionView* audio = nullptr;
  for (const RenditionView* view : views) (view->video() ? main : audio) = view;
  if (main == nullptr) std::swap(main, audio);
  std::string out = "#EXTM3U\n#EXT-X-VERSION:" + std::to_string(kVersion) + '\n';
  if (main == nullptr) return out;
  cmaf::Bandwidth total = main->bandwidth();
  std::string codecs = main->config.rfc6381;
  if (audio != nullptr) {
    const cmaf::Bandwidth more = audio->bandwidth();
    total.peak += more.peak, total.average += more.average;
    codecs += ',' + audio->config.rfc6381;
    out +=
        "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"audio\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"" +
        std::to_string(audio->config.channels) + "\",URI=\"" + folder + audio->name + ".m3u8\"\n";
  }
  out += "#EXT-X-STREAM-INF:BANDWIDTH=" +
         std::to_string(std::max<uint64_t>(1, static_cast<uint64_t>(total.peak))) +
         ",AVERAGE-BANDWIDTH=" + std::to_string(std::max<uint64_t>(1, static_cast<uint64_t>(total.average))) +
         ",CODECS=\"" + codecs + '"';
  if (main->video()) {
    out += ",RESOLUTION=" + std::to_string(main->config.width) + 'x' + std::to_string(main->config.height);
    char rate[32];
    std::snprintf(rate, sizeof rate, ",FRAME-RATE=%.3f", main->frame_rate);
    if (main->frame_rate > 0) out += rate;
  }
  if (audio != nullptr) out += ",AUDIO=\"audio\"";
  out += '\n' + folder + main->name + ".m3u8\n";
  return out;
}

}  // namespace eyas::hls
