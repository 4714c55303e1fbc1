// A small file of ours in the data folder: read whole, replaced whole.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace eyas::sources {

// nullopt when there is none. Errors: kSystem; kLimit when it is larger than `bytes_max`.
base::Result<std::optional<std::string>> read_kept(const std::string& path, size_t bytes_max);
// Written under another name first: a crash leaves the old file or the new one. Only its owner may read it.
// The folder is made. Blocks on the disk. Errors: kSystem.
base::Status replace_kept(const std::string& folder, const std::string& path, const std::string& text);

}  // namespace eyas::sources
