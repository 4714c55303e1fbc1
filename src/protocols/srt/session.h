// Session: a stream over one link, in (Ingest) or out (Egress); the same for peers that called us and those
// we called.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "container/mpegts/demuxer.h"
#include "hub/directory.h"
#include "protocols/early_media.h"
#include "protocols/srt/link.h"
#include "protocols/srt/options.h"
#include "protocols/ts_playback.h"

namespace eyas::srt {

// Lives on its loop.
class Session {
 public:
  struct Context {
    hub::Directory& directory;
    io::Executor& loop;
    Statistics& statistics;
    hub::StreamName stream;
    std::string session;                            // "srt-7"
    std::string arguments;                          // of the stream id; may be secret
    base::UniqueFunction<void()> running;           // once: media flows
    base::UniqueFunction<void(base::Error)> ended;  // once, from the loop; the session may be destroyed in it
    hub::Interest interest = hub::Interest::kWatches;  // of an egress
    hub::Derivations* derivations = nullptr;           // of an egress; null: nobody makes AAC
  };

  Session(Context context, std::shared_ptr<Link> link);
  virtual ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  virtual bool publishes() const = 0;
  // About once a second.
  virtual void tick() {}
  // Ends it from our side; `ended` follows.
  void end(base::Error why);

  PathFacts facts() const { return link_->facts(!publishes()); }
  const std::string& peer() const { return link_->peer(); }
  const std::string& id() const { return context_.session; }
  const std::string& stream() const { return context_.stream.text(); }

 protected:
  void began();

  Context context_;
  std::shared_ptr<Link> link_;

 private:
  bool over_ = false;
};

// What the peer sends: transport stream -> frames -> the hub.
class Ingest final : public Session, Link::Handler, mpegts::Demuxer::Sink {
 public:
  struct Rank {
    int rank = 0;
    bool takeover = false;
  };
  Ingest(Context context, std::shared_ptr<Link> link, Rank rank, size_t early_bytes_max);
  ~Ingest() override;

  bool publishes() const override { return true; }
  void tick() override;

 private:
  void on_answer(base::Result<hub::Publisher> publisher);
  void on_message(base::Bytes bytes, base::MonoTime arrival) override;
  void on_closed(const base::Error& why) override;
  void on_track(media::TrackPtr track) override;
  void on_frame(media::Frame frame) override;

  protocols::EarlyMedia early_;
  bool too_early_ = false;  // more than may be kept
  std::optional<hub::Publisher> publisher_;
  mpegts::Demuxer demuxer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// What the peer watches: the feed's packets, seven to a message.
class Egress final : public Session, Link::Handler {
 public:
  Egress(Context context, std::shared_ptr<Link> link, base::Duration play_wait);
  ~Egress() override;

  bool publishes() const override { return false; }
  void tick() override;

 private:
  void on_answer(base::Result<protocols::TsPlayback::Reader> reader);
  void on_message(base::Bytes, base::MonoTime) override {}
  void on_room() override { pump(); }
  void on_closed(const base::Error& why) override { end(why); }
  void pump();
  // False when the link takes no more now, or has ended.
  bool send_rest();

  std::optional<protocols::TsPlayback> playback_;
  PathFacts counted_;              // what the statistics have of it already
  std::vector<base::Slice> rest_;  // of the item under way: its head, its packets
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::srt
