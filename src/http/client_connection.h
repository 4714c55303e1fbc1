// ClientConnection: one connection of ours that carries one request after another.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/http1_response_parser.h"
#include "io/byte_stream.h"

namespace eyas::http {

// Lives on its loop. Not destroyed inside its own callbacks: Client::bury().
class ClientConnection final : private io::ByteStream::Handler {
 public:
  struct Handler {
    virtual ~Handler() = default;
    virtual void on_head(const ResponseHead& head) = 0;
    virtual void on_body(base::Bytes bytes) = 0;
    // Once for each request. `reusable`: another one may be sent.
    virtual void on_end(base::Status status, bool reusable) = 0;
  };

  explicit ClientConnection(std::unique_ptr<io::ByteStream> stream);

  void request(Handler& handler, base::Slice head, base::Slice body, Http1ResponseParser::Limits limits,
               bool bodyless);
  // Nobody wants the answer any more.
  void forget() { handler_ = nullptr; }
  void pause_reading(bool paused) { stream_->pause_reading(paused); }
  bool usable() const { return !closed_; }
  // Whether any byte of the answer came.
  bool answered() const { return answered_; }
  const std::string& peer() const { return peer_; }

 private:
  void on_data(base::Bytes bytes) override;
  void on_closed(const base::Error& why) override;
  // Reads what is held; false when the request is over.
  void read(base::Bytes bytes);
  void end(base::Status status, bool reusable);

  std::unique_ptr<io::ByteStream> stream_;
  std::string peer_;
  Handler* handler_ = nullptr;
  std::optional<Http1ResponseParser> parser_;
  std::vector<uint8_t> held_;  // of a head or a chunk's line that is not whole; bounded by the parser
  bool answered_ = false;
  bool closed_ = false;
};

}  // namespace eyas::http
