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
  early_.give(*publisher_);
}

base::Status Ingest::on_media(const Message& message, base::MonoTime arrival) {
  base::Slice body = message.payload;
  if (message.type == MessageType::kDataAmf0) {
    if (starts_with(body, kClearDataFrame)) return {};
    if (starts_with(body, kSetDataFrame)) body = body.sub(kSetDataFrame.size());
  }
  base::Status read =
      demuxer_.on_tag(static_cast<flv::TagType>(message.type), message.timestamp_ms, arrival, body);
  if (!read || !too_early_) return read;
  return base::Error{base::Code::kLimit, "rtmp: media before the publish was answered", {}};
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
    early_.add(std::move(track));
  }
}

void Ingest::on_frame(media::Frame frame) {
  if (started()) {
    publisher_->publish(std::move(frame));
  } else {
    too_early_ |= !early_.add(std::move(frame));
  }
}

}  // namespace eyas::rtmp
