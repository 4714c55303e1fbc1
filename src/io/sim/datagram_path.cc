#include "io/sim/datagram_path.h"

#include <algorithm>

namespace eyas::io::sim {

void DatagramPath::send(base::Bytes datagram) {
  SimWorld& world = to_.world();
  if (world.chance(path_.loss) || wire_bytes_ + datagram.size() > path_.window_bytes) {
    ++lost_;
    return;
  }
  base::Slice copy = base::Slice::copy_of(datagram);
  put(copy);
  if (world.chance(path_.duplicate)) put(copy);
}

void DatagramPath::put(const base::Slice& datagram) {
  SimWorld& world = to_.world();
  wire_free_ = std::max(wire_free_, world.clock().mono());
  if (path_.bytes_per_second > 0) {
    wire_free_ += base::Duration(datagram.size() * 1'000'000'000 / path_.bytes_per_second);
  }
  base::MonoTime arrival = wire_free_ + path_.latency;
  if (path_.jitter > base::Duration::zero()) {
    arrival += base::Duration(world.pick(static_cast<size_t>(path_.jitter.count())));
  }
  wire_bytes_ += datagram.size();
  wire_.emplace(arrival, datagram);
  expect();
}

void DatagramPath::expect() {
  if (wire_.empty()) return;
  base::Duration wait = wire_.begin()->first - to_.clock().mono();
  timer_ = to_.after(std::max(wait, base::Duration::zero()), [this] { deliver(); });
}

void DatagramPath::deliver() {
  while (!wire_.empty() && wire_.begin()->first <= to_.clock().mono()) {
    base::Slice datagram = wire_.extract(wire_.begin()).mapped();
    wire_bytes_ -= datagram.size();
    receive_(datagram);
  }
  expect();
}

}  // namespace eyas::io::sim
