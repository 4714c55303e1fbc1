#include "protocols/rtsp/client/conversation.h"

#include <utility>

namespace eyas::rtsp {
namespace {

using base::Code;
using base::Error;
using base::Status;

constexpr unsigned kUnauthorized = 401;
constexpr const char* kAgent = "Eyas";
// The first answer may carry a nonce that is stale by the time the second request comes.
constexpr unsigned kLoginsMax = 2;

Response answer_to(const Request& request, unsigned status) {
  Response response;
  response.status = status;
  if (auto sequence = request.headers.first("CSeq")) response.headers.add("CSeq", std::string(*sequence));
  return response;
}

}  // namespace

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

Conversation::Conversation(const ClientOptions& options, Login login, uint64_t seed, Conversation::Sink& sink)
    : options_(options),
      sink_(sink),
      login_(std::move(login)),
      reader_(*this, options.message),
      seed_(seed) {}

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
  Authorization proof = answer(*challenge_, login_, request.method, request.uri, nonce_count_, cnonce);
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
  if (!pending_ || now - pending_->since < options_.answer_timeout) return {};
  if (pending_->patience == Patience::kNone) {
    pending_.reset();
    return {};
  }
  return Error{Code::kTimeout, "rtsp: no answer to our request", pending_->request.method};
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
  if (request.method == "REDIRECT")
    sink_.on_redirect(std::string(request.headers.first("Location").value_or("")));
  if (request.method == "TEARDOWN") sink_.on_teardown();
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
  std::vector<Challenge> challenges = challenges_of(response.headers);
  // Basic tells the password to whoever listens, but some cameras know nothing else; it is taken only where
  // no Digest is offered.
  constexpr bool kBasicAllowed = true;
  const Challenge* best = strongest(challenges, kBasicAllowed);
  if (best == nullptr)
    return Error{Code::kUnsupported, "rtsp: the server asks for a login that we do not know", {}};
  if (login_.user.empty() && login_.password.empty())
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
