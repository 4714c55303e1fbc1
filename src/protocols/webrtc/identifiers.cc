#include "protocols/webrtc/identifiers.h"

#include <openssl/rand.h>

#include <array>

#include "base/bytes.h"
#include "base/check.h"
#include "base/number.h"

namespace eyas::webrtc {
namespace {

template <typename T>
T random_value() {
  T value;
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value) == 1);
  return value;
}

}  // namespace

uint32_t random_u32() {
  return random_value<uint32_t>();
}

uint64_t random_u64() {
  return random_value<uint64_t>();
}

std::string loop_prefix(size_t loop) {
  CHECK(loop < 256);
  auto byte = static_cast<uint8_t>(loop);
  return base::to_hex({&byte, 1});
}

std::optional<size_t> loop_of(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  return base::number_of<size_t>(text.substr(0, 2), 16);
}

std::string make_session_id(size_t loop) {
  auto random = random_value<std::array<uint8_t, 16>>();
  return loop_prefix(loop) + base::to_hex(random);
}

}  // namespace eyas::webrtc
