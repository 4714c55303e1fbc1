#include "protocols/webrtc/wire/tcp_framing.h"

#include <algorithm>

namespace eyas::webrtc {

base::Result<bool> TcpFrameReader::fill(base::Bytes& bytes) {
  while (have_ < kTcpFrameHeaderBytes && !bytes.empty()) {
    header_[have_++] = bytes.front();
    bytes = bytes.subspan(1);
  }
  if (have_ < kTcpFrameHeaderBytes) return false;
  size_t length = static_cast<size_t>(header_[0]) << 8 | header_[1];
  if (length > kTcpFrameBytesMax) return base::Error{base::Code::kLimit, "ice-tcp: frame length", {}};
  size_t at = have_ - kTcpFrameHeaderBytes;
  size_t count = std::min(length - at, bytes.size());
  std::copy_n(bytes.begin(), count, packet_.begin() + static_cast<ptrdiff_t>(at));
  bytes = bytes.subspan(count);
  have_ += count;
  if (at + count < length) return false;
  if (length == 0) have_ = 0;  // an empty frame says nothing [RFC 4571 2]
  return length != 0;
}

}  // namespace eyas::webrtc
