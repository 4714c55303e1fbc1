// The kept state: no crash, and what was read once is written and read the same.
#include <cstdlib>

#include "base/bytes.h"
#include "sources/files/state.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eyas;
  auto states = files::read_state(base::as_text({data, size}));
  if (!states) return 0;
  auto again = files::read_state(files::state_text(*states));
  if (!again || *again != *states) abort();
  for (const auto& [name, state] : *states) {
    files::Queue queue;
    queue.restore(state);
    queue.follow(state.files);
    if (queue.entries().size() > state.files.size()) abort();
  }
  return 0;
}
