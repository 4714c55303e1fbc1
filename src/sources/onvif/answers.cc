// The messages that cameras send.
#include <charconv>

#include "base/url.h"
#include "sources/onvif/messages.h"
#include "sources/onvif/xml.h"

namespace eyas::onvif {
namespace {

using base::Code;
using base::Error;
using pugi::xml_node;

std::string field(xml_node node) {
  return text_of(node).substr(0, kFieldBytesMax);
}

template <typename Number>
Number number(xml_node node) {
  std::string text = text_of(node);
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

template <typename Visit>
void for_each_word(std::string_view text, Visit visit) {
  constexpr std::string_view kBlanks = " \t\r\n";
  for (size_t at = text.find_first_not_of(kBlanks); at != text.npos;
       at = text.find_first_not_of(kBlanks, at)) {
    size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
    visit(text.substr(at, end - at));
    at = end;
  }
}

// "onvif://www.onvif.org/name/Front%20door" tells the name.
void read_scope(std::string_view scope, ProbeMatch& match) {
  constexpr std::string_view kPrefix = "onvif://www.onvif.org/";
  if (!scope.starts_with(kPrefix)) return;
  scope.remove_prefix(kPrefix.size());
  size_t slash = scope.find('/');
  if (slash == scope.npos) return;
  auto value = base::percent_decoded(scope.substr(slash + 1));
  if (!value) return;
  std::string_view kind = scope.substr(0, slash);
  if (kind == "name") match.name = value->substr(0, kFieldBytesMax);
  if (kind == "hardware") match.hardware = value->substr(0, kFieldBytesMax);
  if (kind == "location") match.location = value->substr(0, kFieldBytesMax);
}

ProbeMatch read_match(xml_node node) {
  ProbeMatch match;
  match.endpoint = field(descend(node, {"EndpointReference", "Address"}));
  for_each_word(text_of(child(node, "XAddrs")), [&](std::string_view address) {
    if (match.addresses.size() < kAddressesMax && address.size() <= kFieldBytesMax)
      match.addresses.emplace_back(address);
  });
  for_each_word(text_of(child(node, "Scopes")), [&](std::string_view scope) { read_scope(scope, match); });
  return match;
}

// What the named answer holds. `document` outlives it.
base::Result<xml_node> answer_in(base::Bytes text, std::string_view name, pugi::xml_document& document) {
  if (auto parsed = parse_xml(text, document); !parsed) return parsed.error();
  xml_node body = descend(document, {"Envelope", "Body"});
  if (xml_node fault = child(body, "Fault")) {
    std::string reason = field(descend(fault, {"Reason", "Text"}));
    if (reason.empty()) reason = field(child(fault, "faultstring"));
    return Error{Code::kRefused, "onvif: the camera refused", std::move(reason)};
  }
  xml_node answer = child(body, name);
  if (!answer) return Error{Code::kMalformed, "onvif: an answer to something else", std::string(name)};
  return answer;
}

Profile read_profile(xml_node node) {
  Profile profile;
  profile.token = std::string(node.attribute("token").value()).substr(0, kFieldBytesMax);
  profile.name = field(child(node, "Name"));
  xml_node encoder = child(node, "VideoEncoderConfiguration");
  profile.encoding = field(child(encoder, "Encoding"));
  profile.width = number<uint32_t>(descend(encoder, {"Resolution", "Width"}));
  profile.height = number<uint32_t>(descend(encoder, {"Resolution", "Height"}));
  profile.frame_rate = number<double>(descend(encoder, {"RateControl", "FrameRateLimit"}));
  profile.bitrate_kbps = number<uint32_t>(descend(encoder, {"RateControl", "BitrateLimit"}));
  return profile;
}

}  // namespace

std::vector<ProbeMatch> parse_probe_matches(base::Bytes datagram) {
  std::vector<ProbeMatch> matches;
  pugi::xml_document document;
  if (!parse_xml(datagram, document)) return matches;
  for (xml_node node : descend(document, {"Envelope", "Body", "ProbeMatches"}).children()) {
    if (local_name(node) != "ProbeMatch" || matches.size() >= kMatchesMax) continue;
    ProbeMatch match = read_match(node);
    if (!match.addresses.empty()) matches.push_back(std::move(match));
  }
  return matches;
}

base::Result<base::WallTime> parse_time(base::Bytes answer) {
  pugi::xml_document document;
  auto found = answer_in(answer, "GetSystemDateAndTimeResponse", document);
  if (!found) return found.error();
  xml_node utc = descend(*found, {"SystemDateAndTime", "UTCDateTime"});
  xml_node date = child(utc, "Date");
  xml_node time = child(utc, "Time");
  std::chrono::year_month_day day{std::chrono::year(number<int>(child(date, "Year"))),
                                  std::chrono::month(number<unsigned>(child(date, "Month"))),
                                  std::chrono::day(number<unsigned>(child(date, "Day")))};
  int hour = number<int>(child(time, "Hour"));
  int minute = number<int>(child(time, "Minute"));
  int second = number<int>(child(time, "Second"));
  constexpr std::chrono::year kFirst(1970), kLast(2200);
  bool valid = day.ok() && day.year() >= kFirst && day.year() <= kLast && hour >= 0 && hour < 24 &&
               minute >= 0 && minute < 60 && second >= 0 && second <= 60;
  if (!valid) return Error{Code::kMalformed, "onvif: the camera's clock", {}};
  return base::WallTime(std::chrono::sys_days(day) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                        std::chrono::seconds(second));
}

base::Result<Information> parse_information(base::Bytes answer) {
  pugi::xml_document document;
  auto found = answer_in(answer, "GetDeviceInformationResponse", document);
  if (!found) return found.error();
  return Information{field(child(*found, "Manufacturer")), field(child(*found, "Model")),
                     field(child(*found, "FirmwareVersion"))};
}

base::Result<std::string> parse_media_address(base::Bytes answer) {
  pugi::xml_document document;
  auto found = answer_in(answer, "GetCapabilitiesResponse", document);
  if (!found) return found.error();
  std::string address = field(descend(*found, {"Capabilities", "Media", "XAddr"}));
  if (address.empty()) return Error{Code::kMalformed, "onvif: no media service", {}};
  return address;
}

base::Result<std::vector<Profile>> parse_profiles(base::Bytes answer) {
  pugi::xml_document document;
  auto found = answer_in(answer, "GetProfilesResponse", document);
  if (!found) return found.error();
  std::vector<Profile> profiles;
  for (xml_node node : found->children()) {
    if (local_name(node) == "Profiles" && profiles.size() < kProfilesMax)
      profiles.push_back(read_profile(node));
  }
  return profiles;
}

base::Result<std::string> parse_stream_uri(base::Bytes answer) {
  pugi::xml_document document;
  auto found = answer_in(answer, "GetStreamUriResponse", document);
  if (!found) return found.error();
  std::string uri = field(descend(*found, {"MediaUri", "Uri"}));
  if (uri.empty()) return Error{Code::kMalformed, "onvif: no address of a stream", {}};
  return uri;
}

}  // namespace eyas::onvif
