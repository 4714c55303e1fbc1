// The half of Sender that listens: what the viewer says, and what is made of it.
#include <algorithm>
#include <utility>

#include "protocols/webrtc/egress/sender.h"
#include "rtp/ntp.h"

namespace eyas::webrtc {
namespace {

using base::Duration;
using base::MonoTime;
using std::chrono::milliseconds;

constexpr double kHeadersShare = 1.05;  // RTP, extensions and tags, over payload
constexpr double kRelief = 1.1;  // the estimate must exceed the need by this before a path counts as free
constexpr Duration kQueueAgeFree = std::chrono::seconds(1);  // no limit is known: bursts of newcomers
// A group may be late by as long as its keyframe takes, up to here.
constexpr Duration kQueueAgeLimit = milliseconds(1500);

// Probes: not into a path that was just full, and this often while there is something to gain.
constexpr Duration kProbeAfter = milliseconds(500);
constexpr Duration kProbeInterval = milliseconds(700);
constexpr double kProbeBeyondEstimate = 2.0;
constexpr double kProbeBeyondNeed = 1.3;
constexpr double kProbeMax = 3.0;  // times the estimate
// Room for keyframes to pass at once: times the need.
constexpr double kPlenty = 2.5;
constexpr Duration kRareProbeInterval = std::chrono::seconds(3);
// A limit that was not felt for this long is let go when there is plenty; and where no probe can test it.
constexpr Duration kForgetAfter = std::chrono::seconds(5);
constexpr Duration kTryAfter = std::chrono::seconds(8);

// A packet that others overtook by more than this is lost, not late.
constexpr Duration kLateMax = milliseconds(20);

// A path that loses this much, and has room for this many times the need, gets each repair this often.
constexpr double kLossyPath = 0.02;
constexpr double kRoom = 1.5;
constexpr unsigned kCopiesOnLossyPath = 3;
constexpr double kLossMax = 0.15;

constexpr Duration kSilenceMin = milliseconds(700);
constexpr Duration kSilenceInterval = milliseconds(300);

constexpr Duration kRoundTripUnknown = milliseconds(100);
constexpr Duration kRoundTripMax = std::chrono::seconds(5);
constexpr Duration kKeyAskInterval = milliseconds(500);
// A keyframe that was asked for and is not sent after this long will not come.
constexpr Duration kKeyPatience = milliseconds(300);
constexpr Duration kRestartInterval = std::chrono::seconds(1);

uint64_t scaled(uint64_t bps, double factor) {
  return static_cast<uint64_t>(static_cast<double>(bps) * factor);
}

}  // namespace

struct Sender::Feedback final : rtp::RtcpVisitor {
  Feedback(Sender& s, MonoTime n) : sender(s), now(n) {}

  bool is_video(uint32_t ssrc) const { return sender.video_ && sender.video_->media().ssrc == ssrc; }

  void on_report_block(uint32_t, const rtp::ReportBlock& block) override {
    sender.on_report_block(block, now);
  }
  void on_nack(uint32_t ssrc, std::span<const uint16_t> lost) override {
    if (is_video(ssrc)) sender.on_nack(lost, now);
  }
  void on_pli(uint32_t ssrc) override {
    if (is_video(ssrc)) sender.on_key_wanted(now);
  }
  void on_fir(uint32_t ssrc, uint8_t) override {
    if (is_video(ssrc)) sender.on_key_wanted(now);
  }
  void on_remb(uint64_t bps, std::span<const uint32_t>) override { sender.estimator_.on_remb(bps); }
  void on_transport_feedback(const rtp::TransportFeedback& feedback) override {
    sender.on_transport_feedback(feedback, now);
  }

  Sender& sender;
  MonoTime now;
};

void Sender::on_rtcp(base::Bytes packet, MonoTime now) {
  Feedback feedback(*this, now);
  if (!rtp::parse_compound(packet, feedback)) ++counts_.bad_rtcp;
  steer(now);
  pump(now);
}

void Sender::on_report_block(const rtp::ReportBlock& block, MonoTime now) {
  for (auto* stream : {&video_, &audio_}) {
    if (*stream && (*stream)->media().ssrc == block.ssrc) (*stream)->on_heard();
  }
  if (!video_ || block.ssrc != video_->media().ssrc) return;
  auto sent_bps = scaled(renditions_->current_bps(), kHeadersShare);
  estimator_.on_report(block.fraction_lost / 256.0, sent_bps, now);
  if (block.last_sr == 0) return;
  // [RFC 3550 6.4.1]: A - LSR - DLSR, on our own clock.
  uint32_t units = rtp::ntp_of(wall(now)).middle() - block.last_sr - block.delay_since_last_sr;
  Duration sample = rtp::from_short_ntp(units);
  if (sample > kRoundTripMax) return;  // negative, or nonsense
  Duration& round_trip = counts_.round_trip;
  round_trip = round_trip == Duration::zero() ? sample : (round_trip * 7 + sample) / 8;
}

void Sender::on_transport_feedback(const rtp::TransportFeedback& feedback, MonoTime now) {
  std::vector<PacketResult> results;
  results.reserve(feedback.arrivals.size());
  const std::vector<uint16_t> unheard = outlet_.sent().take(feedback, now, results);
  if (results.empty()) return;
  estimator_.on_feedback(results, now);
  heard_at_ = now;
  MonoTime newest = results.back().sent;
  Duration sample = now - newest;
  Duration& least = feedback_round_trip_;
  least = least == Duration::zero() ? sample : std::min(least, sample);
  if (!video_ || !video_->takes_rtx()) return;
  repair_reported(results, now);
  if (!lossy_with_room()) return;
  for (uint16_t sequence : unheard) repair(sequence, Resends::Why::kUnheard, now);
}

// A second way to learn of losses, for NACKs are lost too. What may only be late waits for the next feedback.
void Sender::repair_reported(std::span<const PacketResult> results, MonoTime now) {
  std::vector<uint16_t> waiting = std::exchange(perhaps_late_, {});
  MonoTime newest = results.back().sent;
  for (const PacketResult& result : results) {
    if (!result.repairs_as) continue;
    if (!result.arrival) resends_.on_reported_lost();
    if (result.arrival && result.had_lost) {
      std::erase(waiting, *result.repairs_as);
    } else if (!result.arrival && newest - result.sent >= kLateMax) {
      repair(*result.repairs_as, Resends::Why::kAsked, now);
    } else if (!result.arrival) {
      perhaps_late_.push_back(*result.repairs_as);
    }
  }
  for (uint16_t sequence : waiting) repair(sequence, Resends::Why::kAsked, now);
}

void Sender::on_nack(std::span<const uint16_t> lost, MonoTime now) {
  counts_.nacks += lost.size();
  if (!video_->takes_rtx()) return;
  for (uint16_t sequence : lost) repair(sequence, Resends::Why::kAsked, now);
}

void Sender::repair(uint16_t sequence, Resends::Why why, MonoTime now) {
  // A path that is full is not made better by repairs; the viewer will ask again.
  if (options_.paced && pacer_.in_debt()) return;
  unsigned copies = resends_.copies(sequence, round_trip(), now, why);
  if (copies == 0) return;
  auto found = history_.find(sequence, video_->next_sequence());
  if (!found) {
    ++counts_.nacks_missed;
    return;
  }
  // What nothing was heard of has mostly come.
  if (why == Resends::Why::kAsked && lossy_with_room() && resends_.asks_for_losses())
    copies = kCopiesOnLossyPath;
  for (; copies > 0; --copies) {
    size_t bytes = video_->send_again(found->unit, found->packet, found->timestamp, sequence, 0, now);
    pacer_.on_sent(bytes);
    ++counts_.retransmitted_packets;
    counts_.retransmitted_bytes += bytes;
  }
}

// Before the first report block there is only the way of a packet and of the feedback on it.
Duration Sender::round_trip() const {
  if (counts_.round_trip != Duration::zero()) return counts_.round_trip;
  return feedback_round_trip_ != Duration::zero() ? feedback_round_trip_ : kRoundTripUnknown;
}

// The publisher is asked; where it does not answer, the newest group is sent once more, unless its next one
// is near anyway or the path could not take it.
void Sender::on_key_wanted(MonoTime now) {
  ++counts_.plis;
  ask_key(now);
  if (!key_wanted_since_) {
    key_wanted_since_ = now;
    return;
  }
  if (now - *key_wanted_since_ < kKeyPatience || constrained_ || !key_came_at_) return;
  if (restarted_at_ && now - *restarted_at_ < kRestartInterval) return;
  if (key_interval_ > Duration::zero() && *key_came_at_ + key_interval_ > now &&
      *key_came_at_ + key_interval_ - now < kKeyPatience) {
    return;
  }
  restarted_at_ = now;
  ++counts_.group_restarts;
  renditions_->expect_replay();
  upstream_.restart_group();
}

void Sender::ask_key(MonoTime now) {
  if (key_asked_at_ && now - *key_asked_at_ < kKeyAskInterval) return;
  auto track = renditions_->wanted_track();
  if (!track) return;
  key_asked_at_ = now;
  ++counts_.keyframe_requests;
  upstream_.request_keyframe(*track);
}

// Decides what the path carries, and so what is sent on it.
void Sender::steer(MonoTime now) {
  if (!video_ || !options_.paced) return;
  uint64_t limit = estimator_.limit_bps();
  uint64_t need = scaled(renditions_->current_bps(), kHeadersShare) + audio_bps_;
  constrained_ = limit != 0 && limit < scaled(need, constrained_ ? kRelief : 1.0);
  roomy_ = limit == 0 || limit > scaled(need, kRoom);
  pacer_.set_path(limit, constrained_);
  uint64_t for_video = limit == 0 ? 0 : scaled(limit - std::min(limit - 1, audio_bps_), 1 / kHeadersShare);
  renditions_->choose(for_video, now);
  if (renditions_->on_the_way() || (renditions_->waiting_for_key() && !constrained_)) ask_key(now);
  if (limit != 0) seek_relief(limit, need, now);
}

// Looks for more than the limit says, while there is a use for it; lets the limit go once there is plenty.
void Sender::seek_relief(uint64_t limit, uint64_t need, MonoTime now) {
  uint64_t plenty = scaled(need, kPlenty);
  uint64_t better = renditions_->better_bps(now);
  bool gain = constrained_ || better != 0;
  bool can_probe = video_->takes_rtx() && estimator_.has_feedback();
  if (can_probe && gain) {
    probe_if_due(constrained_ ? need : scaled(better, kHeadersShare) + audio_bps_, kProbeInterval, now);
  } else if (can_probe && limit < plenty) {
    probe_if_due(need, kRareProbeInterval, now);
  }
  bool found = !gain && limit >= plenty && !estimator_.congested_within(kForgetAfter, now);
  bool blind = !can_probe && !estimator_.congested_within(kTryAfter, now);
  if (found || blind) estimator_.forget_congestion();
}

void Sender::probe_if_due(uint64_t wanted_bps, Duration interval, MonoTime now) {
  if (now < next_probe_ || estimator_.congested_within(kProbeAfter, now)) return;
  uint64_t estimate = estimator_.bps();
  uint64_t target = std::max(scaled(estimate, kProbeBeyondEstimate), scaled(wanted_bps, kProbeBeyondNeed));
  target = std::min(target, scaled(estimate, kProbeMax));
  if (estimator_.begin_probe(target, now) != nullptr) next_probe_ = now + interval;
}

// Reports that stop coming mean that they, or what they would speak of, stand in a queue.
void Sender::watch_silence(MonoTime now) {
  if (!estimator_.has_feedback() || now < next_silence_) return;
  auto oldest = outlet_.sent().oldest_unreported();
  if (!oldest || now - std::max(*oldest, heard_at_) < std::max(kSilenceMin, 4 * counts_.round_trip)) return;
  next_silence_ = now + kSilenceInterval;
  estimator_.on_silence(now);
  steer(now);
}

// Losses are the radio's and not a queue's, so that what is sent twice costs nobody anything.
bool Sender::lossy_with_room() const {
  return roomy_ && estimator_.loss() >= kLossyPath && estimator_.loss() < kLossMax;
}

Duration Sender::queue_age_max() const {
  uint64_t bps = estimator_.limit_bps();
  if (bps == 0) return kQueueAgeFree;
  auto key_takes = Duration(static_cast<int64_t>(key_bytes_ * 8 * 1'000'000'000 / bps));
  return std::min(options_.queue_age_max + key_takes, kQueueAgeLimit);
}

}  // namespace eyas::webrtc
