// TransferDesk: the pulls and pushes of the streams of one loop.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "sources/pull.h"

namespace eyas::sources {

// Names a pull: two of one name differ in rank, so that one is the other's backup.
struct PullKey {
  std::string name;
  int rank = 0;
  auto operator<=>(const PullKey&) const = default;
};

// Lives on its loop; owned together with what is posted there.
class TransferDesk {
 public:
  // `first`: tells of templates and patterns, which every desk has.
  TransferDesk(const TransferGround& ground, const TransferPlan& limits, size_t index, bool first);
  ~TransferDesk();

  // Ends everything; nothing begins any more.
  void close();

  // Begins it, or begins it anew when it changed. The options were checked.
  void put(const PullOptions& pull, bool configured);
  void put(const PushOptions& push, bool configured);
  void drop(const PullKey& key);
  void drop_push(const std::string& id);
  void restart(const PullKey& key);
  void restart_push(const std::string& id);

  // hub::Demand, for this loop's names.
  base::Duration wanted(const hub::StreamName& name);
  void watched(const hub::StreamName& name, bool by_anybody);

  TransferReports report() const;

 private:
  struct Template {
    PullOptions options;
    bool configured;
    StreamTemplate pattern;
  };
  struct Push {
    PushOptions options;
    bool configured;
    std::map<std::string, std::unique_ptr<Attempts>> sent;  // by stream
  };
  using Pulls = std::vector<std::unique_ptr<Pull>>;

  void add_pull(const hub::StreamName& name, const PullOptions& options, bool configured,
                const base::Url& url, bool from_template);
  bool fill_template(const hub::StreamName& name);
  void erase_pulls(const std::string& stream, const PullKey& key);
  Attempts* push_of(Push& push, const hub::StreamName& stream);
  void follow_streams();
  void look(const hub::StreamName& name);
  void seen(const hub::StreamName& name, bool exists, bool live);
  void see(Push& push, const hub::StreamName& name, bool exists, bool live);
  bool anybody_pushes(const std::string& stream) const;

  TransferGround ground_;
  TransferPlan limits_;  // without its lists
  size_t index_;
  bool first_;
  bool closed_ = false;
  std::unordered_map<std::string, Pulls> pulls_;  // by stream
  std::vector<Template> templates_;
  std::map<std::string, Push> pushes_;  // by id
  std::unordered_set<std::string> watched_;
  hub::Directory::Subscription changes_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::sources
