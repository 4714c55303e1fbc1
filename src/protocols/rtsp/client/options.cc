#include "protocols/rtsp/client/options.h"

#include <string>

namespace eyas::rtsp {
namespace {

base::Error invalid(const char* what, const std::string& value) {
  return {base::Code::kInvalidConfig, what, value};
}

// Empty when the name is none.
std::vector<PacketPath> paths_named(const std::string& name, bool tls, bool push) {
  if (name == "auto" && (tls || push)) return {PacketPath::kInterleaved};
  if (name == "auto") return {PacketPath::kInterleaved, PacketPath::kUdp};
  if (name == "tcp") return {PacketPath::kInterleaved};
  if (name == "udp" && !tls && !push) return {PacketPath::kUdp};
  if (name == "multicast" && !tls && !push) return {PacketPath::kMulticast};
  return {};
}

}  // namespace

const char* path_name(PacketPath path) {
  switch (path) {
    case PacketPath::kInterleaved:
      return "tcp";
    case PacketPath::kUdp:
      return "udp";
    case PacketPath::kMulticast:
      break;
  }
  return "multicast";
}

void describe(base::OptionSchema& schema, ClientOptions& o) {
  schema.milliseconds("rtsp.client_connect_timeout_ms", o.connect_timeout, 100, 600'000,
                      "How long a pull or push may take to connect.");
  schema.milliseconds("rtsp.client_answer_timeout_ms", o.answer_timeout, 100, 600'000,
                      "How long a server may take to answer one of our requests.");
  schema.milliseconds("rtsp.client_media_timeout_ms", o.media_timeout, 500, 3'600'000,
                      "A pull to which no packet comes for so long is ended.");
  schema.milliseconds("rtsp.client_first_packet_timeout_ms", o.first_packet_timeout, 100, 600'000,
                      "With transport auto: how long packets may keep us waiting before the other is tried.");
}

base::Result<TransferPlan> TransferPlan::of(const base::Url& url, const protocols::TransferOptions& options,
                                            bool push) {
  if (auto known = protocols::check_options(options, {"transport", "tls_verify", "tls_authority"}); !known)
    return known.error();
  if (url.host.empty()) return invalid("rtsp: the address names no host", url.shown());
  bool tls = url.scheme == "rtsps";
  auto said = options.find("transport");
  std::string name = said == options.end() ? "auto" : said->second;
  TransferPlan plan;
  plan.paths = paths_named(name, tls, push);
  if (plan.paths.empty()) {
    // Over TLS packets stay within the connection: nothing else keeps them secret.
    return invalid(tls    ? "transport: auto or tcp over rtsps"
                   : push ? "transport: auto or tcp of a push"
                          : "transport: auto, tcp, udp or multicast",
                   name);
  }
  if (!tls) return plan;
  auto towards = protocols::tls_towards(url, options);
  if (!towards) return towards.error();
  plan.tls = *std::move(towards);
  return plan;
}

}  // namespace eyas::rtsp
