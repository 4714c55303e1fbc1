#include "container/mpegts/lane.h"

#include <algorithm>

namespace eyas::mpegts {
namespace {

// Units after which we trust that this sender stuffs the last packet of a unit and no other.
constexpr unsigned kStuffingProof = 20;

}  // namespace

ContinuityCheck::Verdict ContinuityCheck::check(const Packet& packet) {
  std::optional<uint8_t> last = last_;
  if (!packet.has_payload) {
    // The counter stands still; where it does not, the next payload will tell.
    return Verdict::kFollows;
  }
  last_ = packet.continuity_counter;
  bool repeated = last == packet.continuity_counter && std::ranges::equal(last_payload_, packet.payload);
  if (repeated && !packet.discontinuity) return Verdict::kDuplicate;
  last_payload_.assign(packet.payload.begin(), packet.payload.end());
  if (!last || packet.discontinuity) return Verdict::kFollows;
  return packet.continuity_counter == ((*last + 1) & 0x0F) ? Verdict::kFollows : Verdict::kMissing;
}

Lane::Lane(uint16_t pid, StreamForm form, media::TrackId id, Elementary::Context context, Timeline& timeline)
    : pid_(pid),
      form_(std::move(form)),
      id_(id),
      context_(context),
      timeline_(timeline),
      elementary_(make_elementary(form_, context, id)) {}

void Lane::on_packet(const Packet& packet, base::MonoTime arrival) {
  if (packet.scrambling != 0) {
    ++scrambled_run_;
    ++context_.events.scrambled_packets;
    return pes_.clear();
  }
  if (packet.has_payload) scrambled_run_ = 0;
  if (packet.discontinuity && !packet.has_payload) continuity_ = {};
  switch (continuity_.check(packet)) {
    case ContinuityCheck::Verdict::kDuplicate:
      ++context_.events.duplicate_packets;
      return;
    case ContinuityCheck::Verdict::kMissing:
      ++context_.events.continuity_errors;
      lose();
      break;
    case ContinuityCheck::Verdict::kFollows:
      break;
  }
  if (packet.has_payload && !packet.payload.empty()) on_payload(packet, arrival);
}

// A unit with a hole in it is of no use. Where none was under way, the hole may have swallowed whole ones.
void Lane::lose() {
  if (pes_.open()) ++context_.events.damaged_units;
  pes_.clear();
  ended_by_stuffing_ = false;
  elementary_->on_loss();
}

void Lane::on_payload(const Packet& packet, base::MonoTime arrival) {
  if (packet.unit_start) {
    watch_stuffing(packet);
    finish();
    pes_.begin(packet.payload);
  } else if (pes_.open()) {
    watch_stuffing(packet);
    pes_.append(packet.payload);
  } else {
    if (ended_by_stuffing_) {
      // It was not whole: this sender stuffs as it likes.
      stuffing_lies_ = true;
      lose();
    }
    return;
  }
  arrival_ = arrival;
  if (pes_.size() > context_.options.limits.access_unit_bytes_max) {
    ++context_.events.oversize_units;
    pes_.clear();
    return elementary_->on_loss();
  }
  if (pes_.complete()) return finish();
  if (!stuffing_ends_unit(packet)) return;
  ++context_.events.ended_by_stuffing;
  finish();
  ended_by_stuffing_ = true;
}

// An access unit without a length ends where the next one begins, a picture's time later. Most senders stuff
// its last packet and no other, which tells us at once; a sender is trusted after it has done so for a while.
void Lane::watch_stuffing(const Packet& packet) {
  if (packet.unit_start) {
    if (pes_.open() && pes_.unbounded() && stuffed_) ++stuffing_proof_;
  } else if (stuffed_) {
    stuffing_lies_ = true;
  }
  stuffed_ = packet.stuffing_bytes > 0;
}

bool Lane::stuffing_ends_unit(const Packet& packet) const {
  return packet.stuffing_bytes > 0 && pes_.unbounded() && !stuffing_lies_ &&
         stuffing_proof_ >= kStuffingProof;
}

void Lane::flush() {
  finish();
}

void Lane::finish() {
  ended_by_stuffing_ = false;
  if (!pes_.open()) return;
  if (!pes_.complete() && !pes_.unbounded()) return lose();
  base::Slice packet = pes_.take();
  auto header = read_pes_header(packet);
  if (!header) return static_cast<void>(++context_.events.broken_units);
  if (header->scrambled) {
    ++context_.events.scrambled_packets;
    ++scrambled_run_;
    return elementary_->on_loss();
  }
  PesUnit unit;
  unit.arrival = arrival_;
  unit.payload = packet.sub(header->bytes);
  if (header->pts) {
    unit.pts = timeline_.unwrap(*header->pts);
    unit.dts = header->dts ? timeline_.unwrap(*header->dts) : *unit.pts;
    if (media::kind_of(form_.codec) == media::TrackKind::kVideo) timeline_.on_picture(*unit.dts);
  } else if (form_.codec == media::Codec::kData) {
    unit.pts = unit.dts = timeline_.now();
  }
  elementary_->on_pes(unit);
}

}  // namespace eyas::mpegts
