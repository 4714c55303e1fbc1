#include "protocols/mjpeg/wire/image_cutter.h"

#include <algorithm>
#include <cstring>

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
  auto start = std::search(buffer_.begin(), buffer_.end(), std::begin(kStart), std::end(kStart));
  bool found = start != buffer_.end();
  size_t before = found ? static_cast<size_t>(start - buffer_.begin())
                        : buffer_.size() - std::min(buffer_.size(), kSoiBytes - 1);
  gap_ += before;
  drop(before);
  if (gap_ > kGapBytesMax) return base::Error{base::Code::kMalformed, "mjpeg: no JPEG image", {}};
  if (!found) return Step::kNeedsMore;
  gap_ = 0;
  at_ = kSoiBytes - 1;
  pixels_ = false;
  state_ = State::kMarker;
  return Step::kOn;
}

base::Result<ImageCutter::Step> ImageCutter::on_marker() {
  if (buffer_.size() < at_ + 2) return Step::kNeedsMore;
  uint8_t marker = buffer_[at_ + 1];
  if (buffer_[at_] == kMark && marker == kMark) {
    ++at_;  // fill bytes [ITU-T T.81 B.1.1.2]
  } else if (buffer_[at_] == kMark && marker == kEoi) {
    give(at_ + 2);
  } else if (buffer_[at_] == kMark && marker == kSoi) {
    // The next image begins within this one. Its part's head is behind ours; decoders do not mind.
    if (pixels_) ++counters_.without_end;
    pixels_ ? give(at_) : drop(at_);
    state_ = State::kGap;
  } else if (buffer_[at_] != kMark || marker == kStuffed) {
    ++counters_.broken;
    drop(kSoiBytes - 1);
    state_ = State::kGap;
  } else if (stands_alone(marker)) {
    at_ += 2;
  } else {
    if (buffer_.size() < at_ + 4) return Step::kNeedsMore;
    size_t length = size_t{buffer_[at_ + 2]} << 8 | buffer_[at_ + 3];
    at_ += 2 + std::max<size_t>(length, 2);
    if (marker == kSos) pixels_ = true, state_ = State::kScan;
    if (at_ > kImageBytesMax) return Step::kNeedsMore;
  }
  return Step::kOn;
}

ImageCutter::Step ImageCutter::scan() {
  while (at_ + 1 < buffer_.size()) {
    const void* mark = std::memchr(buffer_.data() + at_, kMark, buffer_.size() - 1 - at_);
    if (mark == nullptr) {
      at_ = buffer_.size() - 1;
      return Step::kNeedsMore;
    }
    at_ = static_cast<size_t>(static_cast<const uint8_t*>(mark) - buffer_.data());
    uint8_t next = buffer_[at_ + 1];
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
  sink_.on_image(base::Slice::copy_of(base::Bytes(buffer_).first(bytes)));
  drop(bytes);
  state_ = State::kGap;
}

void ImageCutter::drop(size_t bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(bytes));
  at_ = 0;
}

}  // namespace eyas::mjpeg
