#include "protocols/rtsp/options.h"

#include "base/number.h"
#include "protocols/rtsp/multicast_range.h"

namespace eyas::rtsp {
namespace {

constexpr int64_t kKiB = 1024;

void describe_limits(base::OptionSchema& schema, Options& o) {
  schema.number("rtsp.head_bytes_max", o.message.head_bytes_max, kKiB, 1024 * kKiB,
                "Bytes of a message's first line and headers.");
  schema.number("rtsp.body_bytes_max", o.message.body_bytes_max, kKiB, 1024 * kKiB,
                "Bytes of a message's body, and so of a description.");
  schema.number("rtsp.requests_per_second_max", o.requests_per_second_max, 5, 10'000,
                "Requests that one connection may send in a second.");
  schema.number("rtsp.login_attempts_max", o.login_attempts_max, 1, 1000,
                "Wrong logins after which a connection is closed.");
  schema
      .number("rtsp.connections_per_address_max", o.connections_per_address_max, 0, 1'000'000,
              "Connections that one address may have, loopback excepted; 0: no limit.")
      .reloadable = true;
}

void describe_multicast(base::OptionSchema& schema, Options& o) {
  schema.text("rtsp.multicast.range", o.multicast_range,
              "IPv4 multicast addresses for streams, such as 239.255.42.0/24; empty: no multicast.");
  schema.text("rtsp.multicast.interface", o.multicast_interface,
              "The address of ours that multicast leaves from; empty: the system chooses.");
  schema.number("rtsp.multicast.port", o.multicast_port, 1024, 65'534,
                "Port of RTP in each group; the next one is RTCP's.");
  schema.number("rtsp.multicast.ttl", o.multicast_ttl, 0, 255,
                "How many routers multicast may pass, and one.");
}

bool read_port(std::string_view text, uint16_t& port) {
  return base::read_number(text, port) && port >= 1024;
}

}  // namespace

void describe(base::OptionSchema& schema, Options& o) {
  schema.address("rtsp.listen", o.listen, "Where RTSP is served.");
  schema.address("rtsps.listen", o.tls_listen,
                 "Where RTSP over TLS is served; needs the certificate of https.");
  schema.text("rtsp.udp_ports", o.udp_ports,
              "Ports for RTP and RTCP over UDP, two for each loop: \"20000-20199\"; empty: no UDP.");
  schema.text("rtsp.user", o.user, "The user that publishers and players must name; empty: everybody may.");
  schema.text("rtsp.password", o.password, "That user's password.");
  schema
      .choice("rtsp.second_publisher", o.second_publisher, {"refuse", "takeover"},
              "What happens to one who publishes a name that is on air.")
      .reloadable = true;
  schema
      .milliseconds("rtsp.play_wait_ms", o.play_wait, 0, 600'000,
                    "How long a player waits for a stream that is not there yet.")
      .reloadable = true;
  schema.milliseconds("rtsp.session_timeout_ms", o.session_timeout, 2000, 3'600'000,
                      "A session from which nothing is heard for so long is closed.");
  schema.milliseconds("rtsp.reorder_ms", o.receiver.disorder_max, 0, 2000,
                      "How long a publisher's packets over UDP are waited for when later ones have come.");
  describe_multicast(schema, o);
  describe_limits(schema, o);
}

base::Result<PortRange> parse_port_range(const std::string& text) {
  PortRange range;
  size_t dash = text.find('-');
  bool read = dash != std::string::npos && read_port(std::string_view(text).substr(0, dash), range.first) &&
              read_port(std::string_view(text).substr(dash + 1), range.last);
  if (!read || range.last <= range.first)
    return base::Error{base::Code::kInvalidConfig, "rtsp.udp_ports",
                       "'" + text + "': two ports from 1024 up, as in 20000-20199"};
  return range;
}

base::Status check(const Options& options) {
  if (!options.udp_ports.empty()) {
    if (auto range = parse_port_range(options.udp_ports); !range) return range.error();
  }
  if (!options.multicast_range.empty()) {
    if (auto range = MulticastRange::parse(options.multicast_range); !range) return range.error();
  }
  if (options.user.empty() && !options.password.empty())
    return base::Error{base::Code::kInvalidConfig, "rtsp.password", "needs rtsp.user"};
  return {};
}

}  // namespace eyas::rtsp
