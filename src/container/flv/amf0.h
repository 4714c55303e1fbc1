// AMF0: the values of RTMP commands and of FLV script tags [Action Message Format AMF0].
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "container/flv/amf_value.h"

namespace eyas::flv {

// Reads one value where `in` stands, switching to AMF3 where the bytes say so [AMF0 3.1].
// Errors: malformed, unsupported (movie clip, record set), limit.
base::Result<AmfValue> amf0_read(base::ByteReader& in, const AmfLimits& limits = {});

// Reads values to the end of `bytes`, as a command or a script tag holds them. References reach back over the
// whole message, and the limits hold for all of it together.
base::Result<std::vector<AmfValue>> amf0_read_all(base::Bytes bytes, const AmfLimits& limits = {});

// Appends one value. What AMF0 cannot say (byte arrays, arrays with names and items) is written as AMF3.
void amf0_write(base::ByteWriter& out, const AmfValue& value);
std::vector<uint8_t> amf0_write_all(const std::vector<AmfValue>& values);

}  // namespace eyas::flv
