// Property: whatever a peer says, in pieces of any size, a session answers or ends; it never asks for a way
// of a track that there is not, and tells of no packet outside a recording's connection.
#include "protocols/rtsp/session.h"

#include <algorithm>

#include "codec/codec.h"
#include "protocols/rtsp/media_map.h"

namespace {

using namespace eyas;
using rtsp::Session;

std::shared_ptr<const rtsp::StreamHead> head() {
  auto head = std::make_shared<rtsp::StreamHead>();
  auto track = std::make_shared<media::Track>();
  track->id = 1;
  track->config = *codec::describe(media::Codec::kG711A, {});
  rtsp::StreamLane lane;
  lane.track = track;
  head->lanes.push_back(lane);
  return head;
}

struct Sink final : Session::Sink {
  void send(std::string text) override {
    if (!text.starts_with("RTSP/1.0 ")) __builtin_trap();
  }
  void on_open(const rtsp::Target& target) override {
    if (target.stream.size() % 2 == 0)
      session->opened(head());
    else
      session->refused({base::Code::kNotFound, "no such stream", {}});
  }
  void on_announce(const rtsp::Target&, const sdp::Description& description) override {
    sections = description.media.size();
    (void)rtsp::received_media(description);
    session->accepted();
  }
  base::Result<rtsp::Transport> on_setup(size_t place, bool record, const rtsp::Transport& wanted) override {
    if (place >= (record ? sections : 1)) __builtin_trap();
    return wanted;
  }
  void on_play() override { session->playing({}); }
  void on_pause() override {}
  void on_record() override {}
  void on_teardown() override {}
  void on_interleaved(uint8_t, base::Bytes, base::MonoTime) override {}
  void on_login_refused() override {}

  Session* session = nullptr;
  size_t sections = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rtsp::Options options;
  options.message = {.head_bytes_max = 1024, .headers_max = 16, .body_bytes_max = 1024};
  base::MonoTime now{std::chrono::hours(1)};
  Sink sink;
  Session session(options, sink, rtsp::Guard({}, "nonce", false), "1234", "0.0.0.0", now);
  sink.session = &session;
  base::Bytes bytes(data, size);
  size_t step = size == 0 ? 1 : 1 + data[0];
  for (size_t at = 0; at < size; at += step) {
    if (!session.on_bytes(bytes.subspan(at, std::min(step, size - at)), now).ok()) break;
  }
  (void)session.on_tick(now);
  return 0;
}
