#include "protocols/hls/snapshot.h"

#include <algorithm>
#include <cmath>

#include "base/number.h"
#include "protocols/hls/playlist.h"

namespace eyas::hls {
namespace {

// Segments are numbered one after another: a lookup is a subtraction.
template <typename Segments>
SegmentPtr by_number(const Segments& segments, uint64_t msn) {
  if (segments.empty() || msn < segments.front()->msn) return nullptr;
  const uint64_t index = msn - segments.front()->msn;
  return index < segments.size() ? segments[static_cast<size_t>(index)] : nullptr;
}

SegmentPtr find_segment(const RenditionView& view, uint64_t msn) {
  SegmentPtr listed = by_number(view.segments, msn);
  return listed ? listed : by_number(view.retired, msn);
}

// [RFC 8216bis 6.2.5.2]: how far _HLS_part may lie beyond the last part.
uint64_t advance_part_limit(const RenditionView& view) {
  const double target = base::to_seconds(view.part_target);
  return target < 1.0 && target > 0 ? static_cast<uint64_t>(std::ceil(3.0 / target)) : 3;
}

}  // namespace

const Snapshot::Entry* Snapshot::find(std::string_view name) const {
  for (const Entry& entry : entries)
    if (entry.view.name == name) return &entry;
  return nullptr;
}

SnapshotPtr make_snapshot(const cmaf::Moment& moment) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->ready = moment.ready();
  for (const RenditionView& view : moment.views) snapshot->entries.push_back({view, {}, {}});
  std::vector<const RenditionView*> seen;
  for (const Snapshot::Entry& entry : snapshot->entries)
    if (!entry.view.segments.empty()) seen.push_back(&entry.view);
  for (Snapshot::Entry& entry : snapshot->entries) {
    entry.playlist = base::Slice::copy_of(media_playlist(entry.view, seen, false));
    entry.delta = base::Slice::copy_of(media_playlist(entry.view, seen, true));
  }
  snapshot->multivariant = base::Slice::copy_of(multivariant_playlist(seen, "hls/"));
  return snapshot;
}

std::optional<Resource> parse_resource(std::string_view file) {
  Resource resource;
  const size_t dot = file.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view extension = file.substr(dot + 1);
  std::string_view stem = file.substr(0, dot);
  const size_t first = stem.find('_');
  resource.track = stem.substr(0, first);
  if (extension == "m3u8" && first == std::string_view::npos) return resource;
  if (first == std::string_view::npos) return std::nullopt;
  stem.remove_prefix(first + 1);
  const size_t second = stem.find('_');
  if (!base::read_number(stem.substr(0, second), resource.number)) return std::nullopt;
  const std::string_view last =
      second == std::string_view::npos ? std::string_view() : stem.substr(second + 1);
  if (extension == "mp4" && last == "init") return resource.kind = Resource::Kind::kInit, resource;
  if (extension != "m4s") return std::nullopt;
  resource.kind = second == std::string_view::npos ? Resource::Kind::kSegment : Resource::Kind::kPart;
  if (resource.kind == Resource::Kind::kPart && !base::read_number(last, resource.part)) return std::nullopt;
  return resource;
}

base::Result<Reload> parse_reload(std::optional<std::string_view> msn, std::optional<std::string_view> part,
                                  std::optional<std::string_view> skip) {
  using base::Code;
  using base::Error;
  Reload reload;
  uint64_t number = 0;
  if (msn) {
    if (!base::read_number(*msn, number)) return Error{Code::kMalformed, "_HLS_msn is not a number", {}};
    reload.msn = number;
  }
  if (part) {
    if (!msn) return Error{Code::kMalformed, "_HLS_part without _HLS_msn", {}};
    if (!base::read_number(*part, number)) return Error{Code::kMalformed, "_HLS_part is not a number", {}};
    reload.part = number;
  }
  if (skip) {
    // "v2" also allows date ranges to be left out, of which we have none.
    if (*skip != "YES" && *skip != "v2") return Error{Code::kMalformed, "_HLS_skip: YES or v2", {}};
    reload.skip = true;
  }
  return reload;
}

Verdict judge(const RenditionView& view, const Reload& reload) {
  if (!reload.msn) return Verdict::kReady;
  const Position next = view.next();
  const uint64_t last_msn = view.segments.empty() ? 0 : view.segments.back()->msn;
  if (*reload.msn > last_msn + 2) return Verdict::kRefuse;
  if (!reload.part) {  // the whole segment is waited for
    return *reload.msn < next.msn ? Verdict::kReady : Verdict::kWait;
  }
  if (*reload.msn == next.msn && *reload.part >= next.part + advance_part_limit(view))
    return Verdict::kRefuse;
  return Position{*reload.msn, *reload.part} < next ? Verdict::kReady : Verdict::kWait;
}

Found find_media(const RenditionView& view, const Resource& resource) {
  Found found;
  if (resource.kind == Resource::Kind::kInit) {
    const auto init = view.inits.find(resource.number);
    if (init != view.inits.end()) found = {Verdict::kReady, {init->second.bytes}};
    return found;
  }
  const SegmentPtr segment = find_segment(view, resource.number);
  if (resource.kind == Resource::Kind::kSegment) {
    if (!segment || !segment->complete) return found;
    found.verdict = Verdict::kReady;
    found.bytes.reserve(segment->parts.size());
    for (const Part& part : segment->parts) found.bytes.push_back(part.bytes);
    return found;
  }
  if (segment && resource.part < segment->parts.size())
    return {Verdict::kReady, {segment->parts[static_cast<size_t>(resource.part)].bytes}};
  if (view.next() == Position{resource.number, resource.part}) found.verdict = Verdict::kWait;
  return found;
}

}  // namespace eyas::hls
