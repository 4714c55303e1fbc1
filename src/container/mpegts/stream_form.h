// How each codec travels in a transport stream: its stream_type, its descriptors and its framing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "container/mpegts/psi.h"
#include "media/frame.h"

namespace eyas::mpegts {

// How access units lie in PES packets.
enum class Framing : uint8_t {
  kNalUnits,       // Annex B; a PES packet holds an access unit
  kAdts,           // [ISO 14496-3 1.A.2.2]
  kLatm,           // LOAS [ISO 14496-3 1.7.2]
  kMpegAudio,      // layers 1 to 3
  kAc3,            // [ATSC A/52 Annex A]
  kEac3,           // [ATSC A/52 Annex G]
  kAv1,            // OBUs behind start codes, as the AOM's draft has it
  kOpus,           // with control headers, as ETSI TS 102 472 would have it and everybody does
  kMetadataCells,  // KLV with times [ISO 13818-1 2.12.4, MISB ST 1402]
  kPrivate,        // a PES packet is a frame
};

struct StreamForm {
  media::Codec codec = media::Codec::kData;
  Framing framing = Framing::kPrivate;
  std::string media_type;     // of data
  uint8_t opus_channels = 0;  // from its descriptor; 0: not said

  bool operator==(const StreamForm&) const = default;
};

constexpr const char* kKlvMediaType = "application/klv";
constexpr const char* kId3MediaType = "application/id3";

// How the elementary stream is to be read; nullopt for what we do not carry (MPEG-2 video, sections such as
// SCTE 35).
std::optional<StreamForm> form_of(const ElementaryInfo& info);

// How we send a track; nullopt for codecs that have no place in a transport stream.
std::optional<Framing> framing_for(const media::Track& track);
// What the PMT says of it. The track has a framing.
ElementaryInfo describe_stream(const media::Track& track, uint16_t pid);
// stream_id of its PES packets [ISO 13818-1 2.4.3.7].
uint8_t stream_id_for(const media::Track& track);

}  // namespace eyas::mpegts
