#include "protocols/webrtc/negotiation/payloads.h"

#include <algorithm>
#include <charconv>
#include <climits>

#include "base/words.h"
#include "protocols/webrtc/negotiation/h264_profile.h"

namespace eyas::webrtc {
namespace {

using media::Codec;

struct Row {
  Codec codec;
  const char* encoding;
  uint32_t clock_rate;
};
// The encoding names of RFC 6184, 7798, 7741, 9628, the AV1 payload's draft, RFC 7587 and 3551.
constexpr Row kRows[] = {
    {Codec::kH264, "H264", 90000}, {Codec::kH265, "H265", 90000}, {Codec::kVp8, "VP8", 90000},
    {Codec::kVp9, "VP9", 90000},   {Codec::kAv1, "AV1", 90000},   {Codec::kAv1, "AV1X", 90000},
    {Codec::kOpus, "opus", 48000}, {Codec::kG711U, "PCMU", 8000}, {Codec::kG711A, "PCMA", 8000},
};

std::string parameter(const sdp::FormatParameters& parameters, const char* name, const char* otherwise = "") {
  auto found = parameters.find(name);
  return found == parameters.end() ? otherwise : found->second;
}

unsigned number(std::string_view text, unsigned otherwise) {
  unsigned value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  static_cast<void>(end);
  return error == std::errc() ? value : otherwise;
}

bool fragments(const sdp::Format& format) {
  return parameter(format.parameters, "packetization-mode") == "1";
}

// The profile in "hvc1.2.4.L153" [ISO 14496-15 E.3], "vp09.02.10.10" and "av01.0.04M.08".
std::optional<unsigned> profile_in(std::string_view rfc6381) {
  size_t dot = rfc6381.find('.');
  if (dot == rfc6381.npos) return std::nullopt;
  unsigned profile = number(rfc6381.substr(dot + 1), UINT_MAX);
  return profile == UINT_MAX ? std::nullopt : std::optional(profile);
}

std::optional<unsigned> h264_distance(const sdp::Format& format, const media::CodecConfig& config) {
  // DEVIATION: players that leave packetization-mode out decode FU-A all the same; they come last.
  unsigned late = fragments(format) ? 0 : 1000;
  auto offered = H264ProfileLevel::parse(parameter(format.parameters, "profile-level-id", "42000a"));
  auto stream = H264ProfileLevel::parse(config.rfc6381);
  if (!offered || !stream) return late;
  auto distance = decoder_distance(offered->profile, stream->profile);
  if (!distance) return std::nullopt;
  return late + *distance;
}

// How well the peer decodes the track under this format: 0 is best; nullopt: not at all.
std::optional<unsigned> distance(const sdp::Format& format, const media::CodecConfig& config) {
  if (codec_of(format) != config.codec) return std::nullopt;
  auto stream = profile_in(config.rfc6381);
  unsigned offered = 0;
  switch (config.codec) {
    case Codec::kH264:
      return h264_distance(format, config);
    case Codec::kVp9:  // [RFC 9628 6]: a profile decodes itself only
      offered = number(parameter(format.parameters, "profile-id"), 0);
      return stream.value_or(offered) == offered ? std::optional(0u) : std::nullopt;
    case Codec::kH265:  // [RFC 7798 7.1]: Main unless stated; Main 10 decodes Main
      offered = number(parameter(format.parameters, "profile-id"), 1);
      break;
    case Codec::kAv1:  // each profile decodes those below
      offered = number(parameter(format.parameters, "profile"), 0);
      break;
    case Codec::kG711A:
    case Codec::kG711U:
      return config.channels <= 1 ? std::optional(0u) : std::nullopt;
    default:
      return 0;
  }
  unsigned needed = stream.value_or(offered);
  return offered >= needed ? std::optional(offered - needed) : std::nullopt;
}

// Names of fmtp parameters that an answer repeats, since they say which of a codec's kinds is meant.
std::vector<const char*> repeated_parameters(Codec codec) {
  switch (codec) {
    case Codec::kH264:
      return {"level-asymmetry-allowed", "packetization-mode", "profile-level-id"};
    case Codec::kH265:
      return {"level-id", "profile-id", "tier-flag", "tx-mode"};
    case Codec::kVp9:
      return {"profile-id"};
    case Codec::kAv1:
      return {"level-idx", "profile", "tier"};
    default:
      return {};
  }
}

// [RFC 6184 8.2.2] The profile is the offer's; the level may be the stream's when both sides allow that.
void state_level(sdp::FormatParameters& parameters, const media::CodecConfig& sent) {
  auto offered = H264ProfileLevel::parse(parameter(parameters, "profile-level-id"));
  auto stream = H264ProfileLevel::parse(sent.rfc6381);
  if (!offered || !stream || parameter(parameters, "level-asymmetry-allowed") != "1") return;
  offered->level = std::max(offered->level, stream->level);
  parameters["profile-level-id"] = offered->text();
}

}  // namespace

std::optional<Codec> codec_of(const sdp::Format& format) {
  for (const Row& row : kRows) {
    if (!base::same_word(row.encoding, format.encoding) || row.clock_rate != format.clock_rate) continue;
    bool stereo_allowed = row.codec == Codec::kOpus;
    if (format.channels == 1 || (stereo_allowed && format.channels == 2)) return row.codec;
  }
  return std::nullopt;
}

const sdp::Format* choose_to_receive(const std::vector<sdp::Format>& formats, media::TrackKind kind,
                                     const std::vector<Codec>& prefer) {
  const sdp::Format* best = nullptr;
  size_t best_order = 0;
  for (const sdp::Format& format : formats) {
    auto codec = codec_of(format);
    if (!codec || media::kind_of(*codec) != kind) continue;
    size_t order = static_cast<size_t>(std::find(prefer.begin(), prefer.end(), *codec) - prefer.begin());
    order *= 2;
    if (*codec == Codec::kH264 && !fragments(format)) ++order;
    if (best && order >= best_order) continue;
    best = &format;
    best_order = order;
  }
  return best;
}

const sdp::Format* choose_to_send(const std::vector<sdp::Format>& formats, const media::CodecConfig& config) {
  const sdp::Format* best = nullptr;
  unsigned best_distance = 0;
  for (const sdp::Format& format : formats) {
    auto far = distance(format, config);
    if (!far || (best && *far >= best_distance)) continue;
    best = &format;
    best_distance = *far;
  }
  return best;
}

NegotiatedPayload payload_of(const sdp::Format& format, const std::vector<sdp::Format>& all) {
  NegotiatedPayload payload;
  payload.payload_type = format.payload_type;
  payload.codec = codec_of(format).value_or(Codec::kData);
  payload.clock_rate = format.clock_rate;
  payload.channels = format.channels;
  payload.fmtp = format.parameters;
  for (const std::string& feedback : format.feedback) {
    payload.nack |= feedback == "nack";
    payload.pli |= feedback == "nack pli";
    payload.fir |= feedback == "ccm fir";
    payload.twcc |= feedback == "transport-cc";
    payload.remb |= feedback == "goog-remb";
  }
  for (const sdp::Format& other : all) {  // [RFC 4588 8]
    if (base::same_word(other.encoding, "rtx") && other.clock_rate == format.clock_rate &&
        parameter(other.parameters, "apt") == std::to_string(format.payload_type))
      payload.rtx_payload_type = other.payload_type;
  }
  return payload;
}

sdp::FormatParameters answer_parameters(const NegotiatedPayload& payload, const media::CodecConfig* sent) {
  sdp::FormatParameters parameters;
  for (const char* name : repeated_parameters(payload.codec)) {
    auto found = payload.fmtp.find(name);
    if (found != payload.fmtp.end()) parameters.insert(*found);
  }
  if (payload.codec == Codec::kH264 && sent) state_level(parameters, *sent);
  if (payload.codec == Codec::kOpus) {  // [RFC 7587 7]
    parameters["minptime"] = "10";
    parameters["useinbandfec"] = "1";
    if (!sent || sent->channels == 2) parameters["stereo"] = "1";
    if (sent && sent->channels == 2) parameters["sprop-stereo"] = "1";
  }
  return parameters;
}

std::string codecs_offered(const std::vector<sdp::Format>& formats) {
  std::string text;
  for (const sdp::Format& format : formats) {
    if (!codec_of(format)) continue;
    bool known = (", " + text + ',').find(", " + format.encoding + ',') != std::string::npos;
    if (!known) text += (text.empty() ? "" : ", ") + format.encoding;
  }
  return text.empty() ? "none that we carry" : text;
}

}  // namespace eyas::webrtc
