// The messages that we send.
#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "sources/onvif/messages.h"

namespace eyas::onvif {
namespace {

constexpr std::string_view kEnvelope = "http://www.w3.org/2003/05/soap-envelope";

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string base64(base::Bytes bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(), static_cast<int>(bytes.size()));
  return out;
}

std::string iso8601(base::WallTime time) {
  std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

// Base64(SHA-1(nonce + created + password)) [WSS UsernameToken Profile 1.0, 3.1].
std::string password_digest(base::Bytes nonce, std::string_view created, std::string_view password) {
  std::vector<uint8_t> input(nonce.begin(), nonce.end());
  for (std::string_view part : {created, password}) input.insert(input.end(), part.begin(), part.end());
  std::array<uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(input.data(), input.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return base64(base::Bytes(digest).first(size));
}

std::string security_header(const Login& login, base::WallTime device_now, base::Bytes nonce) {
  std::string created = iso8601(device_now);
  return "<s:Header><w:Security s:mustUnderstand=\"1\" "
         "xmlns:w=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" "
         "xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">"
         "<w:UsernameToken><w:Username>" +
         escaped(login.user) +
         "</w:Username><w:Password "
         "Type=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
         "#PasswordDigest\">" +
         password_digest(nonce, created, login.password) + "</w:Password><w:Nonce>" + base64(nonce) +
         "</w:Nonce><u:Created>" + created + "</u:Created></w:UsernameToken></w:Security></s:Header>";
}

std::string device_request(std::string_view body) {
  return "<" + std::string(body) + " xmlns=\"http://www.onvif.org/ver10/device/wsdl\"";
}

}  // namespace

std::string probe_message(std::string_view uuid) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"" + std::string(kEnvelope) +
         "\" xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
         "xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" "
         "xmlns:n=\"http://www.onvif.org/ver10/network/wsdl\"><s:Header><a:MessageID>uuid:" +
         std::string(uuid) +
         "</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
         "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header>"
         "<s:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>";
}

std::string get_time() {
  return device_request("GetSystemDateAndTime") + "/>";
}
std::string get_information() {
  return device_request("GetDeviceInformation") + "/>";
}
std::string get_capabilities() {
  return device_request("GetCapabilities") + "><Category>Media</Category></GetCapabilities>";
}
std::string get_profiles() {
  return "<GetProfiles xmlns=\"http://www.onvif.org/ver10/media/wsdl\"/>";
}
std::string get_stream_uri(std::string_view profile) {
  return "<GetStreamUri xmlns=\"http://www.onvif.org/ver10/media/wsdl\"><StreamSetup>"
         "<Stream xmlns=\"http://www.onvif.org/ver10/schema\">RTP-Unicast</Stream>"
         "<Transport xmlns=\"http://www.onvif.org/ver10/schema\"><Protocol>RTSP</Protocol></Transport>"
         "</StreamSetup><ProfileToken>" +
         escaped(profile) + "</ProfileToken></GetStreamUri>";
}

std::string envelope(std::string_view body, const Login* login, base::WallTime device_now,
                     base::Bytes nonce) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"" + std::string(kEnvelope) + "\">" +
         (login != nullptr ? security_header(*login, device_now, nonce) : "") + "<s:Body>" +
         std::string(body) + "</s:Body></s:Envelope>";
}

}  // namespace eyas::onvif
