// WHIP: offers of those who publish [RFC 9725 4.2].
#include <algorithm>

#include "base/log.h"
#include "protocols/webrtc/endpoint.h"

namespace eyas::webrtc {
namespace {

// What the hub will say when the session's media begin; said now, the publisher learns it from his answer.
bool is_taken(const std::vector<hub::StreamFacts>& facts) {
  return !facts.empty() && std::ranges::any_of(facts.front().publishers,
                                               [](const auto& publisher) { return publisher.rank == 0; });
}

void answer(OfferRequest offer, io::AddressCensus::Place place, const std::vector<hub::StreamFacts>& facts) {
  Shared& shared = *offer.shared;
  const Options& options = offer.here().options();
  if (is_taken(facts) && !options.takeover()) {
    shared.statistics->publishes_refused.fetch_add(1, std::memory_order_relaxed);
    base::log::warning(
        "webrtc.publish_refused",
        {{"stream", offer.stream.text()}, {"peer", offer.request->peer}, {"reason", "the name is taken"}});
    return offer.exchange.respond(refusal(
        409, "name_taken", "somebody publishes " + offer.stream.text() + " already", options.retry_after));
  }
  Local local = make_local(offer);
  auto negotiated = answer_publish(base::as_text(offer.request->body), local);
  open_session(std::move(offer), std::move(place), std::move(local), std::move(negotiated));
}

}  // namespace

void answer_publisher(OfferRequest offer) {
  io::AddressCensus::Place place;
  if (refuse_offer(offer, place)) return;
  hub::Directory& directory = offer.shared->directory;
  io::Executor& executor = offer.exchange.executor();
  hub::StreamName stream = offer.stream;
  directory.snapshot(
      stream, executor,
      [offer = std::move(offer), place = std::move(place)](std::vector<hub::StreamFacts> facts) mutable {
        if (!offer.exchange.gone()) answer(std::move(offer), std::move(place), facts);
      });
}

}  // namespace eyas::webrtc
