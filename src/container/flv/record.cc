#include "container/flv/record.h"

#include "codec/codec.h"
#include "codec/nal/nal.h"

namespace eyas::flv {
namespace {

using base::Code;
using base::Error;
using base::Result;
using media::Codec;

constexpr size_t kStreamInfoBytes = 34;  // FLAC's STREAMINFO block body [RFC 9639 8.2]

Result<Record> nal_record(Codec codec, const base::Slice& body) {
  // DEVIATION: Annex B parameter sets where the record belongs; some encoders pass their own output through.
  if (codec::nal::begins_with_start_code(body)) {
    Result<base::Slice> sets = codec::annexb_to_length_prefixed(body);
    if (!sets) return sets.error();
    media::CodecConfig bare;
    bare.codec = codec;
    std::optional<base::Slice> built = codec::record_with_in_band(bare, *sets);
    if (!built) return Error{Code::kMalformed, "flv: parameter sets in Annex B", {}};
    return Record{*built, 4};
  }
  return Record{body, codec::nal_length_size(codec, body)};
}

// Enhanced RTMP puts the stream marker and the block header first; encoders leave out either.
Result<Record> flac_record(const base::Slice& body) {
  size_t skip = base::as_text(body).starts_with("fLaC") ? 4 : 0;
  if (body.size() >= skip + 4 + kStreamInfoBytes) skip += 4;
  if (body.size() < skip + kStreamInfoBytes) return Error{Code::kMalformed, "flv: truncated STREAMINFO", {}};
  return Record{body.sub(skip, kStreamInfoBytes), 4};
}

// Some senders copy the vpcC box with its version and flags; a bare record never begins with those bytes, for
// its third would be a bit depth of 0.
Result<Record> vp9_record(const base::Slice& body) {
  bool full_box = body.size() >= 12 && base::as_text(body).starts_with(std::string_view("\x01\0\0\0", 4));
  return Record{full_box ? body.sub(4) : body, 4};
}

Result<base::Slice> nal_payload(const base::Slice& body, unsigned length_size, Quirks& quirks) {
  Result<base::Slice> canonical = codec::to_length_prefixed4(body, length_size);
  if (canonical || !codec::nal::begins_with_start_code(body)) return canonical;
  // DEVIATION: Annex B where lengths belong; some phone and camera SDKs send the encoder's output unchanged.
  ++quirks.annexb_payloads;
  return codec::annexb_to_length_prefixed(body);
}

}  // namespace

bool describes_itself(Codec codec) {
  return codec == Codec::kMp3 || codec == Codec::kAc3 || codec == Codec::kEac3 || codec == Codec::kVp8;
}

Result<Record> canonical_record(Codec codec, const base::Slice& body) {
  if (describes_itself(codec)) return Record{};
  switch (codec) {
    case Codec::kH264:
    case Codec::kH265:
      return nal_record(codec, body);
    case Codec::kFlac:
      return flac_record(body);
    case Codec::kVp9:
      return vp9_record(body);
    default:
      return Record{body, 4};
  }
}

base::Slice wire_record(const media::CodecConfig& config) {
  if (config.codec != Codec::kFlac) return config.record;
  base::ByteWriter out(8 + kStreamInfoBytes);
  out.text("fLaC");
  out.u32(0x80000000 | kStreamInfoBytes);  // the last metadata block, type STREAMINFO [RFC 9639 8.1]
  out.bytes(config.record);
  return base::Slice(out.take());
}

Result<base::Slice> canonical_payload(Codec codec, const base::Slice& body, unsigned nal_length_size,
                                      Quirks& quirks) {
  if (codec == Codec::kH264 || codec == Codec::kH265) return nal_payload(body, nal_length_size, quirks);
  // A temporal delimiter OBU is two bytes, and first [AV1 5.6, 7.5]; the canonical form leaves it out.
  if (codec == Codec::kAv1 && base::as_text(body).starts_with(std::string_view("\x12\0", 2)))
    return body.sub(2);
  return body;
}

}  // namespace eyas::flv
