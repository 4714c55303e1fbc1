#include "protocols/webrtc/negotiation/ice_fragment.h"

#include "protocols/webrtc/negotiation/offer.h"

namespace eyas::webrtc {
namespace {

using base::Code;
using base::Error;

base::Status read_attributes(const sdp::AttributeList& attributes, IceFragment& fragment) {
  if (auto ufrag = attributes.first("ice-ufrag"); ufrag && fragment.ufrag.empty()) fragment.ufrag = *ufrag;
  if (auto pwd = attributes.first("ice-pwd"); pwd && fragment.pwd.empty()) fragment.pwd = *pwd;
  fragment.end_of_candidates |= attributes.has("end-of-candidates");
  for (std::string_view value : attributes.all("candidate")) {
    auto candidate = sdp::parse_candidate(value);
    if (!candidate) continue;
    if (fragment.candidates.size() == kFragmentCandidatesMax)
      return Error{Code::kLimit, "ice fragment: candidates", {}};
    fragment.candidates.push_back(std::move(*candidate));
  }
  return {};
}

const char* kind_name(media::TrackKind kind) {
  return kind == media::TrackKind::kVideo   ? "video"
         : kind == media::TrackKind::kAudio ? "audio"
                                            : "application";
}

}  // namespace

base::Result<IceFragment> parse_ice_fragment(std::string_view text) {
  auto parsed = sdp::parse(text);
  if (!parsed) return parsed.error();
  IceFragment fragment;
  if (base::Status read = read_attributes(parsed->attributes, fragment); !read) return read.error();
  for (const sdp::Media& media : parsed->media) {
    if (base::Status read = read_attributes(media.attributes, fragment); !read) return read.error();
  }
  // [RFC 9725 4.3] The ufrag says which generation of ICE the candidates belong to.
  bool credentials =
      fragment.pwd.empty() ? fragment.ufrag.size() <= 256 : valid_credentials(fragment.ufrag, fragment.pwd);
  if (!credentials) return Error{Code::kMalformed, "ice fragment: credentials", {}};
  bool says_anything = !fragment.ufrag.empty() || !fragment.candidates.empty() || fragment.end_of_candidates;
  if (!says_anything) return Error{Code::kMalformed, "ice fragment: nothing in it", {}};
  return fragment;
}

// [RFC 9725 4.3.3] shows this shape: the bundle's first m-line stands for all.
std::string ice_restart_answer(const Local& local, const std::vector<NegotiatedMedia>& media) {
  std::string out = "a=ice-lite\r\n";
  std::string bundle;
  const NegotiatedMedia* first = nullptr;
  for (const NegotiatedMedia& one : media) {
    if (one.mid.empty() || one.direction == NegotiatedMedia::Direction::kInactive) continue;
    if (!first) first = &one;
    bundle += ' ' + one.mid;
  }
  if (first) out += "a=group:BUNDLE" + bundle + "\r\n";
  out += std::string("m=") + (first ? kind_name(first->kind) : "video") + " 9 UDP/TLS/RTP/SAVPF 0\r\n";
  if (first) out += "a=mid:" + first->mid + "\r\n";
  out += "a=ice-ufrag:" + local.ufrag + "\r\na=ice-pwd:" + local.pwd + "\r\n";
  for (const sdp::Candidate& candidate : local.candidates) out += "a=candidate:" + candidate.text() + "\r\n";
  return out + "a=end-of-candidates\r\n";
}

}  // namespace eyas::webrtc
