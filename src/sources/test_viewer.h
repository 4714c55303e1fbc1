// For tests of publishers of our own: a real hub on one loop, with a viewer of one stream.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "hub/directory.h"
#include "worker/test_loop.h"

namespace eyas::sources {

class ViewerTest : public testing::Test {
 protected:
  using Reader = hub::Reader<hub::FrameFormat>;

  // Waits for the stream, and views it from then on, while the loop turns.
  void watch(const std::string& name = "live/alpha") {
    directory_.read<hub::FrameFormat>(
        *hub::StreamName::parse(name), info(), loop_, [] {},
        [this](base::Result<Reader> reader) {
          ASSERT_TRUE(reader.ok());
          reader_ = std::move(*reader);
        });
  }
  static hub::ReaderInfo info() {
    hub::ReaderInfo info;
    info.protocol = "test";
    info.session = "t1";
    info.wait = worker::test::kPatience;
    return info;
  }
  virtual void see(const Reader::Item&) {}

  template <typename Condition>
  bool comes_true(Condition condition) {
    return worker::test::comes_true(loop_, condition, [this] {
      while (auto item = reader_ ? reader_.next() : std::nullopt) see(*item);
    });
  }

  io::Loop loop_;
  hub::StreamName name_ = *hub::StreamName::parse("live/alpha");
  hub::Directory directory_{{&loop_}, {}};
  Reader reader_;
};

}  // namespace eyas::sources
