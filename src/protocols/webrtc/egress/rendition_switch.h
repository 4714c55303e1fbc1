// RenditionSwitch: which of a stream's pictures go to one viewer, so that what he gets can always be decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/time.h"
#include "protocols/webrtc/egress/negotiated_track.h"
#include "protocols/webrtc/egress/packet_format.h"

namespace eyas::webrtc {

// Follows one rendition frame by frame. After a hole, or on the way to another rendition, only a keyframe
// goes on. Lives on its session's loop.
class RenditionSwitch {
 public:
  // A rendition that was not seen for this long is no longer sent by the publisher, if others are.
  static constexpr base::Duration kSeenMax = std::chrono::milliseconds(1500);
  static constexpr size_t kRenditionsMax = 8;

  enum class Verdict : uint8_t {
    kSkip,
    kSend,
    kRejoin,  // to be sent; what it replaces was at this time or later: see OutgoingStream::timestamp_of
  };

  explicit RenditionSwitch(NegotiatedTrack track) : track_(std::move(track)) {}

  // Each unit of the feed, in order.
  Verdict admit(const PacketUnit& unit, base::MonoTime now);
  // Something that was admitted will not be sent.
  void interrupt() { waiting_for_key_ = true; }
  // The session reads the newest group once more; its units were seen before.
  void expect_replay() { replay_expected_ = true; }

  // The viewer's (or an operator's) choice; nullopt: what choose() says.
  void pin(std::optional<uint8_t> rendition) { pinned_ = rendition; }
  // Picks by what the path carries; 0: everything. Returns true when another rendition is now aimed at.
  bool choose(uint64_t carried_bps, base::MonoTime now);

  bool waiting_for_key() const { return waiting_for_key_; }
  // Another rendition than the current one is aimed at.
  bool on_the_way() const { return current_ && *current_ != target_; }
  // The track whose keyframe would help now: the one aimed at.
  std::optional<media::TrackId> wanted_track() const;
  std::optional<uint8_t> current() const { return current_; }
  // What the current rendition takes; 0 until known.
  uint64_t current_bps() const;
  // What the next better one takes (never beyond a pinned one); 0 when there is none.
  uint64_t better_bps(base::MonoTime now) const;
  uint64_t changes() const { return changes_; }
  bool codec_changed() const { return track_.codec_changed(); }

 private:
  struct Rendition {
    uint8_t rank;
    media::TrackId track;
    uint32_t bps;
    base::MonoTime seen;
  };

  Rendition& note(const PacketUnit& unit, base::MonoTime now);
  const Rendition* find(uint8_t rank) const;
  Verdict begin(const PacketUnit& unit, bool rejoin);

  NegotiatedTrack track_;
  std::vector<Rendition> renditions_;  // by rank
  std::optional<uint8_t> current_;
  uint8_t target_ = 0;
  std::optional<uint8_t> pinned_;
  uint64_t last_number_ = 0;
  bool waiting_for_key_ = true;
  bool replay_expected_ = false;
  uint64_t changes_ = 0;
};

}  // namespace eyas::webrtc
