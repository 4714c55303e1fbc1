#include "protocols/rtmp/wire/message.h"

#include <gtest/gtest.h>

namespace eyas::rtmp {
namespace {

TEST(Message, ControlPayloads) {
  EXPECT_EQ(base::to_hex(set_chunk_size(0xFFFFFF).payload), "00ffffff");
  EXPECT_EQ(base::to_hex(window_ack_size(2500000).payload), "002625a0");
  EXPECT_EQ(base::to_hex(set_peer_bandwidth(2500000).payload), "002625a002");
  EXPECT_EQ(base::to_hex(acknowledgement(5).payload), "00000005");
  EXPECT_EQ(base::to_hex(user_control(UserEvent::kPingResponse, 258).payload), "000700000102");
}

TEST(Message, UserControlReadsBack) {
  base::Result<UserControl> control = parse_user_control(user_control(UserEvent::kStreamBegin, 3).payload);
  ASSERT_TRUE(control);
  EXPECT_EQ(control->event, UserEvent::kStreamBegin);
  EXPECT_EQ(control->value, 3u);
  EXPECT_FALSE(parse_user_control(base::from_hex("0006 0000")));
  EXPECT_FALSE(parse_number(base::from_hex("0006")));
}

Message aggregate_of(const char* hex) {
  return {MessageType::kAggregate, 1, 5000, base::Slice(base::from_hex(hex))};
}

TEST(Message, AggregateMovesTimesToItsOwn) {
  auto messages = split_aggregate(
      aggregate_of("08 000002 0003E8 00 000000 AF01 0000000D"       // audio, 2 bytes, 1000 ms, back pointer
                   "09 000003 0003FC 00 000000 170100 0000000E"));  // video, 3 bytes, 1020 ms
  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 2u);
  EXPECT_EQ((*messages)[0].type, MessageType::kAudio);
  EXPECT_EQ((*messages)[0].timestamp_ms, 5000u);
  EXPECT_EQ((*messages)[1].timestamp_ms, 5020u);
  EXPECT_EQ((*messages)[1].stream_id, 1u);
  EXPECT_EQ(base::to_hex((*messages)[1].payload), "170100");
}

TEST(Message, AggregateWithoutLastBackPointerIsAccepted) {
  EXPECT_TRUE(split_aggregate(aggregate_of("08 000001 000000 00 000000 AF")));
}

TEST(Message, BrokenAggregatesAreErrors) {
  EXPECT_FALSE(split_aggregate(aggregate_of("08 000009 000000 00 000000 AF")));  // body too short
  EXPECT_FALSE(
      split_aggregate(aggregate_of("08 000001 000000 00 000000 AF 0000")));  // back pointer too short
}

}  // namespace
}  // namespace eyas::rtmp
