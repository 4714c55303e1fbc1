#include "sources/film_name.h"

#include <algorithm>

#include "base/words.h"

namespace eyas::sources {
namespace {

constexpr std::string_view kEndings[] = {".mp4", ".m4v",  ".mov", ".mkv", ".webm",
                                         ".ts",  ".m2ts", ".mts", ".avi", ".flv"};

}  // namespace

bool is_film_name(std::string_view name) {
  return std::ranges::any_of(kEndings, [&](std::string_view ending) {
    return name.size() > ending.size() && base::same_word(name.substr(name.size() - ending.size()), ending);
  });
}

}  // namespace eyas::sources
