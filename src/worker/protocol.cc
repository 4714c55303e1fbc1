#include "worker/protocol.h"

#include <algorithm>

#include "worker/wire.h"

namespace eyas::worker {
namespace {

using base::ByteReader;
using base::ByteWriter;
using base::Code;
using base::Error;

// Bits of a frame's flags.
constexpr uint8_t kKeyFlag = 1, kDiscontinuityFlag = 2, kHiddenFlag = 4, kAloneFlag = 8;
// Bits of a variant's flags.
constexpr uint8_t kWantedFlag = 1, kLookFlag = 2;

// Beyond these no time makes sense, and sums of times would overflow.
constexpr base::Duration kTimeMax{int64_t{1} << 60};     // 36 years of media
constexpr base::Duration kCaptureMax{int64_t{1} << 62};  // until 2116

bool within(base::Duration time, base::Duration most) {
  return time >= -most && time <= most;
}

uint8_t flags_of(const FrameMessage& frame) {
  return static_cast<uint8_t>((frame.key ? kKeyFlag : 0) | (frame.discontinuity ? kDiscontinuityFlag : 0) |
                              (frame.hidden ? kHiddenFlag : 0) | (frame.alone ? kAloneFlag : 0));
}

}  // namespace

std::vector<uint8_t> encode(const Hello& hello) {
  ByteWriter out = begin(Type::kHello, 2);
  out.u16(hello.version);
  return finish(std::move(out));
}

std::vector<uint8_t> encode(const ShutInMessage& shut_in) {
  ByteWriter out = begin(Type::kShutIn, 1);
  out.u8(static_cast<uint8_t>(shut_in.how));
  return finish(std::move(out));
}

std::array<uint8_t, 10> encode(const TrespassMessage& trespass) {
  std::array<uint8_t, 10> out{
      0, 0, 0, 6, static_cast<uint8_t>(Type::kTrespass), static_cast<uint8_t>(trespass.what)};
  for (size_t i = 0; i < 4; ++i) out[6 + i] = static_cast<uint8_t>(trespass.call >> (24 - 8 * i));
  return out;
}

std::vector<uint8_t> encode(const TrackMessage& track) {
  ByteWriter out = begin(Type::kTrack, 64 + track.record.size());
  out.u32(track.id);
  out.u8(static_cast<uint8_t>(track.codec));
  out.u32(track.sample_rate);
  out.u8(track.channels);
  put_text(out, track.media_type);
  put_text(out, track.label);
  out.bytes(track.record);
  return finish(std::move(out));
}

std::vector<uint8_t> encode(const FrameMessage& frame) {
  ByteWriter out = begin(Type::kFrame, 40 + frame.payload.size());
  out.u32(frame.track);
  out.u8(flags_of(frame));
  put_time(out, frame.pts);
  put_time(out, frame.dts);
  put_time(out, frame.duration);
  put_time(out, frame.capture.time_since_epoch());
  out.bytes(frame.payload);
  return finish(std::move(out));
}

std::vector<uint8_t> encode(const KeyRequest&) {
  return finish(begin(Type::kKeyRequest, 0));
}

std::vector<uint8_t> encode(const VariantMessage& variant) {
  ByteWriter out = begin(Type::kVariant, 18);
  out.u32(variant.id);
  out.u8(static_cast<uint8_t>((variant.wanted ? kWantedFlag : 0) | (variant.look ? kLookFlag : 0)));
  out.u32(variant.width);
  out.u8(variant.quality);
  put_time(out, variant.interval);
  return finish(std::move(out));
}

std::vector<uint8_t> encode(const OpenedMessage& opened) {
  ByteWriter out = begin(Type::kOpened, 16 + opened.firsts.size() * 20 + opened.left_out.size());
  put_time(out, opened.duration);
  out.u16(static_cast<uint16_t>(opened.firsts.size()));
  for (const OpenedMessage::First& first : opened.firsts) {
    out.u32(first.track);
    put_time(out, first.pts);
    put_time(out, first.dts);
  }
  put_text(out, opened.left_out);
  return finish(std::move(out));
}

std::vector<uint8_t> encode(const ReadThroughMessage& through) {
  ByteWriter out = begin(Type::kReadThrough, 8);
  put_time(out, through.end);
  return finish(std::move(out));
}

std::vector<uint8_t> encode(const LogMessage& line) {
  ByteWriter out = begin(Type::kLog, 1 + line.text.size());
  out.u8(static_cast<uint8_t>(line.level));
  out.text(line.text);
  return finish(std::move(out));
}

base::Status Decoder::feed(base::Bytes bytes) {
  // Whole messages are read where they lie; only an unfinished one is kept.
  const bool begun = !buffer_.empty();
  if (begun) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    bytes = buffer_;
  }
  size_t done = 0;
  while (done < bytes.size()) {
    auto used = next(bytes.subspan(done));
    if (!used) return used.error();
    if (*used == 0) break;
    done += *used;
  }
  if (begun)
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(done));
  else
    buffer_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(done), bytes.end());
  return {};
}

base::Result<size_t> Decoder::next(base::Bytes bytes) {
  if (bytes.size() < kLengthBytes) return size_t{0};
  ByteReader in(bytes);
  size_t length = in.u32();
  if (length == 0) return malformed("worker message: no type");
  if (length > limits_.message_bytes) return over_limit("worker message: length", length);
  if (in.remaining() < length) return size_t{0};
  uint8_t type = in.u8();
  if (auto status = message(type, in.take(length - 1)); !status) return status.error();
  return kLengthBytes + length;
}

base::Status Decoder::message(uint8_t type, base::Bytes body) {
  const bool worker = speaker_ == Speaker::kWorker;
  if (worker && type == static_cast<uint8_t>(Type::kHello)) return hello(ByteReader(body));
  if (!greeted_) return malformed("worker message: no hello");
  switch (static_cast<Type>(type)) {
    case Type::kTrack:
      return track(ByteReader(body));
    case Type::kFrame:
      return frame(ByteReader(body));
    case Type::kShutIn:
      if (worker) return shut_in(ByteReader(body));
      break;
    case Type::kTrespass:
      if (worker) return trespass(ByteReader(body));
      break;
    case Type::kLog:
      if (worker) return log_line(ByteReader(body));
      break;
    case Type::kOpened:
      if (worker) return opened(ByteReader(body));
      break;
    case Type::kReadThrough:
      if (worker) return read_through(ByteReader(body));
      break;
    case Type::kKeyRequest:
      if (!worker) return key_request(ByteReader(body));
      break;
    case Type::kVariant:
      if (!worker) return variant(ByteReader(body));
      break;
    default:
      break;
  }
  return malformed("worker message: type");
}

base::Status Decoder::hello(ByteReader in) {
  uint16_t version = in.u16();
  if (!in.ok() || greeted_) return malformed("worker hello");
  if (version != kProtocolVersion) {
    return Error{Code::kUnsupported, "worker hello: protocol version", std::to_string(version)};
  }
  greeted_ = true;
  return {};
}

base::Status Decoder::track(ByteReader in) {
  TrackMessage track;
  track.id = in.u32();
  uint8_t codec = in.u8();
  track.sample_rate = in.u32();
  track.channels = in.u8();
  track.media_type = in.text(in.u16());
  track.label = in.text(in.u16());
  base::Bytes record = in.rest();
  if (!in.ok() || codec > static_cast<uint8_t>(media::Codec::kData)) return malformed("worker track");
  if (record.size() > limits_.record_bytes) return over_limit("worker track: record", record.size());
  if (track.media_type.size() > limits_.text_bytes || track.label.size() > limits_.text_bytes) {
    return over_limit("worker track: text", std::max(track.media_type.size(), track.label.size()));
  }
  if (!knows(track.id)) {
    if (tracks_.size() >= limits_.tracks) return over_limit("worker track: tracks", tracks_.size() + 1);
    tracks_.push_back(track.id);
  }
  track.codec = static_cast<media::Codec>(codec);
  track.record = base::Slice::copy_of(record);
  sink_.on_track(std::move(track));
  return {};
}

base::Status Decoder::frame(ByteReader in) {
  FrameMessage frame;
  frame.track = in.u32();
  uint8_t flags = in.u8();
  frame.key = (flags & kKeyFlag) != 0;
  frame.discontinuity = (flags & kDiscontinuityFlag) != 0;
  frame.hidden = (flags & kHiddenFlag) != 0;
  frame.alone = (flags & kAloneFlag) != 0;
  frame.pts = get_time(in);
  frame.dts = get_time(in);
  frame.duration = get_time(in);
  frame.capture = base::WallTime(get_time(in));
  bool timely = within(frame.pts, kTimeMax) && within(frame.dts, kTimeMax) &&
                within(frame.duration, kTimeMax) && within(frame.capture.time_since_epoch(), kCaptureMax);
  if (!in.ok() || !timely) return malformed("worker frame");
  if (!knows(frame.track)) return malformed("worker frame: track was not told");
  frame.payload = base::Slice::copy_of(in.rest());
  sink_.on_frame(std::move(frame));
  return {};
}

base::Status Decoder::shut_in(ByteReader in) {
  uint8_t how = in.u8();
  if (!in.ok() || in.remaining() != 0 || how > static_cast<uint8_t>(Confinement::kRefused))
    return malformed("worker shut in");
  sink_.on_shut_in({static_cast<Confinement>(how)});
  return {};
}

base::Status Decoder::trespass(ByteReader in) {
  uint8_t what = in.u8();
  TrespassMessage trespass{static_cast<CallClass>(what), in.u32()};
  if (!in.ok() || in.remaining() != 0 || what >= kCallClasses) return malformed("worker trespass");
  sink_.on_trespass(trespass);
  return {};
}

base::Status Decoder::key_request(ByteReader in) {
  if (in.remaining() != 0) return malformed("worker key request");
  sink_.on_key_request({});
  return {};
}

base::Status Decoder::variant(ByteReader in) {
  VariantMessage variant;
  variant.id = in.u32();
  uint8_t flags = in.u8();
  variant.wanted = (flags & kWantedFlag) != 0;
  variant.look = (flags & kLookFlag) != 0;
  variant.width = in.u32();
  variant.quality = in.u8();
  variant.interval = get_time(in);
  if (!in.ok() || in.remaining() != 0) return malformed("worker variant");
  sink_.on_variant(variant);
  return {};
}

base::Status Decoder::opened(ByteReader in) {
  OpenedMessage opened;
  opened.duration = get_time(in);
  bool timely = within(opened.duration, kTimeMax);
  size_t count = in.u16();
  if (count > limits_.tracks) return over_limit("worker opened: tracks", count);
  for (size_t i = 0; i < count && in.ok(); ++i) {
    OpenedMessage::First& first = opened.firsts.emplace_back();
    first.track = in.u32();
    first.pts = get_time(in);
    first.dts = get_time(in);
    timely = timely && within(first.pts, kTimeMax) && within(first.dts, kTimeMax);
  }
  opened.left_out = in.text(in.u16());
  if (!in.ok() || in.remaining() != 0 || !timely) return malformed("worker opened");
  if (opened.left_out.size() > limits_.text_bytes)
    return over_limit("worker opened: text", opened.left_out.size());
  sink_.on_opened(std::move(opened));
  return {};
}

base::Status Decoder::read_through(ByteReader in) {
  ReadThroughMessage through{get_time(in)};
  if (!in.ok() || in.remaining() != 0 || !within(through.end, kTimeMax))
    return malformed("worker read through");
  sink_.on_read_through(through);
  return {};
}

base::Status Decoder::log_line(ByteReader in) {
  uint8_t level = in.u8();
  if (!in.ok() || level > static_cast<uint8_t>(base::LogLevel::kError)) return malformed("worker log line");
  if (in.remaining() > limits_.text_bytes) return over_limit("worker log line", in.remaining());
  sink_.on_log({static_cast<base::LogLevel>(level), std::string(base::as_text(in.rest()))});
  return {};
}

bool Decoder::knows(uint32_t track) const {
  return std::ranges::find(tracks_, track) != tracks_.end();
}

}  // namespace eyas::worker
