#include "protocols/webrtc/dtls/datagram_bio.h"

#include <openssl/bio.h>

#include <algorithm>
#include <cstring>

namespace eyas::webrtc {

struct DatagramBioMethod {
  static DatagramPort& port(BIO* bio) { return *static_cast<DatagramPort*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* out, int room) {
    DatagramPort& from = port(bio);
    BIO_clear_retry_flags(bio);
    if (from.incoming_.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    // What does not fit is lost, as with a socket.
    size_t count = std::min(static_cast<size_t>(std::max(room, 0)), from.incoming_.size());
    std::memcpy(out, from.incoming_.data(), count);
    from.incoming_ = {};
    return static_cast<int>(count);
  }

  static int write(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    if (size > 0) port(bio).write({reinterpret_cast<const uint8_t*>(data), static_cast<size_t>(size)});
    return size;
  }

  // Nothing is buffered and no MTU is asked for here: the session sets it.
  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* method() {
    static BIO_METHOD* const kMethod = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams in memory");
      BIO_meth_set_read(made, read);
      BIO_meth_set_write(made, write);
      BIO_meth_set_ctrl(made, control);
      return made;
    }();
    return kMethod;
  }
};

void DatagramPort::write(base::Bytes datagram) {
  if (flight_over_ && drained()) forget_flight();
  flight_over_ = false;
  bytes_.insert(bytes_.end(), datagram.begin(), datagram.end());
  sizes_.push_back(static_cast<uint16_t>(datagram.size()));
  ++written_;
}

bool DatagramPort::next(base::Bytes& datagram) {
  if (drained()) return false;
  datagram = base::Bytes(bytes_).subspan(next_byte_, sizes_[next_size_]);
  next_byte_ += sizes_[next_size_++];
  return true;
}

void DatagramPort::forget_flight() {
  // The memory goes too: an idle session holds none.
  bytes_ = {};
  sizes_ = {};
  next_byte_ = next_size_ = 0;
}

bio_st* DatagramPort::make_bio() {
  BIO* bio = BIO_new(DatagramBioMethod::method());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace eyas::webrtc
