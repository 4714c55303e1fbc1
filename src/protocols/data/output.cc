#include "protocols/data/output.h"

namespace eyas::data {
namespace {

class BodyOutput final : public Output {
 public:
  explicit BodyOutput(http::BodyStream body) : body_(std::move(body)) {}
  void send(const base::Slice& line) override { body_.send(line); }
  size_t pending() const override { return body_.pending(); }
  void on_drained(base::Task callback) override { body_.on_drained(std::move(callback)); }
  void on_closed(base::Task callback) override { body_.on_closed(std::move(callback)); }
  void finish() override { body_.finish(); }

 private:
  http::BodyStream body_;
};

class WebSocketOutput final : public Output {
 public:
  explicit WebSocketOutput(http::WebSocket socket) : socket_(std::move(socket)) {}
  void send(const base::Slice& line) override {
    std::string_view text = base::as_text(line);
    text.remove_suffix(1);
    socket_.send_text(text);
  }
  size_t pending() const override { return socket_.pending(); }
  void on_drained(base::Task callback) override { socket_.on_drained(std::move(callback)); }
  void on_closed(base::Task callback) override { socket_.on_closed(std::move(callback)); }
  void finish() override { socket_.close(http::CloseCode::kNormal, "the stream has ended"); }

 private:
  http::WebSocket socket_;
};

}  // namespace

std::unique_ptr<Output> make_output(http::BodyStream body) {
  return std::make_unique<BodyOutput>(std::move(body));
}
std::unique_ptr<Output> make_output(http::WebSocket socket) {
  return std::make_unique<WebSocketOutput>(std::move(socket));
}

}  // namespace eyas::data
