#include "io/udp.h"

#include <netinet/udp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace eyas::io {
namespace {

void add(std::atomic<uint64_t>& counter, uint64_t by) {
  // One writer: no read-modify-write that locks the bus.
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

bool set_option(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

int get_option(int fd, int level, int option) {
  int value = -1;
  socklen_t length = sizeof value;
  return getsockopt(fd, level, option, &value, &length) == 0 ? value : -1;
}

void enlarge_buffers(int fd) {
  // Beyond net.core.*mem_max only with CAP_NET_ADMIN; without it we take what we get.
  if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, UdpSocket::kKernelBufferBytes))
    set_option(fd, SOL_SOCKET, SO_RCVBUF, UdpSocket::kKernelBufferBytes);
  if (!set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, UdpSocket::kKernelBufferBytes))
    set_option(fd, SOL_SOCKET, SO_SNDBUF, UdpSocket::kKernelBufferBytes);
}

template <typename Value>
cmsghdr* put_control(cmsghdr* control, int level, int type, const Value& value) {
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(control), &value, sizeof value);
  return reinterpret_cast<cmsghdr*>(reinterpret_cast<uint8_t*>(control) + CMSG_SPACE(sizeof value));
}

cmsghdr* put_source(cmsghdr* control, const LocalAddress& from) {
  if (from.family == AF_INET) {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, from.bytes.data(), sizeof info.ipi_spec_dst);
    return put_control(control, IPPROTO_IP, IP_PKTINFO, info);
  }
  in6_pktinfo info{};
  std::memcpy(&info.ipi6_addr, from.bytes.data(), sizeof info.ipi6_addr);
  info.ipi6_ifindex = from.interface;
  return put_control(control, IPPROTO_IPV6, IPV6_PKTINFO, info);
}

LocalAddress source_for_answers(msghdr& header) {
  LocalAddress local;
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      local.family = AF_INET;
      std::memcpy(local.bytes.data(), &info.ipi_spec_dst, sizeof info.ipi_spec_dst);
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(control), sizeof info);
      local.family = AF_INET6;
      std::memcpy(local.bytes.data(), &info.ipi6_addr, sizeof info.ipi6_addr);
      if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) local.interface = info.ipi6_ifindex;
    }
  }
  return local;
}

base::Error system_error(const char* context, const std::string& address) {
  return {base::Code::kSystem, context, address + ": " + std::strerror(errno)};
}

}  // namespace

// The outgoing batch: datagrams one behind the other, and the messages that they leave in.
struct UdpSocket::Arena {
  struct Message {
    Endpoint to;
    LocalAddress from;
    uint32_t offset = 0;
    uint32_t bytes = 0;
    uint16_t segment = 0;  // bytes of every datagram but the last, which may be shorter
    uint16_t datagrams = 0;
  };
  struct alignas(cmsghdr) Control {
    uint8_t bytes[CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(in6_pktinfo))];
  };

  size_t used = 0;
  size_t count = 0;
  std::array<Message, kBatchMessages> messages;
  std::array<mmsghdr, kBatchMessages> headers;
  std::array<iovec, kBatchMessages> parts;
  std::array<Control, kBatchMessages> controls;
  std::array<uint8_t, kBatchBytes> bytes;

  void fill_header(size_t i) {
    Message& m = messages[i];
    parts[i] = {bytes.data() + m.offset, m.bytes};
    msghdr& h = headers[i].msg_hdr;
    h = {};
    h.msg_name = &m.to;
    h.msg_namelen = m.to.length();
    h.msg_iov = &parts[i];
    h.msg_iovlen = 1;
    auto* control = reinterpret_cast<cmsghdr*>(controls[i].bytes);
    if (m.datagrams > 1) control = put_control(control, SOL_UDP, UDP_SEGMENT, m.segment);
    if (m.from.family != AF_UNSPEC) control = put_source(control, m.from);
    h.msg_controllen = static_cast<size_t>(reinterpret_cast<uint8_t*>(control) - controls[i].bytes);
    if (h.msg_controllen > 0) h.msg_control = controls[i].bytes;
  }
};

// What one recvmmsg fills. Its contents live for one read_batch() only, so a thread's sockets share it.
struct UdpSocket::Inbox {
  struct alignas(cmsghdr) Control {
    uint8_t bytes[CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(in6_pktinfo))];
  };
  std::array<Control, kDatagramsPerRead> controls;
  std::array<mmsghdr, kDatagramsPerRead> headers;
  std::array<iovec, kDatagramsPerRead> parts;
  std::array<Endpoint, kDatagramsPerRead> from;
  std::array<std::array<uint8_t, kDatagramBytesIn>, kDatagramsPerRead> bytes;

  static Inbox& of_thread() {
    thread_local const auto inbox = std::make_unique_for_overwrite<Inbox>();
    return *inbox;
  }
};

base::Result<std::unique_ptr<UdpSocket>> UdpSocket::open(Loop& loop, const std::string& address,
                                                         Sharing sharing, Handler& handler) {
  base::Result<Endpoint> at = Endpoint::parse(address);
  if (!at) return at.error();
  int fd = socket(at->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return system_error("udp: socket", address);
  if (at->is_v6()) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (sharing == Sharing::kFurther) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  bool bound = bind(fd, &at->any, at->length()) == 0;
  // As with listeners: set after bind, it lets further sockets in, but did not let us in beside a stranger.
  if (sharing == Sharing::kFirst) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (!bound) {
    base::Error error = system_error("udp: bind", address);
    close(fd);
    return error;
  }
  enlarge_buffers(fd);
  return std::unique_ptr<UdpSocket>(new UdpSocket(loop, fd, handler));
}

base::Result<std::unique_ptr<UdpSocket>> UdpSocket::open(Loop& loop, const MulticastGroup& group,
                                                         Handler& handler) {
  const Endpoint& at = group.group;
  int fd = socket(at.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return system_error("udp: socket", at.text());
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  // Else Linux hands over every group that anybody on this machine joined [ip(7)].
  set_option(fd, at.is_v6() ? IPPROTO_IPV6 : IPPROTO_IP, at.is_v6() ? IPV6_MULTICAST_ALL : IP_MULTICAST_ALL,
             0);
  base::Status ready;
  if (bind(fd, &at.any, at.length()) != 0) ready = system_error("udp: bind", at.text());
  if (ready) ready = join_group(fd, group);
  if (!ready) {
    close(fd);
    return ready.error();
  }
  enlarge_buffers(fd);
  return std::unique_ptr<UdpSocket>(new UdpSocket(loop, fd, handler));
}

base::Status UdpSocket::send_to_groups_by(const std::string& interface, unsigned hops) {
  return io::send_to_groups_by(fd_, local().is_v6(), interface, hops);
}

UdpSocket::UdpSocket(Loop& loop, int fd, Handler& handler)
    : loop_(loop), fd_(fd), handler_(handler), segmentation_(get_option(fd, SOL_UDP, UDP_SEGMENT) >= 0) {
  tell_local();
  loop_.watch(fd_, EPOLLIN, *this);
}

// Where the socket is bound to one address, nothing else can be meant, and looking costs time.
void UdpSocket::tell_local() {
  Endpoint bound = local();
  if (bound.is_v6() && IN6_IS_ADDR_UNSPECIFIED(&bound.v6.sin6_addr))
    tells_local_ = set_option(fd_, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  else if (!bound.is_v6() && bound.v4.sin_addr.s_addr == INADDR_ANY)
    tells_local_ = set_option(fd_, IPPROTO_IP, IP_PKTINFO, 1);
}

UdpSocket::~UdpSocket() {
  loop_.unwatch(fd_, *this);
  close(fd_);
}

Endpoint UdpSocket::local() const {
  Endpoint endpoint;
  socklen_t length = sizeof endpoint;
  CHECK(getsockname(fd_, &endpoint.any, &length) == 0);
  return endpoint;
}

int UdpSocket::receive_buffer_bytes() const {
  return get_option(fd_, SOL_SOCKET, SO_RCVBUF);
}

void UdpSocket::on_fd(uint32_t events) {
  if (events & EPOLLERR) get_option(fd_, SOL_SOCKET, SO_ERROR);  // reading it clears it
  for (size_t i = 0; i < kReadsPerTurn && read_batch(); ++i) {
  }
}

// True when there may be more.
bool UdpSocket::read_batch() {
  Inbox& in = Inbox::of_thread();
  for (size_t i = 0; i < kDatagramsPerRead; ++i) {
    in.parts[i] = {in.bytes[i].data(), kDatagramBytesIn};
    msghdr& h = in.headers[i].msg_hdr;
    h = {};
    h.msg_name = &in.from[i];
    h.msg_namelen = sizeof(Endpoint);
    h.msg_iov = &in.parts[i];
    h.msg_iovlen = 1;
    if (!tells_local_) continue;
    h.msg_control = in.controls[i].bytes;
    h.msg_controllen = sizeof in.controls[i].bytes;
  }
  int count = recvmmsg(fd_, in.headers.data(), kDatagramsPerRead, MSG_DONTWAIT, nullptr);
  if (count <= 0) return false;
  base::MonoTime now = loop_.clock().mono();
  uint64_t bytes = 0;
  for (int i = 0; i < count; ++i) {
    mmsghdr& header = in.headers[i];
    bytes += header.msg_len;
    if (header.msg_hdr.msg_flags & MSG_TRUNC) {
      add(counters_.truncated_in, 1);
      continue;
    }
    if (tells_local_) arrived_at_ = source_for_answers(header.msg_hdr);
    handler_.on_datagram(in.from[i], {in.bytes[i].data(), header.msg_len}, now);
  }
  add(counters_.datagrams_in, static_cast<uint64_t>(count));
  add(counters_.bytes_in, bytes);
  return count == static_cast<int>(kDatagramsPerRead);
}

std::span<uint8_t> UdpSocket::prepare(size_t max) {
  CHECK(max <= kDatagramBytesMax);
  // At first use: many sockets only receive. Not zeroed: pages that no batch reached cost nothing.
  if (!out_) out_ = std::make_unique_for_overwrite<Arena>();
  Arena& out = *out_;
  if (out.used + max > kBatchBytes || out.count == kBatchMessages) flush();
  return {out.bytes.data() + out.used, max};
}

void UdpSocket::commit(const Endpoint& to, size_t bytes, const LocalAddress& from) {
  if (bytes == 0) return;
  Arena& out = *out_;
  CHECK(bytes <= kDatagramBytesMax && out.used + bytes <= kBatchBytes);
  if (joins_last(to, bytes, from)) {
    Arena::Message& last = out.messages[out.count - 1];
    last.bytes += static_cast<uint32_t>(bytes);
    ++last.datagrams;
  } else {
    out.messages[out.count++] = {
        to, from, static_cast<uint32_t>(out.used), static_cast<uint32_t>(bytes), static_cast<uint16_t>(bytes),
        1};
  }
  out.used += bytes;
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  loop_.defer([this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    flush_scheduled_ = false;
    flush();
  });
}

bool UdpSocket::joins_last(const Endpoint& to, size_t bytes, const LocalAddress& from) const {
  if (!segmentation_ || out_->count == 0) return false;
  const Arena::Message& last = out_->messages[out_->count - 1];
  bool whole = last.bytes == size_t{last.segment} * last.datagrams;  // else a shorter one has ended it
  return whole && bytes <= last.segment && last.datagrams < kSegmentsMax &&
         last.bytes + bytes <= kSegmentedBytesMax && last.to == to && last.from == from;
}

void UdpSocket::send(const Endpoint& to, base::Bytes datagram) {
  std::span<uint8_t> room = prepare(datagram.size());
  std::memcpy(room.data(), datagram.data(), datagram.size());
  commit(to, datagram.size());
}

void UdpSocket::flush() {
  if (!out_) return;
  Arena& out = *out_;
  for (size_t i = 0; i < out.count; ++i) out.fill_header(i);
  for (size_t done = 0; done < out.count;) done += send_from(done);
  out.count = 0;
  out.used = 0;
}

size_t UdpSocket::send_from(size_t first) {
  Arena& out = *out_;
  int sent =
      sendmmsg(fd_, out.headers.data() + first, static_cast<unsigned>(out.count - first), MSG_DONTWAIT);
  add(counters_.sends, 1);
  if (sent <= 0) return on_send_error(first, errno);
  uint64_t datagrams = 0, bytes = 0;
  for (size_t i = first; i < first + static_cast<size_t>(sent); ++i) {
    datagrams += out.messages[i].datagrams;
    bytes += out.messages[i].bytes;
  }
  add(counters_.datagrams_out, datagrams);
  add(counters_.bytes_out, bytes);
  return static_cast<size_t>(sent);
}

size_t UdpSocket::on_send_error(size_t at, int error) {
  Arena& out = *out_;
  const Arena::Message& failed = out.messages[at];
  if (error == EINTR) return 0;
  if (error == EAGAIN) {
    // The socket's own buffer: what follows would not be taken either.
    for (size_t i = at; i < out.count; ++i) add(counters_.dropped_full, out.messages[i].datagrams);
    return out.count - at;
  }
  if (error == ENOBUFS || error == ENOMEM) {
    add(counters_.dropped_full, failed.datagrams);
  } else if (failed.datagrams > 1 && (error == EIO || error == EINVAL || error == EMSGSIZE)) {
    // EIO: the device computes no checksums, so the kernel does not segment for it. The others: this path's
    // MTU is below the segment; IP fragments then carry it.
    if (error == EIO) segmentation_ = false;
    send_unsegmented(at);
  } else {
    add(counters_.dropped_error, failed.datagrams);
  }
  return 1;
}

void UdpSocket::send_unsegmented(size_t at) {
  Arena::Message message = out_->messages[at];
  out_->messages[at].datagrams = 1;  // its header then says nothing of segments
  out_->fill_header(at);
  for (size_t offset = 0; offset < message.bytes; offset += message.segment) {
    size_t bytes = std::min<size_t>(message.segment, message.bytes - offset);
    iovec part{out_->bytes.data() + message.offset + offset, bytes};
    msghdr one = out_->headers[at].msg_hdr;
    one.msg_iov = &part;
    ssize_t sent = sendmsg(fd_, &one, MSG_DONTWAIT);
    add(counters_.sends, 1);
    if (sent >= 0) {
      add(counters_.datagrams_out, 1);
      add(counters_.bytes_out, bytes);
    } else {
      add(errno == EAGAIN || errno == ENOBUFS ? counters_.dropped_full : counters_.dropped_error, 1);
    }
  }
}

}  // namespace eyas::io
