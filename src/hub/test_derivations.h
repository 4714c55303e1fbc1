// For tests: derivations that make nothing and count their leases.
#pragma once

#include <map>

#include "hub/derivations.h"

namespace eyas::hub::test {

class CountedLeases final : public Derivations {
 public:
  Lease want(const StreamName& name, Derivation derivation) override {
    auto& count = (*held_)[{name.text(), derivation}];
    ++count;
    return Lease(&count, [held = held_](void* counted) { --*static_cast<int*>(counted); });
  }
  int held(const std::string& name, Derivation derivation) const { return (*held_)[{name, derivation}]; }

 private:
  using Key = std::pair<std::string, Derivation>;
  std::shared_ptr<std::map<Key, int>> held_ = std::make_shared<std::map<Key, int>>();
};

}  // namespace eyas::hub::test
