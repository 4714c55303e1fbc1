// RTSP as the client: pulls and pushes. The only header of this folder that the protocol includes.
#pragma once

#include <memory>

#include "hub/directory.h"
#include "protocols/protocol.h"
#include "protocols/rtsp/client/options.h"
#include "protocols/rtsp/client/statistics.h"
#include "protocols/rtsp/stream_receiver.h"

namespace eyas::rtsp {

// What the transfers of one protocol share. Outlives them.
struct ClientServices {
  hub::Directory& directory;
  const ClientOptions& options;
  const ReceiverOptions& receiver;
  ClientStatistics& statistics;
  hub::Pictures* pictures = nullptr;  // who makes video of JPEG; null: nobody
};

// One attempt to play `request.url` and to publish it as `request.stream`.
std::unique_ptr<protocols::Transfer> make_pull(protocols::TransferRequest request, ClientServices services);
// One attempt to send `request.stream` there.
std::unique_ptr<protocols::Transfer> make_push(protocols::TransferRequest request, ClientServices services);

}  // namespace eyas::rtsp
