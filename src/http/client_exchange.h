// Client::Exchange: one request until its answer is whole: connecting, redirects, a 401, one more try on a
// new connection. The client's own header.
#pragma once

#include <memory>
#include <optional>

#include "http/client.h"
#include "http/client_connection.h"

namespace eyas::http {

// Lives on its client's loop.
class Client::Exchange final : public std::enable_shared_from_this<Exchange>,
                               private ClientConnection::Handler {
 public:
  Exchange(Client& client, ClientRequest request, ResponseHandler& handler);
  ~Exchange() override;

  void start();
  // Ends with this error in a later turn.
  void fail_later(base::Error why);
  // Calls nobody any more and lets go of the connection.
  void cancel();
  void pause_reading(bool paused);
  std::string peer() const { return peer_; }
  const base::Url& url() const { return request_.url; }

 private:
  // What the answer that is coming in is for.
  enum class Meaning : uint8_t { kAnswer, kAskAgain };

  void connect();
  void send(bool reused);
  base::Result<std::string> head_text();
  void on_head(const ResponseHead& head) override;
  void on_body(base::Bytes bytes) override;
  void on_end(base::Status status, bool reusable) override;
  // Whether another request follows this answer; an error when it must not.
  base::Result<bool> asks_again(const ResponseHead& head);
  base::Result<bool> redirected(const ResponseHead& head);
  void ask_again();
  void let_go(bool reusable);
  void watch(base::Duration limit, const char* why);
  void finish(base::Status status);

  Client& client_;
  ClientRequest request_;
  ResponseHandler* handler_;
  std::unique_ptr<ClientConnection> connection_;
  base::Url connected_to_;  // by then the request may mean another place
  io::Dialling dialling_;
  io::Timer timer_;
  base::MonoTime progress_{};  // when something came last
  Meaning meaning_ = Meaning::kAnswer;
  std::string peer_;
  unsigned redirects_ = 0;
  unsigned challenges_ = 0;
  size_t discarded_bytes_ = 0;
  bool reused_ = false;
  bool retried_ = false;
  bool paused_ = false;
};

}  // namespace eyas::http
