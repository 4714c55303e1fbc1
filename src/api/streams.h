// What the API lists: the streams of the hub, and those that pulls could bring.
#pragma once

#include <functional>
#include <vector>

#include "hub/directory.h"
#include "sources/transfers.h"

namespace eyas::api {

// Everything that is known at one moment.
struct Listing {
  std::vector<hub::StreamFacts> streams;  // by name; also those that are not in the hub now
  std::vector<sources::TransferReport> pulls;
  std::vector<sources::TransferReport> pushes;
};

// The pull that speaks for a stream: the one that runs, else the best in rank; null: none.
const sources::TransferReport* source_of(const Listing& listing, const std::string& stream);

// Answered on `caller`. `transfers` may be null.
void list(hub::Directory& directory, sources::Transfers* transfers, io::Executor& caller,
          std::function<void(Listing)> done);

}  // namespace eyas::api
