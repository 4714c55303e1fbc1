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
  bool spa_fallback = true;                   // a path without a file and without an extension gets the index
  std::string immutable_prefix = "/assets/";  // file names there hold a hash: cached for a year
  size_t cached_file_bytes_max = 4 * 1024 * 1024;  // larger files are read from disk bit by bit
  size_t cache_bytes_max = 32 * 1024 * 1024;       // least recently used first out
  // For HTML only. Lets the page load media and open sockets at its own origin, and workers from blobs
  // (hls.js).
  std::string content_security_policy =
      "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; "
      "style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri "
      "'self'; "
      "form-action 'self'; object-src 'none'";
};

// Never serves anything outside its folder (openat2 with RESOLVE_BENEATH), nor files whose name begins with a
// dot. Thread-safe: one object may serve all loops.
class StaticFiles {
 public:
  // Errors: the folder cannot be opened.
  static base::Result<std::shared_ptr<StaticFiles>> open(const std::string& folder,
                                                         StaticFilesOptions options = {});
  virtual ~StaticFiles() = default;
  // Answers GET and HEAD: 200, 206, 304, 404 or 416. Use as a Handler: [files](auto r, auto x) {
  // files->serve(r, x); }
  virtual void serve(const RequestPtr& request, Exchange exchange) = 0;
};

}  // namespace eyas::http
