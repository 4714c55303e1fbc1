// Ingest: what a peer publishes on one message stream: messages -> FLV tags -> frames -> the hub.
#pragma once

#include <optional>

#include "container/flv/demuxer.h"
#include "hub/directory.h"
#include "protocols/early_media.h"
#include "protocols/rtmp/wire/message.h"

namespace eyas::rtmp {

// Lives on its connection's loop.
class Ingest final : private flv::Demuxer::Sink {
 public:
  explicit Ingest(size_t early_bytes_max) : early_(early_bytes_max), demuxer_(*this) {}
  // Hands on the picture held back for joining.
  ~Ingest() override;

  // The hub said yes.
  void start(hub::Publisher publisher);
  bool started() const { return publisher_.has_value(); }

  // Errors: kMalformed, kLimit; they end the session.
  base::Status on_media(const Message& message, base::MonoTime arrival);

  // Tells the stream what was accepted so far; about once a second.
  void report_quirks();

 private:
  void on_track(media::TrackPtr track) override;
  void on_frame(media::Frame frame) override;

  protocols::EarlyMedia early_;
  bool too_early_ = false;  // more than may be kept
  std::optional<hub::Publisher> publisher_;
  flv::Demuxer demuxer_;
};

}  // namespace eyas::rtmp
