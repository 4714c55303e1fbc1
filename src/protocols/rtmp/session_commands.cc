// The commands of a session [RTMP 1.0 7.2].
#include <algorithm>
#include <array>

#include "protocols/rtmp/session.h"

namespace eyas::rtmp {

using flv::AmfValue;

namespace {

constexpr size_t kAgentBytesMax = 64;
constexpr std::string_view kServerAgent =
    "FMS/3,5,7,7009";  // players of Adobe's line read features from this
constexpr double kServerCapabilities = 31;

}  // namespace

base::Status Session::on_command(const Command& command) {
  if (command.name == "connect") return connect(command);
  if (!connected_) return base::Error{base::Code::kMalformed, "rtmp: command before connect", {}};
  struct Row {
    std::string_view name;
    void (Session::*handle)(const Command&);
  };
  static constexpr std::array<Row, 17> kRows = {{
      {"createStream", &Session::create_stream},
      {"publish", &Session::publish},
      {"play", &Session::play},
      {"play2", &Session::play2},
      {"deleteStream", &Session::delete_stream},
      {"closeStream", &Session::close_stream},
      {"pause", &Session::pause},
      {"seek", &Session::seek},
      {"receiveAudio", &Session::receive_audio},
      {"receiveVideo", &Session::receive_video},
      {"getStreamLength", &Session::answer_zero},
      {"releaseStream", &Session::answer_nothing},
      {"FCPublish", &Session::fc_publish},
      {"FCUnpublish", &Session::fc_unpublish},
      {"FCSubscribe", &Session::fc_subscribe},
      {"_result", nullptr},
      {"_error", nullptr},
  }};
  auto row = std::ranges::find(kRows, std::string_view(command.name), &Row::name);
  if (row == kRows.end()) {
    unknown(command);
  } else if (row->handle != nullptr) {
    (this->*row->handle)(command);
  }
  return {};
}

base::Status Session::connect(const Command& command) {
  if (connected_) {
    unknown(command);
    return {};
  }
  const AmfValue object = command.value(0);
  app_ = object.get_string("app");
  agent_ = object.get_string("flashVer").substr(0, kAgentBytesMax);
  capabilities_ = read_capabilities(object);
  connected_ = true;

  window_told_ = options_.window_ack_bytes;
  write(window_ack_size(options_.window_ack_bytes));
  write(set_peer_bandwidth(options_.window_ack_bytes));
  writer_.change_chunk_size(std::clamp(options_.chunk_size_out, kChunkSizeDefault, kChunkSizeMax));
  write(user_control(UserEvent::kStreamBegin, 0));

  std::vector<flv::AmfProperty> properties = {{"fmsVer", AmfValue::string(kServerAgent)},
                                              {"capabilities", AmfValue::number(kServerCapabilities)},
                                              {"mode", AmfValue::number(1)}};
  std::vector<flv::AmfProperty> information = {
      {"level", AmfValue::string("status")},
      {"code", AmfValue::string("NetConnection.Connect.Success")},
      {"description", AmfValue::string("Connection succeeded.")},
      {"objectEncoding", AmfValue::number(0)}};  // we answer in AMF0, also to those who can do AMF3
  if (capabilities_.enhanced) {
    // Implementations differ in which of the two objects they look into.
    for (flv::AmfProperty& property : our_capabilities()) {
      properties.push_back(property);
      information.push_back(std::move(property));
    }
  }
  write(command_message(0, "_result", command.transaction,
                        {AmfValue::object(std::move(properties)), AmfValue::object(std::move(information))}));
  return {};
}

void Session::create_stream(const Command& command) {
  if (streams_.size() >= options_.message_streams_max) {
    sink_.on_limit(Limit::kMessageStreams);
    write(command_message(0, "_error", command.transaction,
                          {AmfValue::null(), status_object("error", "NetConnection.Call.Failed",
                                                           "too many streams on one connection")}));
    return;
  }
  while (streams_.contains(next_stream_id_)) ++next_stream_id_;
  uint32_t id = next_stream_id_++;
  streams_[id] = Role::kIdle;
  result(command, AmfValue::number(id));
}

// Null when the peer may not have another stream.
// DEVIATION: some encoders publish on a stream that they never created.
Session::Role* Session::stream_for(uint32_t stream_id) {
  auto found = streams_.find(stream_id);
  if (found != streams_.end()) return &found->second;
  if (streams_.size() >= options_.message_streams_max) {
    sink_.on_limit(Limit::kMessageStreams);
    return nullptr;
  }
  return &streams_.emplace(stream_id, Role::kIdle).first->second;
}

void Session::publish(const Command& command) {
  uint32_t id = command.stream_id;
  stop(id);
  Role* role = stream_for(id);
  if (role == nullptr) return publish_refused(id, "too many streams on one connection");
  base::Result<Target> target = make_target(app_, command.value(1).as_string(), options_.arguments_bytes_max);
  if (!target) {
    if (target.error().code == base::Code::kLimit) sink_.on_limit(limit_of(target.error()));
    return publish_refused(id, target.error().context);
  }
  *role = Role::kPublish;
  sink_.on_publish(id, *target);
}

void Session::play(const Command& command) {
  play_name(command.stream_id, command.value(1).as_string());
}

// Another stream in place of the one that plays, named in an object. Its transitions belong to files: live,
// the new stream begins at its newest key frame.
void Session::play2(const Command& command) {
  play_name(command.stream_id, command.value(1).get_string("streamName"));
}

void Session::play_name(uint32_t id, std::string_view name) {
  stop(id);
  Role* role = stream_for(id);
  if (role == nullptr) return play_refused(id, "NetStream.Play.Failed", "too many streams on one connection");
  base::Result<Target> target = make_target(app_, name, options_.arguments_bytes_max);
  if (!target) {
    if (target.error().code == base::Code::kLimit) sink_.on_limit(limit_of(target.error()));
    return play_refused(id, "NetStream.Play.StreamNotFound", target.error().context);
  }
  *role = Role::kPlay;
  sink_.on_play(id, *target);
}

void Session::stop(uint32_t stream_id) {
  auto stream = streams_.find(stream_id);
  if (stream == streams_.end() || stream->second == Role::kIdle) return;
  stream->second = Role::kIdle;
  sink_.on_stop(stream_id);
}

void Session::delete_stream(const Command& command) {
  double number = command.value(1).as_number(-1);
  if (!(number >= 0 && number <= 0xFFFFFFFF)) return;
  auto id = static_cast<uint32_t>(number);
  stop(id);
  streams_.erase(id);
}

void Session::close_stream(const Command& command) {
  stop(command.stream_id);
}

void Session::pause(const Command& command) {
  bool paused = command.value(1).as_boolean();
  sink_.on_pause(command.stream_id, paused);
  status(command.stream_id, "status", paused ? "NetStream.Pause.Notify" : "NetStream.Unpause.Notify",
         paused ? "paused" : "resumed at the newest key frame");
}

// A live stream has nowhere to seek to; players only want to hear something.
void Session::seek(const Command& command) {
  status(command.stream_id, "status", "NetStream.Seek.Notify", "live: stays where it is");
}

void Session::receive_audio(const Command& command) {
  sink_.on_receive(command.stream_id, MessageType::kAudio, command.value(1).as_boolean(true));
}

void Session::receive_video(const Command& command) {
  sink_.on_receive(command.stream_id, MessageType::kVideo, command.value(1).as_boolean(true));
}

void Session::answer_zero(const Command& command) {
  result(command, AmfValue::number(0));
}
void Session::answer_nothing(const Command& command) {
  result(command, AmfValue());
}

void Session::fc_publish(const Command& command) {
  write(command_message(
      0, "onFCPublish", 0,
      {AmfValue::null(), status_object("status", "NetStream.Publish.Start", command.value(1).as_string())}));
  result(command, AmfValue());
}

void Session::fc_unpublish(const Command& command) {
  write(command_message(0, "onFCUnpublish", 0,
                        {AmfValue::null(), status_object("status", "NetStream.Unpublish.Success",
                                                         command.value(1).as_string())}));
  result(command, AmfValue());
}

void Session::fc_subscribe(const Command& command) {
  write(command_message(
      0, "onFCSubscribe", 0,
      {AmfValue::null(), status_object("status", "NetStream.Play.Start", command.value(1).as_string())}));
}

void Session::unknown(const Command& command) {
  if (command.transaction == 0) return;
  write(command_message(command.stream_id, "_error", command.transaction,
                        {AmfValue::null(), status_object("error", "NetConnection.Call.Failed",
                                                         "this server has no such method")}));
}

void Session::result(const Command& command, AmfValue value) {
  if (command.transaction == 0) return;
  write(command_message(0, "_result", command.transaction, {AmfValue::null(), std::move(value)}));
}

}  // namespace eyas::rtmp
