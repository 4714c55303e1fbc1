// Session: one peer: ICE, DTLS and SRTP around the media that it plays or publishes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hub/directory.h"
#include "hub/name.h"
#include "io/address_census.h"
#include "io/packet_sink.h"
#include "protocols/webrtc/dtls/dtls.h"
#include "protocols/webrtc/ice/ice_lite.h"
#include "protocols/webrtc/media.h"
#include "protocols/webrtc/negotiation/ice_fragment.h"
#include "protocols/webrtc/negotiation/negotiate.h"
#include "protocols/webrtc/options.h"
#include "protocols/webrtc/peer_path.h"
#include "protocols/webrtc/srtp/srtp.h"
#include "protocols/webrtc/webrtc.h"

namespace eyas::webrtc {

class Session;

enum class Role : uint8_t { kPublish, kPlay };
constexpr const char* role_name(Role role) {
  return role == Role::kPublish ? "whip" : "whep";
}

// What a session is made of, settled by its offer and our answer. Move-only.
struct SessionPlan {
  std::string id;    // secret: whoever knows it may end the session
  std::string name;  // "webrtc-12": for logs and the API
  Role role = Role::kPlay;
  std::optional<hub::StreamName> stream;
  std::string peer;   // of the HTTP request: "127.0.0.1:50123"
  std::string agent;  // its User-Agent
  Local local;
  Negotiated negotiated;
  Sha256 fingerprint{};                       // of the peer's certificate
  media::TrackSet tracks;                     // kPlay: what was negotiated about
  std::vector<std::shared_ptr<void>> leases;  // kPlay: what is made for this viewer while he watches
  io::AddressCensus::Place place;
};

// The server that a session lives in.
class SessionHost {
 public:
  virtual ~SessionHost() = default;
  virtual io::Executor& executor() = 0;
  virtual hub::Directory& directory() = 0;
  virtual const Options& options() const = 0;
  virtual Statistics& statistics() = 0;
  virtual std::shared_ptr<const DtlsContext> dtls(DtlsRole role) const = 0;
  // The wall clock's time when MonoTime was zero.
  virtual base::WallTime wall_at_mono_zero() const = 0;
  // As io::PacketSink, towards a path.
  virtual std::span<uint8_t> prepare(const PeerPath& to, size_t max) = 0;
  virtual void commit(const PeerPath& to, size_t bytes) = 0;
  // After a restart of ICE: it answers to another user fragment besides.
  virtual void learn_ufrag(Session& session) = 0;
  // Its next_tick() changed.
  virtual void reschedule(Session& session) = 0;
  // Destroys it at the end of this turn.
  virtual void remove(Session& session) = 0;
};

// Lives on the loop where its peer's datagrams arrive: made on that of the HTTP request, it may move until
// DTLS begins.
class Session final : public io::PacketSink, private Media::Owner {
 public:
  Session(SessionPlan plan, SessionHost& host, base::MonoTime now);
  ~Session() override;

  const std::string& id() const { return plan_.id; }
  const std::string& name() const { return plan_.name; }
  Role role() const { return plan_.role; }
  const hub::StreamName& stream() const { return *plan_.stream; }
  const IceLite& ice() const { return ice_; }
  // Also those of before a restart that is not yet done.
  bool takes(std::string_view local_ufrag) const { return ice_.takes(local_ufrag); }

  // Whether another server may have it: it holds nothing yet that belongs to a loop.
  bool movable() const { return !heard_dtls_ && !ended_; }
  void move_to(SessionHost& host) { host_ = &host; }

  // A binding request for this session; true when it was authentic.
  bool on_check(const stun::Message& request, const PeerPath& from, base::MonoTime now);
  // A TCP connection is closed: where it was the way to the peer, the next valid check shows another.
  void on_path_gone(const PeerPath& gone);
  // DTLS, SRTP or SRTCP from a path that made a valid check; ours to change during the call.
  void on_datagram(std::span<uint8_t> datagram, base::MonoTime now);
  void on_tick(base::MonoTime now);
  base::MonoTime next_tick() const;

  // ICE restart by PATCH: takes the peer's credentials, returns our fragment [RFC 9725 4.3.3]. Candidates
  // that come alone change nothing: we learn a peer's addresses from its checks.
  std::string restart(const IceFragment& fragment, IceCredentials fresh);
  // The entity tag of the ICE session [RFC 9725 4.3.1]: "ufrag" in quotes.
  std::string etag() const { return '"' + ice_.local().ufrag + '"'; }
  base::Status select_layer(std::optional<uint8_t> layer);

  // The server's note of where it keeps this session's next_tick().
  size_t slot() const { return slot_; }
  void set_slot(size_t slot) { slot_ = slot; }

  // Says goodbye where it can, and is removed at the end of the turn.
  void end(const base::Error& why) override;
  bool ended() const { return ended_; }

  std::span<uint8_t> prepare(size_t max) override;
  void commit(size_t bytes) override;

 private:
  void tick_changed() override { host_->reschedule(*this); }
  void begin_dtls(base::MonoTime now);
  void on_dtls(base::Bytes datagram, base::MonoTime now);
  void on_srtp(std::span<uint8_t> datagram, base::MonoTime now);
  void flush_dtls();
  void start_media(base::MonoTime now);
  void count_end(const base::Error& why);

  SessionPlan plan_;
  SessionHost* host_;
  IceLite ice_;
  std::optional<PeerPath> path_;
  base::MonoTime keys_by_;  // without keys until then it ends
  size_t slot_ = 0;
  bool heard_dtls_ = false;
  bool ended_ = false;
  std::unique_ptr<DtlsSession> dtls_;
  std::optional<SrtpSender> out_;
  std::optional<SrtpReceiver> in_;
  std::unique_ptr<Media> media_;  // before out_ in death: it writes through it
};

}  // namespace eyas::webrtc
