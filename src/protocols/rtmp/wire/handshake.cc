#include "protocols/rtmp/wire/handshake.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace eyas::rtmp {
namespace {

constexpr uint8_t kVersionPlain = 3;
constexpr uint8_t kVersionEncrypted = 6;  // RTMPE
// S1 carries a version after its time; zero there means "simple handshake" to a client.
constexpr std::array<uint8_t, 4> kServerVersion = {4, 5, 0, 1};

// Public constants of the digest handshake: the text signs C1/S1, text and tail together sign C2/S2.
constexpr std::string_view kClientText = "Genuine Adobe Flash Player 001";
constexpr std::string_view kServerText = "Genuine Adobe Flash Media Server 001";
constexpr std::array<uint8_t, 32> kTail = {0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0,
                                           0xD1, 0x02, 0x9E, 0x7E, 0x57, 0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80,
                                           0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE};

using Digest = std::array<uint8_t, kDigestBytes>;

std::string_view text_of(DigestSigner signer) {
  return signer == DigestSigner::kClient ? kClientText : kServerText;
}

Digest hmac_sha256(base::Bytes key, base::Bytes message) {
  Digest digest{};
  unsigned length = kDigestBytes;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), message.data(), message.size(), digest.data(),
       &length);
  return digest;
}

// A block is 764 bytes: four that choose an offset, then the room in which the digest sits. Time and version
// are 8.
size_t digest_offset(base::Bytes c1, DigestSchema schema) {
  constexpr size_t kBlocksStart = 8, kBlockBytes = 764, kChooserBytes = 4, kRoom = 728;
  size_t chooser = kBlocksStart + (schema == DigestSchema::kKeyFirst ? kBlockBytes : 0);
  size_t sum = 0;
  for (size_t i = 0; i < kChooserBytes; ++i) sum += c1[chooser + i];
  return chooser + kChooserBytes + sum % kRoom;
}

Digest digest_around(base::Bytes c1, size_t offset, DigestSigner signer) {
  std::vector<uint8_t> signed_bytes(c1.begin(), c1.begin() + static_cast<ptrdiff_t>(offset));
  signed_bytes.insert(signed_bytes.end(), c1.begin() + static_cast<ptrdiff_t>(offset + kDigestBytes),
                      c1.end());
  return hmac_sha256(base::as_bytes(text_of(signer)), signed_bytes);
}

}  // namespace

std::optional<DigestPlace> find_digest(base::Bytes c1, DigestSigner signer) {
  if (c1.size() != kHandshakeBytes) return std::nullopt;
  for (DigestSchema schema : {DigestSchema::kDigestFirst, DigestSchema::kKeyFirst}) {
    size_t offset = digest_offset(c1, schema);
    Digest expected = digest_around(c1, offset, signer);
    if (std::ranges::equal(expected, c1.subspan(offset, kDigestBytes))) return DigestPlace{schema, offset};
  }
  return std::nullopt;
}

DigestPlace sign(std::span<uint8_t> c1, DigestSchema schema, DigestSigner signer) {
  size_t offset = digest_offset(c1, schema);
  Digest digest = digest_around(c1, offset, signer);
  std::ranges::copy(digest, c1.begin() + static_cast<ptrdiff_t>(offset));
  return {schema, offset};
}

std::vector<uint8_t> reply_digest(base::Bytes reply, base::Bytes digest, DigestSigner signer) {
  std::string_view text = text_of(signer);
  std::vector<uint8_t> full_key(text.begin(), text.end());
  full_key.insert(full_key.end(), kTail.begin(), kTail.end());
  Digest key = hmac_sha256(full_key, digest);
  Digest answer = hmac_sha256(key, reply.first(kHandshakeBytes - kDigestBytes));
  return {answer.begin(), answer.end()};
}

base::Status ServerHandshake::feed(base::Bytes& bytes, std::vector<uint8_t>& out) {
  if (stage_ == Stage::kC0 && !bytes.empty()) {
    uint8_t version = bytes[0];
    bytes = bytes.subspan(1);
    if (version == kVersionEncrypted)
      return base::Error{base::Code::kUnsupported, "rtmp handshake: RTMPE", {}};
    if (version != kVersionPlain) return base::Error{base::Code::kUnsupported, "rtmp handshake: version", {}};
    stage_ = Stage::kC1;
  }
  if (stage_ == Stage::kC1) {
    size_t count = std::min(bytes.size(), kHandshakeBytes - c1_.size());
    c1_.insert(c1_.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    if (c1_.size() < kHandshakeBytes) return {};
    answer(out);
    c1_ = {};
    stage_ = Stage::kC2;
  }
  if (stage_ == Stage::kC2) {
    // C2's content is not checked: it proves nothing, and several encoders send something else than an echo.
    size_t count = std::min(bytes.size(), kHandshakeBytes - c2_seen_);
    bytes = bytes.subspan(count);
    c2_seen_ += count;
    if (c2_seen_ == kHandshakeBytes) stage_ = Stage::kDone;
  }
  return {};
}

void ServerHandshake::answer(std::vector<uint8_t>& out) {
  std::vector<uint8_t> s1(kHandshakeBytes);
  fill_random(s1);
  for (size_t i = 0; i < 4; ++i) s1[i] = static_cast<uint8_t>(time_ms_ >> (24 - 8 * i));

  std::vector<uint8_t> s2 = c1_;
  if (std::optional<DigestPlace> place = find_digest(c1_, DigestSigner::kClient)) {
    with_digest_ = true;
    std::ranges::copy(kServerVersion, s1.begin() + 4);
    sign(s1, place->schema, DigestSigner::kServer);
    fill_random(s2);
    base::Bytes client_digest = base::Bytes(c1_).subspan(place->offset, kDigestBytes);
    std::vector<uint8_t> proof = reply_digest(s2, client_digest, DigestSigner::kServer);
    std::ranges::copy(proof, s2.end() - kDigestBytes);
  } else {
    std::fill_n(s1.begin() + 4, 4, uint8_t{0});  // [RTMP 1.0 5.2.3]: the zero field
  }
  out.push_back(kVersionPlain);
  out.insert(out.end(), s1.begin(), s1.end());
  out.insert(out.end(), s2.begin(), s2.end());
}

void ServerHandshake::fill_random(std::span<uint8_t> bytes) {
  for (uint8_t& byte : bytes) {
    seed_ = seed_ * 1664525 + 1013904223;
    byte = static_cast<uint8_t>(seed_ >> 24);
  }
}

}  // namespace eyas::rtmp
