// What we say to cameras and what they answer: WS-Discovery [OASIS WS-DD 1.1], ONVIF's device and media
// services [ONVIF Core, Media], logins by WS-UsernameToken. Pure; bytes of strangers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace eyas::onvif {

struct Login {
  std::string user;
  std::string password;
};

// One who answered a probe.
struct ProbeMatch {
  std::string endpoint;                // "urn:uuid:...": the same one over several interfaces
  std::vector<std::string> addresses;  // of its device service
  std::string name;                    // these of its scopes; may be empty
  std::string hardware;
  std::string location;
};
constexpr size_t kMatchesMax = 64;   // of one datagram
constexpr size_t kAddressesMax = 8;  // of one match
constexpr size_t kProfilesMax = 64;  // of one camera
constexpr size_t kFieldBytesMax = 1024;

std::string probe_message(std::string_view uuid);
std::vector<ProbeMatch> parse_probe_matches(base::Bytes datagram);

// The bodies of requests.
std::string get_time();
std::string get_information();
std::string get_capabilities();
std::string get_profiles();
std::string get_stream_uri(std::string_view profile);

// A request with its envelope. `login`: null where the service asks for none. `device_now` by the camera's
// own clock, which it compares; `nonce`: 16 random bytes.
std::string envelope(std::string_view body, const Login* login, base::WallTime device_now, base::Bytes nonce);

struct Information {
  std::string manufacturer;
  std::string model;
  std::string firmware;
};
struct Profile {
  std::string token;
  std::string name;
  std::string encoding;  // "H264", "H265", "JPEG"
  uint32_t width = 0;
  uint32_t height = 0;
  double frame_rate = 0;
  uint32_t bitrate_kbps = 0;
  std::string uri;  // rtsp://..., as the camera tells it; without a login
};

// Errors of all: kMalformed, kLimit; kRefused when the answer is a fault, with its reason.
base::Result<base::WallTime> parse_time(base::Bytes answer);
base::Result<Information> parse_information(base::Bytes answer);
// The address of its media service.
base::Result<std::string> parse_media_address(base::Bytes answer);
base::Result<std::vector<Profile>> parse_profiles(base::Bytes answer);
base::Result<std::string> parse_stream_uri(base::Bytes answer);

}  // namespace eyas::onvif
