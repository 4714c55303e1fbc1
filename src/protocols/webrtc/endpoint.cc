#include "protocols/webrtc/endpoint.h"

#include "base/words.h"
#include "protocols/webrtc/options.h"

namespace eyas::webrtc {
namespace {

using http::Method;

// Answers what browsers ask before they may send an offer, and clients that ask what is taken here.
void answer_options(const http::Request& request, http::Exchange& exchange, std::string_view methods,
                    bool takes_offers) {
  http::Response response(204);
  response.headers.set("allow", methods);
  if (takes_offers) response.headers.set("accept-post", "application/sdp");
  if (request.header("access-control-request-method")) {
    // Without Access-Control-Allow-Origin, which the route's rule adds, these mean nothing to a browser.
    response.headers.set("access-control-allow-methods", methods);
    if (auto wanted = request.header("access-control-request-headers"))
      response.headers.set("access-control-allow-headers", *wanted);
    response.headers.set("access-control-max-age", "600");
  }
  exchange.respond(std::move(response));
}

http::Handler options_handler(std::string methods, bool takes_offers) {
  return [methods = std::move(methods), takes_offers](http::RequestPtr request, http::Exchange exchange) {
    answer_options(*request, exchange, methods, takes_offers);
  };
}

http::Handler offer_handler(Shared& shared, Role role, OfferRequest::Address address) {
  return [&shared, role, address](http::RequestPtr request, http::Exchange exchange) {
    base::Result<hub::StreamName> stream = stream_of(*request);
    if (!stream) return exchange.respond(http::Response::error(404, "not_found", stream.error().message()));
    OfferRequest offer{&shared, std::move(request), std::move(exchange), *stream, role, address};
    role == Role::kPublish ? answer_publisher(std::move(offer)) : answer_viewer(std::move(offer));
  };
}

struct Place {
  std::string endpoint;
  std::string session;  // the same as `endpoint` where the session is an argument
  OfferRequest::Address address;
};

void add_role(http::Router& router, Shared& shared, Role role, const Place& place) {
  // Publishing changes what others see: pages of other sites need http.cors_origins. Watching does not.
  http::RouteOptions rule{.cors = role == Role::kPublish ? http::Cors::kSameOrigin : http::Cors::kAny,
                          .body_bytes_max = kSdpBytesMax};
  bool apart = place.endpoint != place.session;
  router.add(Method::kPost, place.endpoint, offer_handler(shared, role, place.address), rule);
  router.add(Method::kOptions, place.endpoint,
             options_handler(apart ? "OPTIONS, POST" : "DELETE, OPTIONS, PATCH, POST", true), rule);
  router.add(
      Method::kPatch, place.session,
      [&shared, role](http::RequestPtr request, http::Exchange exchange) {
        patch_session(shared, role, request, std::move(exchange));
      },
      rule);
  router.add(
      Method::kDelete, place.session,
      [&shared, role](http::RequestPtr request, http::Exchange exchange) {
        delete_session(shared, role, request, std::move(exchange));
      },
      rule);
  if (apart)
    router.add(Method::kOptions, place.session, options_handler("DELETE, OPTIONS, PATCH", false), rule);
}

}  // namespace

base::Result<hub::StreamName> stream_of(const http::Request& request) {
  if (!request.param("app").empty())
    return hub::StreamName::parse(request.param("app"), request.param("name"));
  return hub::StreamName::parse(request.query_value("app").value_or(""),
                                request.query_value("stream").value_or(""));
}

bool is_media_type(std::string_view content_type, std::string_view type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  return base::same_word(content_type, type);
}

void add_routes(http::Router& router, Shared& shared) {
  using Address = OfferRequest::Address;
  for (Role role : {Role::kPublish, Role::kPlay}) {
    std::string word = role_name(role);
    add_role(router, shared, role,
             {"/{app}/{name}/" + word, "/{app}/{name}/" + word + "/{session}", Address::kPath});
    // DEVIATION: DJI docks (firmware 17.01.0506) refuse every address that does not match /rtc/v1/whip/.
    for (std::string path : {"/rtc/v1/" + word + "/", "/rtc/v1/" + word})
      add_role(router, shared, role, {path, path, Address::kQuery});
  }
  router.add(Method::kPost, "/{app}/{name}/whep/{session}/layer",
             [&shared](http::RequestPtr request, http::Exchange exchange) {
               select_layer(shared, request, std::move(exchange));
             },
             {.cors = http::Cors::kAny, .body_bytes_max = 1024});
}

}  // namespace eyas::webrtc
