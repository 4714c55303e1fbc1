// Properties: no crash; what was read is written and read again as the same. Input: payloads of one PID, each
// as flags u8 (unit start; CRC to be mended), length u8, bytes.
#include "base/check.h"
#include "container/mpegts/psi.h"
#include "container/mpegts/stream_form.h"

namespace {

using namespace eyas;

void on_section(base::Bytes section) {
  if (auto pmt = mpegts::read_pmt(section); pmt.ok()) {
    for (const mpegts::ElementaryInfo& info : pmt->streams) static_cast<void>(mpegts::form_of(info));
    std::vector<uint8_t> written = mpegts::write_pmt(*pmt);
    auto again = mpegts::read_pmt(base::Bytes(written).subspan(1));
    CHECK(again.ok() && *again == *pmt);
  }
  if (auto pat = mpegts::read_pat(section); pat.ok()) {
    std::vector<uint8_t> written = mpegts::write_pat(*pat, 1);
    auto again = mpegts::read_pat(base::Bytes(written).subspan(1));
    CHECK(again.ok() && again->programmes == pat->programmes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mpegts::SectionReader reader;
  base::ByteReader in({data, size});
  while (in.remaining() > 0) {
    uint8_t flags = in.u8();
    base::Bytes payload = in.take(std::min<size_t>(in.u8(), in.remaining()));
    static_cast<void>(reader.on_payload((flags & 1) != 0, payload, on_section));
    // A fuzzer finds no CRC: sections are read without one too.
    if ((flags & 2) != 0) on_section(payload);
  }
  return 0;
}
