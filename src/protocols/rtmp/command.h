// Commands [RTMP 1.0 7.2]: AMF values with a name and a transaction id.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "container/flv/amf_value.h"
#include "protocols/rtmp/wire/message.h"

namespace eyas::rtmp {

struct Command {
  std::string name;
  double transaction = 0;             // 0: no answer is expected
  std::vector<flv::AmfValue> values;  // the command object, then the arguments
  uint32_t stream_id = 0;

  // Undefined past the end.
  flv::AmfValue value(size_t index) const { return index < values.size() ? values[index] : flv::AmfValue(); }
};

// From a message of type 20 (AMF0) or 17 (AMF3: a format byte, then AMF0 values that may switch to AMF3).
// Errors: kMalformed, kLimit.
base::Result<Command> parse_command(const Message& message, size_t bytes_max);

Message command_message(uint32_t stream_id, std::string_view name, double transaction,
                        std::vector<flv::AmfValue> values);

// level: "status" or "error".
flv::AmfValue status_object(std::string_view level, std::string_view code, std::string_view description);
Message on_status(uint32_t stream_id, std::string_view level, std::string_view code,
                  std::string_view description);

// |RtmpSampleAccess: both kinds of sample may be read [RTMP 1.0 has no word on it; players of Adobe's line
// wait for it].
Message sample_access(uint32_t stream_id);

}  // namespace eyas::rtmp
