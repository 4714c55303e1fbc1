#include "sources/worker_media.h"

#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/fixtures.h"

namespace eyas::sources {
namespace {

using codec::fixtures::slice;
using namespace std::chrono_literals;

media::Track track(media::Codec codec, base::Slice record) {
  media::Track made;
  made.id = 7;
  made.config.codec = codec;
  if (codec != media::Codec::kData) made.config = *codec::describe(codec, std::move(record));
  return made;
}

TEST(WorkerMedia, AFrameFitsThatIsWhatItSays) {
  media::Track video = track(media::Codec::kH264, slice(codec::fixtures::kAvcHigh));
  worker::FrameMessage key{.track = 7, .key = true, .pts = 40ms, .dts = 0ms};
  key.payload = slice(codec::fixtures::kIdrHigh);
  EXPECT_TRUE(fits(video, key));
  worker::FrameMessage frame = key;
  frame.track = 8;
  EXPECT_FALSE(fits(video, frame)) << "of another track";
  frame = key, frame.pts = -40ms;
  EXPECT_FALSE(fits(video, frame)) << "shown before it is decoded";
  frame = key, frame.payload = slice(codec::fixtures::kPHigh);
  EXPECT_FALSE(fits(video, frame)) << "no keyframe";
  frame.key = false;
  EXPECT_TRUE(fits(video, frame));
  frame = key, frame.payload = slice("7fffffff 65");
  EXPECT_FALSE(fits(video, frame)) << "a length that leads out of it";
  frame.payload = {};
  EXPECT_FALSE(fits(video, frame));
}

TEST(WorkerMedia, SoundIsAlwaysAKeyframeAndDataCanBeAnything) {
  media::Track sound = track(media::Codec::kOpus, codec::opus_record(2, 48'000));
  worker::FrameMessage frame{.track = 7, .key = true, .payload = slice("fc ff fe")};
  EXPECT_TRUE(fits(sound, frame));
  frame.key = false;
  EXPECT_FALSE(fits(sound, frame));
  media::Track data = track(media::Codec::kData, {});
  frame.payload = slice("00");
  EXPECT_TRUE(fits(data, frame));
}

}  // namespace
}  // namespace eyas::sources
