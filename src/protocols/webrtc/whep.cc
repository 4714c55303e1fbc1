// WHEP: offers of those who watch (draft-ietf-wish-whep).
#include <algorithm>
#include <set>

#include "hub/derivations.h"
#include "protocols/webrtc/endpoint.h"

namespace eyas::webrtc {
namespace {

// Between two looks at whether a derived track has come.
constexpr base::Duration kDerivedLookInterval = std::chrono::milliseconds(40);

media::TrackSet tracks_of(const std::vector<hub::StreamFacts>& facts) {
  media::TrackSet tracks;
  if (facts.empty()) return tracks;
  for (const hub::TrackFacts& track : facts.front().tracks) tracks.push_back(track.track);
  return tracks;
}

std::set<media::TrackId> reordered_of(const std::vector<hub::StreamFacts>& facts) {
  std::set<media::TrackId> reordered;
  if (facts.empty()) return reordered;
  for (const hub::TrackFacts& track : facts.front().tracks) {
    if (track.reordered) reordered.insert(track.track->id);
  }
  return reordered;
}

// Whether the stream has that derived track by now.
bool stands(hub::Derivation derivation, const media::TrackSet& tracks) {
  return std::ranges::any_of(tracks, [&](const media::TrackPtr& track) {
    return track->derived() && track->id == hub::derived_track_id(track->derived_from, derivation);
  });
}

// A viewer until his answer. Usually that is one look at the stream; when a track must be derived for him
// first, he waits for it. Kept alive by what it waits for; lives on its connection's loop.
class ViewerOffer : public std::enable_shared_from_this<ViewerOffer> {
 public:
  ViewerOffer(OfferRequest offer, io::AddressCensus::Place place)
      : offer_(std::move(offer)),
        place_(std::move(place)),
        executor_(offer_.exchange.executor()),
        answer_by_(executor_.clock().mono() + offer_.here().options().derive_wait) {}

  void look() {
    offer_.shared->directory.await(offer_.stream, executor_,
                                   [self = shared_from_this()](std::vector<hub::StreamFacts> facts) {
                                     if (!self->offer_.exchange.gone()) self->seen(facts);
                                   });
  }

 private:
  void seen(const std::vector<hub::StreamFacts>& facts) {
    media::TrackSet tracks = tracks_of(facts);
    if (tracks.empty()) return not_found();
    if (lacks_derived(tracks, reordered_of(facts)) && executor_.clock().mono() < answer_by_) {
      // Nothing else holds us until then.
      again_ = executor_.after(kDerivedLookInterval, [self = shared_from_this()] { self->look(); });
      return;
    }
    Local local = make_local(offer_);
    auto negotiated = answer_play(body(), local, tracks);
    open_session(std::move(offer_), std::move(place_), std::move(local), std::move(negotiated),
                 std::move(tracks), std::move(leases_));
  }

  // True while a track that he needs is being made.
  bool lacks_derived(const media::TrackSet& tracks, const std::set<media::TrackId>& reordered) {
    hub::Derivations* derivations = offer_.shared->derivations;
    if (derivations == nullptr) return false;
    std::vector<hub::Derivation> wanted = derivations_for(body(), tracks, reordered);
    if (leases_.empty()) {
      for (hub::Derivation derivation : wanted)
        leases_.push_back(derivations->want(offer_.stream, derivation));
    }
    return !std::ranges::all_of(wanted,
                                [&](hub::Derivation derivation) { return stands(derivation, tracks); });
  }

  void not_found() {
    offer_.shared->statistics->not_found.fetch_add(1, std::memory_order_relaxed);
    offer_.exchange.respond(refusal(404, "not_found", "no such stream: " + offer_.stream.text(),
                                    offer_.here().options().retry_after));
  }
  std::string_view body() const { return base::as_text(offer_.request->body); }

  OfferRequest offer_;
  io::AddressCensus::Place place_;
  io::Executor& executor_;
  base::MonoTime answer_by_;
  std::vector<std::shared_ptr<void>> leases_;
  io::Timer again_;
};

}  // namespace

void answer_viewer(OfferRequest offer) {
  io::AddressCensus::Place place;
  if (refuse_offer(offer, place)) return;
  std::make_shared<ViewerOffer>(std::move(offer), std::move(place))->look();
}

}  // namespace eyas::webrtc
