#include "container/flv/common_format.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "codec/codec.h"
#include "container/flv/test_streams.h"

namespace eyas::flv {
namespace {

using media::Codec;
using namespace std::chrono_literals;

media::TrackPtr track(media::TrackId id, Codec codec, base::Slice record, media::TrackId derived_from = 0) {
  auto made = std::make_shared<media::Track>();
  made->id = id;
  made->config = std::move(*codec::describe(codec, std::move(record)));
  made->derived_from = derived_from;
  return made;
}

constexpr base::Duration kAacWait = CommonFormat::Settings{}.aac_wait;

// A stream with sound, and what becomes of it.
class CommonFormatTest : public testing::Test {
 protected:
  void set_tracks(const media::TrackSet& all) {
    units.clear();
    format.set_tracks(CommonFormat::select(all), units);
  }
  // A frame, so long after the beginning.
  void push(const media::TrackPtr& of, base::Duration after) {
    clock.advance(after - now_);
    now_ = after;
    auto frame = std::make_shared<media::Frame>();
    frame->track = of;
    frame->key = true;
    frame->dts = frame->pts = media::MediaTime(after);
    frame->payload = base::Slice(base::from_hex(of == video ? kIdr : "fc00aa"));
    units.clear();
    format.package(frame, units);
  }
  size_t count(TagType type) const {
    return static_cast<size_t>(
        std::ranges::count(units, type, [](const UnitPtr& unit) { return unit->type; }));
  }
  bool announces_sound() { return (format.head()->flv_file_header.data()[4] & 4) != 0; }
  size_t sequence_headers() {
    return static_cast<size_t>(std::ranges::count(format.head()->units, TagType::kAudio,
                                                  [](const UnitPtr& unit) { return unit->type; }));
  }

  media::TrackPtr video = track(1, Codec::kH264, base::Slice(base::from_hex(kAvcRecord)));
  media::TrackPtr opus = track(2, Codec::kOpus, codec::opus_record(2, 48000));
  media::TrackPtr aac = track(9, Codec::kAac, codec::aac_record(2, 48000, 2), 2);
  base::ManualClock clock;
  CommonFormat format{{}, "live/alpha", clock};
  std::vector<UnitPtr> units;

 private:
  base::Duration now_{0};
};

TEST_F(CommonFormatTest, PicturesDoNotWaitForSoundThatIsBeingMade) {
  set_tracks({video, opus});
  EXPECT_TRUE(format.head()->wants_aac);
  EXPECT_TRUE(announces_sound()) << "players that look for sound only where it is announced";
  EXPECT_EQ(sequence_headers(), 0u);
  push(video, 0s);
  EXPECT_EQ(count(TagType::kVideo), 1u);
  push(opus, 10ms);
  EXPECT_EQ(units.size(), 0u);
  set_tracks({video, opus, aac});
  EXPECT_EQ(count(TagType::kAudio), 1u) << "its sequence header, to those who watch already";
  EXPECT_TRUE(format.head()->wants_aac) << "who comes now wants it to stay";
  EXPECT_EQ(sequence_headers(), 1u);
  push(aac, 200ms);
  EXPECT_EQ(count(TagType::kAudio), 1u);
  push(opus, 210ms);
  EXPECT_EQ(units.size(), 0u);
}

TEST_F(CommonFormatTest, SoundThatNobodyMakesAacOfIsCarriedAsItIs) {
  set_tracks({video, opus});
  push(video, 0s);
  push(opus, kAacWait);
  EXPECT_EQ(units.size(), 0u);
  push(opus, kAacWait + 20ms);
  EXPECT_EQ(count(TagType::kAudio), 2u) << "sequence header and packet";
  EXPECT_TRUE(announces_sound());
  EXPECT_TRUE(format.head()->wants_aac);
  set_tracks({video, opus, aac});
  push(opus, 5s);
  EXPECT_EQ(units.size(), 0u) << "AAC came after all";
  // Its worker died: it is waited for anew.
  set_tracks({video, opus});
  push(opus, 5s);
  EXPECT_EQ(units.size(), 0u);
  push(opus, 5s + kAacWait + 20ms);
  EXPECT_EQ(count(TagType::kAudio), 2u);
}

TEST_F(CommonFormatTest, SoundThatEverybodyKnowsNeedsNobody) {
  media::TrackPtr own = track(2, Codec::kAac, codec::aac_record(2, 44100, 1));
  set_tracks({video, own});
  EXPECT_FALSE(format.head()->wants_aac);
  push(own, 0s);
  EXPECT_EQ(count(TagType::kAudio), 1u);
  set_tracks({video});
  EXPECT_FALSE(format.head()->wants_aac);
  EXPECT_FALSE(announces_sound());
}

TEST_F(CommonFormatTest, OnlyTheFirstAudioTrackIsEverybodys) {
  media::TrackPtr own = track(1, Codec::kAac, codec::aac_record(2, 44100, 1));
  set_tracks({own, opus});
  EXPECT_FALSE(format.head()->wants_aac);
  push(opus, 0s);
  EXPECT_EQ(count(TagType::kAudio), 1u);
}

}  // namespace
}  // namespace eyas::flv
