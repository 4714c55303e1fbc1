#include "http/viewers.h"

#include <functional>
#include <string>

namespace eyas::http {

bool Viewers::seen(std::string_view peer, std::string_view user_agent, std::string_view sid,
                   base::MonoTime now) {
  std::string key(peer.substr(0, peer.rfind(':')));
  key.append(1, '\n').append(user_agent).append(1, '\n').append(sid);
  const uint64_t id = std::hash<std::string>{}(key);
  if (last_seen_.size() >= viewers_max_ && !last_seen_.contains(id)) return false;
  last_seen_[id] = now;
  return true;
}

size_t Viewers::count(base::MonoTime now) {
  std::erase_if(last_seen_, [&](const auto& viewer) { return now - viewer.second > window_; });
  return last_seen_.size();
}

}  // namespace eyas::http
