#include "container/cmaf/events.h"

#include <gtest/gtest.h>

#include "container/cmaf/muxer.h"
#include "container/mp4/box_reader.h"

namespace eyas::cmaf {
namespace {

media::Track data_track(const std::string& media_type) {
  media::Track track;
  track.id = 3;
  track.config.codec = media::Codec::kData;
  track.media_type = media_type;
  return track;
}

TEST(CmafEvents, TheMediaTypeTellsTheScheme) {
  const auto scheme = [](const std::string& type) {
    const auto stream = event_stream_of(data_track(type));
    return stream ? stream->scheme : "";
  };
  EXPECT_EQ(scheme("application/klv"), "urn:misb:KLV:bin:1910.1");
  EXPECT_EQ(scheme("application/json; profile=telemetry"), "urn:eyas:telemetry:json:2026");
  EXPECT_EQ(scheme("application/id3"), "https://aomedia.org/emsg/ID3");
  EXPECT_EQ(scheme("application/octet-stream"), "");
  EXPECT_EQ(event_stream_of(data_track("application/klv"))->value, "3");
  media::Track picture;
  picture.media_type = "application/klv";
  picture.config.codec = media::Codec::kH264;
  EXPECT_FALSE(event_stream_of(picture));
}

TEST(CmafEvents, KeepTheirOrderAndAreNumbered) {
  EventQueue queue;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(
        queue.push({"urn:a", "1"}, media::media_time_from_ms(1000 + i * 10), base::Slice::copy_of("x")));
  }
  const auto events = queue.take(90'000);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].time, 90'900U);
  EXPECT_EQ(events[2].id, 2U);
  EXPECT_TRUE(queue.take(90'000).empty());
  EXPECT_TRUE(queue.push({"urn:a", "1"}, media::media_time_from_ms(0), {}));
  EXPECT_EQ(queue.take(90'000).front().id, 3U) << "never twice";
}

TEST(CmafEvents, AreBoundedInNumberAndBytes) {
  EventQueue queue;
  for (size_t i = 0; i < EventQueue::kMessagesMax; ++i) EXPECT_TRUE(queue.push({}, {}, {}));
  EXPECT_FALSE(queue.push({}, {}, {}));
  EXPECT_EQ(queue.take(1).size(), EventQueue::kMessagesMax);
  const base::Slice half = base::Slice::copy_of(std::string(EventQueue::kBytesMax / 2, 'x'));
  EXPECT_TRUE(queue.push({}, {}, half) && queue.push({}, {}, half));
  EXPECT_FALSE(queue.push({}, {}, base::Slice::copy_of("x")));
  EXPECT_EQ(queue.take(1).size(), 2U);
  EXPECT_TRUE(queue.push({}, {}, half));
}

// A muxer with pictures (25 a second, 5 a part), or sound alone, and KLV.
class Bed {
 public:
  Bed(bool pictures, const Settings& settings = {}) : muxer_("live/alpha", settings, 1'700'000'000) {
    media_->id = 1;
    klv_->id = 3, klv_->config.codec = media::Codec::kData, klv_->media_type = "application/klv";
    media_->config.codec = pictures ? media::Codec::kH264 : media::Codec::kAac;
    media_->config.record = base::Slice(pictures ? std::vector<uint8_t>{1, 0x64, 0, 0x28, 0xff, 0xe0, 0}
                                                 : std::vector<uint8_t>{0x11, 0x90});
    media_->config.width = 1920, media_->config.height = 1080;
    media_->config.sample_rate = 48000, media_->config.channels = 2;
    muxer_.set_tracks({media_, klv_});
  }
  // A second of media.
  void run() {
    for (int i = 0; i < 25; ++i, ++count_) push(media_, std::chrono::milliseconds(40) * count_, i == 0);
  }
  void klv(int64_t ms) { push(klv_, std::chrono::milliseconds(ms), true); }
  // The times of the event messages in the parts, in ticks of the view.
  std::vector<uint64_t> times() const {
    std::vector<uint64_t> out;
    last->views.front().for_each_part([&](const Segment&, const Part& part) {
      (void)mp4::walk_boxes(part.bytes, {}, [&](std::string_view, const mp4::Box& box) {
        if (box.type != "emsg") return;
        const auto event = mp4::read_event(box.body);
        ASSERT_TRUE(event.ok() && event->timescale == last->views.front().timescale);
        out.push_back(event->time);
      });
    });
    return out;
  }
  MomentPtr last;

 private:
  void push(const media::TrackPtr& track, base::Duration at, bool key) {
    media::Frame frame;
    frame.track = track;
    frame.pts = frame.dts = media::MediaTime(at);
    frame.key = key;
    frame.arrival = clock_.mono() + at;
    frame.payload =
        base::Slice(std::vector<uint8_t>{0, 0, 0, 2, static_cast<uint8_t>(key ? 0x65 : 0x41), 0x88});
    muxer_.push(frame, {clock_.mono() + at, clock_.wall() + at});
    if (MomentPtr moment = muxer_.take_moment()) last = std::move(moment);
  }

  std::shared_ptr<media::Track> media_ = std::make_shared<media::Track>();
  std::shared_ptr<media::Track> klv_ = std::make_shared<media::Track>();
  base::ManualClock clock_;
  Muxer muxer_;
  int count_ = 0;
};

TEST(CmafEvents, GoAlongWithThePictures) {
  Bed bed(true);
  bed.klv(0);  // before there is anything to go along with
  bed.run();
  bed.klv(1000);
  bed.klv(1010);
  bed.run();
  const uint64_t second = bed.last->views.front().timescale;
  EXPECT_EQ(bed.times(), (std::vector<uint64_t>{second, second * 101 / 100}));
  EXPECT_EQ(bed.last->event_streams, (std::vector<EventStream>{{"urn:misb:KLV:bin:1910.1", "3"}}));
  EXPECT_EQ(bed.last->dropped_events, 0U);
}

TEST(CmafEvents, GoAlongWithTheSoundOfAStreamWithoutPictures) {
  Bed bed(false);
  bed.run();
  bed.klv(1000);
  bed.run();
  EXPECT_EQ(bed.times().size(), 1U);
}

TEST(CmafEvents, ThatAreNotWantedStayOutAndTooManyAreCounted) {
  Settings without;
  without.data = false;
  Bed quiet(true, without), loud(true);
  for (Bed* bed : {&quiet, &loud}) {
    bed->run();
    for (size_t i = 0; i < EventQueue::kMessagesMax + 5; ++i) bed->klv(1000);
    bed->run();
  }
  EXPECT_TRUE(quiet.times().empty() && quiet.last->event_streams.empty());
  EXPECT_EQ(loud.times().size(), EventQueue::kMessagesMax);
  EXPECT_EQ(loud.last->dropped_events, 5U);
}

}  // namespace
}  // namespace eyas::cmaf
