// Playing: a viewer: the stream's packet feed read into a Sender.
#pragma once

#include <algorithm>
#include <memory>

#include "hub/directory.h"
#include "protocols/webrtc/egress/packet_format.h"
#include "protocols/webrtc/egress/sender.h"
#include "protocols/webrtc/media.h"
#include "protocols/webrtc/session.h"

namespace eyas::webrtc {

// A reader of whichever packet feed the options ask for. Lives on the loop that asked for it.
class PacketReader {
 public:
  using Item = hub::Reader<PacketFormat>::Item;
  virtual ~PacketReader() = default;
  virtual std::optional<Item> next() = 0;
  virtual bool ended() const = 0;
  virtual void request_key(media::TrackId track) = 0;
};

// Lives on its session's loop.
class Playing final : public Media, private Sender::Upstream {
 public:
  // How long a viewer waits for a stream that ended between his offer and his keys.
  static constexpr base::Duration kStreamWait = std::chrono::seconds(3);
  static constexpr base::Duration kReportInterval = std::chrono::seconds(1);

  Playing(const MediaStart& start, SrtpSender& srtp, io::PacketSink& sink, base::MonoTime now);
  ~Playing() override;

  void on_rtp(std::span<uint8_t> packet, base::MonoTime now) override;
  void on_rtcp(std::span<uint8_t> packet, base::MonoTime now) override;
  void on_tick(base::MonoTime now) override;
  base::MonoTime next_tick() const override { return std::min(sender_.next_tick(), next_report_); }
  void say_goodbye(base::MonoTime) override { sender_.say_goodbye(); }
  base::Status select_layer(std::optional<uint8_t> layer) override;

 private:
  void request_keyframe(media::TrackId track) override;
  void restart_group() override;
  void on_codec_changed(media::TrackKind kind) override;

  void read();
  template <typename Format>
  void read_feed();
  void pump();
  // Adds to the room's statistics what came since the last time.
  void report();

  MediaStart start_;
  Sender sender_;
  std::unique_ptr<PacketReader> reader_;
  uint64_t reads_ = 0;  // answers to earlier reads are dropped
  bool restarting_ = false;
  base::MonoTime next_report_;
  SenderStatistics reported_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::webrtc
