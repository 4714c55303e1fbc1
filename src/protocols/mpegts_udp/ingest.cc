#include "protocols/mpegts_udp/ingest.h"

namespace eyas::mpegts_udp {
namespace {

mpegts::DemuxerOptions demuxer_options(const Options& options, uint16_t programme) {
  mpegts::DemuxerOptions made;
  made.programme = programme;
  made.wait_for_key_after_loss = options.wait_for_key_after_loss;
  made.limits.access_unit_bytes_max = options.access_unit_bytes_max;
  made.limits.tracks_max = options.tracks_max;
  return made;
}

hub::PublisherInfo publisher_info(const protocols::TransferRequest& request, const std::string& peer) {
  hub::PublisherInfo info;
  info.protocol = kName;
  info.session = request.session;
  info.peer = peer;
  info.rank = request.rank;
  return info;
}

}  // namespace

Ingest::Ingest(const Parts& parts, const protocols::TransferRequest& request, const std::string& peer,
               uint16_t programme, Callbacks callbacks)
    : parts_(parts),
      callbacks_(std::move(callbacks)),
      publisher_(
          parts.directory, request.loop, request.stream, publisher_info(request, peer),
          [this] {
            if (callbacks_.running) callbacks_.running();
          },
          [this](base::Error why) { callbacks_.failed(std::move(why)); }),
      demuxer_(*this, demuxer_options(parts.options, programme)) {}

Ingest::~Ingest() {
  callbacks_.running = {};
  demuxer_.flush();
  report();
}

void Ingest::on_bytes(base::Bytes bytes, base::MonoTime arrival) {
  base::Status status = demuxer_.on_bytes(bytes, arrival);
  if (!status) callbacks_.failed(status.error());
}

void Ingest::report() {
  const auto before = reported_.list(), now = demuxer_.events().list();
  hub::Counters counters;
  for (size_t i = 0; i < now.size(); ++i) {
    parts_.statistics.events[i].fetch_add(now[i].value - before[i].value, std::memory_order_relaxed);
    counters.emplace_back(now[i].name, now[i].value);
  }
  reported_ = demuxer_.events();
  publisher_.report(std::move(counters));
}

}  // namespace eyas::mpegts_udp
