// HttpPull: what fetching a stream over HTTP has in common, whatever form the stream has.
#pragma once

#include <atomic>
#include <initializer_list>
#include <string>
#include <string_view>

#include "http/client.h"
#include "protocols/pull_publisher.h"
#include "protocols/transfer.h"

namespace eyas::protocols {

// Whether `url` and the options beside it make sense for a pull that knows those of `known`.
// Errors: kInvalidConfig naming what does not.
base::Status check_http_pull(const base::Url& url, const TransferOptions& options,
                             std::initializer_list<std::string_view> known);

// Adds TLS as the options of a request say that has been checked.
http::ClientOptions with_tls_of(const TransferRequest& request, http::ClientOptions options);

// An answer that is no stream: kNotFound or kRefused.
base::Error not_served(const char* context, int status);

// A protocol's counters that every pull of it moves.
struct PullCounters {
  std::atomic<uint64_t>& pulls;
  std::atomic<uint64_t>& open;
  std::atomic<uint64_t>& failed;  // ended otherwise than by the stream's end
  std::atomic<uint64_t>& limit_hits;
};

// One attempt. Lives on its request's loop.
class HttpPull : public Transfer {
 public:
  ~HttpPull() override;

  TransferFacts facts() const override;

 protected:
  // `protocol` outlives it.
  HttpPull(const char* protocol, TransferRequest request, hub::Directory& directory, PullCounters counters,
           http::ClientOptions options = {});

  const TransferRequest& request() const { return request_; }
  io::Loop& loop() { return request_.loop; }
  http::Client& client() { return client_; }
  PullPublisher& publisher() { return publisher_; }

  // The server has answered with a stream: from now on the hub hears of what happens every second.
  void begin(std::string peer);
  // Tells the owner, once. The caller may be destroyed in it.
  void end(base::Error why);

  // Bytes, and the counters that are the protocol's own.
  virtual void add_facts(TransferFacts& facts) const = 0;
  // Ended: nothing more is fetched.
  virtual void let_go() = 0;

 private:
  void report();

  const char* const protocol_;
  TransferRequest request_;
  const PullCounters counters_;
  http::Client client_;
  PullPublisher publisher_;
  std::string peer_;
  io::Timer report_timer_;
  bool over_ = false;
};

}  // namespace eyas::protocols
