// What all pulls and pushes of RTSP have met, for the metrics.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace eyas::rtsp {

// Shared by the transfers of all loops. Thread-safe.
struct ClientStatistics {
  std::atomic<uint64_t> pulls{0};   // that came as far as playing
  std::atomic<uint64_t> pushes{0};  // likewise recording
  std::atomic<uint64_t> redirects{0};
  std::atomic<uint64_t> fallbacks{0};        // to another transport
  std::atomic<uint64_t> redirect_limit{0};   // redirects_max
  std::atomic<uint64_t> answer_timeouts{0};  // answer_timeout
  std::atomic<uint64_t> media_timeouts{0};   // media_timeout
  std::atomic<uint64_t> limits{0};           // what a server sent was too much: a message, or media too early
  std::atomic<uint64_t> tracks_left_out{0};  // beyond tracks_max, of unknown format, or refused
  std::atomic<uint64_t> refused{0};          // by the server: the login, or what was asked for

  struct Named {
    const char* name;
    uint64_t value;
  };
  std::array<Named, 10> list() const {
    return {{{"client_pulls", pulls},
             {"client_pushes", pushes},
             {"client_redirects", redirects},
             {"client_fallbacks", fallbacks},
             {"client_redirect_limit", redirect_limit},
             {"client_answer_timeouts", answer_timeouts},
             {"client_media_timeouts", media_timeouts},
             {"client_limits", limits},
             {"client_tracks_left_out", tracks_left_out},
             {"client_refused", refused}}};
  }
  static void add(std::atomic<uint64_t>& counter, uint64_t by = 1) {
    counter.fetch_add(by, std::memory_order_relaxed);
  }
};

}  // namespace eyas::rtsp
