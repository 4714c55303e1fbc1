#include "sources/files/uploads.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <optional>
#include <thread>

#include "base/log.h"
#include "base/slice.h"
#include "sources/film_name.h"
#include "sources/write_whole.h"

namespace eyas::files {
namespace {

using base::Code;
using base::Error;

// The disk is not filled to its last byte: others live there.
constexpr uint64_t kSpaceLeft = 64u << 20;

Error disk_error() {
  if (errno == ENOSPC || errno == EDQUOT) return {Code::kSystem, "the disk is full", "space"};
  return {Code::kSystem, "the file cannot be written", std::strerror(errno)};
}

// "flights/.eyas-upload-7.part": hidden, so that nobody plays it.
constexpr std::string_view kPartBegin = ".eyas-upload-", kPartEnd = ".part";
// Of servers that share the folder, each has numbers of its own.
constexpr int kPartNumbersTried = 64;

std::string part_of(const std::string& name, uint64_t number) {
  size_t slash = name.rfind('/');
  std::string folder = slash == std::string::npos ? "" : name.substr(0, slash + 1);
  return folder + std::string(kPartBegin) + std::to_string(number) + std::string(kPartEnd);
}

bool is_part(std::string_view name) {
  if (!name.starts_with(kPartBegin) || !name.ends_with(kPartEnd)) return false;
  if (name.size() <= kPartBegin.size() + kPartEnd.size()) return false;
  std::string_view number = name.substr(kPartBegin.size());
  number.remove_suffix(kPartEnd.size());
  return std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

// What the loop and the writing thread share.
struct Upload::State : std::enable_shared_from_this<Upload::State> {
  State(std::shared_ptr<const Folder> f, io::Executor& l) : folder(std::move(f)), loop(l) {}

  void run();
  void write_queued(std::unique_lock<std::mutex>& lock);
  base::Status complete();
  void tell_ready();

  const std::shared_ptr<const Folder> folder;
  io::Executor& loop;
  std::string name, part;
  uint64_t total = 0;
  std::atomic<uint64_t> written{0};
  std::atomic<uint64_t>*done_count = nullptr, *failed_count = nullptr;  // of the owner

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<base::Slice> queue;
  size_t held = 0;
  uint64_t taken = 0;
  bool over = false;      // all has come
  bool given_up = false;  // nobody wants it any more
  bool buried = false;    // the thread has ended
  std::optional<Error> error;
  base::Task ready;
  bool telling = false;  // a post to call it is under way
  base::UniqueFunction<void(base::Status)> done;
  Fd file;
  std::thread thread;
};

void Upload::State::run() {
  std::unique_lock lock(mutex);
  while (!given_up && !(over && queue.empty())) {
    if (queue.empty())
      changed.wait(lock);
    else
      write_queued(lock);
  }
  base::Status status = Error{Code::kClosed, "upload: the sender went away", {}};
  bool whole = !given_up;
  lock.unlock();  // the disk may take its time, and the loop asks for us
  if (whole) status = complete();
  file = Fd();
  if (!status.ok()) folder->remove(part);
  ++*(status.ok() ? done_count : failed_count);
  base::log_event(status.ok() ? base::LogLevel::kInfo : base::LogLevel::kWarning, "files.upload",
                  {{"file", name},
                   {"bytes", written.load()},
                   {"outcome", status.ok() ? "done" : status.error().message()}});
  lock.lock();
  if (done) loop.post([done = std::move(done), status]() mutable { done(status); });
  buried = true;
}

void Upload::State::write_queued(std::unique_lock<std::mutex>& lock) {
  base::Slice next = std::move(queue.front());
  queue.pop_front();
  lock.unlock();
  bool well = error || sources::write_whole(file.get(), next);
  std::optional<Error> why;
  if (!well) why = disk_error();
  if (well) written += next.size();
  lock.lock();
  held -= next.size();
  if (why && !error) error = why;
  if (held < kHeldBytesMax / 2) tell_ready();
}

base::Status Upload::State::complete() {
  if (error) return *error;
  if (written != total) return Error{Code::kMalformed, "upload: its end is missing", {}};
  if (fsync(file.get()) != 0) return disk_error();
  return folder->rename(part, name);
}

// What is told belongs to somebody who may be gone by then, and has taken it back.
void Upload::State::tell_ready() {
  if (!ready || std::exchange(telling, true)) return;
  loop.post([state = shared_from_this()] {
    std::unique_lock lock(state->mutex);
    state->telling = false;
    base::Task ready = std::exchange(state->ready, {});
    lock.unlock();
    if (ready) ready();
  });
}

Upload::~Upload() {
  std::lock_guard lock(state_->mutex);
  if (!state_->over) state_->given_up = true;
  state_->ready = {};
  state_->changed.notify_one();
}

base::Status Upload::write(base::Bytes bytes) {
  std::lock_guard lock(state_->mutex);
  if (state_->error) return *state_->error;
  state_->taken += bytes.size();
  if (state_->taken > state_->total) return Error{Code::kLimit, "upload: more than was announced", "size"};
  state_->queue.push_back(base::Slice::copy_of(bytes));
  state_->held += bytes.size();
  state_->changed.notify_one();
  return {};
}

bool Upload::busy() const {
  std::lock_guard lock(state_->mutex);
  return state_->held >= kHeldBytesMax;
}

void Upload::on_ready(base::Task callback) {
  std::lock_guard lock(state_->mutex);
  state_->ready = std::move(callback);
  if (state_->held < kHeldBytesMax / 2) state_->tell_ready();
}

void Upload::finish(base::UniqueFunction<void(base::Status)> done) {
  std::lock_guard lock(state_->mutex);
  state_->done = std::move(done);
  state_->over = true;
  state_->changed.notify_one();
}

Uploads::Uploads(std::shared_ptr<const Folder> folder, Limits limits)
    : folder_(std::move(folder)), limits_(limits) {}

Uploads::~Uploads() {
  for (auto& state : states_) {
    // It may hold the upload itself, which asks for the lock.
    base::UniqueFunction<void(base::Status)> done;
    {
      std::lock_guard lock(state->mutex);
      state->given_up = true;
      done = std::move(state->done);
      state->done = {};
      state->changed.notify_one();
    }
    state->thread.join();
  }
}

void Uploads::bury_finished() {
  states_.remove_if([](const auto& state) {
    {
      std::lock_guard lock(state->mutex);
      if (!state->buried) return false;
    }
    state->thread.join();
    return true;
  });
}

base::Result<Fd> Uploads::create_part(Upload::State& state) {
  for (int tried = 1;; ++tried) {
    state.part = part_of(state.name, ++next_);
    auto file = folder_->create(state.part);
    if (file || file.error().code != Code::kRefused || tried == kPartNumbersTried) return file;
  }
}

void Uploads::remove_leftovers() {
  size_t removed = 0;
  for (const FileFacts& part : folder_->list_all(is_part))
    removed += folder_->remove_orphan(part.name) ? 1 : 0;
  if (removed > 0) base::log::warning("files.leftovers", {{"removed", removed}});
}

base::Result<std::unique_ptr<Upload>> Uploads::begin(const std::string& name, uint64_t total,
                                                     io::Executor& loop) {
  auto refuse = [this](Error error) {
    ++refused_;
    return error;
  };
  if (auto status = Folder::check_name(name); !status) return refuse(status.error());
  if (static_cast<size_t>(std::ranges::count(name, '/')) > Folder::kDepthMax)
    return refuse({Code::kMalformed, "upload: too many folders in the name", name});
  if (!sources::is_film_name(name)) return refuse({Code::kUnsupported, sources::kFilmNames, name});
  if (total == 0) return refuse({Code::kMalformed, "upload: an empty file", name});
  if (total > limits_.bytes_max)
    return refuse({Code::kLimit, "upload: larger than sources.upload_bytes_max", "size"});
  if (folder_->open_file(name)) return refuse({Code::kRefused, "there is such a file already", name});
  std::lock_guard lock(mutex_);
  bury_finished();
  if (states_.size() >= limits_.at_once) return refuse({Code::kLimit, "upload: too many at once", {}});
  if (std::ranges::any_of(states_, [&](const auto& one) { return one->name == name; }))
    return refuse({Code::kRefused, "it is being uploaded already", name});
  auto state = std::make_shared<Upload::State>(folder_, loop);
  state->name = name, state->total = total;
  state->done_count = &done_, state->failed_count = &failed_;
  auto file = create_part(*state);
  if (!file) return refuse(file.error());
  struct statvfs space {};
  if (fstatvfs(file->get(), &space) == 0 && space.f_bavail * space.f_frsize < total + kSpaceLeft) {
    folder_->remove(state->part);
    return refuse({Code::kSystem, "the disk has no room for it", "space"});
  }
  state->file = std::move(*file);
  state->thread = std::thread([state] { state->run(); });
  states_.push_back(state);
  return std::unique_ptr<Upload>(new Upload(std::move(state)));
}

std::vector<UploadReport> Uploads::report() const {
  std::lock_guard lock(mutex_);
  std::vector<UploadReport> reports;
  for (const auto& state : states_) {
    std::lock_guard held(state->mutex);
    if (!state->buried) reports.push_back({state->name, state->written, state->total});
  }
  return reports;
}

std::vector<base::Metric> Uploads::metrics() const {
  using Kind = base::Metric::Kind;
  auto row = [](const char* name, const char* help, Kind kind, uint64_t value) {
    return base::Metric{name, help, kind, static_cast<double>(value), {}};
  };
  return {row("eyas_uploads", "Files that are uploaded now", Kind::kGauge, report().size()),
          row("eyas_uploads_done_total", "Files that were uploaded", Kind::kCounter, done_),
          row("eyas_uploads_failed_total", "Uploads that broke off, or that the disk did not take",
              Kind::kCounter, failed_),
          row("eyas_uploads_refused_total", "Uploads that a limit or their name kept from beginning",
              Kind::kCounter, refused_)};
}

}  // namespace eyas::files
