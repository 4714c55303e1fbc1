// Properties: whatever a viewer reports, a sender writes whole datagrams of bounded size, keeps bounded
// queues and timers in the future, and goes on. Input: chunks of a length byte and RTCP, between them frames
// and time.
#include <vector>

#include "codec/fixtures.h"
#include "protocols/webrtc/egress/sender.h"
#include "protocols/webrtc/egress/test_source.h"

namespace {

using namespace eyas;
using namespace eyas::webrtc;
using namespace std::chrono_literals;

constexpr size_t kDatagramMax = 1280 - 48;

class World final : public io::PacketSink, public Sender::Upstream {
 public:
  World() { format_.set_tracks({track_}, units_); }

  void publish(base::MonoTime now, Sender& sender) {
    bool key = number_ % 30 == 0;
    units_.clear();
    format_.package(test::frame_of(track_, media::MediaTime(now.time_since_epoch()), key,
                                   test::picture(number_++, key, key ? 20'000 : 3000), now),
                    units_);
    for (const PacketUnitPtr& unit : units_) sender.on_unit(unit, now);
  }

  std::span<uint8_t> prepare(size_t max) override {
    if (max > sizeof datagram_) __builtin_trap();
    return {datagram_, max};
  }
  void commit(size_t bytes) override {
    if (bytes > kDatagramMax) __builtin_trap();
  }
  void request_keyframe(media::TrackId) override {}
  void restart_group() override {}
  void on_codec_changed(media::TrackKind) override { __builtin_trap(); }

 private:
  media::TrackPtr track_ = test::h264_track(1);
  PacketFormat format_;
  std::vector<PacketUnitPtr> units_;
  uint32_t number_ = 0;
  uint8_t datagram_[1500];
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  World world;
  SrtpSender srtp(SrtpProfile::kAeadAes128Gcm, SrtpKey{});
  Sender sender(test::picture_only(), srtp, world, world);
  base::MonoTime now{1h};
  base::Bytes rest(data, size);
  for (int turn = 0; turn < 200 && !rest.empty(); ++turn) {
    size_t length = std::min<size_t>(rest[0], rest.size() - 1);
    world.publish(now, sender);
    sender.on_rtcp(rest.subspan(1, length), now);
    rest = rest.subspan(1 + length);
    if (sender.next_tick() <= now) sender.on_tick(now);
    now += 33ms;
    if (sender.next_tick() <= now) sender.on_tick(now);
    if (sender.statistics().queued_bytes > test::picture_only().queue_bytes_max + 100'000) __builtin_trap();
  }
  return 0;
}
