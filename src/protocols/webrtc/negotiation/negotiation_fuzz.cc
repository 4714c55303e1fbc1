// Property: whatever the offer, an answer is SDP with the offer's m-lines in their order, and bounded.
#include "base/bytes.h"
#include "protocols/webrtc/negotiation/ice_fragment.h"
#include "protocols/webrtc/negotiation/negotiate.h"
#include "protocols/webrtc/negotiation/test_local.h"

namespace {

using namespace eyas;

void check(std::string_view offer, const base::Result<webrtc::Negotiated>& negotiated) {
  if (!negotiated) return;
  auto asked = sdp::parse(offer), answered = sdp::parse(negotiated->answer);
  if (!asked || !answered || asked->media.size() != answered->media.size()) __builtin_trap();
  if (negotiated->media.size() != asked->media.size() || asked->media.size() > webrtc::kMediaMax)
    __builtin_trap();
  for (size_t i = 0; i < asked->media.size(); ++i) {
    const webrtc::NegotiatedMedia& media = negotiated->media[i];
    bool flows = media.direction != webrtc::NegotiatedMedia::Direction::kInactive;
    if (asked->media[i].kind != answered->media[i].kind) __builtin_trap();
    if (flows != (media.payloads.size() == 1)) __builtin_trap();
    if (media.rids.size() > webrtc::kRidsMax || media.ssrcs.size() > webrtc::kSsrcsMax) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const webrtc::Local local = webrtc::test_local();
  static const media::TrackSet tracks{webrtc::test_track(1, media::Codec::kH264, "avc1.640028"),
                                      webrtc::test_track(2, media::Codec::kOpus)};
  std::string_view text = base::as_text({data, size});
  check(text, webrtc::answer_publish(text, local));
  check(text, webrtc::answer_play(text, local, tracks));
  (void)webrtc::parse_ice_fragment(text);
  return 0;
}
