#include "container/mp4/event.h"

#include <gtest/gtest.h>

#include "container/mp4/box_reader.h"
#include "container/mp4/fragment.h"

namespace eyas::mp4 {
namespace {

const Event kEvent = {
    "urn:a", "7", 90'000, 0x1'0000'0002, 3, 4, base::Slice::copy_of(std::string("KLV\0!", 5))};

std::vector<uint8_t> box_of(const Event& event) {
  base::ByteWriter out;
  write_event(event, out);
  return out.take();
}

TEST(Mp4Event, IsReadAsItWasWritten) {
  const std::vector<uint8_t> bytes = box_of(kEvent);
  BoxCursor cursor(bytes);
  const auto box = cursor.next();
  ASSERT_TRUE(box.ok() && *box && (*box)->type == "emsg");
  const auto event = read_event((*box)->body);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event->scheme, "urn:a");
  EXPECT_EQ(event->value, "7");
  EXPECT_EQ(event->timescale, 90'000U);
  EXPECT_EQ(event->time, 0x1'0000'0002U);
  EXPECT_EQ(event->duration, 3U);
  EXPECT_EQ(event->id, 4U);
  EXPECT_EQ(base::as_text(event->data), std::string_view("KLV\0!", 5));
}

TEST(Mp4Event, IsLaidOutAsTheStandardHasIt) {
  const Event plain = {"s", "v", 1, 2, 3, 4, base::Slice::copy_of("d")};
  const std::vector<uint8_t> expected = {0, 0, 0, 37, 'e', 'm', 's', 'g', 1,   0, 0,  0, 0,
                                         0, 0, 1, 0,  0,   0,   0,   0,   0,   0, 2,  0, 0,
                                         0, 3, 0, 0,  0,   4,   's', 0,   'v', 0, 'd'};
  EXPECT_EQ(box_of(plain), expected);
}

TEST(Mp4Event, CutAndOldOnesAreRefused) {
  const std::vector<uint8_t> bytes = box_of(kEvent);
  const base::Bytes body = base::Bytes(bytes).subspan(8);
  const size_t texts_end = body.size() - 5;
  for (size_t size = 0; size < texts_end; ++size) EXPECT_FALSE(read_event(body.first(size)).ok()) << size;
  EXPECT_TRUE(read_event(body.first(texts_end)).ok()) << "without data";
  std::vector<uint8_t> old(body.begin(), body.end());
  old[0] = 0;
  EXPECT_EQ(read_event(old).error().code, base::Code::kUnsupported);
}

TEST(Mp4Event, AZeroByteEndsAText) {
  Event event = kEvent;
  event.scheme = std::string("urn:b\0c", 7);
  const std::vector<uint8_t> bytes = box_of(event);
  EXPECT_EQ(read_event(base::Bytes(bytes).subspan(8))->scheme, "urn:b");
}

TEST(Mp4Event, StandsBeforeItsFragment) {
  const Sample sample = {3000, 0, true, base::Slice::copy_of("picture")};
  const TrackRun run = {1, true, 0, {&sample, 1}};
  const base::Slice bytes = write_fragment(1, {&run, 1}, ProducerTime{}, {&kEvent, 1});
  std::vector<std::string> order;
  BoxCursor cursor(bytes);
  for (auto box = cursor.next(); box.ok() && *box; box = cursor.next()) order.emplace_back((*box)->type);
  EXPECT_EQ(order, (std::vector<std::string>{"prft", "emsg", "moof", "mdat"}));
  const auto runs = read_fragments(bytes);
  ASSERT_TRUE(runs.ok());
  EXPECT_EQ(base::as_text(runs->front().samples.front().payload), "picture");
}

}  // namespace
}  // namespace eyas::mp4
