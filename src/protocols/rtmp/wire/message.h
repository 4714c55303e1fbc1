// RTMP messages: types, and the payloads of those that are not AMF [RTMP 1.0 5.4, 6.2, 7.1].
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/slice.h"

namespace eyas::rtmp {

// Message type ids.
enum class MessageType : uint8_t {
  kSetChunkSize = 1,
  kAbort = 2,
  kAcknowledgement = 3,
  kUserControl = 4,
  kWindowAckSize = 5,
  kSetPeerBandwidth = 6,
  kAudio = 8,
  kVideo = 9,
  kDataAmf3 = 15,
  kSharedObjectAmf3 = 16,
  kCommandAmf3 = 17,
  kDataAmf0 = 18,
  kSharedObjectAmf0 = 19,
  kCommandAmf0 = 20,
  kAggregate = 22,
};

// User control events [RTMP 1.0 7.1.7].
enum class UserEvent : uint16_t {
  kStreamBegin = 0,
  kStreamEof = 1,
  kStreamDry = 2,
  kSetBufferLength = 3,
  kStreamIsRecorded = 4,
  kPingRequest = 6,
  kPingResponse = 7,
};

// The AMF0 string "@setDataFrame" with which publishers wrap onMetaData.
constexpr std::string_view kSetDataFrame("\x02\x00\x0D@setDataFrame", 16);

// One whole message, put together from its chunks.
struct Message {
  MessageType type{};
  uint32_t stream_id = 0;
  uint32_t timestamp_ms = 0;  // absolute, wraps at 2^32
  base::Slice payload;
};

// Chunk streams that we send on. 2 is for protocol control [RTMP 1.0 5.4]; the others are our choice.
constexpr uint32_t kControlChunkStream = 2;
constexpr uint32_t kCommandChunkStream = 3;
constexpr uint32_t kMediaChunkStream = 6;

struct UserControl {
  UserEvent event{};
  uint32_t value = 0;  // stream id, or the ping's time
};
// Errors: kMalformed when shorter than its event needs. Events that we do not know come back with their
// number.
base::Result<UserControl> parse_user_control(base::Bytes payload);

// The 32-bit number that types 1, 2, 3, 5 (and the first field of 6) hold.
base::Result<uint32_t> parse_number(base::Bytes payload);

Message set_chunk_size(uint32_t bytes);
Message acknowledgement(uint32_t sequence_number);
Message window_ack_size(uint32_t bytes);
Message set_peer_bandwidth(uint32_t bytes);  // limit type: dynamic
Message user_control(UserEvent event, uint32_t value);

// Splits an aggregate (type 22) into its messages [RTMP 1.0 7.1.6]; they share its memory, and their times
// are moved so that the first has the aggregate's. Errors: kMalformed.
base::Result<std::vector<Message>> split_aggregate(const Message& aggregate);

}  // namespace eyas::rtmp
