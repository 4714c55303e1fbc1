// The files that can be played, and how others come to them.
#include <nlohmann/json.hpp>

#include "api/files.h"
#include "api/json_text.h"
#include "base/log.h"
#include "base/number.h"

namespace eyas::api {
namespace {

using base::Code;
using nlohmann::json;

http::Response refusal(const base::Error& error) {
  int status = 400;
  if (error.detail == "size")
    status = 413;
  else if (error.detail == "space")
    status = 507;
  else if (error.code == Code::kSystem)
    status = 500;
  else if (error.code == Code::kUnsupported)
    status = 415;
  else if (error.code == Code::kRefused || error.code == Code::kLimit)
    status = 409;
  else if (error.code == Code::kNotFound)
    status = 404;
  return http::Response::error(status, base::code_name(error.code), error.context);
}

// A request's body on its way into an upload.
class UploadSink final : public http::BodySink {
 public:
  explicit UploadSink(std::unique_ptr<files::Upload> upload) : upload_(std::move(upload)) {}

  std::optional<http::Response> take(base::Bytes bytes) override {
    auto status = upload_->write(bytes);
    if (status.ok()) return std::nullopt;
    return refusal(status.error());
  }
  bool busy() const override { return upload_->busy(); }
  void on_ready(base::Task callback) override { upload_->on_ready(std::move(callback)); }
  files::Upload& upload() { return *upload_; }

 private:
  std::unique_ptr<files::Upload> upload_;
};

http::OpenedSink open_upload(files::Playlists& playlists, const http::Request& head, io::Executor& executor) {
  if (playlists.uploads() == nullptr)
    return http::Response::error(403, "off", "uploads are off: see sources.upload");
  auto length = head.header("content-length");
  if (!length) return http::Response::error(411, "length_required", "content-length: it is missing");
  uint64_t total = 0;
  if (!base::read_number(*length, total))
    return http::Response::error(400, "malformed", "content-length: want a whole number");
  std::string name(head.param("file"));
  auto upload = playlists.uploads()->begin(name, total, executor);
  base::log::info("api.library.upload",
                  {{"file", name}, {"bytes", total}, {"peer", head.peer}, {"begun", upload.ok()}});
  if (!upload) return refusal(upload.error());
  return std::unique_ptr<http::BodySink>(std::make_unique<UploadSink>(std::move(*upload)));
}

void finish_upload(const http::RequestPtr& request, http::Exchange exchange) {
  auto* sink = dynamic_cast<UploadSink*>(request->sink.get());
  if (sink == nullptr)
    return exchange.respond(http::Response::error(411, "length_required", "the body is missing"));
  // The request stays until the disk has all of it.
  sink->upload().finish([request, exchange](const base::Status& status) mutable {
    if (!status.ok()) return exchange.respond(refusal(status.error()));
    uint64_t bytes = std::stoull(std::string(*request->header("content-length")));
    exchange.respond(
        http::Response::json(json_text({{"name", request->param("file")}, {"bytes", bytes}}), 201));
  });
}

json library_json(const files::Playlists& playlists) {
  json list = json::array(), uploads = json::array();
  if (playlists.folder()) {
    for (const files::FileFacts& file : playlists.folder()->list_all())
      list.push_back({{"name", file.name}, {"bytes", file.bytes}});
  }
  if (playlists.uploads()) {
    for (const files::UploadReport& one : playlists.uploads()->report())
      uploads.push_back({{"name", one.name}, {"bytes", one.bytes}, {"total", one.total}});
  }
  return {{"upload", playlists.uploads() != nullptr},
          {"upload_bytes_max", playlists.options().upload_bytes_max},
          {"files", std::move(list)},
          {"uploads", std::move(uploads)}};
}

}  // namespace

void register_library(http::Router& router, files::Playlists& playlists) {
  router.add(http::Method::kGet, "/api/v1/library", [&playlists](http::RequestPtr, http::Exchange exchange) {
    exchange.respond(http::Response::json(json_text(library_json(playlists))));
  });
  http::RouteOptions upload;
  upload.body_bytes_max = SIZE_MAX;  // the sink knows its own
  upload.open_sink = [&playlists](const http::Request& head, io::Executor& executor) {
    return open_upload(playlists, head, executor);
  };
  router.add(http::Method::kPut, "/api/v1/library/{file...}", finish_upload, upload);
}

}  // namespace eyas::api
