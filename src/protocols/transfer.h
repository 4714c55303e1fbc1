// Transfer: one attempt of ours to fetch a stream from somewhere (a pull) or to send one there (a push).
// Protocols make them; the sources room decides when, and tries again with backoff.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "base/url.h"
#include "hub/facts.h"
#include "hub/name.h"
#include "hub/stream.h"
#include "io/dial.h"
#include "io/loop.h"

namespace eyas::protocols {

enum class Direction : uint8_t { kPull, kPush };

// What the operator sets beside the URL, as the protocol's README lists: "transport" -> "tcp".
using TransferOptions = std::map<std::string, std::string>;

// What an http or https address means to us: "flv", "hls", "mjpeg", "ts", "whep" or "whip"; empty when
// nothing tells. The option `format` says it; without one the end of the path does: .flv, .m3u8, .mjpeg,
// .mjpg, .ts, /whep, /whip. Also empty for other schemes.
std::string_view http_format(const base::Url& url, const TransferOptions& options);

// Errors: kInvalidConfig naming an option that is not among `known`, and those that are.
base::Status check_options(const TransferOptions& options, std::initializer_list<std::string_view> known);

// TLS towards the host of `url`, by the options that every protocol over TLS knows: `tls_verify` ("true" or
// "false") and `tls_authority` (a PEM file). Errors: kInvalidConfig naming the option.
base::Result<io::DialTls> tls_towards(const base::Url& url, const TransferOptions& options);

// What the API shows of an attempt.
struct TransferFacts {
  std::string peer;        // "10.0.0.5:554"; empty while it connects
  std::string transport;   // "tcp", "udp", "tls", ...; empty while unknown
  uint64_t bytes = 0;      // of media, in the transfer's direction
  hub::Counters counters;  // a protocol's own: "rtt_us", "packets_lost", ...
};

// A peer that takes no answers of ours gets no hearing: with more than this pending it is not read from until
// it has taken all.
constexpr size_t kAnswersPendingMax = 64 * 1024;

// Lives on its loop. Its death ends it at once and says nothing more.
class Transfer {
 public:
  virtual ~Transfer() = default;
  virtual TransferFacts facts() const = 0;
};

struct TransferRequest {
  io::Loop& loop;
  io::Dialer& dialer;
  std::string session;  // identifies the attempt in logs and in the stream's publisher or reader
  base::Url url;        // may hold secrets: log url.shown()
  hub::StreamName stream;
  TransferOptions options;  // check_transfer() has judged them
  int rank = 0;             // of the publisher that a pull becomes

  // Once, when media flows: the next failure's backoff starts anew.
  base::UniqueFunction<void()> on_running;
  // Once, from the loop, never inside a call of ours, and nothing follows. The owner may destroy the transfer
  // here. A peer's regular end is an error too (kClosed).
  base::UniqueFunction<void(base::Error)> on_ended;
};

}  // namespace eyas::protocols
