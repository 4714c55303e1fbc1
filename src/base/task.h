// Task: a move-only callable, so that what it captures can be moved to another loop.
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace eyas::base {

template <typename Signature>
class UniqueFunction;

// Like std::function, but move-only. Empty until given a callable; calling an empty one is a programmer's
// error.
template <typename Return, typename... Args>
class UniqueFunction<Return(Args...)> {
 public:
  UniqueFunction() = default;
  template <typename Callable>
  requires(!std::same_as<std::remove_cvref_t<Callable>, UniqueFunction>)
      UniqueFunction(Callable&& callable)  // NOLINT(google-explicit-constructor)
      : held_(std::make_unique<Held<std::decay_t<Callable>>>(std::forward<Callable>(callable))) {}

  explicit operator bool() const { return held_ != nullptr; }
  Return operator()(Args... args) { return held_->call(std::forward<Args>(args)...); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual Return call(Args... args) = 0;
  };
  template <typename Callable>
  struct Held final : Base {
    explicit Held(Callable c) : callable(std::move(c)) {}
    Return call(Args... args) override { return callable(std::forward<Args>(args)...); }
    Callable callable;
  };

  std::unique_ptr<Base> held_;
};

using Task = UniqueFunction<void()>;

}  // namespace eyas::base
