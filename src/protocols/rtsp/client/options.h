// What a pull or a push may take, and every limit of ours as a client.
#pragma once

#include <cstdint>
#include <vector>

#include "base/option_schema.h"
#include "base/result.h"
#include "base/time.h"
#include "base/url.h"
#include "io/dial.h"
#include "protocols/protocol.h"
#include "protocols/rtsp/wire/message_reader.h"

namespace eyas::rtsp {

// How packets travel.
enum class PacketPath : uint8_t {
  kInterleaved,  // within the connection
  kUdp,          // to ports of ours
  kMulticast,    // to a group; pulls only
};
const char* path_name(PacketPath path);  // "tcp", "udp", "multicast", as the option says it

struct ClientOptions {
  base::Duration connect_timeout = std::chrono::seconds(10);      // name, TCP and TLS together
  base::Duration answer_timeout = std::chrono::seconds(10);       // of one request
  base::Duration media_timeout = std::chrono::seconds(10);        // without a packet, once it plays
  base::Duration first_packet_timeout = std::chrono::seconds(5);  // "auto": then the other transport's turn
  base::Duration keep_alive_max = std::chrono::seconds(30);  // sooner where the session's timeout asks it
  base::Duration stream_wait = std::chrono::seconds(10);     // of a push, for a stream that is not there yet
  MessageLimits message;
  size_t tracks_max = 16;  // of one description that are set up; further ones are left out
  unsigned redirects_max = 5;
};

// Binds the keys "rtsp.client_*" to `options`, which outlives the schema.
void describe(base::OptionSchema& schema, ClientOptions& options);

// What the URL and the operator's options make of one transfer.
struct TransferPlan {
  // At least one, in the order that they are tried. "auto", which is the default, is TCP, then UDP where the
  // peer refuses TCP or sends nothing over it.
  std::vector<PacketPath> paths;
  io::DialTls tls;  // without a server name: no TLS

  // Errors: kInvalidConfig naming the option and what is allowed.
  static base::Result<TransferPlan> of(const base::Url& url, const protocols::TransferOptions& options,
                                       bool push);
};

}  // namespace eyas::rtsp
