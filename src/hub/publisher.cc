#include "hub/publisher.h"

#include <variant>

namespace eyas::hub {

// Between the session's loop and the stream's. Lives on the session's loop.
struct Publisher::Link : std::enable_shared_from_this<Publisher::Link> {
  using Event = std::variant<media::TrackPtr, media::Frame, Counters>;

  std::shared_ptr<Stream> stream;
  io::Executor* home = nullptr;
  io::Executor* here = nullptr;
  PublisherId id = 0;
  std::shared_ptr<Backchannel> backchannel;
  std::vector<Event> batch;

  ~Link() {
    backchannel->forget();
    if (home == here) {
      stream->remove_publisher(id);
      return;
    }
    flush();
    home->post([stream = std::move(stream), id = id] { stream->remove_publisher(id); });
  }

  static void apply(Stream& stream, PublisherId id, Event event) {
    if (auto* frame = std::get_if<media::Frame>(&event))
      stream.ingest(id, std::move(*frame));
    else if (auto* track = std::get_if<media::TrackPtr>(&event))
      stream.set_track(id, std::move(*track));
    else
      stream.report(id, std::move(std::get<Counters>(event)));
  }

  void send(Event event) {
    if (home == here) return apply(*stream, id, std::move(event));
    batch.push_back(std::move(event));
    if (batch.size() > 1) return;
    here->defer([weak = weak_from_this()] {
      if (auto link = weak.lock()) link->flush();
    });
  }

  void flush() {
    if (batch.empty()) return;
    home->post([stream = stream, id = id, events = std::move(batch)]() mutable {
      for (Event& event : events) apply(*stream, id, std::move(event));
    });
    batch.clear();
  }
};

Publisher::Publisher(std::shared_ptr<Stream> stream, io::Executor& home, io::Executor& here, PublisherId id,
                     std::shared_ptr<Backchannel> backchannel)
    : link_(std::make_shared<Link>()) {
  link_->stream = std::move(stream);
  link_->home = &home;
  link_->here = &here;
  link_->id = id;
  link_->backchannel = std::move(backchannel);
}

Publisher::~Publisher() = default;

void Publisher::on_revoked(base::UniqueFunction<void(base::Error)> callback) {
  auto early = link_->backchannel->on_revoked(std::move(callback));
  if (!early) return;
  link_->here->post([backchannel = link_->backchannel, why = std::move(*early)]() mutable {
    backchannel->revoke(std::move(why));
  });
}
void Publisher::on_key_wanted(std::function<void(media::TrackId)> callback) {
  link_->backchannel->on_key_wanted(std::move(callback));
}
void Publisher::set_track(media::TrackPtr track) {
  link_->send(std::move(track));
}
void Publisher::publish(media::Frame frame) {
  link_->send(std::move(frame));
}
void Publisher::report(Counters quirks) {
  link_->send(std::move(quirks));
}

}  // namespace eyas::hub
