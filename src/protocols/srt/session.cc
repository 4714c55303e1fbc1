#include "protocols/srt/session.h"

#include <algorithm>
#include <utility>

namespace eyas::srt {

Session::Session(Context context, std::shared_ptr<Link> link)
    : context_(std::move(context)), link_(std::move(link)) {
  context_.statistics.sessions_open.fetch_add(1, std::memory_order_relaxed);
}

Session::~Session() {
  link_->stop();
  context_.statistics.sessions_open.fetch_sub(1, std::memory_order_relaxed);
}

void Session::began() {
  if (auto running = std::exchange(context_.running, {})) running();
}

void Session::end(base::Error why) {
  if (std::exchange(over_, true)) return;
  link_->stop();
  // Not from here: we may be inside a call of the hub's or the link's.
  context_.loop.post(
      [ended = std::move(context_.ended), why = std::move(why)]() mutable { ended(std::move(why)); });
}

Ingest::Ingest(Context context, std::shared_ptr<Link> link, Rank rank, size_t early_bytes_max)
    : Session(std::move(context), std::move(link)), early_(early_bytes_max), demuxer_(*this) {
  hub::PublisherInfo info;
  info.protocol = "srt";
  info.session = id();
  info.peer = peer();
  info.rank = rank.rank;
  info.takeover = rank.takeover;
  info.arguments = context_.arguments;
  context_.directory.publish(context_.stream, std::move(info), context_.loop,
                             [this, alive = std::weak_ptr(alive_)](base::Result<hub::Publisher> publisher) {
                               if (!alive.expired()) on_answer(std::move(publisher));
                             });
  link_->start(*this);
}

Ingest::~Ingest() {
  context_.running = {};  // who lets go of it hears nothing more
  if (publisher_) demuxer_.flush();
}

void Ingest::on_answer(base::Result<hub::Publisher> publisher) {
  if (!publisher) {
    context_.statistics.publishes_refused.fetch_add(1, std::memory_order_relaxed);
    return end(publisher.error());
  }
  context_.statistics.publishes.fetch_add(1, std::memory_order_relaxed);
  publisher_ = std::move(*publisher);
  publisher_->on_revoked([this](base::Error why) { end(std::move(why)); });
  if (early_.give(*publisher_)) began();
}

void Ingest::on_message(base::Bytes bytes, base::MonoTime arrival) {
  context_.statistics.bytes_in.fetch_add(bytes.size(), std::memory_order_relaxed);
  if (auto read = demuxer_.on_bytes(bytes, arrival); !read) {
    context_.statistics.malformed.fetch_add(1, std::memory_order_relaxed);
    return end(read.error());
  }
  if (!too_early_) return;
  context_.statistics.limit_early_bytes.fetch_add(1, std::memory_order_relaxed);
  end({base::Code::kLimit, "srt: media before the publish was answered", {}});
}

void Ingest::on_closed(const base::Error& why) {
  end(why);
}

void Ingest::on_track(media::TrackPtr track) {
  if (publisher_) return publisher_->set_track(std::move(track));
  early_.add(std::move(track));
}

void Ingest::on_frame(media::Frame frame) {
  if (!publisher_) {
    too_early_ |= !early_.add(std::move(frame));
    return;
  }
  began();
  publisher_->publish(std::move(frame));
}

void Ingest::tick() {
  if (!publisher_) return;
  hub::Counters counters = facts().counters();
  for (const auto& event : demuxer_.events().list()) {
    if (event.value > 0) counters.emplace_back(event.name, event.value);
  }
  publisher_->report(std::move(counters));
}

Egress::Egress(Context context, std::shared_ptr<Link> link, base::Duration play_wait)
    : Session(std::move(context), std::move(link)) {
  hub::ReaderInfo info;
  info.protocol = "srt";
  info.session = id();
  info.peer = peer();
  info.wait = play_wait;
  info.interest = context_.interest;
  info.arguments = context_.arguments;
  context_.directory.read<mpegts::Format>(
      context_.stream, std::move(info), context_.loop,
      [this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) pump();
      },
      [this, alive = std::weak_ptr(alive_)](base::Result<protocols::TsPlayback::Reader> reader) {
        if (!alive.expired()) on_answer(std::move(reader));
      });
  link_->start(*this);
}

Egress::~Egress() {
  tick();
}

void Egress::tick() {
  if (!playback_) return;
  PathFacts now = facts();
  if (now.packets < counted_.packets) return;  // the socket is gone, and says nothing more
  Statistics& statistics = context_.statistics;
  statistics.sent_packets += now.packets - counted_.packets;
  statistics.sent_packets_lost += now.packets_lost - counted_.packets_lost;
  statistics.sent_packets_resent += now.packets_resent - counted_.packets_resent;
  statistics.sent_packets_dropped += now.packets_dropped - counted_.packets_dropped;
  counted_ = now;
  playback_->report(now.counters());
}

void Egress::on_answer(base::Result<protocols::TsPlayback::Reader> reader) {
  if (!reader) {
    context_.statistics.plays_refused.fetch_add(1, std::memory_order_relaxed);
    return end(reader.error());
  }
  context_.statistics.plays.fetch_add(1, std::memory_order_relaxed);
  playback_.emplace(context_.derivations, context_.stream, std::move(*reader));
  pump();
}

void Egress::pump() {
  if (!playback_) return;
  while (send_rest()) {
    if (playback_->take(rest_)) continue;
    if (playback_->ended()) end({base::Code::kClosed, "srt: the stream has ended", {}});
    return;
  }
}

bool Egress::send_rest() {
  for (base::Slice& slice : rest_) {
    while (!slice.empty()) {
      const base::Bytes message = slice.bytes().first(std::min(slice.size(), kMessageBytesMax));
      if (link_->send(message) != Socket::Moved::kYes) return false;  // an end is told by the link
      began();
      context_.statistics.bytes_out.fetch_add(message.size(), std::memory_order_relaxed);
      slice = slice.sub(message.size());
    }
  }
  rest_.clear();
  return true;
}

}  // namespace eyas::srt
