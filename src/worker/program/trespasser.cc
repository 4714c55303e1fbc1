// A worker program for tests alone: it shuts itself in as the real one does, and then does what its own name
// says.
#include <fcntl.h>
#include <signal.h>

#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "worker/program/sandbox.h"

namespace {

using namespace eyas;

void trespass(std::string_view name) {
  if (name.ends_with("file")) static_cast<void>(open("/etc/hostname", O_RDONLY | O_CLOEXEC));
  if (name.ends_with("socket")) static_cast<void>(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (name.ends_with("process")) static_cast<void>(fork());
  // Who has taken a worker over would rather not be heard.
  if (name.ends_with("muffler")) signal(SIGSYS, SIG_IGN);
  // Harmless where it fails: libraries ask such things and bear a no.
  if (name.ends_with("curious")) static_cast<void>(getuid());
}

}  // namespace

int main(int, char** argv) {
  worker::Channel channel(worker::kChannelFd);
  if (!channel.say(worker::Hello{}) || !channel.read_job()) return EXIT_FAILURE;
  if (!worker::shut_in(channel, worker::Profile::kChannel)) return EXIT_FAILURE;
  trespass(argv[0]);
  // A frame says that it lives.
  if (!channel.say(worker::TrackMessage{.id = 1}) || !channel.say(worker::FrameMessage{.track = 1}))
    return EXIT_FAILURE;
  struct Nobody : worker::Decoder::Sink {
    void on_track(worker::TrackMessage) override {}
    void on_frame(worker::FrameMessage) override {}
  } nobody;
  worker::Decoder decoder(nobody, {}, worker::Speaker::kServer);
  while (channel.read_into(decoder)) {
  }
  return EXIT_SUCCESS;
}
