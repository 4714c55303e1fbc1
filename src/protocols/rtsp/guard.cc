#include "protocols/rtsp/guard.h"

namespace eyas::rtsp {
namespace {

constexpr const char* kRealm = "Eyas";

// DEVIATION: players sign the stream's address when they ask for a track of it (VLC), or leave a trailing
// slash out (GStreamer).
bool signs(const std::string& signed_uri, const std::string& uri) {
  return !signed_uri.empty() && (uri == signed_uri || uri == signed_uri + '/' || signed_uri == uri + '/' ||
                                 uri.starts_with(signed_uri.back() == '/' ? signed_uri : signed_uri + '/'));
}

}  // namespace

Guard::Verdict Guard::judge(const Request& request) const {
  if (login_.user.empty()) return Verdict::kWelcome;
  auto header = request.headers.first("Authorization");
  if (!header) return Verdict::kAsk;
  auto shown = base::parse_authorization(*header);
  if (!shown) return Verdict::kWrong;
  if (shown->scheme == base::AuthScheme::kBasic) {
    bool right = encrypted_ && base::proves(*shown, login_, request.method);
    return right ? Verdict::kWelcome : Verdict::kWrong;
  }
  // A player that kept the nonce of a connection before this one asks anew.
  if (shown->nonce != nonce_) return Verdict::kAsk;
  bool right = shown->realm == kRealm && signs(shown->uri, request.uri) &&
               base::proves(*shown, login_, request.method);
  return right ? Verdict::kWelcome : Verdict::kWrong;
}

std::vector<std::string> Guard::challenges() const {
  base::Challenge digest;
  digest.realm = kRealm;
  digest.nonce = nonce_;
  digest.algorithm = base::DigestAlgorithm::kSha256;
  digest.algorithm_said = true;
  std::vector<std::string> out = {digest.text()};
  digest.algorithm = base::DigestAlgorithm::kMd5;
  digest.algorithm_said = false;
  out.push_back(digest.text());
  if (!encrypted_) return out;
  base::Challenge basic;
  basic.scheme = base::AuthScheme::kBasic;
  basic.realm = kRealm;
  out.push_back(basic.text());
  return out;
}

}  // namespace eyas::rtsp
