#include "protocols/hls/snapshot.h"

#include <gtest/gtest.h>

namespace eyas::hls {
namespace {

SegmentPtr segment(uint64_t msn, size_t parts, bool complete) {
  Segment made;
  made.msn = msn;
  made.complete = complete;
  made.duration = std::chrono::milliseconds(200) * static_cast<int>(parts);
  for (size_t i = 0; i < parts; ++i)
    made.parts.push_back({base::Slice::copy_of(std::to_string(msn) + "." + std::to_string(i) + ";"),
                          std::chrono::milliseconds(200), i == 0});
  return std::make_shared<const Segment>(made);
}

// Segments 10 and 11 whole, 12 open with two parts; 9 retired.
RenditionView sample_view() {
  RenditionView view;
  view.name = "video";
  view.part_target = std::chrono::milliseconds(200);
  view.target_duration = std::chrono::seconds(4);
  view.segments = {segment(10, 10, true), segment(11, 10, true), segment(12, 2, false)};
  view.retired = {segment(9, 10, true)};
  view.inits[3].bytes = base::Slice::copy_of("init");
  return view;
}

TEST(ParseResource, KnowsItsNamesAndNoOthers) {
  auto part = parse_resource("audio_17_2.m4s");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->kind, Resource::Kind::kPart);
  EXPECT_EQ(part->track, "audio");
  EXPECT_EQ(part->number, 17U);
  EXPECT_EQ(part->part, 2U);
  EXPECT_EQ(parse_resource("video_17.m4s")->kind, Resource::Kind::kSegment);
  EXPECT_EQ(parse_resource("video_3_init.mp4")->kind, Resource::Kind::kInit);
  EXPECT_EQ(parse_resource("video.m3u8")->kind, Resource::Kind::kPlaylist);
  for (const char* wrong : {"", "video", "video.m4s", "video_.m4s", "video_-1.m4s", "video_1_2_3.m4s",
                            "video_1.mp4", "video_99999999999999999999.m4s", "video_1x.m4s", "video_1_.m4s"})
    EXPECT_FALSE(parse_resource(wrong)) << wrong;
}

TEST(ParseReload, RefusesNonsense) {
  EXPECT_TRUE(parse_reload("3", "1", "YES").ok());
  EXPECT_TRUE(parse_reload("3", std::nullopt, "v2").ok());
  EXPECT_FALSE(parse_reload(std::nullopt, "1", std::nullopt).ok());
  EXPECT_FALSE(parse_reload("-3", std::nullopt, std::nullopt).ok());
  EXPECT_FALSE(parse_reload("3", "x", std::nullopt).ok());
  EXPECT_FALSE(parse_reload(std::nullopt, std::nullopt, "NO").ok());
}

TEST(Judge, WaitsForWhatComesNextAndRefusesWhatIsFarAhead) {
  const RenditionView view = sample_view();
  const auto verdict = [&](uint64_t msn, std::optional<uint64_t> part) {
    return judge(view, {msn, part, false});
  };
  EXPECT_EQ(judge(view, {}), Verdict::kReady);
  EXPECT_EQ(verdict(11, std::nullopt), Verdict::kReady);
  EXPECT_EQ(verdict(12, std::nullopt), Verdict::kWait);
  EXPECT_EQ(verdict(12, 1), Verdict::kReady);
  EXPECT_EQ(verdict(12, 2), Verdict::kWait);
  EXPECT_EQ(verdict(11, 99), Verdict::kReady);  // past the end of a whole segment: the next one has begun
  EXPECT_EQ(verdict(12, 2 + 14), Verdict::kWait);
  EXPECT_EQ(verdict(12, 2 + 15), Verdict::kRefuse);  // 3 s of parts ahead
  EXPECT_EQ(verdict(14, 0), Verdict::kWait);
  EXPECT_EQ(verdict(15, 0), Verdict::kRefuse);
}

TEST(FindMedia, ServesListedAndRetired) {
  const RenditionView view = sample_view();
  const auto found = [&](const char* file) { return find_media(view, *parse_resource(file)); };
  EXPECT_EQ(found("video_10.m4s").bytes.size(), 10U);
  EXPECT_EQ(found("video_9.m4s").verdict, Verdict::kReady);
  EXPECT_EQ(found("video_8.m4s").verdict, Verdict::kRefuse);
  EXPECT_EQ(found("video_12.m4s").verdict, Verdict::kRefuse);  // still open
  ASSERT_EQ(found("video_12_1.m4s").bytes.size(), 1U);
  EXPECT_EQ(base::as_text(found("video_12_1.m4s").bytes[0]), "12.1;");
  EXPECT_EQ(found("video_12_2.m4s").verdict, Verdict::kWait);  // the hinted part
  EXPECT_EQ(found("video_12_3.m4s").verdict, Verdict::kRefuse);
  EXPECT_EQ(found("video_3_init.mp4").verdict, Verdict::kReady);
  EXPECT_EQ(found("video_2_init.mp4").verdict, Verdict::kRefuse);
}

cmaf::Moment moment_of(std::vector<RenditionView> views) {
  cmaf::Moment moment;
  moment.views = std::move(views);
  return moment;
}

TEST(MakeSnapshot, IsReadyWhenEveryTrackHasASegment) {
  RenditionView audio = sample_view();
  audio.name = "audio";
  audio.segments = {segment(10, 2, false)};
  EXPECT_TRUE(make_snapshot(moment_of({sample_view()}))->ready);
  EXPECT_FALSE(make_snapshot(moment_of({sample_view(), audio}))->ready);
  RenditionView longer = sample_view();
  longer.segments.insert(longer.segments.begin(), segment(9, 10, true));
  EXPECT_TRUE(make_snapshot(moment_of({longer, audio}))->ready);  // silent audio is not waited for
}

}  // namespace
}  // namespace eyas::hls
