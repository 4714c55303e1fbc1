#include "api/json.h"

#include <nlohmann/json.hpp>

#include "api/addresses.h"
#include "api/json_text.h"
#include "base/iso_time.h"

namespace eyas::api {
namespace {

using nlohmann::json;

const char* kind_name(media::TrackKind kind) {
  switch (kind) {
    case media::TrackKind::kVideo:
      return "video";
    case media::TrackKind::kAudio:
      return "audio";
    case media::TrackKind::kData:
      return "data";
  }
  return "data";
}

json to_json(const hub::PublisherFacts& publisher) {
  return {{"protocol", publisher.protocol},
          {"session", publisher.session},
          {"peer", publisher.peer},
          {"since", base::iso_time(publisher.since)},
          {"rank", publisher.rank},
          {"on_air", publisher.on_air},
          {"backlog_ms", base::to_ms(publisher.backlog)}};
}

json to_json(const hub::TrackFacts& facts) {
  const media::CodecConfig& config = facts.track->config;
  return {{"id", facts.track->id},
          {"kind", kind_name(facts.track->kind())},
          {"codec", media::codec_name(config.codec)},
          {"title", media::codec_title(config.codec)},
          {"rfc6381", config.rfc6381},
          {"width", config.width},
          {"height", config.height},
          {"frame_rate", config.frame_rate.value()},
          {"reorder_depth", config.reorder_depth},
          {"reordered", facts.reordered},
          {"sample_rate", config.sample_rate},
          {"channels", config.channels},
          {"bitrate_bps", static_cast<uint64_t>(facts.bitrate_bps)},
          {"measured_fps", facts.measured_fps},
          {"frames", facts.frames},
          {"media_type", facts.track->media_type},
          {"label", facts.track->label},
          {"rendition", facts.track->rendition},
          {"derived_from", facts.track->derived_from}};
}

json to_json(const std::vector<hub::Alarm>& alarms) {
  json array = json::array();
  for (const hub::Alarm& alarm : alarms)
    array.push_back({{"kind", alarm.kind}, {"since", base::iso_time(alarm.since)}, {"detail", alarm.detail}});
  return array;
}

json to_json(const sources::TransferReport& source) {
  return {{"kind", "pull"},
          {"name", source.name},
          {"url", source.url},
          {"protocol", source.protocol},
          {"rank", source.rank},
          {"on_demand", source.on_demand},
          {"state", sources::state_name(source.state)},
          {"error", source.error},
          {"next_try", source.next_try ? json(base::iso_time(*source.next_try)) : json()}};
}

// "idle": it starts when somebody watches.
const char* state_of(const hub::StreamFacts& facts, const sources::TransferReport* source) {
  if (facts.live) return "live";
  return source != nullptr && source->state == sources::TransferState::kIdle ? "idle" : "waiting";
}

json to_json(const hub::Counters& counters) {
  json object = json::object();
  for (const auto& [name, count] : counters) object[name] = count;
  return object;
}

json readers_json(const hub::StreamFacts& facts) {
  uint64_t total = 0;
  for (const auto& [protocol, count] : facts.readers_by_protocol) total += count;
  json paths = json::array();
  for (const hub::ReaderFacts& reader : facts.readers) {
    paths.push_back({{"protocol", reader.protocol},
                     {"session", reader.session},
                     {"peer", reader.peer},
                     {"since", base::iso_time(reader.since)},
                     {"counters", to_json(reader.counters)}});
  }
  return {{"total", total}, {"by_protocol", facts.readers_by_protocol}, {"paths", paths}};
}

json to_json(const hub::StreamFacts& facts, const ServerInfo& info, const sources::TransferReport* source) {
  json publishers = json::array();
  json on_air = nullptr;
  for (const auto& publisher : facts.publishers) {
    publishers.push_back(to_json(publisher));
    if (publisher.on_air) on_air = publishers.back();
  }
  json tracks = json::array();
  for (const auto& track : facts.tracks) tracks.push_back(to_json(track));
  json repairs = json::object();
  for (const auto& [name, count] : facts.repairs.rows()) repairs[name] = count;
  return {{"name", facts.name},
          {"state", state_of(facts, source)},
          {"source", source == nullptr ? json() : to_json(*source)},
          {"since", base::iso_time(facts.since)},
          {"publisher", on_air},
          {"publishers", publishers},
          {"tracks", tracks},
          {"readers", readers_json(facts)},
          {"bitrate_bps", static_cast<uint64_t>(facts.bitrate_bps)},
          {"keyframe_interval_ms", base::to_ms(facts.keyframe_interval)},
          {"frames_in", facts.frames_in},
          {"bytes_in", facts.bytes_in},
          {"repairs", repairs},
          {"gaps",
           {{"readers_lapped", facts.readers_lapped},
            {"frames_lost", facts.units_lost},
            {"frames_before_key", facts.frames_before_key}}},
          {"ring",
           {{"bytes", facts.ring_bytes},
            {"groups", facts.ring_groups},
            {"duration_ms", base::to_ms(facts.ring_span)}}},
          {"quirks", to_json(facts.quirks)},
          {"alarms", to_json(facts.alarms)},
          {"addresses", addresses_of(facts.name, info)}};
}

json array_of(const Listing& listing, const ServerInfo& info) {
  json array = json::array();
  for (const auto& stream : listing.streams)
    array.push_back(to_json(stream, info, source_of(listing, stream.name)));
  return array;
}

}  // namespace

std::string stream_json(const hub::StreamFacts& facts, const ServerInfo& info,
                        const sources::TransferReport* source) {
  return json_text(to_json(facts, info, source));
}

std::string streams_json(const Listing& listing, const ServerInfo& info) {
  return json_text({{"streams", array_of(listing, info)}});
}

std::string streams_message(const Listing& listing, const ServerInfo& info, base::WallTime now) {
  return json_text({{"type", "streams"}, {"streams", array_of(listing, info)}, {"now", base::iso_time(now)}});
}

std::string info_json(const ServerInfo& info, base::WallTime now) {
  return json_text({{"version", info.version},
                    {"demo", info.demo},
                    {"started", base::iso_time(info.started)},
                    {"listen",
                     {{"http", info.http_listen},
                      {"https", info.https_listen},
                      {"rtmp", info.rtmp_listen},
                      {"rtmps", info.rtmps_listen},
                      {"rtsp", info.rtsp_listen},
                      {"rtsps", info.rtsps_listen},
                      {"srt", info.srt_listen},
                      {"webrtc", info.webrtc_listen}}},
                    {"now", base::iso_time(now)}});
}

}  // namespace eyas::api
