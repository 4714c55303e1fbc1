#include "sources/attempts.h"

#include "base/log.h"

namespace eyas::sources {
namespace {

std::string event_of(Direction direction, const char* what) {
  return std::string(direction == Direction::kPull ? "pull." : "push.") + what;
}

}  // namespace

Attempts::Attempts(const TransferGround& ground, const RetryOptions& retry, Assignment assignment)
    : ground_(ground),
      assignment_(std::move(assignment)),
      retry_(retry, std::hash<std::string>{}(assignment_.label + assignment_.stream.text())),
      since_(ground.loop.clock().wall()) {
  ++ground_.statistics.of(assignment_.direction).in_state[static_cast<size_t>(noted_)];
}

Attempts::~Attempts() {
  end();
  --ground_.statistics.of(assignment_.direction).in_state[static_cast<size_t>(noted_)];
}

void Attempts::want(bool enabled, bool wanted) {
  act(retry_.want(enabled, wanted, ground_.loop.clock().mono()));
}

void Attempts::restart() {
  act(retry_.restart(ground_.loop.clock().mono()));
}

void Attempts::act(Retry::Do what) {
  note_state();
  if (what == Retry::Do::kEnd || what == Retry::Do::kEndAndBegin) end();
  if (what == Retry::Do::kBegin || what == Retry::Do::kEndAndBegin) begin();
  timer_.cancel();
  if (!retry_.due()) return;
  auto wait = std::max(base::Duration::zero(), *retry_.due() - ground_.loop.clock().mono());
  timer_ = ground_.loop.after(wait, [this] {
    bool connecting = retry_.state() == TransferState::kConnecting;
    Retry::Do next = retry_.on_time(ground_.loop.clock().mono());
    if (connecting && next == Retry::Do::kEnd) {
      ++ground_.statistics.of(assignment_.direction).timeouts;
      log_failure();
    }
    act(next);
  });
}

void Attempts::begin() {
  ++ground_.statistics.of(assignment_.direction).attempts;
  session_ = assignment_.label + "-" + std::to_string(retry_.attempts());
  base::log_event(retry_.failures() == 0 ? base::LogLevel::kInfo : base::LogLevel::kDebug,
                  event_of(assignment_.direction, "start"),
                  {{"stream", assignment_.stream.text()},
                   {"session", session_},
                   {"url", assignment_.shown},
                   {"protocol", assignment_.protocol->name()}});
  attempt_ = std::make_shared<bool>(true);
  protocols::TransferRequest request{ground_.loop,
                                     ground_.dialer,
                                     session_,
                                     assignment_.url,
                                     assignment_.stream,
                                     assignment_.options,
                                     assignment_.rank,
                                     {},
                                     {}};
  request.on_running = [this, attempt = std::weak_ptr(attempt_)] {
    if (!attempt.expired()) on_running();
  };
  request.on_ended = [this, attempt = std::weak_ptr(attempt_)](base::Error why) {
    if (!attempt.expired()) on_ended(why);
  };
  bool pull = assignment_.direction == Direction::kPull;
  transfer_ =
      pull ? assignment_.protocol->pull(std::move(request)) : assignment_.protocol->push(std::move(request));
}

void Attempts::end() {
  attempt_.reset();
  if (!transfer_) return;
  transfer_.reset();
  base::log::info(event_of(assignment_.direction, "stop"),
                  {{"stream", assignment_.stream.text()}, {"session", session_}});
}

void Attempts::on_running() {
  if (retry_.state() != TransferState::kConnecting) return;
  retry_.on_running();
  base::log::info(event_of(assignment_.direction, "running"),
                  {{"stream", assignment_.stream.text()}, {"session", session_}, {"url", assignment_.shown}});
  act(Retry::Do::kNothing);
}

void Attempts::on_ended(const base::Error& why) {
  attempt_.reset();
  transfer_.reset();
  retry_.on_ended(why, ground_.loop.clock().mono());
  log_failure();
  act(Retry::Do::kNothing);
}

void Attempts::log_failure() {
  ++ground_.statistics.of(assignment_.direction).failures;
  base::Duration pause = *retry_.due() - ground_.loop.clock().mono();
  base::log::warning(event_of(assignment_.direction, "failed"), {{"stream", assignment_.stream.text()},
                                                                 {"session", session_},
                                                                 {"url", assignment_.shown},
                                                                 {"error", retry_.error()},
                                                                 {"failures", retry_.failures()},
                                                                 {"again_in_ms", base::to_ms(pause)}});
}

void Attempts::note_state() {
  TransferState now = retry_.state();
  if (now == noted_) return;
  auto& in_state = ground_.statistics.of(assignment_.direction).in_state;
  --in_state[static_cast<size_t>(noted_)];
  ++in_state[static_cast<size_t>(now)];
  noted_ = now;
  since_ = ground_.loop.clock().wall();
}

void Attempts::describe(TransferReport& report) const {
  report.stream = assignment_.stream.text();
  report.url = assignment_.shown;
  report.options = shown_options(assignment_.options);
  report.protocol = assignment_.protocol->name();
  report.rank = assignment_.rank;
  report.state = retry_.state();
  report.error = retry_.error();
  report.attempts = retry_.attempts();
  report.since = since_;
  if (retry_.state() == TransferState::kWaiting && retry_.due())
    report.next_try = ground_.loop.clock().wall() + (*retry_.due() - ground_.loop.clock().mono());
  if (!transfer_) return;
  report.session = session_;
  report.facts = transfer_->facts();
}

}  // namespace eyas::sources
