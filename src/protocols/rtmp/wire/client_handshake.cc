#include "protocols/rtmp/wire/client_handshake.h"

#include <algorithm>
#include <array>

namespace eyas::rtmp {
namespace {

constexpr uint8_t kVersionPlain = 3;
// A version of Flash whose servers look for digests; zero there means "simple handshake".
constexpr std::array<uint8_t, 4> kClientVersion = {9, 0, 124, 2};

void fill_random(std::span<uint8_t> bytes, uint32_t& seed) {
  for (uint8_t& byte : bytes) {
    seed = seed * 1664525 + 1013904223;
    byte = static_cast<uint8_t>(seed >> 24);
  }
}

}  // namespace

ClientHandshake::ClientHandshake(uint32_t time_ms, uint32_t seed) : c1_(kHandshakeBytes) {
  fill_random(c1_, seed);
  for (size_t i = 0; i < 4; ++i) c1_[i] = static_cast<uint8_t>(time_ms >> (24 - 8 * i));
  std::ranges::copy(kClientVersion, c1_.begin() + 4);
  sign(c1_, DigestSchema::kDigestFirst, DigestSigner::kClient);
}

std::vector<uint8_t> ClientHandshake::begin() const {
  std::vector<uint8_t> out = {kVersionPlain};
  out.insert(out.end(), c1_.begin(), c1_.end());
  return out;
}

base::Status ClientHandshake::feed(base::Bytes& bytes, std::vector<uint8_t>& out) {
  if (taken_ == 0 && !bytes.empty()) {
    if (bytes[0] != kVersionPlain)
      return base::Error{base::Code::kUnsupported, "rtmp: handshake: the server's version",
                         std::to_string(bytes[0])};
    bytes = bytes.subspan(1);
    taken_ = 1;
  }
  if (s1_.size() < kHandshakeBytes && taken_ > 0) {
    size_t count = std::min(bytes.size(), kHandshakeBytes - s1_.size());
    s1_.insert(s1_.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    taken_ += count;
    if (s1_.size() == kHandshakeBytes) answer(out);
  }
  // S2's content is not checked: it proves nothing.
  size_t rest = taken_ > kHandshakeBytes ? std::min(bytes.size(), 1 + 2 * kHandshakeBytes - taken_) : 0;
  bytes = bytes.subspan(rest);
  taken_ += rest;
  return {};
}

void ClientHandshake::answer(std::vector<uint8_t>& out) {
  std::vector<uint8_t> c2 = s1_;
  if (std::optional<DigestPlace> place = find_digest(s1_, DigestSigner::kServer)) {
    with_digest_ = true;
    uint32_t seed = c1_[100];
    fill_random(c2, seed);
    base::Bytes server_digest = base::Bytes(s1_).subspan(place->offset, kDigestBytes);
    std::vector<uint8_t> proof = reply_digest(c2, server_digest, DigestSigner::kClient);
    std::ranges::copy(proof, c2.end() - kDigestBytes);
  }
  out.insert(out.end(), c2.begin(), c2.end());
}

}  // namespace eyas::rtmp
