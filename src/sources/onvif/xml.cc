#include "sources/onvif/xml.h"

namespace eyas::onvif {

using base::Code;
using base::Error;

base::Status parse_xml(base::Bytes text, pugi::xml_document& document) {
  if (text.size() > kXmlBytesMax) return Error{Code::kLimit, "onvif: an answer too long", {}};
  if (base::as_text(text).find("<!DOCTYPE") != std::string_view::npos)
    return Error{Code::kRefused, "onvif: a document type", {}};
  // Everything is taken as UTF-8, as ONVIF wants it: no guessing of encodings.
  auto result = document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) return Error{Code::kMalformed, "onvif: XML", result.description()};
  return {};
}

std::string_view local_name(pugi::xml_node node) {
  std::string_view name = node.name();
  size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(pugi::xml_node parent, std::string_view name) {
  for (pugi::xml_node node : parent.children()) {
    if (local_name(node) == name) return node;
  }
  return {};
}

pugi::xml_node descend(pugi::xml_node from, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) from = child(from, name);
  return from;
}

std::string text_of(pugi::xml_node node) {
  std::string_view text = node.child_value();
  constexpr std::string_view kBlanks = " \t\r\n";
  size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

}  // namespace eyas::onvif
