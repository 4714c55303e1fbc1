#include "api/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <sstream>

namespace eyas::api {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<std::pair<std::string, std::string>>;

// Families by name, in the order of first mention.
class Families {
 public:
  void add(const std::string& name, const std::string& help, bool counter, double value,
           const Labels& labels) {
    auto [place, is_new] = places_.try_emplace(name, families_.size());
    if (is_new) {
      families_.push_back({name, help, counter ? MetricType::Counter : MetricType::Gauge, {}});
    }
    ClientMetric metric;
    for (const auto& [label, text] : labels) metric.label.push_back({label, text});
    (counter ? metric.counter.value : metric.gauge.value) = value;
    families_[place->second].metric.push_back(std::move(metric));
  }
  void counter(const char* name, const char* help, uint64_t value, const Labels& labels) {
    add(name, help, true, static_cast<double>(value), labels);
  }
  void gauge(const char* name, const char* help, double value, const Labels& labels) {
    add(name, help, false, value, labels);
  }
  std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return out.str();
  }

 private:
  std::vector<MetricFamily> families_;
  std::map<std::string, size_t> places_;
};

void add_stream(Families& families, const hub::StreamFacts& facts) {
  Labels stream = {{"stream", facts.name}};
  families.gauge("eyas_stream_live", "1 while a publisher is on air.", facts.live ? 1 : 0, stream);
  families.counter("eyas_stream_frames_total", "Frames that came in.", facts.frames_in, stream);
  families.counter("eyas_stream_bytes_total", "Payload bytes that came in.", facts.bytes_in, stream);
  families.gauge("eyas_stream_bitrate_bps", "Payload bits per second over the last seconds.",
                 facts.bitrate_bps, stream);
  families.gauge("eyas_stream_keyframe_interval_seconds", "Between the last two keyframes.",
                 base::to_seconds(facts.keyframe_interval), stream);
  families.gauge("eyas_stream_ring_bytes", "Bytes of the recent past that are held.",
                 static_cast<double>(facts.ring_bytes), stream);
  families.counter("eyas_stream_readers_lapped_total", "Times that a slow reader jumped to a newer keyframe.",
                   facts.readers_lapped, stream);
  families.counter("eyas_stream_frames_lost_total", "Units that lapped readers did not get.",
                   facts.units_lost, stream);
  for (const auto& [protocol, count] : facts.readers_by_protocol) {
    families.gauge("eyas_stream_readers", "Readers by protocol.", static_cast<double>(count),
                   {{"stream", facts.name}, {"protocol", protocol}});
  }
  for (const auto& [repair, count] : facts.repairs.rows()) {
    families.counter("eyas_stream_repairs_total", "Mended timestamps by kind.", count,
                     {{"stream", facts.name}, {"repair", repair}});
  }
  for (const auto& [quirk, count] : facts.quirks) {
    families.counter("eyas_stream_quirks_total", "Accepted deviations of the sender by kind.", count,
                     {{"stream", facts.name}, {"quirk", quirk}});
  }
  for (const auto& alarm : facts.alarms) {
    families.gauge("eyas_stream_alarm", "1 while the alarm is raised.", 1,
                   {{"stream", facts.name}, {"kind", alarm.kind}});
  }
  for (const auto& publisher : facts.publishers) {
    if (!publisher.on_air) continue;
    families.gauge("eyas_stream_backlog_seconds", "How far the publisher lags behind its best.",
                   base::to_seconds(publisher.backlog), stream);
  }
}

}  // namespace

std::string metrics_text(const std::vector<base::Metric>& server,
                         const std::vector<hub::StreamFacts>& streams) {
  Families families;
  for (const base::Metric& metric : server) {
    families.add(metric.name, metric.help, metric.kind == base::Metric::Kind::kCounter, metric.value,
                 metric.labels);
  }
  families.gauge("eyas_streams", "Streams that are live or wait for their publisher.",
                 static_cast<double>(streams.size()), {});
  for (const auto& stream : streams) add_stream(families, stream);
  return families.text();
}

}  // namespace eyas::api
