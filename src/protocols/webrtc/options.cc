#include "protocols/webrtc/options.h"

namespace eyas::webrtc {
namespace {

void describe_turn(base::OptionSchema& schema, TurnOptions& o) {
  schema
      .list("webrtc.turn.urls", o.urls,
            "TURN relays that peers are told, e.g. turn:relay.example:3478?transport=udp.")
      .reloadable = true;
  schema
      .text("webrtc.turn.secret", o.secret,
            "The relays' shared secret (coturn: use-auth-secret, static-auth-secret).")
      .reloadable = true;
  schema
      .number("webrtc.turn.ttl_s", o.ttl_s, 60, 7 * 24 * 3600,
              "How many seconds a peer's credentials for the relays are good for.")
      .reloadable = true;
}

void describe_sessions(base::OptionSchema& schema, Options& o) {
  schema
      .number("webrtc.sessions_max", o.sessions_max, 1, 1'000'000,
              "Sessions on one loop; further ones are answered 503.")
      .reloadable = true;
  schema
      .number("webrtc.sessions_per_address_max", o.sessions_per_address_max, 0, 1'000'000,
              "Sessions that one address may have, loopback excepted; 0: no limit.")
      .reloadable = true;
  schema
      .number("webrtc.busy_percent_max", o.busy_percent_max, 10, 100,
              "While a loop is busier than this, new sessions are answered 503; 100: never.")
      .reloadable = true;
  schema
      .milliseconds("webrtc.handshake_timeout_ms", o.handshake_timeout, 1000, 600'000,
                    "A session that has no keys by then is ended.")
      .reloadable = true;
  schema
      .milliseconds("webrtc.consent_timeout_ms", o.consent_timeout, 5000, 600'000,
                    "A session whose peer made no connectivity check for so long is ended.")
      .reloadable = true;
  schema
      .milliseconds("webrtc.derive_wait_ms", o.derive_wait, 0, 60'000,
                    "How long a viewer's answer waits for a track that has to be made for him first.")
      .reloadable = true;
  schema
      .milliseconds("webrtc.history_ms", o.history, 0, 10'000,
                    "How far back lost packets are sent again to a viewer.")
      .reloadable = true;
}

void describe_tcp(base::OptionSchema& schema, Options& o) {
  schema.truth("webrtc.tcp", o.tcp, "Whether media also goes over TCP, on the port number of webrtc.listen.");
  schema
      .number("webrtc.tcp_connections_max", o.tcp_connections_max, 1, 1'000'000,
              "TCP connections for media on one loop.")
      .reloadable = true;
  schema
      .number("webrtc.tcp_connections_per_address_max", o.tcp_connections_per_address_max, 0, 1'000'000,
              "TCP connections for media that one address may have, loopback excepted; 0: no limit.")
      .reloadable = true;
  schema
      .number("webrtc.tcp_pending_bytes_max", o.tcp_pending_bytes_max, 64 * 1024, 64 * 1024 * 1024,
              "Bytes that may wait for one TCP connection; packets beyond are dropped.")
      .reloadable = true;
  schema
      .milliseconds("webrtc.tcp_proof_timeout_ms", o.tcp_proof_timeout, 500, 600'000,
                    "A TCP connection that has not shown by then which session it belongs to is closed.")
      .reloadable = true;
}

}  // namespace

void describe(base::OptionSchema& schema, Options& o) {
  schema.address("webrtc.listen", o.listen,
                 "Where media is sent and received: UDP, and TCP on the same port.");
  schema
      .list("webrtc.addresses", o.addresses,
            "Addresses that peers are told: numbers, names, NETWORK/BITS=ADDRESS, auto; empty: the "
            "interfaces'.")
      .reloadable = true;
  schema.text("webrtc.certificate", o.certificate,
              "PEM file of the DTLS key and certificate, made when missing; empty: webrtc.pem in --data.");
  schema.truth("webrtc.keep_sei", o.keep_sei,
               "Whether viewers get SEI messages; those of DJI freeze browsers.");
  schema
      .choice("webrtc.second_publisher", o.second_publisher, {"refuse", "takeover"},
              "What happens to one who publishes a name that is on air.")
      .reloadable = true;
  schema
      .milliseconds(
          "webrtc.keyframe_interval_ms", o.keyframe_interval, 0, 600'000,
          "A publisher that made no keyframe for so long is asked for one; 0: only when one is needed.")
      .reloadable = true;
  describe_turn(schema, o.turn);
  describe_sessions(schema, o);
  describe_tcp(schema, o);
}

}  // namespace eyas::webrtc
