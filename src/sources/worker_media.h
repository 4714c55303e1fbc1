// What workers and the hub say to each other of tracks and frames, each in its own words.
#pragma once

#include "base/result.h"
#include "media/frame.h"
#include "worker/protocol.h"

namespace eyas::sources {

worker::TrackMessage message_of(const media::Track& track);
worker::FrameMessage message_of(const media::Frame& frame);

// A worker's track as a stream has it. Errors: those of its record.
base::Result<media::TrackPtr> track_of(worker::TrackMessage message);
// Whether a stream can bear a worker's frame of that track, for a worker is a stranger: its payload reads as
// the codec's, it says `key` when it is one, and it is shown no sooner than it is decoded. Data can be
// anything.
bool fits(const media::Track& track, const worker::FrameMessage& frame);
// Its frame of that track, which came now.
media::Frame frame_of(worker::FrameMessage message, media::TrackPtr track, base::MonoTime now);

}  // namespace eyas::sources
