#include "io/sim/pipe.h"

#include <algorithm>
#include <utility>

namespace eyas::io::sim {

void Pipe::set_receiver(Receiver* receiver) {
  receiver_ = receiver;
  expect();
}

void Pipe::set_cut(bool cut) {
  cut_ = cut;
  arrival_timer_.cancel();
  if (cut) return;
  // TCP finds out by its own clock that the path is back.
  base::MonoTime again = to_.clock().mono() + path_.retransmit + path_.latency;
  for (Packet& packet : wire_) packet.arrival = std::max(packet.arrival, again);
  last_arrival_ = std::max(last_arrival_, again);
  expect();
}

void Pipe::send(const base::Slice& slice) {
  if (ended_ || slice.empty()) return;
  held_.push_back(slice);
  held_bytes_ += slice.size();
  fill();
  if (held_bytes_ > 0) left_bytes_ = true;
}

void Pipe::end() {
  if (std::exchange(ended_, true)) return;
  held_.clear();
  held_bytes_ = 0;
  put({}, true);
}

void Pipe::discard_arrivals() {
  receiver_ = nullptr;
  discarding_ = true;
  expect();
}

void Pipe::fill() {
  while (!held_.empty() && wire_bytes_ < path_.window_bytes) {
    base::Slice& front = held_.front();
    size_t take = std::min({front.size(), path_.packet_bytes, path_.window_bytes - wire_bytes_});
    held_bytes_ -= take;
    put(front.sub(0, take), false);
    if (take == front.size())
      held_.pop_front();
    else
      front = front.sub(take);
  }
}

void Pipe::put(base::Slice bytes, bool end) {
  base::MonoTime arrival = arrival_of(bytes.size());
  wire_bytes_ += bytes.size();
  wire_.push_back({arrival, std::move(bytes), end});
  if (wire_.size() == 1) expect();
}

base::MonoTime Pipe::arrival_of(size_t bytes) {
  SimWorld& world = from_.world();
  wire_free_ = std::max(wire_free_, world.clock().mono());
  if (path_.bytes_per_second > 0) {
    wire_free_ += base::Duration(bytes * 1'000'000'000 / path_.bytes_per_second);
  }
  base::MonoTime arrival = wire_free_ + path_.latency;
  if (path_.jitter > base::Duration::zero()) {
    arrival += base::Duration(world.pick(static_cast<size_t>(path_.jitter.count())));
  }
  while (world.chance(path_.loss)) arrival += path_.retransmit;
  last_arrival_ = std::max(last_arrival_, arrival);
  return last_arrival_;
}

void Pipe::expect() {
  if (cut_ || wire_.empty() || (receiver_ == nullptr && !discarding_)) return arrival_timer_.cancel();
  base::Duration wait = wire_.front().arrival - to_.clock().mono();
  arrival_timer_ = to_.after(std::max(wait, base::Duration::zero()), [this] { deliver(); });
}

void Pipe::deliver() {
  auto self = shared_from_this();  // what is told may drop both ends
  base::MonoTime now = to_.clock().mono();
  while (!wire_.empty() && !cut_ && (receiver_ != nullptr || discarding_) && wire_.front().arrival <= now) {
    Packet packet = std::move(wire_.front());
    wire_.pop_front();
    wire_bytes_ -= packet.bytes.size();
    if (receiver_ == nullptr) continue;
    if (packet.end)
      receiver_->on_end();
    else
      receiver_->on_bytes(packet.bytes);
  }
  expect();
  if (left_bytes_ && !room_timer_.armed()) {
    room_timer_ = from_.after(path_.latency, [this] { tell_room(); });
  }
}

void Pipe::tell_room() {
  fill();
  if (held_bytes_ > 0 || !std::exchange(left_bytes_, false)) return;
  if (sender_ != nullptr) sender_->on_room();
}

}  // namespace eyas::io::sim
