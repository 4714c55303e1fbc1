// The HTTP side: WHIP [RFC 9725] and WHEP (draft-ietf-wish-whep): offers in, answers out, and what may be
// done to a session afterwards.
#pragma once

#include <memory>
#include <string>

#include "http/router.h"
#include "protocols/webrtc/server.h"

namespace eyas::webrtc {

// Registers every route. `shared` and its servers outlive the HTTP servers.
void add_routes(http::Router& router, Shared& shared);

// One offer on its way to an answer. Copied into the callbacks that it waits for; lives on its connection's
// loop.
struct OfferRequest {
  // Where the session's own address lies.
  enum class Address : uint8_t {
    kPath,   // /live/alpha/whip/<id>
    kQuery,  // /rtc/v1/whip/?app=live&stream=alpha&session=<id>
  };

  Shared* shared;
  http::RequestPtr request;
  http::Exchange exchange;
  hub::StreamName stream;
  Role role;
  Address address = Address::kPath;

  // The server of the connection's loop, where the session is made.
  Server& here() const { return shared->on(exchange.executor()); }
};

// whip.cc: somebody who wants to publish.
void answer_publisher(OfferRequest offer);
// whep.cc: somebody who wants to watch.
void answer_viewer(OfferRequest offer);

// offer.cc.
// Answers an offer that cannot be taken whoever sends it, and says so: the form of the request, the server's
// load, the peer's number of sessions. `place` is the peer's, to be kept by the session.
bool refuse_offer(const OfferRequest& offer, io::AddressCensus::Place& place);
// What we say of ourselves to this peer.
Local make_local(const OfferRequest& offer);
// Makes the session and answers 201; or says why the offer cannot be answered: 400, 422.
void open_session(OfferRequest offer, io::AddressCensus::Place place, Local local,
                  base::Result<Negotiated> negotiated, media::TrackSet tracks = {},
                  std::vector<std::shared_ptr<void>> leases = {});
http::Response refusal(int status, std::string_view code, std::string_view message,
                       base::Duration retry_after);

// resource.cc: PATCH, DELETE and the layer of a session, named by the request's path or query.
void patch_session(Shared& shared, Role role, const http::RequestPtr& request, http::Exchange exchange);
void delete_session(Shared& shared, Role role, const http::RequestPtr& request, http::Exchange exchange);
void select_layer(Shared& shared, const http::RequestPtr& request, http::Exchange exchange);

// The stream that a request names by {app}/{name} or by ?app=&stream=.
base::Result<hub::StreamName> stream_of(const http::Request& request);
// Whether a Content-Type is that type, whatever its parameters.
bool is_media_type(std::string_view content_type, std::string_view type);

}  // namespace eyas::webrtc
