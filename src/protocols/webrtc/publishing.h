// Publishing: a publisher: what it sends read by an Ingest into the hub.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "hub/directory.h"
#include "io/packet_sink.h"
#include "protocols/early_media.h"
#include "protocols/webrtc/ingest/ingest.h"
#include "protocols/webrtc/media.h"
#include "protocols/webrtc/session.h"

namespace eyas::webrtc {

// Lives on its session's loop.
class Publishing final : public Media, private Ingest::Sink {
 public:
  static constexpr base::Duration kReportInterval = std::chrono::seconds(1);

  Publishing(const MediaStart& start, SrtpSender& srtp, io::PacketSink& sink, base::MonoTime now);
  ~Publishing() override;

  void on_rtp(std::span<uint8_t> packet, base::MonoTime now) override { ingest_.on_rtp(packet, now); }
  void on_rtcp(std::span<uint8_t> packet, base::MonoTime now) override { ingest_.on_rtcp(packet, now); }
  void on_tick(base::MonoTime now) override;
  base::MonoTime next_tick() const override;
  void say_goodbye(base::MonoTime) override { ingest_.say_goodbye(); }
  base::Status select_layer(std::optional<uint8_t> layer) override;

 private:
  void on_track(media::TrackPtr track) override;
  void on_frame(media::Frame frame) override;
  void send_rtcp(base::Bytes compound) override;

  void publish();
  void ask_for_keyframes(base::MonoTime now);
  void answered(base::Result<hub::Publisher> publisher);

  MediaStart start_;
  SrtpSender& srtp_;
  io::PacketSink& sink_;
  hub::Publisher publisher_;
  protocols::EarlyMedia early_;
  base::MonoTime next_report_;
  std::map<media::TrackId, base::MonoTime> last_key_;  // of each video track; when it came or was asked for
  Ingest ingest_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::webrtc
