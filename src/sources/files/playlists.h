// Playlists: every stream of files, to the server and the API.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/metric.h"
#include "sources/files/player.h"
#include "sources/files/state.h"
#include "sources/files/uploads.h"

namespace eyas::files {

// Made and destroyed on the main thread while no loop runs. What answers on `caller` is thread-safe; all else
// lives on the main loop.
class Playlists {
 public:
  static constexpr base::Duration kSaveEvery = std::chrono::seconds(5);

  // Errors: kInvalidConfig when the root is no folder.
  static base::Result<std::unique_ptr<Playlists>> start(io::Loop& loop, hub::Directory& directory,
                                                        Options options, std::string data_folder);
  ~Playlists();

  // The configuration changed: what is the same goes on.
  void reload(const std::vector<PlaylistOptions>& playlists);
  // Keeps where they are, and ends them all.
  void end();

  // Null when there is no root. Immutable.
  const std::shared_ptr<const Folder>& folder() const { return shared_.folder; }
  const Options& options() const { return options_; }
  // Null unless files can be uploaded. Thread-safe.
  Uploads* uploads() const { return uploads_.get(); }

  // By name.
  void report(io::Executor& caller, std::function<void(std::vector<PlayerReport>)> done);
  // Runs `task` with the player of that name, and answers with it as it is then. Errors: kNotFound, and those
  // of the task.
  using Task = std::function<base::Status(Player&)>;
  using Done = std::function<void(base::Result<PlayerReport>)>;
  void with(std::string name, Task task, io::Executor& caller, Done done);

  std::vector<base::Metric> metrics() const;

 private:
  Playlists(io::Loop& loop, hub::Directory& directory, Options options, std::string data_folder);
  void read_kept();
  void begin(const PlaylistOptions& playlist);
  QueueStates states() const;
  void save();

  io::Loop& loop_;
  hub::Directory& directory_;
  Options options_;
  std::string data_folder_;
  std::string path_;
  Player::Shared shared_;
  std::unique_ptr<Uploads> uploads_;
  QueueStates kept_;
  std::map<std::string, std::unique_ptr<Player>> players_;
  std::string saved_;  // as it was written last
  std::thread writing_;
  std::atomic<bool> written_{true};
  io::Timer next_save_;
  bool ended_ = false;
};

}  // namespace eyas::files
