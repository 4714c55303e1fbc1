#include "worker/program/device_input.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/videodev2.h>

#include <sys/ioctl.h>
#include <unistd.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavdevice/version_major.h>
#include <libavformat/avformat.h>
#include <libavutil/cpu.h>
#include <libavutil/pixdesc.h>
}

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <set>

namespace eyas::worker {
namespace {

constexpr const char* kLibrary = "libavdevice.so." AV_STRINGIFY(LIBAVDEVICE_VERSION_MAJOR);
constexpr AVRational kNanoseconds{1, 1'000'000'000};

base::Error system_error(const char* context) {
  return {base::Code::kSystem, context, std::strerror(errno)};
}

// Not linked: it brings more than a hundred libraries (X11, sound servers, ...), which every worker would
// load then. It is asked for nothing but to make its devices known to libavformat.
base::Status load_devices() {
  setenv("OPENBLAS_NUM_THREADS", "1", 1);  // one of the hundred; its threads would live outside the sandbox
  void* library = dlopen(kLibrary, RTLD_NOW);
  if (library == nullptr) return base::Error{base::Code::kUnsupported, "device: libavdevice", dlerror()};
  auto make_known = reinterpret_cast<void (*)()>(dlsym(library, "avdevice_register_all"));
  if (make_known == nullptr) return base::Error{base::Code::kUnsupported, "device: libavdevice", dlerror()};
  make_known();
  return {};
}

// What the camera can send, as V4L2 names it.
base::Result<std::set<uint32_t>> forms_of(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return system_error("device: open");
  std::set<uint32_t> forms;
  v4l2_fmtdesc form{};
  form.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  for (; ioctl(fd, VIDIOC_ENUM_FMT, &form) == 0; ++form.index) forms.insert(form.pixelformat);
  close(fd);
  return forms;
}

// The name of FFmpeg's for what the camera is asked for; empty leaves it to the two of them.
base::Result<std::string> form_of(const DeviceJob& job) {
  using Form = DeviceJob::Form;
  auto has = forms_of(job.name);
  if (!has) return has.error();
  bool h264 = has->contains(V4L2_PIX_FMT_H264);
  bool jpeg = has->contains(V4L2_PIX_FMT_MJPEG) || has->contains(V4L2_PIX_FMT_JPEG);
  if ((job.form == Form::kH264 && !h264) || (job.form == Form::kMjpeg && !jpeg))
    return base::Error{base::Code::kUnsupported, "device: the camera does not send what format asks for", {}};
  if (h264 && (job.form == Form::kBest || job.form == Form::kH264)) return std::string("h264");
  if (jpeg && (job.form == Form::kBest || job.form == Form::kMjpeg)) return std::string("mjpeg");
  return std::string();
}

struct Dictionary {
  ~Dictionary() { av_dict_free(&entries); }
  void set(const char* key, const std::string& value) { av_dict_set(&entries, key, value.c_str(), 0); }
  AVDictionary* entries = nullptr;
};

std::string size_of(const DeviceJob& job) {
  return std::to_string(job.width) + "x" + std::to_string(job.height);
}

// A filter's name and its numbers: no text of the operator's gets into the graph.
std::string graph_of(const DeviceJob& job) {
  return job.name + "=size=" + size_of(job) + ":rate=" + std::to_string(job.frame_rate);
}

}  // namespace

struct DeviceInput::Context {
  ~Context() { avformat_close_input(&format); }
  AVFormatContext* format = nullptr;
};

DeviceInput::DeviceInput(std::unique_ptr<Context> context)
    : context_(std::move(context)), packet_(av_packet_alloc()) {}

DeviceInput::~DeviceInput() = default;

base::Result<std::unique_ptr<DeviceInput>> DeviceInput::open(const DeviceJob& job) {
  if (auto status = load_devices(); !status) return status.error();
  av_cpu_force_count(1);  // graphs of filters start a thread for each: the sandbox wants one
  bool camera = job.kind == DeviceJob::Kind::kCamera;
  Dictionary options;
  // Packets as the device has them, with its own stamps.
  options.set("fflags", "noparse+nofillin");
  if (camera) {
    auto form = form_of(job);
    if (!form) return form.error();
    if (!form->empty()) options.set("input_format", *form);
    if (job.width > 0) options.set("video_size", size_of(job));
    if (job.frame_rate > 0) options.set("framerate", std::to_string(job.frame_rate));
  }
  auto context = std::make_unique<Context>();
  const AVInputFormat* kind = av_find_input_format(camera ? "video4linux2" : "lavfi");
  if (kind == nullptr) return base::Error{base::Code::kUnsupported, "device: not in this libavdevice", {}};
  std::string name = camera ? job.name : graph_of(job);
  if (int code = avformat_open_input(&context->format, name.c_str(), kind, &options.entries); code < 0)
    return av_error("device: open", code);
  if (context->format->nb_streams != 1)
    return base::Error{base::Code::kUnsupported, "device: want one stream of pictures", {}};
  AVRational& rate = context->format->streams[0]->avg_frame_rate;
  if (rate.num <= 0 || rate.den <= 0) rate = {static_cast<int>(job.frame_rate), 1};
  return std::unique_ptr<DeviceInput>(new DeviceInput(std::move(context)));
}

const AVCodecParameters& DeviceInput::stream() const {
  return *context_->format->streams[0]->codecpar;
}

base::Duration DeviceInput::frame_duration() const {
  AVRational rate = context_->format->streams[0]->avg_frame_rate;
  return rate.num > 0 ? base::Duration(av_rescale(1'000'000'000, rate.den, rate.num)) : base::Duration(0);
}

std::string DeviceInput::description() const {
  const AVCodecParameters& of = stream();
  const char* pixels = av_get_pix_fmt_name(static_cast<AVPixelFormat>(of.format));
  bool coded = of.codec_id == AV_CODEC_ID_H264 || of.codec_id == AV_CODEC_ID_MJPEG || pixels == nullptr;
  std::string text = coded ? avcodec_get_name(of.codec_id) : pixels;
  text += " " + std::to_string(of.width) + "x" + std::to_string(of.height);
  double each = base::to_seconds(frame_duration());
  return each > 0 ? text + ", " + std::to_string(std::lround(1 / each)) + " a second" : text;
}

base::Result<AVPacket*> DeviceInput::read() {
  av_packet_unref(packet_.get());
  int code = av_read_frame(context_->format, packet_.get());
  if (code == AVERROR(EAGAIN)) return static_cast<AVPacket*>(nullptr);
  if (code < 0) return av_error("device: read", code);
  // DEVIATION: USB cameras send broken pictures as empty ones.
  return packet_->size > 0 ? packet_.get() : nullptr;
}

std::optional<base::Duration> DeviceInput::stamp() const {
  if (packet_->pts == AV_NOPTS_VALUE) return std::nullopt;
  return base::Duration(av_rescale_q(packet_->pts, context_->format->streams[0]->time_base, kNanoseconds));
}

}  // namespace eyas::worker
