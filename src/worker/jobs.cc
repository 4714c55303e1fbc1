// Jobs as messages: what worker/protocol.h says of them.
#include "worker/protocol.h"
#include "worker/wire.h"

namespace eyas::worker {
namespace {

using base::ByteReader;
using base::ByteWriter;
using base::Code;
using base::Error;

constexpr size_t kJobBytesMax = 4096;

enum class JobKind : uint8_t { kDemo = 1, kTranscode = 2, kPictures = 3, kSlate = 4, kFile = 5, kDevice = 6 };
// Bits of what a slate shows.
constexpr uint8_t kPictureFlag = 1, kFilmFlag = 2;

bool can_encode(media::Codec codec) {
  return codec == media::Codec::kOpus || codec == media::Codec::kAac || codec == media::Codec::kH264;
}

ByteWriter begin(JobKind kind) {
  ByteWriter out = begin(Type::kJob, 32);
  out.u16(kProtocolVersion);
  out.u8(static_cast<uint8_t>(kind));
  return out;
}

base::Result<Job> demo_job(ByteReader in) {
  DemoJob job{in.u32(), in.u32(), in.u32(), in.u32()};
  if (!in.ok() || in.remaining() != 0) return malformed("worker job: demo");
  return Job(job);
}

base::Result<Job> transcode_job(ByteReader in) {
  auto to = static_cast<media::Codec>(in.u8());
  if (!in.ok() || in.remaining() != 0) return malformed("worker job: transcode");
  if (!can_encode(to)) return Error{Code::kUnsupported, "worker job: codec to make", {}};
  return Job(TranscodeJob{to});
}

base::Result<Job> pictures_job(ByteReader in) {
  if (!in.ok() || in.remaining() != 0) return malformed("worker job: pictures");
  return Job(PicturesJob{});
}

base::Result<Job> slate_job(ByteReader in) {
  SlateJob job;
  job.width = in.u32();
  job.height = in.u32();
  job.frame_rate = {in.u32(), in.u32()};
  job.video_track = in.u32();
  job.audio_track = in.u32();
  job.sample_rate = in.u32();
  job.channels = in.u8();
  uint8_t shows = in.u8();
  job.picture = (shows & kPictureFlag) != 0;
  job.film = (shows & kFilmFlag) != 0;
  job.name = in.text(in.u16());
  job.since = in.text(in.u16());
  if (!in.ok() || in.remaining() != 0) return malformed("worker job: slate");
  return Job(std::move(job));
}

base::Result<Job> file_job(ByteReader in) {
  FileJob job;
  job.from = get_time(in);
  job.begin = base::MonoTime(get_time(in));
  job.name = in.text(in.u16());
  if (!in.ok() || in.remaining() != 0) return malformed("worker job: file");
  return Job(std::move(job));
}

base::Result<Job> device_job(ByteReader in) {
  uint8_t kind = in.u8(), form = in.u8();
  DeviceJob job;
  job.kind = static_cast<DeviceJob::Kind>(kind);
  job.form = static_cast<DeviceJob::Form>(form);
  job.width = in.u32();
  job.height = in.u32();
  job.frame_rate = in.u32();
  job.bitrate_bps = in.u32();
  job.name = in.text(in.u16());
  bool known = kind <= static_cast<uint8_t>(DeviceJob::Kind::kTestPicture) &&
               form <= static_cast<uint8_t>(DeviceJob::Form::kRaw);
  if (!in.ok() || in.remaining() != 0 || !known) return malformed("worker job: device");
  return Job(std::move(job));
}

}  // namespace

std::vector<uint8_t> encode(const DemoJob& job) {
  ByteWriter out = begin(JobKind::kDemo);
  out.u32(job.width);
  out.u32(job.height);
  out.u32(job.frame_rate);
  out.u32(job.bitrate_bps);
  return finish(std::move(out));
}

std::vector<uint8_t> encode(const TranscodeJob& job) {
  ByteWriter out = begin(JobKind::kTranscode);
  out.u8(static_cast<uint8_t>(job.to));
  return finish(std::move(out));
}

std::vector<uint8_t> encode(const PicturesJob&) {
  return finish(begin(JobKind::kPictures));
}

std::vector<uint8_t> encode(const SlateJob& job) {
  ByteWriter out = begin(JobKind::kSlate);
  out.u32(job.width);
  out.u32(job.height);
  out.u32(job.frame_rate.num);
  out.u32(job.frame_rate.den);
  out.u32(job.video_track);
  out.u32(job.audio_track);
  out.u32(job.sample_rate);
  out.u8(job.channels);
  out.u8(static_cast<uint8_t>((job.picture ? kPictureFlag : 0) | (job.film ? kFilmFlag : 0)));
  put_text(out, job.name);
  put_text(out, job.since);
  return finish(std::move(out));
}

std::vector<uint8_t> encode(const FileJob& job) {
  ByteWriter out = begin(JobKind::kFile);
  put_time(out, job.from);
  put_time(out, job.begin.time_since_epoch());
  put_text(out, job.name);
  return finish(std::move(out));
}

std::vector<uint8_t> encode(const DeviceJob& job) {
  ByteWriter out = begin(JobKind::kDevice);
  out.u8(static_cast<uint8_t>(job.kind));
  out.u8(static_cast<uint8_t>(job.form));
  out.u32(job.width);
  out.u32(job.height);
  out.u32(job.frame_rate);
  out.u32(job.bitrate_bps);
  put_text(out, job.name);
  return finish(std::move(out));
}

base::Result<size_t> job_message_bytes(base::Bytes length_field) {
  ByteReader in(length_field);
  size_t length = in.u32();
  if (!in.ok()) return malformed("worker job: length field");
  if (length > kJobBytesMax) return over_limit("worker job: message length", length);
  return kLengthBytes + length;
}

base::Result<Job> decode_job(base::Bytes message) {
  ByteReader in(message);
  size_t length = in.u32();
  if (length != in.remaining()) return malformed("worker job: message length");
  if (in.u8() != static_cast<uint8_t>(Type::kJob)) return malformed("worker job: not a job");
  if (in.u16() != kProtocolVersion) return Error{Code::kUnsupported, "worker job: protocol version", {}};
  switch (static_cast<JobKind>(in.u8())) {
    case JobKind::kDemo:
      return demo_job(in);
    case JobKind::kTranscode:
      return transcode_job(in);
    case JobKind::kPictures:
      return pictures_job(in);
    case JobKind::kSlate:
      return slate_job(in);
    case JobKind::kFile:
      return file_job(in);
    case JobKind::kDevice:
      return device_job(in);
  }
  return Error{Code::kUnsupported, "worker job: kind", {}};
}

}  // namespace eyas::worker
