// Who lives on a server's loop, and how those that live elsewhere are found.
#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "protocols/webrtc/identifiers.h"
#include "protocols/webrtc/server.h"

namespace eyas::webrtc {
namespace {

// User fragments that a session answers to: restarts leave old ones behind.
constexpr size_t kUfragsMax = 3;

}  // namespace

void Server::add(SessionPlan plan) {
  base::MonoTime now = loop_.clock().mono();
  std::string ufrag = plan.local.ufrag;
  statistics().sessions_opened.fetch_add(1, std::memory_order_relaxed);
  statistics().sessions_open.fetch_add(1, std::memory_order_relaxed);
  base::log::info("webrtc.session", {{"stream", plan.stream->text()},
                                     {"session", plan.name},
                                     {"role", role_name(plan.role)},
                                     {"peer", plan.peer},
                                     {"agent", plan.agent}});
  settle({std::make_unique<Session>(std::move(plan), static_cast<SessionHost&>(*this), now),
          {std::move(ufrag)},
          {}});
}

void Server::settle(Resident resident) {
  Session& settled = *resident.session;
  settled.move_to(*this);
  for (const std::string& ufrag : resident.ufrags) by_ufrag_[ufrag] = &settled;
  for (const auto& known : resident.paths) {
    if (known.loop == index_) set_route(known.path, {&settled, index_, settled.id()});
  }
  settled.set_slot(timetable_.size());
  timetable_.push_back({base::MonoTime::max(), &settled});
  residents_[settled.id()] = std::move(resident);
  session_count_.store(residents_.size(), std::memory_order_relaxed);
  reschedule(settled);
}

Server::Resident Server::unsettle(Session& session) {
  auto entry = residents_.find(session.id());
  Resident resident = std::move(entry->second);
  residents_.erase(entry);
  session_count_.store(residents_.size(), std::memory_order_relaxed);
  for (const std::string& ufrag : resident.ufrags) by_ufrag_.erase(ufrag);
  Due& last = timetable_.back();
  last.session->set_slot(session.slot());
  std::swap(timetable_[session.slot()], last);
  timetable_.pop_back();
  return resident;
}

void Server::remove(Session& session) {
  // It may be what called us.
  loop_.defer([weak = shared_.weak_from_this(), this, id = session.id()] {
    if (auto held = weak.lock()) destroy(id);
  });
}

void Server::destroy(const std::string& id) {
  auto entry = residents_.find(id);
  if (entry == residents_.end()) return;
  Resident gone = unsettle(*entry->second.session);
  for (const auto& known : gone.paths) drop_route_at(known.loop, known.path, id);
  statistics().sessions_open.fetch_sub(1, std::memory_order_relaxed);
  size_t home = *loop_of(id);
  if (home == index_) return;
  gone.ufrags.push_back(id);
  shared_.post(home, [keys = std::move(gone.ufrags)](Server& there) {
    for (const std::string& key : keys) there.moved_.erase(key);
  });
}

void Server::move(Session& session, size_t to, const PeerPath& from, base::Bytes check) {
  std::string id = session.id();
  size_t home = *loop_of(id);
  Resident resident = unsettle(session);
  std::vector<std::string> keys = resident.ufrags;
  keys.push_back(id);
  note_moved(home, std::move(keys), to);
  for (const auto& known : resident.paths) {
    if (known.loop != to) set_route_at(known.loop, known.path, {nullptr, to, id});
  }
  shared_.post(to, [resident = std::move(resident), from,
                    check = std::vector<uint8_t>(check.begin(), check.end())](Server& there) mutable {
    there.settle(std::move(resident));
    there.dispatch(from, check, there.loop_.clock().mono());
  });
}

void Server::note_moved(size_t home, std::vector<std::string> keys, size_t to) {
  auto note = [keys = std::move(keys), to](Server& there) {
    for (const std::string& key : keys) {
      if (to == there.index_)
        there.moved_.erase(key);
      else
        there.moved_[key] = to;
    }
  };
  if (home == index_)
    note(*this);
  else
    shared_.post(home, std::move(note));
}

void Server::learn_ufrag(Session& session) {
  Resident& resident = residents_.at(session.id());
  std::string ufrag = session.ice().local().ufrag;
  size_t home = *loop_of(session.id());
  by_ufrag_[ufrag] = &session;
  resident.ufrags.push_back(ufrag);
  if (home != index_) note_moved(home, {ufrag}, index_);
  if (resident.ufrags.size() > kUfragsMax) forget_ufrag(resident, home);
}

void Server::forget_ufrag(Resident& resident, size_t home) {
  std::string ufrag = std::move(resident.ufrags.front());
  resident.ufrags.erase(resident.ufrags.begin());
  by_ufrag_.erase(ufrag);
  if (home != index_) note_moved(home, {std::move(ufrag)}, home);
}

Session* Server::find_by_ufrag(std::string_view ufrag) {
  auto found = by_ufrag_.find(std::string(ufrag));
  return found == by_ufrag_.end() ? nullptr : found->second;
}

void Server::with_session(Shared& shared, const std::string& id, base::UniqueFunction<void(Session*)> use) {
  std::optional<size_t> home = loop_of(id);
  if (!home || *home >= shared.servers.size()) return use(nullptr);
  shared.post(*home, [id, use = std::move(use)](Server& at_home) mutable {
    if (auto here = at_home.residents_.find(id); here != at_home.residents_.end())
      return use(here->second.session->ended() ? nullptr : here->second.session.get());
    auto moved = at_home.moved_.find(id);
    if (moved == at_home.moved_.end()) return use(nullptr);
    at_home.shared_.post(moved->second, [id, use = std::move(use)](Server& there) mutable {
      auto found = there.residents_.find(id);
      bool lives = found != there.residents_.end() && !found->second.session->ended();
      use(lives ? found->second.session.get() : nullptr);
    });
  });
}

Server::Route* Server::route_of(const PeerPath& from) {
  if (from.tcp()) {
    auto entry = tcp_.find(from.connection);
    return entry == tcp_.end() || !entry->second.route ? nullptr : &*entry->second.route;
  }
  auto route = udp_routes_.find(from.endpoint);
  return route == udp_routes_.end() ? nullptr : &route->second;
}

void Server::know_path(Session& session, const PeerPath& path, size_t arrived) {
  Resident& resident = residents_.at(session.id());
  bool known = std::ranges::any_of(resident.paths, [&](const auto& known) {
    return known.path.same_source(path) && known.loop == arrived;
  });
  if (known) return;
  if (resident.paths.size() >= options_.paths_max) {
    drop_route_at(resident.paths.front().loop, resident.paths.front().path, session.id());
    resident.paths.erase(resident.paths.begin());
  }
  resident.paths.push_back({path, arrived});
  set_route_at(arrived, path, {arrived == index_ ? &session : nullptr, index_, session.id()});
}

void Server::set_route_at(size_t loop, const PeerPath& path, Route route) {
  if (loop == index_) return set_route(path, std::move(route));
  shared_.post(loop, [path, route = std::move(route)](Server& there) mutable {
    there.set_route(path, std::move(route));
  });
}

void Server::set_route(const PeerPath& path, Route route) {
  if (!path.tcp()) {
    udp_routes_[path.endpoint] = std::move(route);
    return;
  }
  auto entry = tcp_.find(path.connection);
  if (entry == tcp_.end()) return;
  entry->second.proof.cancel();
  entry->second.route = std::move(route);
}

void Server::drop_route(const PeerPath& path, const std::string& id) {
  Route* route = route_of(path);
  if (route == nullptr || route->id != id) return;  // the address is another session's by now
  if (!path.tcp()) {
    udp_routes_.erase(path.endpoint);
    return;
  }
  TcpEntry& entry = tcp_.at(path.connection);
  entry.route.reset();
  // Nobody else will come over it. After this turn, so that the goodbye leaves.
  entry.peer->close_after_flush();
}

void Server::drop_route_at(size_t loop, const PeerPath& path, const std::string& id) {
  if (loop == index_) return drop_route(path, id);
  shared_.post(loop, [path, id](Server& there) { there.drop_route(path, id); });
}

}  // namespace eyas::webrtc
