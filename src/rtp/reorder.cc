#include "rtp/reorder.h"

#include <algorithm>
#include <utility>

namespace eyas::rtp {
namespace {

constexpr int64_t kDropoutMax = 3000;  // [RFC 3550 A.1] MAX_DROPOUT: a longer gap is taken for a restart

}  // namespace

Reorder::Reorder(Sink& sink, ReorderOptions options) : sink_(sink), options_(options) {
  options_.packets_max = std::max<size_t>(options_.packets_max, 2);
}

void Reorder::push(const PacketView& packet, base::MonoTime now) {
  ++counters_.received;
  if (!started_) start_at(packet.sequence);
  int64_t sequence = highest_ + distance(static_cast<uint16_t>(highest_), packet.sequence);
  if (sequence < next_ || sequence - next_ > kDropoutMax) {
    if (!is_restart(sequence)) return;
    restart_at(sequence);
  } else {
    restart_expected_.reset();
    make_room(sequence);
  }
  if (sequence == next_) {
    if (sequence > highest_) {
      highest_ = sequence;
    } else {
      found(slot(sequence), now);
    }
    ++next_;
    deliver(packet, now);
    release();
  } else {
    hold(packet, sequence, now);
  }
  on_tick(now);
}

void Reorder::start_at(int64_t sequence) {
  started_ = true;
  next_ = sequence;
  highest_ = sequence - 1;
}

// [RFC 3550 A.1]: a number far away is a restart only when the next one follows it.
bool Reorder::is_restart(int64_t sequence) {
  bool far = sequence > next_ || next_ - sequence > static_cast<int64_t>(options_.packets_max);
  if (far && restart_expected_ == sequence) return true;
  ++counters_.strays;
  if (far) restart_expected_ = sequence + 1;
  return false;
}

void Reorder::restart_at(int64_t sequence) {
  while (next_ <= highest_) give_up_one();
  ++counters_.restarts;
  restart_expected_.reset();
  lost_before_ = true;
  start_at(sequence);
}

// Gives up what is oldest until `sequence` has a slot.
void Reorder::make_room(int64_t sequence) {
  auto packets_max = static_cast<int64_t>(options_.packets_max);
  while (next_ <= highest_ && sequence - next_ >= packets_max) give_up_one();
  if (sequence - next_ < packets_max) return;
  counters_.lost += static_cast<uint64_t>(sequence - next_);
  lost_before_ = true;
  start_at(sequence);
}

// A missing packet came. Measured from the first NACK, so that repeating them cannot make the trip look
// short.
void Reorder::found(const Slot& place, base::MonoTime now) {
  constexpr int kSmoothing = 8;
  ++counters_.reordered;
  if (place.attempts == 0) return;
  base::Duration trip = now - place.first_asked;
  round_trip_ += round_trip_.count() == 0 ? trip : (trip - round_trip_) / kSmoothing;
}

void Reorder::hold(const PacketView& packet, int64_t sequence, base::MonoTime now) {
  if (slots_.empty()) slots_.resize(options_.packets_max);
  if (sequence > highest_) {
    for (int64_t missing = highest_ + 1; missing < sequence; ++missing) {
      slot(missing) = Slot{};
      slot(missing).since = now;
    }
    slot(sequence) = Slot{};
    highest_ = sequence;
  } else if (slot(sequence).held) {
    ++counters_.strays;
    return;
  } else {
    found(slot(sequence), now);
  }
  Slot& place = slot(sequence);
  place.held = true;
  place.header = packet;
  place.extension_bytes = packet.extension_block.size();
  place.bytes.reserve(packet.extension_block.size() + packet.payload.size());
  place.bytes.assign(packet.extension_block.begin(), packet.extension_block.end());
  place.bytes.insert(place.bytes.end(), packet.payload.begin(), packet.payload.end());
  place.since = now;
  held_bytes_ += place.bytes.size();
  while (held_bytes_ > options_.bytes_max) give_up_one();
}

void Reorder::deliver(const PacketView& packet, base::MonoTime arrival) {
  sink_.on_packet(packet, std::exchange(lost_before_, false), arrival);
}

void Reorder::release() {
  while (next_ <= highest_ && slot(next_).held) {
    Slot place = std::exchange(slot(next_), Slot{});
    ++next_;
    held_bytes_ -= place.bytes.size();
    base::Bytes bytes = place.bytes;
    place.header.extension_block = bytes.first(place.extension_bytes);
    place.header.payload = bytes.subspan(place.extension_bytes);
    deliver(place.header, place.since);
  }
}

// The number waited for is missing whenever something is held: highest_ is always held then.
void Reorder::give_up_one() {
  ++next_;
  ++counters_.lost;
  lost_before_ = true;
  release();
}

void Reorder::on_tick(base::MonoTime now) {
  while (next_ <= highest_ && slot(next_).since + options_.wait_max <= now) give_up_one();
}

std::optional<base::MonoTime> Reorder::next_deadline() const {
  if (next_ > highest_) return std::nullopt;
  return slot(next_).since + options_.wait_max;
}

void Reorder::take_missing(base::MonoTime now, std::vector<uint16_t>& out) {
  base::Duration interval = std::max(options_.nack_interval, round_trip_);
  for (int64_t sequence = next_; sequence <= highest_; ++sequence) {
    Slot& place = slot(sequence);
    if (place.held || place.attempts >= options_.nack_attempts_max) continue;
    base::MonoTime due = place.attempts == 0 ? place.since + options_.nack_delay : place.asked + interval;
    if (due > now) continue;
    if (place.attempts++ == 0) place.first_asked = now;
    place.asked = now;
    out.push_back(static_cast<uint16_t>(sequence));
  }
}

}  // namespace eyas::rtp
