// Dialled: a session in which we are the client: a pull by WHEP or a push by WHIP. One attempt.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/client.h"
#include "io/packet_sink.h"
#include "io/udp.h"
#include "protocols/transfer.h"
#include "protocols/webrtc/client/ice_agent.h"
#include "protocols/webrtc/dtls/dtls.h"
#include "protocols/webrtc/server.h"

namespace eyas::webrtc {

// Whether the address is that of a WHEP resource to fetch from, or of a WHIP resource to send to: by its
// scheme (whep, wheps; whip, whips), or http and https by http_format().
bool is_whep(const base::Url& url, const protocols::TransferOptions& options);
bool is_whip(const base::Url& url, const protocols::TransferOptions& options);
base::Status check_dialled(const base::Url& url, const protocols::TransferOptions& options);

// The offer goes out by HTTP; media go over a UDP socket of its own, so that all that comes belongs to it.
// Lives on its loop.
class Dialled final : public protocols::Transfer,
                      private SessionHost,
                      private io::PacketSink,
                      private Media::Owner,
                      private io::UdpSocket::Handler,
                      private IceAgent::Sink {
 public:
  // `role`: what the media are here: kPublish fetches, kPlay sends. `shared` outlives it.
  Dialled(Shared& shared, Role role, protocols::TransferRequest request);
  ~Dialled() override;

  protocols::TransferFacts facts() const override;

 private:
  // SessionHost, as far as media need one.
  io::Executor& executor() override { return request_.loop; }
  hub::Directory& directory() override { return shared_.directory; }
  const Options& options() const override { return options_; }
  Statistics& statistics() override { return *shared_.statistics; }
  std::shared_ptr<const DtlsContext> dtls(DtlsRole role) const override {
    return role == DtlsRole::kClient ? shared_.dtls_client : shared_.dtls;
  }
  base::WallTime wall_at_mono_zero() const override { return wall_at_mono_zero_; }
  std::span<uint8_t> prepare(const PeerPath&, size_t max) override { return prepare(max); }
  void commit(const PeerPath&, size_t bytes) override { commit(bytes); }
  void learn_ufrag(Session&) override {}
  void reschedule(Session&) override {}
  void remove(Session&) override {}
  // The rest of what it is to its parts.
  std::span<uint8_t> prepare(size_t max) override;
  void commit(size_t bytes) override;
  void end(const base::Error& why) override;
  void tick_changed() override { arm(); }
  void send_check(const io::Endpoint& to, base::Bytes message) override;
  void on_datagram(const io::Endpoint& from, std::span<uint8_t> bytes, base::MonoTime now) override;

  void look();
  void seen(const std::vector<hub::StreamFacts>& facts);
  bool waits_for_derived(const std::vector<hub::StreamFacts>& facts);
  void post(const std::string& offer);
  void answered(base::Result<http::ClientResponse> response);
  base::Status agree(std::string_view answer);
  base::Status open_socket();
  void on_srtp(std::span<uint8_t> datagram, base::MonoTime now);
  void advance(base::MonoTime now);
  void begin_dtls(base::MonoTime now);
  void flush_dtls();
  void start_media(base::MonoTime now);
  void running();
  void arm();
  void tick();
  base::MonoTime now() const { return request_.loop.clock().mono(); }

  Shared& shared_;
  const Role role_;
  protocols::TransferRequest request_;
  const Options options_;
  const base::WallTime wall_at_mono_zero_;
  http::Client client_;
  std::shared_ptr<void> posting_;
  std::string peer_;
  base::Url resource_;  // of the session there; without a host when there is none
  Local local_;
  Negotiated negotiated_;
  media::TrackSet tracks_;
  std::vector<hub::Derivations::Lease> leases_;
  base::MonoTime ready_by_;  // until then the stream's tracks are there, then keys are agreed

  std::unique_ptr<io::UdpSocket> socket_;
  std::optional<IceAgent> ice_;
  std::unique_ptr<DtlsSession> dtls_;
  std::optional<SrtpSender> out_;
  std::optional<SrtpReceiver> in_;
  std::unique_ptr<Media> media_;
  io::Timer timer_;
  uint64_t bytes_in_ = 0;
  uint64_t bytes_out_ = 0;
  bool dtls_begun_ = false;
  bool running_told_ = false;
  bool over_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::webrtc
