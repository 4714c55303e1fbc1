// ClientSession: an RTMP connection of ours as a state machine without I/O: bytes and the time come in,
// actions go out through Sink.
#pragma once

#include <string>

#include "base/time.h"
#include "base/url.h"
#include "protocols/rtmp/capabilities.h"
#include "protocols/rtmp/command.h"
#include "protocols/rtmp/options.h"
#include "protocols/rtmp/wire/chunk_reader.h"
#include "protocols/rtmp/wire/chunk_writer.h"
#include "protocols/rtmp/wire/client_handshake.h"

namespace eyas::rtmp {

// What is asked of a server. Of rtmp://host/live/camera/main?key=x the app is "live/camera" and the name
// "main?key=x": what comes last names the stream, with its arguments. Percent signs are decoded.
struct Wish {
  enum class Role : uint8_t { kPlay, kPublish };
  Role role = Role::kPlay;
  std::string app;
  std::string name;
  std::string tc_url;  // "rtmp://host:1935/live"

  // Errors: kInvalidConfig when there is no app or no name, or an escape is broken.
  static base::Result<Wish> of(const base::Url& url, Role role);
};

// Lives on its connection's loop. After an error from any call the connection is to be closed.
class ClientSession : private ChunkReader::Sink {
 public:
  // All calls come from inside a call into the session; they must not destroy it.
  struct Sink {
    virtual ~Sink() = default;
    virtual void send(base::Slice bytes) = 0;
    // The server took the connection. A publisher calls publish() now or later.
    virtual void on_connected() = 0;
    // It plays, or waits for what we publish.
    virtual void on_running() = 0;
    // Of what we play: audio, video, or script data without "@setDataFrame".
    virtual base::Status on_media(const Message& message) = 0;
  };

  // As large as servers allow: nginx refuses above 10 MiB, SRS above 64 KiB.
  static constexpr uint32_t kPublishChunkBytes = 60'000;

  ClientSession(const Options& options, Wish wish, Sink& sink, base::MonoTime now, uint32_t seed);

  // Sends C0 C1.
  void start();
  // Errors: kMalformed, kUnsupported, kLimit; kRefused and kNotFound with what the server says; kClosed when
  // the stream is over or the server asks to connect again.
  base::Status on_bytes(base::Bytes bytes, base::MonoTime now);
  // About once a second. Errors: kTimeout.
  base::Status on_tick(base::MonoTime now);
  // Asks to publish; once, after on_connected().
  void publish();
  // Says goodbye to who publishes under our name.
  void unpublish();

  bool running() const { return running_; }
  uint32_t stream_id() const { return stream_id_; }
  uint32_t chunk_size_out() const { return writer_.chunk_size(); }
  const PeerCapabilities& peer_capabilities() const { return capabilities_; }

 private:
  enum class State : uint8_t { kHandshake, kConnecting, kConnected, kCreating, kStarting };

  base::Status on_message(Message message) override;
  base::Status on_control(const Message& message);
  base::Status on_media_message(Message message);
  base::Status on_command(const Command& command);
  base::Status on_result(const Command& command);
  base::Status on_status(const flv::AmfValue& information);
  void connect();
  void create_stream();
  void begin_stream();
  void set_running();
  void call(uint32_t stream_id, std::string_view name, double transaction, std::vector<flv::AmfValue> values);
  void write(const Message& message);
  void flush();

  const Options options_;
  const Wish wish_;
  ClientSession::Sink& sink_;
  ClientHandshake handshake_;
  ChunkReader reader_;
  ChunkWriter writer_{kChunkSizeDefault};
  State state_ = State::kHandshake;
  bool in_call_ = false;
  bool running_ = false;
  uint32_t stream_id_ = 0;
  PeerCapabilities capabilities_;
  base::MonoTime asked_;  // since when an answer is awaited
  base::MonoTime last_heard_;
  base::MonoTime last_ping_;
  uint32_t received_ = 0;
  uint32_t acknowledged_ = 0;
  uint32_t acknowledge_every_;
};

}  // namespace eyas::rtmp
