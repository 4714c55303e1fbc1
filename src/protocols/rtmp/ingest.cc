#include "protocols/rtmp/ingest.h"

#include <algorithm>

namespace eyas::rtmp {
namespace {

// The AMF0 string with which encoders take onMetaData back.
constexpr std::string_view kClearDataFrame("\x02\x00\x0F@clearDataFrame", 18);

bool starts_with(base::Bytes bytes, std::string_view prefix) {
  return base::as_text(bytes).starts_with(prefix);
}

}  // namespace

Ingest::~Ingest() {
  demuxer_.flush();
}

void Ingest::start(hub::Publisher publisher) {
  publisher_ = std::move(publisher);
  for (auto& entry : early_) {
    if (auto* track = std::get_if<media::TrackPtr>(&entry)) {
      publisher_->set_track(std::move(*track));
    } else {
      publisher_->publish(std::move(std::get<media::Frame>(entry)));
    }
  }
  early_ = {};
}

base::Status Ingest::on_media(const Message& message, base::MonoTime arrival) {
  base::Slice body = message.payload;
  if (!started()) {
    early_bytes_ += body.size();
    if (early_bytes_ > early_bytes_max_) {
      return base::Error{base::Code::kLimit, "rtmp: media before the publish was answered", {}};
    }
  }
  if (message.type == MessageType::kDataAmf0) {
    if (starts_with(body, kClearDataFrame)) return {};
    if (starts_with(body, kSetDataFrame)) body = body.sub(kSetDataFrame.size());
  }
  return demuxer_.on_tag(static_cast<flv::TagType>(message.type), message.timestamp_ms, arrival, body);
}

void Ingest::report_quirks() {
  if (!started()) return;
  hub::Counters counters;
  for (const auto& [name, value] : demuxer_.quirks().list()) counters.emplace_back(name, value);
  publisher_->report(std::move(counters));
}

void Ingest::on_track(media::TrackPtr track) {
  if (started()) {
    publisher_->set_track(std::move(track));
  } else {
    early_.emplace_back(std::move(track));
  }
}

void Ingest::on_frame(media::Frame frame) {
  if (started()) {
    publisher_->publish(std::move(frame));
  } else {
    early_.emplace_back(std::move(frame));
  }
}

}  // namespace eyas::rtmp
