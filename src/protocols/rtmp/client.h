// Client: one attempt of ours to play a stream from another server, or to publish one there.
#pragma once

#include <memory>
#include <optional>

#include "container/flv/demuxer.h"
#include "hub/derivations.h"
#include "protocols/pull_publisher.h"
#include "protocols/rtmp/client_session.h"
#include "protocols/rtmp/egress.h"
#include "protocols/rtmp/rtmp.h"

namespace eyas::rtmp {

// Whether the URL and the options beside it can be tried.
base::Status check_client(const base::Url& url, const protocols::TransferOptions& options);

// What attempts are made with; all of it outlives them.
struct ClientParts {
  Options options;
  hub::Directory& directory;
  hub::Derivations* derivations = nullptr;  // null: nobody makes AAC of other sound
  Statistics& statistics;
};

// Lives on its loop.
class Client final : public protocols::Transfer,
                     private io::ByteStream::Handler,
                     private ClientSession::Sink,
                     private flv::Demuxer::Sink {
 public:
  // A pull ends when nothing comes, a push when nothing is taken, for so long.
  static constexpr base::Duration kSilenceMax = std::chrono::seconds(15);

  Client(protocols::TransferRequest request, Wish::Role role, const ClientParts& parts);
  ~Client() override;

  protocols::TransferFacts facts() const override;

 private:
  // One after another: the attempt is over once any of them ends it.
  void begin();
  void on_stream(base::Result<std::unique_ptr<io::ByteStream>> stream);
  void tick();
  void end(base::Error why);
  void end_later(base::Error why);
  void check(const base::Status& status);

  void on_data(base::Bytes bytes) override;
  void on_drained() override;
  void on_closed(const base::Error& why) override;

  void send(base::Slice bytes) override;
  void on_connected() override;
  void on_running() override;
  base::Status on_media(const Message& message) override;

  void on_track(media::TrackPtr track) override;
  void on_frame(media::Frame frame) override;

  template <typename Format>
  void read();
  void on_reader(base::Result<FlvReader> reader);
  void pump();
  base::MonoTime now() const { return request_.loop.clock().mono(); }

  protocols::TransferRequest request_;
  Wish::Role role_;
  ClientParts parts_;
  std::optional<ClientSession> session_;
  io::Dialling dialling_;
  std::unique_ptr<io::ByteStream> stream_;
  io::Timer timer_;         // ticks; the end that was told from inside a call
  base::MonoTime moved_{};  // when media moved last
  uint64_t bytes_in_ = 0;
  bool ending_ = false;  // end_later() was called
  bool over_ = false;

  // Pull.
  std::unique_ptr<protocols::PullPublisher> publisher_;
  std::unique_ptr<flv::Demuxer> demuxer_;
  // Push.
  HeaderCache headers_;
  std::optional<FlvReader> reader_;  // until the server lets us publish
  std::unique_ptr<Egress> egress_;
  hub::Derivations::Lease aac_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::rtmp
