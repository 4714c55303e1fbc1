// WHEP: offers of those who watch.
#include "protocols/webrtc/egress/packet_format.h"
#include "protocols/webrtc/endpoint.h"

namespace eyas::webrtc {
namespace {

media::TrackSet tracks_of(const hub::StreamFacts& facts) {
  media::TrackSet tracks;
  for (const hub::TrackFacts& track : facts.tracks) tracks.push_back(track.track);
  return Packager::select(tracks);
}

void answer(OfferRequest offer, io::AddressCensus::Place place, const std::vector<hub::StreamFacts>& facts) {
  Shared& shared = *offer.shared;
  media::TrackSet tracks = facts.empty() ? media::TrackSet{} : tracks_of(facts.front());
  if (tracks.empty()) {
    shared.statistics->not_found.fetch_add(1, std::memory_order_relaxed);
    return offer.exchange.respond(refusal(404, "not_found", "no such stream: " + offer.stream.text(),
                                          offer.here().options().retry_after));
  }
  Local local = make_local(offer);
  auto negotiated = answer_play(base::as_text(offer.request->body), local, tracks);
  open_session(std::move(offer), std::move(place), std::move(local), std::move(negotiated),
               std::move(tracks));
}

}  // namespace

void answer_viewer(OfferRequest offer) {
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
