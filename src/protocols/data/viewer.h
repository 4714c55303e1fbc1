// Viewer: one peer that reads the data tracks of a stream.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/exchange.h"
#include "http/request.h"
#include "hub/directory.h"
#include "protocols/data/data.h"
#include "protocols/data/line_format.h"
#include "protocols/data/output.h"

namespace eyas::data {

// The `track` argument; nullopt without one: all tracks. Errors: kMalformed.
base::Result<std::optional<media::TrackId>> wanted_track(std::optional<std::string_view> argument);

// Pulls from its reader only when its output has nothing pending, so it never owns a queue of lines. Kept
// alive by the callbacks of its output, which end with the peer or the stream. Lives on its connection's
// loop.
class Viewer : public std::enable_shared_from_this<Viewer> {
 public:
  using Reader = hub::Reader<LineFormat>;

  Viewer(const Parts& parts, http::RequestPtr request, http::Exchange exchange, hub::StreamName name,
         std::optional<media::TrackId> track);

  // Finds the stream, then answers; 404 when it is not there.
  void start();

 private:
  void answer(base::Result<Reader> reader);
  void play(Reader reader, std::unique_ptr<Output> output);
  void pump();
  void finish(const char* reason);

  const Parts parts_;
  http::RequestPtr request_;
  http::Exchange exchange_;
  io::Executor& executor_;
  hub::StreamName name_;
  const std::optional<media::TrackId> track_;
  std::string session_;
  std::unique_ptr<Output> output_;
  Reader reader_;
  bool over_ = false;
  std::shared_ptr<Viewer> self_;  // while it plays
};

}  // namespace eyas::data
