#include "protocols/mpegts_udp/pull.h"

#include "base/log.h"

namespace eyas::mpegts_udp {
namespace {

// An address that is no good: nothing begins.
class Refused final : public Pull {
 public:
  Refused(const Parts& parts, protocols::TransferRequest request, base::Error why)
      : Pull(parts, std::move(request), Carrier::kUdp, 0) {
    end(std::move(why));
  }
};

}  // namespace

Pull::Pull(const Parts& parts, protocols::TransferRequest request, Carrier carrier, uint16_t programme)
    : parts_(parts), request_(std::move(request)), carrier_(carrier), programme_(programme) {
  parts_.statistics.pulls.fetch_add(1, std::memory_order_relaxed);
  parts_.statistics.pulls_open.fetch_add(1, std::memory_order_relaxed);
}

Pull::~Pull() {
  parts_.statistics.pulls_open.fetch_sub(1, std::memory_order_relaxed);
}

void Pull::set_peer(std::string peer) {
  peer_ = std::move(peer);
}

void Pull::take(base::Bytes bytes, base::MonoTime arrival) {
  if (ended_) return;
  bytes_ += bytes.size();
  last_bytes_ = arrival;
  if (!ingest_) {
    Ingest::Callbacks callbacks;
    callbacks.running = [this] { on_running(); };
    callbacks.failed = [this](base::Error why) { end(std::move(why)); };
    ingest_ = std::make_unique<Ingest>(parts_, request_, peer_, programme_, std::move(callbacks));
    watch();
  }
  ingest_->on_bytes(bytes, arrival);
}

void Pull::on_running() {
  base::log::info("mpegts.pull", {{"stream", request_.stream.text()},
                                  {"session", request_.session},
                                  {"from", request_.url.shown()},
                                  {"peer", peer_}});
  if (request_.on_running) request_.on_running();
}

void Pull::watch() {
  watch_ = request_.loop.after(std::min(kReportEvery, parts_.options.idle_timeout / 2), [this] {
    ingest_->report();
    if (request_.loop.clock().mono() - last_bytes_ >= parts_.options.idle_timeout)
      return end({base::Code::kTimeout, "mpegts: nothing came for",
                  std::to_string(base::to_ms(parts_.options.idle_timeout)) + " ms"});
    watch();
  });
}

void Pull::end(base::Error why) {
  if (std::exchange(ended_, true)) return;
  watch_.cancel();
  request_.loop.post([this, alive = std::weak_ptr<bool>(alive_), why = std::move(why)]() mutable {
    if (alive.expired()) return;
    base::log::info(
        "mpegts.pull_ended",
        {{"stream", request_.stream.text()}, {"session", request_.session}, {"reason", why.message()}});
    if (auto ended = std::move(request_.on_ended)) ended(std::move(why));
  });
}

protocols::TransferFacts Pull::facts() const {
  protocols::TransferFacts facts;
  facts.peer = peer_;
  facts.transport = carrier_name(carrier_);
  facts.bytes = bytes_;
  if (ingest_) {
    for (const auto& [name, value] : ingest_->events().list()) facts.counters.emplace_back(name, value);
  }
  add_counters(facts.counters);
  return facts;
}

std::unique_ptr<protocols::Transfer> make_pull(const Parts& parts, protocols::TransferRequest request) {
  auto target = pull_target(request.url, request.options);
  if (!target) return std::make_unique<Refused>(parts, std::move(request), target.error());
  switch (target->carrier) {
    case Carrier::kTcp:
      return make_tcp_pull(parts, std::move(request), *target);
    case Carrier::kHttp:
      return make_http_pull(parts, std::move(request), *target);
    case Carrier::kUdp:
    case Carrier::kRtp:
      break;
  }
  return make_datagram_pull(parts, std::move(request), *target);
}

}  // namespace eyas::mpegts_udp
