// Segments that are encrypted as a whole: METHOD=AES-128. [RFC 8216 4.3.2.4, 5.2]
#pragma once

#include <array>
#include <cstdint>

#include "base/result.h"
#include "base/slice.h"

namespace eyas::hls {

constexpr size_t kCipherBlockBytes = 16;
// A key, or an initialisation vector.
using CipherBlock = std::array<uint8_t, kCipherBlockBytes>;

// The vector of a segment whose playlist names none: its number, big-endian.
CipherBlock vector_of(uint64_t sequence);

// AES-128 in CBC mode with the padding of PKCS7. Errors: kMalformed where the padding is wrong, as it is with
// a wrong key.
base::Result<base::Slice> decrypted(base::Bytes segment, const CipherBlock& key, const CipherBlock& vector);

}  // namespace eyas::hls
