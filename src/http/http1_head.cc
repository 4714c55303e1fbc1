#include "http/http1_head.h"

namespace eyas::http {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

}  // namespace

const char* ambiguity(std::string_view head) {
  for (size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\0') return "http1: NUL in head";
    if (head[i] == '\n' && (i == 0 || head[i - 1] != '\r')) return "http1: bare LF";
    if (head[i] == '\r' && (i + 1 == head.size() || head[i + 1] != '\n')) return "http1: bare CR";
  }
  for (size_t line = head.find("\r\n") + 2; line + 2 < head.size(); line = head.find("\r\n", line) + 2) {
    if (is_blank(head[line])) return "http1: folded header line";
    size_t colon = head.find(':', line);
    if (colon == head.npos || colon > head.find("\r\n", line)) return "http1: header line without colon";
    if (colon == line || is_blank(head[colon - 1])) return "http1: blank before colon";
  }
  return nullptr;
}

}  // namespace eyas::http
