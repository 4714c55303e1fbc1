// What a worker may still ask of the kernel once it is ready for its job.
#pragma once

#include "base/result.h"
#include "worker/program/channel.h"

namespace eyas::worker {

// Each job says which it needs.
enum class Profile : uint8_t {
  kChannel,    // memory (never executable), time, its channel, its end
  kInputFile,  // and to read in the file at kInputFd; to open one fails, as iconv() bears
  kCamera,     // and to take pictures from a camera that is open already
};

// Leaves this process what the profile has, for good, and tells the server how it went. A call that no worker
// has a use for (to open a file, to make a socket, to start a program: deadly_calls()) tells the server its
// name and kills the worker; other calls fail with EPERM, as libraries bear. Goes on without a filter where
// there can be none. The caller has one thread. Errors: kClosed when the server is gone.
base::Status shut_in(Channel& channel, Profile profile);

}  // namespace eyas::worker
