#include "container/mp4/fragment.h"

#include "container/mp4/box_writer.h"

namespace eyas::mp4 {
namespace {

using base::ByteWriter;

constexpr uint32_t kDefaultBaseIsMoof = 0x020000;
constexpr uint32_t kDataOffset = 0x01;
constexpr uint32_t kSampleDuration = 0x100;
constexpr uint32_t kSampleSize = 0x200;
constexpr uint32_t kSampleFlags = 0x400;
constexpr uint32_t kCompositionOffset = 0x800;
// sample_depends_on 2 (a sync sample), or 1 with sample_is_non_sync_sample [ISO 14496-12 8.8.3.1]
constexpr uint32_t kSyncSample = 0x02000000;
constexpr uint32_t kNonSyncSample = 0x01010000;

constexpr size_t kEventBytes = 96;  // of an event's box without its data, mostly

// Seconds of the Unix epoch in NTP's, as 32.32 [RFC 5905 6].
uint64_t ntp_time(base::WallTime wall) {
  constexpr int64_t kUnixEpochInNtp = 2'208'988'800;
  const int64_t ns = wall.time_since_epoch().count();
  const auto fraction = static_cast<uint64_t>(ns % 1'000'000'000);
  return static_cast<uint64_t>(ns / 1'000'000'000 + kUnixEpochInNtp) << 32 | (fraction << 32) / 1'000'000'000;
}

void write_prft(const ProducerTime& producer, ByteWriter& out) {
  constexpr uint32_t kWhenCaptured = 24;  // in step with the time at which it was taken
  BoxScope box(out, "prft", 1, kWhenCaptured);
  out.u32(producer.track_id);
  out.u64(ntp_time(producer.wall));
  out.u64(producer.media_time);
}

// Returns where the run's data offset stands, to be filled in once the size of moof is known.
size_t write_traf(const TrackRun& run, ByteWriter& out) {
  BoxScope traf(out, "traf");
  {
    BoxScope tfhd(out, "tfhd", 0, kDefaultBaseIsMoof);
    out.u32(run.track_id);
  }
  {
    BoxScope tfdt(out, "tfdt", 1, 0);
    out.u64(run.decode_time);
  }
  BoxScope trun(out, "trun", 1,
                kDataOffset | kSampleDuration | kSampleSize | kSampleFlags | kCompositionOffset);
  out.u32(static_cast<uint32_t>(run.samples.size()));
  const size_t offset_at = out.size();
  out.u32(0);
  for (const Sample& sample : run.samples) {
    out.u32(sample.duration);
    out.u32(static_cast<uint32_t>(sample.payload.size()));
    out.u32(sample.key || !run.video ? kSyncSample : kNonSyncSample);
    out.u32(static_cast<uint32_t>(sample.composition_offset));
  }
  return offset_at;
}

size_t payload_bytes(const TrackRun& run) {
  size_t total = 0;
  for (const Sample& sample : run.samples) total += sample.payload.size();
  return total;
}

}  // namespace

uint64_t to_ticks(media::MediaTime time, uint32_t timescale) {
  const int64_t ns = time.time_since_epoch().count();
  if (ns <= 0) return 0;
  constexpr int64_t kSecond = 1'000'000'000;
  return static_cast<uint64_t>(ns / kSecond * timescale + ns % kSecond * timescale / kSecond);
}

base::Slice write_fragment(uint32_t sequence, std::span<const TrackRun> runs,
                           const std::optional<ProducerTime>& producer, std::span<const Event> events) {
  size_t samples = 0;
  size_t payload = 0;
  for (const TrackRun& run : runs) samples += run.samples.size(), payload += payload_bytes(run);
  for (const Event& event : events) payload += event.data.size() + kEventBytes;
  ByteWriter out(payload + 16 * samples + 128 * (runs.size() + 1));
  if (producer) write_prft(*producer, out);
  for (const Event& event : events) write_event(event, out);
  const size_t moof_at = out.size();
  std::vector<size_t> offsets;
  {
    BoxScope moof(out, "moof");
    {
      BoxScope mfhd(out, "mfhd", 0, 0);
      out.u32(sequence);
    }
    for (const TrackRun& run : runs) offsets.push_back(write_traf(run, out));
  }
  {
    BoxScope mdat(out, "mdat");
    for (size_t i = 0; i < runs.size(); ++i) {
      out.patch_u32(offsets[i], static_cast<uint32_t>(out.size() - moof_at));
      for (const Sample& sample : runs[i].samples) out.bytes(sample.payload);
    }
  }
  return base::Slice(out.take());
}

}  // namespace eyas::mp4
