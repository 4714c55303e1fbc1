// What a connection gathers slices in, for one send after the other.
#pragma once

#include <vector>

#include "base/slice.h"

namespace eyas::base {

constexpr size_t kBatchSlicesKept = 32;

// Empties a batch for the next send. Room beyond kBatchSlicesKept, which a newcomer's group needed, goes
// back: each of thousands of viewers would keep it.
inline void clear_batch(std::vector<Slice>& batch) {
  if (batch.capacity() > kBatchSlicesKept)
    std::vector<Slice>().swap(batch);
  else
    batch.clear();
}

}  // namespace eyas::base
