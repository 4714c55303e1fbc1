// eyas-worker: started by the server with a job on descriptor 3; see worker/protocol.h.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

extern "C" {
#include <libavutil/log.h>
}

#include "worker/program/demo_run.h"
#include "worker/program/device_run.h"
#include "worker/program/file_run.h"
#include "worker/program/pictures_run.h"
#include "worker/program/sandbox.h"
#include "worker/program/slate_run.h"
#include "worker/program/transcode_run.h"

namespace {

using namespace eyas;

worker::Channel& channel() {
  static worker::Channel only(worker::kChannelFd);
  return only;
}

void on_library_log(void*, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_WARNING) return;
  char text[512];
  std::vsnprintf(text, sizeof text, format, arguments);
  auto severity = level <= AV_LOG_ERROR ? base::LogLevel::kError : base::LogLevel::kWarning;
  static_cast<void>(channel().say(worker::LogMessage{severity, text}));
}

base::Error work_at(const worker::DemoJob& job) {
  auto demo = worker::DemoRun::open(job, channel());  // paints with several threads
  if (!demo) return demo.error();
  if (auto status = worker::shut_in(channel(), worker::Profile::kChannel); !status) return status.error();
  return (*demo)->run();
}

base::Error work_at(const worker::TranscodeJob& job) {
  // From here on it touches what strangers sent.
  if (auto status = worker::shut_in(channel(), worker::Profile::kChannel); !status) return status.error();
  return worker::TranscodeRun(job, channel()).run();
}

base::Error work_at(const worker::PicturesJob&) {
  if (auto status = worker::shut_in(channel(), worker::Profile::kChannel); !status) return status.error();
  return worker::PicturesRun(channel()).run();
}

base::Error work_at(const worker::SlateJob& job) {
  auto film = job.film ? worker::MediaFile::bytes_of(worker::kInputFd) : base::Result<int64_t>(0);
  if (!film) return film.error();
  auto profile = job.film ? worker::Profile::kInputFile : worker::Profile::kChannel;
  if (auto status = worker::shut_in(channel(), profile); !status) return status.error();
  auto slate = worker::SlateRun::open(job, channel(), *film);
  return slate ? (*slate)->run() : slate.error();
}

base::Error work_at(const worker::FileJob& job) {
  auto file = worker::FileRun::prepare(job, channel());
  if (!file) return file.error();
  if (auto status = worker::shut_in(channel(), worker::Profile::kInputFile); !status) return status.error();
  return (*file)->run();
}

base::Error work_at(const worker::DeviceJob& job) {
  auto device = worker::DeviceInput::open(job);  // the operator's device, before a filter forbids to open any
  if (!device) return device.error();
  if (auto status = worker::shut_in(channel(), worker::Profile::kCamera); !status) return status.error();
  return worker::DeviceRun(std::move(*device), job, channel()).run();
}

int run() {
  if (!channel().say(worker::Hello{})) {
    std::fputs("eyas-worker is started by the server; run `eyas demo`.\n", stderr);
    return EXIT_FAILURE;
  }
  auto job = channel().read_job();
  if (!job) return EXIT_FAILURE;
  base::Error why = std::visit([](const auto& one) { return work_at(one); }, *job);
  if (why.code == base::Code::kClosed) return EXIT_SUCCESS;
  static_cast<void>(channel().say(worker::LogMessage{base::LogLevel::kError, why.message()}));
  return EXIT_FAILURE;
}

}  // namespace

int main() {
  av_log_set_callback(on_library_log);
  return run();
}
