// One RTMP connection as a state machine without I/O: bytes and the time come in, actions go out through
// Sink.
#pragma once

#include <map>
#include <string>

#include "base/time.h"
#include "protocols/rtmp/capabilities.h"
#include "protocols/rtmp/command.h"
#include "protocols/rtmp/limits.h"
#include "protocols/rtmp/options.h"
#include "protocols/rtmp/target.h"
#include "protocols/rtmp/wire/chunk_reader.h"
#include "protocols/rtmp/wire/chunk_writer.h"
#include "protocols/rtmp/wire/handshake.h"

namespace eyas::rtmp {

// Lives on its connection's loop. After an error from any call the connection is to be closed.
class Session : private ChunkReader::Sink {
 public:
  // All calls come from inside a call into the session; they must not destroy it. Wishes (publish, play) may
  // be answered inside the call or later.
  struct Sink {
    virtual ~Sink() = default;
    virtual void send(base::Slice bytes) = 0;
    // Answer with publish_started() or publish_refused().
    virtual void on_publish(uint32_t stream_id, const Target& target) = 0;
    // Answer with play_started() or play_refused().
    virtual void on_play(uint32_t stream_id, const Target& target) = 0;
    // Audio, video or script data (AMF0) on a stream whose publish was not refused.
    virtual base::Status on_media(const Message& message) = 0;
    // The peer ended what it published or played there.
    virtual void on_stop(uint32_t stream_id) = 0;
    virtual void on_pause(uint32_t stream_id, bool paused) = 0;
    // receiveAudio and receiveVideo; type: kAudio or kVideo.
    virtual void on_receive(uint32_t stream_id, MessageType type, bool wanted) = 0;
    // A wish was refused because of it; the session goes on.
    virtual void on_limit(Limit limit) = 0;
  };

  // `seed` fills the handshake's random fields.
  Session(const Options& options, Session::Sink& sink, base::MonoTime now, uint32_t seed);

  // Errors: kMalformed, kUnsupported, kLimit.
  base::Status on_bytes(base::Bytes bytes, base::MonoTime now);
  // About once a second: pings and timeouts. Errors: kTimeout.
  base::Status on_tick(base::MonoTime now);

  void publish_started(uint32_t stream_id);
  void publish_refused(uint32_t stream_id, std::string_view why);
  void play_started(uint32_t stream_id);
  // code: "NetStream.Play.StreamNotFound", "NetStream.Play.Failed".
  void play_refused(uint32_t stream_id, std::string_view code, std::string_view why);
  // What was played is over. The stream may be used again.
  void play_ended(uint32_t stream_id);
  // Asks the peer to connect again [E-RTMP v2 "Reconnect Request"]; false when it does not know how.
  bool request_reconnect(std::string_view why);

  bool connected() const { return connected_; }
  const PeerCapabilities& peer_capabilities() const { return capabilities_; }
  const std::string& agent() const { return agent_; }  // flashVer of connect, cut to 64 bytes
  uint32_t chunk_size_out() const { return writer_.chunk_size(); }
  uint32_t peer_acknowledged() const { return peer_acknowledged_; }

 private:
  enum class Role : uint8_t { kIdle, kPublish, kPlay };

  base::Status on_message(Message message) override;
  base::Status on_control(const Message& message);
  base::Status on_media_message(const Message& message);
  base::Status on_aggregate(const Message& message);
  base::Status count_command();

  base::Status on_command(const Command& command);
  base::Status connect(const Command& command);
  void create_stream(const Command& command);
  void publish(const Command& command);
  void play(const Command& command);
  void play2(const Command& command);
  void play_name(uint32_t stream_id, std::string_view name);
  void delete_stream(const Command& command);
  void close_stream(const Command& command);
  void pause(const Command& command);
  void seek(const Command& command);
  void receive_audio(const Command& command);
  void receive_video(const Command& command);
  void answer_zero(const Command& command);
  void answer_nothing(const Command& command);
  void fc_publish(const Command& command);
  void fc_unpublish(const Command& command);
  void fc_subscribe(const Command& command);
  void unknown(const Command& command);

  Role* stream_for(uint32_t stream_id);
  void make_idle(uint32_t stream_id);
  void stop(uint32_t stream_id);
  void result(const Command& command, flv::AmfValue value);
  void status(uint32_t stream_id, std::string_view level, std::string_view code,
              std::string_view description);
  void write(const Message& message);
  void acknowledge(size_t bytes);
  bool streaming() const;
  void flush();

  Options options_;
  Session::Sink& sink_;
  ServerHandshake handshake_;
  ChunkReader reader_;
  ChunkWriter writer_;
  bool in_call_ = false;  // answers of one on_bytes() leave in one send

  bool connected_ = false;
  std::string app_;
  std::string agent_;
  PeerCapabilities capabilities_;
  std::map<uint32_t, Role> streams_;
  uint32_t next_stream_id_ = 1;

  base::MonoTime now_;
  base::MonoTime opened_;
  base::MonoTime last_heard_;
  base::MonoTime last_ping_;
  base::MonoTime command_second_;
  size_t commands_in_second_ = 0;
  uint32_t received_ = 0;  // bytes since the handshake, modulo 2^32
  uint32_t acknowledged_ = 0;
  uint32_t acknowledge_every_;
  uint32_t window_told_ = 0;
  uint32_t peer_acknowledged_ = 0;
};

}  // namespace eyas::rtmp
