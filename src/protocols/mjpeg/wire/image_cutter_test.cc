#include "protocols/mjpeg/wire/image_cutter.h"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

namespace eyas::mjpeg {
namespace {

struct Collected : ImageCutter::Sink {
  void on_image(base::Slice jpeg) override { images.push_back(base::to_hex(jpeg)); }
  std::vector<std::string> images;
};

// SOI, an APP0 whose content looks like EOI, SOS, data with a stuffed byte, a restart marker, EOI.
const std::string kImage =
    "ffd8"
    "ffe0 0006 ffd9ffd8"
    "ffda 0004 0100"
    "1234 ff00 56 ffd0 78"
    "ffd9";
const std::string kImageText = base::to_hex(base::from_hex(kImage));

std::vector<uint8_t> bytes_of(std::initializer_list<std::string> parts) {
  std::vector<uint8_t> all;
  for (const std::string& part : parts) {
    auto bytes =
        part.starts_with("ffd8") ? base::from_hex(part) : std::vector<uint8_t>(part.begin(), part.end());
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return all;
}

Collected cut(const std::vector<uint8_t>& bytes, ImageCutter::Counters* counters = nullptr) {
  Collected collected;
  ImageCutter cutter(collected);
  EXPECT_TRUE(cutter.feed(bytes).ok());
  if (counters != nullptr) *counters = cutter.counters();
  return collected;
}

TEST(ImageCutter, CutsImagesOutOfEveryKindOfMultipart) {
  // Flask and OpenCV, a camera without lengths or line ends, one that counts wrong, one without heads.
  EXPECT_EQ(cut(bytes_of({"--frame\r\nContent-Type: image/jpeg\r\n\r\n", kImage, "\r\n--frame\r\n", kImage}))
                .images,
            (std::vector<std::string>{kImageText, kImageText}));
  EXPECT_EQ(
      cut(bytes_of({"----frame\nContent-type:image/jpeg\n\n", kImage, "--frame\n\n", kImage})).images.size(),
      2u);
  EXPECT_EQ(cut(bytes_of({"--b\r\nContent-Length: 3\r\n\r\n", kImage,
                          "\r\n--b\r\nContent-Length: 99999\r\n\r\n", kImage}))
                .images.size(),
            2u);
  EXPECT_EQ(cut(bytes_of({kImage, kImage, kImage})).images.size(), 3u);
}

TEST(ImageCutter, AnySplitGivesTheSame) {
  auto bytes = bytes_of({"--frame\r\n\r\n", kImage, "\r\n--frame\r\n\r\n", kImage, "\r\n"});
  for (size_t at = 0; at <= bytes.size(); ++at) {
    Collected collected;
    ImageCutter cutter(collected);
    ASSERT_TRUE(cutter.feed(base::Bytes(bytes).first(at)).ok());
    ASSERT_TRUE(cutter.feed(base::Bytes(bytes).subspan(at)).ok());
    EXPECT_EQ(collected.images, (std::vector<std::string>{kImageText, kImageText})) << at;
  }
}

TEST(ImageCutter, AnImageWithoutItsEndIsGivenWhenTheNextBegins) {
  ImageCutter::Counters counters;
  auto seen = cut(bytes_of({"ffd8 ffda 0002 1122", "\r\n--frame\r\n\r\n", kImage}), &counters);
  ASSERT_EQ(seen.images.size(), 2u);
  EXPECT_EQ(seen.images[1], kImageText);
  EXPECT_EQ(counters.without_end, 1u);
}

TEST(ImageCutter, WhatOnlyBeginsLikeAnImageIsLeftOut) {
  ImageCutter::Counters counters;
  auto seen = cut(bytes_of({"ffd8 ff00 1234", "\r\n", kImage}), &counters);
  EXPECT_EQ(seen.images.size(), 1u);
  EXPECT_EQ(counters.broken, 1u);
}

TEST(ImageCutter, APageIsNoImage) {
  Collected collected;
  ImageCutter cutter(collected);
  std::vector<uint8_t> page(ImageCutter::kGapBytesMax / 2, '<');
  EXPECT_TRUE(cutter.feed(page).ok());
  EXPECT_TRUE(cutter.feed(page).ok());
  EXPECT_EQ(cutter.feed(page).error().code, base::Code::kMalformed);
  EXPECT_LE(cutter.buffered(), 2u);
}

TEST(ImageCutter, WhatIsNoImageInsideIsNoneEither) {
  std::vector<uint8_t> broken;
  while (broken.size() < 2 * ImageCutter::kGapBytesMax)
    for (uint8_t byte : {0xFF, 0xD8, 0xFF, 0x00}) broken.push_back(byte);
  Collected collected;
  ImageCutter cutter(collected);
  EXPECT_EQ(cutter.feed(broken).error().code, base::Code::kMalformed);
  EXPECT_TRUE(collected.images.empty());
}

// The CPU time that the smallest images take, fed in pieces of that size.
std::clock_t time_of(const std::vector<uint8_t>& images, size_t piece) {
  Collected collected;
  ImageCutter cutter(collected);
  const std::clock_t begun = std::clock();
  for (base::Bytes rest = images; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size())))
    EXPECT_TRUE(cutter.feed(rest.first(std::min(piece, rest.size()))).ok());
  EXPECT_EQ(cutter.counters().images, images.size() / 4);
  return std::clock() - begun;
}

TEST(ImageCutter, ManyImagesAtOnceCostNoMoreThanOneByOne) {
  std::vector<uint8_t> images;
  for (int i = 0; i < 65'536; ++i)
    for (uint8_t byte : {0xFF, 0xD8, 0xFF, 0xD9}) images.push_back(byte);
  EXPECT_LT(time_of(images, images.size()), 5 * time_of(images, 64));
}

TEST(ImageCutter, AnImageHasALimit) {
  Collected collected;
  ImageCutter cutter(collected);
  ASSERT_TRUE(cutter.feed(base::from_hex("ffd8 ffda 0002")).ok());
  std::vector<uint8_t> pixels(1u << 20, 0x11);
  base::Status status;
  size_t fed = 0;
  for (; status.ok() && fed < 64; ++fed) status = cutter.feed(pixels);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, base::Code::kLimit);
  EXPECT_EQ(fed, ImageCutter::kImageBytesMax / pixels.size());
}

}  // namespace
}  // namespace eyas::mjpeg
