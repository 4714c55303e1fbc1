// RTP packets of strangers: no crash, spans inside the packet, and what was read is written and read the
// same.
#include <array>
#include <vector>

#include "base/check.h"
#include "rtp/packet.h"

using namespace eyas;

namespace {

bool inside(base::Bytes part, base::Bytes whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  base::Bytes bytes(data, size);
  (void)rtp::is_rtcp(bytes);
  auto packet = rtp::PacketView::parse(bytes);
  if (!packet) return 0;
  CHECK(inside(packet->payload, bytes) && inside(packet->extension_block, bytes));
  std::vector<rtp::Extension> extensions;
  for (unsigned id = 0; id < 256; ++id) {
    auto value = packet->extension(static_cast<uint8_t>(id));
    if (!value) continue;
    CHECK(inside(*value, packet->extension_block));
    extensions.push_back({static_cast<uint8_t>(id), *value});
  }
  rtp::Header header{packet->payload_type, packet->marker, packet->sequence,
                     packet->timestamp,    packet->ssrc,   extensions};
  std::vector<uint8_t> out(rtp::header_bytes(header));
  CHECK(rtp::write_header(out, header) == out.size());
  auto again = rtp::PacketView::parse(out);
  CHECK(again.ok() && again->sequence == packet->sequence && again->marker == packet->marker);
  for (const rtp::Extension& extension : extensions) {
    auto value = again->extension(extension.id);
    CHECK(value && std::equal(value->begin(), value->end(), extension.value.begin(), extension.value.end()));
  }
  return 0;
}
