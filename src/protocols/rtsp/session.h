// Session: what a peer asks for on one connection, and what may be answered when. Without I/O.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/rtsp/guard.h"
#include "protocols/rtsp/options.h"
#include "protocols/rtsp/stream_format.h"
#include "protocols/rtsp/target.h"
#include "protocols/rtsp/wire/headers.h"
#include "protocols/rtsp/wire/message_reader.h"
#include "protocols/rtsp/wire/transport.h"
#include "rtp/sdp/sdp.h"

namespace eyas::rtsp {

// A connection has one session at a time, which ends with it. Lives on its connection's loop.
class Session final : private MessageReader::Sink {
 public:
  enum class State : uint8_t { kIdle, kReadyToPlay, kPlaying, kReadyToRecord, kRecording };

  // What the session wants done. Those that say "answers" are answered by the method named, now or later;
  // until then further requests wait.
  struct Sink {
    virtual ~Sink() = default;
    virtual void send(std::string text) = 0;
    // The peer wants to know or play a stream: opened() or refused() answers.
    virtual void on_open(const Target& target) = 0;
    // The peer wants to publish one: accepted() or refused() answers.
    virtual void on_announce(const Target& target, const sdp::Description& description) = 0;
    // Prepares the way of a track: a lane of the head, or a section of the description. `wanted` is one of
    // the peer's alternatives; gives what the answer says of it. Errors: kUnsupported, and the next one is
    // asked for.
    virtual base::Result<Transport> on_setup(size_t place, bool record, const Transport& wanted) = 0;
    // Packets are to flow: playing() or refused() answers. May come again after on_pause().
    virtual void on_play() = 0;
    virtual void on_pause() = 0;
    virtual void on_record() = 0;
    virtual void on_teardown() = 0;
    virtual void on_interleaved(uint8_t channel, base::Bytes packet, base::MonoTime now) = 0;
    virtual void on_login_refused() = 0;
  };

  // `options` and `sink` outlive it. `host`: our address as the peer sees it, for descriptions.
  Session(const Options& options, Sink& sink, Guard guard, std::string id, std::string host,
          base::MonoTime now);

  // Errors end the connection: kMalformed, kLimit.
  base::Status on_bytes(base::Bytes bytes, base::MonoTime now);
  // About once a second. Errors: kTimeout.
  base::Status on_tick(base::MonoTime now);
  // Something else was heard of the peer: a report or a packet over UDP.
  void heard(base::MonoTime now) { last_heard_ = now; }

  void opened(std::shared_ptr<const StreamHead> head);
  void accepted();
  void playing(const std::vector<RtpInfo>& infos);
  void refused(const base::Error& why);

  State state() const { return state_; }
  // Of the stream that is opened or announced.
  const Target& target() const { return target_; }
  const std::shared_ptr<const StreamHead>& head() const { return head_; }
  // "rtsp://host/live/alpha/trackID=1" as the peer named it in SETUP.
  const std::string& address_of(size_t place) const;
  // What the peer says that it is; empty: nothing.
  const std::string& agent() const { return agent_; }

 private:
  struct SetUp {
    size_t place = 0;
    std::string address;
    Transport transport;
  };
  using Handler = void (Session::*)();

  void on_request(Request request) override;
  void on_response(Response) override {}
  void on_interleaved(uint8_t channel, base::Bytes packet) override;

  void handle_next();
  void handle();
  bool let_in();
  bool fits_session();
  void options();
  void describe();
  void announce();
  void setup();
  void play();
  void record();
  void pause();
  void teardown();
  void parameter();
  void unknown();
  static Handler handler_of(std::string_view method);

  // True when `current_` means the stream that stands open; else asks for it.
  bool open_target();
  void answer_describe();
  void setup_on(size_t place, bool record);
  std::optional<size_t> place_to_play(const std::string& control) const;
  std::optional<size_t> place_to_record() const;
  template <typename Taken>
  std::optional<size_t> first_free(size_t count, Taken taken) const;
  bool is_set_up(size_t place) const;

  Response response(unsigned status) const;
  void reply(Response response);
  void reply(unsigned status) { reply(response(status)); }
  void fail(base::Error why);

  const Options& options_;
  Sink& sink_;
  Guard guard_;
  const std::string id_;
  const std::string host_;
  MessageReader reader_;
  base::Status status_;  // why the connection must end

  State state_ = State::kIdle;
  Target target_;
  std::shared_ptr<const StreamHead> head_;  // to play
  sdp::Description announced_;              // to record
  std::string announced_uri_;
  std::vector<SetUp> set_up_;

  std::deque<Request> waiting_;
  Request current_;
  bool busy_ = false;  // current_ waits for the sink's answer
  bool handling_ = false;
  size_t wrong_logins_ = 0;
  std::string agent_;
  uint64_t descriptions_ = 0;

  base::MonoTime now_;
  base::MonoTime last_heard_;
  base::MonoTime second_started_;
  size_t requests_this_second_ = 0;
};

}  // namespace eyas::rtsp
