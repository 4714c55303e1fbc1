// What the server and its worker say to each other over a socket pair: framed messages, big-endian. The
// server sends one job and, for a job that takes input, the track and its frames; the worker sends a hello,
// its tracks, frames and log lines until it is killed. A worker may have been taken over by what it decodes,
// so its bytes are a stranger's.
//
//   message = length u32 (of what follows) | type u8 | body
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/log.h"
#include "base/result.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"
#include "worker/trespass.h"

namespace eyas::worker {

// Both sides come from one build; another number means a stale program beside the server.
inline constexpr uint16_t kProtocolVersion = 6;
// The descriptor on which the worker finds its end of the socket pair.
inline constexpr int kChannelFd = 3;
// The descriptor of the file that it works on, for jobs that have one.
inline constexpr int kInputFd = 4;

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

// Takes one track in and gives it back in another codec, on the same timeline.
struct TranscodeJob {
  media::Codec to = media::Codec::kOpus;  // kOpus, kAac or kH264
  bool operator==(const TranscodeJob&) const = default;
};

// Pictures of one video track, in the variants that the server asks for; each variant is a track of images.
struct PicturesJob {
  bool operator==(const PicturesJob&) const = default;
};

// What a stream shows while nobody is on air: the size and rate that it had, and silence if it had sound.
struct SlateJob {
  uint32_t width = 1280;
  uint32_t height = 720;
  media::Ratio frame_rate{30, 1};
  uint32_t video_track = 1;
  uint32_t audio_track = 0;  // 0: no sound
  uint32_t sample_rate = 0;
  uint8_t channels = 0;
  std::string name{};    // the stream's
  std::string since{};   // "12:34:56"; empty: there was no signal yet
  bool picture = false;  // the server's first track and frame are an image to show instead of our drawing
  bool film = false;     // the file at kInputFd is shown instead, again and again
  bool operator==(const SlateJob&) const = default;
};
// Plays the file at kInputFd once, in real time, as it is: nothing is decoded.
struct FileJob {
  base::Duration from{0};  // position to begin at; it begins with a keyframe at or before
  base::MonoTime begin{};  // when its first frame is due; the epoch: at once
  std::string name{};      // the file's, a hint at its format
  bool operator==(const FileJob&) const = default;
};
// The pictures of a device of this machine, as H.264; `name` is one that the operator allows.
struct DeviceJob {
  enum class Kind : uint8_t { kCamera, kTestPicture };
  // What a camera is asked for. kBest: H.264, MJPEG, else pictures as they are: the first that it has.
  enum class Form : uint8_t { kBest, kH264, kMjpeg, kRaw };
  Kind kind = Kind::kCamera;
  Form form = Form::kBest;
  uint32_t width = 0, height = 0;  // both 0: as the camera is set
  uint32_t frame_rate = 0;         // 0: the same
  uint32_t bitrate_bps = 0;        // of what is encoded; 0: by size and rate
  std::string name{};              // "/dev/video0"; of a test picture: "testsrc2"
  bool operator==(const DeviceJob&) const = default;
};
using Job = std::variant<DemoJob, TranscodeJob, PicturesJob, SlateJob, FileJob, DeviceJob>;

// Media types of data tracks whose frames are whole images.
inline constexpr const char* kJpegType = "image/jpeg";
inline constexpr const char* kPngType = "image/png";
// What a look at a picture tells: its brightness, 0 to 255, row by row, in so many fields.
inline constexpr uint32_t kLookWidth = 32, kLookHeight = 18;

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
  // Audio; 0 where the record says it.
  uint32_t sample_rate = 0;
  uint8_t channels = 0;
};
// One access unit in the canonical form of media::Frame. Its track was told before.
struct FrameMessage {
  uint32_t track = 0;
  bool key = false;
  bool discontinuity = false;
  // Of a pictures job: decoded only because what follows needs it; nothing that follows needs it.
  bool hidden = false;
  bool alone = false;
  base::Duration pts{0};  // since the worker's own start; of a transcode job, on the stream's timeline
  base::Duration dts{0};
  base::Duration duration{0};
  base::WallTime capture{};  // the epoch: unknown
  base::Slice payload{};
};
// The worker is shut in, or says why not.
struct ShutInMessage {
  Confinement how = Confinement::kFilter;
};
// The worker dies of a system call.
struct TrespassMessage {
  CallClass what = CallClass::kUnknown;
  uint32_t call = 0;  // the machine's number of it
};
// The server wants a keyframe soon.
struct KeyRequest {};
// The server wants pictures of this kind from now on, or no longer. They come as frames of the track `id`.
struct VariantMessage {
  uint32_t id = 0;
  bool wanted = true;
  bool look = false;           // kLookWidth x kLookHeight of brightness instead of JPEG
  uint32_t width = 0;          // 0: as the source's; never larger than that
  uint8_t quality = 75;        // 1 to 100
  base::Duration interval{0};  // of media time between two pictures at least
};
// A file job's: the file can be read. Its frames' times are positions in the file.
struct OpenedMessage {
  struct First {
    uint32_t track = 0;
    base::Duration pts{0}, dts{0};
    bool operator==(const First&) const = default;
  };
  base::Duration duration{0};   // 0: unknown
  std::vector<First> firsts{};  // when each track begins, of those seen so far
  std::string left_out{};       // what the file has that cannot be carried; empty: nothing
};
// A file job's: all of it has been read; what is left will be sent when it is due, until `end`.
struct ReadThroughMessage {
  base::Duration end{0};
};
struct LogMessage {
  base::LogLevel level = base::LogLevel::kInfo;
  std::string text;
};

std::vector<uint8_t> encode(const DemoJob& job);
std::vector<uint8_t> encode(const TranscodeJob& job);
std::vector<uint8_t> encode(const PicturesJob& job);
std::vector<uint8_t> encode(const SlateJob& job);
std::vector<uint8_t> encode(const FileJob& job);
std::vector<uint8_t> encode(const DeviceJob& job);
std::vector<uint8_t> encode(const Hello& hello);
std::vector<uint8_t> encode(const ShutInMessage& shut_in);
// Safe in a signal handler.
std::array<uint8_t, 10> encode(const TrespassMessage& trespass);
std::vector<uint8_t> encode(const TrackMessage& track);
std::vector<uint8_t> encode(const FrameMessage& frame);
std::vector<uint8_t> encode(const KeyRequest& request);
std::vector<uint8_t> encode(const VariantMessage& variant);
std::vector<uint8_t> encode(const OpenedMessage& opened);
std::vector<uint8_t> encode(const ReadThroughMessage& through);
std::vector<uint8_t> encode(const LogMessage& line);

// The worker's side: how many bytes the whole job message has once its first four bytes are known, and the
// job in it. Errors: kMalformed, kUnsupported for a job of another kind, kLimit.
base::Result<size_t> job_message_bytes(base::Bytes length_field);
base::Result<Job> decode_job(base::Bytes message);

// Whose messages are read.
enum class Speaker : uint8_t { kWorker, kServer };

// Bytes as they come -> messages; the worker's side reads what follows the job. Pure; holds at most one
// message. Lives on its worker's loop, or in the worker's thread.
class Decoder {
 public:
  struct Sink {
    virtual ~Sink() = default;
    virtual void on_track(TrackMessage track) = 0;
    virtual void on_frame(FrameMessage frame) = 0;
    virtual void on_shut_in(ShutInMessage) {}            // the worker's
    virtual void on_trespass(TrespassMessage) {}         // the worker's
    virtual void on_log(LogMessage) {}                   // the worker's
    virtual void on_opened(OpenedMessage) {}             // the worker's
    virtual void on_read_through(ReadThroughMessage) {}  // the worker's
    virtual void on_key_request(KeyRequest) {}           // the server's
    virtual void on_variant(VariantMessage) {}           // the server's
  };

  explicit Decoder(Sink& sink, Limits limits = {}, Speaker speaker = Speaker::kWorker)
      : sink_(sink), limits_(limits), speaker_(speaker), greeted_(speaker == Speaker::kServer) {}

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
  base::Status shut_in(base::ByteReader reader);
  base::Status trespass(base::ByteReader reader);
  base::Status key_request(base::ByteReader reader);
  base::Status variant(base::ByteReader reader);
  base::Status opened(base::ByteReader reader);
  base::Status read_through(base::ByteReader reader);
  base::Status log_line(base::ByteReader reader);
  bool knows(uint32_t track) const;

  Sink& sink_;
  Limits limits_;
  Speaker speaker_;
  bool greeted_;
  std::vector<uint32_t> tracks_;
  std::vector<uint8_t> buffer_;
};

}  // namespace eyas::worker
