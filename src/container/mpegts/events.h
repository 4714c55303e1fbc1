// What happened inside a transport stream: losses, quirks that were accepted, and what was refused.
#pragma once

#include <array>
#include <cstdint>

namespace eyas::mpegts {

// Counters since the session began. Lives with its Demuxer.
struct Events {
  uint64_t continuity_errors = 0;       // packets are missing
  uint64_t duplicate_packets = 0;       // sent twice, as [ISO 13818-1 2.4.3.3] allows
  uint64_t transport_errors = 0;        // packets that the receiver before us marked as broken
  uint64_t discontinuities = 0;         // announced by the sender
  uint64_t resyncs = 0;                 // packets were found again after other bytes
  uint64_t bytes_without_sync = 0;      // outside packets
  uint64_t scrambled_packets = 0;       // dropped: we have no keys
  uint64_t damaged_units = 0;           // access units dropped because a part is missing
  uint64_t pictures_awaiting_key = 0;   // dropped after a loss or at the start, until a key frame
  uint64_t oversize_units = 0;          // longer than the limit
  uint64_t broken_units = 0;            // access units that break their codec's format
  uint64_t broken_tables = 0;           // sections with a wrong CRC or length
  uint64_t programme_changes = 0;       // PAT or PMT said something new
  uint64_t unsupported_streams = 0;     // elementary streams that we do not carry
  uint64_t streams_beyond_limit = 0;    // of one programme
  uint64_t units_without_time = 0;      // dropped: no PTS and nothing to take it from
  uint64_t split_pictures = 0;          // several pictures in one PES packet
  uint64_t ended_by_stuffing = 0;       // units complete before the next one began
  uint64_t in_band_config_changes = 0;  // a track's configuration changed
  uint64_t broken_metadata_cells = 0;   // KLV access unit cells [ISO 13818-1 2.12.4]

  struct Named {
    const char* name;
    uint64_t value;
  };
  // Every counter with its name, for the API and the metrics.
  std::array<Named, 20> list() const {
    return {{{"continuity_errors", continuity_errors},
             {"duplicate_packets", duplicate_packets},
             {"transport_errors", transport_errors},
             {"discontinuities", discontinuities},
             {"resyncs", resyncs},
             {"bytes_without_sync", bytes_without_sync},
             {"scrambled_packets", scrambled_packets},
             {"damaged_units", damaged_units},
             {"pictures_awaiting_key", pictures_awaiting_key},
             {"oversize_units", oversize_units},
             {"broken_units", broken_units},
             {"broken_tables", broken_tables},
             {"programme_changes", programme_changes},
             {"unsupported_streams", unsupported_streams},
             {"streams_beyond_limit", streams_beyond_limit},
             {"units_without_time", units_without_time},
             {"split_pictures", split_pictures},
             {"ended_by_stuffing", ended_by_stuffing},
             {"in_band_config_changes", in_band_config_changes},
             {"broken_metadata_cells", broken_metadata_cells}}};
  }
};

}  // namespace eyas::mpegts
