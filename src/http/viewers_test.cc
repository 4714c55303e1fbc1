#include "http/viewers.h"

#include <gtest/gtest.h>

namespace eyas::http {
namespace {

TEST(Viewers, TellsApartByAddressAgentAndSid) {
  base::ManualClock clock;
  Viewers viewers(std::chrono::seconds(15), 100);
  viewers.seen("10.0.0.1:5000", "a", "", clock.mono());
  viewers.seen("10.0.0.1:5001", "a", "", clock.mono());  // the same viewer on another connection
  viewers.seen("10.0.0.1:5002", "b", "", clock.mono());
  viewers.seen("10.0.0.1:5003", "a", "7", clock.mono());
  viewers.seen("[::1]:5003", "a", "7", clock.mono());
  EXPECT_EQ(viewers.count(clock.mono()), 4U);
}

TEST(Viewers, LeaveAfterTheWindowAndStayBelowTheLimit) {
  base::ManualClock clock;
  Viewers viewers(std::chrono::seconds(15), 2);
  viewers.seen("10.0.0.1:1", "a", "", clock.mono());
  clock.advance(std::chrono::seconds(10));
  viewers.seen("10.0.0.2:1", "a", "", clock.mono());
  viewers.seen("10.0.0.3:1", "a", "", clock.mono());
  EXPECT_EQ(viewers.count(clock.mono()), 2U);
  clock.advance(std::chrono::seconds(6));
  EXPECT_EQ(viewers.count(clock.mono()), 1U);
}

}  // namespace
}  // namespace eyas::http
