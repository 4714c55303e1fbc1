#include "protocols/rtmp/command.h"

#include "container/flv/amf0.h"

namespace eyas::rtmp {

using flv::AmfValue;

base::Result<Command> parse_command(const Message& message, size_t bytes_max) {
  if (message.payload.size() > bytes_max) return base::Error{base::Code::kLimit, "rtmp command: bytes", {}};
  base::Bytes bytes = message.payload;
  if (message.type == MessageType::kCommandAmf3 && !bytes.empty() && bytes[0] == 0) bytes = bytes.subspan(1);
  base::Result<std::vector<AmfValue>> values = flv::amf0_read_all(bytes);
  if (!values) return values.error();
  if (values->empty() || !(*values)[0].is_string()) {
    return base::Error{base::Code::kMalformed, "rtmp command: name", {}};
  }
  Command command;
  command.name = (*values)[0].as_string();
  command.stream_id = message.stream_id;
  if (values->size() > 1) command.transaction = (*values)[1].as_number();
  if (values->size() > 2) command.values.assign(values->begin() + 2, values->end());
  return command;
}

Message command_message(uint32_t stream_id, std::string_view name, double transaction,
                        std::vector<AmfValue> values) {
  base::ByteWriter out;
  flv::amf0_write(out, AmfValue::string(name));
  flv::amf0_write(out, AmfValue::number(transaction));
  for (const AmfValue& value : values) flv::amf0_write(out, value);
  return {MessageType::kCommandAmf0, stream_id, 0, base::Slice(out.take())};
}

AmfValue status_object(std::string_view level, std::string_view code, std::string_view description) {
  return AmfValue::object({{"level", AmfValue::string(level)},
                           {"code", AmfValue::string(code)},
                           {"description", AmfValue::string(description)}});
}

Message on_status(uint32_t stream_id, std::string_view level, std::string_view code,
                  std::string_view description) {
  return command_message(stream_id, "onStatus", 0,
                         {AmfValue::null(), status_object(level, code, description)});
}

Message sample_access(uint32_t stream_id) {
  base::ByteWriter out;
  flv::amf0_write(out, AmfValue::string("|RtmpSampleAccess"));
  flv::amf0_write(out, AmfValue::boolean(true));
  flv::amf0_write(out, AmfValue::boolean(true));
  return {MessageType::kDataAmf0, stream_id, 0, base::Slice(out.take())};
}

}  // namespace eyas::rtmp
