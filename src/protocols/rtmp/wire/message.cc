#include "protocols/rtmp/wire/message.h"

#include "base/bytes.h"

namespace eyas::rtmp {
namespace {

constexpr uint8_t kLimitTypeDynamic = 2;  // [RTMP 1.0 5.4.5]

Message number_message(MessageType type, uint32_t value) {
  base::ByteWriter out(4);
  out.u32(value);
  return {type, 0, 0, base::Slice(out.take())};
}

}  // namespace

base::Result<UserControl> parse_user_control(base::Bytes payload) {
  base::ByteReader in(payload);
  UserControl control;
  control.event = static_cast<UserEvent>(in.u16());
  control.value = in.u32();
  if (!in.ok()) return base::Error{base::Code::kMalformed, "rtmp user control: length", {}};
  return control;
}

base::Result<uint32_t> parse_number(base::Bytes payload) {
  base::ByteReader in(payload);
  uint32_t value = in.u32();
  if (!in.ok()) return base::Error{base::Code::kMalformed, "rtmp protocol control: length", {}};
  return value;
}

Message set_chunk_size(uint32_t bytes) {
  return number_message(MessageType::kSetChunkSize, bytes);
}
Message acknowledgement(uint32_t sequence_number) {
  return number_message(MessageType::kAcknowledgement, sequence_number);
}
Message window_ack_size(uint32_t bytes) {
  return number_message(MessageType::kWindowAckSize, bytes);
}

Message set_peer_bandwidth(uint32_t bytes) {
  base::ByteWriter out(5);
  out.u32(bytes);
  out.u8(kLimitTypeDynamic);
  return {MessageType::kSetPeerBandwidth, 0, 0, base::Slice(out.take())};
}

Message user_control(UserEvent event, uint32_t value) {
  base::ByteWriter out(6);
  out.u16(static_cast<uint16_t>(event));
  out.u32(value);
  return {MessageType::kUserControl, 0, 0, base::Slice(out.take())};
}

base::Result<std::vector<Message>> split_aggregate(const Message& aggregate) {
  constexpr size_t kBackPointerBytes = 4;
  std::vector<Message> messages;
  base::ByteReader in(aggregate.payload);
  uint32_t first_timestamp_ms = 0;
  while (in.remaining() > 0) {
    Message message;
    message.type = static_cast<MessageType>(in.u8());
    uint32_t length = in.u24();
    uint32_t low = in.u24();
    uint32_t timestamp_ms = static_cast<uint32_t>(in.u8()) << 24 | low;
    in.skip(3);  // its stream id: the aggregate's own overrides it
    size_t start = in.position();
    in.skip(length);
    if (!in.ok()) return base::Error{base::Code::kMalformed, "rtmp aggregate: length", {}};
    if (messages.empty()) first_timestamp_ms = timestamp_ms;
    message.timestamp_ms = aggregate.timestamp_ms + (timestamp_ms - first_timestamp_ms);
    message.stream_id = aggregate.stream_id;
    message.payload = aggregate.payload.sub(start, length);
    messages.push_back(std::move(message));
    // DEVIATION: the back pointer after the last message is missing from some encoders.
    if (in.remaining() > 0) in.skip(kBackPointerBytes);
    if (!in.ok()) return base::Error{base::Code::kMalformed, "rtmp aggregate: back pointer", {}};
  }
  return messages;
}

}  // namespace eyas::rtmp
