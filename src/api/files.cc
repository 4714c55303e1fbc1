#include "api/files.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "api/answers.h"
#include "api/json_text.h"
#include "base/log.h"
#include "base/number.h"

namespace eyas::api {
namespace {

using files::Player;
using files::PlayerReport;
using files::Playlists;
using nlohmann::json;

json to_json(const PlayerReport& report) {
  json queue = json::array();
  for (const auto& entry : report.queue)
    queue.push_back({{"id", entry.id}, {"file", entry.file}, {"note", entry.error}});
  return {{"name", report.options.name},
          {"folder", report.options.folder},
          {"loop", report.options.loop},
          {"rank", report.options.rank},
          {"state", files::state_name(report.state)},
          {"on_air", report.on_air},
          {"entry", report.entry},
          {"file", report.file},
          {"position_ms", base::to_ms(report.position)},
          {"duration_ms", base::to_ms(report.duration)},
          {"left_out", report.left_out},
          {"error", report.error},
          {"played", report.played},
          {"failed", report.failed},
          {"queue", std::move(queue)}};
}

std::string name_of(const http::Request& request) {
  return std::string(request.param("app")) + "/" + std::string(request.param("name"));
}

// Errors have been answered.
std::optional<json> body_of(const http::Request& request, http::Exchange& exchange) {
  if (!brings_json(request, exchange)) return std::nullopt;
  json body = json::parse(base::as_text(request.body), nullptr, false);
  if (body.is_object()) return body;
  exchange.respond(http::Response::error(400, "malformed", "the body is no JSON object"));
  return std::nullopt;
}

// A whole number, or nothing where it is missing. Errors have been answered.
bool read_number(const json& body, const char* key, std::optional<uint64_t>& into, http::Exchange& exchange) {
  auto found = body.find(key);
  if (found == body.end()) return true;
  if (found->is_number_unsigned()) {
    into = found->get<uint64_t>();
    return true;
  }
  exchange.respond(http::Response::error(400, "malformed", std::string(key) + ": want a whole number"));
  return false;
}

std::optional<uint64_t> entry_of(const http::Request& request, http::Exchange& exchange) {
  std::string_view text = request.param("entry");
  uint64_t entry = 0;
  if (base::read_number(text, entry)) return entry;
  exchange.respond(http::Response::error(400, "malformed", "entry: want a whole number"));
  return std::nullopt;
}

Playlists::Done respond_with(http::Exchange exchange, int status) {
  return [exchange, status](const base::Result<PlayerReport>& done) mutable {
    exchange.respond(done ? http::Response::json(json_text(to_json(*done)), status) : refusal(done.error()));
  };
}

void log_change(const char* what, const http::Request& request, std::string_view about) {
  base::log::info(what, {{"stream", name_of(request)}, {"about", about}, {"peer", request.peer}});
}

void register_reading(http::Router& router, Playlists& playlists) {
  router.add(http::Method::kGet, "/api/v1/files", [&playlists](http::RequestPtr, http::Exchange exchange) {
    playlists.report(exchange.executor(), [exchange](const std::vector<PlayerReport>& reports) mutable {
      json rows = json::array();
      for (const PlayerReport& report : reports) rows.push_back(to_json(report));
      exchange.respond(http::Response::json(json_text({{"files", std::move(rows)}})));
    });
  });
  router.add(http::Method::kGet, "/api/v1/files/{app}/{name}",
             [&playlists](http::RequestPtr request, http::Exchange exchange) {
               playlists.with(
                   name_of(*request), [](Player&) { return base::Status(); }, exchange.executor(),
                   respond_with(exchange, 200));
             });
}

void register_skip(http::Router& router, Playlists& playlists) {
  router.add(http::Method::kPost, "/api/v1/files/{app}/{name}/skip",
             [&playlists](http::RequestPtr request, http::Exchange exchange) {
               auto body = body_of(*request, exchange);
               std::optional<uint64_t> to;
               if (!body || !read_number(*body, "to", to, exchange)) return;
               log_change("api.files.skip", *request, to ? std::to_string(*to) : "next");
               playlists.with(
                   name_of(*request), [to](Player& player) { return player.skip(to); }, exchange.executor(),
                   respond_with(exchange, 202));
             });
}

void register_queue(http::Router& router, Playlists& playlists) {
  const std::string queue = "/api/v1/files/{app}/{name}/queue";
  router.add(http::Method::kPost, queue, [&playlists](http::RequestPtr request, http::Exchange exchange) {
    auto body = body_of(*request, exchange);
    std::optional<uint64_t> index;
    if (!body || !read_number(*body, "index", index, exchange)) return;
    auto file = body->find("file");
    if (file == body->end() || !file->is_string())
      return exchange.respond(http::Response::error(400, "malformed", "file: want a text"));
    log_change("api.files.add", *request, file->get_ref<const std::string&>());
    playlists.with(
        name_of(*request),
        [file = file->get<std::string>(), index](Player& player) {
          auto added = player.add(file, index);
          return added ? base::Status() : base::Status(added.error());
        },
        exchange.executor(), respond_with(exchange, 201));
  });
  router.add(http::Method::kPatch, queue + "/{entry}",
             [&playlists](http::RequestPtr request, http::Exchange exchange) {
               auto entry = entry_of(*request, exchange);
               auto body = entry ? body_of(*request, exchange) : std::nullopt;
               std::optional<uint64_t> index;
               if (!body || !read_number(*body, "index", index, exchange)) return;
               if (!index)
                 return exchange.respond(http::Response::error(400, "malformed", "index: it is missing"));
               log_change("api.files.move", *request, request->param("entry"));
               playlists.with(
                   name_of(*request),
                   [entry = *entry, index = *index](Player& player) { return player.move(entry, index); },
                   exchange.executor(), respond_with(exchange, 200));
             });
  router.add(http::Method::kDelete, queue + "/{entry}",
             [&playlists](http::RequestPtr request, http::Exchange exchange) {
               auto entry = entry_of(*request, exchange);
               if (!entry) return;
               log_change("api.files.remove", *request, request->param("entry"));
               playlists.with(
                   name_of(*request), [entry = *entry](Player& player) { return player.remove(entry); },
                   exchange.executor(), respond_with(exchange, 200));
             });
}

}  // namespace

void register_files(http::Router& router, Playlists& playlists) {
  register_reading(router, playlists);
  register_skip(router, playlists);
  register_queue(router, playlists);
  register_library(router, playlists);
}

}  // namespace eyas::api
