#include "protocols/rtsp/media_map.h"

#include <algorithm>
#include <iterator>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/number.h"
#include "base/words.h"
#include "codec/g726/g726.h"
#include "codec/h264/h264.h"
#include "codec/h265/h265.h"
#include "rtp/payload/packetizer.h"
#include "rtp/sdp/attributes.h"

namespace eyas::rtsp {
namespace {

using media::Codec;

struct Encoding {
  const char* name;  // of a=rtpmap
  Codec codec;
  const char* media_type = "";
};
// The first of a codec is the one that we write.
constexpr Encoding kEncodings[] = {
    {"H264", Codec::kH264},
    {"H265", Codec::kH265},
    {"HEVC", Codec::kH265},  // DEVIATION: early H.265 cameras
    {"AV1", Codec::kAv1},
    {"VP9", Codec::kVp9},
    {"VP8", Codec::kVp8},
    {"mpeg4-generic", Codec::kAac},
    {"MP4A-LATM", Codec::kAac},
    {"opus", Codec::kOpus},
    {"PCMA", Codec::kG711A},
    {"PCMU", Codec::kG711U},
    {"G726-32", Codec::kG726},
    {"G726-16", Codec::kG726},
    {"G726-24", Codec::kG726},
    {"G726-40", Codec::kG726},
    {"AAL2-G726-16", Codec::kG726},
    {"AAL2-G726-24", Codec::kG726},
    {"AAL2-G726-32", Codec::kG726},
    {"AAL2-G726-40", Codec::kG726},
    {"L16", Codec::kL16},
    {"MPA", Codec::kMp3},
    {"AC3", Codec::kAc3},
    {"smpte336m", Codec::kData, kKlvType},
    {"vnd.onvif.metadata", Codec::kData, kOnvifMetadataType},
    {"JPEG", Codec::kData, kJpegType},
};

const Encoding* encoding_named(std::string_view name) {
  auto found = std::find_if(std::begin(kEncodings), std::end(kEncodings),
                            [&](const Encoding& e) { return base::same_word(e.name, name); });
  return found == std::end(kEncodings) ? nullptr : &*found;
}

const Encoding* encoding_of(const media::Track& track) {
  auto found = std::find_if(std::begin(kEncodings), std::end(kEncodings), [&](const Encoding& e) {
    return e.codec == track.config.codec && e.media_type == track.media_type;
  });
  return found == std::end(kEncodings) ? nullptr : &*found;
}

std::optional<ReceivedMedia> received(const sdp::Media& section) {
  for (const sdp::Format& format : sdp::formats_of(section)) {
    const Encoding* encoding = encoding_named(format.encoding);
    if (encoding == nullptr) continue;
    ReceivedMedia media;
    media.payload_type = format.payload_type;
    media.media_type = encoding->media_type;
    media.depacketizer.codec = encoding->codec;
    media.depacketizer.encoding = encoding->name;
    media.depacketizer.fmtp = format.parameters;
    media.depacketizer.clock_rate = format.clock_rate;
    media.depacketizer.channels = format.channels;
    for (const std::string& feedback : format.feedback) {
      media.pli |= feedback == "nack pli";
      media.fir |= feedback == "ccm fir";
    }
    media.control = section.attributes.first("control").value_or("");
    return media;
  }
  return std::nullopt;
}

std::string list_of(const std::vector<base::Bytes>& units) {
  std::string out;
  for (base::Bytes unit : units) out += (out.empty() ? "" : ",") + base::base64(unit);
  return out;
}

// [RFC 6184 8.1]
void put_h264(const media::CodecConfig& config, sdp::FormatParameters& out) {
  out["packetization-mode"] = "1";
  auto sets = codec::h264::kSyntax.split_record(config.record);
  if (!sets) return;
  const auto& sps = (*sets)[0];
  const auto& pps = (*sets)[1];
  if (!sps.empty() && sps[0].size() >= 4)
    out["profile-level-id"] = base::to_hex(base::Bytes(sps[0]).subspan(1, 3));
  std::string list = list_of({sps.begin(), sps.end()});
  for (const auto& unit : pps) list += ',' + base::base64(unit);
  out["sprop-parameter-sets"] = list;
}

// [RFC 7798 7.1]
void put_h265(const media::CodecConfig& config, sdp::FormatParameters& out) {
  constexpr const char* kNames[] = {"sprop-vps", "sprop-sps", "sprop-pps"};
  auto sets = codec::h265::kSyntax.split_record(config.record);
  if (!sets) return;
  for (size_t kind = 0; kind < std::size(kNames) && kind < sets->size(); ++kind) {
    const auto& units = (*sets)[kind];
    if (!units.empty()) out[kNames[kind]] = list_of({units.begin(), units.end()});
  }
}

// [RFC 3640 4.1, 3.3.6]: AAC-hbr.
void put_aac(const media::CodecConfig& config, sdp::FormatParameters& out) {
  out = {{"streamtype", "5"},
         {"profile-level-id", "1"},
         {"mode", "AAC-hbr"},
         {"sizelength", "13"},
         {"indexlength", "3"},
         {"indexdeltalength", "3"},
         {"config", base::to_hex(config.record)}};
}

sdp::FormatParameters parameters_of(const media::CodecConfig& config) {
  sdp::FormatParameters out;
  if (config.codec == Codec::kH264) put_h264(config, out);
  if (config.codec == Codec::kH265) put_h265(config, out);
  if (config.codec == Codec::kAac) put_aac(config, out);
  if (config.codec == Codec::kOpus) out["sprop-stereo"] = config.channels > 1 ? "1" : "0";
  return out;
}

// "mpeg4-generic/48000/2". Of Opus always two channels [RFC 7587 7]; of video and data none.
std::string rtpmap_of(const media::Track& track) {
  const media::CodecConfig& config = track.config;
  std::string name = encoding_of(track)->name;
  unsigned bits = codec::g726::bits_per_sample(config);
  if (bits != 0) name = "G726-" + std::to_string(bits * 8);  // kbit/s at 8 kHz [RFC 3551 4.5.4]
  std::string out = name + '/' + std::to_string(rtp::clock_rate(config));
  if (config.codec == Codec::kOpus) return out + "/2";
  bool said = track.kind() == media::TrackKind::kAudio && config.channels > 1 && config.codec != Codec::kMp3;
  return said ? out + '/' + std::to_string(config.channels) : out;
}

const char* kind_name(media::TrackKind kind) {
  if (kind == media::TrackKind::kVideo) return "video";
  return kind == media::TrackKind::kAudio ? "audio" : "application";
}

sdp::Media section_of(const SentTrack& sent) {
  const media::Track& track = *sent.track;
  std::string type = std::to_string(sent.payload_type);
  sdp::Media section;
  section.kind = kind_name(track.kind());
  section.protocol = "RTP/AVP";
  section.formats = {type};
  section.attributes.add("rtpmap", type + ' ' + rtpmap_of(track));
  std::string parameters = sdp::text_of(parameters_of(track.config));
  if (!parameters.empty()) section.attributes.add("fmtp", type + ' ' + parameters);
  section.attributes.add("control", control_of(track.id));
  return section;
}

}  // namespace

std::vector<ReceivedMedia> received_media(const sdp::Description& description) {
  std::vector<ReceivedMedia> out;
  for (size_t i = 0; i < description.media.size(); ++i) {
    auto media = received(description.media[i]);
    if (!media) continue;
    media->section = i;
    out.push_back(*std::move(media));
  }
  return out;
}

std::string control_url(std::string_view base, std::string_view control) {
  if (control.empty() || control == "*") return std::string(base);
  if (control.find("://") != std::string_view::npos) return std::string(control);
  std::string out(base);
  if (!out.ends_with('/') && !control.starts_with('/')) out += '/';
  return out.append(control);
}

bool sendable(const media::Track& track) {
  return encoding_of(track) != nullptr && track.media_type != kJpegType &&
         rtp::make_packetizer(track.config.codec) != nullptr && rtp::clock_rate(track.config) != 0;
}

media::TrackSet sendable_of(const media::TrackSet& all) {
  media::TrackSet out;
  std::copy_if(all.begin(), all.end(), std::back_inserter(out),
               [](const media::TrackPtr& track) { return sendable(*track); });
  return out;
}

uint8_t payload_type_of(const media::Track& track, size_t position) {
  constexpr uint8_t kPcmu = 0;
  constexpr uint8_t kPcma = 8;  // [RFC 3551 6]
  constexpr uint8_t kMpa = 14;
  constexpr uint8_t kDynamic = 96;
  if (track.config.codec == Codec::kG711U) return kPcmu;
  if (track.config.codec == Codec::kG711A) return kPcma;
  if (track.config.codec == Codec::kMp3) return kMpa;
  return static_cast<uint8_t>(kDynamic + std::min<size_t>(position, 127 - kDynamic));
}

std::string control_of(media::TrackId id) {
  return "trackID=" + std::to_string(id);
}

std::optional<media::TrackId> track_of_control(std::string_view control) {
  constexpr std::string_view kPrefix = "trackID=";
  if (!control.starts_with(kPrefix)) return std::nullopt;
  control.remove_prefix(kPrefix.size());
  return base::number_of<media::TrackId>(control);
}

sdp::Description description_of(const std::vector<SentTrack>& tracks, const std::string& name,
                                const std::string& address, uint64_t version) {
  sdp::Description description;
  std::string network = (address.find(':') == std::string::npos ? "IN IP4 " : "IN IP6 ") + address;
  description.origin.session_version = std::to_string(version);
  description.origin.network = network;
  description.name = name;
  description.connection = network;
  description.attributes.add("control", "*");
  description.attributes.add("range", "npt=now-");
  for (const SentTrack& track : tracks) description.media.push_back(section_of(track));
  return description;
}

}  // namespace eyas::rtsp
