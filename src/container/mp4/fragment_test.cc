#include "container/mp4/fragment.h"

#include <gtest/gtest.h>

#include "container/mp4/box_reader.h"

namespace eyas::mp4 {
namespace {

using media::MediaTime;

TEST(ToTicks, RoundsDownAndNeverOverflows) {
  EXPECT_EQ(to_ticks(MediaTime(std::chrono::milliseconds(33)), 90000), 2970U);
  EXPECT_EQ(to_ticks(MediaTime(base::Duration(33'333'333)), 90000), 2999U);
  EXPECT_EQ(to_ticks(MediaTime(std::chrono::milliseconds(-5)), 90000), 0U);
  EXPECT_EQ(to_ticks(MediaTime(std::chrono::hours(24 * 3650)), 90000), 28'382'400'000'000U);
}

TEST(WriteFragment, WhatIsWrittenIsReadBack) {
  const std::vector<Sample> video = {{3000, 6000, true, base::Slice::copy_of("key")},
                                     {3010, -1500, false, base::Slice::copy_of("delta!")}};
  const std::vector<Sample> audio = {{1024, 0, true, base::Slice::copy_of("aac")}};
  const uint64_t late = (1ULL << 32) + 5;
  const TrackRun runs[] = {{1, true, late, video}, {2, false, 48000, audio}};
  const base::Slice bytes = write_fragment(7, runs);
  auto read = read_fragments(bytes);
  ASSERT_TRUE(read.ok()) << read.error().message();
  ASSERT_EQ(read->size(), 2U);
  const ReadRun& first = (*read)[0];
  EXPECT_EQ(first.track_id, 1U);
  EXPECT_EQ(first.decode_time, late);
  ASSERT_EQ(first.samples.size(), 2U);
  EXPECT_TRUE(first.samples[0].key);
  EXPECT_FALSE(first.samples[1].key);
  EXPECT_EQ(first.samples[1].decode_time, late + 3000);
  EXPECT_EQ(first.samples[1].composition_offset, -1500);
  EXPECT_EQ(base::as_text(first.samples[1].payload), "delta!");
  EXPECT_EQ(base::as_text((*read)[1].samples[0].payload), "aac");
  EXPECT_EQ((*read)[1].samples[0].duration, 1024U);
}

TEST(WriteFragment, EveryCutOfItIsAnErrorAndNotACrash) {
  const std::vector<Sample> samples = {{3000, 0, true, base::Slice::copy_of("picture")}};
  const TrackRun runs[] = {{1, true, 0, samples}};
  const base::Slice whole = write_fragment(1, runs);
  for (size_t size = 1; size < whole.size(); ++size)
    EXPECT_FALSE(read_fragments(whole.bytes().first(size)).ok() &&
                 read_fragments(whole.bytes().first(size))->at(0).samples.size() == 1 &&
                 read_fragments(whole.bytes().first(size))->at(0).samples[0].payload.size() != 7)
        << size;
}

TEST(WriteFragment, ProducerTimeIsNtp) {
  const std::vector<Sample> samples = {{1, 0, true, base::Slice::copy_of("x")}};
  const TrackRun runs[] = {{1, true, 90, samples}};
  const base::WallTime wall{std::chrono::milliseconds(1'700'000'000'500)};
  const base::Slice bytes = write_fragment(1, runs, ProducerTime{wall, 1, 90});
  BoxCursor cursor(bytes);
  auto prft = cursor.next();
  ASSERT_TRUE(prft.ok() && *prft);
  EXPECT_EQ((*prft)->type, "prft");
  // version 1, flags 24; track 1; 1700000000 + 2208988800 = 0xe8fe6f80 seconds and a half; media time 90
  EXPECT_EQ(base::to_hex((*prft)->body),
            "01000018"
            "00000001"
            "e8fe6f8080000000"
            "000000000000005a");
  EXPECT_TRUE(read_fragments(bytes).ok());
}

}  // namespace
}  // namespace eyas::mp4
