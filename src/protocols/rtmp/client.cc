#include "protocols/rtmp/client.h"

#include "base/log.h"

namespace eyas::rtmp {
namespace {

constexpr base::Duration kTick = std::chrono::seconds(1);
constexpr base::Duration kConnectTimeout = std::chrono::seconds(10);
constexpr uint16_t kPort = 1935, kTlsPort = 443;

bool over_tls(const base::Url& url) {
  return url.scheme == "rtmps";
}

}  // namespace

base::Status check_client(const base::Url& url, const protocols::TransferOptions& options) {
  if (base::Status status = protocols::check_options(options, {"tls_verify", "tls_authority"}); !status)
    return status;
  if (!url.user.empty() || !url.password.empty())
    return base::Error{base::Code::kInvalidConfig,
                       "rtmp: user and password stand behind the name, as the server wants them: "
                       "rtmp://HOST/APP/NAME?user=...&pass=...",
                       {}};
  base::Result<Wish> wish = Wish::of(url, Wish::Role::kPlay);
  if (!wish) return wish.error();
  base::Result<io::DialTls> tls = protocols::tls_towards(url, options);
  return tls ? base::Status() : tls.error();
}

Client::Client(protocols::TransferRequest request, Wish::Role role, const ClientParts& parts)
    : request_(std::move(request)), role_(role), parts_(parts), moved_(now()) {
  parts_.statistics.transfers.fetch_add(1, std::memory_order_relaxed);
  parts_.statistics.transfers_open.fetch_add(1, std::memory_order_relaxed);
  begin();
}

Client::~Client() {
  if (!over_ && session_) session_->unpublish();
  parts_.statistics.transfers_open.fetch_sub(1, std::memory_order_relaxed);
}

void Client::begin() {
  const base::Url& url = request_.url;
  base::Result<Wish> wish = Wish::of(url, role_);
  if (!wish) return end_later(wish.error());
  auto seed = static_cast<uint32_t>(now().time_since_epoch().count() ^ reinterpret_cast<uintptr_t>(this));
  session_.emplace(parts_.options, std::move(*wish), static_cast<ClientSession::Sink&>(*this), now(), seed);
  io::DialTls tls;
  if (over_tls(url)) {
    base::Result<io::DialTls> wanted = protocols::tls_towards(url, request_.options);
    if (!wanted) return end_later(wanted.error());
    tls = std::move(*wanted);
  }
  uint16_t port = url.port != 0 ? url.port : over_tls(url) ? kTlsPort : kPort;
  dialling_ = request_.dialer.connect(
      request_.loop, url.host, port, std::move(tls), kConnectTimeout,
      [this](base::Result<std::unique_ptr<io::ByteStream>> stream) { on_stream(std::move(stream)); });
}

void Client::on_stream(base::Result<std::unique_ptr<io::ByteStream>> stream) {
  if (!stream) return end(stream.error());
  stream_ = std::move(*stream);
  stream_->start(*this);
  moved_ = now();
  session_->start();
  timer_ = request_.loop.after(kTick, [this] { tick(); });
}

void Client::tick() {
  timer_ = request_.loop.after(kTick, [this] { tick(); });
  if (publisher_) publisher_->report(facts().counters);
  base::Status status = session_->on_tick(now());
  bool waits = role_ == Wish::Role::kPlay ? session_->running() : stream_->pending() > 0;
  if (!waits) moved_ = now();
  if (status && now() - moved_ >= kSilenceMax) {
    bool plays = role_ == Wish::Role::kPlay;
    status = base::Error{base::Code::kTimeout,
                         plays ? "rtmp: idle: no media comes" : "rtmp: idle: the server takes nothing",
                         {}};
  }
  if (!status) end(status.error());
}

void Client::on_data(base::Bytes bytes) {
  if (over_ || ending_) return;
  check(session_->on_bytes(bytes, now()));
}

void Client::check(const base::Status& status) {
  if (!status) end_later(status.error());
}

void Client::on_drained() {
  stream_->pause_reading(false);
  moved_ = now();
  pump();
}

void Client::on_closed(const base::Error& why) {
  end(why);
}

void Client::send(base::Slice bytes) {
  if (stream_ && stream_->send({&bytes, 1}) > protocols::kAnswersPendingMax) stream_->pause_reading(true);
}

void Client::on_connected() {
  if (role_ == Wish::Role::kPlay) return;
  if (session_->peer_capabilities().plays_opus)
    read<flv::Format>();
  else
    read<flv::CommonFormat>();
}

template <typename Format>
void Client::read() {
  hub::ReaderInfo info;
  info.protocol = kName;
  info.session = request_.session;
  info.peer = stream_->peer();
  info.interest = hub::Interest::kFollows;
  auto alive = std::weak_ptr<bool>(alive_);
  parts_.directory.read<Format>(
      request_.stream, std::move(info), request_.loop,
      [this, alive] {
        if (!alive.expired()) pump();
      },
      [this, alive](base::Result<hub::Reader<Format>> reader) {
        if (alive.expired()) return;
        on_reader(reader ? base::Result<FlvReader>(FlvReader(std::move(*reader))) : reader.error());
      });
}

void Client::on_reader(base::Result<FlvReader> reader) {
  if (over_) return;
  if (!reader) return end(reader.error());
  reader_ = std::move(*reader);
  session_->publish();
}

void Client::on_running() {
  moved_ = now();
  bool plays = role_ == Wish::Role::kPlay;
  base::log::info(plays ? "rtmp.pull" : "rtmp.push", {{"stream", request_.stream.text()},
                                                      {"session", request_.session},
                                                      {"peer", stream_->peer()},
                                                      {"url", request_.url.shown_without_key()}});
  if (plays) return;
  egress_ =
      std::make_unique<Egress>(session_->stream_id(), session_->chunk_size_out(), *stream_, headers_, true);
  egress_->start(std::move(*reader_));
  reader_.reset();
  // What was waiting in the session goes out first.
  request_.loop.defer([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) pump();
  });
}

void Client::pump() {
  if (over_ || !egress_) return;
  bool more = egress_->pump();
  if (egress_->units_sent() > 0 && request_.on_running) std::exchange(request_.on_running, {})();
  if (!aac_ && egress_->wants_aac() && parts_.derivations != nullptr)
    aac_ = parts_.derivations->want(request_.stream, hub::Derivation::kAac);
  if (!more) end_later({base::Code::kClosed, "rtmp: the stream is over", {}});
}

base::Status Client::on_media(const Message& message) {
  moved_ = now();
  bytes_in_ += message.payload.size();
  if (!demuxer_) {
    hub::PublisherInfo info;
    info.protocol = kName;
    info.session = request_.session;
    info.rank = request_.rank;
    info.peer = stream_->peer();
    publisher_ = std::make_unique<protocols::PullPublisher>(
        parts_.directory, request_.loop, request_.stream, std::move(info),
        [this] {
          if (request_.on_running) request_.on_running();
        },
        [this](base::Error why) { end(std::move(why)); });
    demuxer_ = std::make_unique<flv::Demuxer>(static_cast<flv::Demuxer::Sink&>(*this));
  }
  return demuxer_->on_tag(static_cast<flv::TagType>(message.type), message.timestamp_ms, moved_,
                          message.payload);
}

void Client::on_track(media::TrackPtr track) {
  publisher_->set_track(std::move(track));
}

void Client::on_frame(media::Frame frame) {
  publisher_->publish(std::move(frame));
}

protocols::TransferFacts Client::facts() const {
  protocols::TransferFacts facts;
  if (stream_) facts.peer = stream_->peer();
  facts.transport = over_tls(request_.url) ? "tls" : "tcp";
  facts.bytes = egress_ ? egress_->bytes_sent() : bytes_in_;
  if (!demuxer_) return facts;
  for (const auto& [name, value] : demuxer_->quirks().list()) facts.counters.emplace_back(name, value);
  return facts;
}

// From inside a call of the stream or the hub, after which they still need us.
void Client::end_later(base::Error why) {
  if (std::exchange(ending_, true)) return;
  timer_ = request_.loop.after(base::Duration::zero(), [this, why = std::move(why)] { end(why); });
}

void Client::end(base::Error why) {
  if (over_) return;
  if (demuxer_) demuxer_->flush();
  if (session_ && stream_) session_->unpublish();
  over_ = true;
  if (why.code != base::Code::kClosed)
    parts_.statistics.transfers_failed.fetch_add(1, std::memory_order_relaxed);
  if (why.code == base::Code::kLimit || why.code == base::Code::kTimeout)
    parts_.statistics.hit(limit_of(why));
  timer_.cancel();
  dialling_.reset();
  egress_.reset();
  auto on_ended = std::move(request_.on_ended);
  on_ended(std::move(why));  // may destroy us
}

}  // namespace eyas::rtmp
