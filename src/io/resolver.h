// Resolver: names to addresses on threads of its own, because getaddrinfo blocks.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "io/endpoint.h"
#include "io/loop.h"

namespace eyas::io {

// Thread-safe. Its threads live as long as they are needed and are not waited for: a name server that is
// silent must not hold up the end of the program.
class Resolver : public std::enable_shared_from_this<Resolver> {
 public:
  using Answer = base::Result<std::vector<Endpoint>>;
  using Lookup = std::function<Answer(const std::string& host, uint16_t port)>;
  static constexpr size_t kThreadsMax = 4;

  explicit Resolver(Lookup lookup) : lookup_(std::move(lookup)) {}

  // One question. Dropped by the asker, it stays silent.
  struct Question {
    std::string host;
    uint16_t port = 0;
    base::UniqueFunction<void(Answer)> done;  // touched on the asker's loop only
    std::mutex mutex;                         // held for a post, never while a task runs
    Loop* loop = nullptr;                     // null: dropped
  };

  // `done` runs on the loop. The token's death, on the loop, drops the question. False: too many wait.
  bool ask(Loop& loop, const std::shared_ptr<Question>& question);
  // Threads end after what they are at.
  void stop();

 private:
  void serve();

  const Lookup lookup_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::weak_ptr<Question>> waiting_;
  size_t threads_ = 0;
  size_t idle_ = 0;
  bool stopping_ = false;
};

// The machine's answer, by getaddrinfo; blocks.
Resolver::Answer look_up(const std::string& host, uint16_t port);

// The address that a numeric host is; nullopt when it is a name. Never blocks.
std::optional<Endpoint> numeric_endpoint(const std::string& host, uint16_t port);

}  // namespace eyas::io
