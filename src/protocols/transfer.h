// Transfer: one attempt of ours to fetch a stream from somewhere (a pull) or to send one there (a push).
// Protocols make them; the sources room decides when, and tries again with backoff.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "base/url.h"
#include "hub/facts.h"
#include "hub/name.h"
#include "hub/stream.h"
#include "io/dial.h"
#include "io/loop.h"

namespace eyas::protocols {

// What the API shows of an attempt.
struct TransferFacts {
  std::string peer;        // "10.0.0.5:554"; empty while it connects
  std::string transport;   // "tcp", "udp", "tls", ...; empty while unknown
  uint64_t bytes = 0;      // of media, in the transfer's direction
  hub::Counters counters;  // a protocol's own: "rtt_us", "packets_lost", ...
};

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
  // What the operator set beside the URL, as the protocol's README lists: "transport" -> "tcp".
  // check_transfer() has judged them.
  std::map<std::string, std::string> options;
  int rank = 0;  // of the publisher that a pull becomes

  // Once, when media flows: the next failure's backoff starts anew.
  base::UniqueFunction<void()> on_running;
  // Once, from the loop, never inside a call of ours, and nothing follows. The owner may destroy the transfer
  // here. A peer's regular end is an error too (kClosed).
  base::UniqueFunction<void(base::Error)> on_ended;
};

}  // namespace eyas::protocols
