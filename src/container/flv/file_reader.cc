#include "container/flv/file_reader.h"

namespace eyas::flv {

base::Status FileReader::feed(base::Bytes bytes) {
  bool fresh = held_.empty();
  if (!fresh) held_.insert(held_.end(), bytes.begin(), bytes.end());
  base::Bytes all = fresh ? bytes : base::Bytes(held_);
  size_t used = 0;
  while (true) {
    base::Result<size_t> taken = take(all.subspan(used));
    if (!taken) return taken.error();
    if (*taken == 0) break;
    used += *taken;
  }
  if (fresh)
    held_.assign(bytes.begin() + static_cast<ptrdiff_t>(used), bytes.end());
  else
    held_.erase(held_.begin(), held_.begin() + static_cast<ptrdiff_t>(used));
  // A large tag's room is not kept for the small ones that follow.
  if (held_.empty()) held_.shrink_to_fit();
  return {};
}

base::Result<size_t> FileReader::take(base::Bytes bytes) {
  switch (awaits_) {
    case Awaits::kFileHeader: {
      if (bytes.size() < kFileHeaderBytes) return size_t{0};
      base::Result<FileHeader> header = parse_file_header(bytes);
      if (!header) return header.error();
      if (header->header_bytes > kHeaderBytesMax)
        return base::Error{base::Code::kLimit, "flv file: header bytes",
                           std::to_string(header->header_bytes)};
      header_bytes_ = header->header_bytes;
      awaits_ = Awaits::kFirstSize;
      [[fallthrough]];
    }
    case Awaits::kFirstSize:
      if (bytes.size() < header_bytes_ + kPreviousTagSizeBytes) return size_t{0};
      awaits_ = Awaits::kTag;
      return header_bytes_ + kPreviousTagSizeBytes;
    default:
      return take_tag(bytes);
  }
}

base::Result<size_t> FileReader::take_tag(base::Bytes bytes) {
  if (bytes.size() < kTagHeaderBytes) return size_t{0};
  base::Result<TagHeader> header = parse_tag_header(bytes);
  uint32_t body_bytes = base::ByteReader(bytes.subspan(1)).u24();
  bool encrypted = (bytes[0] & 0x20) != 0;
  if (!header && (header.error().code != base::Code::kUnsupported || encrypted)) return header.error();
  if (body_bytes > tag_bytes_max_)
    return base::Error{base::Code::kLimit, "flv file: tag bytes", std::to_string(body_bytes)};
  size_t whole = kTagHeaderBytes + body_bytes + kPreviousTagSizeBytes;
  if (bytes.size() < whole) return size_t{0};
  if (!header) {
    // DEVIATION: some servers mix in tags of their own types; they can be stepped over.
    if (++unknown_ > kUnknownTagsMax)
      return base::Error{base::Code::kMalformed, "flv file: nothing but unknown tags", {}};
    return whole;
  }
  unknown_ = 0;
  base::Status status =
      sink_.on_tag(*header, base::Slice::copy_of(bytes.subspan(kTagHeaderBytes, body_bytes)));
  if (!status) return status.error();
  return whole;
}

}  // namespace eyas::flv
