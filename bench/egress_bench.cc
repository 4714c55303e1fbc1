// What one viewer's packets cost to send, without the system call: header, extensions, encryption, history,
// transport-wide numbers. Counter `cpu_s_per_gbit` is of RTP payload. Build: CMAKE_BUILD_TYPE=Release.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "protocols/webrtc/egress/sender.h"
#include "protocols/webrtc/egress/test_source.h"
#include "rtp/rtcp.h"

namespace {

using namespace eyas::webrtc;
using namespace std::chrono_literals;
using eyas::base::MonoTime;
namespace base = eyas::base;
namespace media = eyas::media;
namespace rtp = eyas::rtp;

constexpr size_t kFrameBytes = 8333;  // 2 Mbit/s at 30 frames a second
constexpr size_t kViewers = 200;

class Nowhere final : public eyas::io::PacketSink {
 public:
  std::span<uint8_t> prepare(size_t max) override { return {batch_.data(), max}; }
  void commit(size_t bytes) override { benchmark::DoNotOptimize(bytes); }

 private:
  std::vector<uint8_t> batch_ = std::vector<uint8_t>(1500);
};

class Nobody final : public Sender::Upstream {
 public:
  void request_keyframe(media::TrackId) override {}
  void restart_group() override {}
  void on_codec_changed(media::TrackKind) override {}
};

PacketUnitPtr unit(uint64_t number, MonoTime now) {
  static const media::TrackPtr track = [] {
    auto made = std::make_shared<media::Track>();
    made->id = 1;
    made->config.codec = media::Codec::kH264;
    return made;
  }();
  auto made = std::make_shared<PacketUnit>();
  made->track = track;
  made->number = number;
  made->key = number % 60 == 1;
  made->arrival = now;
  made->rtp_timestamp = static_cast<uint32_t>(number * 3000);
  made->payload = base::Slice(std::vector<uint8_t>(kFrameBytes, 0x5a));
  for (size_t at = 0; at < kFrameBytes; at += kPayloadBytesMax) {
    auto size = static_cast<uint16_t>(std::min(kPayloadBytesMax, kFrameBytes - at));
    made->packets.push_back({static_cast<uint32_t>(at), size, 0, at + size == kFrameBytes});
  }
  return made;
}

// Frame after frame to all viewers, as the loop does it.
void send_frames(benchmark::State& state, SrtpProfile profile) {
  Nowhere sink;
  Nobody upstream;
  SrtpKey key;
  std::vector<std::unique_ptr<SrtpSender>> srtp;
  std::vector<std::unique_ptr<Sender>> senders;
  rtp::ReportBlock block;
  block.ssrc = 1;
  std::vector<uint8_t> heard;
  rtp::append_receiver_report(heard, 9, {&block, 1});
  MonoTime now{1h};
  for (size_t i = 0; i < kViewers; ++i) {
    srtp.push_back(std::make_unique<SrtpSender>(profile, key));
    senders.push_back(std::make_unique<Sender>(test::picture_only(), *srtp.back(), sink, upstream));
    senders.back()->on_rtcp(heard, now);
  }
  uint64_t number = 0;
  for (auto _ : state) {
    now += 33ms;
    PacketUnitPtr frame = unit(++number, now);
    for (auto& sender : senders) sender->on_unit(frame, now);
  }
  double gbit_each = static_cast<double>(kFrameBytes * kViewers) * 8e-9;
  size_t packets = (kFrameBytes + kPayloadBytesMax - 1) / kPayloadBytesMax;
  auto packets_each = static_cast<double>(kViewers * packets);
  using benchmark::Counter;
  state.counters["cpu_s_per_gbit"] =
      Counter(gbit_each, Counter::kIsIterationInvariantRate | Counter::kInvert);
  state.counters["s_per_packet"] =
      Counter(packets_each, Counter::kIsIterationInvariantRate | Counter::kInvert);
}

BENCHMARK_CAPTURE(send_frames, gcm, SrtpProfile::kAeadAes128Gcm)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(send_frames, cm_sha1, SrtpProfile::kAes128CmSha1_80)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
