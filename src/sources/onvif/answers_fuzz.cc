// What is said to be a camera answers: no crash, bounded lists and fields. Every reader reads the same bytes.
#include "base/check.h"
#include "sources/onvif/messages.h"

using namespace eyas;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  base::Bytes bytes(data, size);
  auto matches = onvif::parse_probe_matches(bytes);
  CHECK(matches.size() <= onvif::kMatchesMax);
  for (const onvif::ProbeMatch& match : matches) {
    CHECK(!match.addresses.empty() && match.addresses.size() <= onvif::kAddressesMax);
    CHECK(match.name.size() <= onvif::kFieldBytesMax);
  }
  if (auto profiles = onvif::parse_profiles(bytes)) {
    CHECK(profiles->size() <= onvif::kProfilesMax);
    for (const onvif::Profile& profile : *profiles) CHECK(profile.token.size() <= onvif::kFieldBytesMax);
  }
  static_cast<void>(onvif::parse_time(bytes).ok());
  static_cast<void>(onvif::parse_information(bytes).ok());
  static_cast<void>(onvif::parse_media_address(bytes).ok());
  static_cast<void>(onvif::parse_stream_uri(bytes).ok());
  return 0;
}
