#include "sources/transfer_report.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace eyas::sources {
namespace {

constexpr std::array<std::string_view, 7> kSecretWords = {"pass",   "secret", "token",        "key",
                                                          "bearer", "user",   "authorization"};

}  // namespace

protocols::TransferOptions shown_options(const protocols::TransferOptions& options) {
  protocols::TransferOptions shown = options;
  for (auto& [name, value] : shown) {
    bool secret = std::ranges::any_of(
        kSecretWords, [&name = name](std::string_view word) { return name.find(word) != std::string::npos; });
    if (secret) value = "***";
  }
  return shown;
}

}  // namespace eyas::sources
