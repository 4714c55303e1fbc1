// Identifiers that nobody can guess: session ids, SSRCs, seeds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eyas::webrtc {

// From OpenSSL's generator.
uint32_t random_u32();
uint64_t random_u64();

// Sessions and their ICE user fragments begin with the loop that made them, so that whoever gets a request or
// a check knows whom to ask. Below 256 loops.
std::string loop_prefix(size_t loop);
std::optional<size_t> loop_of(std::string_view id_or_ufrag);

// The loop's prefix and 128 random bits, 34 hexadecimal digits.
std::string make_session_id(size_t loop);

}  // namespace eyas::webrtc
