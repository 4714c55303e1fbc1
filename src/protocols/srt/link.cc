#include "protocols/srt/link.h"

namespace eyas::srt {

Link::Link(Poller& poller, Socket socket, io::Executor& loop)
    : poller_(poller), socket_(std::move(socket)), loop_(loop), peer_(socket_.peer()) {
  connected_ = socket_.state() == Socket::State::kOpen;
}

Link::~Link() {
  poller_.forget(socket_.id());
}

void Link::start(Handler& handler) {
  handler_ = &handler;
  poller_.watch(socket_.id(), weak_from_this());
  on_ready();  // what came before
}

base::Status Link::connect(Handler& handler, const io::Endpoint& to) {
  handler_ = &handler;
  poller_.watch(socket_.id(), weak_from_this());
  return socket_.connect(to);
}

void Link::on_ready() {
  if (posted_.exchange(true)) return;
  loop_.post([self = weak_from_this()] {
    if (auto link = self.lock()) link->look();
  });
}

void Link::look() {
  posted_ = false;  // before looking: what changes from here on posts again
  if (handler_ == nullptr) return;
  const Socket::State state = socket_.state();
  if (state == Socket::State::kConnecting) return;
  if (state == Socket::State::kOpen && !connected_) {
    connected_ = true;
    peer_ = socket_.peer();
    handler_->on_connected();
  }
  // What arrived before the end is read first.
  if (handler_ != nullptr && connected_) read();
  if (handler_ != nullptr && connected_) handler_->on_room();
  if (handler_ != nullptr && state == Socket::State::kEnded) end();
}

void Link::read() {
  uint8_t message[kMessageBytesMax + 184];  // libsrt's own bound is 1,456
  const base::MonoTime arrival = loop_.clock().mono();
  for (int i = 0; i < kMessagesPerTurn; ++i) {
    size_t bytes = 0;
    switch (socket_.receive(message, bytes)) {
      case Socket::Moved::kNotNow:
        return;
      case Socket::Moved::kEnded:
        return end();
      case Socket::Moved::kYes:
        break;
    }
    handler_->on_message({message, bytes}, arrival);
    if (handler_ == nullptr) return;
  }
  on_ready();
}

void Link::end() {
  if (Handler* handler = std::exchange(handler_, nullptr)) handler->on_closed(socket_.end_reason());
}

}  // namespace eyas::srt
