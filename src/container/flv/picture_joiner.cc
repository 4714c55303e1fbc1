#include "container/flv/picture_joiner.h"

namespace eyas::flv {
namespace {

// Slices and SEI of one picture; an encoder's maximum is in the low hundreds.
constexpr size_t kHeldPartsMax = 1024;

}  // namespace

bool PictureJoiner::continues_emitted(const media::Frame& frame, const codec::FrameFacts& facts) const {
  return !open_ && !facts.starts_picture && emitted_dts_ == frame.dts;
}

base::Status PictureJoiner::add(media::Frame frame, const codec::FrameFacts& facts) {
  bool next_picture = facts.picture && facts.starts_picture;
  if (open_ && (open_->dts != frame.dts || next_picture)) flush();
  if (!facts.picture) return hold(std::move(frame.payload));
  if (continues_emitted(frame, facts)) {
    // Its first slices are gone already: this one picture lacks the rest, the next ones will be whole.
    if (!joining_) ++quirks_.pictures_broken_by_split;
    joining_ = true;
    return {};
  }
  if (!joining_) {
    if (!held_.empty()) {
      if (base::Status status = hold(std::move(frame.payload)); !status) return status;
      frame.payload = take_held();
    }
    emit(std::move(frame));
    return {};
  }
  if (base::Status status = hold(std::move(frame.payload)); !status) return status;
  bool key = frame.key || (open_ && open_->key);
  open_ = std::move(frame);
  open_->key = key;
  return {};
}

void PictureJoiner::flush() {
  if (!open_) return;
  media::Frame frame = std::move(*open_);
  open_.reset();
  frame.payload = take_held();
  emit(std::move(frame));
}

base::Status PictureJoiner::hold(base::Slice part) {
  held_bytes_ += part.size();
  if (held_bytes_ > held_bytes_max_ || held_.size() == kHeldPartsMax) {
    return base::Error{base::Code::kLimit, "flv: parts of one picture", {}};
  }
  held_.push_back(std::move(part));
  return {};
}

base::Slice PictureJoiner::take_held() {
  base::Slice whole;
  if (held_.size() == 1) {
    whole = std::move(held_.front());
  } else {
    std::vector<uint8_t> bytes;
    bytes.reserve(held_bytes_);
    for (const base::Slice& part : held_) bytes.insert(bytes.end(), part.bytes().begin(), part.bytes().end());
    whole = base::Slice(std::move(bytes));
    ++quirks_.joined_pictures;
  }
  held_.clear();
  held_bytes_ = 0;
  return whole;
}

void PictureJoiner::emit(media::Frame frame) {
  emitted_dts_ = frame.dts;
  sink_.on_frame(std::move(frame));
}

}  // namespace eyas::flv
