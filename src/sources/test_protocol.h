// A protocol for tests: it claims test:// and keeps what it is asked to carry.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "protocols/protocol.h"

namespace eyas::sources {

class TestProtocol final : public protocols::Protocol {
 public:
  struct Carried {
    protocols::TransferRequest request;
    bool pull;
    bool gone = false;
  };

  std::string_view name() const override { return "test"; }
  void describe(base::OptionSchema&) override {}
  base::Status start(const protocols::Services&) override { return {}; }
  bool can_pull(const base::Url& url, const protocols::TransferOptions&) const override {
    return url.scheme == "test";
  }
  bool can_push(const base::Url& url, const protocols::TransferOptions& options) const override {
    return can_pull(url, options);
  }
  base::Status check_transfer(protocols::Direction, const base::Url&,
                              const protocols::TransferOptions& options) const override {
    return protocols::check_options(options, {"transport", "passphrase"});
  }
  std::unique_ptr<protocols::Transfer> pull(protocols::TransferRequest request) override {
    return carry(std::move(request), true);
  }
  std::unique_ptr<protocols::Transfer> push(protocols::TransferRequest request) override {
    return carry(std::move(request), false);
  }

  // Every attempt so far, the last one last.
  std::list<std::shared_ptr<Carried>> carried;
  Carried& last() { return *carried.back(); }
  size_t under_way() const {
    size_t count = 0;
    for (const auto& each : carried) count += each->gone ? 0 : 1;
    return count;
  }

 private:
  struct Held final : protocols::Transfer {
    explicit Held(std::shared_ptr<Carried> c) : carried(std::move(c)) {}
    ~Held() override { carried->gone = true; }
    protocols::TransferFacts facts() const override { return {"10.0.0.5:554", "tcp", 1000, {{"rtt_us", 5}}}; }
    std::shared_ptr<Carried> carried;
  };

  std::unique_ptr<protocols::Transfer> carry(protocols::TransferRequest request, bool pull) {
    carried.push_back(std::make_shared<Carried>(Carried{std::move(request), pull}));
    return std::make_unique<Held>(carried.back());
  }
};

}  // namespace eyas::sources
