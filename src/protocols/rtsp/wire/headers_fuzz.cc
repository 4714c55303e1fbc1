// Property: every header's reader takes anything, and what we write reads back to what we would write again.
#include "base/authentication.h"
#include "base/bytes.h"
#include "protocols/rtsp/wire/headers.h"
#include "protocols/rtsp/wire/transport.h"

namespace {

using namespace eyas;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

void read_transports(std::string_view text) {
  for (const rtsp::Transport& transport : rtsp::parse_transports(text)) {
    auto again = rtsp::parse_transports(transport.text());
    require(!again.empty());
  }
}

void read_times(std::string_view text) {
  if (auto session = rtsp::parse_session(text)) {
    auto again = rtsp::parse_session(session->text());
    require(again && *again == *session);
  }
  if (auto range = rtsp::parse_range(text)) require(rtsp::parse_range(range->text()).has_value());
  require(rtsp::parse_rtp_info(text).size() <= rtsp::kRtpInfosMax);
}

void read_auth(std::string_view text) {
  const std::string_view headers[] = {text};
  auto challenges = base::challenges_of(headers);
  require(challenges.size() <= base::kChallengesMax);
  for (const base::Challenge& challenge : challenges) {
    auto answer = base::answer(challenge, {"user", "secret"}, "PLAY", "rtsp://a/b", 1, "c");
    auto read = base::parse_authorization(answer.text());
    require(read && base::proves(*read, {"user", "secret"}, "PLAY"));
  }
  if (auto authorization = base::parse_authorization(text))
    require(!base::proves(*authorization, {"user", std::string(64, 'x')}, "PLAY"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = base::as_text({data, size});
  read_transports(text);
  read_times(text);
  read_auth(text);
  return 0;
}
