// Media sections of SDP <-> tracks, the same for servers and clients: what DESCRIBE and ANNOUNCE tell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/frame.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/sdp/sdp.h"

namespace eyas::rtsp {

constexpr const char* kKlvType = "application/klv";                           // SMPTE 336M [RFC 6597]
constexpr const char* kOnvifMetadataType = "application/vnd.onvif.metadata";  // ONVIF Streaming 5.1.2.1.1

constexpr const char* kJpegType = "image/jpeg";  // in only, and never further than JpegTracks

// A media section of a peer's description that we can receive.
struct ReceivedMedia {
  size_t section = 0;   // in Description::media
  std::string control;  // a=control as written; empty: there is none
  uint8_t payload_type = 0;
  rtp::DepacketizerConfig depacketizer;
  std::string media_type;  // of a data track, as media::Track has it
  bool pli = false;        // the sender said that it takes these
  bool fir = false;

  media::TrackKind kind() const { return media::kind_of(depacketizer.codec); }
};

// The sections whose first format that we know can be received, in their order; others are left out.
std::vector<ReceivedMedia> received_media(const sdp::Description& description);

// The address that a section's control stands for [RFC 2326 C.1.1]. `base` is Content-Base, Content-Location
// or the request's address. A relative control goes behind it, query and all, as cameras and players do.
std::string control_url(std::string_view base, std::string_view control);

// Whether a track can be sent at all.
bool sendable(const media::Track& track);
// Those of `all`, in their order.
media::TrackSet sendable_of(const media::TrackSet& all);

// The payload type of the track at `position` among those sent: the static one where there is one, else 96
// and up.
uint8_t payload_type_of(const media::Track& track, size_t position);
// "trackID=1" of the track with that id; and back.
std::string control_of(media::TrackId id);
std::optional<media::TrackId> track_of_control(std::string_view control);

// A track with the payload type that it is sent with.
struct SentTrack {
  media::TrackPtr track;
  uint8_t payload_type = 96;
};

// One section for each of `tracks`, all sendable, in their order. `name` becomes s=, `address` ("127.0.0.1",
// "::1") c= and o=. `version`: another one whenever the description changes.
sdp::Description description_of(const std::vector<SentTrack>& tracks, const std::string& name,
                                const std::string& address, uint64_t version);

}  // namespace eyas::rtsp
