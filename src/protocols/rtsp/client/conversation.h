// Conversation: the client's half of one RTSP connection: requests and their answers, authentication,
// timeouts, the session and what keeps it alive, what the server asks of us. Without I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/authentication.h"
#include "base/slice.h"
#include "base/task.h"
#include "base/time.h"
#include "base/url.h"
#include "protocols/rtsp/client/options.h"
#include "protocols/rtsp/wire/message.h"
#include "protocols/rtsp/wire/message_reader.h"

namespace eyas::rtsp {

// One request is under way at a time. After an error from any call the connection is to be closed. Lives on
// its connection's loop.
class Conversation final : private MessageReader::Sink {
 public:
  // All calls come from inside a call into the conversation; they must not destroy it.
  struct Sink {
    virtual ~Sink() = default;
    virtual void send(base::Slice bytes) = 0;
    virtual void on_interleaved(uint8_t channel, base::Bytes packet) = 0;
    // The server sends us elsewhere [RFC 2326 10.10], or ends the session.
    virtual void on_redirect(const base::Url& to) = 0;
  };
  // `answer` with the final response: what a login could mend has been mended.
  using Answer = base::UniqueFunction<base::Status(const Response&)>;
  enum class Patience : uint8_t {
    kBounded,  // no answer in time is an error
    kNone,     // DEVIATION: cameras that never answer keep-alives; the next request takes its place
  };

  // `seed` makes client nonces. The login comes from the URL.
  Conversation(const ClientOptions& options, base::Url url, uint64_t seed, Sink& sink);

  // What requests are for: the URL without its login.
  const std::string& address() const { return address_; }

  // Errors of `answer` come out of on_bytes(). Not while another one is awaited with kBounded.
  void ask(Request request, Answer answer, base::MonoTime now, Patience patience = Patience::kBounded);
  bool awaiting() const { return pending_ && pending_->patience == Patience::kBounded; }
  uint64_t requests() const { return sequence_; }

  // Of an answer to OPTIONS: whether GET_PARAMETER is known. DEVIATION: where nothing is said it is tried.
  void note_methods(const Response& response);
  // Of an answer to SETUP: the session goes into every further request.
  void note_session(const Response& response);
  const std::string& session() const { return session_; }
  // From now on, by requests for this address.
  void keep_alive(std::string uri);
  // Follows the redirect that this answer is. Errors: kRefused when it leads nowhere.
  base::Status follow(const Response& response);

  base::Status on_bytes(base::Bytes bytes, base::MonoTime now);
  // Errors: kTimeout.
  base::Status on_tick(base::MonoTime now);
  // The text of a request that nobody waits for: TEARDOWN on the way out.
  base::Slice last_words(Request request);

 private:
  struct Pending {
    Request request;
    Answer answer;
    uint32_t sequence = 0;
    base::MonoTime since;
    Patience patience = Patience::kBounded;
    unsigned logins = 0;  // tried for this request
  };

  void on_request(Request request) override;
  void on_response(Response response) override;
  void on_interleaved(uint8_t channel, base::Bytes packet) override { sink_.on_interleaved(channel, packet); }

  void transmit();
  void send_keep_alive();
  base::Status redirect(std::string_view location);
  void sign(Request& request);
  base::Status log_in(const Response& response);
  base::Status take_answer(const Response& response);

  const ClientOptions& options_;
  Sink& sink_;
  base::Url url_;
  std::string address_;
  MessageReader reader_;
  uint64_t seed_;
  base::MonoTime now_;
  uint32_t sequence_ = 0;
  std::string session_;
  std::optional<Pending> pending_;
  std::optional<base::Challenge> challenge_;
  uint32_t nonce_count_ = 0;
  bool knows_get_parameter_ = true;
  base::Duration keep_alive_interval_;
  std::string keep_alive_uri_;  // empty: not yet
  base::MonoTime keep_alive_at_;
  base::Status status_;  // of the answers of one on_bytes()
};

bool is_success(const Response& response);
bool is_redirect(const Response& response);
// The error that a refusing response stands for: kRefused, kNotFound, kUnsupported, kLimit with the status as
// detail.
base::Error error_of(const char* context, const Response& response);

}  // namespace eyas::rtsp
