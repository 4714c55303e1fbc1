// Viewer: one peer that watches a stream as an MPEG transport stream over HTTP.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/exchange.h"
#include "http/request.h"
#include "protocols/mpegts_udp/mpegts_udp.h"
#include "protocols/ts_playback.h"

namespace eyas::mpegts_udp {

// Pulls from its reader only when its body has nothing pending, so it never owns a queue of frames. Kept
// alive by the callbacks of its body, which end with the peer or the stream. Lives on its connection's loop.
class Viewer : public std::enable_shared_from_this<Viewer> {
 public:
  Viewer(const Parts& parts, http::RequestPtr request, http::Exchange exchange, hub::StreamName name);

  // Finds the stream, then answers; 404 when it is not there.
  void start();

 private:
  void answer(base::Result<protocols::TsPlayback::Reader> reader);
  void play();
  void pump();
  bool gather();
  void finish(const char* reason);

  Parts parts_;
  http::RequestPtr request_;
  http::Exchange exchange_;
  io::Executor& executor_;
  hub::StreamName name_;
  std::string session_;
  http::BodyStream body_;
  protocols::TsPlayback playback_;
  std::vector<base::Slice> slices_;
  bool over_ = false;
  std::shared_ptr<Viewer> self_;  // while it plays
};

}  // namespace eyas::mpegts_udp
