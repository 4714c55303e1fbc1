// The client's side of RTMP for tests: makes the bytes that a peer sends, and reads those that it gets.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "container/flv/amf0.h"
#include "protocols/rtmp/command.h"
#include "protocols/rtmp/wire/chunk_reader.h"
#include "protocols/rtmp/wire/chunk_writer.h"
#include "protocols/rtmp/wire/handshake.h"

namespace eyas::rtmp::test {

using flv::AmfValue;

inline void append(std::vector<uint8_t>& out, base::Bytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

// Makes the bytes of a publisher or player.
class ClientBytes {
 public:
  // C0 C1 C2 (C2 early, as impatient encoders do); with a digest when asked.
  static std::vector<uint8_t> handshake(bool digest = false) {
    std::vector<uint8_t> c1(kHandshakeBytes, 0x21), out = {3};
    std::fill_n(c1.begin() + 4, 4, digest ? uint8_t{9} : uint8_t{0});
    if (digest) sign(c1, DigestSchema::kDigestFirst, DigestSigner::kClient);
    append(out, c1);
    append(out, std::vector<uint8_t>(kHandshakeBytes));
    return out;
  }
  std::vector<uint8_t> message(MessageType type, uint32_t stream_id, uint32_t timestamp_ms,
                               base::Bytes payload) {
    writer_.write(4, {type, stream_id, timestamp_ms, base::Slice::copy_of(payload)});
    return writer_.take();
  }
  std::vector<uint8_t> command(uint32_t stream_id, std::string_view name, double transaction,
                               std::vector<AmfValue> values) {
    writer_.write(3, command_message(stream_id, name, transaction, std::move(values)));
    return writer_.take();
  }
  std::vector<uint8_t> connect(std::string_view app, std::vector<flv::AmfProperty> more = {}) {
    more.push_back({"app", AmfValue::string(app)});
    more.push_back({"flashVer", AmfValue::string("FMLE/3.0 (compatible; test)")});
    return command(0, "connect", 1, {AmfValue::object(std::move(more))});
  }
  std::vector<uint8_t> create_stream(double transaction = 2) {
    return command(0, "createStream", transaction, {AmfValue::null()});
  }
  std::vector<uint8_t> publish(std::string_view name, uint32_t stream_id = 1) {
    return command(stream_id, "publish", 3,
                   {AmfValue::null(), AmfValue::string(name), AmfValue::string("live")});
  }
  std::vector<uint8_t> play(std::string_view name, uint32_t stream_id = 1) {
    return command(stream_id, "play", 4, {AmfValue::null(), AmfValue::string(name), AmfValue::number(-2)});
  }
  std::vector<uint8_t> media(MessageType type, uint32_t timestamp_ms, std::string_view hex,
                             uint32_t stream_id = 1) {
    return message(type, stream_id, timestamp_ms, base::from_hex(hex));
  }

 private:
  ChunkWriter writer_{kChunkSizeDefault};
};

// Reads what the server sends: skips S0 S1 S2 and keeps the messages.
class ClientReader : private ChunkReader::Sink {
 public:
  void feed(base::Bytes bytes) {
    size_t skipped = std::min(bytes.size(), handshake_left_);
    handshake_left_ -= skipped;
    (void)reader_.feed(bytes.subspan(skipped), *this);
  }
  bool handshake_done() const { return handshake_left_ == 0; }
  const std::vector<Message>& messages() const { return messages_; }

  // "_result", "onStatus:NetStream.Publish.Start", ... of the commands that came, in order.
  std::vector<std::string> commands() const {
    std::vector<std::string> names;
    for (const Message& message : messages_) {
      if (message.type != MessageType::kCommandAmf0) continue;
      base::Result<Command> command = parse_command(message, 64 * 1024);
      if (!command) continue;
      std::string code(command->value(1).get_string("code"));
      names.push_back(code.empty() ? command->name : command->name + ":" + code);
    }
    return names;
  }
  bool saw(std::string_view name) const {
    std::vector<std::string> all = commands();
    return std::ranges::find(all, name) != all.end();
  }
  size_t count(MessageType type) const {
    return static_cast<size_t>(std::ranges::count(messages_, type, &Message::type));
  }
  const Message* first(MessageType type) const {
    auto found = std::ranges::find(messages_, type, &Message::type);
    return found == messages_.end() ? nullptr : &*found;
  }

 private:
  base::Status on_message(Message message) override {
    messages_.push_back(std::move(message));
    return {};
  }

  size_t handshake_left_ = 1 + 2 * kHandshakeBytes;
  ChunkReader reader_;
  std::vector<Message> messages_;
};

}  // namespace eyas::rtmp::test
