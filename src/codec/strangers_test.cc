// What broke other servers' parsers: records and pictures of which any byte is what nobody expects, or which
// end early. Each lies in heap memory of its own, exactly as long as it is: sanitizers see each byte that is
// read behind it.
#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/fixtures.h"

namespace eyas::codec {
namespace {

using media::Codec;

struct Sample {
  Codec codec;
  std::string record;
  std::string picture;
};

const Sample kSamples[] = {
    {Codec::kH264, fixtures::kAvcHigh, fixtures::kIdrHigh},
    {Codec::kH264, fixtures::kAvcInterlaced, fixtures::kPHigh},
    {Codec::kH265, fixtures::kHevcMain, fixtures::kIdrMain},
    {Codec::kH265, fixtures::kHevcMain10, fixtures::kPMain},
    {Codec::kAv1, fixtures::kAv1Svt, fixtures::kAv1SvtKey},
    {Codec::kAv1, fixtures::kAv1Aom, fixtures::kAv1SvtInter},
    {Codec::kVp9, fixtures::kVp9Record, fixtures::kVp9Key},
};

// Calls `visit` with the bytes cut at every place, and with every byte set to values that lengths and counts
// fear.
template <typename Visit>
size_t each_mutation(const std::string& hex, const Visit& visit) {
  const std::vector<uint8_t> good = base::from_hex(hex);
  size_t count = 0;
  for (size_t end = 0; end < good.size(); ++end, ++count)
    visit(std::vector<uint8_t>(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(end)));
  for (size_t at = 0; at < good.size(); ++at) {
    for (uint8_t value : {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF, good[at] ^ 0x10, good[at] ^ 0x04}) {
      std::vector<uint8_t> bad = good;
      bad[at] = value;
      visit(bad);
      ++count;
    }
  }
  return count;
}

// LiveKit's GHSA-qxj9-fmqx-r7j8 and its kin.
TEST(Strangers, NoRecordOverflowsAParser) {
  for (const Sample& sample : kSamples) {
    ASSERT_TRUE(describe(sample.codec, fixtures::slice(sample.record)).ok()) << sample.record;
    size_t refused = 0;
    size_t count = each_mutation(sample.record, [&](const std::vector<uint8_t>& record) {
      auto config = describe(sample.codec, base::Slice::copy_of(record));
      if (!config) return static_cast<void>(++refused);
      EXPECT_LE(config->width, 1u << 16);
      EXPECT_LE(config->height, 1u << 16);
    });
    EXPECT_GT(refused, 0u) << sample.record;
    EXPECT_LT(refused, count) << sample.record;
  }
}

TEST(Strangers, NoPictureOverflowsAParser) {
  for (const Sample& sample : kSamples) {
    auto config = describe(sample.codec, fixtures::slice(sample.record));
    ASSERT_TRUE(config.ok()) << sample.record;
    ASSERT_TRUE(inspect(*config, base::from_hex(sample.picture)).ok()) << sample.picture;
    each_mutation(sample.picture, [&](const std::vector<uint8_t>& picture) {
      static_cast<void>(inspect(*config, picture));
      static_cast<void>(record_with_in_band(*config, picture));
      static_cast<void>(without_sei(*config, base::Slice::copy_of(picture)).size());
      static_cast<void>(annexb_to_length_prefixed(picture));
      static_cast<void>(length_prefixed_to_annexb(picture));
    });
  }
}

}  // namespace
}  // namespace eyas::codec
