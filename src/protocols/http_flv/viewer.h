// Viewer: one peer that watches a stream as FLV.
#pragma once

#include <memory>
#include <string>

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
  Viewer(const Options& options, Statistics& statistics, http::RequestPtr request, http::Exchange exchange,
         std::string stream);
  ~Viewer();

  // Finds the stream, then answers; 404 when it is not there.
  void start(hub::Directory& directory, const hub::StreamName& name);
  // Sends what there is, through an output that the caller chose.
  void play(hub::Reader<flv::Format> reader, std::unique_ptr<Output> output);
  // The reader has more.
  void wake();

  const std::string& session() const { return session_; }

 private:
  void answer(base::Result<hub::Reader<flv::Format>> reader);
  void pump();
  bool gather();
  void finish(const char* reason);

  const Options& options_;
  Statistics& statistics_;
  http::RequestPtr request_;
  http::Exchange exchange_;
  io::Executor& executor_;
  std::string stream_;
  std::string session_;
  std::unique_ptr<Output> output_;
  hub::Reader<flv::Format> reader_;
  bool started_ = false;  // the file header went out
  bool over_ = false;
  std::shared_ptr<Viewer> self_;  // while it plays
  io::Timer delayed_;             // armed while max_send_delay holds units back
};

}  // namespace eyas::http_flv
