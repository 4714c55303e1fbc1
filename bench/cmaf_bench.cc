// What one CMAF fragment costs to make: ours, and libavformat's MP4 muxer with fragments cut by hand. A
// fragment is a low-latency part: 200 ms of 30 pictures a second at 2 Mbit/s.
#include <benchmark/benchmark.h>
extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/mem.h>
}

#include <array>
#include <memory>
#include <vector>

#include "codec/fixtures.h"
#include "container/mp4/fragment.h"

namespace {

using namespace eyas;

constexpr int kPictures = 6;
constexpr size_t kPictureBytes = 2'000'000 / 8 / 30;
constexpr uint32_t kTicks = 3000;  // of 90 kHz

std::vector<uint8_t> picture() {
  std::vector<uint8_t> bytes(kPictureBytes, 0x5A);
  bytes[0] = 0, bytes[1] = 0, bytes[2] = static_cast<uint8_t>((kPictureBytes - 4) >> 8);
  bytes[3] = static_cast<uint8_t>(kPictureBytes - 4);
  bytes[4] = 0x41;
  return bytes;
}

void report(benchmark::State& state) {
  state.counters["cpu_s_per_gbit"] =
      benchmark::Counter(kPictures * kPictureBytes * 8e-9,
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void ours(benchmark::State& state) {
  base::Slice payload(picture());
  uint32_t sequence = 0;
  uint64_t time = 0;
  for (auto _ : state) {
    std::array<mp4::Sample, kPictures> samples;
    samples.fill({kTicks, 0, false, payload});
    mp4::TrackRun run{1, true, time, samples};
    benchmark::DoNotOptimize(mp4::write_fragment(++sequence, {&run, 1}));
    time += kTicks * kPictures;
  }
  report(state);
}

int discard(void* written, uint8_t*, int bytes) {
  *static_cast<int64_t*>(written) += bytes;
  return bytes;
}

// One muxer that goes on for ever, as it would for a live stream.
class LibavMuxer {
 public:
  LibavMuxer() {
    avformat_alloc_output_context2(&format_, nullptr, "mp4", nullptr);
    constexpr int kBuffer = 64 * 1024;
    format_->pb = avio_alloc_context(static_cast<uint8_t*>(av_malloc(kBuffer)), kBuffer, 1, &written_,
                                     nullptr, &discard, nullptr);
    format_->flags |= AVFMT_FLAG_CUSTOM_IO;
    AVStream* stream = avformat_new_stream(format_, nullptr);
    stream->time_base = {1, 90000};
    stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
    stream->codecpar->codec_id = AV_CODEC_ID_H264;
    stream->codecpar->width = 1920, stream->codecpar->height = 1080;
    base::Slice record = codec::fixtures::slice(codec::fixtures::kAvcDrone);
    stream->codecpar->extradata =
        static_cast<uint8_t*>(av_mallocz(record.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    stream->codecpar->extradata_size = static_cast<int>(record.size());
    std::copy(record.data(), record.data() + record.size(), stream->codecpar->extradata);
    AVDictionary* options = nullptr;
    av_dict_set(&options, "movflags", "cmaf+frag_custom+empty_moov+default_base_moof", 0);
    ready_ = avformat_write_header(format_, &options) >= 0;
    av_dict_free(&options);
  }
  ~LibavMuxer() {
    if (ready_) av_write_trailer(format_);
    av_freep(&format_->pb->buffer);
    avio_context_free(&format_->pb);
    avformat_free_context(format_);
  }
  bool ready() const { return ready_; }

  void fragment(std::vector<uint8_t>& payload) {
    for (int i = 0; i < kPictures; ++i) {
      packet_->data = payload.data();
      packet_->size = static_cast<int>(payload.size());
      packet_->pts = packet_->dts = time_;
      packet_->duration = kTicks;
      time_ += kTicks;
      av_write_frame(format_, packet_.get());
    }
    av_write_frame(format_, nullptr);
  }
  int64_t written() const { return written_; }

 private:
  struct FreePacket {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  };

  AVFormatContext* format_ = nullptr;
  std::unique_ptr<AVPacket, FreePacket> packet_{av_packet_alloc()};
  int64_t written_ = 0;
  int64_t time_ = 0;
  bool ready_ = false;
};

void libavformat(benchmark::State& state) {
  LibavMuxer muxer;
  if (!muxer.ready()) return state.SkipWithError("no header");
  std::vector<uint8_t> payload = picture();
  for (auto _ : state) muxer.fragment(payload);
  if (muxer.written() < static_cast<int64_t>(state.iterations() * kPictures * kPictureBytes)) {
    state.SkipWithError("fragments are missing");
  }
  report(state);
}

BENCHMARK(ours);
BENCHMARK(libavformat);

}  // namespace

BENCHMARK_MAIN();
