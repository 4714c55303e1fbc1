#include "io/tcp_stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/slice_batch.h"

namespace eyas::io {

TcpStream::TcpStream(Loop& loop, int fd, bool connecting)
    : loop_(loop), fd_(fd), state_(connecting ? State::kConnecting : State::kIdle) {
  peer_ = Address::peer_of(fd).text();
}

TcpStream::~TcpStream() {
  if (fd_ < 0) return;
  if (watched_ != 0) loop_.unwatch(fd_, *this);
  ::close(fd_);
}

void TcpStream::start(Handler& handler) {
  CHECK(handler_ == nullptr);
  handler_ = &handler;
  if (state_ == State::kIdle) state_ = State::kOpen;
  update_watch();
}

size_t TcpStream::send(std::span<const base::Slice> slices) {
  if (state_ != State::kOpen && state_ != State::kConnecting && state_ != State::kIdle) return 0;
  size_t taken = 0;  // slices wholly with the kernel
  size_t offset = 0;
  while (pending_bytes_ == 0 && state_ != State::kConnecting && taken < slices.size()) {
    Transfer sent = write_slices(slices.subspan(taken), offset);
    if (sent.kind == Transfer::Kind::kEnded) return close(end_reason_), 0;
    if (sent.kind == Transfer::Kind::kWouldBlock) break;
    offset += sent.bytes;
    while (taken < slices.size() && offset >= slices[taken].size()) offset -= slices[taken++].size();
  }
  for (size_t i = taken; i < slices.size(); ++i) hold(slices[i], i == taken ? offset : 0);
  if (pending_bytes_ > 0) update_watch();
  return pending_bytes_;
}

void TcpStream::pause_reading(bool paused) {
  reading_paused_ = paused;
  update_watch();
}

void TcpStream::close_after_flush() {
  if (state_ == State::kClosed || state_ == State::kFlushing || state_ == State::kLingering) return;
  if (pending_bytes_ == 0) return linger();
  state_ = State::kFlushing;
  timer_ = loop_.after(kFlushLimit, [this] {
    close({base::Code::kTimeout, "close: the peer does not read", {}});
  });
  update_watch();
}

void TcpStream::linger() {
  // Closing with unread input makes the kernel send a reset that can overtake our last bytes.
  state_ = State::kLingering;
  finish_writing();
  ::shutdown(fd_, SHUT_WR);
  timer_ = loop_.after(kLingerLimit, [this] { close({base::Code::kClosed, "closed by the server", {}}); });
  update_watch();
}

void TcpStream::close(base::Error why) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  if (watched_ != 0) loop_.unwatch(fd_, *this);
  watched_ = 0;
  ::close(fd_);
  fd_ = -1;
  held_.clear();
  pending_bytes_ = 0;
  // Last: it replaces the timer whose task may be what called us.
  timer_ = loop_.after(base::Duration::zero(), [this, why = std::move(why)] {
    if (handler_ != nullptr) handler_->on_closed(why);
  });
}

TcpStream::Transfer TcpStream::read_some(uint8_t* into, size_t room) {
  ssize_t n = ::recv(fd_, into, room, 0);
  if (n > 0) return {Transfer::Kind::kMoved, static_cast<size_t>(n)};
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return {Transfer::Kind::kWouldBlock};
  end_reason_ = {base::Code::kClosed, n == 0 ? "closed by the peer" : "connection lost",
                 n == 0 ? std::string() : std::strerror(errno)};
  return {Transfer::Kind::kEnded};
}

TcpStream::Transfer TcpStream::write_slices(std::span<const base::Slice> slices, size_t skip) {
  if (goes_as_file(slices.front())) return write_file(slices, skip);
  iovec parts[kGatherMax];
  size_t count = 0;
  bool file_follows = false;
  for (const base::Slice& slice : slices.first(std::min(slices.size(), kGatherMax))) {
    if ((file_follows = goes_as_file(slice))) break;
    parts[count++] = {const_cast<uint8_t*>(slice.data()) + skip, slice.size() - skip};
    skip = 0;
  }
  return write_some({parts, count}, file_follows);
}

bool TcpStream::goes_as_file(const base::Slice& slice) const {
  return slice.file() != nullptr && writes_plainly();
}

TcpStream::Transfer TcpStream::write_file(std::span<const base::Slice> slices, size_t skip) {
  const base::FileMemory* file = slices.front().file();
  const uint8_t* begin = slices.front().data();
  const uint8_t* end = begin;
  // What lies side by side goes in one call.
  for (const base::Slice& slice : slices) {
    if (slice.file() != file || slice.data() != end) break;
    end += slice.size();
  }
  off_t offset = begin + skip - file->begin;
  ssize_t n = ::sendfile(fd_, file->fd, &offset, static_cast<size_t>(end - begin) - skip);
  return moved(n);
}

TcpStream::Transfer TcpStream::moved(ssize_t n) {
  if (n >= 0) return {Transfer::Kind::kMoved, static_cast<size_t>(n)};
  if (errno == EAGAIN || errno == EINTR) return {Transfer::Kind::kWouldBlock};
  end_reason_ = {base::Code::kClosed, "connection lost", std::strerror(errno)};
  return {Transfer::Kind::kEnded};
}

TcpStream::Transfer TcpStream::write_some(std::span<iovec> parts, bool more) {
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return moved(::sendmsg(fd_, &message, MSG_NOSIGNAL | MSG_DONTWAIT | (more ? MSG_MORE : 0)));
}

void TcpStream::finish_writing() {}

void TcpStream::on_fd(uint32_t events) {
  if (state_ == State::kConnecting) return finish_connect();
  if (events & EPOLLOUT) write_ready();
  if (state_ == State::kClosed) return;
  if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) read_ready();
}

void TcpStream::finish_connect() {
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) return close({base::Code::kClosed, "connect", std::strerror(error)});
  state_ = State::kOpen;
  peer_ = Address::peer_of(fd_).text();
  if (!write_held()) return;
  update_watch();
  if (pending_bytes_ == 0) handler_->on_drained();
}

void TcpStream::read_ready() {
  Transfer got = read_some(loop_.read_buffer(), Loop::kReadBufferBytes);
  switch (got.kind) {
    case Transfer::Kind::kEnded:
      return close(end_reason_);
    case Transfer::Kind::kWouldBlock:
      return;
    case Transfer::Kind::kMoved:
      break;
  }
  // What comes after we said goodbye is read only to keep the goodbye whole.
  if (state_ == State::kOpen) handler_->on_data({loop_.read_buffer(), got.bytes});
}

void TcpStream::write_ready() {
  bool had_pending = pending_bytes_ > 0;
  if (!write_held()) return;
  if (pending_bytes_ > 0) return;
  if (state_ == State::kFlushing) return linger();
  update_watch();
  if (had_pending && state_ == State::kOpen) handler_->on_drained();
}

bool TcpStream::write_held() {
  while (pending_bytes_ > 0) {
    Transfer sent = write_slices(std::span(held_).subspan(held_from_), 0);
    if (sent.kind == Transfer::Kind::kEnded) return close(end_reason_), false;
    if (sent.kind == Transfer::Kind::kWouldBlock) return true;
    pending_bytes_ -= sent.bytes;
    size_t left = sent.bytes;
    while (held_from_ < held_.size() && left >= held_[held_from_].size()) {
      left -= held_[held_from_].size();
      held_[held_from_++] = {};
    }
    if (left > 0) held_[held_from_] = held_[held_from_].sub(left);
  }
  base::clear_batch(held_);
  held_from_ = 0;
  return true;
}

void TcpStream::hold(const base::Slice& slice, size_t skip) {
  if (slice.size() == skip) return;
  pending_bytes_ += slice.size() - skip;
  held_.push_back(skip == 0 ? slice : slice.sub(skip));
}

void TcpStream::update_watch() {
  if (state_ == State::kClosed || state_ == State::kIdle || handler_ == nullptr) return;
  uint32_t want = 0;
  bool reads = state_ == State::kLingering || !reading_paused_;
  if (state_ != State::kConnecting && reads) want |= EPOLLIN;
  if (state_ == State::kConnecting || pending_bytes_ > 0) want |= EPOLLOUT;
  if (want == 0) want = EPOLLERR;  // epoll reports it anyway; zero means "not watched" here
  if (want == watched_) return;
  if (watched_ == 0)
    loop_.watch(fd_, want, *this);
  else
    loop_.rewatch(fd_, want, *this);
  watched_ = want;
}

}  // namespace eyas::io
