#include "protocols/rtsp/client/conversation.h"

#include <algorithm>
#include <utility>

#include "base/words.h"
#include "protocols/rtsp/wire/headers.h"

namespace eyas::rtsp {
namespace {

using base::Code;
using base::Error;
using base::Status;

constexpr unsigned kUnauthorized = 401;
constexpr const char* kAgent = "Eyas";
// The first answer may carry a nonce that is stale by the time the second request comes.
constexpr unsigned kLoginsMax = 2;

constexpr base::Duration kSessionTimeoutDefault = std::chrono::seconds(60);  // [RFC 2326 12.37]
constexpr base::Duration kKeepAliveMin = std::chrono::seconds(1);

std::string without_login(base::Url url) {
  url.user.clear();
  url.password.clear();
  if (url.path.empty()) url.path = "/";
  return url.text();
}

// The method stands in a Public header, or there is none to stand in.
bool offers(const Response& response, std::string_view method) {
  bool said = false;
  for (std::string_view list : response.headers.all("Public")) {
    if (base::list_has_word(list, method)) return true;
    said |= !list.empty();
  }
  return !said;
}

Response answer_to(const Request& request, unsigned status) {
  Response response;
  response.status = status;
  if (auto sequence = request.headers.first("CSeq")) response.headers.add("CSeq", std::string(*sequence));
  return response;
}

}  // namespace

bool is_success(const Response& response) {
  return response.status >= 200 && response.status < 300;
}
bool is_redirect(const Response& response) {
  return response.status >= 300 && response.status < 400;
}

Error error_of(const char* context, const Response& response) {
  std::string detail = std::to_string(response.status) + ' ' + reason_of(response.status);
  switch (response.status) {
    case 404:
    case 454:
      return {Code::kNotFound, context, std::move(detail)};
    case 405:
    case 415:
    case 461:
    case 501:
    case 551:
      return {Code::kUnsupported, context, std::move(detail)};
    case 413:
    case 414:
    case 453:
      return {Code::kLimit, context, std::move(detail)};
    case 408:
      return {Code::kTimeout, context, std::move(detail)};
    default:
      return {Code::kRefused, context, std::move(detail)};
  }
}

Conversation::Conversation(const ClientOptions& options, base::Url url, uint64_t seed,
                           Conversation::Sink& sink)
    : options_(options),
      sink_(sink),
      url_(std::move(url)),
      address_(without_login(url_)),
      reader_(*this, options.message),
      seed_(seed),
      keep_alive_interval_(std::min(options.keep_alive_max, kSessionTimeoutDefault / 2)) {}

void Conversation::ask(Request request, Answer answer, base::MonoTime now, Patience patience) {
  CHECK(!awaiting());
  now_ = now;
  pending_ = Pending{std::move(request), std::move(answer), 0, now, patience, 0};
  transmit();
}

void Conversation::transmit() {
  pending_->sequence = ++sequence_;
  pending_->since = now_;
  sign(pending_->request);
  sink_.send(base::Slice::copy_of(text_of(pending_->request)));
}

void Conversation::sign(Request& request) {
  request.headers.set("CSeq", std::to_string(sequence_));
  request.headers.set("User-Agent", kAgent);
  if (!session_.empty()) request.headers.set("Session", session_);
  if (!challenge_) return;
  std::string cnonce = std::to_string(seed_) + '-' + std::to_string(++nonce_count_);
  base::Authorization proof =
      answer(*challenge_, {url_.user, url_.password}, request.method, request.uri, nonce_count_, cnonce);
  request.headers.set("Authorization", proof.text());
}

Status Conversation::on_bytes(base::Bytes bytes, base::MonoTime now) {
  now_ = now;
  status_ = {};
  if (Status read = reader_.push(bytes); !read) return read;
  return status_;
}

Status Conversation::on_tick(base::MonoTime now) {
  now_ = now;
  if (pending_ && now - pending_->since >= options_.answer_timeout) {
    if (pending_->patience == Patience::kBounded)
      return Error{Code::kTimeout, "rtsp: no answer to our request", pending_->request.method};
    pending_.reset();
  }
  if (!keep_alive_uri_.empty() && now >= keep_alive_at_ && !pending_) send_keep_alive();
  return {};
}

void Conversation::note_methods(const Response& response) {
  if (is_success(response)) knows_get_parameter_ = offers(response, "GET_PARAMETER");
}

void Conversation::note_session(const Response& response) {
  auto session = parse_session(response.headers.first("Session").value_or(""));
  if (!session) return;
  session_ = session->id;
  base::Duration half = session->timeout.value_or(kSessionTimeoutDefault) / 2;
  keep_alive_interval_ = std::clamp(half, kKeepAliveMin, std::max(kKeepAliveMin, options_.keep_alive_max));
}

void Conversation::keep_alive(std::string uri) {
  keep_alive_uri_ = std::move(uri);
  keep_alive_at_ = now_ + keep_alive_interval_;
}

void Conversation::send_keep_alive() {
  keep_alive_at_ = now_ + keep_alive_interval_;
  auto answered = [this](const Response& response) -> Status {
    constexpr unsigned kSessionNotFound = 454;
    if (response.status == kSessionNotFound) return error_of("rtsp: keep-alive", response);
    // Said to be known, or not said, and yet refused: the next one is OPTIONS.
    if (!is_success(response)) knows_get_parameter_ = false;
    return {};
  };
  Request request;
  request.method = knows_get_parameter_ ? "GET_PARAMETER" : "OPTIONS";
  request.uri = keep_alive_uri_;
  ask(std::move(request), answered, now_, Patience::kNone);
}

Status Conversation::follow(const Response& response) {
  return redirect(response.headers.first("Location").value_or(""));
}

// The login is for whom the operator named.
Status Conversation::redirect(std::string_view location) {
  auto to = base::Url::parse(location);
  if (!to) return Error{Code::kRefused, "rtsp: a redirect that leads nowhere", {}};
  if (to->user.empty() && to->host == url_.host && to->scheme == url_.scheme) {
    to->user = url_.user;
    to->password = url_.password;
  }
  sink_.on_redirect(*to);
  return {};
}

base::Slice Conversation::last_words(Request request) {
  ++sequence_;
  sign(request);
  return base::Slice::copy_of(text_of(request));
}

// A server may ask at any time [RFC 2326 10]; most only ask whether we are there.
void Conversation::on_request(Request request) {
  bool known = request.method == "OPTIONS" || request.method == "GET_PARAMETER" ||
               request.method == "SET_PARAMETER" || request.method == "ANNOUNCE" ||
               request.method == "REDIRECT" || request.method == "TEARDOWN";
  Response response = answer_to(request, known ? 200 : 501);
  if (request.method == "OPTIONS") {
    response.headers.add("Public", "OPTIONS, GET_PARAMETER, SET_PARAMETER, ANNOUNCE, REDIRECT, TEARDOWN");
  }
  sink_.send(base::Slice::copy_of(text_of(response)));
  if (!status_) return;
  if (request.method == "REDIRECT") status_ = redirect(request.headers.first("Location").value_or(""));
  if (request.method == "TEARDOWN") status_ = Error{Code::kClosed, "rtsp: the server ended the session", {}};
}

void Conversation::on_response(Response response) {
  // 1xx are followed by the final one. DEVIATION: cameras that leave CSeq out, answering in order.
  auto sequence = sequence_of(response.headers);
  bool ours = pending_ && (!sequence || *sequence == pending_->sequence) && response.status >= 200;
  if (!ours || !status_) return;
  status_ = take_answer(response);
}

Status Conversation::take_answer(const Response& response) {
  if (response.status == kUnauthorized) {
    Status logged_in = log_in(response);
    if (logged_in) transmit();
    return logged_in;
  }
  Answer answer = std::move(pending_->answer);
  pending_.reset();
  return answer(response);
}

Status Conversation::log_in(const Response& response) {
  std::vector<base::Challenge> challenges = base::challenges_of(response.headers.all("WWW-Authenticate"));
  // Basic tells the password to whoever listens, but some cameras know nothing else; it is taken only where
  // no Digest is offered.
  constexpr bool kBasicAllowed = true;
  const base::Challenge* best = base::strongest(challenges, kBasicAllowed);
  if (best == nullptr)
    return Error{Code::kUnsupported, "rtsp: the server asks for a login that we do not know", {}};
  if (url_.user.empty() && url_.password.empty())
    return Error{Code::kRefused, "rtsp: the server asks for a login", {}};
  // A new nonce for a login that was not yet refused.
  bool first = pending_->logins == 0 && !(challenge_ && best->nonce == challenge_->nonce && !best->stale);
  bool stale = best->stale && pending_->logins < kLoginsMax;
  if (!first && !stale) return Error{Code::kRefused, "rtsp: the login was refused", {}};
  ++pending_->logins;
  if (!challenge_ || challenge_->nonce != best->nonce) nonce_count_ = 0;
  challenge_ = *best;
  return {};
}

}  // namespace eyas::rtsp
