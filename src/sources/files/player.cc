#include "sources/files/player.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "sources/film_name.h"
#include "sources/worker_media.h"

namespace eyas::files {
namespace {

namespace log = base::log;

constexpr base::Duration kRetry = std::chrono::seconds(2);

}  // namespace

const char* state_name(PlayerState state) {
  constexpr const char* kNames[] = {"opening", "playing", "waiting", "done", "off"};
  return kNames[static_cast<size_t>(state)];
}

Player::Player(io::Loop& loop, hub::Directory& directory, PlaylistOptions options, Shared& shared)
    : loop_(loop),
      directory_(directory),
      name_(*hub::StreamName::parse(options.name)),
      options_(std::move(options)),
      shared_(shared) {}

Player::~Player() {
  if (current_) --shared_.playing;
}

void Player::start(const std::optional<QueueState>& kept) {
  if (kept && kept->configured == fingerprint(options_)) {
    queue_.restore(*kept);
    resume_ = kept;
  } else {
    std::string below = options_.folder.empty() ? "" : options_.folder + "/";
    for (const std::string& file : options_.files) static_cast<void>(queue_.add(below + file));
  }
  if (options_.enabled) play_next();
}

QueueState Player::save() const {
  QueueState state = queue_.save();
  state.configured = fingerprint(options_);
  if (current_) {
    state.playing = current_->file;
    state.position = current_->position;
  }
  return state;
}

PlayerReport Player::report() const {
  PlayerReport report;
  report.options = options_;
  report.state = state_;
  report.error = error_;
  report.on_air = static_cast<bool>(publisher_);
  report.played = played_, report.failed = failed_;
  report.queue = queue_.entries();
  if (!current_) return report;
  report.entry = current_->entry;
  report.file = current_->file;
  report.position = current_->position;
  report.duration = current_->opened.duration;
  report.left_out = current_->opened.left_out;
  return report;
}

// --- what is asked of it

base::Status Player::skip(std::optional<uint64_t> to) {
  if (state_ == PlayerState::kOff) return base::Error{base::Code::kRefused, "it is off", {}};
  if (to) {
    if (auto status = queue_.jump(*to); !status) return status;
  } else if (upcoming_) {
    static_cast<void>(queue_.jump(upcoming_->entry));
  }
  ++shared_.skipped;
  log::info("files.skip", {{"stream", name_.text()}, {"file", current_ ? current_->file : ""}});
  upcoming_.reset();
  if (state_ == PlayerState::kDone && !to) queue_.start_over();
  failed_in_a_row_ = 0;
  play_next();
  return {};
}

base::Result<uint64_t> Player::add(const std::string& file, std::optional<size_t> index) {
  auto opened = shared_.folder->open_file(file);
  if (!opened) return opened.error();
  if (!sources::is_film_name(file)) return base::Error{base::Code::kUnsupported, sources::kFilmNames, file};
  auto id = queue_.add(file, index);
  if (id && (state_ == PlayerState::kWaiting || state_ == PlayerState::kDone)) play_next();
  return id;
}

base::Status Player::remove(uint64_t entry) {
  if (auto status = queue_.remove(entry); !status) return status;
  bool was_next = upcoming_ && upcoming_->entry == entry;
  if (was_next) upcoming_.reset();
  if (current_ && current_->entry == entry) return skip(std::nullopt);
  if (was_next && current_) {
    current_->prepared = false;
    prepare_next();
  }
  return {};
}

// --- one file after another

void Player::look_into_folder() {
  if (!options_.files.empty()) return;
  auto listing = shared_.folder->list(options_.folder);
  if (!listing) {
    error_ = listing.error().message();
    return;
  }
  std::vector<std::string> names;
  for (const FileFacts& file : *listing) names.push_back(file.name);
  // Files of other folders that were added by hand stay.
  std::string below = options_.folder.empty() ? "" : options_.folder + "/";
  for (const Queue::Entry& entry : queue_.entries()) {
    bool elsewhere =
        !entry.file.starts_with(below) || entry.file.find('/', below.size()) != std::string::npos;
    if (elsewhere && shared_.folder->open_file(entry.file)) names.push_back(entry.file);
  }
  queue_.follow(names);
}

std::unique_ptr<Player::Turn> Player::next_turn(base::MonoTime begin) {
  look_into_folder();
  while (failed_in_a_row_ < std::max<size_t>(1, queue_.entries().size())) {
    const Queue::Entry* entry = queue_.take_next(options_.loop);
    if (!entry) return nullptr;
    auto turn = std::make_unique<Turn>();
    turn->entry = entry->id;
    turn->file = entry->file;
    auto kept = std::exchange(resume_, std::nullopt);
    if (kept && kept->playing == turn->file) turn->position = kept->position;
    auto file = shared_.folder->open_file(turn->file);
    base::Status status = file ? base::Status() : base::Status(file.error());
    if (status) {
      turn->play = std::make_unique<Play>(loop_, name_.text() + " " + turn->file, shared_.process,
                                          static_cast<Play::Sink&>(*this));
      status =
          turn->play->start(std::move(*file), {.from = turn->position, .begin = begin, .name = turn->file});
    }
    if (status) return turn;
    fail(*turn, status.error());
  }
  return nullptr;
}

void Player::play_next() {
  again_.cancel();
  if (current_) --shared_.playing;
  current_.reset();
  origin_ = {};
  take_turn(next_turn({}));
}

void Player::take_turn(std::unique_ptr<Turn> turn) {
  if (!turn) return wait();
  current_ = std::move(turn);
  ++shared_.playing;
  state_ = PlayerState::kOpening;
  if (!current_->is_open) return;
  begin_turn();
  auto early = std::move(current_->early);
  for (auto& one : early) {
    if (auto* track = std::get_if<worker::TrackMessage>(&one))
      take_track(std::move(*track));
    else
      take_frame(std::move(std::get<worker::FrameMessage>(one)));
  }
  if (current_->over) end_turn({});
}

void Player::begin_turn() {
  state_ = PlayerState::kPlaying;
  timeline_.begin(current_->opened.firsts);
  log::info("files.play", {{"stream", name_.text()},
                           {"file", current_->file},
                           {"from_ms", base::to_ms(current_->position)},
                           {"duration_ms", base::to_ms(current_->opened.duration)},
                           {"left_out", current_->opened.left_out}});
  // A publisher's tracks stay with it, and this file may have fewer.
  bool fewer = std::ranges::any_of(published_, [&](const media::TrackPtr& track) {
    return track->kind() != media::TrackKind::kData &&
           std::ranges::find(current_->opened.firsts, track->id, &worker::OpenedMessage::First::track) ==
               current_->opened.firsts.end();
  });
  if (fewer || !attachment_) attach();
}

void Player::wait() {
  bool done = !options_.loop && failed_in_a_row_ == 0 && !queue_.entries().empty();
  PlayerState before = std::exchange(state_, done ? PlayerState::kDone : PlayerState::kWaiting);
  auto level = before == state_ ? base::LogLevel::kDebug : base::LogLevel::kInfo;
  base::log_event(level, "files.wait",
                  {{"stream", name_.text()}, {"state", state_name(state_)}, {"error", error_}});
  detach();
  failed_in_a_row_ = 0;
  again_ = loop_.after(kLookAgain, [this] { play_next(); });
}

void Player::fail(Turn& turn, const base::Error& why) {
  error_ = turn.file + ": " + (why.context[0] == '\0' ? why.detail : why.message());
  queue_.note(turn.entry, error_);
  ++failed_, ++shared_.failed, ++failed_in_a_row_;
  log::warning("files.failed", {{"stream", name_.text()}, {"file", turn.file}, {"why", error_}});
}

Player::Turn* Player::turn_of(const Play& play) {
  if (current_ && current_->play.get() == &play) return current_.get();
  if (upcoming_ && upcoming_->play.get() == &play) return upcoming_.get();
  return nullptr;
}

// --- what their workers say

void Player::on_opened(Play& play, worker::OpenedMessage opened) {
  Turn* turn = turn_of(play);
  if (!turn || turn->is_open) return;
  turn->opened = std::move(opened);
  turn->is_open = true;
  queue_.note(turn->entry,
              turn->opened.left_out.empty() ? "" : "cannot be carried: " + turn->opened.left_out);
  if (turn == current_.get()) begin_turn();
}

void Player::on_track(Play& play, worker::TrackMessage track) {
  Turn* turn = turn_of(play);
  if (!turn) return;
  if (turn == current_.get()) return take_track(std::move(track));
  turn->early_bytes += track.record.size();
  turn->early.emplace_back(std::move(track));
}

void Player::on_frame(Play& play, worker::FrameMessage frame) {
  Turn* turn = turn_of(play);
  if (!turn) return;
  if (turn == current_.get()) return take_frame(std::move(frame));
  turn->early_bytes += frame.payload.size();
  if (turn->early_bytes > kEarlyBytesMax)
    return play.give_up({base::Code::kLimit, "too much of it came before its turn", {}});
  turn->early.emplace_back(std::move(frame));
}

void Player::on_read_through(Play& play, base::Duration end) {
  Turn* turn = turn_of(play);
  if (!turn) return;
  turn->through = end;
  if (turn == current_.get()) prepare_next();
}

void Player::prepare_next() {
  if (!current_->through || current_->prepared || origin_ == base::MonoTime()) return;
  current_->prepared = true;
  failed_in_a_row_ = 0;
  upcoming_ = next_turn(next_due());
}

// Where the pictures of this one end, and as much sooner as it was sent before it was shown: the next one
// will be, too.
base::MonoTime Player::next_due() const {
  const auto& firsts = current_->opened.firsts;
  if (firsts.empty()) return {};
  base::Duration sent = firsts.front().dts, shown = firsts.front().pts;
  for (const auto& first : firsts) sent = std::min(sent, first.dts), shown = std::min(shown, first.pts);
  return origin_ + timeline_.offset() + *current_->through - (shown - sent);
}

void Player::on_over(Play& play, base::Status status) {
  if (current_ && current_->play.get() == &play) return end_turn(std::move(status));
  if (!upcoming_ || upcoming_->play.get() != &play) return;
  if (status.ok()) {
    upcoming_->over = true;
    return;
  }
  // It cannot be read; another one may be.
  fail(*upcoming_, status.error());
  upcoming_.reset();
  if (current_ && current_->prepared) upcoming_ = next_turn(next_due());
}

void Player::end_turn(base::Status status) {
  if (status.ok()) {
    ++played_, ++shared_.played;
    failed_in_a_row_ = 0;
  } else {
    fail(*current_, status.error());
  }
  if (upcoming_) {
    --shared_.playing;
    current_.reset();
    return take_turn(std::move(upcoming_));
  }
  play_next();
}

// --- the stream's side

void Player::take_track(worker::TrackMessage message) {
  auto track = sources::track_of(std::move(message));
  if (!track) {
    log::warning("files.track", {{"stream", name_.text()}, {"error", track.error().message()}});
    return;
  }
  std::erase_if(current_->tracks, [&](const auto& one) { return one->id == (*track)->id; });
  current_->tracks.push_back(*track);
  give(*track);
}

void Player::take_frame(worker::FrameMessage message) {
  if (!current_) return;
  auto track =
      std::ranges::find_if(current_->tracks, [&](const auto& one) { return one->id == message.track; });
  if (track == current_->tracks.end()) return;
  if (!sources::fits(**track, message)) {
    ++shared_.frames_bad;
    return;
  }
  bool data = (*track)->kind() == media::TrackKind::kData;
  // What is shown first may be decoded before the file begins.
  if (!data) current_->position = std::max(base::Duration::zero(), message.dts);
  base::MonoTime now = loop_.clock().mono();
  // Before it is placed: a time that had to be mended says nothing of when it was due.
  base::MonoTime origin = now - (message.dts + timeline_.offset());
  if (!data && (origin_ == base::MonoTime() || origin < origin_)) origin_ = origin;
  media::Frame frame = sources::frame_of(std::move(message), *track, now);
  timeline_.place(frame);
  give(std::move(frame));
  prepare_next();
}

void Player::give(Early one) {
  auto* track = std::get_if<media::TrackPtr>(&one);
  if (track) {
    std::erase_if(published_, [&](const auto& known) { return known->id == (*track)->id; });
    published_.push_back(*track);
  }
  if (publisher_) {
    if (track) return publisher_.set_track(*track);
    return publisher_.publish(std::move(std::get<media::Frame>(one)));
  }
  early_bytes_ += track ? 0 : std::get<media::Frame>(one).payload.size();
  if (early_bytes_ > kEarlyBytesMax) early_.clear(), early_bytes_ = 0;
  early_.push_back(std::move(one));
}

void Player::attach() {
  detach();
  attachment_ = std::make_shared<bool>(true);
  hub::PublisherInfo info;
  info.protocol = "file";
  info.session = "file-" + name_.text() + "-" + std::to_string(++attaches_);
  info.rank = options_.rank;
  directory_.publish(name_, std::move(info), loop_,
                     [this, alive = std::weak_ptr(attachment_)](base::Result<hub::Publisher> publisher) {
                       if (!alive.expired()) attached(std::move(publisher));
                     });
}

void Player::attached(base::Result<hub::Publisher> publisher) {
  auto come_back = [this] {
    retry_ = loop_.after(kRetry, [this] {
      attach();
      if (current_) published_ = current_->tracks;
    });
  };
  if (!publisher) {
    error_ = publisher.error().message();
    log::warning("files.attach", {{"stream", name_.text()}, {"error", error_}});
    return come_back();
  }
  publisher_ = std::move(*publisher);
  // Not at once: the callback is the publisher's own.
  publisher_.on_revoked([come_back](base::Error) { come_back(); });
  for (const media::TrackPtr& track : published_) publisher_.set_track(track);
  auto early = std::move(early_);
  early_.clear(), early_bytes_ = 0;
  for (Early& one : early) give(std::move(one));
}

void Player::detach() {
  retry_.cancel();
  attachment_.reset();
  publisher_.detach();
  published_.clear();
  early_.clear(), early_bytes_ = 0;
}

}  // namespace eyas::files
