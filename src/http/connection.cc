#include "http/connection.h"

#include <algorithm>

#include "http/http1_connection.h"
#include "http/http2_connection.h"

namespace eyas::http {
namespace {

// [RFC 9113 3.4]
constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

}  // namespace

Connection::Connection(std::unique_ptr<io::ByteStream> stream, bool secure, Home& home, const Router& router,
                       std::shared_ptr<const Options> options, Shared& shared)
    : stream_(std::move(stream)),
      home_(home),
      router_(router),
      options_(std::move(options)),
      shared_(shared),
      idle_since_(now()),
      taken_at_(idle_since_),
      secure_(secure) {}

Connection::~Connection() {
  ending_ = true;
  if (protocol_) protocol_->on_closed();
}

bool Connection::choose() {
  std::string_view seen = base::as_text(first_bytes_);
  size_t common = std::min(seen.size(), kPreface.size());
  if (seen.substr(0, common) != kPreface.substr(0, common)) {
    protocol_ = std::make_unique<Http1Connection>(*this);
  } else if (common == kPreface.size()) {
    shared_.stats.connections_h2.fetch_add(1, std::memory_order_relaxed);
    protocol_ = std::make_unique<Http2Connection>(*this);
  }
  return protocol_ != nullptr;
}

void Connection::on_data(base::Bytes bytes) {
  shared_.stats.bytes_received.fetch_add(bytes.size(), std::memory_order_relaxed);
  if (ending_) return;
  if (protocol_) return protocol_->on_data(bytes);
  if (first_bytes_.empty()) idle_since_ = now();
  first_bytes_.insert(first_bytes_.end(), bytes.begin(), bytes.end());
  if (!choose()) return;
  std::vector<uint8_t> first = std::move(first_bytes_);
  protocol_->on_data(first);
}

void Connection::on_drained() {
  if (!ending_ && protocol_) protocol_->on_drained();
}

void Connection::on_closed(const base::Error&) {
  home_.remove(*this);
}

bool Connection::is_stalled(base::MonoTime now) {
  uint64_t taken = sent_bytes_ - stream_->pending();
  if (taken != taken_bytes_ || stream_->pending() == 0) {
    taken_bytes_ = taken;
    taken_at_ = now;
  }
  return now - taken_at_ >= options_->stall_timeout;
}

void Connection::sweep(base::MonoTime now) {
  if (ending_) return;  // the stream bounds its own flush
  if (is_stalled(now)) {
    hit(Limit::kStallTimeout);
    return fail(base::Code::kTimeout, "http: the peer takes no bytes");
  }
  if (protocol_) return protocol_->sweep(now);
  bool begun = !first_bytes_.empty();
  if (now - idle_since_ < (begun ? options_->header_timeout : options_->idle_timeout)) return;
  hit(begun ? Limit::kHeaderTimeout : Limit::kIdleTimeout);
  end();
}

void Connection::drain() {
  if (ending_) return;
  if (protocol_)
    protocol_->drain();
  else
    end();
}

void Connection::fail(base::Code code, const char* why) {
  ending_ = true;
  stream_->close({code, why, {}});
}

size_t Connection::send(std::span<const base::Slice> slices) {
  if (ending_) return 0;
  size_t total = 0;
  for (const base::Slice& slice : slices) total += slice.size();
  sent_bytes_ += total;
  shared_.stats.bytes_sent.fetch_add(total, std::memory_order_relaxed);
  return stream_->send(slices);
}

void Connection::end() {
  if (ending_) return;
  ending_ = true;
  stream_->close_after_flush();
}

void Connection::count_response(int status) {
  auto status_class = static_cast<size_t>(std::clamp(status / 100, 1, 5));
  shared_.stats.responses[status_class].fetch_add(1, std::memory_order_relaxed);
}

void Connection::hit(Limit limit) {
  shared_.stats.hit(limit);
}

}  // namespace eyas::http
