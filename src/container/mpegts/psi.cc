#include "container/mpegts/psi.h"

#include <algorithm>
#include <array>

namespace eyas::mpegts {
namespace {

using base::Code;
using base::Error;

constexpr size_t kSectionHeaderBytes = 3;  // table_id and section_length
constexpr size_t kCrcBytes = 4;
constexpr uint8_t kStuffingTable = 0xFF;
constexpr uint8_t kRegistrationTag = 0x05;

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i << 24;
    for (int bit = 0; bit < 8; ++bit) value = value << 1 ^ ((value & 0x80000000) != 0 ? 0x04C11DB7 : 0);
    table[i] = value;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kCrcTable = make_crc_table();

// The part that all long sections share [ISO 13818-1 2.4.4.11].
struct SectionHead {
  uint8_t table = 0;
  uint16_t extension = 0;  // transport_stream_id, program_number
  uint8_t version = 0;
  bool current = true;
  uint8_t section = 0;
  uint8_t last_section = 0;
};

SectionHead read_head(base::ByteReader& in) {
  SectionHead head;
  head.table = in.u8();
  in.skip(2);
  head.extension = in.u16();
  uint8_t version = in.u8();
  head.version = version >> 1 & 0x1F;
  head.current = (version & 1) != 0;
  head.section = in.u8();
  head.last_section = in.u8();
  return head;
}

// pointer_field, head, `body` and CRC.
std::vector<uint8_t> write_section(const SectionHead& head, base::Bytes body) {
  base::ByteWriter out(body.size() + 16);
  size_t length = 5 + body.size() + kCrcBytes;
  out.u8(head.table);
  out.u16(static_cast<uint16_t>(0xB000 | length));
  out.u16(head.extension);
  out.u8(static_cast<uint8_t>(0xC0 | head.version << 1 | (head.current ? 1 : 0)));
  out.u8(head.section);
  out.u8(head.last_section);
  out.bytes(body);
  uint32_t crc = crc32(out.view());
  out.u32(crc);
  std::vector<uint8_t> section = out.take();
  section.insert(section.begin(), 0);
  return section;
}

std::vector<uint8_t> read_descriptors(base::ByteReader& in) {
  base::Bytes bytes = in.take(in.u16() & 0x0FFF);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

uint32_t crc32(base::Bytes bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (uint8_t byte : bytes) crc = crc << 8 ^ kCrcTable[(crc >> 24 ^ byte) & 0xFF];
  return crc;
}

bool SectionReader::on_payload(bool unit_start, base::Bytes payload,
                               const std::function<void(base::Bytes)>& visit) {
  if (!unit_start) return held_.empty() || take(payload, visit);
  base::ByteReader in(payload);
  base::Bytes before = in.take(in.u8());  // pointer_field: the rest of the section before
  if (!in.ok()) return held_.clear(), false;
  bool good = held_.empty() || take(before, visit);
  held_.clear();
  return take(in.rest(), visit) && good;
}

bool SectionReader::take(base::Bytes bytes, const std::function<void(base::Bytes)>& visit) {
  bool good = true;
  held_.insert(held_.end(), bytes.begin(), bytes.end());
  size_t at = 0;
  while (held_.size() - at >= kSectionHeaderBytes && held_[at] != kStuffingTable) {
    size_t length = kSectionHeaderBytes + ((held_[at + 1] << 8 | held_[at + 2]) & 0x0FFFu);
    if (length > kSectionBytesMax) {
      held_.clear();
      return false;
    }
    if (held_.size() - at < length) break;
    base::Bytes section = base::Bytes(held_).subspan(at, length);
    if (crc32(section) == 0) {
      visit(section);
    } else {
      good = false;
    }
    at += length;
  }
  if (at < held_.size() && held_[at] == kStuffingTable) at = held_.size();
  held_.erase(held_.begin(), held_.begin() + static_cast<ptrdiff_t>(at));
  return good;
}

std::optional<base::Bytes> ElementaryInfo::descriptor(uint8_t tag) const {
  base::ByteReader in(descriptors);
  while (in.remaining() >= 2) {
    uint8_t found = in.u8();
    base::Bytes data = in.take(in.u8());
    if (!in.ok()) break;
    if (found == tag) return data;
  }
  return std::nullopt;
}

uint32_t ElementaryInfo::registration() const {
  auto data = descriptor(kRegistrationTag);
  return data ? base::ByteReader(*data).u32() : 0;
}

base::Result<Pat> read_pat(base::Bytes section) {
  if (section.size() < kCrcBytes) return Error{Code::kMalformed, "mpegts: PAT length", {}};
  base::ByteReader in(section.first(section.size() - kCrcBytes));
  SectionHead head = read_head(in);
  if (!in.ok() || head.table != kPatTable) return Error{Code::kMalformed, "mpegts: PAT", {}};
  Pat pat{head.version, head.current, head.section, head.last_section, {}};
  while (in.remaining() >= 4) {
    uint16_t number = in.u16();
    uint16_t pid = in.u16() & 0x1FFF;
    if (number != 0) pat.programmes.push_back({number, pid});
  }
  return pat;
}

base::Result<Pmt> read_pmt(base::Bytes section) {
  if (section.size() < kCrcBytes) return Error{Code::kMalformed, "mpegts: PMT length", {}};
  base::ByteReader in(section.first(section.size() - kCrcBytes));
  SectionHead head = read_head(in);
  if (!in.ok() || head.table != kPmtTable) return Error{Code::kMalformed, "mpegts: PMT", {}};
  Pmt pmt;
  pmt.programme = head.extension;
  pmt.version = head.version;
  pmt.current = head.current;
  pmt.pcr_pid = in.u16() & 0x1FFF;
  pmt.descriptors = read_descriptors(in);
  while (in.ok() && in.remaining() >= 5) {
    ElementaryInfo stream;
    stream.stream_type = in.u8();
    stream.pid = in.u16() & 0x1FFF;
    stream.descriptors = read_descriptors(in);
    if (in.ok()) pmt.streams.push_back(std::move(stream));
  }
  if (!in.ok()) return Error{Code::kMalformed, "mpegts: PMT ends early", {}};
  return pmt;
}

std::vector<uint8_t> write_pat(const Pat& pat, uint16_t transport_stream_id) {
  base::ByteWriter body;
  for (const Programme& programme : pat.programmes) {
    body.u16(programme.number);
    body.u16(0xE000 | programme.pmt_pid);
  }
  return write_section(
      {kPatTable, transport_stream_id, pat.version, pat.current, pat.section, pat.last_section}, body.view());
}

std::vector<uint8_t> write_pmt(const Pmt& pmt) {
  base::ByteWriter body;
  body.u16(0xE000 | pmt.pcr_pid);
  body.u16(static_cast<uint16_t>(0xF000 | pmt.descriptors.size()));
  body.bytes(pmt.descriptors);
  for (const ElementaryInfo& stream : pmt.streams) {
    body.u8(stream.stream_type);
    body.u16(0xE000 | stream.pid);
    body.u16(static_cast<uint16_t>(0xF000 | stream.descriptors.size()));
    body.bytes(stream.descriptors);
  }
  return write_section({kPmtTable, pmt.programme, pmt.version, pmt.current, 0, 0}, body.view());
}

}  // namespace eyas::mpegts
