#include "server/version.h"

namespace eyas::server {

const char* const kVersion = EYAS_VERSION;  // the build's PROJECT_VERSION

}  // namespace eyas::server
