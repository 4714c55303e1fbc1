// Metrics in Prometheus's text format.
#pragma once

#include <string>
#include <vector>

#include "api/api.h"
#include "hub/facts.h"

namespace eyas::api {

// The server's own metrics and those of every stream, labelled by its name.
std::string metrics_text(const std::vector<base::Metric>& server,
                         const std::vector<hub::StreamFacts>& streams);

}  // namespace eyas::api
