#include "protocols/webrtc/ingest/ingest.h"

#include <algorithm>
#include <utility>

#include "protocols/webrtc/ingest/layer.h"
#include "rtp/rtcp.h"

namespace eyas::webrtc {
namespace {

constexpr std::string_view kCname = "eyas";
// A route that carried nothing for this long may go for another.
constexpr base::Duration kRouteIdle = std::chrono::seconds(10);

LayerSetup setup_of(const NegotiatedMedia& media, std::string rid, media::TrackId track, base::MonoTime now,
                    base::WallTime wall_at_mono_zero) {
  LayerSetup setup;
  setup.track = track;
  setup.rid = std::move(rid);
  setup.payload = media.payloads.front();
  setup.abs_capture_time = media.extensions.abs_capture_time;
  setup.video_orientation = media.extensions.video_orientation;
  setup.session_start = now;
  setup.wall_at_mono_zero = wall_at_mono_zero;
  return setup;
}

bool text_is(const std::optional<base::Bytes>& value, std::string_view text) {
  return value && base::as_text(*value) == text;
}

}  // namespace

bool Ingest::Line::knows(uint8_t payload_type) const {
  return payload_type == payload().payload_type || is_rtx(payload_type);
}

bool Ingest::Line::is_rtx(uint8_t payload_type) const {
  return payload().rtx_payload_type != 0 && payload_type == payload().rtx_payload_type;
}

template <typename Visit>
void Ingest::for_each_layer(Visit visit) const {
  for (const auto& line : lines_) {
    for (const auto& layer : line->layers) visit(*line, *layer);
  }
}

Ingest::Ingest(const std::vector<NegotiatedMedia>& media, uint32_t local_ssrc, IngestOptions options,
               Sink& sink, base::MonoTime now, base::WallTime wall_at_mono_zero)
    : local_ssrc_(local_ssrc),
      options_(options),
      sink_(sink),
      rate_(options.bitrate_min_bps, options.bitrate_max_bps),
      next_report_(now + options.report_interval),
      next_feedback_(now + options.feedback_interval),
      next_nack_(now) {
  media::TrackId track = 0;
  for (const NegotiatedMedia& one : media) {
    if (one.direction != NegotiatedMedia::Direction::kReceive || one.payloads.empty()) continue;
    if (one.payloads.front().clock_rate == 0) continue;
    auto line = std::make_unique<Line>();
    line->media = one;
    std::vector<std::string> rids = one.rids;
    if (rids.empty()) rids.emplace_back();
    for (std::string& rid : rids) {
      auto setup = setup_of(one, std::move(rid), ++track, now, wall_at_mono_zero);
      line->layers.push_back(std::make_unique<Layer>(std::move(setup), options_, sink_));
    }
    if (one.payloads.front().twcc && one.extensions.twcc != 0) transport_sequence_id_ = one.extensions.twcc;
    lines_.push_back(std::move(line));
  }
}

Ingest::~Ingest() = default;

void Ingest::on_rtp(base::Bytes bytes, base::MonoTime now) {
  auto packet = rtp::PacketView::parse(bytes);
  if (!packet) {
    ++malformed_;
    return;
  }
  rate_.on_packet(bytes.size());
  auto transport_sequence = packet->extension(transport_sequence_id_);
  if (transport_sequence && transport_sequence->size() >= 2)
    arrivals_.on_packet(base::ByteReader(*transport_sequence).u16(), now);
  Route* route = route_of(*packet, now);
  if (route == nullptr || !route->line->knows(packet->payload_type)) {
    ++unknown_;
    return;
  }
  route->used = now;
  uint64_t size_before = route->layer->picture_size();
  if (route->line->is_rtx(packet->payload_type)) {
    on_rtx(*route, *packet, now);
  } else {
    route->layer->on_media(*packet, now);
  }
  if (route->layer->picture_size() != size_before) rank_layers(*route->line, now);
  write_key_requests(now);
  if (now >= next_nack_) write_nacks(now);
}

// [RFC 8843 9.2], as far as one m-line has one codec: by SSRC once it is known, else by mid and rid, else by
// what only one m-line can mean.
Ingest::Route* Ingest::route_of(const rtp::PacketView& packet, base::MonoTime now) {
  auto known = routes_.find(packet.ssrc);
  if (known != routes_.end()) return &known->second;
  Line* line = line_of(packet);
  Layer* layer = line != nullptr ? layer_of(*line, packet) : nullptr;
  if (layer == nullptr || !make_room_for_route(now)) return nullptr;
  return &(routes_[packet.ssrc] = {line, layer, now});
}

Ingest::Line* Ingest::line_of(const rtp::PacketView& packet) {
  Line* only = nullptr;
  size_t candidates = 0;
  for (const auto& line : lines_) {
    const NegotiatedMedia& media = line->media;
    if (text_is(packet.extension(media.extensions.mid), media.mid)) return line.get();
    if (std::ranges::find(media.ssrcs, packet.ssrc) != media.ssrcs.end()) return line.get();
    if (!line->knows(packet.payload_type)) continue;
    only = line.get();
    ++candidates;
  }
  return candidates == 1 ? only : nullptr;
}

Layer* Ingest::layer_of(Line& line, const rtp::PacketView& packet) {
  if (line.layers.size() == 1) return line.layers.front().get();
  const ExtensionIds& ids = line.media.extensions;
  auto rid = packet.extension(line.is_rtx(packet.payload_type) ? ids.repaired_rid : ids.rid);
  for (const auto& layer : line.layers) {
    if (text_is(rid, layer->setup().rid)) return layer.get();
  }
  return nullptr;
}

bool Ingest::make_room_for_route(base::MonoTime now) {
  if (routes_.size() < options_.sources_max) return true;
  auto oldest = std::ranges::min_element(routes_, {}, [](const auto& entry) { return entry.second.used; });
  if (now - oldest->second.used < kRouteIdle) return false;
  routes_.erase(oldest);
  return true;
}

// Puts the original packet together again [RFC 4588 4].
void Ingest::on_rtx(const Route& route, rtp::PacketView packet, base::MonoTime now) {
  constexpr size_t kOriginalSequenceBytes = 2;
  auto ssrc = route.layer->ssrc();
  if (!ssrc || packet.payload.size() <= kOriginalSequenceBytes) return;  // padding that probes the path
  packet.sequence = base::ByteReader(packet.payload).u16();
  packet.payload = packet.payload.subspan(kOriginalSequenceBytes);
  packet.payload_type = route.line->payload().payload_type;
  packet.ssrc = *ssrc;
  route.layer->on_retransmitted(packet, now);
}

// 0 is the largest picture among the layers that are being sent.
void Ingest::rank_layers(Line& line, base::MonoTime now) {
  if (line.layers.size() < 2) return;
  auto sent = [&](const Layer& layer) {
    return layer.picture_size() != 0 &&
           (!layer.last_frame() || now - *layer.last_frame() < options_.layer_gone);
  };
  std::vector<Layer*> ranked;
  for (const auto& layer : line.layers) {
    if (layer->picture_size() != 0) ranked.push_back(layer.get());
  }
  std::ranges::stable_sort(ranked, [&](const Layer* a, const Layer* b) {
    if (sent(*a) != sent(*b)) return sent(*a);
    return a->picture_size() > b->picture_size();
  });
  for (size_t i = 0; i < ranked.size(); ++i) ranked[i]->set_rendition(static_cast<uint8_t>(i));
}

// Reads what a peer's RTCP means for what we receive.
class Ingest::ReportReader final : public rtp::RtcpVisitor {
 public:
  ReportReader(Ingest& ingest, base::MonoTime now) : ingest_(ingest), now_(now) {}

  void on_sender_report(const rtp::SenderReport& report) override {
    Layer* layer = ingest_.layer_by_ssrc(report.ssrc);
    if (layer == nullptr) return;
    layer->on_sender_report(report, now_);
    ingest_.steer_clocks();
  }
  void on_bye(uint32_t ssrc) override {
    if (Layer* layer = ingest_.layer_by_ssrc(ssrc)) layer->on_bye();
    ingest_.routes_.erase(ssrc);
  }

 private:
  Ingest& ingest_;
  base::MonoTime now_;
};

void Ingest::on_rtcp(base::Bytes packet, base::MonoTime now) {
  ReportReader reader(*this, now);
  if (!rtp::parse_compound(packet, reader)) ++malformed_;
}

Layer* Ingest::layer_by_ssrc(uint32_t ssrc) {
  auto route = routes_.find(ssrc);
  bool media = route != routes_.end() && route->second.layer->ssrc() == ssrc;
  return media ? route->second.layer : nullptr;
}

// Audio leads, since ears notice what is done to it; without audio the first video that has reported.
void Ingest::steer_clocks() {
  std::optional<base::WallTime> lead;
  bool audio = false;
  for_each_layer([&](const Line&, Layer& layer) {
    bool is_audio = layer.kind() == media::TrackKind::kAudio;
    if (!layer.ssrc() || (lead && (audio || !is_audio))) return;
    auto epoch = layer.clock()->epoch();
    if (!epoch) return;
    lead = epoch;
    audio = is_audio;
  });
  if (!lead) return;
  for_each_layer([&](const Line&, Layer& layer) {
    bool follows = layer.ssrc() && layer.kind() == media::TrackKind::kVideo;
    if (follows) layer.clock()->steer_to(*lead);
  });
}

void Ingest::on_tick(base::MonoTime now) {
  for_each_layer([&](const Line&, Layer& layer) { layer.on_tick(now); });
  write_key_requests(now);
  if (now >= next_nack_) write_nacks(now);
  if (now >= next_feedback_) write_feedback(now);
  if (now < next_report_) return;
  for (const auto& line : lines_) rank_layers(*line, now);
  write_reports(now);
}

base::MonoTime Ingest::next_tick() const {
  base::MonoTime next = next_report_;
  if (!arrivals_.empty()) next = std::min(next, next_feedback_);
  for_each_layer([&](const Line&, const Layer& layer) {
    if (layer.has_holes()) next = std::min(next, next_nack_);
    next = std::min(next, layer.next_key_request().value_or(next));
  });
  return next;
}

void Ingest::request_key(media::TrackId track, base::MonoTime now) {
  for_each_layer([&](const Line&, Layer& layer) {
    if (layer.setup().track == track) layer.want_key();
  });
  write_key_requests(now);
}

void Ingest::say_goodbye() {
  begin_compound();
  rtp::append_bye(compound_, local_ssrc_);
  send_compound();
}

// Every compound packet begins with a report and our name [RFC 3550 6.1].
void Ingest::begin_compound() {
  compound_.clear();
  rtp::append_receiver_report(compound_, local_ssrc_);
  rtp::append_cname(compound_, local_ssrc_, kCname);
}

void Ingest::send_compound() {
  sink_.send_rtcp(compound_);
  compound_.clear();
}

void Ingest::write_nacks(base::MonoTime now) {
  // Of one packet; the rest is still missing the next time.
  constexpr size_t kNacksMax = 128;
  next_nack_ = now + options_.nack_interval;
  for_each_layer([&](const Line&, Layer& layer) {
    std::vector<uint16_t> missing = layer.take_missing(now);
    for (size_t at = 0; at < missing.size(); at += kNacksMax) {
      auto part = std::span(missing).subspan(at, std::min(kNacksMax, missing.size() - at));
      begin_compound();
      rtp::append_nack(compound_, local_ssrc_, *layer.ssrc(), part);
      send_compound();
    }
  });
}

void Ingest::write_key_requests(base::MonoTime now) {
  for_each_layer([&](const Line&, Layer& layer) {
    if (!layer.take_key_request(now)) return;
    begin_compound();
    if (layer.setup().payload.pli) {
      rtp::append_pli(compound_, local_ssrc_, *layer.ssrc());
    } else {
      rtp::append_fir(compound_, local_ssrc_, *layer.ssrc(), ++fir_command_);
    }
    send_compound();
  });
}

void Ingest::write_reports(base::MonoTime now) {
  next_report_ = now + options_.report_interval;
  std::vector<rtp::ReportBlock> blocks;
  std::vector<uint32_t> limited;  // SSRCs that REMB is for
  uint8_t fraction_lost = 0;
  for_each_layer([&](const Line& line, Layer& layer) {
    auto block = layer.report_block(now);
    if (!block) return;
    blocks.push_back(*block);
    fraction_lost = std::max(fraction_lost, block->fraction_lost);
    if (line.payload().remb && transport_sequence_id_ == 0) limited.push_back(block->ssrc);
  });
  uint64_t rate_bps = rate_.update(fraction_lost, now);
  if (blocks.empty()) return;
  compound_.clear();
  rtp::append_receiver_report(compound_, local_ssrc_, blocks);
  rtp::append_cname(compound_, local_ssrc_, kCname);
  if (!limited.empty()) rtp::append_remb(compound_, local_ssrc_, rate_bps, limited);
  send_compound();
}

void Ingest::write_feedback(base::MonoTime now) {
  next_feedback_ = now + options_.feedback_interval;
  if (arrivals_.empty() || lines_.empty()) return;
  std::optional<uint32_t> media_ssrc;
  for_each_layer([&](const Line&, const Layer& layer) {
    if (!media_ssrc) media_ssrc = layer.ssrc();
  });
  std::vector<uint8_t> feedback;
  arrivals_.write(feedback, local_ssrc_, media_ssrc.value_or(0));
  // Each packet of it is below a datagram's size; several would not be.
  base::Bytes rest = feedback;
  while (rest.size() >= 4) {
    size_t size = std::min(rest.size(), size_t{4} * ((rest[2] << 8 | rest[3]) + 1));
    begin_compound();
    compound_.insert(compound_.end(), rest.begin(), rest.begin() + static_cast<ptrdiff_t>(size));
    send_compound();
    rest = rest.subspan(size);
  }
}

hub::Counters Ingest::counters() const {
  Layer::Counters sum;
  rtp::Reorder::Counters order;
  for_each_layer([&](const Line&, const Layer& layer) {
    const Layer::Counters& one = layer.counters();
    rtp::Reorder::Counters packets = layer.reorder_counters();
    sum.packets += one.packets, sum.retransmitted += one.retransmitted, sum.damaged += one.damaged;
    sum.waiting += one.waiting, sum.nacks += one.nacks, sum.key_requests += one.key_requests;
    sum.refused += one.refused;
    order.reordered += packets.reordered, order.lost += packets.lost, order.strays += packets.strays;
  });
  return {{"rtp_packets", sum.packets},
          {"rtp_lost", order.lost},
          {"rtp_reordered", order.reordered},
          {"rtp_strays", order.strays},
          {"rtp_retransmitted", sum.retransmitted},
          {"rtp_nacks", sum.nacks},
          {"rtp_unknown", unknown_ + sum.refused},
          {"rtp_malformed", malformed_},
          {"pictures_damaged", sum.damaged},
          {"pictures_before_key", sum.waiting},
          {"key_requests", sum.key_requests}};
}

}  // namespace eyas::webrtc
