// Egress: what a peer plays on one message stream: units of the FLV feed -> messages.
#pragma once

#include <array>
#include <variant>
#include <vector>

#include "container/flv/common_format.h"
#include "container/flv/packager.h"
#include "hub/feed.h"
#include "io/byte_stream.h"
#include "protocols/rtmp/wire/message.h"

namespace eyas::rtmp {

// The chunk headers of the newest units: all sessions on a loop that play at the live edge on the same
// message stream id send the same header bytes. Lives on its loop.
class HeaderCache {
 public:
  base::Slice header(const flv::UnitPtr& unit, uint32_t stream_id);

 private:
  struct Entry {
    flv::UnitPtr unit;  // held, so that the address is not another unit's
    uint32_t stream_id = 0;
    base::Slice header;
  };
  std::array<Entry, 16> entries_;
};

// What everybody can play, or for a peer that says it can, what the publisher sends.
using FlvReader = std::variant<hub::Reader<flv::CommonFormat>, hub::Reader<flv::Format>>;

// Pulls from its reader only when the connection has nothing pending, so it never owns a queue of frames.
// Lives on its connection's loop.
class Egress {
 public:
  // `publishes`: onMetaData is wrapped as publishers do, for servers keep only what is.
  Egress(uint32_t stream_id, uint32_t chunk_size, io::ByteStream& stream, HeaderCache& headers,
         bool publishes = false)
      : stream_id_(stream_id),
        chunk_size_(chunk_size),
        publishes_(publishes),
        stream_(stream),
        headers_(headers) {}

  void start(FlvReader reader) { reader_ = std::move(reader), started_ = true; }
  bool started() const { return started_; }

  // Sends what there is, as long as the kernel takes it. False when the stream has ended and all of it was
  // sent.
  bool pump();
  void pause(bool paused) { paused_ = paused; }
  // receiveAudio and receiveVideo; type: kAudio or kVideo.
  void receive(MessageType type, bool wanted);

  uint64_t units_sent() const { return units_sent_; }
  uint64_t bytes_sent() const { return bytes_sent_; }
  // There is sound that this peer gets in AAC while somebody asks for that.
  bool wants_aac() const { return wants_aac_; }

 private:
  bool gather();
  void append(const flv::UnitPtr& unit, uint32_t timestamp_ms, base::Slice header);
  void append_data(const flv::UnitPtr& unit, uint32_t timestamp_ms);
  bool wanted(const flv::Unit& unit) const;

  uint32_t stream_id_;
  uint32_t chunk_size_;
  bool publishes_;
  io::ByteStream& stream_;
  HeaderCache& headers_;
  FlvReader reader_;
  bool started_ = false;
  bool wants_aac_ = false;
  std::vector<base::Slice> slices_;
  size_t gathered_bytes_ = 0;
  bool paused_ = false;
  bool audio_ = true;
  bool video_ = true;
  uint64_t units_sent_ = 0;
  uint64_t bytes_sent_ = 0;
};

}  // namespace eyas::rtmp
