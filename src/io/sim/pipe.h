// Pipe: one direction of a simulated connection.
#pragma once

#include <deque>
#include <memory>

#include "base/slice.h"
#include "io/sim/network.h"

namespace eyas::io::sim {

// Owned by both ends. Sends on one loop, delivers on another; a simulation has one thread.
class Pipe : public std::enable_shared_from_this<Pipe> {
 public:
  struct Sender {
    virtual ~Sender() = default;
    // Everything that send() left has gone out.
    virtual void on_room() = 0;
  };
  struct Receiver {
    virtual ~Receiver() = default;
    virtual void on_bytes(base::Bytes bytes) = 0;
    virtual void on_end() = 0;
  };

  Pipe(SimExecutor& from, SimExecutor& to, const Path& path) : from_(from), to_(to), path_(path) {}

  void set_sender(Sender* sender) { sender_ = sender; }
  // Null while nobody reads: what arrives stays in the window.
  void set_receiver(Receiver* receiver);
  void set_path(const Path& path) { path_ = path; }
  void set_cut(bool cut);

  void send(const base::Slice& slice);
  // After what was sent; what is held is dropped.
  void end();
  // Nobody will ever read: what arrives is thrown away.
  void discard_arrivals();
  size_t held_bytes() const { return held_bytes_; }

 private:
  struct Packet {
    base::MonoTime arrival;
    base::Slice bytes;
    bool end = false;
  };

  // Puts on the wire what the window has room for.
  void fill();
  void put(base::Slice bytes, bool end);
  base::MonoTime arrival_of(size_t bytes);
  void expect();
  void deliver();
  void tell_room();

  SimExecutor& from_;
  SimExecutor& to_;
  Path path_;
  Sender* sender_ = nullptr;
  Receiver* receiver_ = nullptr;
  bool cut_ = false;
  bool ended_ = false;
  bool discarding_ = false;
  bool left_bytes_ = false;  // a send() found no room since on_room()
  std::deque<base::Slice> held_;
  size_t held_bytes_ = 0;
  std::deque<Packet> wire_;
  size_t wire_bytes_ = 0;
  base::MonoTime wire_free_{};
  base::MonoTime last_arrival_{};
  Timer arrival_timer_;
  Timer room_timer_;
};

}  // namespace eyas::io::sim
