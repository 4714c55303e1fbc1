// Viewer: one peer that watches a stream as FLV.
#pragma once

#include <memory>
#include <string>

#include "container/flv/common_format.h"
#include "http/exchange.h"
#include "http/request.h"
#include "hub/directory.h"
#include "protocols/http_flv/http_flv.h"
#include "protocols/http_flv/output.h"

namespace eyas::http_flv {

// Pulls from its reader only when its output has nothing pending, so it never owns a queue of frames. Kept
// alive by the callbacks of its output, which end with the peer or the stream. Lives on its connection's
// loop.
class Viewer : public std::enable_shared_from_this<Viewer> {
 public:
  using Reader = hub::Reader<flv::CommonFormat>;

  Viewer(const Parts& parts, http::RequestPtr request, http::Exchange exchange, hub::StreamName name);
  ~Viewer();

  // Finds the stream, then answers; 404 when it is not there.
  void start();
  // Sends what there is, through an output that the caller chose.
  void play(Reader reader, std::unique_ptr<Output> output);
  // The reader has more.
  void wake();

  const std::string& session() const { return session_; }

 private:
  void answer(base::Result<Reader> reader);
  void pump();
  bool gather();
  void finish(const char* reason);

  const Parts parts_;
  http::RequestPtr request_;
  http::Exchange exchange_;
  io::Executor& executor_;
  hub::StreamName name_;
  std::string session_;
  std::unique_ptr<Output> output_;
  Reader reader_;
  hub::Derivations::Lease aac_;  // of the stream's sound, when that is in what a player may not know
  bool started_ = false;         // the file header went out
  bool over_ = false;
  std::shared_ptr<Viewer> self_;  // while it plays
  io::Timer delayed_;             // armed while max_send_delay holds units back
};

}  // namespace eyas::http_flv
