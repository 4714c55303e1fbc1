// What the server and its worker say to each other over a socket pair: framed messages, big-endian. The
// server sends one job and then nothing; the worker sends a hello, its tracks, frames and log lines until it
// is killed. A worker may have been taken over by what it decodes, so its bytes are a stranger's.
//
//   message = length u32 (of what follows) | type u8 | body
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::worker {

// Both sides come from one build; another number means a stale program beside the server.
inline constexpr uint16_t kProtocolVersion = 1;
// The descriptor on which the worker finds its end of the socket pair.
inline constexpr int kChannelFd = 3;

struct Limits {
  size_t message_bytes = 8u << 20;  // one coded picture of 4K fits with room to spare
  size_t record_bytes = 64u << 10;
  size_t text_bytes = 4u << 10;  // log lines, media types, labels
  size_t tracks = 16;            // distinct track ids
};

// The demo flight: what to render and how to encode it.
struct DemoJob {
  uint32_t width = 1920;
  uint32_t height = 1080;
  uint32_t frame_rate = 30;
  uint32_t bitrate_bps = 4'000'000;
  bool operator==(const DemoJob&) const = default;
};

struct Hello {
  uint16_t version = kProtocolVersion;
};
// Tells of a track, or of a new configuration of one.
struct TrackMessage {
  uint32_t id = 0;
  media::Codec codec = media::Codec::kData;
  std::string media_type{};
  std::string label{};
  base::Slice record{};  // as media::CodecConfig::record
};
// One access unit in the canonical form of media::Frame. Its track was told before.
struct FrameMessage {
  uint32_t track = 0;
  bool key = false;
  base::Duration pts{0};  // since the worker's own start
  base::Duration dts{0};
  base::Duration duration{0};
  base::WallTime capture{};
  base::Slice payload{};
};
struct LogMessage {
  base::LogLevel level = base::LogLevel::kInfo;
  std::string text;
};

std::vector<uint8_t> encode(const DemoJob& job);
std::vector<uint8_t> encode(const Hello& hello);
std::vector<uint8_t> encode(const TrackMessage& track);
std::vector<uint8_t> encode(const FrameMessage& frame);
std::vector<uint8_t> encode(const LogMessage& line);

// The worker's side: how many bytes the whole job message has once its first four bytes are known, and the
// job in it. Errors: kMalformed, kUnsupported for a job of another kind, kLimit.
base::Result<size_t> job_message_bytes(base::Bytes length_field);
base::Result<DemoJob> decode_job(base::Bytes message);

// The server's side: bytes as they come -> messages. Pure; holds at most one message. Lives on its worker's
// loop.
class Decoder {
 public:
  struct Sink {
    virtual ~Sink() = default;
    virtual void on_track(TrackMessage track) = 0;
    virtual void on_frame(FrameMessage frame) = 0;
    virtual void on_log(LogMessage line) = 0;
  };

  explicit Decoder(Sink& sink, Limits limits = {}) : sink_(sink), limits_(limits) {}

  // The first error is final: kill the worker, and drop this decoder.
  base::Status feed(base::Bytes bytes);
  // Bytes of an unfinished message.
  size_t buffered() const { return buffer_.size(); }

 private:
  base::Result<size_t> next(base::Bytes bytes);  // bytes consumed by one message; 0 = needs more
  base::Status message(uint8_t type, base::Bytes body);
  base::Status hello(base::ByteReader reader);
  base::Status track(base::ByteReader reader);
  base::Status frame(base::ByteReader reader);
  base::Status log_line(base::ByteReader reader);
  bool knows(uint32_t track) const;

  Sink& sink_;
  Limits limits_;
  bool greeted_ = false;
  std::vector<uint32_t> tracks_;
  std::vector<uint8_t> buffer_;
};

}  // namespace eyas::worker
