// What a publisher's FLV did that the specifications do not say, and that we accepted.
#pragma once

#include <array>
#include <cstdint>

namespace eyas::flv {

// Counters since the session began. Lives with its Demuxer.
struct Quirks {
  uint64_t empty_tags = 0;          // no bytes, or no NAL units, in a tag
  uint64_t unknown_codec_tags = 0;  // codec ids and FourCCs that nobody defined
  uint64_t garbage_tags = 0;        // truncated or nonsensical tags, dropped
  uint64_t duplicate_sequence_headers = 0;
  uint64_t frames_before_config = 0;      // coded frames dropped because nothing described them yet
  uint64_t joined_pictures = 0;           // pictures put together from several tags
  uint64_t pictures_broken_by_split = 0;  // emitted before we learnt that the sender splits pictures
  uint64_t annexb_payloads = 0;           // start codes where lengths belong
  uint64_t short_nal_lengths = 0;         // tracks with NAL unit lengths of 1 to 3 bytes
  uint64_t in_band_config_changes = 0;    // parameter sets that changed inside the video
  uint64_t metadata_without_tracks = 0;   // onMetaData that names no codec and no size
  uint64_t announced_audio_missing = 0;   // onMetaData promised audio that did not come
  uint64_t metadata_packets = 0;          // Enhanced RTMP colorInfo and commands, ignored
  uint64_t wrong_sound_flags = 0;         // AAC whose configuration contradicts the tag's stereo bit

  struct Named {
    const char* name;
    uint64_t value;
  };
  // Every counter with its name, for the API and the metrics.
  std::array<Named, 14> list() const {
    return {{{"empty_tags", empty_tags},
             {"unknown_codec_tags", unknown_codec_tags},
             {"garbage_tags", garbage_tags},
             {"duplicate_sequence_headers", duplicate_sequence_headers},
             {"frames_before_config", frames_before_config},
             {"joined_pictures", joined_pictures},
             {"pictures_broken_by_split", pictures_broken_by_split},
             {"annexb_payloads", annexb_payloads},
             {"short_nal_lengths", short_nal_lengths},
             {"in_band_config_changes", in_band_config_changes},
             {"metadata_without_tracks", metadata_without_tracks},
             {"announced_audio_missing", announced_audio_missing},
             {"metadata_packets", metadata_packets},
             {"wrong_sound_flags", wrong_sound_flags}}};
  }
};

}  // namespace eyas::flv
