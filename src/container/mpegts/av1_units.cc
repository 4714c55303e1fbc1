// AV1: temporal units out of PES packets. The draft wants a packet for each frame: units of several frames,
// which only layers and frames that are never shown make, come apart then; decoders take them so.
#include "codec/codec.h"
#include "container/mpegts/av1_framing.h"
#include "container/mpegts/elementary.h"

namespace eyas::mpegts {
namespace {

class Av1Units final : public Elementary {
 public:
  using Elementary::Elementary;

  void on_pes(const PesUnit& unit) override {
    if (!unit.pts) return static_cast<void>(++events().units_without_time);
    auto obus = read_ts_obus(unit.payload);
    if (!obus) {
      ++events().broken_units;
      return on_loss();
    }
    if (obus->empty()) return;
    // Units with a sequence header describe themselves; others go with what was described before.
    if (auto config = codec::describe_packet(media::Codec::kAv1, *obus)) set_config(*std::move(config));
    if (!track()) return static_cast<void>(++events().pictures_awaiting_key);
    on_unit(unit, base::Slice(*std::move(obus)));
  }
  void on_loss() override {
    if (options().wait_for_key_after_loss) await_key_ = true;
  }

 private:
  void on_unit(const PesUnit& unit, base::Slice payload) {
    auto facts = codec::inspect(track()->config, payload);
    if (!facts) {
      ++events().broken_units;
      return on_loss();
    }
    if (!facts->picture) return;
    if (await_key_ && !facts->key) return static_cast<void>(++events().pictures_awaiting_key);
    await_key_ = false;
    emit(*unit.pts, *unit.dts, unit.arrival, facts->key, std::move(payload));
  }

  bool await_key_ = true;
};

}  // namespace

std::unique_ptr<Elementary> make_av1(Elementary::Context context, media::TrackId id) {
  return std::make_unique<Av1Units>(context, id);
}

}  // namespace eyas::mpegts
