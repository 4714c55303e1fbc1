#include "protocols/webrtc/client/dialled.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "protocols/webrtc/client/offers.h"
#include "protocols/webrtc/identifiers.h"
#include "protocols/webrtc/playing.h"
#include "protocols/webrtc/publishing.h"
#include "rtp/packet.h"

namespace eyas::webrtc {
namespace {

using base::Code;

// Between two looks at whether the stream's tracks, or those that are made of them, have come.
constexpr base::Duration kLookInterval = std::chrono::milliseconds(40);

bool has_scheme(const base::Url& url, std::string_view plain) {
  return url.scheme == plain || url.scheme == std::string(plain) + 's';
}

base::Url http_url(base::Url url) {
  if (url.scheme == "whep" || url.scheme == "whip") url.scheme = "http";
  if (url.scheme == "wheps" || url.scheme == "whips") url.scheme = "https";
  return url;
}

http::ClientOptions client_options(const protocols::TransferRequest& request) {
  http::ClientOptions options;
  options.fetch_bytes_max = kSdpBytesMax;
  // check_dialled() found them good.
  if (auto tls = protocols::tls_towards(request.url, request.options)) {
    options.tls_verify = tls->verify;
    options.tls_authority_file = tls->authority_file;
  }
  return options;
}

http::ClientRequest to_resource(const protocols::TransferRequest& request, http::Method method,
                                base::Url url) {
  http::ClientRequest made;
  made.method = method;
  made.url = std::move(url);
  if (auto token = request.options.find("token"); token != request.options.end())
    made.headers.set("authorization", "Bearer " + token->second);
  return made;
}

// A Location on the same server; elsewhere nothing of ours is to be ended [RFC 9725 4.2].
base::Url resource_of(const http::ClientResponse& response) {
  std::string location(response.headers.get("location").value_or(""));
  base::Url url = response.url;
  if (location.starts_with("/")) {
    size_t query = location.find('?');
    url.path = location.substr(0, query);
    url.query = query == location.npos ? "" : location.substr(query + 1);
    return url;
  }
  auto absolute = base::Url::parse(location);
  bool same = absolute && absolute->scheme == url.scheme && absolute->authority() == url.authority();
  return same ? *absolute : base::Url{};
}

media::TrackSet tracks_of(const std::vector<hub::StreamFacts>& facts) {
  media::TrackSet tracks;
  if (facts.empty()) return tracks;
  for (const hub::TrackFacts& track : facts.front().tracks) tracks.push_back(track.track);
  return tracks;
}

}  // namespace

bool is_whep(const base::Url& url, const protocols::TransferOptions& options) {
  return has_scheme(url, "whep") || protocols::http_format(url, options) == "whep";
}
bool is_whip(const base::Url& url, const protocols::TransferOptions& options) {
  return has_scheme(url, "whip") || protocols::http_format(url, options) == "whip";
}

base::Status check_dialled(const base::Url& url, const protocols::TransferOptions& options) {
  auto known = protocols::check_options(options, {"format", "token", "tls_verify", "tls_authority"});
  if (!known) return known;
  if (url.host.empty()) return base::Error{Code::kInvalidConfig, "webrtc: the URL names no host", {}};
  auto tls = protocols::tls_towards(url, options);
  return tls ? base::Status() : tls.error();
}

Dialled::Dialled(Shared& shared, Role role, protocols::TransferRequest request)
    : shared_(shared),
      role_(role),
      request_(std::move(request)),
      options_(shared.on(request_.loop).options()),
      wall_at_mono_zero_(request_.loop.clock().wall() - now().time_since_epoch()),
      client_(request_.loop, request_.dialer, client_options(request_)),
      ready_by_(now() + options_.derive_wait) {
  IceCredentials credentials = IceCredentials::make();
  local_.ufrag = std::move(credentials.ufrag);
  local_.pwd = std::move(credentials.password);
  local_.fingerprint = shared_.dtls->certificate().fingerprint();
  local_.session_id = random_u64() >> 2;
  local_.ssrc_base = random_u32();
  local_.stream = request_.stream.text();
  statistics().sessions_opened.fetch_add(1, std::memory_order_relaxed);
  statistics().sessions_open.fetch_add(1, std::memory_order_relaxed);
  if (role_ == Role::kPublish)
    post(offer_to_receive(local_));
  else
    look();
}

Dialled::~Dialled() {
  timer_.cancel();
  alive_.reset();
  if (media_) media_->say_goodbye(now());
  if (dtls_) {
    dtls_->close();
    flush_dtls();
  }
  media_.reset();
  if (socket_) socket_->flush();
  if (!resource_.host.empty())
    shared_.on(request_.loop)
        .farewells()
        .say(request_.dialer, client_options(request_),
             to_resource(request_, http::Method::kDelete, resource_));
  statistics().sessions_open.fetch_sub(1, std::memory_order_relaxed);
}

protocols::TransferFacts Dialled::facts() const {
  protocols::TransferFacts facts;
  facts.peer = ice_ && ice_->path() ? ice_->path()->text() : peer_;
  if (ice_ && ice_->path()) facts.transport = "udp";
  facts.bytes = role_ == Role::kPublish ? bytes_in_ : bytes_out_;
  return facts;
}

// --- what is to be sent, and the agreement about it

void Dialled::look() {
  shared_.directory.snapshot(request_.stream, request_.loop,
                             [this, alive = std::weak_ptr(alive_)](std::vector<hub::StreamFacts> facts) {
                               if (!alive.expired() && !over_) seen(facts);
                             });
}

void Dialled::seen(const std::vector<hub::StreamFacts>& facts) {
  tracks_ = tracks_of(facts);
  bool waits = tracks_.empty() || waits_for_derived(facts);
  if (waits && now() < ready_by_) {
    timer_ = request_.loop.after(kLookInterval, [this] { look(); });
    return;
  }
  if (tracks_.empty()) return end({Code::kNotFound, "webrtc: the stream has no tracks", {}});
  auto offer = offer_to_send(local_, tracks_);
  offer ? post(*offer) : end(offer.error());
}

// Sound and pictures that WebRTC cannot carry as they are.
bool Dialled::waits_for_derived(const std::vector<hub::StreamFacts>& facts) {
  if (shared_.derivations == nullptr) return false;
  std::set<media::TrackId> reordered;
  for (const hub::TrackFacts& track : facts.front().tracks)
    if (track.reordered) reordered.insert(track.track->id);
  auto wanted = derivations_for(offer_to_receive(local_), tracks_, reordered);
  if (leases_.empty()) {
    for (hub::Derivation derivation : wanted)
      leases_.push_back(shared_.derivations->want(request_.stream, derivation));
  }
  auto stands = [&](hub::Derivation derivation) {
    return std::ranges::any_of(tracks_, [&](const media::TrackPtr& track) {
      return track->derived() && track->id == hub::derived_track_id(track->derived_from, derivation);
    });
  };
  return !std::ranges::all_of(wanted, stands);
}

void Dialled::post(const std::string& offer) {
  http::ClientRequest request = to_resource(request_, http::Method::kPost, http_url(request_.url));
  request.headers.set("content-type", "application/sdp");
  request.headers.set("accept", "application/sdp");
  request.body = base::Slice::copy_of(offer);
  posting_ = client_.fetch(std::move(request), [this](base::Result<http::ClientResponse> response) {
    if (!over_) answered(std::move(response));
  });
}

void Dialled::answered(base::Result<http::ClientResponse> response) {
  if (!response) return end(response.error());
  peer_ = response->peer;
  // DEVIATION: some servers answer 200 where [RFC 9725 4.2] wants 201.
  if (response->status != 201 && response->status != 200)
    return end({response->status == 404 ? Code::kNotFound : Code::kRefused, "webrtc: the server's answer",
                std::to_string(response->status)});
  resource_ = resource_of(*response);
  if (auto agreed = agree(base::as_text(response->body)); !agreed) return end(agreed.error());
  ready_by_ = now() + options_.handshake_timeout;
  arm();
}

base::Status Dialled::agree(std::string_view answer) {
  auto negotiated =
      role_ == Role::kPublish ? accept_to_receive(answer, local_) : accept_to_send(answer, local_, tracks_);
  if (!negotiated) return negotiated.error();
  negotiated_ = std::move(*negotiated);
  for (const std::string& what : negotiated_.left_out)
    base::log::info("webrtc.left_out", {{"session", request_.session}, {"what", what}});
  auto fingerprint = parse_fingerprint(negotiated_.remote_fingerprint);
  if (!fingerprint) return fingerprint.error();
  DtlsRole role = negotiated_.dtls_client ? DtlsRole::kClient : DtlsRole::kServer;
  dtls_ = std::make_unique<DtlsSession>(dtls(role), *fingerprint, now());
  return open_socket();
}

// --- the way there

base::Status Dialled::open_socket() {
  std::vector<io::Endpoint> all;
  for (const sdp::Candidate& candidate : negotiated_.remote_candidates) {
    if (candidate.transport != "udp" || candidate.component != 1) continue;
    bool v6 = candidate.address.find(':') != std::string::npos;
    std::string host = v6 ? '[' + candidate.address + ']' : candidate.address;
    auto endpoint = io::Endpoint::parse(host + ':' + std::to_string(candidate.port));
    if (endpoint && request_.dialer.policy().check(*endpoint)) all.push_back(*endpoint);
  }
  if (all.empty())
    return base::Error{Code::kRefused, "webrtc: the answer names no address that may be dialled", {}};
  // One family, IPv4 where there is any: it is there on every machine.
  bool v6 = std::ranges::all_of(all, &io::Endpoint::is_v6);
  auto socket = io::UdpSocket::open(request_.loop, v6 ? "[::]:0" : "0.0.0.0:0", io::Sharing::kFirst, *this);
  if (!socket) return socket.error();
  socket_ = std::move(*socket);
  ice_.emplace(IceCredentials{local_.ufrag, local_.pwd},
               IceCredentials{negotiated_.remote_ufrag, negotiated_.remote_pwd}, random_u64());
  for (const io::Endpoint& endpoint : all)
    if (endpoint.is_v6() == v6) ice_->add(endpoint, now());
  return {};
}

void Dialled::send_check(const io::Endpoint& to, base::Bytes message) {
  socket_->send(to, message);
}

std::span<uint8_t> Dialled::prepare(size_t max) {
  if (!ice_ || !ice_->path()) return {};
  return socket_->prepare(max);
}

void Dialled::commit(size_t bytes) {
  bytes_out_ += bytes;
  socket_->commit(*ice_->path(), bytes);
}

void Dialled::on_datagram(const io::Endpoint& from, std::span<uint8_t> bytes, base::MonoTime now) {
  if (over_) return;
  if (stun::is_stun(bytes)) {
    if (auto message = stun::parse(bytes)) ice_->on_message(*message, from, now, *this);
  } else if (!ice_->is_peer(from)) {
    statistics().stray_datagrams.fetch_add(1, std::memory_order_relaxed);
  } else if (is_dtls(bytes)) {
    dtls_->on_datagram(bytes, now);
  } else if (media_ && !bytes.empty() && bytes[0] >= 128 && bytes[0] <= 191) {
    on_srtp(bytes, now);
  }
  advance(now);
  arm();
}

void Dialled::on_srtp(std::span<uint8_t> datagram, base::MonoTime now) {
  bool rtcp = rtp::is_rtcp(datagram);
  base::Result<size_t> bytes = rtcp ? in_->unprotect_rtcp(datagram) : in_->unprotect(datagram);
  if (!bytes) {
    statistics().bad_packets.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  bytes_in_ += *bytes;
  if (role_ == Role::kPublish && !rtcp) running();
  rtcp ? media_->on_rtcp(datagram.first(*bytes), now) : media_->on_rtp(datagram.first(*bytes), now);
}

// What may go on, goes on: the path, then keys, then media.
void Dialled::advance(base::MonoTime now) {
  if (over_ || !ice_->path()) return;
  begin_dtls(now);
  flush_dtls();
  if (dtls_->state() == DtlsSession::State::kFailed) return end(dtls_->error());
  if (dtls_->state() == DtlsSession::State::kClosed) return end({Code::kClosed, "closed by the peer", {}});
  if (dtls_->state() == DtlsSession::State::kConnected && !media_) start_media(now);
}

void Dialled::begin_dtls(base::MonoTime now) {
  if (dtls_begun_) return;
  dtls_begun_ = true;
  if (negotiated_.dtls_client) dtls_->start(now);
}

void Dialled::flush_dtls() {
  base::Bytes datagram;
  while (dtls_->next_outgoing(datagram)) {
    std::span<uint8_t> room = prepare(datagram.size());
    if (room.size() < datagram.size()) continue;  // lost; DTLS sends it again
    std::ranges::copy(datagram, room.begin());
    commit(datagram.size());
  }
}

void Dialled::start_media(base::MonoTime now) {
  const DtlsSession::Keys& keys = dtls_->keys();
  out_.emplace(keys.profile, keys.send);
  in_.emplace(keys.profile, keys.receive);
  peer_ = ice_->path()->text();
  base::log::info(role_ == Role::kPublish ? "webrtc.pull" : "webrtc.push",
                  {{"stream", request_.stream.text()},
                   {"session", request_.session},
                   {"url", request_.url.shown()},
                   {"path", "udp:" + peer_}});
  MediaStart start{request_.session, request_.stream, peer_, local_,        negotiated_,
                   tracks_,          *this,           *this, request_.rank, hub::Interest::kFollows};
  io::PacketSink& sink = *this;
  if (role_ == Role::kPublish) {
    media_ = std::make_unique<Publishing>(start, *out_, sink, now);
  } else {
    media_ = std::make_unique<Playing>(start, *out_, sink, now);
    running();
  }
}

void Dialled::running() {
  if (std::exchange(running_told_, true) || !request_.on_running) return;
  request_.on_running();
}

// --- time, and the end

void Dialled::arm() {
  if (over_ || !ice_) return;
  base::MonoTime next = ice_->next_tick();
  if (!media_) next = std::min(next, ready_by_);
  if (media_) next = std::min(next, media_->next_tick());
  if (dtls_) next = std::min(next, dtls_->next_timeout().value_or(next));
  constexpr base::Duration kLeast = std::chrono::milliseconds(1);
  timer_ = request_.loop.after(std::max(next - now(), kLeast), [this] { tick(); });
}

void Dialled::tick() {
  base::MonoTime at = now();
  if (!media_ && at >= ready_by_) return end({Code::kTimeout, "webrtc: no keys in time", {}});
  ice_->on_tick(at, *this);
  if (ice_->failed(at)) return end({Code::kTimeout, "webrtc: the peer does not answer checks", {}});
  if (dtls_begun_) dtls_->on_tick(at);
  advance(at);
  if (media_ && !over_) media_->on_tick(at);
  arm();
}

// Media call this from inside of themselves: the owner, who destroys us, is told after this turn.
void Dialled::end(const base::Error& why) {
  if (std::exchange(over_, true)) return;
  timer_.cancel();
  posting_.reset();
  request_.loop.defer([this, why, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    auto on_ended = std::move(request_.on_ended);
    on_ended(why);
  });
}

}  // namespace eyas::webrtc
