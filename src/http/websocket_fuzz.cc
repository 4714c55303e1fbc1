// Any bytes into the WebSocket reader: no crash, one message's memory, and any split gives the same messages.
#include <cstdlib>
#include <string>

#include "base/utf8.h"
#include "http/websocket_frame.h"

namespace {

using namespace eyas;

constexpr size_t kMessageMax = 512;

struct Recorder final : http::WebSocketReader::Sink {
  void on_message(http::WebSocket::Kind kind, base::Bytes payload) override {
    bool text = kind == http::WebSocket::Kind::kText;
    if (payload.size() > kMessageMax || (text && !base::is_utf8(payload))) std::abort();
    log += (text ? "t" : "b") + std::string(base::as_text(payload));
  }
  void on_ping(base::Bytes payload) override { log += "p" + std::string(base::as_text(payload)); }
  void on_pong() override { log += "o"; }
  void on_close(uint16_t code) override { log += "c" + std::to_string(code); }
  std::string log;
};

std::string read(base::Bytes input, size_t piece) {
  Recorder recorder;
  http::WebSocketReader reader(kMessageMax);
  while (!input.empty()) {
    base::Bytes part = input.first(std::min(piece, input.size()));
    input = input.subspan(part.size());
    if (!reader.feed(part, recorder))
      return recorder.log + "f" + std::to_string(static_cast<int>(reader.close_code()));
  }
  return recorder.log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  base::Bytes input(data + 1, size - 1);
  if (read(input, input.size()) != read(input, 1 + data[0] % 16)) std::abort();
  return 0;
}
