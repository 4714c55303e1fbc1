// StaticFiles: a folder served as files, made for the web page.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "http/exchange.h"
#include "http/request.h"

namespace eyas::http {

struct StaticFilesOptions {
  std::string prefix = "/";  // the part of the path that is not part of the file's name
  std::string index = "index.html";
  // A path without a file gets the index when it has no extension, or when a browser navigates there (Accept
  // names text/html: names of streams may hold dots). Never below immutable_prefix and api_prefix.
  bool spa_fallback = true;
  std::string api_prefix = "/api/";
  std::string immutable_prefix = "/assets/";       // file names there hold a hash: cached for a year
  size_t cached_file_bytes_max = 4 * 1024 * 1024;  // larger files stay on disk and are read bit by bit
  size_t cache_bytes_max = 64 * 1024 * 1024;       // files beyond this sum stay on disk, too
  size_t files_max = 20'000;
  // For HTML only. Lets the page load media and open sockets at its own origin, and workers from blobs
  // (hls.js).
  std::string content_security_policy =
      "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; "
      "style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri "
      "'self'; "
      "form-action 'self'; object-src 'none'";
};

// The folder is listed and its small files are read once, at open(): what is not in that list cannot be
// named, and no loop waits for the disk for them. Links that lead out of the folder and names that begin with
// a dot are left out. Precompressed forms (`app.js.br`, `app.js.gz`) beside a file are sent to peers that
// accept them. Immutable after open(): thread-safe.
class StaticFiles {
 public:
  // Errors: the folder cannot be read, or holds more than `files_max` files.
  static base::Result<std::shared_ptr<StaticFiles>> open(const std::string& folder,
                                                         StaticFilesOptions options = {});
  virtual ~StaticFiles() = default;
  // Answers GET and HEAD: 200, 206, 304, 404 or 416. Use as a Handler: [files](auto r, auto x) {
  // files->serve(r, x); }
  virtual void serve(const RequestPtr& request, Exchange exchange) = 0;
};

}  // namespace eyas::http
