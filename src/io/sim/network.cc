#include "io/sim/network.h"

#include <utility>

#include "io/sim/pipe.h"

namespace eyas::io::sim {
namespace {

// As long as a TcpStream waits for its peer.
constexpr base::Duration kFlushLimit = std::chrono::seconds(5);
constexpr base::Duration kLingerLimit = std::chrono::seconds(1);

// One end of a simulated connection. Lives on its loop.
class End final : public ByteStream, Pipe::Sender, Pipe::Receiver {
 public:
  End(SimExecutor& loop, std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out, std::string peer)
      : loop_(loop), in_(std::move(in)), out_(std::move(out)), peer_(std::move(peer)) {
    out_->set_sender(this);
  }
  ~End() override { hang_up(); }

  void start(Handler& handler) override {
    handler_ = &handler;
    read_when_wanted();
  }
  size_t send(std::span<const base::Slice> slices) override {
    if (state_ != State::kOpen) return 0;
    for (const base::Slice& slice : slices) out_->send(slice);
    return pending();
  }
  size_t pending() const override { return out_->held_bytes(); }
  void pause_reading(bool paused) override {
    paused_ = paused;
    read_when_wanted();
  }
  void close_after_flush() override {
    if (state_ != State::kOpen) return;
    if (pending() == 0) return linger();
    state_ = State::kFlushing;
    timer_ = loop_.after(kFlushLimit, [this] {
      close({base::Code::kTimeout, "close: the peer does not read", {}});
    });
  }
  void close(base::Error why) override {
    if (state_ == State::kClosed) return;
    hang_up();
    timer_ = loop_.after(base::Duration::zero(), [this, why = std::move(why)] {
      if (handler_ != nullptr) handler_->on_closed(why);
    });
  }
  std::string peer() const override { return peer_; }
  Executor& executor() override { return loop_; }

 private:
  enum class State : uint8_t { kOpen, kFlushing, kLingering, kClosed };

  void on_room() override {
    if (state_ == State::kFlushing) return linger();
    if (state_ == State::kOpen && handler_ != nullptr) handler_->on_drained();
  }
  void on_bytes(base::Bytes bytes) override {
    if (state_ == State::kOpen) handler_->on_data(bytes);
  }
  void on_end() override { close({base::Code::kClosed, "closed by the peer", {}}); }

  void linger() {
    state_ = State::kLingering;
    out_->end();
    read_when_wanted();
    timer_ = loop_.after(kLingerLimit, [this] { close({base::Code::kClosed, "closed by the server", {}}); });
  }
  void hang_up() {
    if (std::exchange(state_, State::kClosed) == State::kClosed) return;
    out_->end();
    out_->set_sender(nullptr);
    in_->discard_arrivals();
  }
  void read_when_wanted() {
    if (state_ == State::kClosed || handler_ == nullptr) return;
    bool reads = !paused_ || state_ == State::kLingering;
    in_->set_receiver(reads ? this : nullptr);
  }

  SimExecutor& loop_;
  std::shared_ptr<Pipe> in_, out_;
  std::string peer_;
  Handler* handler_ = nullptr;
  State state_ = State::kOpen;
  bool paused_ = false;
  Timer timer_;
};

}  // namespace

void Cable::set_path_to_server(const Path& path) {
  to_server_->set_path(path);
}
void Cable::set_path_to_client(const Path& path) {
  to_client_->set_path(path);
}
void Cable::cut() {
  to_server_->set_cut(true);
  to_client_->set_cut(true);
}
void Cable::join() {
  to_server_->set_cut(false);
  to_client_->set_cut(false);
}

size_t Cable::pending_to_client() const {
  return to_client_->held_bytes();
}

Connection connect(SimExecutor& client_loop, SimExecutor& server_loop, const Path& to_server,
                   const Path& to_client, std::string client_address) {
  auto up = std::make_shared<Pipe>(client_loop, server_loop, to_server);
  auto down = std::make_shared<Pipe>(server_loop, client_loop, to_client);
  auto client = std::make_unique<End>(client_loop, down, up, "198.51.100.1:1935");
  auto server = std::make_unique<End>(server_loop, up, down, std::move(client_address));
  return {std::move(client), std::move(server), Cable(up, down)};
}

}  // namespace eyas::io::sim
