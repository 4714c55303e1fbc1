// A camera made of paper: this program answers the kernel's part of V4L2 for one descriptor, and libavdevice,
// which finds our ioctl() before the C library's, takes its pictures for a camera's.
#include "worker/program/device_run.h"

#include <gtest/gtest.h>
#include <linux/videodev2.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern "C" {
#include <libavutil/frame.h>
#include <libavutil/log.h>
}

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <deque>
#include <set>

#include "codec/codec.h"
#include "worker/program/encoder.h"

namespace eyas::worker {
namespace {

constexpr uint32_t kWidth = 64, kHeight = 48;
constexpr size_t kBufferBytes = 64u << 10;
constexpr int64_t kStepUs = 40'000;

// What libavdevice's errors say belongs not into a test's output.
const bool quiet = (av_log_set_level(AV_LOG_QUIET), true);

class PaperCamera {
 public:
  explicit PaperCamera(std::vector<uint32_t> forms) : forms_(std::move(forms)) {
    memory_ = memfd_create("camera", MFD_CLOEXEC);
    EXPECT_EQ(ftruncate(memory_, 8 * kBufferBytes), 0);
    EXPECT_EQ(fstat(memory_, &identity_), 0);
    present = this;
  }
  ~PaperCamera() {
    present = nullptr;
    close(memory_);
  }

  std::string path() const { return "/proc/self/fd/" + std::to_string(memory_); }
  bool is(int fd) const {
    struct stat other {};
    return fstat(fd, &other) == 0 && other.st_ino == identity_.st_ino && other.st_dev == identity_.st_dev;
  }
  int answer(unsigned long request, void* argument);

  static inline PaperCamera* present = nullptr;
  std::deque<std::vector<uint8_t>> pictures;  // after the last one it is unplugged
  int busy = 0;                               // errno of whoever asks for a form
  uint32_t form = 0;                          // that it was set to
  std::set<unsigned long> asked;              // since its first picture was asked for

 private:
  int describe(v4l2_fmtdesc& wanted) const {
    if (wanted.index >= forms_.size()) return EINVAL;
    wanted.pixelformat = forms_[wanted.index];
    return 0;
  }
  int set(v4l2_format& wanted) {
    if (busy != 0) return busy;
    bool known = std::ranges::find(forms_, wanted.fmt.pix.pixelformat) != forms_.end();
    form = wanted.fmt.pix.pixelformat = known ? wanted.fmt.pix.pixelformat : forms_[0];
    return get(wanted);
  }
  int get(v4l2_format& wanted) const {
    wanted.fmt.pix.width = kWidth, wanted.fmt.pix.height = kHeight;
    wanted.fmt.pix.field = V4L2_FIELD_NONE;
    wanted.fmt.pix.bytesperline = form == V4L2_PIX_FMT_YUYV ? kWidth * 2 : 0;
    wanted.fmt.pix.sizeimage = form == V4L2_PIX_FMT_YUYV ? kWidth * kHeight * 2 : kBufferBytes;
    return 0;
  }
  int next(v4l2_buffer& buffer) {
    if (pictures.empty() || waiting_.empty()) return ENODEV;
    buffer.index = waiting_.front();
    waiting_.pop_front();
    buffer.bytesused = static_cast<uint32_t>(pictures.front().size());
    auto at = static_cast<off_t>(buffer.index * kBufferBytes);
    EXPECT_EQ(pwrite(memory_, pictures.front().data(), buffer.bytesused, at), buffer.bytesused);
    pictures.pop_front();
    time_us_ += kStepUs;
    buffer.timestamp = {time_us_ / 1'000'000, time_us_ % 1'000'000};
    return 0;
  }

  std::vector<uint32_t> forms_;
  int memory_ = -1;
  bool streaming_ = false;
  struct stat identity_ {};
  std::deque<uint32_t> waiting_;  // buffers to be filled
  int64_t time_us_ = 7'000'000;
};

// The kernel's answer: 0, or errno.
int PaperCamera::answer(unsigned long request, void* argument) {
  streaming_ |= request == VIDIOC_DQBUF;
  if (streaming_) asked.insert(request);
  switch (request) {
    case VIDIOC_QUERYCAP:
      static_cast<v4l2_capability*>(argument)->capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
      return 0;
    case VIDIOC_ENUM_FMT:
      return describe(*static_cast<v4l2_fmtdesc*>(argument));
    case VIDIOC_G_FMT:
      return get(*static_cast<v4l2_format*>(argument));
    case VIDIOC_S_FMT:
      return set(*static_cast<v4l2_format*>(argument));
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
      static_cast<v4l2_streamparm*>(argument)->parm.capture.timeperframe = {1, 25};
      static_cast<v4l2_streamparm*>(argument)->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
      return 0;
    case VIDIOC_REQBUFS:
      static_cast<v4l2_requestbuffers*>(argument)->count = 8;
      return 0;
    case VIDIOC_QUERYBUF: {
      auto& buffer = *static_cast<v4l2_buffer*>(argument);
      buffer.length = kBufferBytes;
      buffer.m.offset = static_cast<uint32_t>(buffer.index * kBufferBytes);
      return 0;
    }
    case VIDIOC_QBUF:
      waiting_.push_back(static_cast<v4l2_buffer*>(argument)->index);
      return 0;
    case VIDIOC_DQBUF:
      return next(*static_cast<v4l2_buffer*>(argument));
    case VIDIOC_G_INPUT:
      *static_cast<int*>(argument) = 0;
      return 0;
    case VIDIOC_ENUMINPUT:
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
      return 0;
    default:
      return ENOTTY;
  }
}

// What a job's worker said until it ended.
struct Heard : Decoder::Sink {
  void on_track(TrackMessage track) override { tracks.push_back(std::move(track)); }
  void on_frame(FrameMessage frame) override { frames.push_back(std::move(frame)); }
  void on_log(LogMessage line) override { lines.push_back(std::move(line.text)); }
  std::vector<TrackMessage> tracks;
  std::vector<FrameMessage> frames;
  std::vector<std::string> lines;
  base::Error ended;
};

DeviceJob job_of(const PaperCamera& camera) {
  DeviceJob job;
  job.name = camera.path();
  return job;
}

Heard run(const DeviceJob& job) {
  Heard heard;
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  int room = 4 << 20;  // for all that it says: nobody reads meanwhile
  setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  {
    Channel channel(ends[1]);
    EXPECT_TRUE(channel.say(Hello{}).ok());
    auto input = DeviceInput::open(job);
    heard.ended = input ? DeviceRun(std::move(*input), job, channel).run() : input.error();
  }
  close(ends[1]);
  Channel ours(ends[0]);
  Decoder decoder(static_cast<Decoder::Sink&>(heard));
  while (ours.read_into(decoder)) {
  }
  close(ends[0]);
  return heard;
}

void paint(AVFrame& frame, int number) {
  for (int y = 0; y < frame.height; ++y)
    std::memset(frame.data[0] + y * frame.linesize[0], 16 + 10 * number, static_cast<size_t>(frame.width));
  for (int plane : {1, 2})
    std::memset(frame.data[plane], 128, static_cast<size_t>(frame.linesize[plane] * frame.height / 2));
}

std::vector<uint8_t> bytes_of(base::Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

void feed_jpeg(PaperCamera& camera, int count) {
  auto encoder = JpegEncoder::open({.width = kWidth, .height = kHeight});
  ASSERT_TRUE(encoder.ok());
  for (int i = 0; i < count; ++i) {
    paint((*encoder)->frame(), i);
    ASSERT_TRUE(
        (*encoder)->encode(i, [&](const Packet& p) { camera.pictures.push_back(bytes_of(p.payload)); }));
  }
}

// The sets of a record with one of each kind [ISO 14496-15 5.3.3.1.2].
std::vector<uint8_t> annexb_sets(base::Bytes record) {
  std::vector<uint8_t> sets;
  base::ByteReader in(record);
  in.take(5);
  for (int kind = 0; kind < 2; ++kind) {
    EXPECT_EQ(in.u8() & 31, 1);
    base::Bytes set = in.take(in.u16());
    sets.insert(sets.end(), {0, 0, 0, 1});
    sets.insert(sets.end(), set.begin(), set.end());
  }
  return sets;
}

void feed_h264(PaperCamera& camera, int count) {
  VideoEncoder::Options options;
  options.width = kWidth, options.height = kHeight;
  options.time_base = {1, 25}, options.frame_rate = {25, 1};
  options.bitrate_bps = 500'000, options.keyframe_pictures = 5, options.preset = "ultrafast";
  auto encoder = VideoEncoder::open(options);
  ASSERT_TRUE(encoder.ok());
  // Cameras send their parameter sets with each key picture, in Annex B.
  std::vector<uint8_t> sets = annexb_sets((*encoder)->record());
  for (int i = 0; i < count; ++i) {
    paint((*encoder)->frame(), i);
    ASSERT_TRUE((*encoder)->encode(i, [&](const Packet& p) {
      std::vector<uint8_t> picture = p.key ? sets : std::vector<uint8_t>();
      std::vector<uint8_t> coded = codec::length_prefixed_to_annexb(p.payload);
      picture.insert(picture.end(), coded.begin(), coded.end());
      camera.pictures.push_back(std::move(picture));
    }));
  }
}

void expect_a_live_track(const Heard& heard, size_t frames) {
  EXPECT_EQ(heard.ended.code, base::Code::kSystem);
  EXPECT_EQ(heard.ended.detail, "No such device") << "it was unplugged";
  ASSERT_EQ(heard.tracks.size(), 1u);
  auto config = codec::describe(heard.tracks[0].codec, heard.tracks[0].record);
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->width, kWidth);
  EXPECT_EQ(config->height, kHeight);
  ASSERT_EQ(heard.frames.size(), frames);
  EXPECT_TRUE(heard.frames[0].key);
  for (size_t i = 0; i < frames; ++i) {
    EXPECT_EQ(heard.frames[i].pts, std::chrono::microseconds(kStepUs) * i) << "the camera's own time";
    EXPECT_EQ(heard.frames[i].duration, std::chrono::milliseconds(40));
  }
}

TEST(DeviceRun, MjpegIsMadeIntoH264) {
  PaperCamera camera({V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_MJPEG});
  feed_jpeg(camera, 6);
  Heard heard = run(job_of(camera));
  EXPECT_EQ(camera.form, uint32_t{V4L2_PIX_FMT_MJPEG}) << "asked for before pictures as they are";
  expect_a_live_track(heard, 6);
  EXPECT_EQ(camera.asked, (std::set<unsigned long>{VIDIOC_DQBUF, VIDIOC_QBUF, VIDIOC_STREAMOFF}))
      << "what the sandbox leaves";
  EXPECT_EQ(heard.lines.at(0), camera.path() + ": mjpeg 64x48, 25 a second");
}

TEST(DeviceRun, ABrokenJpegCostsItselfOnly) {
  PaperCamera camera({V4L2_PIX_FMT_MJPEG});
  feed_jpeg(camera, 4);
  camera.pictures[1] = {0xff, 0xd8, 0x00, 0x01, 0x02, 0x03};
  Heard heard = run(job_of(camera));
  EXPECT_EQ(heard.frames.size(), 3u);
  EXPECT_EQ(heard.ended.detail, "No such device");
}

TEST(DeviceRun, H264PassesAsItIs) {
  PaperCamera camera({V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_H264});
  feed_h264(camera, 10);
  std::vector<uint8_t> second = camera.pictures.at(1);
  Heard heard = run(job_of(camera));
  EXPECT_EQ(camera.form, uint32_t{V4L2_PIX_FMT_H264});
  expect_a_live_track(heard, 10);
  EXPECT_TRUE(heard.frames[5].key);
  EXPECT_EQ(codec::length_prefixed_to_annexb(heard.frames[1].payload), second);
}

TEST(DeviceRun, PicturesAsTheyAreAreEncoded) {
  PaperCamera camera({V4L2_PIX_FMT_YUYV});
  for (int i = 0; i < 5; ++i)
    camera.pictures.emplace_back(kWidth * kHeight * 2, static_cast<uint8_t>(100 + i));
  Heard heard = run(job_of(camera));
  expect_a_live_track(heard, 5);
  EXPECT_EQ(heard.lines.at(0), camera.path() + ": yuyv422 64x48, 25 a second");
}

TEST(DeviceRun, WhatCannotBeSaysWhy) {
  PaperCamera camera({V4L2_PIX_FMT_YUYV});
  DeviceJob job = job_of(camera);
  job.form = DeviceJob::Form::kH264;
  EXPECT_EQ(run(job).ended.code, base::Code::kUnsupported);
  camera.busy = EBUSY;
  EXPECT_EQ(run(job_of(camera)).ended.detail, "Device or resource busy");
  job.name = "/dev/eyas-has-no-such-camera";
  EXPECT_EQ(run(job).ended.detail, "No such file or directory");
}

}  // namespace
}  // namespace eyas::worker

extern "C" int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list arguments;
  va_start(arguments, request);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  auto* camera = eyas::worker::PaperCamera::present;
  if (camera == nullptr || !camera->is(fd))
    return static_cast<int>(syscall(SYS_ioctl, fd, request, argument));
  errno = camera->answer(request, argument);
  return errno == 0 ? 0 : -1;
}
