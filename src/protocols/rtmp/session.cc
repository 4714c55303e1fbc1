#include "protocols/rtmp/session.h"

#include <algorithm>

namespace eyas::rtmp {
namespace {

// Some peers announce absurdly small windows; an acknowledgement per message helps nobody.
constexpr uint32_t kAcknowledgeEveryMin = 4096;

}  // namespace

Session::Session(const Options& options, Session::Sink& sink, base::MonoTime now, uint32_t seed)
    : options_(options),
      sink_(sink),
      handshake_(static_cast<uint32_t>(base::to_ms(now.time_since_epoch())), seed),
      reader_(options.chunk),
      writer_(kChunkSizeDefault),
      now_(now),
      opened_(now),
      last_heard_(now),
      last_ping_(now),
      command_second_(now),
      acknowledge_every_(options.window_ack_bytes) {}

base::Status Session::on_bytes(base::Bytes bytes, base::MonoTime now) {
  now_ = last_heard_ = now;
  if (!handshake_.done()) {
    std::vector<uint8_t> answer;
    if (base::Status status = handshake_.feed(bytes, answer); !status) return status;
    if (!answer.empty()) {
      sink_.send(base::Slice(std::move(answer)));
      if (bytes.empty()) return {};
    }
    if (!handshake_.done()) return {};
  }
  in_call_ = true;
  base::Status status = reader_.feed(bytes, *this);
  acknowledge(bytes.size());
  in_call_ = false;
  flush();
  return status;
}

base::Status Session::on_tick(base::MonoTime now) {
  now_ = now;
  if (!connected_ && now - opened_ >= options_.handshake_timeout) {
    return base::Error{base::Code::kTimeout, "rtmp: handshake and connect", {}};
  }
  if (now - last_heard_ >= options_.idle_timeout) return base::Error{base::Code::kTimeout, "rtmp: idle", {}};
  if (connected_ && now - last_heard_ >= options_.ping_interval &&
      now - last_ping_ >= options_.ping_interval) {
    last_ping_ = now;
    auto time_ms = static_cast<uint32_t>(base::to_ms(now - opened_));
    write(user_control(UserEvent::kPingRequest, time_ms));
  }
  return {};
}

// We acknowledge what peers want acknowledged, and never wait for acknowledgements of ours: TCP has flow
// control. While a session is set up, everything is answered by at least an acknowledgement: clients with
// Nagle's algorithm on (ffmpeg) write their next command only once TCP has acknowledged the last one, which
// takes the kernel 41 ms unless data goes back with it.
void Session::acknowledge(size_t bytes) {
  received_ += static_cast<uint32_t>(bytes);
  bool setting_up = !streaming() && writer_.empty();
  if (received_ - acknowledged_ < acknowledge_every_ && !setting_up) return;
  acknowledged_ = received_;
  write(acknowledgement(received_));
}

bool Session::streaming() const {
  return std::ranges::any_of(streams_, [](const auto& stream) { return stream.second != Role::kIdle; });
}

base::Status Session::on_message(Message message) {
  switch (message.type) {
    case MessageType::kAcknowledgement:
    case MessageType::kUserControl:
    case MessageType::kWindowAckSize:
    case MessageType::kSetPeerBandwidth:
      return on_control(message);
    case MessageType::kCommandAmf0:
    case MessageType::kCommandAmf3: {
      if (base::Status status = count_command(); !status) return status;
      base::Result<Command> command = parse_command(message, options_.command_bytes_max);
      if (!command) return command.error();
      return on_command(*command);
    }
    case MessageType::kAudio:
    case MessageType::kVideo:
    case MessageType::kDataAmf0:
      return on_media_message(message);
    case MessageType::kDataAmf3:
      message.type = MessageType::kDataAmf0;  // a format byte, then AMF0 values
      message.payload = message.payload.sub(1);
      return on_media_message(message);
    case MessageType::kAggregate:
      return on_aggregate(message);
    default:
      return {};  // shared objects and types that nobody defined: ignored [RTMP 1.0 7.1]
  }
}

base::Status Session::count_command() {
  if (now_ - command_second_ >= std::chrono::seconds(1)) {
    command_second_ = now_;
    commands_in_second_ = 0;
  }
  if (++commands_in_second_ > options_.commands_per_second_max) {
    return base::Error{base::Code::kLimit, "rtmp: commands per second", {}};
  }
  return {};
}

base::Status Session::on_control(const Message& message) {
  if (message.type == MessageType::kUserControl) {
    base::Result<UserControl> control = parse_user_control(message.payload);
    if (!control) return control.error();
    if (control->event == UserEvent::kPingRequest)
      write(user_control(UserEvent::kPingResponse, control->value));
    return {};
  }
  base::Result<uint32_t> number = parse_number(message.payload);
  if (!number) return number.error();
  if (message.type == MessageType::kAcknowledgement) {
    peer_acknowledged_ = *number;
  } else if (message.type == MessageType::kWindowAckSize) {
    acknowledge_every_ = std::max(*number, kAcknowledgeEveryMin);
  } else if (*number != window_told_) {
    // [RTMP 1.0 5.4.5]: answered with our window size when it differs from the last one that we told.
    window_told_ = *number;
    write(window_ack_size(*number));
  }
  return {};
}

base::Status Session::on_media_message(const Message& message) {
  auto stream = streams_.find(message.stream_id);
  if (stream == streams_.end() || stream->second != Role::kPublish) return {};
  return sink_.on_media(message);
}

base::Status Session::on_aggregate(const Message& message) {
  base::Result<std::vector<Message>> parts = split_aggregate(message);
  if (!parts) return parts.error();
  for (const Message& part : *parts) {
    bool media = part.type == MessageType::kAudio || part.type == MessageType::kVideo ||
                 part.type == MessageType::kDataAmf0;
    if (!media) continue;
    if (base::Status status = on_media_message(part); !status) return status;
  }
  return {};
}

void Session::make_idle(uint32_t stream_id) {
  auto stream = streams_.find(stream_id);
  if (stream != streams_.end()) stream->second = Role::kIdle;
}

void Session::publish_started(uint32_t stream_id) {
  write(user_control(UserEvent::kStreamBegin, stream_id));
  status(stream_id, "status", "NetStream.Publish.Start", "publishing");
}

void Session::publish_refused(uint32_t stream_id, std::string_view why) {
  make_idle(stream_id);
  status(stream_id, "error", "NetStream.Publish.BadName", why);
}

void Session::play_started(uint32_t stream_id) {
  bool was_in_call = std::exchange(in_call_, true);
  write(user_control(UserEvent::kStreamBegin, stream_id));
  status(stream_id, "status", "NetStream.Play.Reset", "playing and resetting");
  status(stream_id, "status", "NetStream.Play.Start", "playing");
  write(sample_access(stream_id));
  in_call_ = was_in_call;
  flush();
}

void Session::play_refused(uint32_t stream_id, std::string_view code, std::string_view why) {
  make_idle(stream_id);
  status(stream_id, "error", code, why);
}

void Session::play_ended(uint32_t stream_id) {
  make_idle(stream_id);
  bool was_in_call = std::exchange(in_call_, true);
  write(user_control(UserEvent::kStreamEof, stream_id));
  status(stream_id, "status", "NetStream.Play.UnpublishNotify", "the stream has ended");
  status(stream_id, "status", "NetStream.Play.Stop", "the stream has ended");
  in_call_ = was_in_call;
  flush();
}

bool Session::request_reconnect(std::string_view why) {
  if (!capabilities_.reconnects()) return false;
  status(0, "status", "NetConnection.Connect.ReconnectRequest", why);
  return true;
}

void Session::status(uint32_t stream_id, std::string_view level, std::string_view code,
                     std::string_view description) {
  write(on_status(stream_id, level, code, description));
}

void Session::write(const Message& message) {
  bool command = message.type == MessageType::kCommandAmf0 || message.type == MessageType::kDataAmf0;
  writer_.write(command ? kCommandChunkStream : kControlChunkStream, message);
  if (!in_call_) flush();
}

void Session::flush() {
  if (in_call_ || writer_.empty()) return;
  sink_.send(base::Slice(writer_.take()));
}

}  // namespace eyas::rtmp
