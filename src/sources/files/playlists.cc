#include "sources/files/playlists.h"

#include <algorithm>
#include <iterator>

#include "base/log.h"
#include "sources/kept_file.h"

namespace eyas::files {
namespace {

namespace log = base::log;

// What could not be read again is not written.
void keep(const std::string& folder, const std::string& path, const std::string& text) {
  base::Status status = base::Error{base::Code::kLimit, "files: the state is too large", {}};
  if (text.size() <= kStateBytesMax) status = sources::replace_kept(folder, path, text);
  if (!status) log::warning("files.not_kept", {{"error", status.error().message()}});
}

}  // namespace

base::Result<std::unique_ptr<Playlists>> Playlists::start(io::Loop& loop, hub::Directory& directory,
                                                          Options options, std::string data_folder) {
  std::unique_ptr<Playlists> made(new Playlists(loop, directory, std::move(options), std::move(data_folder)));
  if (made->options_.root.empty()) return made;
  auto folder = Folder::open(made->options_.root);
  if (!folder) return base::Error{base::Code::kInvalidConfig, "sources.files_root", folder.error().message()};
  made->shared_.folder = std::move(*folder);
  if (made->options_.upload) {
    Uploads::Limits limits{made->options_.upload_bytes_max, made->options_.uploads_max};
    made->uploads_ = std::make_unique<Uploads>(made->shared_.folder, limits);
    made->uploads_->remove_leftovers();
  }
  made->read_kept();
  for (const PlaylistOptions& playlist : made->options_.playlists) made->begin(playlist);
  made->next_save_ = loop.after(kSaveEvery, [self = made.get()] { self->save(); });
  return made;
}

Playlists::Playlists(io::Loop& loop, hub::Directory& directory, Options options, std::string data_folder)
    : loop_(loop),
      directory_(directory),
      options_(std::move(options)),
      data_folder_(std::move(data_folder)),
      path_(data_folder_ + "/files.json") {
  shared_.process = options_.process;
}

Playlists::~Playlists() {
  end();
  if (writing_.joinable()) writing_.join();
}

// A state that cannot be read is worth a warning, not a server that does not start: it says only where films
// were.
void Playlists::read_kept() {
  auto text = sources::read_kept(path_, kStateBytesMax);
  if (text && !*text) return;
  auto states = text ? read_state(**text) : base::Result<QueueStates>(text.error());
  if (states)
    kept_ = std::move(*states);
  else
    log::warning("files.not_restored", {{"path", path_}, {"error", states.error().message()}});
}

void Playlists::begin(const PlaylistOptions& playlist) {
  auto& player = players_[playlist.name];
  player = std::make_unique<Player>(loop_, directory_, playlist, shared_);
  auto kept = kept_.find(playlist.name);
  player->start(kept == kept_.end() ? std::nullopt : std::optional(kept->second));
}

void Playlists::reload(const std::vector<PlaylistOptions>& playlists) {
  if (!shared_.folder || ended_) return;
  kept_ = states();
  std::erase_if(players_, [&](const auto& one) {
    return std::ranges::find(playlists, one.second->options()) == playlists.end();
  });
  for (const PlaylistOptions& playlist : playlists) {
    if (!players_.contains(playlist.name)) begin(playlist);
  }
}

// Of playlists that are gone, too: they may come back.
QueueStates Playlists::states() const {
  QueueStates states = kept_;
  for (const auto& [name, player] : players_) states[name] = player->save();
  return states;
}

void Playlists::save() {
  next_save_ = loop_.after(kSaveEvery, [this] { save(); });
  if (!written_.load(std::memory_order_acquire)) return;  // the disk is slow: later
  std::string text = state_text(states());
  if (text == saved_) return;
  saved_ = text;
  if (writing_.joinable()) writing_.join();
  written_.store(false, std::memory_order_relaxed);
  writing_ = std::thread([this, text = std::move(text)] {
    keep(data_folder_, path_, text);
    written_.store(true, std::memory_order_release);
  });
}

void Playlists::end() {
  if (std::exchange(ended_, true)) return;
  next_save_.cancel();
  if (writing_.joinable()) writing_.join();
  if (std::string text = state_text(states()); shared_.folder && text != saved_)
    keep(data_folder_, path_, text);
  players_.clear();
}

void Playlists::report(io::Executor& caller, std::function<void(std::vector<PlayerReport>)> done) {
  hub::run_on(loop_, [this, &caller, done = std::move(done)]() mutable {
    std::vector<PlayerReport> reports;
    for (const auto& [name, player] : players_) reports.push_back(player->report());
    hub::run_on(caller, [reports = std::move(reports), done = std::move(done)]() mutable {
      done(std::move(reports));
    });
  });
}

void Playlists::with(std::string name, Task task, io::Executor& caller, Done done) {
  hub::run_on(loop_, [this, &caller, name = std::move(name), task = std::move(task),
                      done = std::move(done)]() mutable {
    auto player = players_.find(name);
    base::Status status = base::Error{base::Code::kNotFound, "no such stream of files", name};
    if (player != players_.end()) status = task(*player->second);
    base::Result<PlayerReport> answer =
        status.ok() ? base::Result<PlayerReport>(player->second->report()) : status.error();
    hub::run_on(caller,
                [answer = std::move(answer), done = std::move(done)]() mutable { done(std::move(answer)); });
  });
}

std::vector<base::Metric> Playlists::metrics() const {
  using Kind = base::Metric::Kind;
  auto row = [](const char* name, const char* help, Kind kind, const std::atomic<uint64_t>& value) {
    return base::Metric{name, help, kind, static_cast<double>(value.load(std::memory_order_relaxed)), {}};
  };
  std::vector<base::Metric> all = {
      row("eyas_files_playing", "Files that are played now", Kind::kGauge, shared_.playing),
      row("eyas_files_played_total", "Files that were played to their end", Kind::kCounter, shared_.played),
      row("eyas_files_failed_total", "Files that could not be played, or not to their end", Kind::kCounter,
          shared_.failed),
      row("eyas_files_skipped_total", "Skips that somebody asked for", Kind::kCounter, shared_.skipped),
      row("eyas_files_frames_bad_total", "Frames of files' workers that were not what they said",
          Kind::kCounter, shared_.frames_bad)};
  if (uploads_) std::ranges::move(uploads_->metrics(), std::back_inserter(all));
  return all;
}

}  // namespace eyas::files
