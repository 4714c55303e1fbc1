// Record: a push's side of RTSP without I/O: OPTIONS, ANNOUNCE, SETUP of each section, RECORD, and then
// keeping it alive. Packets travel within the connection. README.md has its states.
#pragma once

#include <string>
#include <vector>

#include "protocols/rtsp/client/conversation.h"
#include "protocols/rtsp/wire/transport.h"
#include "rtp/sdp/sdp.h"

namespace eyas::rtsp {

// Lives on its connection's loop. After an error from any call the connection is to be closed.
class Record final : private Conversation::Sink {
 public:
  // All calls come from inside a call into the session; they must not destroy it.
  struct Sink {
    virtual ~Sink() = default;
    virtual void send(base::Slice bytes) = 0;
    // Packets may be sent, on these channels, by section.
    virtual void on_recording(const std::vector<NumberPair>& channels) = 0;
    // What the server says of our packets, and asks of us: RTCP.
    virtual void on_report(base::Bytes packet) = 0;
    virtual void on_redirect(const base::Url& to) = 0;
  };

  // `description` as description_of() makes it.
  Record(const ClientOptions& options, base::Url url, sdp::Description description, uint64_t seed,
         Record::Sink& sink);

  void start(base::MonoTime now);
  base::Status on_bytes(base::Bytes bytes, base::MonoTime now);
  // Errors: kTimeout.
  base::Status on_tick(base::MonoTime now);
  // Ends the session at the server; nobody waits for the answer. Empty when there is none.
  base::Slice last_words();
  uint64_t requests() const { return conversation_.requests(); }

 private:
  void send(base::Slice bytes) override { sink_.send(std::move(bytes)); }
  void on_interleaved(uint8_t, base::Bytes packet) override { sink_.on_report(packet); }
  void on_redirect(const base::Url& to) override { sink_.on_redirect(to); }

  base::Status options(const Response& response);
  base::Status announced(const Response& response);
  base::Status setup_next();
  base::Status set_up(const Response& response);
  base::Status recording(const Response& response);
  Request request(const char* method, std::string uri) const;

  sdp::Description description_;
  Record::Sink& sink_;
  Conversation conversation_;
  base::MonoTime now_;
  std::vector<NumberPair> channels_;  // of the sections set up so far
};

}  // namespace eyas::rtsp
