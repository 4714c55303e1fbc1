#include "protocols/rtmp/capabilities.h"

#include <algorithm>

namespace eyas::rtmp {
namespace {

using flv::AmfValue;

constexpr double kCanForward = 0x04;  // FourCcInfoMask
constexpr const char* kVideoFourCcs[] = {"avc1", "hvc1", "av01", "vp09"};
constexpr const char* kAudioFourCcs[] = {"mp4a", "Opus", "ac-3", "ec-3", "fLaC", ".mp3"};

template <size_t N>
AmfValue info_map(const char* const (&codes)[N]) {
  std::vector<flv::AmfProperty> properties;
  for (const char* code : codes) properties.push_back({code, AmfValue::number(kCanForward)});
  return AmfValue::object(std::move(properties));
}

// The peer named the FourCC, or "*", as one that it decodes or forwards.
bool names_audio(const AmfValue& connect_object, std::string_view fourcc) {
  const AmfValue* list = connect_object.find("fourCcList");
  const AmfValue* map = connect_object.find("audioFourCcInfoMap");
  for (std::string_view name : {fourcc, std::string_view("*")}) {
    auto is_name = [&](const AmfValue& value) { return value.as_string() == name; };
    if (list != nullptr && std::ranges::any_of(list->items(), is_name)) return true;
    if (map != nullptr && map->get_number(name) > 0) return true;
  }
  return false;
}

}  // namespace

PeerCapabilities read_capabilities(const AmfValue& connect_object) {
  PeerCapabilities peer;
  for (const char* name : {"fourCcList", "videoFourCcInfoMap", "audioFourCcInfoMap", "capsEx"}) {
    if (connect_object.find(name) != nullptr) peer.enhanced = true;
  }
  peer.plays_opus = names_audio(connect_object, "Opus");
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
