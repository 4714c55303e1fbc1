#include "protocols/rtsp/ingest.h"

namespace eyas::rtsp {
namespace {

std::vector<ReceivedMedia> takeable(const sdp::Description& description, const Ingest::JpegParts& jpeg) {
  std::vector<ReceivedMedia> media = received_media(description);
  if (jpeg.pictures == nullptr)
    std::erase_if(media, [](const ReceivedMedia& one) { return one.media_type == kJpegType; });
  return media;
}

}  // namespace

Ingest::Ingest(const sdp::Description& description, const ReceiverOptions& options,
               TrackReceiver::Start start, JpegParts jpeg, hub::Publisher publisher)
    : Ingest(takeable(description, jpeg), description.media.size(), options, start, jpeg,
             std::move(publisher)) {}

Ingest::Ingest(const std::vector<ReceivedMedia>& media, size_t sections, const ReceiverOptions& options,
               TrackReceiver::Start start, JpegParts jpeg, hub::Publisher publisher)
    : publisher_(std::move(publisher)),
      jpeg_(std::move(jpeg.title), jpeg.home, jpeg.pictures, *this),
      receiver_(media, options, start, jpeg_),
      places_(sections) {
  for (size_t place = 0; place < media.size(); ++place) places_[media[place].section] = place;
  publisher_.on_key_wanted([this](media::TrackId track) { receiver_.want_key(track); });
}

void Ingest::on_packet(size_t section, base::Bytes packet, base::MonoTime now) {
  if (section < places_.size() && places_[section]) receiver_.on_packet(*places_[section], packet, now);
}

void Ingest::on_tick(base::MonoTime now) {
  receiver_.on_tick(now);
}

void Ingest::append_reports(size_t section, std::vector<uint8_t>& out, uint32_t own_ssrc,
                            base::MonoTime now) {
  if (section < places_.size() && places_[section])
    receiver_.append_reports(*places_[section], out, own_ssrc, now);
}

}  // namespace eyas::rtsp
