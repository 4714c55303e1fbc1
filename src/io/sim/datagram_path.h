// DatagramPath: one direction of simulated datagrams: lost, doubled, late, and so out of order.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "base/slice.h"
#include "io/sim/network.h"

namespace eyas::io::sim {

// Sends from anywhere; delivers on one loop. Lives in the test's thread.
class DatagramPath {
 public:
  using Receive = std::function<void(base::Bytes datagram)>;

  DatagramPath(SimExecutor& to, const Path& path, Receive receive)
      : to_(to), path_(path), receive_(std::move(receive)) {}

  void set_path(const Path& path) { path_ = path; }
  void send(base::Bytes datagram);
  // Dropped because bytes_per_second had filled window_bytes, or by chance.
  uint64_t lost() const { return lost_; }

 private:
  void put(const base::Slice& datagram);
  void expect();
  void deliver();

  SimExecutor& to_;
  Path path_;
  Receive receive_;
  base::MonoTime wire_free_{};
  size_t wire_bytes_ = 0;
  std::multimap<base::MonoTime, base::Slice> wire_;
  uint64_t lost_ = 0;
  Timer timer_;
};

}  // namespace eyas::io::sim
