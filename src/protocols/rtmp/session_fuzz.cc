// Property: whatever a peer sends, a session neither crashes nor grows without bound; any split gives the
// same actions.
#include "protocols/rtmp/session.h"

#include "protocols/rtmp/test_client.h"

namespace {

using namespace eyas;

struct Recorder : rtmp::Session::Sink {
  void send(base::Slice bytes) override { replies.feed(bytes); }
  void on_publish(uint32_t id, const rtmp::Target& target) override {
    note("publish", id);
    actions += target.stream;
    if (id % 2 == 0) return session->publish_refused(id, "even");
    session->publish_started(id);
  }
  void on_play(uint32_t id, const rtmp::Target& target) override {
    note("play", id);
    actions += target.stream;
    session->play_started(id);
  }
  base::Status on_media(const rtmp::Message& message) override {
    note("media", message.timestamp_ms);
    return {};
  }
  void on_stop(uint32_t id) override { note("stop", id); }
  void on_pause(uint32_t id, bool) override { note("pause", id); }
  void on_receive(uint32_t id, rtmp::MessageType, bool) override { note("receive", id); }
  void on_limit(rtmp::Limit limit) override { note("limit", static_cast<uint32_t>(limit)); }
  void note(const char* what, uint32_t number) { actions += what + std::to_string(number) + ";"; }

  rtmp::Session* session = nullptr;
  rtmp::test::ClientReader replies;
  std::string actions;
};

constexpr base::MonoTime kNow{std::chrono::hours(1)};

std::string run(base::Bytes bytes, size_t step) {
  rtmp::Options options;
  options.chunk = {.message_bytes_max = 16384, .chunk_streams_max = 8, .unfinished_bytes_max = 32768};
  Recorder recorder;
  rtmp::Session session(options, recorder, kNow, 1);
  recorder.session = &session;
  if (!session.on_bytes(rtmp::test::ClientBytes::handshake(), kNow)) __builtin_trap();
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
  base::Bytes bytes(data, size);
  if (run(bytes, size + 1) != run(bytes, 3)) __builtin_trap();
  return 0;
}
