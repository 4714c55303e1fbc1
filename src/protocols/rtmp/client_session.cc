#include "protocols/rtmp/client_session.h"

#include <algorithm>

namespace eyas::rtmp {
namespace {

using flv::AmfValue;

constexpr uint32_t kAcknowledgeEveryMin = 4096;
constexpr uint32_t kBufferMs = 1000;  // that we claim to have; servers send no slower for it
constexpr const char* kAgent = "FMLE/3.0 (compatible; Eyas)";
// Transactions; the answers come back with them.
constexpr double kConnect = 1, kReleaseStream = 2, kFcPublish = 3, kCreateStream = 4, kBegin = 5;

// What a server says goes into logs: without line ends, and not without end.
std::string said(std::string_view text) {
  std::string out(text.substr(0, 200));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

base::Error server_error(base::Code code, const char* context, const AmfValue& information) {
  std::string detail = said(information.get_string("code"));
  std::string description = said(information.get_string("description"));
  return {code, context, description.empty() ? detail : detail + ": " + description};
}

}  // namespace

base::Result<Wish> Wish::of(const base::Url& url, Role role) {
  base::Result<std::string> path = base::percent_decoded(url.path);
  if (!path) return base::Error{base::Code::kInvalidConfig, "rtmp: the URL's path has a broken escape", {}};
  std::string_view rest = *path;
  while (rest.starts_with('/')) rest.remove_prefix(1);
  size_t slash = rest.rfind('/');
  if (url.host.empty() || slash == std::string_view::npos || slash + 1 == rest.size())
    return base::Error{base::Code::kInvalidConfig, "rtmp: want rtmp://HOST/APP/NAME",
                       url.shown_without_key()};
  Wish wish;
  wish.role = role;
  wish.app = rest.substr(0, slash);
  wish.name = rest.substr(slash + 1);
  if (!url.query.empty()) wish.name += "?" + url.query;
  wish.tc_url = url.scheme + "://" + url.authority() + "/" + wish.app;
  return wish;
}

ClientSession::ClientSession(const Options& options, Wish wish, Sink& sink, base::MonoTime now, uint32_t seed)
    : options_(options),
      wish_(std::move(wish)),
      sink_(sink),
      handshake_(static_cast<uint32_t>(base::to_ms(now.time_since_epoch())), seed),
      reader_(options.chunk),
      asked_(now),
      last_heard_(now),
      last_ping_(now),
      acknowledge_every_(options.window_ack_bytes) {}

void ClientSession::start() {
  sink_.send(base::Slice(handshake_.begin()));
}

base::Status ClientSession::on_bytes(base::Bytes bytes, base::MonoTime now) {
  last_heard_ = now;
  bool greeted = handshake_.done();
  if (!greeted) {
    std::vector<uint8_t> answer;
    if (base::Status status = handshake_.feed(bytes, answer); !status) return status;
    if (!answer.empty()) sink_.send(base::Slice(std::move(answer)));
    if (!handshake_.done()) return {};
  }
  in_call_ = true;  // what one call answers leaves in one send
  if (!greeted) connect();
  base::Status status = reader_.feed(bytes, *this);
  received_ += static_cast<uint32_t>(bytes.size());
  if (received_ - acknowledged_ >= acknowledge_every_) {
    acknowledged_ = received_;
    write(acknowledgement(received_));
  }
  in_call_ = false;
  flush();
  return status;
}

base::Status ClientSession::on_tick(base::MonoTime now) {
  bool waits_for_us = state_ == State::kConnected;
  if (!running_ && !waits_for_us && now - asked_ >= options_.handshake_timeout)
    return base::Error{base::Code::kTimeout, "rtmp: handshake: no answer in time", {}};
  if (now - last_heard_ >= options_.idle_timeout) return base::Error{base::Code::kTimeout, "rtmp: idle", {}};
  if (running_ && now - last_heard_ >= options_.ping_interval && now - last_ping_ >= options_.ping_interval) {
    last_ping_ = now;
    write(user_control(UserEvent::kPingRequest, static_cast<uint32_t>(base::to_ms(now - asked_))));
  }
  return {};
}

base::Status ClientSession::on_message(Message message) {
  switch (message.type) {
    case MessageType::kUserControl:
    case MessageType::kWindowAckSize:
    case MessageType::kSetPeerBandwidth:
      return on_control(message);
    case MessageType::kCommandAmf0:
    case MessageType::kCommandAmf3: {
      base::Result<Command> command = parse_command(message, options_.command_bytes_max);
      if (!command) return command.error();
      return on_command(*command);
    }
    case MessageType::kDataAmf3:
      message.type = MessageType::kDataAmf0;  // a format byte, then AMF0 values
      message.payload = message.payload.sub(1);
      return on_media_message(std::move(message));
    case MessageType::kAudio:
    case MessageType::kVideo:
    case MessageType::kDataAmf0:
      return on_media_message(std::move(message));
    case MessageType::kAggregate: {
      base::Result<std::vector<Message>> parts = split_aggregate(message);
      if (!parts) return parts.error();
      for (Message& part : *parts) {
        if (part.type == MessageType::kAggregate) continue;
        if (base::Status status = on_message(std::move(part)); !status) return status;
      }
      return {};
    }
    default:
      return {};
  }
}

base::Status ClientSession::on_control(const Message& message) {
  if (message.type == MessageType::kUserControl) {
    base::Result<UserControl> control = parse_user_control(message.payload);
    if (!control) return control.error();
    if (control->event == UserEvent::kPingRequest)
      write(user_control(UserEvent::kPingResponse, control->value));
    if (control->event == UserEvent::kStreamEof && running_ && wish_.role == Wish::Role::kPlay)
      return base::Error{base::Code::kClosed, "rtmp: the stream is over", {}};
    return {};
  }
  base::Result<uint32_t> number = parse_number(message.payload);
  if (!number) return number.error();
  if (message.type == MessageType::kWindowAckSize)
    acknowledge_every_ = std::max(*number, kAcknowledgeEveryMin);
  else
    write(window_ack_size(*number));
  return {};
}

base::Status ClientSession::on_media_message(Message message) {
  if (wish_.role != Wish::Role::kPlay || state_ != State::kStarting) return {};
  if (message.type == MessageType::kDataAmf0) {
    if (base::as_text(message.payload).starts_with(kSetDataFrame))
      message.payload = message.payload.sub(kSetDataFrame.size());
  } else {
    set_running();  // DEVIATION: some servers play without saying NetStream.Play.Start
  }
  return sink_.on_media(message);
}

base::Status ClientSession::on_command(const Command& command) {
  if (command.name == "_result" || command.name == "_error") return on_result(command);
  if (command.name == "onStatus") return on_status(command.value(1));
  // Servers of Adobe's line measure the line and wait for this answer.
  if (command.name == "onBWDone") call(0, "_checkbw", 0, {AmfValue::null()});
  if (command.name == "close")
    return base::Error{base::Code::kClosed, "rtmp: the server ends the connection", {}};
  return {};
}

base::Status ClientSession::on_result(const Command& command) {
  bool failed = command.name == "_error";
  if (command.transaction == kConnect && state_ == State::kConnecting) {
    if (failed)
      return server_error(base::Code::kRefused, "rtmp: the server refuses the connection", command.value(1));
    capabilities_ = read_capabilities(command.value(0));
    // Implementations differ in which of the two objects they answer in.
    if (!capabilities_.enhanced) capabilities_ = read_capabilities(command.value(1));
    state_ = State::kConnected;
    if (wish_.role == Wish::Role::kPlay) create_stream();
    sink_.on_connected();
  } else if (command.transaction == kCreateStream && state_ == State::kCreating) {
    double id = command.value(1).as_number(-1);
    if (failed || !(id >= 0 && id <= 0xFFFFFFFF))
      return server_error(base::Code::kRefused, "rtmp: the server gives no stream", command.value(1));
    stream_id_ = static_cast<uint32_t>(id);
    begin_stream();
  } else if (failed && command.transaction == kBegin) {
    return server_error(base::Code::kRefused, "rtmp: the server refuses the stream", command.value(1));
  }
  // Refusals of releaseStream and FCPublish mean only that the server does not know them.
  return {};
}

base::Status ClientSession::on_status(const AmfValue& information) {
  std::string_view code = information.get_string("code");
  if (code == "NetConnection.Connect.ReconnectRequest")
    return base::Error{base::Code::kClosed, "rtmp: the server asks to connect again", {}};
  if (code == "NetStream.Play.StreamNotFound" || code == "NetStream.Play.FileNotFound")
    return server_error(base::Code::kNotFound, "rtmp: no such stream", information);
  if (information.get_string("level") == "error" || code.ends_with(".Failed") || code.ends_with(".BadName"))
    return server_error(base::Code::kRefused, "rtmp: the server refuses the stream", information);
  if (code == "NetStream.Play.UnpublishNotify" || code == "NetStream.Play.Stop" ||
      code == "NetStream.Play.Complete")
    return server_error(base::Code::kClosed, "rtmp: the stream is over", information);
  bool starts =
      code == (wish_.role == Wish::Role::kPlay ? "NetStream.Play.Start" : "NetStream.Publish.Start");
  if (starts && state_ == State::kStarting) set_running();
  return {};
}

void ClientSession::connect() {
  state_ = State::kConnecting;
  std::vector<flv::AmfProperty> object = {{"app", AmfValue::string(wish_.app)},
                                          {"flashVer", AmfValue::string(kAgent)},
                                          {"tcUrl", AmfValue::string(wish_.tc_url)}};
  if (wish_.role == Wish::Role::kPublish) {
    object.push_back({"type", AmfValue::string("nonprivate")});
  } else {
    object.push_back({"fpad", AmfValue::boolean(false)});
    object.push_back({"capabilities", AmfValue::number(15)});
    object.push_back({"audioCodecs", AmfValue::number(0x0FFF)});  // all of them [RTMP 1.0 7.2.1.1]
    object.push_back({"videoCodecs", AmfValue::number(0x00FF)});
    object.push_back({"videoFunction", AmfValue::number(1)});
  }
  for (flv::AmfProperty& property : our_capabilities()) object.push_back(std::move(property));
  if (wish_.role == Wish::Role::kPublish) writer_.change_chunk_size(kPublishChunkBytes);
  call(0, "connect", kConnect, {AmfValue::object(std::move(object))});
}

void ClientSession::publish() {
  asked_ = last_heard_;
  call(0, "releaseStream", kReleaseStream, {AmfValue::null(), AmfValue::string(wish_.name)});
  call(0, "FCPublish", kFcPublish, {AmfValue::null(), AmfValue::string(wish_.name)});
  create_stream();
}

void ClientSession::create_stream() {
  state_ = State::kCreating;
  call(0, "createStream", kCreateStream, {AmfValue::null()});
}

void ClientSession::begin_stream() {
  state_ = State::kStarting;
  if (wish_.role == Wish::Role::kPublish) {
    return call(stream_id_, "publish", kBegin,
                {AmfValue::null(), AmfValue::string(wish_.name), AmfValue::string("live")});
  }
  // -2: live, else recorded, else wait for it. [RTMP 1.0 7.2.2.1]
  call(stream_id_, "play", kBegin, {AmfValue::null(), AmfValue::string(wish_.name), AmfValue::number(-2)});
  base::ByteWriter out;
  out.u16(static_cast<uint16_t>(UserEvent::kSetBufferLength));
  out.u32(stream_id_);
  out.u32(kBufferMs);
  write({MessageType::kUserControl, 0, 0, base::Slice(out.take())});
}

void ClientSession::unpublish() {
  if (wish_.role != Wish::Role::kPublish || state_ != State::kStarting) return;
  call(0, "FCUnpublish", kBegin + 1, {AmfValue::null(), AmfValue::string(wish_.name)});
  call(0, "deleteStream", kBegin + 2, {AmfValue::null(), AmfValue::number(stream_id_)});
}

void ClientSession::set_running() {
  if (!std::exchange(running_, true)) sink_.on_running();
}

void ClientSession::call(uint32_t stream_id, std::string_view name, double transaction,
                         std::vector<AmfValue> values) {
  write(command_message(stream_id, name, transaction, std::move(values)));
}

void ClientSession::write(const Message& message) {
  bool control = message.type != MessageType::kCommandAmf0;
  writer_.write(control ? kControlChunkStream : kCommandChunkStream, message);
  if (!in_call_) flush();
}

void ClientSession::flush() {
  if (!writer_.empty()) sink_.send(base::Slice(writer_.take()));
}

}  // namespace eyas::rtmp
