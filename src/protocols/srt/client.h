// Client: pulls from and pushes to SRT peers: called, calling, or both at once (rendezvous).
#pragma once

#include <memory>

#include "protocols/srt/session.h"
#include "protocols/transfer.h"

namespace eyas::srt {

enum class CallMode : uint8_t { kCaller, kListener, kRendezvous };

// What a transfer's address and options ask for, judged.
struct Call {
  CallMode mode = CallMode::kCaller;
  SocketSettings settings;
  std::string adapter;  // our own address for a rendezvous; empty: any
};

// From the query of the URL as other SRT tools have it (mode, streamid, latency in ms, passphrase, adapter),
// or from the options of the same names, which win. Errors: kInvalidConfig naming the one that is wrong and
// what is allowed.
base::Result<Call> read_call(const base::Url& url, const protocols::TransferOptions& transfer,
                             const Options& options);

struct ClientServices {
  hub::Directory& directory;
  Poller& poller;
  Statistics& statistics;
  const Options& options;
  hub::Derivations* derivations = nullptr;  // null: nobody makes AAC of sound that cannot be carried
};

// `publishes`: a pull, which becomes a publisher here.
std::unique_ptr<protocols::Transfer> make_transfer(ClientServices services,
                                                   protocols::TransferRequest request, bool publishes);

}  // namespace eyas::srt
