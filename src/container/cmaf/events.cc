#include "container/cmaf/events.h"

#include <string_view>
#include <utility>

#include "container/mp4/fragment.h"

namespace eyas::cmaf {
namespace {

constexpr const char* kKlvScheme = "urn:misb:KLV:bin:1910.1";        // [MISB ST 1910]
constexpr const char* kId3Scheme = "https://aomedia.org/emsg/ID3";   // [AOM: Carriage of ID3 in CMAF]
constexpr const char* kJsonScheme = "urn:eyas:telemetry:json:2026";  // one JSON text each

// Without parameters: "application/json; profile=telemetry" is JSON.
const char* scheme_of(std::string_view media_type) {
  const std::string_view type = media_type.substr(0, media_type.find(';'));
  if (type == "application/klv") return kKlvScheme;
  if (type == "application/id3") return kId3Scheme;
  if (type == "application/json") return kJsonScheme;
  return nullptr;
}

}  // namespace

std::optional<EventStream> event_stream_of(const media::Track& track) {
  if (track.kind() != media::TrackKind::kData) return std::nullopt;
  const char* scheme = scheme_of(track.media_type);
  if (scheme == nullptr) return std::nullopt;
  return EventStream{scheme, std::to_string(track.id)};
}

bool EventQueue::push(EventStream stream, media::MediaTime at, base::Slice data) {
  if (waiting_.size() >= kMessagesMax || data.size() > kBytesMax - bytes_) return false;
  bytes_ += data.size();
  waiting_.push_back({std::move(stream), at, std::move(data)});
  return true;
}

std::vector<mp4::Event> EventQueue::take(uint32_t timescale) {
  std::vector<mp4::Event> events;
  events.reserve(waiting_.size());
  for (Waiting& one : waiting_) {
    mp4::Event event;
    event.scheme = std::move(one.stream.scheme);
    event.value = std::move(one.stream.value);
    event.timescale = timescale;
    event.time = mp4::to_ticks(one.at, timescale);
    event.id = next_id_++;
    event.data = std::move(one.data);
    events.push_back(std::move(event));
  }
  waiting_.clear();
  bytes_ = 0;
  return events;
}

}  // namespace eyas::cmaf
