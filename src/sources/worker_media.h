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
// Its frame of that track, which came now.
media::Frame frame_of(worker::FrameMessage message, media::TrackPtr track, base::MonoTime now);

}  // namespace eyas::sources
