// What tests of negotiation say of us.
#pragma once

#include <memory>
#include <string>

#include "protocols/webrtc/negotiation/negotiate.h"

namespace eyas::webrtc {

inline Local test_local() {
  Local local;
  local.ufrag = "eyas0001";
  local.pwd = "0123456789abcdefghijkl";
  local.fingerprint = "AA:BB";
  local.candidates = {{"1", 1, "udp", 2130706431, "192.0.2.1", 8189, "host", "", {}},
                      {"2", 1, "tcp", 1518280447, "192.0.2.1", 8189, "host", "passive", {}}};
  local.session_id = 42;
  local.ssrc_base = 1000;
  local.stream = "live/alpha";
  return local;
}

inline media::TrackPtr test_track(media::TrackId id, media::Codec codec, std::string rfc6381 = {}) {
  auto track = std::make_shared<media::Track>();
  track->id = id;
  track->config.codec = codec;
  track->config.rfc6381 = std::move(rfc6381);
  if (track->kind() == media::TrackKind::kAudio)
    track->config.channels = codec == media::Codec::kOpus ? 2 : 1;
  return track;
}

// The number of times that `line` stands in `text` as a whole line.
inline size_t lines_like(const std::string& text, const std::string& line) {
  size_t count = 0;
  std::string all = "\r\n" + text, wanted = "\r\n" + line + "\r\n";
  for (size_t at = all.find(wanted); at != all.npos; at = all.find(wanted, at + 1)) ++count;
  return count;
}

// The text with every `from` replaced.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace eyas::webrtc
