// Metric: a counter or gauge as a room reports it; the API writes them in Prometheus's format.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace eyas::base {

struct Metric {
  std::string name;  // Prometheus's: eyas_rtmp_publishes_total
  std::string help;
  enum class Kind : uint8_t { kCounter, kGauge } kind = Kind::kCounter;
  double value = 0;
  std::vector<std::pair<std::string, std::string>> labels;
};

}  // namespace eyas::base
