#include "base/url.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/number.h"
#include "base/words.h"

namespace eyas::base {
namespace {

constexpr size_t kNameBytesMax = 253;  // [RFC 1035 2.3.4], without the trailing dot
constexpr size_t kLabelBytesMax = 63;

Error malformed(const char* context) {
  return {Code::kMalformed, context, {}};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_unreserved(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// What other programs might read differently from us is refused, not interpreted: a backslash that browsers
// take for a slash, a line end that would become a header, a letter that looks like another one.
Status check_characters(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (is_control(c) || c == ' ') return malformed("url: holds a space or a control character");
    if (static_cast<unsigned char>(c) >= 0x80)
      return malformed("url: letters beyond ASCII are written with percent signs, such as %ED%95%9C");
    if (c == '\\') return malformed("url: holds a backslash");
    if (c == '"' || c == '<' || c == '>') return malformed("url: holds a quotation mark or an angle bracket");
    if (c == '#') return malformed("url: '#' is written %23 here");
    bool escape = c == '%';
    if (escape && (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0))
      return malformed("url: '%' begins no escape; the sign itself is written %25");
  }
  return {};
}

Result<std::string> scheme_of(std::string_view text) {
  bool good = !text.empty() && is_letter(text[0]) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  if (!good) return malformed("url: want SCHEME://HOST/PATH");
  return lowered(text);
}

Status check_name(std::string_view host) {
  if (host.size() > kNameBytesMax) return malformed("url: the host's name is too long");
  while (true) {
    size_t dot = host.find('.');
    std::string_view label = host.substr(0, dot);
    bool good = !label.empty() && label.size() <= kLabelBytesMax && label.front() != '-' &&
                label.back() != '-' && std::ranges::all_of(label, [](char c) {
                  return is_letter(c) || is_digit(c) || c == '-' || c == '_';
                });
    if (!good) return malformed("url: the host is neither a name nor an address");
    if (dot == std::string_view::npos) return {};
    host.remove_prefix(dot + 1);
  }
}

// "0x7f.1", "2130706433", "0177.0.0.1": getaddrinfo() would take each for 127.0.0.1. What ends in a number
// must be an address of four decimal numbers.
bool ends_in_number(std::string_view host) {
  size_t dot = host.rfind('.');
  std::string_view last = dot == std::string_view::npos ? host : host.substr(dot + 1);
  if (last.starts_with("0x") || last.starts_with("0X")) {
    last.remove_prefix(2);
    return std::ranges::all_of(last, [](char c) { return hex_digit(c) >= 0; });
  }
  return !last.empty() && std::ranges::all_of(last, is_digit);
}

Result<std::string> v6_host(std::string_view inside) {
  if (inside.find('%') != std::string_view::npos)
    return malformed("url: an address with a zone (%eth0) cannot be used");
  in6_addr address;
  if (inet_pton(AF_INET6, std::string(inside).c_str(), &address) != 1)
    return malformed("url: what is in brackets is not an IPv6 address");
  char text[INET6_ADDRSTRLEN];
  return std::string(inet_ntop(AF_INET6, &address, text, sizeof text));
}

Result<std::string> named_host(std::string_view host) {
  if (ends_in_number(host)) {
    in_addr address;
    // inet_pton takes four decimal numbers without leading zeros only.
    if (inet_pton(AF_INET, std::string(host).c_str(), &address) != 1)
      return malformed("url: an IPv4 address is written with four decimal numbers");
    return std::string(host);
  }
  if (Status status = check_name(host); !status) return status.error();
  return lowered(host);
}

Status read_port(std::string_view digits, Url& url) {
  if (!read_number(digits, url.port) || url.port == 0)
    return malformed("url: the port is not a number of 1 to 65535 (a '/' in a password is written %2F)");
  return {};
}

Status read_host(std::string_view text, Url& url) {
  std::string_view after;
  Result<std::string> host = std::string();
  if (text.starts_with('[')) {
    size_t close = text.find(']');
    if (close == std::string_view::npos) return malformed("url: '[' without ']'");
    host = v6_host(text.substr(1, close - 1));
    after = text.substr(close + 1);
    if (!after.empty() && after[0] != ':') return malformed("url: text follows the address in brackets");
  } else {
    size_t colon = text.find(':');
    std::string_view name = text.substr(0, colon);
    if (!name.empty()) host = named_host(name);
    if (colon != std::string_view::npos) after = text.substr(colon);
  }
  if (!host) return host.error();
  url.host = *host;
  return after.empty() ? Status() : read_port(after.substr(1), url);
}

Result<std::string> credential(std::string_view text) {
  Result<std::string> decoded = percent_decoded(text);
  if (!decoded) return decoded;
  if (std::ranges::any_of(*decoded, is_control))
    return malformed("url: a control character in the user or password");
  return decoded;
}

Status read_user(std::string_view text, Url& url) {
  size_t colon = text.find(':');
  Result<std::string> user = credential(text.substr(0, colon));
  if (!user) return user.error();
  url.user = *user;
  if (colon == std::string_view::npos) return {};
  Result<std::string> password = credential(text.substr(colon + 1));
  if (!password) return password.error();
  url.password = *password;
  return {};
}

Status read_authority(std::string_view text, Url& url) {
  size_t at = text.find('@');
  if (at != std::string_view::npos) {
    // Some read up to the first '@' and some up to the last: each would dial another host.
    if (text.find('@', at + 1) != std::string_view::npos)
      return malformed("url: '@' in a user or password is written %40");
    if (Status status = read_user(text.substr(0, at), url); !status) return status;
    text.remove_prefix(at + 1);
    if (text.empty()) return malformed("url: a user without a host");
  }
  return read_host(text, url);
}

// "a=1&b" -> "a=***&***"
std::string veiled_query(std::string_view query) {
  std::string out;
  while (true) {
    size_t end = query.find('&');
    std::string_view pair = query.substr(0, end);
    size_t equals = pair.find('=');
    // Without '=' there is no telling whether it is a name or a token.
    if (equals != std::string_view::npos) out += std::string(pair.substr(0, equals + 1));
    out += "***";
    if (end == std::string_view::npos) return out;
    out += '&';
    query.remove_prefix(end + 1);
  }
}

std::string shown_with_path(const Url& url, std::string_view path) {
  std::string out = url.scheme + "://";
  if (!url.user.empty() || !url.password.empty()) out += url.password.empty() ? "***@" : "***:***@";
  out += url.authority();
  out += path;
  if (!url.query.empty()) out += "?" + veiled_query(url.query);
  return out;
}

bool has_scheme(std::string_view reference) {
  size_t colon = reference.find(':');
  return colon != std::string_view::npos && colon < reference.find_first_of("/?") &&
         scheme_of(reference.substr(0, colon)).ok();
}

// [RFC 3986 5.2.4] Never climbs above the root.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    size_t end = std::min(path.find('/', 1), path.size());
    std::string_view segment = path.substr(0, end);  // with the slash before it
    path.remove_prefix(end);
    bool last = path.empty();
    if (segment == "/." || segment == "/..") {
      if (segment == "/..") out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
      if (last) out += '/';
    } else {
      out += segment;
    }
  }
  return out;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > kBytesMax)
    return Error{Code::kLimit, "url: longer than allowed",
                 std::to_string(text.size()) + " > " + std::to_string(kBytesMax) + " bytes"};
  if (Status status = check_characters(text); !status) return status.error();
  size_t colon = text.find("://");
  if (colon == std::string_view::npos) return malformed("url: want SCHEME://HOST/PATH");
  Result<std::string> scheme = scheme_of(text.substr(0, colon));
  if (!scheme) return scheme.error();
  Url url;
  url.scheme = *scheme;
  text.remove_prefix(colon + 3);
  size_t authority_end = std::min(text.find_first_of("/?"), text.size());
  if (Status status = read_authority(text.substr(0, authority_end), url); !status) return status.error();
  text.remove_prefix(authority_end);
  size_t question = std::min(text.find('?'), text.size());
  url.path = text.substr(0, question);
  if (question < text.size()) url.query = text.substr(question + 1);
  return url;
}

std::string Url::text() const {
  std::string out = scheme + "://";
  if (!user.empty() || !password.empty()) {
    out += percent_encoded(user);
    if (!password.empty()) out += ":" + percent_encoded(password);
    out += '@';
  }
  out += authority() + path;
  if (!query.empty()) out += "?" + query;
  return out;
}

std::string Url::shown() const {
  return shown_with_path(*this, path);
}

std::string Url::shown_without_key() const {
  size_t second = path.find('/', 1);
  if (second == std::string::npos) return shown();
  return shown_with_path(*this, path.substr(0, second) + "/***");
}

std::string Url::authority() const {
  std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != 0) out += ":" + std::to_string(port);
  return out;
}

bool Url::same_origin(const Url& other, uint16_t default_port) const {
  auto port_of = [default_port](const Url& url) { return url.port == 0 ? default_port : url.port; };
  return scheme == other.scheme && host == other.host && port_of(*this) == port_of(other);
}

Result<Url> Url::resolved(std::string_view reference) const {
  if (reference.size() > kBytesMax) return Error{Code::kLimit, "url: longer than allowed", {}};
  reference = reference.substr(0, reference.find('#'));  // a fragment is not sent
  bool names_host = has_scheme(reference) || reference.starts_with("//");
  if (names_host) {
    Result<Url> url =
        parse(has_scheme(reference) ? std::string(reference) : scheme + ":" + std::string(reference));
    if (url && url->user.empty() && url->password.empty() && url->same_origin(*this, 0)) {
      url->user = user;
      url->password = password;
    }
    return url;
  }
  if (Status status = check_characters(reference); !status) return status.error();
  Url url = *this;
  size_t question = reference.find('?');
  std::string_view relative = reference.substr(0, question);
  if (question != std::string_view::npos)
    url.query = reference.substr(question + 1);
  else if (!relative.empty())
    url.query.clear();
  if (relative.empty()) return url;
  std::string merged(relative);
  if (relative[0] != '/') merged = path.substr(0, path.rfind('/') + 1) + merged;
  if (merged[0] != '/') merged = "/" + merged;
  url.path = without_dot_segments(merged);
  if (url.text().size() > kBytesMax) return Error{Code::kLimit, "url: longer than allowed", {}};
  return url;
}

std::optional<std::string> Url::parameter(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('&'), rest.size());
    std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    size_t equals = std::min(pair.find('='), pair.size());
    Result<std::string> key = percent_decoded(pair.substr(0, equals));
    if (!key || *key != name) continue;
    Result<std::string> value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())));
    if (!value) return std::nullopt;
    return *value;
  }
  return std::nullopt;
}

Result<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return malformed("url: '%' begins no escape");
    if (high == 0 && low == 0) return malformed("url: an escaped zero byte");
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

std::string percent_encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

}  // namespace eyas::base
