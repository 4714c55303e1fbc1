// Which files are films, by their names.
#pragma once

#include <string_view>

namespace eyas::sources {

// The endings that is_film_name() knows, for those who chose another one.
inline constexpr const char* kFilmNames =
    "want .mp4, .m4v, .mov, .mkv, .webm, .ts, .m2ts, .mts, .avi or .flv";
// Large and small letters are the same.
bool is_film_name(std::string_view name);

}  // namespace eyas::sources
