// Push: what all sending of transport streams to others has in common.
#pragma once

#include <memory>
#include <string>

#include "protocols/mpegts_udp/mpegts_udp.h"
#include "protocols/mpegts_udp/target.h"
#include "protocols/transfer.h"
#include "protocols/ts_playback.h"

namespace eyas::mpegts_udp {

// Lives on its request's loop.
class Push : public protocols::Transfer {
 public:
  Push(const Parts& parts, protocols::TransferRequest request, Carrier carrier);
  ~Push() override;

  protocols::TransferFacts facts() const override;

 protected:
  io::Loop& loop() { return request_.loop; }
  const protocols::TransferRequest& request() const { return request_; }
  // The other end can be sent to: reads the stream from now on.
  void begin(std::string peer);
  protocols::TsPlayback& playback() { return playback_; }
  const Parts& parts() const { return parts_; }
  void count_sent(uint64_t bytes);
  // Tells the owner, later and once.
  void end(base::Error why);
  bool ended() const { return ended_; }
  // There is something to take, or the stream is over.
  virtual void pump() = 0;
  // Called by pump() when nothing is left.
  void end_if_over();
  virtual void add_counters(hub::Counters& counters) const { static_cast<void>(counters); }

 private:
  void answered(base::Result<protocols::TsPlayback::Reader> reader);

  Parts parts_;
  protocols::TransferRequest request_;
  Carrier carrier_;
  std::string peer_;
  protocols::TsPlayback playback_;
  uint64_t bytes_ = 0;
  bool ended_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// By carrier. Never null; what fails at once is told by on_ended.
std::unique_ptr<protocols::Transfer> make_push(const Parts& parts, protocols::TransferRequest request);

std::unique_ptr<protocols::Transfer> make_datagram_push(const Parts& parts,
                                                        protocols::TransferRequest request,
                                                        const PushTarget& target);
std::unique_ptr<protocols::Transfer> make_tcp_push(const Parts& parts, protocols::TransferRequest request,
                                                   const PushTarget& target);

}  // namespace eyas::mpegts_udp
