// Server: WebRTC on one loop: the UDP socket and TCP connections, the sessions that live here, and the way to
// those that live elsewhere.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/address_census.h"
#include "io/udp.h"
#include "protocols/webrtc/addresses.h"
#include "protocols/webrtc/client/farewell.h"
#include "protocols/webrtc/ice/public_binding.h"
#include "protocols/webrtc/load_meter.h"
#include "protocols/webrtc/options.h"
#include "protocols/webrtc/session.h"
#include "protocols/webrtc/tcp_peer.h"
#include "protocols/webrtc/webrtc.h"

namespace eyas::hub {
class Derivations;
}

namespace eyas::webrtc {

class Server;

// What the servers of all loops have in common. Made before the loops run; then thread-safe.
struct Shared : std::enable_shared_from_this<Shared> {
  hub::Directory& directory;
  hub::Derivations* derivations = nullptr;
  const std::vector<io::Loop*>& loops;
  std::shared_ptr<Statistics> statistics;
  std::shared_ptr<const DtlsContext> dtls;
  std::shared_ptr<const DtlsContext> dtls_client;  // towards peers that want to be called
  io::AddressCensus sessions_census;
  io::AddressCensus tcp_census;
  std::atomic<std::shared_ptr<const HostAddresses>> addresses;
  std::vector<std::unique_ptr<Server>> servers;  // one per loop
  std::atomic<uint64_t> next_session{1};         // sessions are named "webrtc-1", "webrtc-2", ...

  Shared(hub::Directory& d, const std::vector<io::Loop*>& l) : directory(d), loops(l) {}
  Server& on(const io::Executor& loop) const;
  // Runs the task on that loop, with its server, unless all servers have gone by then.
  void post(size_t loop, base::UniqueFunction<void(Server&)> task);
};

// Lives on its loop; what says so is thread-safe. A session that lives here is known by its id, by its ICE
// user fragments and by the addresses from which valid checks of it came. The loop that made a session
// remembers where it went.
class Server final : io::UdpSocket::Handler, SessionHost, TcpPeer::Owner {
 public:
  Server(Shared& shared, const Options& options, size_t index);
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before the loop runs. Errors: kInvalidConfig, kSystem.
  base::Status open(const std::string& address, io::Sharing sharing);
  io::Endpoint local() const { return socket_->local(); }
  bool segmentation() const { return socket_->segmentation(); }
  const io::UdpCounters& udp_counters() const { return socket_->counters(); }  // thread-safe

  void accept(std::unique_ptr<io::ByteStream> stream);
  void drain();
  void set_options(const Options& options) { options_ = options; }

  // For the HTTP side, on this loop.
  size_t index() const { return index_; }
  const Options& options() const override { return options_; }
  Shared& shared() { return shared_; }
  // Thread-safe: whether this loop should be spared further sessions.
  bool busy() const { return load_.busy(); }
  size_t sessions() const { return session_count_.load(std::memory_order_relaxed); }  // thread-safe
  bool draining() const { return draining_; }
  // On this loop.
  Farewells& farewells() { return farewells_; }
  void add(SessionPlan plan);
  // Calls `use` with the session, wherever it lives, on its loop; with null when there is none. From any
  // loop.
  static void with_session(Shared& shared, const std::string& id, base::UniqueFunction<void(Session*)> use);

 private:
  // What is known of a session that lives here.
  struct Resident {
    std::unique_ptr<Session> session;
    std::vector<std::string> ufrags;
    struct Known {
      PeerPath path;
      size_t loop;
    };
    std::vector<Known> paths;
  };
  // Where datagrams from an address go: to a session here, or to another loop.
  struct Route {
    Session* session = nullptr;
    size_t loop = 0;
    std::string id;
  };
  struct Due {
    base::MonoTime at;
    Session* session;
  };

  // SessionHost.
  io::Executor& executor() override { return loop_; }
  hub::Directory& directory() override { return shared_.directory; }
  Statistics& statistics() override { return *shared_.statistics; }
  std::shared_ptr<const DtlsContext> dtls(DtlsRole role) const override {
    return role == DtlsRole::kClient ? shared_.dtls_client : shared_.dtls;
  }
  base::WallTime wall_at_mono_zero() const override { return wall_at_mono_zero_; }
  std::span<uint8_t> prepare(const PeerPath& to, size_t max) override;
  void commit(const PeerPath& to, size_t bytes) override;
  void reschedule(Session& session) override;
  void learn_ufrag(Session& session) override;
  void remove(Session& session) override;

  // demux.cc: what a datagram is and whose.
  void on_datagram(const io::Endpoint& from, std::span<uint8_t> bytes, base::MonoTime now) override;
  void on_packet(const PeerPath& from, std::span<uint8_t> packet) override;
  void on_tcp_closed(const PeerPath& closed) override;
  void dispatch(const PeerPath& from, std::span<uint8_t> bytes, base::MonoTime now);
  void on_stun(const PeerPath& from, std::span<uint8_t> bytes, base::MonoTime now);
  void on_public_binding(const stun::Message& request, const PeerPath& from, base::MonoTime now);
  void check(Session& session, const stun::Message& request, const PeerPath& from, size_t arrived,
             base::MonoTime now);
  void send_stray_check_on(std::string_view ufrag, const PeerPath& from, size_t arrived, base::Bytes bytes);
  void on_forwarded_check(const PeerPath& from, size_t arrived, base::Bytes bytes);
  void forward(const Route& route, base::Bytes bytes);
  void on_forwarded(const std::string& id, std::span<uint8_t> bytes);
  Route* route_of(const PeerPath& from);
  void know_path(Session& session, const PeerPath& path, size_t arrived);
  void set_route(const PeerPath& path, Route route);
  void set_route_at(size_t loop, const PeerPath& path, Route route);
  void drop_route(const PeerPath& path, const std::string& id);
  void drop_route_at(size_t loop, const PeerPath& path, const std::string& id);

  // residents.cc: who lives where.
  void settle(Resident resident);
  // Only the server's own notes of it go; its routes stay.
  Resident unsettle(Session& session);
  void move(Session& session, size_t to, const PeerPath& from, base::Bytes check);
  void note_moved(size_t home, std::vector<std::string> keys, size_t to);
  Session* find_by_ufrag(std::string_view ufrag);
  void destroy(const std::string& id);
  void forget_ufrag(Resident& resident, size_t home);
  void tick();
  void arm_tick(base::MonoTime at);
  void measure_load();

  Shared& shared_;
  size_t index_;
  io::Loop& loop_;
  Options options_;  // a copy: the configuration's own belongs to the main loop
  base::WallTime wall_at_mono_zero_;
  std::unique_ptr<io::UdpSocket> socket_;
  PublicBinding public_binding_;
  LoadMeter load_;
  Farewells farewells_;

  std::unordered_map<std::string, Resident> residents_;  // by id
  std::unordered_map<std::string, Session*> by_ufrag_;   // those that live here
  std::unordered_map<std::string, size_t> moved_;        // made here: id or ufrag -> the loop it lives on
  std::unordered_map<io::Endpoint, Route, io::EndpointHash> udp_routes_;
  struct TcpEntry {
    std::unique_ptr<TcpPeer> peer;
    std::optional<Route> route;
    io::Timer proof;
  };
  std::unordered_map<uint64_t, TcpEntry> tcp_;
  uint64_t next_connection_ = 1;
  std::vector<uint8_t> remote_packet_;  // under way to a TCP connection on another loop

  std::vector<Due> timetable_;  // one entry per session, so that a look at all of them is a look at one array
  base::MonoTime tick_at_ = base::MonoTime::max();
  io::Timer tick_timer_;
  io::Timer load_timer_;
  std::atomic<size_t> session_count_{0};
  std::atomic<size_t> strays_in_flight_{0};  // towards this server
  bool draining_ = false;
};

}  // namespace eyas::webrtc
