#include "protocols/hls/segment_cipher.h"

#include <openssl/evp.h>

#include <limits>
#include <memory>
#include <vector>

namespace eyas::hls {

CipherBlock vector_of(uint64_t sequence) {
  CipherBlock vector{};
  for (size_t i = 0; i < sizeof sequence; ++i)
    vector[kCipherBlockBytes - 1 - i] = static_cast<uint8_t>(sequence >> (8 * i));
  return vector;
}

base::Result<base::Slice> decrypted(base::Bytes segment, const CipherBlock& key, const CipherBlock& vector) {
  const base::Error wrong{base::Code::kMalformed, "hls: a segment cannot be decrypted", {}};
  if (segment.empty() || segment.size() % kCipherBlockBytes != 0 ||
      segment.size() > static_cast<size_t>(std::numeric_limits<int>::max()))
    return wrong;
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(),
                                                                           EVP_CIPHER_CTX_free);
  std::vector<uint8_t> plain(segment.size() + kCipherBlockBytes);
  int length = 0, rest = 0;
  if (!context ||
      EVP_DecryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, key.data(), vector.data()) != 1 ||
      EVP_DecryptUpdate(context.get(), plain.data(), &length, segment.data(),
                        static_cast<int>(segment.size())) != 1 ||
      EVP_DecryptFinal_ex(context.get(), plain.data() + length, &rest) != 1)
    return wrong;
  plain.resize(static_cast<size_t>(length + rest));
  return base::Slice(std::move(plain));
}

}  // namespace eyas::hls
