// Counters of this protocol.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "container/mpegts/events.h"

namespace eyas::mpegts_udp {

// Counters of all loops. Thread-safe.
struct Statistics {
  std::atomic<uint64_t> viewers{0};  // now
  std::atomic<uint64_t> plays{0};
  std::atomic<uint64_t> not_found{0};
  std::atomic<uint64_t> pulls_open{0};  // now
  std::atomic<uint64_t> pulls{0};
  std::atomic<uint64_t> pushes_open{0};  // now
  std::atomic<uint64_t> pushes{0};
  std::atomic<uint64_t> foreign_datagrams{0};   // of another sender than the one that is listened to
  std::atomic<uint64_t> broken_rtp_packets{0};  // or of another payload type
  std::atomic<uint64_t> next_session{1};        // viewers are named "ts-1", "ts-2", ...

  static constexpr size_t kEvents = std::tuple_size_v<decltype(mpegts::Events().list())>;
  std::array<std::atomic<uint64_t>, kEvents> events{};  // of all that came in, as mpegts::Events names them

  struct Named {
    const char* name;
    uint64_t value;
  };
  // Every counter with its name, for the API and the metrics.
  std::vector<Named> list() const {
    std::vector<Named> all = {{"viewers", viewers},
                              {"plays", plays},
                              {"not_found", not_found},
                              {"pulls_open", pulls_open},
                              {"pulls", pulls},
                              {"pushes_open", pushes_open},
                              {"pushes", pushes},
                              {"foreign_datagrams", foreign_datagrams},
                              {"broken_rtp_packets", broken_rtp_packets}};
    const auto names = mpegts::Events().list();
    for (size_t i = 0; i < kEvents; ++i) all.push_back({names[i].name, events[i]});
    return all;
  }
};

}  // namespace eyas::mpegts_udp
