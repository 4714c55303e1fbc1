#include "protocols/mpegts_udp/push.h"

#include "base/log.h"

namespace eyas::mpegts_udp {
namespace {

// An address that is no good: nothing begins.
class Refused final : public Push {
 public:
  Refused(const Parts& parts, protocols::TransferRequest request, base::Error why)
      : Push(parts, std::move(request), Carrier::kUdp) {
    end(std::move(why));
  }

 private:
  void pump() override {}
};

}  // namespace

Push::Push(const Parts& parts, protocols::TransferRequest request, Carrier carrier)
    : parts_(parts), request_(std::move(request)), carrier_(carrier) {
  parts_.statistics.pushes.fetch_add(1, std::memory_order_relaxed);
  parts_.statistics.pushes_open.fetch_add(1, std::memory_order_relaxed);
}

Push::~Push() {
  parts_.statistics.pushes_open.fetch_sub(1, std::memory_order_relaxed);
}

void Push::begin(std::string peer) {
  peer_ = std::move(peer);
  hub::ReaderInfo info;
  info.protocol = kName;
  info.session = request_.session;
  info.peer = peer_;
  info.interest = hub::Interest::kFollows;
  parts_.directory.read<mpegts::Format>(
      request_.stream, std::move(info), request_.loop,
      [this, alive = std::weak_ptr<bool>(alive_)] {
        if (!alive.expired() && !ended_) pump();
      },
      [this, alive = std::weak_ptr<bool>(alive_)](base::Result<protocols::TsPlayback::Reader> reader) {
        if (!alive.expired()) answered(std::move(reader));
      });
}

void Push::answered(base::Result<protocols::TsPlayback::Reader> reader) {
  if (ended_) return;
  if (!reader) return end(reader.error());
  playback_ = protocols::TsPlayback(parts_.derivations, request_.stream, std::move(*reader));
  base::log::info("mpegts.push", {{"stream", request_.stream.text()},
                                  {"session", request_.session},
                                  {"to", request_.url.shown()},
                                  {"peer", peer_}});
  pump();
}

void Push::count_sent(uint64_t bytes) {
  bytes_ += bytes;
  if (bytes == 0 || !request_.on_running) return;
  auto running = std::move(request_.on_running);
  running();
}

void Push::end_if_over() {
  if (playback_.ended()) end({base::Code::kClosed, "mpegts: the stream has ended", {}});
}

void Push::end(base::Error why) {
  if (std::exchange(ended_, true)) return;
  request_.loop.post([this, alive = std::weak_ptr<bool>(alive_), why = std::move(why)]() mutable {
    if (alive.expired()) return;
    base::log::info(
        "mpegts.push_ended",
        {{"stream", request_.stream.text()}, {"session", request_.session}, {"reason", why.message()}});
    if (auto ended = std::move(request_.on_ended)) ended(std::move(why));
  });
}

protocols::TransferFacts Push::facts() const {
  protocols::TransferFacts facts;
  facts.peer = peer_;
  facts.transport = carrier_name(carrier_);
  facts.bytes = bytes_;
  facts.counters.emplace_back("units_lost", playback_.lost());
  add_counters(facts.counters);
  return facts;
}

std::unique_ptr<protocols::Transfer> make_push(const Parts& parts, protocols::TransferRequest request) {
  auto target = push_target(request.url, request.options);
  if (!target) return std::make_unique<Refused>(parts, std::move(request), target.error());
  if (target->carrier == Carrier::kTcp) return make_tcp_push(parts, std::move(request), *target);
  return make_datagram_push(parts, std::move(request), *target);
}

}  // namespace eyas::mpegts_udp
