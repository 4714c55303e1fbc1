#include "protocols/mpegts_udp/target.h"

#include "base/number.h"

namespace eyas::mpegts_udp {
namespace {

using base::Code;
using base::Error;
using protocols::TransferOptions;

Error invalid(const char* context, std::string detail) {
  return {Code::kInvalidConfig, context, std::move(detail)};
}

std::optional<std::string> setting(const base::Url& url, const TransferOptions& options,
                                   const std::string& name) {
  if (auto found = options.find(name); found != options.end()) return found->second;
  return url.parameter(name);
}

base::Result<unsigned> number(const base::Url& url, const TransferOptions& options, const std::string& name,
                              unsigned least, unsigned most, unsigned otherwise) {
  auto text = setting(url, options, name);
  if (!text) return otherwise;
  unsigned value = 0;
  if (!base::read_number(*text, value) || value < least || value > most) {
    return invalid("mpegts: an option is a whole number",
                   name + "=" + *text + ", from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

base::Result<io::Endpoint> endpoint(const std::string& host, uint16_t port) {
  bool v6 = host.find(':') != std::string::npos;
  return io::Endpoint::parse((v6 ? "[" + host + "]" : host) + ":" + std::to_string(port));
}

// Where datagrams come in: numbers only, for nothing is dialled and a name says not which address is ours.
base::Result<io::MulticastGroup> listening(const base::Url& url, const TransferOptions& options) {
  if (url.host.empty() || url.port == 0) {
    return invalid("mpegts: a pull of datagrams needs address and port",
                   "such as udp://239.1.1.1:5000, or "
                   "udp://0.0.0.0:5000 for every interface");
  }
  auto at = endpoint(url.host, url.port);
  if (!at) return invalid("mpegts: an address of this machine or a group", url.host);
  io::MulticastGroup group{*at, std::nullopt, setting(url, options, "interface").value_or("")};
  if (auto source = setting(url, options, "source")) {
    auto from = endpoint(*source, 0);
    if (!from || from->is_v6() != at->is_v6())
      return invalid("mpegts: source is an address of the same family", *source);
    group.source = *from;
  }
  return group;
}

base::Status check_host(const base::Url& url) {
  if (!url.host.empty() && url.port != 0) return {};
  return invalid("mpegts: the address needs host and port", url.scheme + "://host:port");
}

}  // namespace

const char* carrier_name(Carrier carrier) {
  switch (carrier) {
    case Carrier::kUdp:
      return "udp";
    case Carrier::kRtp:
      return "rtp";
    case Carrier::kTcp:
      return "tcp";
    case Carrier::kHttp:
      break;
  }
  return "http";
}

std::optional<Carrier> carrier_of(const base::Url& url, const TransferOptions& options) {
  if (url.scheme == "udp") return Carrier::kUdp;
  if (url.scheme == "rtp") return Carrier::kRtp;
  if (url.scheme == "tcp") return Carrier::kTcp;
  if (protocols::http_format(url, options) == "ts") return Carrier::kHttp;
  return std::nullopt;
}

base::Result<PullTarget> pull_target(const base::Url& url, const TransferOptions& options) {
  auto carrier = carrier_of(url, options);
  if (!carrier) return Error{Code::kUnsupported, "mpegts: not an address of ours", url.scheme};
  PullTarget target;
  target.carrier = *carrier;
  auto programme = number(url, options, "programme", 1, 0xFFFF, 0);
  if (!programme) return programme.error();
  target.programme = static_cast<uint16_t>(*programme);
  base::Status known;
  switch (*carrier) {
    case Carrier::kUdp:
    case Carrier::kRtp: {
      known = protocols::check_options(options, {"interface", "programme", "source"});
      auto at = listening(url, options);
      if (!at) return at.error();
      target.at = std::move(*at);
      break;
    }
    case Carrier::kTcp:
      known = protocols::check_options(options, {"programme"});
      if (known) known = check_host(url);
      break;
    case Carrier::kHttp:
      known = protocols::check_options(options, {"format", "programme", "tls_authority", "tls_verify"});
      if (auto tls = protocols::tls_towards(url, options); known && !tls) return tls.error();
      break;
  }
  if (!known) return known.error();
  return target;
}

base::Result<PushTarget> push_target(const base::Url& url, const TransferOptions& options) {
  auto carrier = carrier_of(url, options);
  if (!carrier || *carrier == Carrier::kHttp)
    return Error{Code::kUnsupported, "mpegts: nothing to push to", url.scheme};
  bool datagrams = *carrier != Carrier::kTcp;
  base::Status known = datagrams ? protocols::check_options(options, {"interface", "ttl"})
                                 : protocols::check_options(options, {});
  if (known) known = check_host(url);
  if (!known) return known.error();
  PushTarget target;
  target.carrier = *carrier;
  auto hops = number(url, options, "ttl", 1, 255, 1);
  if (!hops) return hops.error();
  target.hops = *hops;
  target.interface = setting(url, options, "interface").value_or("");
  return target;
}

}  // namespace eyas::mpegts_udp
