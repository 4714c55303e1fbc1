// For tests of whole paths: coded pictures that say which ones they are, and the check that none is broken.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "container/flv/test_streams.h"

namespace eyas::flv {

// A camera's pictures are counted from zero; each group's first is a keyframe.
struct PictureCount {
  static constexpr uint32_t kGroupFrames = 25;
  static constexpr size_t kFrameBytes = 8000;
  static bool is_key(uint32_t number) { return number % kGroupFrames == 0; }

  // The body of the video tag that carries picture `number`.
  static std::vector<uint8_t> tag_body(uint32_t number) {
    std::vector<uint8_t> body = base::from_hex(is_key(number) ? "1701000000" : "2701000000");
    std::vector<uint8_t> nal = nal_unit(number);
    body.insert(body.end(), nal.begin(), nal.end());
    return body;
  }
  // Its NAL unit, length in front.
  static std::vector<uint8_t> nal_unit(uint32_t number) {
    std::vector<uint8_t> unit = base::from_hex(is_key(number) ? "6588840000" : "419a000011");
    unit.resize(kFrameBytes, 0xAA);
    std::memcpy(unit.data() + kNumberAt, &number, sizeof number);
    std::vector<uint8_t> out;
    for (int shift : {24, 16, 8, 0}) out.push_back(static_cast<uint8_t>(unit.size() >> shift));
    out.insert(out.end(), unit.begin(), unit.end());
    return out;
  }
  static uint32_t number_of(base::Bytes tag_body) {
    uint32_t number;
    std::memcpy(&number, tag_body.data() + 5 + 4 + kNumberAt, sizeof number);
    return number;
  }

 private:
  static constexpr size_t kNumberAt = 8;  // after the NAL header and the bytes that make the slice header
};

// What one viewer saw.
class PictureCheck {
 public:
  // A video tag's body; true when it held a coded picture, which is then `newest`.
  bool see(base::Bytes tag_body) {
    if (tag_body.size() < 2 || tag_body[1] != 1) return false;
    uint32_t number = PictureCount::number_of(tag_body);
    bool follows = pictures > 0 && number == newest + 1;
    EXPECT_TRUE(PictureCount::is_key(number) || follows)
        << "a broken picture: " << number << " after " << newest;
    EXPECT_TRUE(pictures == 0 || number > newest);
    if (pictures > 0) missing += number - newest - 1;
    newest = number;
    ++pictures;
    return true;
  }
  uint64_t pictures = 0;
  uint64_t missing = 0;  // between the first and the newest
  uint32_t newest = 0;
};

}  // namespace eyas::flv
