// RTCP of strangers: no crash, bounded lists, and what was read is written and read the same.
#include <algorithm>

#include "base/check.h"
#include "rtp/rtcp.h"

using namespace eyas;

namespace {

// Writes again what it visits; counts it.
class Rewrite final : public rtp::RtcpVisitor {
 public:
  void on_sender_report(const rtp::SenderReport& report) override {
    rtp::append_sender_report(out, report), ++count;
  }
  void on_report_block(uint32_t reporter, const rtp::ReportBlock& block) override {
    rtp::append_receiver_report(out, reporter, {&block, 1}), ++count;
  }
  void on_cname(uint32_t ssrc, std::string_view cname) override {
    CHECK(cname.size() <= 255);
    rtp::append_cname(out, ssrc, cname), ++count;
  }
  void on_bye(uint32_t ssrc) override { rtp::append_bye(out, ssrc), ++count; }
  void on_nack(uint32_t media_ssrc, std::span<const uint16_t> lost) override {
    CHECK(!lost.empty() && lost.size() < rtp::kNackSequencesMax + 17);
    for (uint16_t sequence : lost) rtp::append_nack(out, 1, media_ssrc, {&sequence, 1}), ++count;
  }
  void on_pli(uint32_t media_ssrc) override { rtp::append_pli(out, 1, media_ssrc), ++count; }
  void on_fir(uint32_t media_ssrc, uint8_t command) override {
    rtp::append_fir(out, 1, media_ssrc, command), ++count;
  }
  void on_remb(uint64_t bitrate_bps, std::span<const uint32_t> ssrcs) override {
    CHECK(ssrcs.size() <= rtp::kRembSsrcsMax);
    rtp::append_remb(out, 1, bitrate_bps, ssrcs), ++count;
  }
  void on_transport_feedback(const rtp::TransportFeedback& feedback) override {
    CHECK(feedback.arrivals.size() <= rtp::kFeedbackPacketsMax);
    auto received = [](const auto& arrival) { return arrival.has_value(); };
    if (std::none_of(feedback.arrivals.begin(), feedback.arrivals.end(), received)) return;
    rtp::append_transport_feedback(out, feedback), ++count;
  }

  std::vector<uint8_t> out;
  size_t count = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Rewrite first;
  (void)rtp::parse_compound({data, size}, first);
  Rewrite second;
  CHECK(rtp::parse_compound(first.out, second).ok());
  CHECK(second.count == first.count);
  return 0;
}
