#include "protocols/rtsp/session.h"

#include <algorithm>
#include <utility>

#include "protocols/rtsp/media_map.h"

namespace eyas::rtsp {
namespace {

using base::Code;
using base::Error;

constexpr const char* kMethods =
    "OPTIONS, DESCRIBE, ANNOUNCE, SETUP, PLAY, PAUSE, RECORD, TEARDOWN, GET_PARAMETER, SET_PARAMETER";

unsigned status_of(const Error& why) {
  switch (why.code) {
    case Code::kNotFound:
    case Code::kTimeout:
      return 404;
    case Code::kRefused:
      return 403;
    case Code::kMalformed:
      return 400;
    case Code::kUnsupported:
      return 415;
    default:
      return 503;
  }
}

}  // namespace

Session::Session(const Options& options, Sink& sink, Guard guard, std::string id, std::string host,
                 base::MonoTime now)
    : options_(options),
      sink_(sink),
      guard_(std::move(guard)),
      id_(std::move(id)),
      host_(std::move(host)),
      reader_(*this, options.message),
      now_(now),
      last_heard_(now),
      second_started_(now) {}

base::Status Session::on_bytes(base::Bytes bytes, base::MonoTime now) {
  now_ = last_heard_ = now;
  if (auto read = reader_.push(bytes); !read) return read;
  return status_;
}

base::Status Session::on_tick(base::MonoTime now) {
  now_ = now;
  if (now - last_heard_ > options_.session_timeout) return Error{Code::kTimeout, "rtsp: idle", {}};
  return status_;
}

void Session::on_interleaved(uint8_t channel, base::Bytes packet) {
  sink_.on_interleaved(channel, packet, now_);
}

void Session::on_request(Request request) {
  if (now_ - second_started_ >= std::chrono::seconds(1)) {
    second_started_ = now_;
    requests_this_second_ = 0;
  }
  if (++requests_this_second_ > options_.requests_per_second_max)
    return fail({Code::kLimit, "rtsp: requests per second", {}});
  if (waiting_.size() >= options_.requests_waiting_max)
    return fail({Code::kLimit, "rtsp: requests waiting", {}});
  waiting_.push_back(std::move(request));
  handle_next();
}

// One after the other; an answer that comes inside a call does not nest.
void Session::handle_next() {
  if (std::exchange(handling_, true)) return;
  while (!busy_ && !waiting_.empty() && status_.ok()) {
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    handle();
  }
  handling_ = false;
}

void Session::handle() {
  if (agent_.empty()) agent_ = current_.headers.first("User-Agent").value_or("");
  if (current_.version.major != 1) return reply(505);
  if (!sequence_of(current_.headers)) return reply(400);
  if (auto require = current_.headers.first("Require")) {
    Response refusal = response(551);
    refusal.headers.add("Unsupported", std::string(*require));
    return reply(std::move(refusal));
  }
  if (!fits_session()) return reply(454);
  (this->*handler_of(current_.method))();
}

Session::Handler Session::handler_of(std::string_view method) {
  static constexpr std::pair<std::string_view, Handler> kHandlers[] = {
      {"OPTIONS", &Session::options},
      {"DESCRIBE", &Session::describe},
      {"ANNOUNCE", &Session::announce},
      {"SETUP", &Session::setup},
      {"PLAY", &Session::play},
      {"PAUSE", &Session::pause},
      {"RECORD", &Session::record},
      {"TEARDOWN", &Session::teardown},
      {"GET_PARAMETER", &Session::parameter},
      {"SET_PARAMETER", &Session::parameter},
  };
  for (const auto& [name, handler] : kHandlers) {
    if (name == method) return handler;
  }
  return &Session::unknown;
}

// DEVIATION: players leave the header out of requests in a session, and set it before they have one.
bool Session::fits_session() {
  auto header = current_.headers.first("Session");
  if (!header || set_up_.empty()) return true;
  auto session = parse_session(*header);
  return session && session->id == id_;
}

bool Session::let_in() {
  Guard::Verdict verdict = guard_.judge(current_);
  if (verdict == Guard::Verdict::kWelcome) return true;
  Response refusal = response(401);
  for (std::string& challenge : guard_.challenges())
    refusal.headers.add("WWW-Authenticate", std::move(challenge));
  reply(std::move(refusal));
  if (verdict == Guard::Verdict::kWrong) {
    sink_.on_login_refused();
    if (++wrong_logins_ >= options_.login_attempts_max) fail({Code::kLimit, "rtsp: login attempts", {}});
  }
  return false;
}

void Session::options() {
  Response answer = response(200);
  answer.headers.add("Public", kMethods);
  reply(std::move(answer));
}

void Session::describe() {
  if (!let_in()) return;
  if (state_ != State::kIdle && state_ != State::kReadyToPlay) return reply(455);
  if (open_target()) answer_describe();
}

bool Session::open_target() {
  auto target = parse_target(current_.uri, options_.arguments_bytes_max);
  if (!target) {
    reply(status_of(target.error()));
    return false;
  }
  bool same = head_ && target->stream == target_.stream && target->arguments == target_.arguments;
  if (!same && !set_up_.empty()) {
    reply(459);
    return false;
  }
  target_ = *std::move(target);
  if (same) return true;
  head_.reset();
  busy_ = true;
  sink_.on_open(target_);
  return false;
}

void Session::opened(std::shared_ptr<const StreamHead> head) {
  busy_ = false;
  head_ = std::move(head);
  if (current_.method == "DESCRIBE")
    answer_describe();
  else
    setup();
  handle_next();
}

void Session::answer_describe() {
  Response answer = response(200);
  std::string base = current_.uri;
  if (!base.ends_with('/')) base += '/';
  answer.headers.add("Content-Base", base);
  answer.headers.add("Content-Type", "application/sdp");
  answer.body = head_->description(target_.stream, host_, ++descriptions_).text();
  reply(std::move(answer));
}

void Session::announce() {
  if (!let_in()) return;
  if (state_ != State::kIdle) return reply(455);
  auto target = parse_target(current_.uri, options_.arguments_bytes_max);
  if (!target) return reply(status_of(target.error()));
  auto type = current_.headers.first("Content-Type");
  if (type && !type->starts_with("application/sdp")) return reply(415);
  auto description = sdp::parse(current_.body);
  if (!description) return reply(status_of(description.error()));
  if (description->media.empty() || received_media(*description).empty()) return reply(415);
  target_ = *std::move(target);
  announced_ = *std::move(description);
  announced_uri_ = current_.uri;
  busy_ = true;
  sink_.on_announce(target_, announced_);
}

void Session::accepted() {
  busy_ = false;
  state_ = State::kReadyToRecord;
  reply(200);
  handle_next();
}

void Session::setup() {
  if (state_ == State::kPlaying || state_ == State::kRecording) return reply(455);
  if (!let_in()) return;
  if (state_ == State::kReadyToRecord) {
    auto place = place_to_record();
    return place ? setup_on(*place, true) : reply(404);
  }
  if (!open_target()) return;
  auto place = place_to_play(target_.control);
  return place ? setup_on(*place, false) : reply(404);
}

template <typename Taken>
std::optional<size_t> Session::first_free(size_t count, Taken taken) const {
  for (size_t i = 0; i < count; ++i) {
    if (!taken(i)) return i;
  }
  return std::nullopt;
}

bool Session::is_set_up(size_t place) const {
  return std::any_of(set_up_.begin(), set_up_.end(), [&](const SetUp& one) { return one.place == place; });
}

// DEVIATION: players name the stream where they mean its only track: tracks are then taken in their order.
std::optional<size_t> Session::place_to_play(const std::string& control) const {
  if (control.empty()) {
    auto free = first_free(head_->lanes.size(), [&](size_t i) { return is_set_up(head_->lanes[i].place); });
    return free ? std::optional<size_t>(head_->lanes[*free].place) : std::nullopt;
  }
  auto track = track_of_control(control);
  const StreamLane* lane = track ? head_->lane_of(*track) : nullptr;
  return lane != nullptr ? std::optional<size_t>(lane->place) : std::nullopt;
}

// The section whose control the address is. DEVIATION: encoders ask for other addresses than they announced:
// sections are then taken in their order.
std::optional<size_t> Session::place_to_record() const {
  const std::string& uri = current_.uri;
  for (size_t i = 0; i < announced_.media.size(); ++i) {
    std::string control(announced_.media[i].attributes.first("control").value_or(""));
    if (control.empty() || is_set_up(i)) continue;
    if (uri == control_url(announced_uri_, control) || uri.ends_with('/' + control)) return i;
  }
  return first_free(announced_.media.size(), [&](size_t i) { return is_set_up(i); });
}

void Session::setup_on(size_t place, bool record) {
  if (is_set_up(place)) return reply(455);
  auto header = current_.headers.first("Transport");
  if (!header) return reply(400);
  for (const Transport& wanted : parse_transports(*header)) {
    bool other_way = !set_up_.empty() && (set_up_[0].transport.lower != wanted.lower ||
                                          set_up_[0].transport.multicast != wanted.multicast);
    if (other_way || wanted.profile != "RTP/AVP") continue;
    auto given = sink_.on_setup(place, record, wanted);
    if (!given) continue;
    set_up_.push_back({place, current_.uri, *given});
    if (!record) state_ = State::kReadyToPlay;
    Response answer = response(200);
    answer.headers.add("Transport", given->text());
    answer.headers.set("Session", SessionHeader{id_, options_.session_timeout}.text());
    return reply(std::move(answer));
  }
  reply(461);
}

void Session::play() {
  if (state_ == State::kPlaying) return reply(200);  // DEVIATION: players keep a session alive by it
  if (state_ != State::kReadyToPlay) return reply(455);
  busy_ = true;
  sink_.on_play();
}

void Session::playing(const std::vector<RtpInfo>& infos) {
  busy_ = false;
  state_ = State::kPlaying;
  Response answer = response(200);
  answer.headers.add("Range", "npt=now-");
  if (!infos.empty()) answer.headers.add("RTP-Info", text_of(infos));
  reply(std::move(answer));
  handle_next();
}

void Session::record() {
  if (state_ == State::kRecording) return reply(200);
  if (state_ != State::kReadyToRecord || set_up_.empty()) return reply(455);
  state_ = State::kRecording;
  sink_.on_record();
  reply(200);
}

void Session::pause() {
  if (state_ == State::kPlaying) {
    state_ = State::kReadyToPlay;
    sink_.on_pause();
  } else if (state_ == State::kRecording) {
    state_ = State::kReadyToRecord;
    sink_.on_pause();
  } else if (state_ != State::kReadyToPlay) {
    return reply(455);
  }
  reply(200);
}

void Session::teardown() {
  reply(200);
  state_ = State::kIdle;
  head_.reset();
  set_up_.clear();
  sink_.on_teardown();
}

// Without a body it keeps the session alive; we have no parameters [RFC 2326 10.8].
void Session::parameter() {
  reply(current_.body.empty() ? 200 : 451);
}

void Session::unknown() {
  Response answer = response(501);
  answer.headers.add("Public", kMethods);
  reply(std::move(answer));
}

void Session::refused(const base::Error& why) {
  busy_ = false;
  reply(status_of(why));
  handle_next();
}

const std::string& Session::address_of(size_t place) const {
  auto found =
      std::find_if(set_up_.begin(), set_up_.end(), [&](const SetUp& one) { return one.place == place; });
  return found == set_up_.end() ? announced_uri_ : found->address;
}

Response Session::response(unsigned status) const {
  Response response;
  response.status = status;
  if (auto sequence = sequence_of(current_.headers)) response.headers.add("CSeq", std::to_string(*sequence));
  response.headers.add("Server", "Eyas");
  if (!set_up_.empty()) response.headers.add("Session", SessionHeader{id_, options_.session_timeout}.text());
  return response;
}

void Session::reply(Response response) {
  sink_.send(text_of(response));
}

void Session::fail(base::Error why) {
  if (status_.ok()) status_ = std::move(why);
}

}  // namespace eyas::rtsp
