// XML of strangers, read by pugixml: bounded, without document types and so without entities of its own
// making, by local names, since every vendor has prefixes of his own.
#pragma once

#include <initializer_list>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace eyas::onvif {

constexpr size_t kXmlBytesMax = 256 * 1024;  // answers of cameras with 32 profiles have 100 KiB

// Errors: kLimit; kRefused for a document type; kMalformed.
base::Status parse_xml(base::Bytes text, pugi::xml_document& document);

// "tt:Uri" -> "Uri". Valid as long as the document.
std::string_view local_name(pugi::xml_node node);
// Null when there is none.
pugi::xml_node child(pugi::xml_node parent, std::string_view name);
// Step by step.
pugi::xml_node descend(pugi::xml_node from, std::initializer_list<std::string_view> names);
// Of the element and not of those in it, without blanks at either end.
std::string text_of(pugi::xml_node node);

}  // namespace eyas::onvif
