// What every offer goes through, whichever way its media will flow.
#include <charconv>

#include "base/log.h"
#include "protocols/webrtc/endpoint.h"
#include "protocols/webrtc/ice_servers.h"
#include "protocols/webrtc/identifiers.h"

namespace eyas::webrtc {
namespace {

void count(std::atomic<uint64_t>& counter) {
  counter.fetch_add(1, std::memory_order_relaxed);
}

// Which loop a session ends up on is the kernel's choice, so that one that is busy is enough to refuse:
// nobody's picture is thinned for a newcomer.
bool is_saturated(const Shared& shared, const Options& options) {
  size_t sessions = 0;
  for (const auto& server : shared.servers) {
    if (server->busy()) return true;
    sessions += server->sessions();
  }
  return sessions >= size_t{options.sessions_max} * shared.servers.size();
}

std::string location_of(const OfferRequest& offer, const std::string& id) {
  const std::string& name = offer.stream.text();
  if (offer.address == OfferRequest::Address::kPath)
    return "/" + name + "/" + role_name(offer.role) + "/" + id;
  size_t slash = name.find('/');
  return std::string("/rtc/v1/") + role_name(offer.role) + "/?app=" + name.substr(0, slash) +
         "&stream=" + name.substr(slash + 1) + "&session=" + id;
}

http::Response created(const OfferRequest& offer, const SessionPlan& plan) {
  http::Response response =
      http::Response::bytes("application/sdp", base::Slice::copy_of(plan.negotiated.answer), 201);
  response.compressible = false;
  response.headers.set("location", location_of(offer, plan.id));
  response.headers.set("etag", '"' + plan.local.ufrag + '"');
  response.headers.set("cache-control", "no-store");
  const TurnOptions& turn = offer.here().options().turn;
  for (const std::string& link : ice_server_links(turn, plan.name, base::system_clock().wall()))
    response.headers.add("link", link);
  return response;
}

http::Response unanswerable(const base::Error& error) {
  bool malformed = error.code == base::Code::kMalformed || error.code == base::Code::kLimit;
  return http::Response::error(malformed ? 400 : 422, malformed ? "bad_offer" : "cannot_agree",
                               error.message());
}

}  // namespace

http::Response refusal(int status, std::string_view code, std::string_view message,
                       base::Duration retry_after) {
  auto seconds = std::chrono::ceil<std::chrono::seconds>(retry_after).count();
  return http::Response::error(status, code, message).header("retry-after", std::to_string(seconds));
}

bool refuse_offer(const OfferRequest& offer, io::AddressCensus::Place& place) {
  Shared& shared = *offer.shared;
  Statistics& statistics = *shared.statistics;
  Server& here = offer.here();
  http::Exchange exchange = offer.exchange;
  const Options& options = here.options();
  auto type = offer.request->header("content-type");
  if (type && !is_media_type(*type, "application/sdp")) {
    count(statistics.offers_refused);
    exchange.respond(http::Response::error(415, "not_sdp", "an offer is application/sdp")
                         .header("accept-post", "application/sdp"));
    return true;
  }
  if (here.draining() || is_saturated(shared, options)) {
    count(statistics.refused_busy);
    base::log::warning("webrtc.refused", {{"peer", offer.request->peer}, {"reason", "busy"}});
    exchange.respond(
        refusal(503, "busy", "the server has no room for a further session", options.retry_after));
    return true;
  }
  auto entered = shared.sessions_census.enter(offer.request->peer, options.sessions_per_address_max);
  if (!entered) {
    count(statistics.refused_address_limit);
    base::log::warning("webrtc.refused", {{"peer", offer.request->peer}, {"reason", "sessions per address"}});
    exchange.respond(refusal(429, "too_many_sessions", "this address has as many sessions as one may have",
                             options.retry_after));
    return true;
  }
  place = std::move(*entered);
  return false;
}

Local make_local(const OfferRequest& offer) {
  Shared& shared = *offer.shared;
  IceCredentials credentials = IceCredentials::make(loop_prefix(offer.here().index()));
  Local local;
  local.ufrag = std::move(credentials.ufrag);
  local.pwd = std::move(credentials.password);
  local.fingerprint = shared.dtls->certificate().fingerprint();
  local.candidates = shared.addresses.load()->candidates_for(offer.request->peer);
  local.session_id = random_u64() >> 2;  // JSEP: 63 bits at most, and it must not run out of them
  local.ssrc_base = random_u32();
  local.stream = offer.stream.text();
  return local;
}

void open_session(OfferRequest offer, io::AddressCensus::Place place, Local local,
                  base::Result<Negotiated> negotiated, media::TrackSet tracks,
                  std::vector<std::shared_ptr<void>> leases) {
  Shared& shared = *offer.shared;
  base::Result<Sha256> fingerprint = negotiated ? parse_fingerprint(negotiated->remote_fingerprint)
                                                : base::Result<Sha256>(negotiated.error());
  if (!fingerprint) {
    count(shared.statistics->offers_refused);
    base::log::info("webrtc.offer_refused", {{"stream", offer.stream.text()},
                                             {"role", role_name(offer.role)},
                                             {"peer", offer.request->peer},
                                             {"reason", fingerprint.error().message()}});
    return offer.exchange.respond(unanswerable(fingerprint.error()));
  }
  SessionPlan plan;
  plan.id = make_session_id(offer.here().index());
  plan.name = "webrtc-" + std::to_string(shared.next_session.fetch_add(1, std::memory_order_relaxed));
  plan.role = offer.role;
  plan.stream = offer.stream;
  plan.peer = offer.request->peer;
  plan.agent = offer.request->header("user-agent").value_or("").substr(0, 64);
  plan.local = std::move(local);
  plan.negotiated = std::move(*negotiated);
  plan.fingerprint = *fingerprint;
  plan.tracks = std::move(tracks);
  plan.leases = std::move(leases);
  plan.place = std::move(place);
  for (const std::string& what : plan.negotiated.left_out)
    base::log::info("webrtc.left_out", {{"session", plan.name}, {"what", what}});
  http::Response response = created(offer, plan);
  offer.here().add(std::move(plan));  // before the answer: its first check may come at once
  offer.exchange.respond(std::move(response));
}

}  // namespace eyas::webrtc
