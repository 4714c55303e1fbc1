// Codec facts: what a decoder configuration says, what a frame holds, and changes of form that need no
// decoding. Bitstream headers only; nothing here decodes a picture. All functions are pure, thread-safe and
// take bytes of strangers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::codec {

// Reads a track's facts out of its decoder configuration record, in the form listed at
// media::CodecConfig::record. The result shares `record`. Codecs without a record (G.711, MP3, AC-3, VP8)
// take an empty one. Errors: kMalformed, kUnsupported, kLimit.
base::Result<media::CodecConfig> describe(media::Codec codec, base::Slice record);

// The same for codecs whose packets say it themselves: MP3, AC-3, VP8 and VP9 (key frames), AV1 (with a
// sequence header), G.711, Opus. For AV1, VP9 and Opus the record is built. Errors: kUnsupported for a codec
// whose packets do not, kMalformed when this packet does not.
base::Result<media::CodecConfig> describe_packet(media::Codec codec, base::Bytes payload);

// What one access unit holds.
struct FrameFacts {
  bool key = false;      // decoding can start here (H.264 IDR, H.265 IRAP, AV1 and VP9 key frame)
  bool picture = false;  // holds coded picture data; false for SEI-only, parameter-set-only or empty payloads
  bool disposable = false;          // no other frame needs it
  bool bidirectional = false;       // H.264, H.265: a B slice was seen
  bool has_sei = false;             // H.264, H.265
  bool has_parameter_sets = false;  // in band: SPS, PPS, VPS, AV1 sequence header
  bool starts_picture = false;      // holds a picture's first slice; always so for codecs without slices
};

// Reads the facts of a canonical payload (see media::Frame). Audio packets are key and picture.
// Errors: kMalformed when the payload breaks its framing.
base::Result<FrameFacts> inspect(const media::CodecConfig& config, base::Bytes payload);

// The payload without SEI (H.264, H.265). Shares `payload` when there is nothing to drop, and when it is
// malformed.
base::Slice without_sei(const media::CodecConfig& config, const base::Slice& payload);
// The payload without in-band parameter sets and access unit delimiters (H.264, H.265); sharing as above.
base::Slice without_parameter_sets(const media::CodecConfig& config, const base::Slice& payload);

// H.264, H.265: the record that the parameter sets found in `payload` make; sets of `config` with other ids
// are kept. nullopt when that changes nothing, when there are none, or when they cannot be read.
std::optional<base::Slice> record_with_in_band(const media::CodecConfig& config, base::Bytes payload);

// Bytes of the length before each NAL unit that a sender's H.264 or H.265 record announces (1 to 4); 4 when
// it is too short.
unsigned nal_length_size(media::Codec codec, base::Bytes record);
// Changes NAL unit lengths of 1 to 4 bytes to 4 bytes. Empty NAL units are dropped. Errors: kMalformed.
base::Result<base::Slice> to_length_prefixed4(base::Bytes payload, unsigned length_size);
// The same; shares `payload` when it is canonical already.
base::Result<base::Slice> to_length_prefixed4(const base::Slice& payload, unsigned length_size);
// Annex B byte stream [ISO 14496-10 Annex B] to 4-byte lengths. Errors: kMalformed when there is no start
// code.
base::Result<base::Slice> annexb_to_length_prefixed(base::Bytes payload);
// 4-byte lengths to Annex B with 4-byte start codes. Bytes after a broken length are left out.
std::vector<uint8_t> length_prefixed_to_annexb(base::Bytes payload);

// Visits each SEI message of a canonical H.264 or H.265 payload: its payload type, and its body after
// emulation prevention removal (valid during the call only). Broken messages end the walk of their NAL unit.
void for_each_sei(const media::CodecConfig& config, base::Bytes payload,
                  const std::function<void(uint32_t type, base::Bytes body)>& visit);

// Records from bare parameter sets (NAL units with their header, no start code or length), for sources that
// carry them in band. Errors: kMalformed when the first SPS cannot be read, kLimit for too many or too large
// ones.
base::Result<base::Slice> h264_record(std::span<const base::Bytes> sps, std::span<const base::Bytes> pps);
base::Result<base::Slice> h265_record(std::span<const base::Bytes> vps, std::span<const base::Bytes> sps,
                                      std::span<const base::Bytes> pps);

// AudioSpecificConfig; `object_type` 2 is AAC-LC. Rates outside the table are written out [ISO
// 14496-3 1.6.2.1].
base::Slice aac_record(uint8_t object_type, uint32_t sample_rate, uint8_t channels);
// OpusHead of mapping family 0 [RFC 7845 5.1]; `channels` is 1 or 2.
base::Slice opus_record(uint8_t channels, uint32_t input_rate);

// How long one audio packet sounds, from its header (Opus TOC, AAC frame length, MP3, AC-3, G.711 bytes).
// Zero when unknown, and for video.
base::Duration packet_duration(const media::CodecConfig& config, base::Bytes payload);

}  // namespace eyas::codec
