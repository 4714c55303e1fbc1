// TrackForm: one stream of a file in our own form, without decoding it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "media/codec.h"
#include "worker/protocol.h"

struct AVCodecParameters;

namespace eyas::worker {

// Lives in the worker's only thread.
class TrackForm {
 public:
  // nullopt for what we do not carry.
  static std::optional<TrackForm> of(const AVCodecParameters& stream, uint32_t id);

  uint32_t id() const { return id_; }
  media::TrackKind kind() const { return media::kind_of(codec_); }

  // What is to be told before the next frame: the track, when it is known and was not told as it is now.
  std::optional<TrackMessage> news();

  struct Unit {
    base::Slice payload;  // canonical; empty: nothing to send of this packet
    bool key = false;
    base::Duration duration{0};  // as its codec says; 0: it does not
  };
  // Errors: kMalformed, of this packet alone.
  base::Result<Unit> take(base::Bytes packet);

 private:
  TrackForm(uint32_t id, media::Codec codec) : id_(id), codec_(codec) {}
  void begin(base::Bytes extradata);
  bool adopt(base::Result<media::CodecConfig> config);
  base::Result<base::Slice> canonical(base::Bytes packet);
  base::Result<base::Slice> canonical_picture(base::Bytes packet);
  base::Slice without_adts(base::Bytes packet);

  uint32_t id_;
  media::Codec codec_;
  std::string media_type_;
  media::CodecConfig config_;
  uint32_t sample_rate_ = 0;  // of the container, where the codec's own bytes do not say it
  uint8_t channels_ = 0;
  unsigned nal_length_size_ = 0;  // 0: Annex B
  bool known_ = false;
  bool told_ = false;
};

}  // namespace eyas::worker
