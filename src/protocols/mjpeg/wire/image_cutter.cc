#include "protocols/mjpeg/wire/image_cutter.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace eyas::mjpeg {
namespace {

// Markers, each after 0xFF. [ITU-T T.81 table B.1]
constexpr uint8_t kStuffed = 0x00, kTem = 0x01, kRst0 = 0xD0, kRst7 = 0xD7, kSoi = 0xD8, kEoi = 0xD9,
                  kSos = 0xDA;
constexpr uint8_t kMark = 0xFF;
constexpr size_t kSoiBytes = 3;  // SOI and the next marker's first byte

bool stands_alone(uint8_t marker) {
  return marker == kTem || (marker >= kRst0 && marker <= kRst7);
}

}  // namespace

base::Status ImageCutter::feed(base::Bytes bytes) {
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  for (;;) {
    auto done = step();
    if (!done) return done.error();
    if (*done == Step::kNeedsMore) break;
  }
  // Once for all that was cut: a camera may send thousands of images that are none in one go.
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(std::exchange(begin_, 0)));
  if (std::max(at_, buffer_.size()) <= kImageBytesMax) return {};
  return base::Error{base::Code::kLimit, "mjpeg: an image is too large", std::to_string(kImageBytesMax)};
}

base::Result<ImageCutter::Step> ImageCutter::step() {
  switch (state_) {
    case State::kGap:
      return find_image();
    case State::kMarker:
      return on_marker();
    case State::kScan:
      break;
  }
  return scan();
}

base::Result<ImageCutter::Step> ImageCutter::find_image() {
  constexpr uint8_t kStart[kSoiBytes] = {kMark, kSoi, kMark};
  const base::Bytes held = this->held();
  auto start = std::search(held.begin(), held.end(), std::begin(kStart), std::end(kStart));
  bool found = start != held.end();
  size_t before =
      found ? static_cast<size_t>(start - held.begin()) : held.size() - std::min(held.size(), kSoiBytes - 1);
  pass_over(before);
  if (gap_ > kGapBytesMax) return base::Error{base::Code::kMalformed, "mjpeg: no JPEG image", {}};
  if (!found) return Step::kNeedsMore;
  at_ = kSoiBytes - 1;
  pixels_ = false;
  state_ = State::kMarker;
  return Step::kOn;
}

base::Result<ImageCutter::Step> ImageCutter::on_marker() {
  const base::Bytes held = this->held();
  if (held.size() < at_ + 2) return Step::kNeedsMore;
  uint8_t marker = held[at_ + 1];
  if (held[at_] == kMark && marker == kMark) {
    ++at_;  // fill bytes [ITU-T T.81 B.1.1.2]
  } else if (held[at_] == kMark && marker == kEoi) {
    give(at_ + 2);
  } else if (held[at_] == kMark && marker == kSoi) {
    // The next image begins within this one. Its part's head is behind ours; decoders do not mind.
    if (pixels_) ++counters_.without_end;
    pixels_ ? give(at_) : pass_over(at_);
    state_ = State::kGap;
  } else if (held[at_] != kMark || marker == kStuffed) {
    ++counters_.broken;
    pass_over(kSoiBytes - 1);
    state_ = State::kGap;
  } else if (stands_alone(marker)) {
    at_ += 2;
  } else {
    if (held.size() < at_ + 4) return Step::kNeedsMore;
    size_t length = size_t{held[at_ + 2]} << 8 | held[at_ + 3];
    at_ += 2 + std::max<size_t>(length, 2);
    if (marker == kSos) pixels_ = true, state_ = State::kScan;
    if (at_ > kImageBytesMax) return Step::kNeedsMore;
  }
  return Step::kOn;
}

ImageCutter::Step ImageCutter::scan() {
  const base::Bytes held = this->held();
  while (at_ + 1 < held.size()) {
    const void* mark = std::memchr(held.data() + at_, kMark, held.size() - 1 - at_);
    if (mark == nullptr) {
      at_ = held.size() - 1;
      return Step::kNeedsMore;
    }
    at_ = static_cast<size_t>(static_cast<const uint8_t*>(mark) - held.data());
    uint8_t next = held[at_ + 1];
    if (next == kMark) {
      ++at_;
    } else if (next == kStuffed || stands_alone(next)) {
      at_ += 2;
    } else {
      state_ = State::kMarker;
      return Step::kOn;
    }
  }
  return Step::kNeedsMore;
}

void ImageCutter::give(size_t bytes) {
  ++counters_.images;
  sink_.on_image(base::Slice::copy_of(held().first(bytes)));
  drop(bytes);
  gap_ = 0;
  state_ = State::kGap;
}

void ImageCutter::pass_over(size_t bytes) {
  gap_ += bytes;
  drop(bytes);
}

void ImageCutter::drop(size_t bytes) {
  begin_ += bytes;
  at_ = 0;
}

}  // namespace eyas::mjpeg
