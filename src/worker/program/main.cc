// eyas-worker: started by the server with a job on descriptor 3; see worker/protocol.h.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

extern "C" {
#include <libavutil/log.h>
}

#include "worker/program/demo_run.h"

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

int run() {
  if (!channel().say(worker::Hello{})) {
    std::fputs("eyas-worker is started by the server; run `eyas demo`.\n", stderr);
    return EXIT_FAILURE;
  }
  auto job = channel().read_job();
  if (!job) return EXIT_FAILURE;
  auto demo = worker::DemoRun::open(*job, channel());
  base::Error why = demo ? (*demo)->run() : demo.error();
  if (why.code == base::Code::kClosed) return EXIT_SUCCESS;
  static_cast<void>(channel().say(worker::LogMessage{base::LogLevel::kError, why.message()}));
  return EXIT_FAILURE;
}

}  // namespace

int main() {
  av_log_set_callback(on_library_log);
  return run();
}
