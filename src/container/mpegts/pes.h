// PES packets: headers, and putting them together from transport packets [ISO 13818-1 2.4.3.6].
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/slice.h"
#include "base/time.h"

namespace eyas::mpegts {

struct PesHeader {
  uint8_t stream_id = 0;
  bool scrambled = false;
  std::optional<uint64_t> pts;  // 90 kHz, 33 bits
  std::optional<uint64_t> dts;
  size_t bytes = 0;  // of the header: the payload follows
};

// nullopt when the bytes are no PES packet or its header is not whole.
std::optional<PesHeader> read_pes_header(base::Bytes packet);

// `payload_bytes` stands in PES_packet_length where it fits, else 0, which only video may have.
std::vector<uint8_t> write_pes_header(uint8_t stream_id, uint64_t pts, std::optional<uint64_t> dts,
                                      size_t payload_bytes);
// The most that a PES packet with a PTS and a length holds.
constexpr size_t kPesPayloadBytesMax = 0xFFFF - 8;

// The PES packet of one PID that is being put together.
class PesAssembly {
 public:
  void begin(base::Bytes payload);
  void append(base::Bytes payload);
  void clear() { open_ = false, bytes_.clear(); }

  bool open() const { return open_; }
  size_t size() const { return bytes_.size(); }
  // PES_packet_length says that all of it is here. Never for one without a length.
  bool complete() const;
  // True when its end must be told by what follows.
  bool unbounded() const;
  // The packet, cut to its length; this assembly is empty afterwards.
  base::Slice take();

 private:
  size_t length() const;  // with the 6 bytes before; 0 while unknown or unbounded

  std::vector<uint8_t> bytes_;
  bool open_ = false;
};

}  // namespace eyas::mpegts
