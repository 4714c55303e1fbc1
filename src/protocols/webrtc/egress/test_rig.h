// For tests: a publisher, the feed, one viewer's sender and the viewer, over a path as sick as a test wants.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "io/sim/datagram_path.h"
#include "io/sim/sim_executor.h"
#include "protocols/webrtc/egress/sender.h"
#include "protocols/webrtc/egress/test_source.h"
#include "protocols/webrtc/egress/test_viewer.h"

namespace eyas::webrtc::test {

struct FlightOptions {
  uint32_t bps = 2'000'000;
  unsigned frames_per_second = 30;
  unsigned group_frames = 60;
  double key_share = 0.2;  // of a group's bytes
  bool key_on_request = false;
  // Smaller copies, best first, as shares of `bps`; each has its keyframes half a group later.
  std::vector<double> renditions;
};

// Lives in the test's thread.
class Rig final : Sender::Upstream, io::PacketSink {
 public:
  explicit Rig(uint64_t seed, FlightOptions flight = {}, ViewerPayloads payloads = {},
               std::function<void(SenderOptions&)> change = {});

  // Publishes for this long.
  void run(base::Duration span);
  // The viewer comes now and gets the newest group at once.
  void join();
  void set_path(const io::sim::Path& to_viewer) { forward_.set_path(to_viewer); }
  void set_way_back(const io::sim::Path& path) { back_.set_path(path); }

  Sender& sender() { return *sender_; }
  TestViewer& viewer() { return *viewer_; }
  base::MonoTime now() const { return world_.clock().mono(); }
  base::MonoTime published_at(uint32_t number) const { return published_.at(number); }
  uint32_t published() const { return static_cast<uint32_t>(published_.size()); }
  uint64_t path_lost() const { return forward_.lost(); }
  // Shown at or after `from`: the longest time from a picture's publication to its showing.
  base::Duration worst_delay(base::MonoTime from, base::MonoTime to = base::MonoTime::max()) const;
  base::Duration longest_freeze(base::MonoTime from) const;

  unsigned key_requests = 0;
  unsigned restarts = 0;
  unsigned codec_changes = 0;
  uint64_t datagrams = 0;

 private:
  void request_keyframe(media::TrackId) override {
    ++key_requests;
    key_due_ = flight_.key_on_request;
  }
  void restart_group() override;
  void on_codec_changed(media::TrackKind) override { ++codec_changes; }
  std::span<uint8_t> prepare(size_t max) override { return {datagram_, std::min(max, sizeof datagram_)}; }
  void commit(size_t bytes) override {
    ++datagrams;
    forward_.send({datagram_, bytes});
  }

  void publish_pictures();
  void publish_sound();
  void publish(media::FramePtr frame, bool starts_group);
  void deliver(const PacketUnitPtr& unit);
  void arm();
  void viewer_ticks();

  io::sim::SimWorld world_;
  io::sim::SimExecutor& loop_;
  FlightOptions flight_;
  PacketFormat format_;
  SrtpSender srtp_;
  io::sim::DatagramPath forward_;
  io::sim::DatagramPath back_;
  std::unique_ptr<TestViewer> viewer_;
  std::unique_ptr<Sender> sender_;
  std::vector<media::TrackPtr> pictures_;
  media::TrackPtr sound_;
  std::vector<base::MonoTime> published_;
  std::vector<PacketUnitPtr> group_;
  base::MonoTime epoch_;
  uint64_t sounds_ = 0;
  unsigned in_group_ = 0;
  bool key_due_ = false;
  bool joined_ = false;
  uint8_t datagram_[1500];
  io::Timer picture_timer_, sound_timer_, viewer_timer_, sender_timer_;
};

}  // namespace eyas::webrtc::test
