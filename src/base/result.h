// Errors as values: what a peer, a file or the machine did, never what the programmer did (that is CHECK).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace eyas::base {

enum class Code : uint8_t {
  kMalformed,    // the bytes break their format
  kUnsupported,  // well formed, but we do not do that
  kLimit,        // a named limit was reached
  kNotFound,
  kRefused,  // not allowed, or the name is taken
  kTimeout,
  kClosed,  // the peer went away
  kSystem,  // the operating system said no; the context names errno
  kInvalidConfig,
};

// The code's name for logs, metrics and the API: "malformed", "limit", ...
const char* code_name(Code code);

// An error: a code, the layer's static context ("rtmp chunk: message length") and an optional detail.
// `context` is a literal (static lifetime) so that the hot path allocates nothing.
struct Error {
  Code code = Code::kMalformed;
  const char* context = "";
  std::string detail;

  std::string message() const;  // "malformed: rtmp chunk: message length (20000000 > 16777215)"
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return CHECK(ok()), std::get<0>(state_); }
  const T& value() const& { return CHECK(ok()), std::get<0>(state_); }
  T&& value() && { return CHECK(ok()), std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const { return CHECK(!ok()), std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const Error& error() const { return CHECK(!ok_), error_; }

 private:
  Error error_;
  bool ok_ = true;
};

using Status = Result<void>;

}  // namespace eyas::base
