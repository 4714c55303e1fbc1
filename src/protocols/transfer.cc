#include "protocols/transfer.h"

#include <algorithm>
#include <array>

namespace eyas::protocols {
namespace {

struct Ending {
  std::string_view path_end;
  std::string_view format;
};

constexpr std::array<Ending, 7> kEndings = {{{".flv", "flv"},
                                             {".m3u8", "hls"},
                                             {".mjpeg", "mjpeg"},
                                             {".mjpg", "mjpeg"},
                                             {".ts", "ts"},
                                             {"/whep", "whep"},
                                             {"/whip", "whip"}}};

base::Error invalid(const char* context, std::string detail) {
  return {base::Code::kInvalidConfig, context, std::move(detail)};
}

}  // namespace

std::string_view http_format(const base::Url& url, const TransferOptions& options) {
  if (url.scheme != "http" && url.scheme != "https") return {};
  auto said = options.find("format");
  for (const Ending& ending : kEndings) {
    if (said != options.end() ? said->second == ending.format : url.path.ends_with(ending.path_end))
      return ending.format;
  }
  return {};
}

base::Status check_options(const TransferOptions& options, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : options) {
    if (std::ranges::find(known, name) != known.end()) continue;
    std::string all;
    for (std::string_view each : known) all += (all.empty() ? "" : ", ") + std::string(each);
    return invalid("transfer: the option is not known here",
                   name + "; known are: " + (all.empty() ? "none" : all));
  }
  return {};
}

base::Result<io::DialTls> tls_towards(const base::Url& url, const TransferOptions& options) {
  io::DialTls tls;
  tls.server_name = url.host;
  if (auto verify = options.find("tls_verify"); verify != options.end()) {
    if (verify->second != "true" && verify->second != "false")
      return invalid("transfer: tls_verify is true or false", verify->second);
    tls.verify = verify->second == "true";
  }
  if (auto file = options.find("tls_authority"); file != options.end()) tls.authority_file = file->second;
  return tls;
}

}  // namespace eyas::protocols
