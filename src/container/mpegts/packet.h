// Transport stream packets: header and adaptation field, read and written [ISO 13818-1 2.4.3].
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"

namespace eyas::mpegts {

constexpr size_t kPacketBytes = 188;
constexpr uint8_t kSyncByte = 0x47;
constexpr size_t kHeaderBytes = 4;
constexpr uint16_t kPatPid = 0;
constexpr uint16_t kNullPid = 0x1FFF;
// One UDP datagram as everybody sends it; fits an Ethernet frame.
constexpr size_t kPacketsPerDatagram = 7;

// The programme clock: 90 kHz in 33 bits, 27 MHz in 42.
constexpr int64_t kTicksPerSecond = 90'000;
constexpr uint64_t kTickMask = (uint64_t{1} << 33) - 1;

// One packet, read. Views into the bytes it was read from.
struct Packet {
  bool transport_error = false;
  bool unit_start = false;
  uint16_t pid = 0;
  uint8_t scrambling = 0;  // transport_scrambling_control; 0 is in the clear
  uint8_t continuity_counter = 0;
  bool has_payload = false;
  bool discontinuity = false;
  bool random_access = false;
  std::optional<uint64_t> pcr;  // program_clock_reference_base, 90 kHz
  size_t stuffing_bytes = 0;    // of the adaptation field
  base::Bytes payload;
};

// nullopt when the sync byte is wrong or the adaptation field is longer than the packet. `bytes` are
// kPacketBytes.
std::optional<Packet> read_packet(base::Bytes bytes);

// What the adaptation field of a packet that we write says.
struct Adaptation {
  bool discontinuity = false;
  bool random_access = false;
  std::optional<uint64_t> pcr;  // 90 kHz

  bool empty() const { return !discontinuity && !random_access && !pcr; }
};

// Puts a unit (a PES packet or a section) into packets of one PID, with stuffing in the last one. Keeps that
// PID's continuity counter.
class PacketWriter {
 public:
  explicit PacketWriter(uint16_t pid) : pid_(pid) {}

  // The unit is `head` followed by `body`; `adaptation` stands in its first packet.
  void write(base::ByteWriter& out, const Adaptation& adaptation, base::Bytes head, base::Bytes body);
  // A packet without payload, which does not count.
  void write_adaptation(base::ByteWriter& out, const Adaptation& adaptation) const;

  // The packets to be written stand before those written last, for a reader who did not get these.
  void step_back(size_t packets) { next_counter_ = static_cast<uint8_t>((next_counter_ - packets) & 0x0F); }

  uint16_t pid() const { return pid_; }

 private:
  uint16_t pid_;
  uint8_t next_counter_ = 0;
};

}  // namespace eyas::mpegts
