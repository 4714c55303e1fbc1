#include "http/static_files.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>

#include "base/memory_file.h"
#include "http/reply.h"

namespace eyas::http {
namespace {

constexpr size_t kReadBytes = 256 * 1024;  // of a file on disk, per step

// A descriptor that closes itself.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Opens a file of the folder; neither ".." nor a link leads out of it.
File open_beneath(int folder, const std::string& name) {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return File(static_cast<int>(::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how)));
}

std::string_view content_type(std::string_view name) {
  struct Type {
    std::string_view extension, type;
  };
  static constexpr std::array<Type, 25> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".webp", "image/webp"},
      {".avif", "image/avif"},
      {".gif", "image/gif"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".woff", "font/woff"},
      {".ttf", "font/ttf"},
      {".wasm", "application/wasm"},
      {".txt", "text/plain; charset=utf-8"},
      {".xml", "application/xml"},
      {".mp4", "video/mp4"},
      {".m3u8", "application/vnd.apple.mpegurl"},
      {".pdf", "application/pdf"},
      {".glb", "model/gltf-binary"},
  }};
  for (const Type& type : kTypes) {
    if (name.ends_with(type.extension)) return type.type;
  }
  return "application/octet-stream";
}

// A file as it was when the folder was listed.
struct Entry {
  std::string name;  // below the folder
  uint64_t size = 0;
  std::string etag;
  std::string modified;
  bool cached = false;
  base::Slice bytes;  // when cached
};

std::string etag_of(const struct stat& facts) {
  char text[64];
  std::snprintf(text, sizeof text, "\"%llx-%llx\"", static_cast<unsigned long long>(facts.st_size),
                static_cast<unsigned long long>(facts.st_mtim.tv_sec) * 1'000'000'000ULL +
                    static_cast<unsigned long long>(facts.st_mtim.tv_nsec));
  return text;
}

bool read_whole(int fd, uint64_t size, base::Slice& into) {
  std::vector<uint8_t> bytes(size);
  for (size_t done = 0; done < bytes.size();) {
    ssize_t count = ::pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count <= 0) return false;
    done += static_cast<size_t>(count);
  }
  into = base::Slice(std::move(bytes));
  return true;
}

// Sends a part of a file that stays on disk. Owns itself through its callbacks; lives on its exchange's loop.
class FileBody : public std::enable_shared_from_this<FileBody> {
 public:
  FileBody(File file, uint64_t first, uint64_t count, BodyStream body)
      : file_(std::move(file)), at_(first), left_(count), body_(std::move(body)) {}

  void start() {
    body_.on_drained([self = shared_from_this()] { self->pump(); });
    body_.on_closed([self = shared_from_this()] { self->body_.reset(); });
    pump();
  }

 private:
  void pump() {
    while (left_ > 0) {
      std::vector<uint8_t> bytes(std::min<uint64_t>(left_, kReadBytes));
      ssize_t count = ::pread(file_.fd(), bytes.data(), bytes.size(), static_cast<off_t>(at_));
      if (count <= 0) return body_.reset();  // the file shrank: the peer must not take this for the whole
      bytes.resize(static_cast<size_t>(count));
      at_ += static_cast<uint64_t>(count);
      left_ -= static_cast<uint64_t>(count);
      size_t pending = body_.send(base::Slice(std::move(bytes)));
      if (!body_.open() || (pending > 0 && left_ > 0)) return;
    }
    body_.finish();
  }

  File file_;
  uint64_t at_;
  uint64_t left_;
  BodyStream body_;
};

class Folder final : public StaticFiles {
 public:
  Folder(File root, StaticFilesOptions options) : root_(std::move(root)), options_(std::move(options)) {}

  base::Status list(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    std::error_code failed;
    fs::recursive_directory_iterator at(folder, failed), end;
    for (; !failed && at != end; at.increment(failed)) {
      std::string name = at->path().filename().string();
      if (name.starts_with('.')) {
        at.disable_recursion_pending();
      } else if (!at->is_directory(failed)) {
        if (files_.size() >= options_.files_max)
          return base::Error{base::Code::kLimit, "static files: count", {}};
        add(at->path().lexically_relative(folder).string());
      }
    }
    if (failed) return base::Error{base::Code::kSystem, "static files: folder", failed.message()};
    return {};
  }

  void serve(const RequestPtr& request, Exchange exchange) override {
    const Entry* entry = find(*request);
    if (!entry) return exchange.respond(Response::error(404, "not_found", "nothing is at " + request->path));
    auto [sent, coding] = preferred(*entry, *request);
    Headers headers = headers_for(*entry, *sent, coding);
    if (!sent->cached) return serve_from_disk(*request, *sent, std::move(headers), std::move(exchange));
    Response response;
    response.headers = std::move(headers);
    response.compressible = coding.empty();
    response.ranges = coding.empty() && request->header("range").has_value();
    if (!sent->bytes.empty()) response.body.push_back(sent->bytes);
    exchange.respond(std::move(response));
  }

 private:
  void add(const std::string& name) {
    File file = open_beneath(root_.fd(), name);
    struct stat facts {};
    if (!file.ok() || ::fstat(file.fd(), &facts) != 0 || !S_ISREG(facts.st_mode)) return;
    Entry entry;
    entry.name = name;
    entry.size = static_cast<uint64_t>(facts.st_size);
    entry.etag = etag_of(facts);
    entry.modified = http_date(base::WallTime(std::chrono::seconds(facts.st_mtim.tv_sec)));
    bool small = entry.size <= options_.cached_file_bytes_max &&
                 cached_bytes_ + entry.size <= options_.cache_bytes_max;
    entry.cached = small && read_whole(file.fd(), entry.size, entry.bytes);
    if (entry.cached) {
      entry.bytes = memory_.keep(entry.bytes);
      cached_bytes_ += entry.size;
    }
    files_.emplace(name, std::move(entry));
  }

  const Entry* lookup(const std::string& name) const {
    auto found = files_.find(name);
    return found == files_.end() ? nullptr : &found->second;
  }

  const Entry* find(const Request& request) const {
    std::string_view path = request.path;
    if (!path.starts_with(options_.prefix)) return nullptr;
    std::string name(path.substr(options_.prefix.size()));
    if (name.empty() || name.ends_with('/')) {
      if (const Entry* index = lookup(name + options_.index)) return index;
    } else if (const Entry* entry = lookup(name)) {
      return entry;
    }
    return options_.spa_fallback && is_route_of_page(request) ? lookup(options_.index) : nullptr;
  }

  bool is_route_of_page(const Request& request) const {
    const std::string& path = request.path;
    if (path.starts_with(options_.immutable_prefix) || path.starts_with(options_.api_prefix)) return false;
    bool names_a_file = path.find('.', path.rfind('/') + 1) != path.npos;
    return !names_a_file || request.header("accept").value_or("").find("text/html") != std::string_view::npos;
  }

  struct Choice {
    const Entry* sent;
    std::string_view coding;
  };
  Choice preferred(const Entry& entry, const Request& request) const {
    if (!request.header("range")) {
      const Entry* br = lookup(entry.name + ".br");
      if (br && accepts_coding(request, "br")) return {br, "br"};
      const Entry* gz = lookup(entry.name + ".gz");
      if (gz && accepts_coding(request, "gzip")) return {gz, "gzip"};
    }
    return {&entry, {}};
  }

  Headers headers_for(const Entry& entry, const Entry& sent, std::string_view coding) const {
    Headers headers;
    std::string_view type = content_type(entry.name);
    headers.set("content-type", type);
    headers.set("etag", sent.etag);
    headers.set("last-modified", sent.modified);
    headers.set("accept-ranges", "bytes");
    bool immutable = ("/" + entry.name).starts_with(options_.immutable_prefix);
    headers.set("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (!coding.empty()) headers.set("content-encoding", coding);
    if (lookup(entry.name + ".br") || lookup(entry.name + ".gz")) headers.add("vary", "Accept-Encoding");
    if (type.starts_with("text/html")) {
      headers.set("content-security-policy", options_.content_security_policy);
      headers.set("x-frame-options", "DENY");
      headers.set("referrer-policy", "same-origin");
    }
    return headers;
  }

  void serve_from_disk(const Request& request, const Entry& entry, Headers headers, Exchange exchange) const {
    if (is_not_modified(request, headers)) {
      Response unchanged(304);
      unchanged.headers = std::move(headers);
      return exchange.respond(std::move(unchanged));
    }
    File file = open_beneath(root_.fd(), entry.name);
    struct stat facts {};
    // Another file by now: its size and tag are not what we would say.
    if (!file.ok() || ::fstat(file.fd(), &facts) != 0 || etag_of(facts) != entry.etag) {
      return exchange.respond(
          Response::error(404, "not_found", "the file has changed; the server must be reloaded"));
    }
    ByteRange range{ByteRange::Kind::kPart, 0, entry.size};
    StreamHead head;
    auto if_range = request.header("if-range");
    if (auto wanted = request.header("range"); wanted && (!if_range || if_range == entry.etag)) {
      ByteRange asked = parse_range(*wanted, entry.size);
      std::string size = std::to_string(entry.size);
      if (asked.kind == ByteRange::Kind::kUnsatisfiable) {
        return exchange.respond(Response(416).header("content-range", "bytes */" + size));
      }
      if (asked.kind == ByteRange::Kind::kPart) {
        range = asked;
        head.status = 206;
        headers.set("content-range", "bytes " + std::to_string(range.first) + "-" +
                                         std::to_string(range.first + range.count - 1) + "/" + size);
      }
    }
    head.headers = std::move(headers);
    head.framing = StreamHead::Framing::kLength;
    head.content_length = range.count;
    uint64_t send_bytes = request.method == Method::kHead ? 0 : range.count;
    std::make_shared<FileBody>(std::move(file), range.first, send_bytes, exchange.stream(std::move(head)))
        ->start();
  }

  File root_;
  StaticFilesOptions options_;
  std::map<std::string, Entry> files_;
  uint64_t cached_bytes_ = 0;
  base::MemoryFile memory_;  // where the bytes of the larger ones lie
};

}  // namespace

base::Result<std::shared_ptr<StaticFiles>> StaticFiles::open(const std::string& folder,
                                                             StaticFilesOptions options) {
  File root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.ok()) {
    return base::Error{base::Code::kSystem, "static files: folder", folder + ": " + std::strerror(errno)};
  }
  auto files = std::make_shared<Folder>(std::move(root), std::move(options));
  if (auto listed = files->list(folder); !listed) return listed.error();
  return std::shared_ptr<StaticFiles>(std::move(files));
}

}  // namespace eyas::http
