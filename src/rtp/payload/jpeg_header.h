// What stands before the scan of a JPEG image, which RTP leaves out and its receiver writes again
// [RFC 2435 appendices A, B].
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace eyas::rtp {

struct JpegHeader {
  uint16_t width = 0;  // pixels
  uint16_t height = 0;
  bool both_ways = false;         // chroma sampled half as often both ways (4:2:0), else across only (4:2:2)
  uint16_t restart_interval = 0;  // 0: none
  base::Bytes tables;             // of quantisation, in zigzag order: luma, chroma; at least one whole one
  uint8_t precision = 0;          // bit n: the entries of table n have 16 bits

  // Whole ones, at most 4.
  size_t table_count() const;
};

// The two tables that a quality of 1 to 99 stands for.
std::vector<uint8_t> jpeg_tables(uint8_t quality);

// From SOI to SOS.
void write_jpeg_header(base::ByteWriter& out, const JpegHeader& header);

}  // namespace eyas::rtp
