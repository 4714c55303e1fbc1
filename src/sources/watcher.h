// Watcher: looks at every stream once a second and raises and clears its alarms.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "hub/directory.h"
#include "hub/pictures.h"
#include "io/executor.h"
#include "sources/alarms.h"

namespace eyas::sources {

// Lives on its loop.
class Watcher {
 public:
  static constexpr base::Duration kInterval = std::chrono::seconds(1);

  // `pictures` may be null: nobody looks then. What is given outlives it.
  Watcher(io::Executor& loop, hub::Directory& directory, hub::Pictures* pictures, AlarmOptions options);
  ~Watcher();

 private:
  struct Watched {
    AlarmJudge judge;
    Eyes eyes;
    hub::Pictures::Lease lease;  // while it is looked at
    bool failed = false;         // the lease is of no use any more
  };

  void look();
  void judge(const std::vector<hub::StreamFacts>& streams);
  void judge(const hub::StreamName& name, const hub::StreamFacts& facts, Watched& watched);
  void watch_pictures(const hub::StreamName& name, const hub::StreamFacts& facts, Watched& watched);
  bool wants_look(const hub::StreamFacts& facts) const;

  io::Executor& loop_;
  hub::Directory& directory_;
  hub::Pictures* pictures_;
  AlarmOptions options_;
  std::map<std::string, std::unique_ptr<Watched>> watched_;
  io::Timer next_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::sources
