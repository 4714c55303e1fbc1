// Property: whatever a server sends, a session of ours neither crashes nor grows without bound; any split
// gives the same actions.
#include "protocols/rtmp/client_session.h"

namespace {

using namespace eyas;

struct Recorder : rtmp::ClientSession::Sink {
  void send(base::Slice) override {}
  void on_connected() override {
    actions += "connected;";
    session->publish();
  }
  void on_running() override { actions += "running;"; }
  base::Status on_media(const rtmp::Message& message) override {
    actions += "media" + std::to_string(message.timestamp_ms) + ";";
    return {};
  }
  rtmp::ClientSession* session = nullptr;
  std::string actions;
};

struct PlayRecorder final : Recorder {
  void on_connected() override { actions += "connected;"; }
};

constexpr base::MonoTime kNow{std::chrono::hours(1)};

template <typename Sink>
std::string run(base::Bytes bytes, rtmp::Wish::Role role, size_t step) {
  rtmp::Options options;
  options.chunk = {.message_bytes_max = 16384, .chunk_streams_max = 8, .unfinished_bytes_max = 32768};
  Sink recorder;
  rtmp::ClientSession session(options, {role, "live", "alpha", "rtmp://host/live"}, recorder, kNow, 1);
  recorder.session = &session;
  session.start();
  std::vector<uint8_t> hello(1 + 2 * rtmp::kHandshakeBytes);
  hello[0] = 3;
  if (!session.on_bytes(hello, kNow)) __builtin_trap();
  for (size_t at = 0; at < bytes.size(); at += step) {
    if (!session.on_bytes(bytes.subspan(at, std::min(step, bytes.size() - at)), kNow)) {
      recorder.actions += "error";
      break;
    }
  }
  return recorder.actions;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  base::Bytes bytes(data + 1, size - 1);
  using Role = rtmp::Wish::Role;
  size_t step = 1 + data[0] / 2 % 50;
  bool same =
      (data[0] & 1) != 0
          ? run<Recorder>(bytes, Role::kPublish, size) == run<Recorder>(bytes, Role::kPublish, step)
          : run<PlayRecorder>(bytes, Role::kPlay, size) == run<PlayRecorder>(bytes, Role::kPlay, step);
  if (!same) __builtin_trap();
  return 0;
}
