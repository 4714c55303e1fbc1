// Media: what a session does once its keys are agreed: it plays a stream or publishes one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "hub/feed.h"
#include "media/frame.h"

namespace eyas::hub {
class StreamName;
}

namespace eyas::webrtc {

class SessionHost;
struct Local;
struct Negotiated;

// Lives on its session's loop, and dies with the session.
class Media {
 public:
  // The session, as its media sees it.
  struct Owner {
    virtual ~Owner() = default;
    // The session is to end; `this` lives until the present turn's end.
    virtual void end(const base::Error& why) = 0;
    // next_tick() changed outside of a call of the session's.
    virtual void tick_changed() = 0;
  };

  virtual ~Media() = default;
  // Plain packets; the bytes may be changed during the call.
  virtual void on_rtp(std::span<uint8_t> packet, base::MonoTime now) = 0;
  virtual void on_rtcp(std::span<uint8_t> packet, base::MonoTime now) = 0;
  virtual void on_tick(base::MonoTime now) = 0;
  // MonoTime::max(): never.
  virtual base::MonoTime next_tick() const = 0;
  // The last thing that is sent.
  virtual void say_goodbye(base::MonoTime now) = 0;
  // The layer to send, 0 the best; nullopt: what the path carries. Errors: kUnsupported.
  virtual base::Status select_layer(std::optional<uint8_t> layer) = 0;
};

// What media begin with. `host` and `owner` outlive them; what is referred to lives as long as the session.
struct MediaStart {
  const std::string& session;  // "webrtc-12"
  const hub::StreamName& stream;
  const std::string& peer;
  const Local& local;
  const Negotiated& negotiated;
  const media::TrackSet& tracks;
  SessionHost& host;
  Media::Owner& owner;
  int rank = 0;                                      // of the publisher that the session becomes
  hub::Interest interest = hub::Interest::kWatches;  // of the reader that it becomes
};

}  // namespace eyas::webrtc
