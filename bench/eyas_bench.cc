// eyas-bench: a publisher and many viewers for a server on loopback; prints one JSON line.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <thread>

#include "bench/crowd_publisher.h"
#include "bench/hls_viewers.h"
#include "bench/part_viewers.h"
#include "bench/process.h"
#include "bench/publisher.h"
#include "bench/srt_viewers.h"
#include "bench/viewers.h"
#include "bench/whep_load.h"

namespace {

using namespace eyas::bench;

constexpr const char* kHelp =
    "eyas-bench KEY=VALUE ...\n"
    "  way=flv|rtmp|rtsp|rtsp_udp|srt|hls|llhls|whep|whep_churn|idle|none   what the viewers take (none: "
    "only publish)\n"
    "  file=FILE.flv       published over RTMP; empty publishes nothing\n"
    "  rtmp_port=1935  port=8080   where to publish and play RTMP; where HTTP is served\n"
    "  rtsp_port=8554  srt_port=8890\n"
    "  path=/live/bench.flv        the HTTP address, the HLS media playlist, or the WHEP endpoint\n"
    "  pace_ms=0           llhls from files, where no blocking reload sets the pace\n"
    "  audio=aac|opus      opus: the file's audio is replaced by Opus packets of 64 kbit/s\n"
    "  srtp=gcm|cm         whep: the best profile that viewers offer\n"
    "  junk=0 udp_port=8189        whep: datagrams a second of no session at all, sent to this port\n"
    "  viewers=500 sampled=20 warmup=2 seconds=8\n"
    "  settle=1            seconds of publishing before memory without viewers is read, and they come\n"
    "  streams=0           flv, rtmp, rtsp: the file under so many names, the viewers spread evenly over "
    "them\n"
    "  pids=1,2            processes whose CPU time and memory are read\n";

using Options = std::map<std::string, std::string>;

Options parse(int argc, char** argv) {
  Options options{{"way", "flv"},      {"file", ""},          {"rtmp_port", "1935"},
                  {"port", "8080"},    {"rtsp_port", "8554"}, {"path", "/live/bench.flv"},
                  {"pace_ms", "0"},    {"viewers", "500"},    {"sampled", "20"},
                  {"warmup", "2"},     {"seconds", "8"},      {"audio", "aac"},
                  {"srtp", "gcm"},     {"junk", "0"},         {"udp_port", "8189"},
                  {"streams", "0"},    {"settle", "1"},       {"pids", ""},
                  {"srt_port", "8890"}};
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    size_t equals = word.find('=');
    if (equals == std::string::npos || !options.contains(word.substr(0, equals))) {
      std::fputs(kHelp, stderr);
      std::exit(2);
    }
    options[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return options;
}

std::vector<int> pids_of(std::string text) {
  std::vector<int> pids;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find(',', at), text.size());
    pids.push_back(std::stoi(text.substr(at, end - at)));
    at = end + 1;
  }
  return pids;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return -1;
  auto place = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

// What one measuring window gave.
struct Result {
  double seconds = 0;
  uint64_t bytes = 0;
  Usage before, after;
  double rss_before_viewers = 0;
  Samples samples;
  HlsLoad hls;
  WhepTotals whep;
  uint64_t junk = 0;
  size_t key_bytes = 0;  // the file's largest keyframe
  int closed = 0;
  uint64_t pictures = 0;
  double late_ms = 0;  // the load tool's own publishers, at most
  uint64_t published_bytes = 0;
};

void print(const Options& options, const Result& r) {
  double cpu = r.after.cpu_seconds - r.before.cpu_seconds;
  double gbit = static_cast<double>(r.bytes) * 8e-9;
  std::printf(
      "{\"tool\":\"eyas-bench\",\"way\":\"%s\",\"viewers\":%s,\"seconds\":%.2f,\"gbit\":%.3f,"
      "\"cpu_seconds\":%.3f,\"cpu_per_gbit\":%.4f,\"rss_mib\":%.1f,\"rss_mib_without_viewers\":%.1f,"
      "\"relay_ms_p50\":%.3f,\"relay_ms_p99\":%.3f,\"samples\":%zu,\"first_coded_ms_p50\":%.3f,"
      "\"began_without_key\":%llu,\"lost\":%llu,\"closed\":%d,\"requests\":%llu,\"failures\":%llu,"
      "\"pictures\":%llu,\"playing\":%d,\"refused\":%d,\"datagrams\":%llu,\"lost_datagrams\":%llu,"
      "\"first_packet_ms_p99\":%.3f,\"junk\":%llu,\"key_bytes\":%zu,\"late_ms\":%.1f,\"published_gbit\":%.3f}"
      "\n",
      options.at("way").c_str(), options.at("viewers").c_str(), r.seconds, gbit, cpu,
      gbit > 0 ? cpu / gbit : 0.0, r.after.rss_mib, r.rss_before_viewers, percentile(r.samples.relay_ms, 0.5),
      percentile(r.samples.relay_ms, 0.99), r.samples.relay_ms.size(),
      percentile(r.samples.first_coded_ms, 0.5), static_cast<unsigned long long>(r.samples.began_without_key),
      static_cast<unsigned long long>(r.samples.lost), r.closed,
      static_cast<unsigned long long>(r.hls.requests), static_cast<unsigned long long>(r.hls.failures),
      static_cast<unsigned long long>(r.pictures), r.whep.playing, r.whep.refused,
      static_cast<unsigned long long>(r.whep.datagrams), static_cast<unsigned long long>(r.whep.lost),
      percentile(r.samples.first_coded_ms, 0.99), static_cast<unsigned long long>(r.junk), r.key_bytes,
      r.late_ms, static_cast<double>(r.published_bytes) * 8e-9);
}

// The sampled viewers, read the moment that something comes.
class Sampled {
 public:
  void join(Way way, const Target& target) {
    viewers_.push_back(SampledViewer::join(way, target, samples_));
    int64_t limit = now_ns() + 3'000'000'000;
    while (!viewers_.back()->saw_picture() && now_ns() < limit) viewers_.back()->read(false);
    set_blocking(viewers_.back()->fd(), false);
    watch(0.05, false);  // joins spread over the pictures
  }
  uint64_t watch(double seconds, bool record_latency) {
    std::vector<pollfd> waits;
    for (auto& viewer : viewers_) waits.push_back({viewer->fd(), POLLIN, 0});
    uint64_t bytes = 0;
    for (int64_t end = now_ns() + static_cast<int64_t>(seconds * 1e9), left; (left = end - now_ns()) > 0;) {
      poll(waits.data(), waits.size(), static_cast<int>(left / 1'000'000) + 1);
      for (size_t i = 0; i < waits.size(); ++i)
        if (waits[i].revents) bytes += viewers_[i]->read(record_latency);
    }
    return bytes;
  }
  const Samples& samples() const { return samples_; }

 private:
  Samples samples_;
  std::vector<std::unique_ptr<SampledViewer>> viewers_;
};

void measure_play(const Options& options, Way way, const Target& target, Result& r) {
  std::vector<int> pids = pids_of(options.at("pids"));
  int viewers = std::stoi(options.at("viewers")), few = std::min(viewers, std::stoi(options.at("sampled")));
  BulkViewers bulk(way, target);
  prefer_this_thread();
  Sampled sampled;
  // Evenly among the others: a server that sends in the order of joining treats them as it does the rest.
  for (int i = 0, others = viewers - few; i < few; ++i) {
    bulk.join(others * (i + 1) / few - others * i / few);
    sampled.watch(0.1, false);  // what newcomers are given at once is not what a sampled viewer waits for
    sampled.join(way, target);
  }
  sampled.watch(std::stod(options.at("warmup")), false);
  r.before = usage_of(pids);
  uint64_t bulk_before = bulk.bytes();
  int64_t begin = now_ns();
  r.bytes = sampled.watch(std::stod(options.at("seconds")), true);
  r.after = usage_of(pids);
  r.bytes += bulk.bytes() - bulk_before;
  r.seconds = static_cast<double>(now_ns() - begin) * 1e-9;
  r.samples = sampled.samples();
  r.closed = bulk.closed();
}

// Many streams, and viewers that only take the bytes: what the server does, not how soon.
void measure_grid(const Options& options, Way way, Target target, const Target& rtmp, Result& r) {
  std::vector<int> pids = pids_of(options.at("pids"));
  int streams = std::stoi(options.at("streams")), viewers = std::stoi(options.at("viewers"));
  CrowdPublisher publisher(rtmp, load_flv(options.at("file")), static_cast<size_t>(streams));
  std::this_thread::sleep_for(std::chrono::seconds(1));
  BulkViewers bulk(way, target);
  for (int i = 0; i < streams; ++i) {
    target.name = name_of_stream(static_cast<size_t>(i));
    target.path = "/live/" + target.name + ".flv";
    bulk.join(viewers * (i + 1) / streams - viewers * i / streams, target);
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(std::stod(options.at("warmup"))));
  r.before = usage_of(pids);
  uint64_t bytes = bulk.bytes(), published = publisher.bytes();
  int64_t begin = now_ns();
  std::this_thread::sleep_for(std::chrono::duration<double>(std::stod(options.at("seconds"))));
  r.after = usage_of(pids);
  r.bytes = bulk.bytes() - bytes;
  r.published_bytes = publisher.bytes() - published;
  r.seconds = static_cast<double>(now_ns() - begin) * 1e-9;
  r.closed = bulk.closed();
  r.late_ms = publisher.late_ms_max();
}

// The sampled viewers join last, one by one, while the crowd plays.
void join_sampled(WhepGroup& group, const WhepWorld& world, int count, Samples& samples) {
  SignallingClient http(world.target.port);
  for (int i = 0; i < count; ++i) {
    group.join(world, http, &samples);
    int64_t limit = now_ns() + 3'000'000'000;
    while (group.waiting() > 0 && now_ns() < limit) group.turn(std::chrono::milliseconds(1), false);
    for (int64_t end = now_ns() + 50'000'000; now_ns() < end;)
      group.turn(std::chrono::milliseconds(1), false);
  }
}

void watch(WhepGroup& group, double seconds, bool record_latency) {
  for (int64_t end = now_ns() + static_cast<int64_t>(seconds * 1e9); now_ns() < end;)
    group.turn(std::chrono::milliseconds(5), record_latency);
}

void measure_whep(const Options& options, const Target& target, Result& r) {
  std::vector<int> pids = pids_of(options.at("pids"));
  int viewers = std::stoi(options.at("viewers")), few = std::min(viewers, std::stoi(options.at("sampled")));
  WhepWorld world = make_whep_world(target, options.at("srtp") == "cm");
  WhepCrowd crowd(world, viewers - few, std::chrono::seconds(60));
  prefer_this_thread();
  WhepGroup sampled;
  join_sampled(sampled, world, few, r.samples);
  std::unique_ptr<JunkFlood> flood;
  if (int junk = std::stoi(options.at("junk")); junk > 0)
    flood = std::make_unique<JunkFlood>(static_cast<uint16_t>(std::stoi(options.at("udp_port"))), junk);
  watch(sampled, std::stod(options.at("warmup")), false);
  crowd.begin_window();
  sampled.begin_window();
  r.samples.lost = 0;
  r.before = usage_of(pids);
  int64_t begin = now_ns();
  watch(sampled, std::stod(options.at("seconds")), true);
  r.after = usage_of(pids);
  r.whep = crowd.totals();
  r.whep += sampled.totals();
  r.seconds = static_cast<double>(now_ns() - begin) * 1e-9;
  r.bytes = r.whep.bytes;
  r.closed = r.whep.ended;
  if (flood) r.junk = flood->sent();
}

// The least memory over two groups' time: a stream's ring holds a group more or less, by its phase.
Usage between_groups(const std::vector<int>& pids) {
  Usage least = usage_of(pids);
  for (int64_t end = now_ns() + 4'000'000'000; now_ns() < end;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (Usage now = usage_of(pids); now.rss_mib < least.rss_mib) least.rss_mib = now.rss_mib;
  }
  return least;
}

// Twice `viewers` sessions opened and closed one after another. Memory before is taken between the two
// rounds: the first fills the stream's ring and brings the heap to its shape.
void measure_churn(const Options& options, const Target& target, Result& r) {
  std::vector<int> pids = pids_of(options.at("pids"));
  WhepWorld world = make_whep_world(target, options.at("srtp") == "cm");
  const int count = std::stoi(options.at("viewers"));
  churn(world, count);
  r.before = between_groups(pids);
  r.rss_before_viewers = r.before.rss_mib;
  int64_t begin = now_ns();
  ChurnTotals totals = churn(world, count);
  r.seconds = static_cast<double>(now_ns() - begin) * 1e-9;
  r.after = between_groups(pids);
  r.hls.requests = static_cast<uint64_t>(totals.opened);
  r.hls.failures = static_cast<uint64_t>(totals.failed);
}

// What came to viewers that already watch, in the measuring window.
template <typename Viewers>
auto watched(Viewers& viewers, const Options& options, Result& r) {
  viewers.watch(std::stod(options.at("warmup")));
  std::vector<int> pids = pids_of(options.at("pids"));
  r.before = usage_of(pids);
  r.seconds = std::stod(options.at("seconds"));
  auto load = viewers.watch(r.seconds);
  r.after = usage_of(pids);
  return load;
}

void measure_hls(const Options& options, const Target& target, Result& r) {
  HlsViewers viewers(target, std::stoi(options.at("viewers")));
  r.hls = watched(viewers, options, r);
  r.bytes = r.hls.bytes;
}

void measure_parts(const Options& options, const Target& target, Result& r) {
  int all = std::stoi(options.at("viewers")), few = std::min(all, std::stoi(options.at("sampled")));
  int pace_ms = std::stoi(options.at("pace_ms"));
  double warmup = std::stod(options.at("warmup"));
  r.seconds = std::stod(options.at("seconds"));
  PartLoad bulk;
  std::thread others([&] {
    PartViewers viewers(target, all - few, pace_ms, false);
    viewers.watch(warmup);
    bulk = viewers.watch(r.seconds);
  });
  prefer_this_thread();
  PartViewers sampled(target, few, pace_ms, true);
  sampled.watch(warmup);
  std::vector<int> pids = pids_of(options.at("pids"));
  r.before = usage_of(pids);
  PartLoad load = sampled.watch(r.seconds);
  r.after = usage_of(pids);
  others.join();
  r.samples.relay_ms = std::move(load.part_ms);
  r.hls = {load.bytes + bulk.bytes, load.requests + bulk.requests, load.failures + bulk.failures};
  r.bytes = r.hls.bytes;
}

void measure_srt(const Options& options, const Target& target, Result& r) {
  SrtViewers viewers(target, std::stoi(options.at("viewers")));
  const SrtLoad load = watched(viewers, options, r);
  r.bytes = load.bytes;
  r.closed = load.closed;
  r.whep.datagrams = load.packets;
  r.whep.lost = load.lost;
}

// Connections that asked once and now wait, kept alive: what a viewer costs that does nothing.
void measure_idle(const Options& options, const Target& target, Result& r) {
  std::vector<int> fds;
  for (int i = 0; i < std::stoi(options.at("viewers")); ++i) {
    fds.push_back(connect_loopback(target.port));
    send_all(fds.back(), eyas::base::as_bytes("GET " + target.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
  }
  // An answer proves that the server took the connection; one that only stands in its backlog costs it
  // nothing.
  for (int fd : fds) {
    char answer[4096];
    ++r.hls.requests;
    if (recv(fd, answer, sizeof answer, 0) <= 0) ++r.hls.failures;
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(std::stod(options.at("warmup"))));
  std::vector<int> pids = pids_of(options.at("pids"));
  r.before = usage_of(pids);
  r.seconds = std::stod(options.at("seconds"));
  std::this_thread::sleep_for(std::chrono::duration<double>(r.seconds));
  r.after = usage_of(pids);
  for (int fd : fds) close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  Options options = parse(argc, argv);
  raise_descriptor_limit();
  Target rtmp;
  rtmp.port = static_cast<uint16_t>(std::stoi(options["rtmp_port"]));
  Target http{static_cast<uint16_t>(std::stoi(options["port"])), "live", "bench", options["path"]};
  Result result;
  std::unique_ptr<Publisher> publisher;
  bool grid = options["streams"] != "0";
  if (!options["file"].empty() && !grid) {
    auto tags = load_flv(options["file"]);
    for (const FileTag& tag : tags)
      if (tag.key()) result.key_bytes = std::max(result.key_bytes, tag.body.size());
    if (options["audio"] == "opus") tags = with_opus(std::move(tags));
    publisher = std::make_unique<Publisher>(rtmp, std::move(tags));
    std::this_thread::sleep_for(std::chrono::duration<double>(std::stod(options["settle"])));
  }
  result.rss_before_viewers = usage_of(pids_of(options["pids"])).rss_mib;
  Target rtsp;
  rtsp.port = static_cast<uint16_t>(std::stoi(options["rtsp_port"]));
  const std::string& way = options["way"];
  const std::map<std::string, std::pair<Way, Target>> plays = {{"flv", {Way::kHttpFlv, http}},
                                                               {"rtmp", {Way::kRtmp, rtmp}},
                                                               {"rtsp", {Way::kRtspTcp, rtsp}},
                                                               {"rtsp_udp", {Way::kRtspUdp, rtsp}}};
  if (auto play = plays.find(way); play != plays.end()) {
    const auto& [kind, target] = play->second;
    grid ? measure_grid(options, kind, target, rtmp, result) : measure_play(options, kind, target, result);
  }
  if (way == "srt") measure_srt(options, {static_cast<uint16_t>(std::stoi(options["srt_port"]))}, result);
  if (way == "hls") measure_hls(options, http, result);
  if (way == "llhls") measure_parts(options, http, result);
  if (way == "whep") measure_whep(options, http, result);
  if (way == "whep_churn") measure_churn(options, http, result);
  if (way == "idle") measure_idle(options, http, result);
  if (way == "none")
    std::this_thread::sleep_for(std::chrono::duration<double>(std::stod(options["seconds"])));
  if (publisher) result.pictures = publisher->pictures();
  print(options, result);
  return 0;
}
