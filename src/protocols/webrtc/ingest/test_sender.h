// For the tests of the ingest: a peer that sends video with RTX and audio, and the m-lines that it
// negotiated.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "codec/codec.h"
#include "protocols/webrtc/ingest/ingest.h"
#include "rtp/payload/packetizer.h"
#include "rtp/rtcp.h"

namespace eyas::webrtc::test {

constexpr base::MonoTime kStart{std::chrono::hours(10)};
constexpr base::WallTime kWallAtMonoZero{std::chrono::seconds(1'795'000'000)};
constexpr uint32_t kLocalSsrc = 77;

constexpr uint8_t kVideoPayload = 96;
constexpr uint8_t kRtxPayload = 97;
constexpr uint8_t kAudioPayload = 111;
constexpr ExtensionIds kIds{1, 2, 3, 4, 5, 6, 7, 8};

inline NegotiatedMedia video_media() {
  NegotiatedMedia media;
  media.mid = "0";
  media.kind = media::TrackKind::kVideo;
  media.direction = NegotiatedMedia::Direction::kReceive;
  NegotiatedPayload payload;
  payload.payload_type = kVideoPayload;
  payload.rtx_payload_type = kRtxPayload;
  payload.codec = media::Codec::kVp8;
  payload.clock_rate = 90000;
  payload.nack = payload.pli = payload.twcc = true;
  media.payloads = {payload};
  media.extensions = kIds;
  return media;
}

inline NegotiatedMedia audio_media() {
  NegotiatedMedia media;
  media.mid = "1";
  media.kind = media::TrackKind::kAudio;
  media.direction = NegotiatedMedia::Direction::kReceive;
  NegotiatedPayload payload;
  payload.payload_type = kAudioPayload;
  payload.codec = media::Codec::kOpus;
  payload.clock_rate = 48000;
  payload.channels = 2;
  payload.twcc = true;
  media.payloads = {payload};
  media.extensions = kIds;
  return media;
}

// A VP8 frame that says its number behind the header: 320x180 unless told otherwise.
inline std::vector<uint8_t> vp8_frame(bool key, uint32_t number, size_t size, uint16_t width = 320) {
  base::ByteWriter out;
  out.bytes(base::from_hex(key ? "f00e009d012a" : "b10800"));
  if (key) {
    out.u16(__builtin_bswap16(width));
    out.u16(__builtin_bswap16(static_cast<uint16_t>(width * 9 / 16)));
  }
  out.u32(number);
  out.zeros(size);
  return out.take();
}

// One SSRC and its RTX. Timestamps begin at a random place.
class Stream {
 public:
  Stream(media::Codec codec, uint32_t ssrc, uint8_t payload_type, uint32_t rate, unsigned seed)
      : packetizer_(rtp::make_packetizer(codec)), ssrc_(ssrc), payload_type_(payload_type), rate_(rate) {
    std::mt19937 random(seed);
    sequence_ = static_cast<uint16_t>(random());
    timestamp_base_ = static_cast<uint32_t>(random());
  }

  uint32_t ssrc() const { return ssrc_; }
  uint32_t rtx_ssrc() const { return ssrc_ + 1000; }
  void restart(uint32_t ssrc) { ssrc_ = ssrc, sequence_ += 20'000, timestamp_base_ += 1'000'000'000; }

  uint32_t timestamp_at(base::Duration media_time) const {
    return timestamp_base_ + static_cast<uint32_t>(media_time.count() / 1000 * rate_ / 1'000'000);
  }

  // The datagrams of one frame. `extensions` go on every packet.
  std::vector<std::vector<uint8_t>> send(base::Bytes payload, base::Duration media_time,
                                         std::vector<rtp::Extension> extensions = {}) {
    media::Frame frame;
    frame.payload = base::Slice::copy_of(payload);
    rtp::PacketizedFrame packets = packetizer_->packetize(frame, kMaxPayload);
    std::vector<std::vector<uint8_t>> out;
    for (const rtp::PayloadPacket& packet : packets.packets) {
      base::Bytes bytes = packets.bytes.bytes().subspan(packet.offset, packet.size);
      auto datagram =
          write(payload_type_, ssrc_, sequence_, timestamp_at(media_time), packet.marker, bytes, extensions);
      sent_[sequence_++] = {{bytes.begin(), bytes.end()}, timestamp_at(media_time), packet.marker};
      out.push_back(std::move(datagram));
    }
    return out;
  }

  std::optional<std::vector<uint8_t>> retransmit(uint16_t sequence,
                                                 std::vector<rtp::Extension> extensions = {}) {
    auto found = sent_.find(sequence);
    if (found == sent_.end()) return std::nullopt;
    base::ByteWriter payload;
    payload.u16(sequence);
    payload.bytes(found->second.payload);
    return write(kRtxPayload, rtx_ssrc(), rtx_sequence_++, found->second.timestamp, found->second.marker,
                 payload.view(), extensions);
  }

  std::vector<uint8_t> report(base::Duration media_time, base::WallTime wall) const {
    rtp::SenderReport report;
    report.ssrc = ssrc_;
    report.ntp = rtp::ntp_of(wall);
    report.rtp_timestamp = timestamp_at(media_time);
    std::vector<uint8_t> out;
    rtp::append_sender_report(out, report);
    return out;
  }

 private:
  static constexpr size_t kMaxPayload = 500;
  struct Sent {
    std::vector<uint8_t> payload;
    uint32_t timestamp;
    bool marker;
  };

  static std::vector<uint8_t> write(uint8_t payload_type, uint32_t ssrc, uint16_t sequence,
                                    uint32_t timestamp, bool marker, base::Bytes payload,
                                    const std::vector<rtp::Extension>& extensions) {
    rtp::Header header{payload_type, marker, sequence, timestamp, ssrc, extensions};
    std::vector<uint8_t> out(rtp::header_bytes(header));
    rtp::write_header(out, header);
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
  }

  std::unique_ptr<rtp::Packetizer> packetizer_;
  uint32_t ssrc_;
  uint8_t payload_type_;
  uint32_t rate_;
  uint16_t sequence_ = 0;
  uint16_t rtx_sequence_ = 500;
  uint32_t timestamp_base_ = 0;
  std::map<uint16_t, Sent> sent_;
};

// Notes what comes out, and reads the RTCP.
class Received final : public Ingest::Sink, public rtp::RtcpVisitor {
 public:
  void on_track(media::TrackPtr track) override { tracks[track->id] = track; }
  void on_frame(media::Frame frame) override { frames.push_back(std::move(frame)); }
  void send_rtcp(base::Bytes compound) override {
    ++compounds;
    largest = std::max(largest, compound.size());
    broken += !rtp::parse_compound(compound, *this).ok();
  }
  void on_report_block(uint32_t reporter, const rtp::ReportBlock& block) override {
    reporters[reporter] = block;
    blocks.push_back(block);
  }
  void on_nack(uint32_t ssrc, std::span<const uint16_t> lost) override {
    for (uint16_t sequence : lost) nacks.emplace_back(ssrc, sequence);
  }
  void on_pli(uint32_t ssrc) override { plis.push_back(ssrc); }
  void on_fir(uint32_t ssrc, uint8_t) override { firs.push_back(ssrc); }
  void on_remb(uint64_t bitrate_bps, std::span<const uint32_t> ssrcs) override {
    remb_bps = bitrate_bps;
    remb_ssrcs.assign(ssrcs.begin(), ssrcs.end());
  }
  void on_transport_feedback(const rtp::TransportFeedback& feedback) override {
    feedbacks.push_back(feedback);
  }
  void on_bye(uint32_t ssrc) override { byes.push_back(ssrc); }

  std::vector<media::Frame> of(media::TrackId track) const {
    std::vector<media::Frame> out;
    for (const media::Frame& frame : frames) {
      if (frame.track->id == track) out.push_back(frame);
    }
    return out;
  }

  std::map<media::TrackId, media::TrackPtr> tracks;
  std::vector<media::Frame> frames;
  std::map<uint32_t, rtp::ReportBlock> reporters;
  std::vector<rtp::ReportBlock> blocks;
  std::vector<std::pair<uint32_t, uint16_t>> nacks;
  std::vector<uint32_t> plis;
  std::vector<uint32_t> firs;
  std::vector<uint32_t> byes;
  std::vector<uint32_t> remb_ssrcs;
  std::vector<rtp::TransportFeedback> feedbacks;
  uint64_t remb_bps = 0;
  size_t compounds = 0;
  size_t largest = 0;
  size_t broken = 0;
};

// The number in a frame of vp8_frame().
inline uint32_t number_of(const media::Frame& frame) {
  base::ByteReader reader(frame.payload);
  reader.skip(frame.key ? 10 : 3);
  return reader.u32();
}

}  // namespace eyas::webrtc::test
