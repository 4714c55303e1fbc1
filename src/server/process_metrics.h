// What the process itself costs, under Prometheus's standard names.
#pragma once

#include <vector>

#include "base/metric.h"

namespace eyas::server {

// Thread-safe.
std::vector<base::Metric> process_metrics();

}  // namespace eyas::server
