#include "http/client_connection.h"

#include <array>

#include "base/check.h"

namespace eyas::http {

ClientConnection::ClientConnection(std::unique_ptr<io::ByteStream> stream)
    : stream_(std::move(stream)), peer_(stream_->peer()) {
  stream_->start(*this);
}

void ClientConnection::request(Handler& handler, base::Slice head, base::Slice body,
                               Http1ResponseParser::Limits limits, bool bodyless) {
  CHECK(handler_ == nullptr && !parser_);
  handler_ = &handler;
  parser_.emplace(limits, bodyless);
  answered_ = false;
  std::array<base::Slice, 2> slices = {std::move(head), std::move(body)};
  stream_->send(std::span(slices).first(slices[1].empty() ? 1 : 2));
}

void ClientConnection::on_data(base::Bytes bytes) {
  if (!parser_) {
    // Nobody asked: whatever it is, this connection cannot be trusted with another request.
    closed_ = true;
    return;
  }
  answered_ = true;
  if (held_.empty()) return read(bytes);
  held_.insert(held_.end(), bytes.begin(), bytes.end());
  std::vector<uint8_t> all = std::move(held_);
  held_.clear();
  read(all);
}

void ClientConnection::read(base::Bytes bytes) {
  using Progress = Http1ResponseParser::Progress;
  while (parser_ && handler_ != nullptr) {
    auto fed = parser_->feed(bytes);
    if (!fed) return end(fed.error(), false);
    bytes = bytes.subspan(fed->consumed);
    switch (fed->progress) {
      case Progress::kHead:
        handler_->on_head(parser_->head());
        break;
      case Progress::kBody:
        handler_->on_body(fed->body);
        break;
      case Progress::kComplete:
        return end({}, bytes.empty() && parser_->keep_alive());
      case Progress::kNeedMore:
        if (fed->consumed > 0) break;
        held_.assign(bytes.begin(), bytes.end());
        return;
    }
  }
}

void ClientConnection::on_closed(const base::Error& why) {
  closed_ = true;
  if (!parser_) return;
  base::Status status = parser_->finish();
  // What the connection says is more telling than that the answer is short.
  if (!status && why.code != base::Code::kClosed) status = why;
  if (status && why.code != base::Code::kClosed) status = why;
  end(std::move(status), false);
}

void ClientConnection::end(base::Status status, bool reusable) {
  parser_.reset();
  held_.clear();
  if (!reusable) closed_ = true;
  Handler* handler = std::exchange(handler_, nullptr);
  if (handler != nullptr) handler->on_end(std::move(status), reusable);
}

}  // namespace eyas::http
