#include "codec/nal/syntax.h"

#include <algorithm>

#include "codec/limits.h"
#include "codec/nal/nal.h"

namespace eyas::codec::nal {

unsigned length_size(const Syntax& syntax, base::Bytes record) {
  if (record.size() <= syntax.length_size_at) return 4;
  return (record[syntax.length_size_at] & 3u) + 1;
}

base::Slice with_length_size4(const Syntax& syntax, base::Slice record) {
  if (length_size(syntax, record) == 4) return record;
  std::vector<uint8_t> bytes(record.bytes().begin(), record.bytes().end());
  bytes[syntax.length_size_at] |= 3;
  return base::Slice(std::move(bytes));
}

base::Slice without(const Syntax& syntax, const base::Slice& payload,
                    bool (*drop)(const Syntax& syntax, unsigned type)) {
  bool found = false;
  base::Bytes unit;
  Walk look(payload);
  while (look.next(unit)) found = found || drop(syntax, syntax.type(unit));
  if (!found || !look.ok()) return payload;

  std::vector<uint8_t> kept;
  kept.reserve(payload.size());
  Walk walk(payload);
  while (walk.next(unit)) {
    if (!drop(syntax, syntax.type(unit))) append(kept, unit);
  }
  return base::Slice(std::move(kept));
}

namespace {

// Puts one set in; true when that changed `sets`.
bool put(std::vector<base::Bytes>& sets, const SetKind& kind, base::Bytes unit) {
  // Most senders repeat the same sets before each key frame: none of them needs to be read.
  if (std::ranges::any_of(sets, [&](base::Bytes known) { return std::ranges::equal(known, unit); }))
    return false;
  std::optional<uint32_t> id = kind.id(unit);
  if (!id) return false;
  auto same_id = std::ranges::find_if(sets, [&](base::Bytes known) { return kind.id(known) == id; });
  if (same_id == sets.end()) {
    sets.insert(sets.begin(), unit);
    return true;
  }
  *same_id = unit;
  return true;
}

}  // namespace

std::optional<base::Slice> record_with_in_band(const Syntax& syntax, base::Bytes record,
                                               base::Bytes payload) {
  ParameterSets sets;
  bool split = record.empty();
  bool changed = false;
  base::Bytes unit;
  size_t seen = 0;
  for (Walk walk(payload); seen < kInBandSetsMax && walk.next(unit);) {
    unsigned type = syntax.type(unit);
    if (!syntax.is_parameter_set(type) || unit.size() > kInBandSetBytesMax) continue;
    ++seen;
    if (!split) {
      auto known = syntax.split_record(record);
      if (!known) return std::nullopt;
      sets = *std::move(known);
      split = true;
    }
    for (size_t i = 0; i < syntax.kinds.size(); ++i) {
      if (syntax.kinds[i].type == type) changed |= put(sets[i], syntax.kinds[i], unit);
    }
  }
  if (!changed) return std::nullopt;
  for (size_t i = 0; i < syntax.kinds.size(); ++i) {
    if (sets[i].empty()) return std::nullopt;
  }
  auto built = syntax.build_record(sets);
  if (!built) return std::nullopt;
  return *std::move(built);
}

}  // namespace eyas::codec::nal
