#include "io/address_census.h"

#include <gtest/gtest.h>

namespace eyas::io {
namespace {

TEST(AddressCensus, KnowsHosts) {
  EXPECT_EQ(AddressCensus::host_of("10.0.0.1:5"), "10.0.0.1");
  EXPECT_EQ(AddressCensus::host_of("[2001:db8::1]:5"), "[2001:db8::1]");
  EXPECT_TRUE(AddressCensus::is_loopback("127.0.0.1"));
  EXPECT_TRUE(AddressCensus::is_loopback("[::1]"));
  EXPECT_FALSE(AddressCensus::is_loopback("[2001:db8::1]"));
}

TEST(AddressCensus, GivesAPlaceBackWhenItsConnectionGoes) {
  AddressCensus census;
  auto first = census.enter("192.0.2.1:1000", 2);
  auto second = census.enter("192.0.2.1:1001", 2);
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(census.enter("192.0.2.1:1002", 2));
  second.reset();
  EXPECT_TRUE(census.enter("192.0.2.1:1003", 2));
}

TEST(AddressCensus, LoopbackAndNoLimitAreNotCounted) {
  AddressCensus census;
  auto first = census.enter("127.0.0.1:1000", 1);
  EXPECT_TRUE(census.enter("127.0.0.1:1001", 1));
  auto other = census.enter("192.0.2.1:1000", 0);
  EXPECT_TRUE(census.enter("192.0.2.1:1001", 0));
}

}  // namespace
}  // namespace eyas::io
