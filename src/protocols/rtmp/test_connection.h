// Whole connections on a virtual clock, for tests: bytes of a client through session, ingest, hub and egress
// to the bytes of another.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "container/flv/test_streams.h"
#include "hub/test_derivations.h"
#include "io/sim/sim_executor.h"
#include "protocols/rtmp/rtmp.h"
#include "protocols/rtmp/test_client.h"

namespace eyas::rtmp::test {

using namespace std::chrono_literals;
using io::sim::SimExecutor;
using io::sim::SimWorld;

struct Wire;

// The server's end of a connection whose other end is a Wire.
class VirtualStream final : public io::ByteStream {
 public:
  VirtualStream(SimExecutor& loop, std::shared_ptr<Wire> wire) : loop_(loop), wire_(std::move(wire)) {}
  ~VirtualStream() override;
  void start(Handler& handler) override;
  size_t send(std::span<const base::Slice> slices) override;
  size_t pending() const override { return pending_; }
  void pause_reading(bool paused) override;
  void close_after_flush() override { close({base::Code::kClosed, "flushed", {}}); }
  void close(base::Error why) override;
  std::string peer() const override { return "192.0.2.1:1000"; }
  io::Executor& executor() override { return loop_; }

  SimExecutor& loop_;
  std::shared_ptr<Wire> wire_;
  size_t pending_ = 0;
};

// A client's end: what it got, and a switch that stops it from reading.
struct Wire {
  void say(base::Bytes bytes) {
    if (handler != nullptr) handler->on_data(bytes);
    world->settle();
  }
  ClientBytes bytes;
  ClientReader got;
  SimWorld* world = nullptr;
  VirtualStream* stream = nullptr;
  io::ByteStream::Handler* handler = nullptr;
  bool stuck = false;
  bool paused = false;  // the server does not read what we say
  bool closed = false;
  int sends = 0;
};

inline VirtualStream::~VirtualStream() {
  wire_->stream = nullptr, wire_->handler = nullptr, wire_->closed = true;
}
inline void VirtualStream::start(Handler& handler) {
  wire_->handler = &handler;
}
inline size_t VirtualStream::send(std::span<const base::Slice> slices) {
  ++wire_->sends;
  for (const base::Slice& slice : slices) {
    wire_->got.feed(slice);
    if (wire_->stuck) pending_ += slice.size();
  }
  return pending_;
}
inline void VirtualStream::pause_reading(bool paused) {
  wire_->paused = paused;
}
inline void VirtualStream::close(base::Error why) {
  loop_.post([wire = wire_, why] {
    if (wire->handler != nullptr) std::exchange(wire->handler, nullptr)->on_closed(why);
  });
}

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() { remake(); }
  void remake() {
    server_ = std::make_unique<Server>(options_, directory_, loop_, statistics_, &derivations_);
  }

  std::shared_ptr<Wire> dial(bool digest = false, std::vector<flv::AmfProperty> more = {}) {
    auto wire = std::make_shared<Wire>();
    wire->world = &world_;
    auto stream = std::make_unique<VirtualStream>(loop_, wire);
    wire->stream = stream.get();
    server_->accept(std::move(stream));
    wire->say(ClientBytes::handshake(digest));
    wire->say(wire->bytes.connect("live", std::move(more)));
    wire->say(wire->bytes.create_stream());
    return wire;
  }
  std::shared_ptr<Wire> publisher(std::string_view name = "alpha") {
    auto wire = dial(true);
    wire->say(wire->bytes.publish(name));
    return wire;
  }
  std::shared_ptr<Wire> player(std::string_view name = "alpha", std::vector<flv::AmfProperty> more = {}) {
    auto wire = dial(false, std::move(more));
    wire->say(wire->bytes.play(name));
    return wire;
  }
  void video(Wire& wire, uint32_t ms, const std::string& hex) {
    wire.say(wire.bytes.media(MessageType::kVideo, ms, hex));
    world_.advance(1ms);
  }
  static size_t pictures(const Wire& wire) {  // coded frames, sequence headers not counted
    size_t count = 0;
    for (const Message& message : wire.got.messages()) {
      if (message.type == MessageType::kVideo && message.payload.size() > 1 && message.payload.data()[1] == 1)
        ++count;
    }
    return count;
  }

  SimWorld world_;
  SimExecutor& loop_ = world_.add_loop();
  Options options_;
  hub::Directory directory_{{&loop_}, {}};
  hub::test::CountedLeases derivations_;
  std::shared_ptr<Statistics> statistics_ = std::make_shared<Statistics>();
  std::unique_ptr<Server> server_;
};

inline const std::string kHeader = "17 00 000000" + flv::kAvcRecord;
inline const std::string kKey = "17 01 000000" + flv::kIdr;
inline const std::string kInter = "27 01 000000" + flv::kSlice;

}  // namespace eyas::rtmp::test
