#include "protocols/webrtc/negotiation/negotiate.h"

#include <algorithm>
#include <charconv>

#include "protocols/webrtc/negotiation/answer.h"
#include "protocols/webrtc/negotiation/offer.h"
#include "protocols/webrtc/negotiation/payloads.h"

namespace eyas::webrtc {
namespace {

using base::Code;
using base::Error;
using Direction = NegotiatedMedia::Direction;

std::optional<media::TrackKind> kind_of(const sdp::Media& media) {
  if (media.kind == "video") return media::TrackKind::kVideo;
  if (media.kind == "audio") return media::TrackKind::kAudio;
  return std::nullopt;
}

bool peer_sends(const PeerOffer& offer, const sdp::Media& media) {
  sdp::Direction direction = sdp::direction_of(offer.description, media);
  return direction == sdp::Direction::kSend || direction == sdp::Direction::kSendReceive;
}
bool peer_receives(const PeerOffer& offer, const sdp::Media& media) {
  sdp::Direction direction = sdp::direction_of(offer.description, media);
  return direction == sdp::Direction::kReceive || direction == sdp::Direction::kSendReceive;
}

AnsweredMedia begin(const sdp::Media& offered) {
  AnsweredMedia media;
  media.facts.mid = offered.attributes.first("mid").value_or("");
  media.facts.kind = kind_of(offered).value_or(media::TrackKind::kData);
  return media;
}

// Makes an m-line that nothing goes over: it stands with a codec if there is a common one, else it is
// refused.
void stand_by(AnsweredMedia& media, const std::vector<sdp::Format>& formats, bool usable) {
  const sdp::Format* any = usable ? choose_to_receive(formats, media.facts.kind, {}) : nullptr;
  media.facts.direction = Direction::kInactive;
  media.refused = any == nullptr;
  if (any) media.format = payload_of(*any, formats);
}

void take_format(AnsweredMedia& media, const sdp::Format& format, const std::vector<sdp::Format>& all) {
  media.format = payload_of(format, all);
  media.facts.payloads = {*media.format};
}

// Layers of simulcast that both a=rid and a=simulcast name [RFC 8853 5.3].
void take_layers(const sdp::Media& offered, AnsweredMedia& media) {
  std::vector<sdp::Rid> rids = sdp::rids_of(offered);
  for (const std::string& layer : sdp::simulcast_of(offered).send) {
    bool sent = std::any_of(rids.begin(), rids.end(),
                            [&](const sdp::Rid& rid) { return rid.id == layer && rid.direction == "send"; });
    if (sent && media.facts.rids.size() < kRidsMax) media.facts.rids.push_back(layer);
  }
}

// SSRCs that the offer announces [RFC 5576 4.1], without those of retransmissions.
std::vector<uint32_t> announced_ssrcs(const sdp::Media& offered) {
  auto read = [](std::string_view text) {
    uint32_t ssrc = 0;
    std::from_chars(text.data(), text.data() + text.size(), ssrc);
    return ssrc;
  };
  std::vector<uint32_t> repairs, ssrcs;
  for (std::string_view group : offered.attributes.all("ssrc-group")) {
    std::vector<std::string_view> words = sdp::words_of(group, 3);
    if (words.size() == 3 && words[0] == "FID") repairs.push_back(read(words[2]));
  }
  auto in = [](const std::vector<uint32_t>& list, uint32_t ssrc) {
    return std::find(list.begin(), list.end(), ssrc) != list.end();
  };
  for (std::string_view line : offered.attributes.all("ssrc")) {
    uint32_t ssrc = read(line);
    if (ssrc != 0 && ssrcs.size() < kSsrcsMax && !in(repairs, ssrc) && !in(ssrcs, ssrc))
      ssrcs.push_back(ssrc);
  }
  return ssrcs;
}

AnsweredMedia receive(const PeerOffer& offer, const sdp::Media& offered, const Local& local) {
  AnsweredMedia media = begin(offered);
  std::vector<sdp::Format> formats = sdp::formats_of(offered);
  bool usable = offer.usable(offered) && kind_of(offered);
  const sdp::Format* chosen = usable && peer_sends(offer, offered)
                                  ? choose_to_receive(formats, media.facts.kind, local.prefer)
                                  : nullptr;
  if (!chosen) {
    stand_by(media, formats, usable);
    return media;
  }
  media.facts.direction = Direction::kReceive;
  take_format(media, *chosen, formats);
  take_extensions(offered, false, media);
  take_layers(offered, media);
  media.facts.ssrcs = announced_ssrcs(offered);
  return media;
}

media::TrackId source_of(const media::Track& track) {
  return track.derived() ? track.derived_from : track.id;
}

// One stream's tracks, given out to m-lines.
class Tracks {
 public:
  // In order of preference: without B-frames, which WebRTC's decoders show in the wrong order; the sender's
  // own; as they stand. Smaller renditions are not chosen here: they take the place of the best one while it
  // is sent.
  explicit Tracks(const media::TrackSet& tracks) {
    std::copy_if(tracks.begin(), tracks.end(), std::back_inserter(left_),
                 [](const media::TrackPtr& t) { return t->rendition == 0; });
    auto order = [](const media::TrackPtr& t) {
      return std::pair(t->config.reorder_depth > 0, t->derived());
    };
    std::stable_sort(left_.begin(), left_.end(),
                     [&](const media::TrackPtr& a, const media::TrackPtr& b) { return order(a) < order(b); });
  }

  struct Match {
    media::TrackPtr track;
    const sdp::Format* format = nullptr;
  };
  // The best track of the kind that the peer decodes. It is given out once, as is what it is made from.
  Match take(media::TrackKind kind, const std::vector<sdp::Format>& formats) {
    for (const media::TrackPtr& track : left_) {
      const sdp::Format* format = track->kind() == kind ? choose_to_send(formats, track->config) : nullptr;
      if (!format) continue;
      Match match{track, format};
      std::erase_if(left_, [source = source_of(*track)](const auto& t) { return source_of(*t) == source; });
      return match;
    }
    return {};
  }

  // "H.265", "AAC, MP3": codecs of the kind that nobody took.
  std::string codecs_left(media::TrackKind kind) const {
    std::string text;
    for (const media::TrackPtr& track : left_) {
      if (track->kind() != kind || track->derived()) continue;
      text += (text.empty() ? "" : ", ") + std::string(media::codec_title(track->config.codec));
    }
    return text;
  }

 private:
  media::TrackSet left_;
};

// Whatever the random base, no SSRC of ours wraps to 0, which says "none" elsewhere.
uint32_t first_ssrc(const Local& local) {
  constexpr uint32_t kLast = UINT32_MAX - 2 * kMediaMax;
  return local.ssrc_base % kLast + 1;
}

AnsweredMedia send(const PeerOffer& offer, const sdp::Media& offered, const Local& local, size_t index,
                   Tracks& tracks, std::vector<std::string>& left_out) {
  AnsweredMedia media = begin(offered);
  std::vector<sdp::Format> formats = sdp::formats_of(offered);
  bool usable = offer.usable(offered) && kind_of(offered);
  bool wanted = usable && peer_receives(offer, offered);
  Tracks::Match match = wanted ? tracks.take(media.facts.kind, formats) : Tracks::Match{};
  if (!match.track) {
    std::string codecs = tracks.codecs_left(media.facts.kind);
    if (wanted && !codecs.empty())
      left_out.push_back(offered.kind + " is " + codecs + ", the peer decodes " + codecs_offered(formats));
    stand_by(media, formats, usable);
    return media;
  }
  media.facts.direction = Direction::kSend;
  take_format(media, *match.format, formats);
  take_extensions(offered, true, media);
  media.sent = &match.track->config;
  media.facts.track = match.track->id;
  media.facts.ssrc = first_ssrc(local) + static_cast<uint32_t>(2 * index);
  if (media.format->rtx_payload_type != 0) media.facts.rtx_ssrc = media.facts.ssrc + 1;
  return media;
}

Negotiated finish(PeerOffer offer, const Local& local, std::vector<AnsweredMedia> media) {
  Negotiated out;
  out.answer = write_answer(offer, local, media);
  for (AnsweredMedia& one : media) out.media.push_back(std::move(one.facts));
  out.remote_ufrag = std::move(offer.ufrag);
  out.remote_pwd = std::move(offer.pwd);
  out.remote_fingerprint = std::move(offer.fingerprint);
  out.dtls_client = offer.passive;
  out.remote_candidates = std::move(offer.candidates);
  return out;
}

bool none_flows(const std::vector<AnsweredMedia>& media) {
  return std::all_of(media.begin(), media.end(),
                     [](const AnsweredMedia& m) { return m.facts.direction == Direction::kInactive; });
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "; ") + line;
  return text;
}

bool offers(const std::vector<sdp::Format>& formats, media::Codec codec) {
  return std::any_of(formats.begin(), formats.end(),
                     [&](const sdp::Format& f) { return codec_of(f) == codec; });
}

}  // namespace

std::vector<hub::Derivation> derivations_for(std::string_view text, const media::TrackSet& tracks,
                                             const std::set<media::TrackId>& reordered) {
  auto offer = read_offer(text);
  if (!offer) return {};
  Tracks own(media::programme_of(tracks));
  std::vector<hub::Derivation> wanted;
  for (const sdp::Media& offered : offer->description.media) {
    auto kind = kind_of(offered);
    if (!kind || !offer->usable(offered) || !peer_receives(*offer, offered)) continue;
    std::vector<sdp::Format> formats = sdp::formats_of(offered);
    Tracks::Match match = own.take(*kind, formats);
    bool fit = match.track && !reordered.contains(match.track->id);
    if (fit || (!match.track && own.codecs_left(*kind).empty())) continue;
    bool video = *kind == media::TrackKind::kVideo;
    if (offers(formats, video ? media::Codec::kH264 : media::Codec::kOpus))
      wanted.push_back(video ? hub::Derivation::kH264WithoutDelay : hub::Derivation::kOpus);
  }
  return wanted;
}

base::Result<Negotiated> answer_publish(std::string_view text, const Local& local) {
  auto offer = read_offer(text);
  if (!offer) return offer.error();
  std::vector<AnsweredMedia> media;
  for (const sdp::Media& offered : offer->description.media) media.push_back(receive(*offer, offered, local));
  if (none_flows(media)) {
    std::string seen;
    for (const sdp::Media& offered : offer->description.media)
      seen += (seen.empty() ? "" : "; ") + offered.kind + ": " + codecs_offered(sdp::formats_of(offered));
    return Error{Code::kUnsupported, "webrtc offer: nothing that the peer sends can be taken", seen};
  }
  return finish(std::move(*offer), local, std::move(media));
}

base::Result<Negotiated> answer_play(std::string_view text, const Local& local, const media::TrackSet& all) {
  auto offer = read_offer(text);
  if (!offer) return offer.error();
  Tracks tracks(all);
  std::vector<AnsweredMedia> media;
  std::vector<std::string> left_out;
  for (const sdp::Media& offered : offer->description.media)
    media.push_back(send(*offer, offered, local, media.size(), tracks, left_out));
  // Sound without the picture that was asked for is no answer; a picture without sound is.
  bool no_picture =
      std::any_of(left_out.begin(), left_out.end(),
                  [](const std::string& line) { return line.starts_with("video "); }) &&
      std::none_of(media.begin(), media.end(), [](const AnsweredMedia& m) {
        return m.facts.kind == media::TrackKind::kVideo && m.facts.direction == Direction::kSend;
      });
  if (no_picture || none_flows(media)) {
    if (left_out.empty()) left_out.push_back("the stream has no track of a kind that was asked for");
    return Error{Code::kUnsupported, "webrtc offer: the stream cannot be shown", joined(left_out)};
  }
  Negotiated out = finish(std::move(*offer), local, std::move(media));
  out.left_out = std::move(left_out);
  return out;
}

}  // namespace eyas::webrtc
