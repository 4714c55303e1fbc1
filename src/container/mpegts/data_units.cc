// Data: KLV in metadata cells or bare, and other private data.
#include <utility>

#include "codec/codec.h"
#include "container/mpegts/elementary.h"
#include "container/mpegts/metadata_cell.h"

namespace eyas::mpegts {
namespace {

// What every SMPTE key begins with [SMPTE ST 336].
constexpr std::string_view kKeyStart = "\x06\x0E\x2B\x34";

class DataUnits final : public Elementary {
 public:
  DataUnits(const StreamForm& form, Context context, media::TrackId id)
      : Elementary(context, id),
        media_type_(form.media_type),
        cells_(form.framing == Framing::kMetadataCells) {}

  void on_pes(const PesUnit& unit) override {
    if (!unit.pts) return static_cast<void>(++events().units_without_time);
    if (unit.payload.empty()) return;
    // DEVIATION: some encoders announce synchronous KLV and leave its cell headers out.
    bool bare = base::as_text(unit.payload).starts_with(kKeyStart);
    if (!cells_ || bare) return on_data(unit.payload, unit);
    base::ByteReader in(unit.payload);
    while (in.remaining() > 0) {
      auto cell = read_cell(in);
      if (!cell) return drop_part();
      on_cell(*cell, unit);
    }
  }
  void on_loss() override { part_.clear(); }

 private:
  void drop_part() {
    ++events().broken_metadata_cells;
    part_.clear();
  }

  void on_cell(const MetadataCell& cell, const PesUnit& unit) {
    bool begins = cell.part == CellPart::kWhole || cell.part == CellPart::kFirst;
    if (begins != part_.empty()) {
      drop_part();
      if (!begins) return;
    }
    if (cell.part == CellPart::kWhole) return on_data(base::Slice::copy_of(cell.data), unit);
    part_.insert(part_.end(), cell.data.begin(), cell.data.end());
    if (part_.size() > options().limits.access_unit_bytes_max) {
      ++events().oversize_units;
      return part_.clear();
    }
    if (cell.part == CellPart::kLast) on_data(base::Slice(std::exchange(part_, {})), unit);
  }

  void on_data(base::Slice data, const PesUnit& unit) {
    if (data.empty()) return;
    set_config({}, media_type_);
    emit(*unit.pts, *unit.dts, unit.arrival, true, std::move(data));
  }

  std::string media_type_;
  bool cells_;
  std::vector<uint8_t> part_;  // of a unit that lies in several cells
};

}  // namespace

std::unique_ptr<Elementary> make_data(const StreamForm& form, Elementary::Context context,
                                      media::TrackId id) {
  return std::make_unique<DataUnits>(form, context, id);
}

}  // namespace eyas::mpegts
