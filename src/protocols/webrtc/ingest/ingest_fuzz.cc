// A peer that has agreed on keys and sends anything: no crash, what comes out keeps the sink's promises, and
// our RTCP is well formed. A step is: milliseconds that pass, what comes, its size, its bytes.
#include <algorithm>
#include <map>

#include "base/check.h"
#include "protocols/webrtc/ingest/ingest.h"
#include "rtp/rtcp.h"

using namespace eyas;

namespace {

constexpr size_t kUnitBytesMax = 8192;

class Sink final : public webrtc::Ingest::Sink {
 public:
  void on_track(media::TrackPtr track) override { tracks_[track->id] = std::move(track); }
  void on_frame(media::Frame frame) override {
    CHECK(tracks_.contains(frame.track->id) && tracks_[frame.track->id] == frame.track);
    CHECK(!frame.payload.empty() && frame.payload.size() <= kUnitBytesMax);
    bool& began = began_[frame.track->id];
    began = began || frame.key;
    CHECK(began);
  }
  void send_rtcp(base::Bytes compound) override {
    rtp::RtcpVisitor nobody;
    CHECK(compound.size() <= webrtc::Ingest::kRtcpBytesMax);
    CHECK(rtp::parse_compound(compound, nobody).ok());
  }

 private:
  std::map<media::TrackId, media::TrackPtr> tracks_;
  std::map<media::TrackId, bool> began_;
};

webrtc::NegotiatedMedia line(const char* mid, media::Codec codec, uint8_t payload_type, uint32_t clock_rate) {
  webrtc::NegotiatedMedia media;
  media.mid = mid;
  media.kind = media::kind_of(codec);
  media.direction = webrtc::NegotiatedMedia::Direction::kReceive;
  webrtc::NegotiatedPayload payload;
  payload.payload_type = payload_type;
  payload.rtx_payload_type = static_cast<uint8_t>(payload_type + 1);
  payload.codec = codec;
  payload.clock_rate = clock_rate;
  payload.nack = payload.pli = payload.twcc = payload.remb = true;
  media.payloads = {payload};
  media.extensions = {1, 2, 3, 4, 5, 6, 7, 8};
  return media;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto simulcast = line("0", media::Codec::kVp8, 96, 90000);
  simulcast.rids = {"a", "b"};
  webrtc::IngestOptions options;
  options.reorder.packets_max = 64;
  options.unit_bytes_max = kUnitBytesMax;
  options.sources_max = 8;
  base::MonoTime now{std::chrono::hours(1)};
  Sink sink;
  webrtc::Ingest ingest(
      {simulcast, line("1", media::Codec::kH264, 102, 90000), line("2", media::Codec::kOpus, 111, 48000)}, 7,
      options, sink, now, base::WallTime{});
  base::ByteReader reader({data, size});
  while (reader.remaining() >= 3) {
    now += std::chrono::milliseconds(reader.u8());
    uint8_t kind = reader.u8();
    base::Bytes packet = reader.take(std::min<size_t>(reader.u8(), reader.remaining()));
    if (kind % 4 == 0) ingest.on_rtcp(packet, now);
    if (kind % 4 == 1) ingest.request_key(kind / 4, now);
    if (kind % 4 >= 2) ingest.on_rtp(packet, now);
    if (ingest.next_tick() <= now) ingest.on_tick(now);
  }
  ingest.say_goodbye();
  CHECK(!ingest.counters().empty());
  return 0;
}
