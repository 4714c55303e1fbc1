#include "api/transfers.h"

#include "api/answers.h"
#include "base/log.h"
#include "base/number.h"

namespace eyas::api {
namespace {

using sources::Direction;
using sources::TransferReport;
using sources::TransferReports;
using sources::Transfers;

const char* name_of(Direction direction) {
  return direction == Direction::kPull ? "pull" : "push";
}

const std::vector<TransferReport>& rows_of(const TransferReports& reports, Direction direction) {
  return direction == Direction::kPull ? reports.pulls : reports.pushes;
}

// One address's pull or push.
struct Wanted {
  Direction direction;
  std::string id;
  std::optional<int> rank;
};

// Errors have been answered when nothing is returned.
std::optional<Wanted> wanted(const http::Request& request, http::Exchange& exchange, Direction direction) {
  Wanted wanted{direction, std::string(request.param("id")), std::nullopt};
  if (direction == Direction::kPush) return wanted;
  wanted.id = std::string(request.param("app")) + "/" + std::string(request.param("name"));
  auto text = request.query_value("rank");
  if (!text) return wanted;
  int rank = 0;
  if (!base::read_number(*text, rank)) {
    exchange.respond(http::Response::error(400, "malformed", "rank: want a whole number"));
    return std::nullopt;
  }
  wanted.rank = rank;
  return wanted;
}

// Errors have been answered.
std::optional<base::RecordText> body_of(const http::Request& request, http::Exchange& exchange) {
  if (!brings_json(request, exchange)) return std::nullopt;
  auto record = record_of(base::as_text(request.body));
  if (record) return std::move(*record);
  exchange.respond(refusal(record.error()));
  return std::nullopt;
}

// Answers with the row as it is now.
void respond_with_row(Transfers& transfers, Wanted wanted, http::Exchange exchange, int status) {
  transfers.report(
      exchange.executor(), [wanted = std::move(wanted), exchange, status](TransferReports reports) mutable {
        for (const TransferReport& row : rows_of(reports, wanted.direction)) {
          if (row.name != wanted.id || (wanted.rank && row.rank != *wanted.rank)) continue;
          return exchange.respond(http::Response::json(transfer_json(wanted.direction, row), status));
        }
        exchange.respond(
            http::Response::error(404, "not_found", std::string("no such ") + name_of(wanted.direction)));
      });
}

Transfers::Done answer(Transfers& transfers, Wanted wanted, http::Exchange exchange, int status) {
  return [&transfers, wanted = std::move(wanted), exchange, status](base::Result<std::string> done) mutable {
    if (!done) return exchange.respond(refusal(done.error()));
    wanted.id = *done;
    respond_with_row(transfers, std::move(wanted), std::move(exchange), status);
  };
}

void log_change(const char* what, const Wanted& wanted, const http::Request& request) {
  base::log::info("api." + std::string(name_of(wanted.direction)) + what,
                  {{"name", wanted.id}, {"peer", request.peer}});
}

void register_list(http::Router& router, Transfers& transfers, Direction direction, const std::string& path) {
  router.add(http::Method::kGet, path, [&transfers, direction](http::RequestPtr, http::Exchange exchange) {
    transfers.report(exchange.executor(), [direction, exchange](TransferReports reports) mutable {
      std::string text;
      for (const TransferReport& row : rows_of(reports, direction))
        text += (text.empty() ? "" : ",") + transfer_json(direction, row);
      const char* key = direction == Direction::kPull ? "pulls" : "pushes";
      exchange.respond(http::Response::json("{\"" + std::string(key) + "\":[" + text + "]}"));
    });
  });
  router.add(http::Method::kPost, path,
             [&transfers, direction](http::RequestPtr request, http::Exchange exchange) {
               auto record = body_of(*request, exchange);
               if (!record) return;
               Wanted fresh{direction, {}, std::nullopt};
               for (const auto& [key, value] : *record) {
                 if (key == (direction == Direction::kPull ? "name" : "stream")) fresh.id = value;
                 if (int rank = 0; key == "rank" && base::read_number(value, rank)) fresh.rank = rank;
               }
               log_change(".add", fresh, *request);
               transfers.add(direction, std::move(*record), exchange.executor(),
                             answer(transfers, std::move(fresh), exchange, 201));
             });
}

void register_one(http::Router& router, Transfers& transfers, Direction direction, const std::string& path) {
  router.add(http::Method::kGet, path,
             [&transfers, direction](http::RequestPtr request, http::Exchange exchange) {
               auto one = wanted(*request, exchange, direction);
               if (one) respond_with_row(transfers, std::move(*one), std::move(exchange), 200);
             });
  router.add(http::Method::kPatch, path,
             [&transfers, direction](http::RequestPtr request, http::Exchange exchange) {
               auto one = wanted(*request, exchange, direction);
               auto record = one ? body_of(*request, exchange) : std::nullopt;
               if (!record) return;
               log_change(".change", *one, *request);
               transfers.change(direction, one->id, one->rank, std::move(*record), exchange.executor(),
                                answer(transfers, *one, exchange, 200));
             });
  router.add(http::Method::kDelete, path,
             [&transfers, direction](http::RequestPtr request, http::Exchange exchange) {
               auto one = wanted(*request, exchange, direction);
               if (!one) return;
               log_change(".drop", *one, *request);
               transfers.drop(direction, one->id, one->rank, exchange.executor(),
                              [exchange](base::Result<std::string> done) mutable {
                                exchange.respond(done ? http::Response(204) : refusal(done.error()));
                              });
             });
  router.add(http::Method::kPost, path + "/restart",
             [&transfers, direction](http::RequestPtr request, http::Exchange exchange) {
               auto one = wanted(*request, exchange, direction);
               if (!one) return;
               log_change(".restart", *one, *request);
               transfers.restart(direction, one->id, one->rank, exchange.executor(),
                                 answer(transfers, *one, exchange, 202));
             });
}

}  // namespace

void register_transfers(http::Router& router, Transfers& transfers) {
  register_list(router, transfers, Direction::kPull, "/api/v1/pulls");
  register_list(router, transfers, Direction::kPush, "/api/v1/pushes");
  register_one(router, transfers, Direction::kPull, "/api/v1/pulls/{app}/{name}");
  register_one(router, transfers, Direction::kPush, "/api/v1/pushes/{id}");
}

}  // namespace eyas::api
