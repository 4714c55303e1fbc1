// What one RTP packet costs to encrypt: ours, OpenSSL alone, and libsrtp2. Counter `cpu_s_per_gbit` is of
// payload bytes.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "protocols/webrtc/srtp/srtp.h"
#ifdef EYAS_HAVE_SRTP2
#include <srtp2/srtp.h>
#endif

namespace {

using namespace eyas::webrtc;
using eyas::base::Bytes;

constexpr size_t kHeaderBytes = 12;
constexpr uint8_t kKeyAndSalt[30] = {1, 2, 3};

SrtpKey key() {
  SrtpKey made;
  std::copy_n(kKeyAndSalt, made.key.size(), made.key.begin());
  return made;
}

std::array<uint8_t, kHeaderBytes> header(uint16_t sequence) {
  return {0x80, 96, static_cast<uint8_t>(sequence >> 8), static_cast<uint8_t>(sequence), 0, 0, 0, 1, 0, 0,
          0,    7};
}

void report(benchmark::State& state, size_t payload) {
  double gbit_each = static_cast<double>(payload) * 8e-9;
  state.counters["cpu_s_per_gbit"] = benchmark::Counter(
      gbit_each, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

// As a viewer's packet is made: header written, payload encrypted from the shared slice into the batch.
void ours(benchmark::State& state, SrtpProfile profile) {
  SrtpSender sender(profile, key());
  const auto payload = static_cast<size_t>(state.range(0));
  std::vector<uint8_t> media(payload, 0x5A), out(kHeaderBytes + payload + sender.overhead());
  uint16_t sequence = 0;
  for (auto _ : state) {
    auto head = header(++sequence);
    std::copy(head.begin(), head.end(), out.begin());
    benchmark::DoNotOptimize(sender.protect(out, kHeaderBytes, media));
  }
  report(state, payload);
}

void evp_gcm_alone(benchmark::State& state) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nullptr, kKeyAndSalt, nullptr);
  const auto payload = static_cast<size_t>(state.range(0));
  std::vector<uint8_t> media(payload, 0x5A), out(payload + 16);
  std::array<uint8_t, 12> iv{};
  auto head = header(1);
  int size = 0;
  for (auto _ : state) {
    ++iv[11];
    EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, iv.data());
    EVP_EncryptUpdate(context, nullptr, &size, head.data(), head.size());
    EVP_EncryptUpdate(context, out.data(), &size, media.data(), static_cast<int>(payload));
    EVP_EncryptFinal_ex(context, out.data() + size, &size);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, out.data() + payload);
  }
  EVP_CIPHER_CTX_free(context);
  report(state, payload);
}

void evp_cm_sha1_alone(benchmark::State& state) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nullptr, kKeyAndSalt, nullptr);
  EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* mac = EVP_MAC_CTX_new(hmac);
  char digest[] = "SHA1";
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
  EVP_MAC_init(mac, kKeyAndSalt, 20, params);
  const auto payload = static_cast<size_t>(state.range(0));
  std::vector<uint8_t> media(payload, 0x5A), out(payload + 20);
  std::array<uint8_t, 16> iv{};
  auto head = header(1);
  int size = 0;
  size_t tag = 0;
  for (auto _ : state) {
    ++iv[13];
    EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, iv.data());
    EVP_EncryptUpdate(context, out.data(), &size, media.data(), static_cast<int>(payload));
    EVP_MAC_init(mac, nullptr, 0, nullptr);
    EVP_MAC_update(mac, head.data(), head.size());
    EVP_MAC_update(mac, out.data(), payload);
    EVP_MAC_final(mac, out.data() + payload, &tag, 20);
  }
  EVP_MAC_CTX_free(mac);
  EVP_MAC_free(hmac);
  EVP_CIPHER_CTX_free(context);
  report(state, payload);
}

#ifdef EYAS_HAVE_SRTP2
void libsrtp2(benchmark::State& state, SrtpProfile profile) {
  srtp_init();
  srtp_policy_t policy{};
  profile == SrtpProfile::kAeadAes128Gcm ? srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
                                         : srtp_crypto_policy_set_rtp_default(&policy.rtp);
  policy.rtcp = policy.rtp;
  uint8_t bytes[30];
  std::memcpy(bytes, kKeyAndSalt, sizeof bytes);
  policy.key = bytes;
  policy.ssrc.type = ssrc_any_outbound;
  srtp_t session = nullptr;
  srtp_create(&session, &policy);
  const auto payload = static_cast<size_t>(state.range(0));
  std::vector<uint8_t> media(payload, 0x5A), out(kHeaderBytes + payload + SRTP_MAX_TRAILER_LEN);
  uint16_t sequence = 0;
  for (auto _ : state) {
    auto head = header(++sequence);
    std::copy(head.begin(), head.end(), out.begin());
    std::copy(media.begin(), media.end(), out.begin() + kHeaderBytes);  // it knows only in place
    int size = static_cast<int>(kHeaderBytes + payload);
    benchmark::DoNotOptimize(srtp_protect(session, out.data(), &size));
  }
  srtp_dealloc(session);
  report(state, payload);
}
BENCHMARK_CAPTURE(libsrtp2, gcm, SrtpProfile::kAeadAes128Gcm)->Arg(160)->Arg(1200);
BENCHMARK_CAPTURE(libsrtp2, cm_sha1, SrtpProfile::kAes128CmSha1_80)->Arg(160)->Arg(1200);
#endif

BENCHMARK_CAPTURE(ours, gcm, SrtpProfile::kAeadAes128Gcm)->Arg(160)->Arg(1200);
BENCHMARK(evp_gcm_alone)->Arg(160)->Arg(1200);
BENCHMARK_CAPTURE(ours, cm_sha1, SrtpProfile::kAes128CmSha1_80)->Arg(160)->Arg(1200);
BENCHMARK(evp_cm_sha1_alone)->Arg(160)->Arg(1200);

}  // namespace

BENCHMARK_MAIN();
