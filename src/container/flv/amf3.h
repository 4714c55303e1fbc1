// AMF3: the values of RTMP command messages of type 17 and of AMF0's avmplus marker [Action Message Format
// AMF3].
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "container/flv/amf_value.h"

namespace eyas::flv {

// Reads one value where `in` stands, with reference tables of its own. Integers become numbers; vectors
// become strict arrays; ArrayCollection and ObjectProxy become the value that they wrap. Errors: malformed
// (also a reference to a value that is still open), unsupported (dictionaries, other externalizable classes),
// limit.
base::Result<AmfValue> amf3_read(base::ByteReader& in, const AmfLimits& limits = {});
// As a part of a larger message: `depth` is where the value stands in it, `budget` what the message has left.
base::Result<AmfValue> amf3_read(base::ByteReader& in, AmfBudget& budget, unsigned depth);

// Appends one value without references.
void amf3_write(base::ByteWriter& out, const AmfValue& value);

}  // namespace eyas::flv
