#include "protocols/http_flv/output.h"

#include <vector>

#include "base/slice_batch.h"
#include "container/flv/tag.h"

namespace eyas::http_flv {
namespace {

class BodyOutput final : public Output {
 public:
  explicit BodyOutput(http::BodyStream body) : body_(std::move(body)) {}

  void add(std::span<const base::Slice> piece) override {
    slices_.insert(slices_.end(), piece.begin(), piece.end());
  }
  size_t flush() override {
    if (!slices_.empty()) body_.send(slices_);
    base::clear_batch(slices_);
    return body_.pending();
  }
  size_t pending() const override { return body_.pending(); }
  void on_drained(base::Task callback) override { body_.on_drained(std::move(callback)); }
  void on_closed(base::Task callback) override { body_.on_closed(std::move(callback)); }
  void finish() override { body_.finish(); }

 private:
  http::BodyStream body_;
  std::vector<base::Slice> slices_;
};

class WebSocketOutput final : public Output {
 public:
  explicit WebSocketOutput(http::WebSocket socket) : socket_(std::move(socket)) {}

  void add(std::span<const base::Slice> piece) override {
    socket_.send(http::WebSocket::Kind::kBinary, piece);
  }
  size_t flush() override { return socket_.pending(); }
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

base::Slice head_bytes(const flv::Head& head, uint32_t timestamp_ms, bool with_file_header) {
  base::ByteWriter out;
  if (with_file_header) out.bytes(head.flv_file_header);
  for (const flv::UnitPtr& unit : head.units) {
    // onMetaData at any other time than zero is a subtitle track to ffmpeg.
    uint32_t at_ms = unit->type == flv::TagType::kScript ? 0 : timestamp_ms;
    flv::write_tag_header(out, {unit->type, static_cast<uint32_t>(unit->body.size()), at_ms});
    out.bytes(unit->flv.bytes().subspan(flv::kTagHeaderBytes));
  }
  return base::Slice(out.take());
}

}  // namespace eyas::http_flv
