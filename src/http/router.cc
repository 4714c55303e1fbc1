#include "http/router.h"

#include <algorithm>

#include "base/check.h"

namespace eyas::http {

std::vector<Router::Segment> Router::parse(std::string_view pattern) {
  CHECK(pattern.starts_with('/'));
  std::vector<Segment> segments;
  for (size_t begin = 1; begin <= pattern.size();) {
    size_t end = std::min(pattern.find('/', begin), pattern.size());
    std::string_view text = pattern.substr(begin, end - begin);
    begin = end + 1;
    Segment segment;
    size_t open = text.find('{'), close = text.find('}');
    if (open == text.npos) {
      segment.prefix = text;
    } else {
      CHECK(close != text.npos && close > open + 1);
      std::string_view name = text.substr(open + 1, close - open - 1);
      segment.rest = name.ends_with("...");
      if (segment.rest) name.remove_suffix(3);
      segment.prefix = text.substr(0, open);
      segment.name = name;
      segment.suffix = text.substr(close + 1);
      CHECK(!segment.rest || (begin > pattern.size() && segment.prefix.empty() && segment.suffix.empty()));
    }
    segments.push_back(std::move(segment));
  }
  return segments;
}

bool Router::matches(const std::vector<Segment>& segments, std::string_view path) {
  if (!path.starts_with('/')) return false;
  size_t begin = 1;
  for (const Segment& segment : segments) {
    if (begin > path.size()) return false;
    if (segment.rest) return true;
    // Most routes differ in their first letters: these are compared before the segment's end is looked for.
    std::string_view text = path.substr(begin);
    if (!text.starts_with(segment.prefix)) return false;
    text = text.substr(0, text.find('/'));
    begin += text.size() + 1;
    if (segment.name.empty()) {
      if (text.size() != segment.prefix.size()) return false;
    } else if (text.size() <= segment.prefix.size() + segment.suffix.size() ||
               !text.ends_with(segment.suffix)) {
      return false;
    }
  }
  return begin > path.size();
}

Router::Params Router::params_of(const std::vector<Segment>& segments, std::string_view path) {
  Params params;
  size_t begin = 1;
  for (const Segment& segment : segments) {
    std::string_view text = path.substr(begin);
    if (segment.rest) return params.emplace_back(segment.name, text), params;
    text = text.substr(0, text.find('/'));
    begin += text.size() + 1;
    if (segment.name.empty()) continue;
    text.remove_prefix(segment.prefix.size());
    text.remove_suffix(segment.suffix.size());
    params.emplace_back(segment.name, text);
  }
  return params;
}

bool Router::more_literal(const Entry& a, const Entry& b) {
  return std::lexicographical_compare(a.segments.begin(), a.segments.end(), b.segments.begin(),
                                      b.segments.end(),
                                      [](const Segment& x, const Segment& y) { return x.rank() < y.rank(); });
}

void Router::add(Method method, std::string_view pattern, Handler handler, RouteOptions options) {
  for (const Entry& entry : entries_) CHECK(entry.method != method || entry.route.pattern != pattern);
  Entry entry{method, parse(pattern), {std::string(pattern), std::move(handler), options}};
  entries_.insert(std::upper_bound(entries_.begin(), entries_.end(), entry, more_literal), std::move(entry));
}

void Router::set_fallback(Handler handler, RouteOptions options) {
  fallback_ = {"*", std::move(handler), options};
}

Router::Match Router::match(Method method, std::string_view path) const {
  Match found;
  const Entry* best = nullptr;
  const Entry* get = nullptr;  // what answers a HEAD without a route of its own
  for (const Entry& entry : entries_) {
    if (!matches(entry.segments, path)) continue;
    found.allowed.push_back(entry.method);
    if (entry.method == method && best == nullptr) best = &entry;
    if (entry.method == Method::kGet && get == nullptr) get = &entry;
  }
  if (best == nullptr && method == Method::kHead) best = get;
  if (best != nullptr) {
    found.route = &best->route;
    found.params = params_of(best->segments, path);
    return found;
  }
  bool reads = method == Method::kGet || method == Method::kHead;
  if (found.allowed.empty() && fallback_.handler && reads) found.route = &fallback_;
  return found;
}

}  // namespace eyas::http
