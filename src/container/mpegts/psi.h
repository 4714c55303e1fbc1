// Programme specific information: sections, PAT, PMT [ISO 13818-1 2.4.4].
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace eyas::mpegts {

// Of a PAT or PMT section: 3 bytes and a section_length of at most 1021.
constexpr size_t kSectionBytesMax = 1024;

// CRC-32/MPEG-2 [ISO 13818-1 Annex A]; 0 over a section with its own CRC at its end.
uint32_t crc32(base::Bytes bytes);

// Puts the sections of one PID together. Holds at most one section.
class SectionReader {
 public:
  // Visits whole sections whose CRC is right (valid during the call only). False when something was broken.
  bool on_payload(bool unit_start, base::Bytes payload, const std::function<void(base::Bytes)>& visit);
  // Packets are missing: what was begun is dropped.
  void reset() { held_.clear(); }

 private:
  bool take(base::Bytes bytes, const std::function<void(base::Bytes)>& visit);

  std::vector<uint8_t> held_;
};

constexpr uint8_t kPatTable = 0x00;
constexpr uint8_t kPmtTable = 0x02;

struct Programme {
  uint16_t number = 0;
  uint16_t pmt_pid = 0;
  bool operator==(const Programme&) const = default;
};

// One section of a PAT.
struct Pat {
  uint8_t version = 0;
  bool current = true;
  uint8_t section = 0;
  uint8_t last_section = 0;
  std::vector<Programme> programmes;  // without the network's
};

struct ElementaryInfo {
  uint8_t stream_type = 0;
  uint16_t pid = 0;
  std::vector<uint8_t> descriptors;

  // The first descriptor with this tag, without tag and length; nullopt when there is none.
  std::optional<base::Bytes> descriptor(uint8_t tag) const;
  // format_identifier of a registration descriptor [ISO 13818-1 2.6.8]; 0 when there is none.
  uint32_t registration() const;

  bool operator==(const ElementaryInfo&) const = default;
};

struct Pmt {
  uint16_t programme = 0;
  uint8_t version = 0;
  bool current = true;
  uint16_t pcr_pid = 0x1FFF;
  std::vector<uint8_t> descriptors;  // of the programme
  std::vector<ElementaryInfo> streams;

  bool operator==(const Pmt&) const = default;
};

// Read a section whose CRC is right. Errors: kMalformed.
base::Result<Pat> read_pat(base::Bytes section);
base::Result<Pmt> read_pmt(base::Bytes section);

// Write a whole section with its CRC, behind the pointer_field that a packet's payload begins with.
std::vector<uint8_t> write_pat(const Pat& pat, uint16_t transport_stream_id);
std::vector<uint8_t> write_pmt(const Pmt& pmt);

}  // namespace eyas::mpegts
