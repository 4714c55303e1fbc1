#include "protocols/rtmp/capabilities.h"

namespace eyas::rtmp {
namespace {

using flv::AmfValue;

constexpr double kCanForward = 0x04;  // FourCcInfoMask
constexpr const char* kVideoFourCcs[] = {"avc1", "hvc1", "av01", "vp09"};
constexpr const char* kAudioFourCcs[] = {"mp4a", "Opus", "ac-3", "fLaC", ".mp3"};

template <size_t N>
AmfValue info_map(const char* const (&codes)[N]) {
  std::vector<flv::AmfProperty> properties;
  for (const char* code : codes) properties.push_back({code, AmfValue::number(kCanForward)});
  return AmfValue::object(std::move(properties));
}

}  // namespace

PeerCapabilities read_capabilities(const AmfValue& connect_object) {
  PeerCapabilities peer;
  for (const char* name : {"fourCcList", "videoFourCcInfoMap", "audioFourCcInfoMap", "capsEx"}) {
    if (connect_object.find(name) != nullptr) peer.enhanced = true;
  }
  double caps = connect_object.get_number("capsEx");
  if (caps > 0 && caps <= 0xFFFFFFFF) peer.caps_ex = static_cast<uint32_t>(caps);
  return peer;
}

std::vector<flv::AmfProperty> our_capabilities() {
  std::vector<AmfValue> list;
  for (const char* code : kVideoFourCcs) list.push_back(AmfValue::string(code));
  for (const char* code : kAudioFourCcs) list.push_back(AmfValue::string(code));
  constexpr uint32_t kCaps = kCapsReconnect | kCapsMultitrack | kCapsModEx | kCapsTimestampNanoOffset;
  return {{"fourCcList", AmfValue::strict_array(std::move(list))},
          {"videoFourCcInfoMap", info_map(kVideoFourCcs)},
          {"audioFourCcInfoMap", info_map(kAudioFourCcs)},
          {"capsEx", AmfValue::number(kCaps)}};
}

}  // namespace eyas::rtmp
