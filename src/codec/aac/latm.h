// LATM: AAC frames in a multiplex that brings its configuration along [ISO 14496-3 1.7.3].
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "codec/bit_reader.h"
#include "media/codec.h"

namespace eyas::codec::aac {

// What a StreamMuxConfig says: one programme of one layer, with lengths before the frames.
struct LatmMux {
  media::CodecConfig config;
  unsigned subframes = 1;         // of one audioMuxElement
  uint32_t frame_samples = 0;     // at the core's rate
  uint32_t core_sample_rate = 0;  // Hz, never 0

  // Errors: kMalformed; kUnsupported for several programmes or layers and for fixed frame lengths.
  static base::Result<LatmMux> parse(BitReader& bits);
};

// Takes the frames out of audioMuxElements. Pure.
class LatmReader {
 public:
  // `mux`: one said elsewhere. `in_band`: elements may bring another (muxConfigPresent).
  explicit LatmReader(bool in_band, std::optional<LatmMux> mux = std::nullopt)
      : in_band_(in_band), mux_(std::move(mux)) {}

  // The frames of one element, each without headers; fewer than its multiplex says when it is cut off, none
  // before a multiplex is known or when this one cannot be read.
  std::vector<std::vector<uint8_t>> read(base::Bytes element);

  // The last one said. Set when read() gave frames.
  const std::optional<LatmMux>& mux() const { return mux_; }

 private:
  bool in_band_;
  std::optional<LatmMux> mux_;
};

}  // namespace eyas::codec::aac
