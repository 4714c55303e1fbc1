// Text of strangers: whether it is UTF-8, and how it is put in quotes.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace eyas::base {

// [RFC 3629 4]: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(Bytes bytes);

// A JSON string of the text, quotes included, which cannot end the line that it stands in nor speak to a
// terminal: control characters (also those of C1, U+0080 to U+009F) are escaped, and of a text that is not
// UTF-8 the bytes beyond ASCII are replaced.
std::string json_quoted(std::string_view text);

}  // namespace eyas::base
