#include "protocols/rtmp/connection.h"

#include "base/log.h"
#include "hub/name.h"
#include "protocols/transfer.h"

namespace eyas::rtmp {

Connection::Connection(Server& server, uint64_t id, std::unique_ptr<io::ByteStream> stream,
                       io::AddressCensus::Place place)
    : server_(server),
      id_(id),
      name_("rtmp-" + std::to_string(id)),
      place_(std::move(place)),
      stream_(std::move(stream)),
      session_(server.options_, *this, now(), static_cast<uint32_t>(now().time_since_epoch().count() ^ id)) {}

Connection::~Connection() = default;

void Connection::tick(base::MonoTime now) {
  if (closing_) return;
  for (auto& entry : published_) entry.second.ingest->report_quirks();
  check(session_.on_tick(now));
}

void Connection::end(const base::Error& why) {
  if (closing_ || close_timer_.armed()) return;
  if (!session_.request_reconnect(why.context)) {
    closing_ = true;
    stream_->close(why);
    return;
  }
  server_.statistics_->reconnects_requested.fetch_add(1, std::memory_order_relaxed);
  close_timer_ = stream_->executor().after(server_.options_.reconnect_grace, [this, why] {
    closing_ = true;
    stream_->close(why);
  });
}

void Connection::on_data(base::Bytes bytes) {
  if (closing_) return;
  check(session_.on_bytes(bytes, now()));
  if (!announced_ && session_.connected()) {
    announced_ = true;
    base::log::info("rtmp.connect",
                    {{"session", name_}, {"peer", stream_->peer()}, {"agent", session_.agent()}});
  }
}

void Connection::check(const base::Status& status) {
  if (status || closing_) return;
  closing_ = true;
  stream_->close(status.error());
}

void Connection::on_drained() {
  stream_->pause_reading(false);
  std::vector<uint32_t> ids;
  for (const auto& entry : played_) ids.push_back(entry.first);
  for (uint32_t id : ids) pump(id);
}

void Connection::on_closed(const base::Error& why) {
  base::log::info("rtmp.closed", {{"session", name_}, {"peer", stream_->peer()}, {"reason", why.message()}});
  server_.remove(id_, why);  // destroys this
}

void Connection::send(base::Slice bytes) {
  if (closing_) return;
  // Each ping and command has an answer: who asks on and takes none would make us hold them without end.
  if (stream_->send({&bytes, 1}) > protocols::kAnswersPendingMax) stream_->pause_reading(true);
}

void Connection::on_publish(uint32_t stream_id, const Target& target) {
  base::Result<hub::StreamName> name = hub::StreamName::parse(target.stream);
  if (!name) return refuse_publish(stream_id, target.stream, name.error().message());
  uint64_t serial = next_serial_++;
  published_[stream_id] = {serial, target.stream, std::make_unique<Ingest>(server_.options_.early_bytes_max)};
  hub::PublisherInfo info;
  info.protocol = kName;
  info.session = name_;
  info.peer = stream_->peer();
  info.arguments = target.arguments;
  info.takeover = server_.options_.takeover();
  server_.directory_.publish(*name, std::move(info), stream_->executor(),
                             if_alive([this, stream_id, serial](base::Result<hub::Publisher> publisher) {
                               publish_answered(stream_id, serial, std::move(publisher));
                             }));
}

void Connection::publish_answered(uint32_t stream_id, uint64_t serial,
                                  base::Result<hub::Publisher> publisher) {
  auto entry = published_.find(stream_id);
  if (entry == published_.end() || entry->second.serial != serial) return;  // the peer thought better of it
  const std::string stream = entry->second.stream;
  if (!publisher) {
    published_.erase(entry);
    return refuse_publish(stream_id, stream, publisher.error().message());
  }
  publisher->on_revoked(if_alive([this](const base::Error& why) { end(why); }));
  session_.publish_started(stream_id);
  entry->second.ingest->start(std::move(*publisher));
  server_.statistics_->publishes.fetch_add(1, std::memory_order_relaxed);
  base::log::info("rtmp.publish", {{"stream", stream}, {"session", name_}, {"peer", stream_->peer()}});
}

void Connection::refuse_publish(uint32_t stream_id, const std::string& stream, const std::string& why) {
  session_.publish_refused(stream_id, why);
  server_.statistics_->publishes_refused.fetch_add(1, std::memory_order_relaxed);
  base::log::warning("rtmp.publish_refused",
                     {{"stream", stream}, {"session", name_}, {"peer", stream_->peer()}, {"reason", why}});
  if (published_.empty() && played_.empty()) stream_->close_after_flush();
}

void Connection::on_play(uint32_t stream_id, const Target& target) {
  base::Result<hub::StreamName> name = hub::StreamName::parse(target.stream);
  if (!name) return session_.play_refused(stream_id, "NetStream.Play.StreamNotFound", name.error().message());
  uint64_t serial = next_serial_++;
  played_[stream_id] = {
      serial,
      target.stream,
      std::make_unique<Egress>(stream_id, session_.chunk_size_out(), *stream_, *server_.headers_),
      {},
      {}};
  hub::ReaderInfo info;
  info.protocol = kName;
  info.session = name_;
  info.peer = stream_->peer();
  info.arguments = target.arguments;
  info.wait = server_.options_.play_wait;
  if (session_.peer_capabilities().plays_opus)
    read<flv::Format>(stream_id, serial, *name, std::move(info));
  else
    read<flv::CommonFormat>(stream_id, serial, *name, std::move(info));
}

template <typename Format>
void Connection::read(uint32_t stream_id, uint64_t serial, const hub::StreamName& name,
                      hub::ReaderInfo info) {
  server_.directory_.read<Format>(
      name, std::move(info), stream_->executor(),
      if_alive([this, stream_id, serial] { wake(stream_id, serial); }),
      if_alive([this, stream_id, serial](base::Result<hub::Reader<Format>> reader) {
        if (!reader) return play_answered(stream_id, serial, reader.error());
        play_answered(stream_id, serial, FlvReader(std::move(*reader)));
      }));
}

void Connection::play_answered(uint32_t stream_id, uint64_t serial, base::Result<FlvReader> reader) {
  Played* play = played(stream_id, serial);
  if (play == nullptr) return;
  if (!reader) {
    std::string stream = play->stream;
    played_.erase(stream_id);
    server_.statistics_->plays_refused.fetch_add(1, std::memory_order_relaxed);
    base::log::info("rtmp.play_refused", {{"stream", stream},
                                          {"session", name_},
                                          {"peer", stream_->peer()},
                                          {"reason", reader.error().message()}});
    return session_.play_refused(stream_id, "NetStream.Play.StreamNotFound", reader.error().message());
  }
  server_.statistics_->plays.fetch_add(1, std::memory_order_relaxed);
  base::log::info("rtmp.play", {{"stream", play->stream}, {"session", name_}, {"peer", stream_->peer()}});
  session_.play_started(stream_id);
  play->egress->start(std::move(*reader));
  pump(stream_id);
}

base::Status Connection::on_media(const Message& message) {
  auto entry = published_.find(message.stream_id);
  if (entry == published_.end()) return {};
  return entry->second.ingest->on_media(message, now());
}

void Connection::on_stop(uint32_t stream_id) {
  published_.erase(stream_id);
  played_.erase(stream_id);
}

void Connection::on_pause(uint32_t stream_id, bool paused) {
  auto entry = played_.find(stream_id);
  if (entry == played_.end()) return;
  entry->second.egress->pause(paused);
  pump(stream_id);
}

void Connection::on_receive(uint32_t stream_id, MessageType type, bool wanted) {
  auto entry = played_.find(stream_id);
  if (entry != played_.end()) entry->second.egress->receive(type, wanted);
}

Connection::Played* Connection::played(uint32_t stream_id, uint64_t serial) {
  auto entry = played_.find(stream_id);
  return entry == played_.end() || entry->second.serial != serial ? nullptr : &entry->second;
}

void Connection::wake(uint32_t stream_id, uint64_t serial) {
  Played* play = played(stream_id, serial);
  if (play == nullptr || play->delayed.armed()) return;
  base::Duration delay = server_.options_.max_send_delay;
  if (delay == base::Duration::zero()) return pump(stream_id);
  play->delayed = stream_->executor().after(delay, [this, stream_id] { pump(stream_id); });
}

void Connection::pump(uint32_t stream_id) {
  auto entry = played_.find(stream_id);
  if (closing_ || entry == played_.end()) return;
  bool goes_on = entry->second.egress->pump();
  want_aac(entry->second);
  if (goes_on) return;
  // Not here: we may be inside the reader's own call.
  stream_->executor().defer(
      if_alive([this, stream_id, serial = entry->second.serial] { finish_play(stream_id, serial); }));
}

void Connection::want_aac(Played& play) {
  if (!play.egress->wants_aac() || play.aac || server_.derivations_ == nullptr) return;
  if (auto name = hub::StreamName::parse(play.stream))
    play.aac = server_.derivations_->want(*name, hub::Derivation::kAac);
}

void Connection::finish_play(uint32_t stream_id, uint64_t serial) {
  if (played(stream_id, serial) == nullptr) return;
  played_.erase(stream_id);
  session_.play_ended(stream_id);
}

}  // namespace eyas::rtmp
