#include "http/credentials.h"

#include <openssl/rand.h>

#include <array>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"

namespace eyas::http {
namespace {

std::string random_hex() {
  std::array<uint8_t, 8> bytes;
  CHECK(RAND_bytes(bytes.data(), bytes.size()) == 1);
  return base::to_hex(bytes);
}

}  // namespace

bool Credentials::take_challenge(const Headers& headers) {
  std::vector<std::string_view> values;
  for (const Headers::Line& line : headers.lines()) {
    if (line.name == "www-authenticate") values.push_back(line.value);
  }
  const std::vector<base::Challenge> challenges = base::challenges_of(values);
  const base::Challenge* best = base::strongest(challenges, true);
  if (best == nullptr) return false;
  challenge_ = *best;
  count_ = 0;
  return true;
}

std::string Credentials::answer(std::string_view method, std::string_view target) {
  if (!challenge_) return {};
  return base::answer(*challenge_, login_, method, target, ++count_, random_hex()).text();
}

}  // namespace eyas::http
