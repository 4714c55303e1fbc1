#include "worker/program/media_file.h"

extern "C" {
#include <libavformat/avformat.h>
}
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace eyas::worker {
namespace {

constexpr int kBufferBytes = 64 << 10;
// Formats of one file that name no others: a playlist could make us open what it likes.
constexpr const char* kFormats = "mov,mp4,matroska,webm,mpegts,avi,flv";
constexpr size_t kTracksMax = 16;
// A file's times go back, or beyond what was read, by more than this only where its clock was set anew, or
// where they are broken.
constexpr base::Duration kBackMax = std::chrono::seconds(1), kForwardMax = std::chrono::seconds(10);
constexpr AVRational kNanoseconds{1, 1'000'000'000};

// 1, 2 and 3 are the first of their kinds in every file, so that a joint changes no more than it must.
uint32_t id_of(media::TrackKind kind, uint32_t number) {
  uint32_t base = static_cast<uint32_t>(kind) + 1;
  return number == 0 ? base : base * 10 + number;
}

}  // namespace

struct MediaFile::Input {
  int fd = -1;
  int64_t bytes = 0;
  int64_t at = 0;
  AVIOContext* io = nullptr;
  AVFormatContext* format = nullptr;

  ~Input() {
    avformat_close_input(&format);
    if (io == nullptr) return;
    av_freep(&io->buffer);
    avio_context_free(&io);
  }
  static int read(void* opaque, uint8_t* into, int count) {
    auto& self = *static_cast<Input*>(opaque);
    ssize_t got = 0;
    do {
      got = pread(self.fd, into, static_cast<size_t>(count), self.at);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return AVERROR(errno);
    if (got == 0) return AVERROR_EOF;
    self.at += got;
    return static_cast<int>(got);
  }
  static int64_t seek(void* opaque, int64_t to, int whence) {
    auto& self = *static_cast<Input*>(opaque);
    if (whence == AVSEEK_SIZE) return self.bytes;
    if (whence == SEEK_CUR) to += self.at;
    if (whence == SEEK_END) to += self.bytes;
    if (to < 0) return AVERROR(EINVAL);
    return self.at = to;
  }
};

MediaFile::MediaFile() : input_(std::make_unique<Input>()), packet_(av_packet_alloc()) {}
MediaFile::~MediaFile() = default;

base::Result<int64_t> MediaFile::bytes_of(int fd) {
  struct stat facts {};
  if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode))
    return base::Error{base::Code::kSystem, "the job has no file", std::strerror(errno)};
  return static_cast<int64_t>(facts.st_size);
}

base::Result<std::unique_ptr<MediaFile>> MediaFile::open(int fd, int64_t bytes, const std::string& name) {
  std::unique_ptr<MediaFile> file(new MediaFile);
  Input& input = *file->input_;
  input.fd = fd, input.bytes = bytes;
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
  input.io = avio_alloc_context(buffer, kBufferBytes, 0, &input, &Input::read, nullptr, &Input::seek);
  input.format = avformat_alloc_context();
  input.format->pb = input.io;
  input.format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_GENPTS;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", kFormats, 0);
  int code = avformat_open_input(&input.format, name.c_str(), nullptr, &options);
  av_dict_free(&options);
  if (code >= 0) code = avformat_find_stream_info(input.format, nullptr);
  if (code < 0)
    return base::Error{base::Code::kMalformed, "the file cannot be read", av_error("", code).detail};
  file->find_tracks();
  if (file->tracks_.empty())
    return base::Error{base::Code::kUnsupported, "nothing in the file can be carried",
                       file->left_out_.empty() ? "no tracks" : file->left_out_};
  if (input.format->start_time != AV_NOPTS_VALUE)
    file->zero_ = std::chrono::microseconds(input.format->start_time);
  return file;
}

void MediaFile::find_tracks() {
  uint32_t counts[3] = {0, 0, 0};
  for (unsigned i = 0; i < input_->format->nb_streams; ++i) {
    AVStream& stream = *input_->format->streams[i];
    stream.discard = AVDISCARD_ALL;
    if (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) continue;  // a cover
    auto form = TrackForm::of(*stream.codecpar, 0);
    if (!form || tracks_.size() >= kTracksMax) {
      const char* kind = av_get_media_type_string(stream.codecpar->codec_type);
      left_out_ += (left_out_.empty() ? "" : ", ") +
                   std::string(avcodec_get_name(stream.codecpar->codec_id)) + " " +
                   (kind == nullptr ? "stream" : kind);
      continue;
    }
    stream.discard = AVDISCARD_DEFAULT;
    media::TrackKind kind = form->kind();
    uint32_t id = id_of(kind, counts[static_cast<size_t>(kind)]++);
    tracks_.emplace(static_cast<int>(i), Track{*TrackForm::of(*stream.codecpar, id), std::nullopt, {}});
  }
}

base::Duration MediaFile::duration() const {
  int64_t duration = input_->format->duration;
  return duration <= 0 ? base::Duration(0) : std::chrono::microseconds(duration);
}

base::Status MediaFile::seek(base::Duration position) {
  int64_t to = std::chrono::duration_cast<std::chrono::microseconds>(position + zero_).count();
  // The index of some formats has keyframes of one stream only: that of the pictures.
  int code = avformat_seek_file(input_->format, -1, INT64_MIN, to, to, 0);
  if (code < 0) return av_error("file: seek", code);
  for (auto& [number, track] : tracks_) track.last_dts.reset(), track.shift = {};
  shift_ = {};
  reached_ = end_ = position;
  return {};
}

base::Duration MediaFile::position(int64_t ticks, int stream) const {
  AVRational base = input_->format->streams[stream]->time_base;
  return base::Duration(av_rescale_q(ticks, base, kNanoseconds)) - zero_;
}

bool MediaFile::read(const Sink& sink) {
  if (av_read_frame(input_->format, packet_.get()) < 0) return false;
  auto track = tracks_.find(packet_->stream_index);
  if (track != tracks_.end() && packet_->size > 0) emit(track->second, *packet_, sink);
  av_packet_unref(packet_.get());
  return true;
}

// Recordings that were put together: each track comes to the joint by itself, and all are shifted alike
// there.
void MediaFile::follow_clock(Track& track, base::Duration dts) {
  auto goes_on = [&](base::Duration shift) {
    return dts + shift <= end_ + kForwardMax &&
           (!track.last_dts || dts + shift >= *track.last_dts - kBackMax);
  };
  if (goes_on(track.shift)) return;
  if (!goes_on(shift_)) shift_ = end_ - dts;
  track.shift = shift_;
}

void MediaFile::emit(Track& track, const AVPacket& packet, const Sink& sink) {
  auto unit = track.form.take({packet.data, static_cast<size_t>(packet.size)});
  if (!unit) {
    ++broken_;
    return;
  }
  if (auto news = track.form.news()) sink.track(std::move(*news));
  if (unit->payload.empty()) return;
  FrameMessage frame{.track = track.form.id(), .key = unit->key, .payload = std::move(unit->payload)};
  int stream = packet.stream_index;
  bool has_dts = packet.dts != AV_NOPTS_VALUE, has_pts = packet.pts != AV_NOPTS_VALUE;
  if (has_dts || has_pts) {
    base::Duration dts = position(has_dts ? packet.dts : packet.pts, stream);
    follow_clock(track, dts);
    frame.pts = (has_pts ? position(packet.pts, stream) : dts) + track.shift;
    frame.dts = has_dts ? dts + track.shift : std::max(frame.pts, track.last_dts.value_or(frame.pts));
  } else {
    frame.pts = frame.dts = reached_;  // data without times belongs where it lies
  }
  // No reordering takes so long, and no picture stands so long: a broken entry in a table does not hold up
  // what follows for hours.
  if (frame.pts < frame.dts || frame.pts > frame.dts + kForwardMax) frame.pts = frame.dts;
  frame.duration = packet.duration > 0 ? position(packet.duration, stream) + zero_ : unit->duration;
  frame.duration = std::clamp(frame.duration, base::Duration::zero(), kForwardMax);
  track.last_dts = frame.dts;
  if (track.form.kind() != media::TrackKind::kData) {
    reached_ = frame.dts;
    end_ = std::max(end_, frame.dts + frame.duration);
  }
  sink.frame(std::move(frame));
}

}  // namespace eyas::worker
