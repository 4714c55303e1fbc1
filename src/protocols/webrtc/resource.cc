// What may be done to a session by whoever knows its address: trickle and restart [RFC 9725 4.3], end it
// [RFC 9725 4.4], choose its layer.
#include <charconv>
#include <nlohmann/json.hpp>

#include "protocols/webrtc/endpoint.h"
#include "protocols/webrtc/identifiers.h"
#include "protocols/webrtc/negotiation/ice_fragment.h"

namespace eyas::webrtc {
namespace {

http::Response no_such_session() {
  return http::Response::error(404, "not_found", "no such session");
}

std::string session_id_of(const http::Request& request) {
  std::string_view id = request.param("session");
  return std::string(id.empty() ? request.query_value("session").value_or("") : id);
}

// Runs `use` on the session's loop and answers with what it says on the connection's; 404 when there is no
// such session of that role and stream.
void with_named_session(Shared& shared, Role role, const http::RequestPtr& request, http::Exchange exchange,
                        base::UniqueFunction<http::Response(Session&)> use) {
  base::Result<hub::StreamName> stream = stream_of(*request);
  if (!stream) return exchange.respond(no_such_session());
  Server::with_session(
      shared, session_id_of(*request),
      [role, stream = *stream, exchange, use = std::move(use)](Session* session) mutable {
        bool found = session != nullptr && session->role() == role && session->stream() == stream;
        http::Response response = found ? use(*session) : no_such_session();
        io::Executor& executor = exchange.executor();
        executor.post([exchange = std::move(exchange), response = std::move(response)]() mutable {
          exchange.respond(std::move(response));
        });
      });
}

http::Response restarted(Session& session, const IceFragment& fragment) {
  size_t home = *loop_of(session.id());
  std::string answer = session.restart(fragment, IceCredentials::make(loop_prefix(home)));
  http::Response response = http::Response::bytes(kIceFragmentType, base::Slice::copy_of(answer));
  response.compressible = false;
  response.headers.set("etag", session.etag());
  return response;
}

http::Response patch(Session& session, const IceFragment& fragment, const std::string& if_match) {
  bool any = if_match == "*";
  if (!any && if_match != session.etag())
    return http::Response::error(412, "another_ice_session",
                                 "If-Match names another ICE session than the present");
  const IceCredentials& remote = session.ice().remote();
  bool restarts = !fragment.ufrag.empty() && !fragment.pwd.empty() &&
                  (fragment.ufrag != remote.ufrag || fragment.pwd != remote.password);
  // A peer's candidates tell us nothing that its checks will not: we never make checks of our own.
  if (!restarts) return http::Response(204).header("etag", session.etag());
  return restarted(session, fragment);
}

// {"layer": 0} or {"layer": null}, which lets the path decide.
base::Result<std::optional<uint8_t>> layer_of(base::Bytes body) {
  constexpr unsigned kLayersMax = 8;
  auto json = nlohmann::json::parse(body.begin(), body.end(), nullptr, false);
  if (json.is_object() && json.contains("layer")) {
    const auto& layer = json["layer"];
    if (layer.is_null()) return std::optional<uint8_t>();
    if (layer.is_number_unsigned() && layer.get<unsigned>() < kLayersMax)
      return std::optional(static_cast<uint8_t>(layer.get<unsigned>()));
  }
  return base::Error{base::Code::kMalformed, "want {\"layer\": 0 to 7, or null}", {}};
}

}  // namespace

void patch_session(Shared& shared, Role role, const http::RequestPtr& request, http::Exchange exchange) {
  if (!is_media_type(request->header("content-type").value_or(""), kIceFragmentType)) {
    return exchange.respond(
        http::Response::error(415, "not_a_fragment", "want application/trickle-ice-sdpfrag")
            .header("accept-patch", kIceFragmentType));
  }
  auto if_match = request->header("if-match");
  if (!if_match) {
    return exchange.respond(http::Response::error(428, "if_match_missing",
                                                  "If-Match must name the ICE session, or * to restart it"));
  }
  base::Result<IceFragment> fragment = parse_ice_fragment(base::as_text(request->body));
  if (!fragment)
    return exchange.respond(http::Response::error(400, "bad_fragment", fragment.error().message()));
  with_named_session(shared, role, request, std::move(exchange),
                     [fragment = std::move(*fragment), if_match = std::string(*if_match)](Session& session) {
                       return patch(session, fragment, if_match);
                     });
}

void delete_session(Shared& shared, Role role, const http::RequestPtr& request, http::Exchange exchange) {
  with_named_session(shared, role, request, std::move(exchange), [](Session& session) {
    session.end({base::Code::kClosed, "ended by its peer", {}});
    return http::Response(200);
  });
}

void select_layer(Shared& shared, const http::RequestPtr& request, http::Exchange exchange) {
  base::Result<std::optional<uint8_t>> layer = layer_of(request->body);
  if (!layer) return exchange.respond(http::Response::error(400, "bad_layer", layer.error().message()));
  with_named_session(shared, Role::kPlay, request, std::move(exchange), [layer = *layer](Session& session) {
    base::Status selected = session.select_layer(layer);
    return selected ? http::Response(204)
                    : http::Response::error(409, "cannot_select", selected.error().message());
  });
}

}  // namespace eyas::webrtc
