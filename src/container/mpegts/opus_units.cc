// Opus: packets behind control headers, several in a PES packet.
#include "codec/codec.h"
#include "container/mpegts/elementary.h"
#include "container/mpegts/opus_header.h"

namespace eyas::mpegts {
namespace {

class OpusUnits final : public Elementary {
 public:
  OpusUnits(const StreamForm& form, Context context, media::TrackId id)
      : Elementary(context, id), channels_(form.opus_channels) {}

  void on_pes(const PesUnit& unit) override {
    if (!unit.pts) return static_cast<void>(++events().units_without_time);
    media::MediaTime pts = *unit.pts;
    for (base::Bytes rest = unit.payload; !rest.empty();) {
      auto header = read_opus_header(rest);
      if (!header) return static_cast<void>(++events().broken_units);
      auto at = static_cast<size_t>(rest.data() - unit.payload.data()) + header->bytes;
      rest = rest.subspan(header->bytes + header->packet_bytes);
      if (header->packet_bytes == 0) continue;
      pts += on_packet(unit.payload.sub(at, header->packet_bytes), pts, unit.arrival);
    }
  }

 private:
  base::Duration on_packet(base::Slice packet, media::MediaTime pts, base::MonoTime arrival) {
    if (!track()) {
      auto config = channels_ != 0
                        ? codec::describe(media::Codec::kOpus, codec::opus_record(channels_, kInputRate))
                        : codec::describe_packet(media::Codec::kOpus, packet);
      if (!config) return ++events().broken_units, base::Duration{};
      set_config(std::move(*config));
    }
    base::Duration duration = codec::packet_duration(track()->config, packet);
    emit(pts, pts, arrival, true, std::move(packet), duration);
    return duration;
  }

  static constexpr uint32_t kInputRate = 48'000;
  uint8_t channels_;
};

}  // namespace

std::unique_ptr<Elementary> make_opus(const StreamForm& form, Elementary::Context context,
                                      media::TrackId id) {
  return std::make_unique<OpusUnits>(form, context, id);
}

}  // namespace eyas::mpegts
