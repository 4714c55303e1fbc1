// Any file: findings or a configuration, never a crash.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>

#include "server/config.h"
#include "server/protocols.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string path = "/tmp/eyas_config_fuzz_" + std::to_string(getpid()) + ".yaml";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  eyas::server::Config config(eyas::server::make_protocols());
  if (config.load({path, {}, {}}).empty()) {
    // What was taken can be printed.
    if (config.schema().yaml().empty()) std::abort();
  }
  return 0;
}
