// What is kept of all queues over a restart, as text.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sources/files/queue.h"

namespace eyas::files {

using QueueStates = std::map<std::string, QueueState>;  // by stream

inline constexpr size_t kStateBytesMax = 64u << 20;

std::string state_text(const QueueStates& states);
// Errors: kMalformed for a text that is not ours. Names in it are checked as an operator's are.
base::Result<QueueStates> read_state(std::string_view text);

}  // namespace eyas::files
