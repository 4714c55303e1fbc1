#include "protocols/dash/manifest.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdarg>
#include <cstdio>

#include "base/iso_time.h"

namespace eyas::dash {
namespace {

using cmaf::Epoch;
using cmaf::Moment;
using cmaf::RenditionView;

// How often players look whether there is a new period.
constexpr base::Duration kUpdatePeriod = std::chrono::seconds(2);
// Players may speed up and slow down by so much to keep the latency; more is heard.
constexpr const char* kRates = "min=\"0.95\" max=\"1.05\"";

[[gnu::format(printf, 2, 3)]] void add(std::string& out, const char* format, ...) {
  char text[640];
  va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length > 0) out.append(text, std::min(static_cast<size_t>(length), sizeof text - 1));
}

// "PT2.0020000S": as exact as the ticks of slots.
std::string xml_duration(base::Duration duration) {
  char text[48];
  std::snprintf(text, sizeof text, "PT%.7fS", base::to_seconds(duration));
  return text;
}

int64_t slot_ticks(base::Duration duration) {
  return std::chrono::round<cmaf::SlotTicks>(duration).count();
}

// What a track was in an epoch: the configuration of its first part there.
const cmaf::Init* init_of(const RenditionView& view, const Epoch& epoch, uint64_t& generation) {
  const cmaf::Init* found = nullptr;
  view.for_each_part([&](const cmaf::Segment& segment, const cmaf::Part& part) {
    if (found != nullptr || part.slot < epoch.first || (epoch.end != 0 && part.slot >= epoch.end)) return;
    const auto init = view.inits.find(segment.generation);
    if (init == view.inits.end()) return;
    generation = segment.generation;
    found = &init->second;
  });
  return found;
}

std::string frame_rate_of(const RenditionView& view, const media::CodecConfig& config) {
  char text[32] = {};
  if (config.frame_rate.den != 0) {
    std::snprintf(text, sizeof text, config.frame_rate.den == 1 ? "%" PRIu32 : "%" PRIu32 "/%" PRIu32,
                  config.frame_rate.num, config.frame_rate.den);
  } else if (view.frame_rate > 0) {
    const auto whole = static_cast<int>(std::lround(view.frame_rate));
    const bool ntsc = std::abs(view.frame_rate * 1.001 - whole) < 0.0005 * whole &&
                      std::abs(view.frame_rate - whole) > 0.0005 * whole;
    std::snprintf(text, sizeof text, ntsc ? "%d/1001" : "%d", ntsc ? whole * 1000 : std::max(whole, 1));
  }
  return text;
}

// When the picture at the epoch's start was taken, on the same clock as the availability times.
void write_producer_time(const Moment& moment, const Epoch& epoch, unsigned id, std::string& out) {
  const base::WallTime taken =
      moment.timeline_start + (epoch.start.time_since_epoch() - moment.capture_offset);
  add(out,
      "      <ProducerReferenceTime id=\"%u\" inband=\"true\" type=\"captured\" wallClockTime=\"%s\""
      " presentationTime=\"%" PRId64
      "\">\n"
      "        <UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:http-xsdate:2014\" value=\"dash/time\"/>\n"
      "      </ProducerReferenceTime>\n",
      id, base::iso_time(taken).c_str(), slot_ticks(epoch.start.time_since_epoch()));
}

void write_template(const Moment& moment, const RenditionView& view, const Epoch& epoch, uint64_t generation,
                    std::string& out) {
  // A part comes out when it is whole: that much of the first one is waited for.
  const base::Duration early = std::max(base::Duration(0), moment.slot_length - view.part_target);
  add(out,
      "      <SegmentTemplate timescale=\"%" PRId64 "\" duration=\"%" PRId64 "\" startNumber=\"%" PRIu64
      "\" presentationTimeOffset=\"%" PRId64
      "\" availabilityTimeOffset=\"%.3f\" availabilityTimeComplete=\"false\""
      " initialization=\"dash/$RepresentationID$_%" PRIu64
      "_init.mp4\" media=\"dash/$RepresentationID$_$Number$.m4s\"/>\n",
      cmaf::SlotTicks::period::den, slot_ticks(moment.slot_length), epoch.first,
      slot_ticks(epoch.start.time_since_epoch()), base::to_seconds(early), generation);
}

void write_representation(const RenditionView& view, const media::CodecConfig& config, std::string& out) {
  const auto peak = std::max<uint64_t>(1, static_cast<uint64_t>(view.bandwidth().peak));
  add(out, "      <Representation id=\"%s\" codecs=\"%s\" bandwidth=\"%" PRIu64 "\"", view.name.c_str(),
      config.rfc6381.c_str(), peak);
  if (view.video()) {
    add(out, " width=\"%" PRIu32 "\" height=\"%" PRIu32 "\" sar=\"1:1\"", config.width, config.height);
    if (const std::string rate = frame_rate_of(view, config); !rate.empty())
      add(out, " frameRate=\"%s\"", rate.c_str());
    out += "/>\n";
    return;
  }
  add(out,
      " audioSamplingRate=\"%" PRIu32
      "\">\n"
      "        <AudioChannelConfiguration schemeIdUri=\"urn:mpeg:mpegB:cicp:ChannelConfiguration\""
      " value=\"%d\"/>\n      </Representation>\n",
      config.sample_rate, static_cast<int>(config.channels));
}

// Their times are those of the media: the same offset leads to the period's start.
void write_event_streams(const Moment& moment, const Epoch& epoch, std::string& out) {
  for (const cmaf::EventStream& events : moment.event_streams) {
    add(out,
        "      <InbandEventStream schemeIdUri=\"%s\" value=\"%s\" timescale=\"%" PRId64
        "\" presentationTimeOffset=\"%" PRId64 "\"/>\n",
        events.scheme.c_str(), events.value.c_str(), cmaf::SlotTicks::period::den,
        slot_ticks(epoch.start.time_since_epoch()));
  }
}

void write_adaptation_set(const Moment& moment, const RenditionView& view, const Epoch& epoch,
                          std::string& out) {
  uint64_t generation = 0;
  const cmaf::Init* init = init_of(view, epoch, generation);
  if (init == nullptr) return;
  const unsigned id = view.video() ? 1 : 2;
  const char* kind = view.video() ? "video" : "audio";
  add(out, "    <AdaptationSet id=\"%u\" contentType=\"%s\" mimeType=\"%s/mp4\" segmentAlignment=\"true\"",
      id, kind, kind);
  if (view.video())
    add(out, " maxWidth=\"%" PRIu32 "\" maxHeight=\"%" PRIu32 "\"", init->config.width, init->config.height);
  out += ">\n";
  if (&view == &moment.views.front()) write_event_streams(moment, epoch, out);
  write_producer_time(moment, epoch, id, out);
  out += "      <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"main\"/>\n";
  write_template(moment, view, epoch, generation, out);
  write_representation(view, init->config, out);
  out += "    </AdaptationSet>\n";
}

// From the oldest slot that is listed to the newest.
base::Duration depth_of(const Moment& moment) {
  base::Duration depth{0};
  for (const RenditionView& view : moment.views) {
    base::Duration listed{0};
    for (const cmaf::SegmentPtr& segment : view.segments)
      listed += segment->complete ? segment->duration : base::Duration(0);
    depth = std::max(depth, listed);
  }
  return std::max(depth, moment.slot_length);
}

void write_head(const Moment& moment, const Options& options, base::WallTime now, std::string& out) {
  base::Duration part{0};
  for (const RenditionView& view : moment.views) part = std::max(part, view.part_target);
  const auto latency = base::to_ms(options.latency);
  add(out,
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" profiles=\"urn:mpeg:dash:profile:isoff-live:2011,"
      "urn:mpeg:dash:profile:cmaf:2019,http://www.dashif.org/guidelines/low-latency-live-v5\""
      " type=\"dynamic\" availabilityStartTime=\"%s\" publishTime=\"%s\"",
      base::iso_time(moment.timeline_start).c_str(), base::iso_time(now).c_str());
  add(out,
      " minimumUpdatePeriod=\"%s\" timeShiftBufferDepth=\"%s\" maxSegmentDuration=\"%s\""
      " minBufferTime=\"%s\" suggestedPresentationDelay=\"%s\">\n",
      xml_duration(kUpdatePeriod).c_str(), xml_duration(depth_of(moment)).c_str(),
      xml_duration(moment.slot_length + part).c_str(), xml_duration(part).c_str(),
      xml_duration(options.latency).c_str());
  add(out,
      "  <ServiceDescription id=\"1\">\n"
      "    <Scope schemeIdUri=\"urn:dvb:dash:lowlatency:scope:2019\"/>\n"
      "    <Latency referenceId=\"1\" target=\"%" PRId64 "\" min=\"%" PRId64 "\" max=\"%" PRId64
      "\"/>\n"
      "    <PlaybackRate %s/>\n"
      "  </ServiceDescription>\n",
      latency, latency / 2, latency * 2, kRates);
}

}  // namespace

bool can_describe(const Moment& moment) {
  return moment.ready() && moment.slot_length.count() > 0 && !moment.epochs.empty();
}

std::string manifest(const Moment& moment, const Options& options, base::WallTime now) {
  std::string out;
  out.reserve(4096);
  write_head(moment, options, now, out);
  for (const Epoch& epoch : moment.epochs) {
    std::string sets;
    for (const RenditionView& view : moment.views) write_adaptation_set(moment, view, epoch, sets);
    if (sets.empty()) continue;  // its parts are still to come, or gone
    add(out, "  <Period id=\"%" PRIu64 "\" start=\"%s\">\n", epoch.first,
        xml_duration(epoch.start.time_since_epoch()).c_str());
    out += sets + "  </Period>\n";
  }
  add(out,
      "  <UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:http-xsdate:2014\" value=\"dash/time\"/>\n"
      "  <UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:direct:2014\" value=\"%s\"/>\n</MPD>\n",
      base::iso_time(now).c_str());
  return out;
}

}  // namespace eyas::dash
