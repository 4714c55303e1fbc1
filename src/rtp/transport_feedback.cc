#include "rtp/transport_feedback.h"

#include <algorithm>

#include "rtp/rtcp_header.h"

namespace eyas::rtp {
namespace {

using base::ByteReader;
using base::Code;
using base::Duration;
using base::Error;

constexpr Duration kTick = std::chrono::microseconds(250);
constexpr int64_t kTicksPerReference = 256;  // 64 ms
constexpr int64_t kReferenceMask = 0xFFFFFF;

enum Symbol : uint8_t { kNotReceived = 0, kSmallDelta = 1, kLargeDelta = 2 };

constexpr unsigned kRunLengthMax = 0x1FFF;
constexpr unsigned kOneBitSymbols = 14;
constexpr unsigned kTwoBitSymbols = 7;

// One packet of feedback stays under a datagram: at most two bytes of delta and two bits of status each.
constexpr int64_t kStatusesPerPacket = 400;

std::vector<uint8_t> read_symbols(ByteReader& reader, size_t count) {
  std::vector<uint8_t> symbols;
  symbols.reserve(count);
  while (symbols.size() < count && reader.ok()) {
    unsigned chunk = reader.u16();
    size_t left = count - symbols.size();
    if ((chunk & 0x8000) == 0) {
      size_t run = std::min<size_t>(left, chunk & kRunLengthMax);
      symbols.insert(symbols.end(), run, static_cast<uint8_t>(chunk >> 13 & 3));
    } else if ((chunk & 0x4000) == 0) {
      for (unsigned i = 0; i < std::min<size_t>(left, kOneBitSymbols); ++i)
        symbols.push_back(static_cast<uint8_t>(chunk >> (kOneBitSymbols - 1 - i) & 1));
    } else {
      for (unsigned i = 0; i < std::min<size_t>(left, kTwoBitSymbols); ++i)
        symbols.push_back(static_cast<uint8_t>(chunk >> 2 * (kTwoBitSymbols - 1 - i) & 3));
    }
  }
  return symbols;
}

struct Status {
  Symbol symbol = kNotReceived;
  int16_t delta = 0;  // ticks since the packet received before
};

void write_chunk_vector(RtcpWriter& writer, const std::vector<Status>& statuses, size_t from, unsigned count,
                        unsigned bits) {
  unsigned chunk = bits == 1 ? 0x8000 : 0xC000;
  for (unsigned i = 0; i < count && from + i < statuses.size(); ++i)
    chunk |= static_cast<unsigned>(statuses[from + i].symbol) << bits * (count - 1 - i);
  writer.u16(static_cast<uint16_t>(chunk));
}

// A run where it covers more than the widest vector would, else the widest vector that can say it.
void write_chunks(RtcpWriter& writer, const std::vector<Status>& statuses) {
  for (size_t at = 0; at < statuses.size();) {
    Symbol symbol = statuses[at].symbol;
    size_t run = 1;
    while (at + run < statuses.size() && run < kRunLengthMax && statuses[at + run].symbol == symbol) ++run;
    auto window = statuses.begin() + static_cast<ptrdiff_t>(at);
    auto window_end = window + static_cast<ptrdiff_t>(std::min<size_t>(kOneBitSymbols, statuses.size() - at));
    bool one_bit = std::none_of(window, window_end, [](const Status& s) { return s.symbol == kLargeDelta; });
    unsigned vector_symbols = one_bit ? kOneBitSymbols : kTwoBitSymbols;
    if (run >= vector_symbols || at + run == statuses.size()) {
      writer.u16(static_cast<uint16_t>(symbol << 13 | run));
      at += run;
    } else {
      write_chunk_vector(writer, statuses, at, vector_symbols, one_bit ? 1 : 2);
      at += vector_symbols;
    }
  }
}

int64_t ticks_of(Duration arrival) {
  return arrival / kTick;
}

bool fits_delta(int64_t ticks) {
  return ticks >= INT16_MIN && ticks <= INT16_MAX;
}

}  // namespace

base::Result<TransportFeedback> parse_transport_feedback(base::Bytes packet) {
  ByteReader reader(packet);
  reader.skip(kRtcpHeaderBytes);
  TransportFeedback feedback;
  feedback.sender_ssrc = reader.u32();
  feedback.media_ssrc = reader.u32();
  feedback.base_sequence = reader.u16();
  size_t count = reader.u16();
  int64_t ticks = reader.u24() * kTicksPerReference;
  feedback.feedback_count = reader.u8();
  if (!reader.ok()) return Error{Code::kMalformed, "transport feedback: ends early", {}};
  if (count > kFeedbackPacketsMax) return Error{Code::kLimit, "transport feedback: packet status count", {}};
  feedback.arrivals.reserve(count);
  for (uint8_t symbol : read_symbols(reader, count)) {
    if (symbol == kSmallDelta) ticks += reader.u8();
    if (symbol == kLargeDelta) ticks += static_cast<int16_t>(reader.u16());
    bool received = symbol == kSmallDelta || symbol == kLargeDelta;
    feedback.arrivals.push_back(received ? std::optional<Duration>(kTick * ticks) : std::nullopt);
  }
  if (!reader.ok()) return Error{Code::kMalformed, "transport feedback: ends early", {}};
  return feedback;
}

void append_transport_feedback(std::vector<uint8_t>& out, const TransportFeedback& feedback) {
  auto first = std::find_if(feedback.arrivals.begin(), feedback.arrivals.end(),
                            [](const auto& arrival) { return arrival.has_value(); });
  if (first == feedback.arrivals.end()) return;
  int64_t reference = ticks_of(**first) / kTicksPerReference;
  int64_t before = reference * kTicksPerReference;
  std::vector<Status> statuses;
  statuses.reserve(feedback.arrivals.size());
  for (const auto& arrival : feedback.arrivals) {
    Status& status = statuses.emplace_back();
    if (!arrival) continue;
    int64_t delta = std::clamp<int64_t>(ticks_of(*arrival) - before, INT16_MIN, INT16_MAX);
    before += delta;
    status.symbol = delta >= 0 && delta <= UINT8_MAX ? kSmallDelta : kLargeDelta;
    status.delta = static_cast<int16_t>(delta);
  }
  RtcpWriter writer(out, kTypeTransportFeedback, kFormatTransportWide);
  writer.u32(feedback.sender_ssrc);
  writer.u32(feedback.media_ssrc);
  writer.u16(feedback.base_sequence);
  writer.u16(static_cast<uint16_t>(statuses.size()));
  writer.u32(static_cast<uint32_t>((reference & kReferenceMask) << 8) | feedback.feedback_count);
  write_chunks(writer, statuses);
  for (const Status& status : statuses) {
    if (status.symbol == kSmallDelta) writer.u8(static_cast<uint8_t>(status.delta));
    if (status.symbol == kLargeDelta) writer.u16(static_cast<uint16_t>(status.delta));
  }
}

void Arrivals::on_packet(uint16_t transport_sequence, base::MonoTime now) {
  int64_t sequence = unwrapper_.unwrap(transport_sequence);
  noted_.try_emplace(sequence, now);
  int64_t oldest = noted_.rbegin()->first - static_cast<int64_t>(kFeedbackPacketsMax);
  noted_.erase(noted_.begin(), noted_.lower_bound(oldest));
}

void Arrivals::write(std::vector<uint8_t>& out, uint32_t sender_ssrc, uint32_t media_ssrc) {
  auto at = noted_.begin();
  while (at != noted_.end()) {
    TransportFeedback feedback;
    feedback.sender_ssrc = sender_ssrc;
    feedback.media_ssrc = media_ssrc;
    // What is missing since the last report is told too. What came late moves the base back.
    int64_t base = std::min(next_base_.value_or(at->first), at->first);
    if (at->first - base >= kStatusesPerPacket) base = at->first;
    feedback.base_sequence = static_cast<uint16_t>(base);
    feedback.feedback_count = feedback_count_++;
    int64_t before = ticks_of(at->second.time_since_epoch());
    for (; at != noted_.end() && at->first - base < kStatusesPerPacket; ++at) {
      Duration arrival = at->second.time_since_epoch();
      if (!fits_delta(ticks_of(arrival) - before)) break;
      before = ticks_of(arrival);
      feedback.arrivals.resize(static_cast<size_t>(at->first - base));
      feedback.arrivals.emplace_back(arrival);
      next_base_ = std::max(next_base_.value_or(at->first + 1), at->first + 1);
    }
    append_transport_feedback(out, feedback);
  }
  noted_.clear();
}

}  // namespace eyas::rtp
