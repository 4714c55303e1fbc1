#include "server/protocols.h"

#include "protocols/dash/dash.h"
#include "protocols/data/data.h"
#include "protocols/hls/hls.h"
#include "protocols/http_flv/http_flv.h"
#include "protocols/mjpeg/mjpeg.h"
#include "protocols/mpegts_udp/mpegts_udp.h"
#include "protocols/rtmp/rtmp.h"
#include "protocols/rtsp/rtsp.h"
#include "protocols/srt/srt.h"
#include "protocols/webrtc/webrtc.h"
#include "sources/devices/devices.h"

namespace eyas::server {
namespace {

using Make = std::unique_ptr<protocols::Protocol> (*)();

// A new protocol: its folder, one CMake line, one line here.
// clang-format off
constexpr Make kProtocols[] = {
    &rtmp::make,
    &rtsp::make,
    &http_flv::make,
    &hls::make,
    &dash::make,
    &data::make,
    &mjpeg::make,
    &mpegts_udp::make,
    &srt::make,
    &webrtc::make,
    &devices::make,
};
// clang-format on

}  // namespace

std::vector<std::unique_ptr<protocols::Protocol>> make_protocols() {
  std::vector<std::unique_ptr<protocols::Protocol>> made;
  for (Make make : kProtocols) made.push_back(make());
  return made;
}

}  // namespace eyas::server
