// Pull: what all fetching of transport streams has in common.
#pragma once

#include <memory>
#include <string>

#include "protocols/mpegts_udp/ingest.h"
#include "protocols/mpegts_udp/target.h"
#include "protocols/transfer.h"

namespace eyas::mpegts_udp {

// Lives on its request's loop.
class Pull : public protocols::Transfer {
 public:
  // How often the stream and the metrics hear of what happened.
  static constexpr base::Duration kReportEvery = std::chrono::seconds(1);

  Pull(const Parts& parts, protocols::TransferRequest request, Carrier carrier, uint16_t programme);
  ~Pull() override;

  protocols::TransferFacts facts() const override;

 protected:
  io::Loop& loop() { return request_.loop; }
  const protocols::TransferRequest& request() const { return request_; }
  const Parts& parts() const { return parts_; }
  // The other end is known.
  void set_peer(std::string peer);
  void take(base::Bytes bytes, base::MonoTime arrival);
  // Tells the owner, later and once; what comes after it is dropped.
  void end(base::Error why);
  bool ended() const { return ended_; }
  // A carrier's own.
  virtual void add_counters(hub::Counters& counters) const { static_cast<void>(counters); }

 private:
  void on_running();
  void watch();

  Parts parts_;
  protocols::TransferRequest request_;
  Carrier carrier_;
  uint16_t programme_;
  std::string peer_;
  uint64_t bytes_ = 0;
  base::MonoTime last_bytes_;
  bool ended_ = false;
  io::Timer watch_;
  std::unique_ptr<Ingest> ingest_;  // once there are bytes
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// By carrier. Never null; what fails at once is told by on_ended.
std::unique_ptr<protocols::Transfer> make_pull(const Parts& parts, protocols::TransferRequest request);

std::unique_ptr<protocols::Transfer> make_datagram_pull(const Parts& parts,
                                                        protocols::TransferRequest request,
                                                        const PullTarget& target);
std::unique_ptr<protocols::Transfer> make_tcp_pull(const Parts& parts, protocols::TransferRequest request,
                                                   const PullTarget& target);
std::unique_ptr<protocols::Transfer> make_http_pull(const Parts& parts, protocols::TransferRequest request,
                                                    const PullTarget& target);

}  // namespace eyas::mpegts_udp
