// A worker program for tests alone: it shuts itself in as the real one does, and then does what its own name
// says.
#include <fcntl.h>
#include <linux/videodev2.h>
#include <signal.h>

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
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
  // A camera is asked for its pictures, and nobody for anything else: terminals type what they are told.
  if (name.ends_with("camera-asks")) {
    v4l2_buffer buffer{};
    bool pictures = ioctl(worker::kChannelFd, VIDIOC_DQBUF, &buffer) != 0 && errno == ENOTTY;
    bool more = ioctl(worker::kChannelFd, TIOCSTI, "x") == 0 || errno != EPERM;
    if (!pictures || more) _exit(EXIT_FAILURE);
  }
}

worker::Profile profile_of(std::string_view name) {
  return name.find("camera") == std::string_view::npos ? worker::Profile::kChannel : worker::Profile::kCamera;
}

}  // namespace

int main(int, char** argv) {
  worker::Channel channel(worker::kChannelFd);
  if (!channel.say(worker::Hello{}) || !channel.read_job()) return EXIT_FAILURE;
  if (!worker::shut_in(channel, profile_of(argv[0]))) return EXIT_FAILURE;
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
