// For tests and fuzzers: the peer's end of HTTP connections on a virtual clock.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "http/server.h"
#include "io/byte_stream.h"
#include "io/sim/sim_executor.h"

namespace eyas::http::test {

// What the test sees of a connection after the server took it over.
struct Wire {
  io::ByteStream::Handler* handler = nullptr;
  std::string sent;                              // by the server
  size_t kernel_room = static_cast<size_t>(-1);  // bytes that the kernel still takes; then they are pending
  std::string held;                              // pending
  bool paused = false;
  int pauses = 0;       // times that reading was paused
  bool closed = false;  // by the server
  bool flushing = false;
  bool alive = true;  // the server still owns its end
};

class FakeStream final : public io::ByteStream {
 public:
  FakeStream(io::sim::SimExecutor& executor, std::shared_ptr<Wire> wire, std::string peer)
      : executor_(executor), wire_(std::move(wire)), peer_(std::move(peer)) {}
  ~FakeStream() override {
    wire_->alive = false;
    wire_->handler = nullptr;
  }
  void start(Handler& handler) override { wire_->handler = &handler; }
  size_t send(std::span<const base::Slice> slices) override {
    for (const base::Slice& slice : slices) {
      std::string_view text = base::as_text(slice);
      size_t now = wire_->held.empty() ? std::min(text.size(), wire_->kernel_room) : 0;
      wire_->sent += text.substr(0, now);
      wire_->kernel_room -= now;
      wire_->held += text.substr(now);
    }
    return wire_->held.size();
  }
  size_t pending() const override { return wire_->held.size(); }
  void pause_reading(bool paused) override {
    wire_->pauses += paused ? 1 : 0;
    wire_->paused = paused;
  }
  void close_after_flush() override {
    wire_->flushing = true;
    if (wire_->held.empty()) close({base::Code::kClosed, "flushed", {}});
  }
  void close(base::Error why) override {
    if (std::exchange(wire_->closed, true)) return;
    executor_.post([wire = wire_, why] {
      if (auto* handler = std::exchange(wire->handler, nullptr)) handler->on_closed(why);
    });
  }
  std::string peer() const override { return peer_; }
  io::Executor& executor() override { return executor_; }

 private:
  io::sim::SimExecutor& executor_;
  std::shared_ptr<Wire> wire_;
  std::string peer_;
};

// The peer's end.
class Peer {
 public:
  Peer(io::sim::SimExecutor& executor, Server& server, std::string address = "127.0.0.1:50123")
      : executor_(executor), wire_(std::make_shared<Wire>()) {
    server.adopt(std::make_unique<FakeStream>(executor, wire_, std::move(address)));
  }
  ~Peer() { vanish(); }
  void send(std::string_view text) {
    if (wire_->handler && !wire_->closed) wire_->handler->on_data(base::as_bytes(text));
    executor_.world().settle();
  }
  void send_in_pieces(std::string_view text, size_t piece) {
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) send(text.substr(0, piece));
  }
  // What came since the last call.
  std::string take() { return std::exchange(wire_->sent, {}); }
  void take_nothing_beyond(size_t bytes) { wire_->kernel_room = bytes; }
  // The kernel takes everything that is held.
  void drain() {
    wire_->kernel_room = static_cast<size_t>(-1);
    wire_->sent += std::exchange(wire_->held, {});
    if (wire_->flushing && !wire_->closed) {
      wire_->closed = true;
      if (auto* handler = std::exchange(wire_->handler, nullptr))
        handler->on_closed({base::Code::kClosed, "", {}});
    } else if (wire_->handler && !wire_->closed) {
      wire_->handler->on_drained();
    }
    executor_.world().settle();
  }
  void vanish() {
    if (auto* handler = std::exchange(wire_->handler, nullptr)) {
      wire_->closed = true;
      handler->on_closed({base::Code::kClosed, "peer", {}});
    }
    executor_.world().settle();
  }
  bool closed() const { return wire_->closed; }
  bool paused() const { return wire_->paused; }
  int pauses() const { return wire_->pauses; }
  size_t held() const { return wire_->held.size(); }

 private:
  io::sim::SimExecutor& executor_;
  std::shared_ptr<Wire> wire_;
};

}  // namespace eyas::http::test
