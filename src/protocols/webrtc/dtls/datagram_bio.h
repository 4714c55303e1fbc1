// DatagramPort: where OpenSSL reads and writes whole datagrams of one session. Keeps the last flight for
// retransmission.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

struct bio_st;

namespace eyas::webrtc {

class DatagramPort {
 public:
  // The next read takes it whole; it must live until then.
  void offer(base::Bytes datagram) { incoming_ = datagram; }
  void withdraw() { incoming_ = {}; }

  void write(base::Bytes datagram);
  // The next datagram on its way out; false: none. Valid until the next write.
  bool next(base::Bytes& datagram);
  bool drained() const { return next_size_ == sizes_.size(); }
  // The datagrams since begin_flight() go out once more. The peer drops by their record numbers those that it
  // had.
  void repeat_flight() { next_size_ = next_byte_ = 0; }
  // What is written from now on is another flight; the old one is forgotten with the first write.
  void begin_flight() { flight_over_ = true; }
  void forget_flight();
  bool has_flight() const { return !sizes_.empty(); }
  uint64_t written() const { return written_; }

  // A BIO that reads and writes here; the port must outlive it. Null: OpenSSL has no memory.
  bio_st* make_bio();

 private:
  friend struct DatagramBioMethod;

  base::Bytes incoming_;
  std::vector<uint8_t> bytes_;
  std::vector<uint16_t> sizes_;
  size_t next_byte_ = 0;
  size_t next_size_ = 0;
  uint64_t written_ = 0;
  bool flight_over_ = false;
};

}  // namespace eyas::webrtc
