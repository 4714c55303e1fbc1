#include "protocols/rtsp/multicast.h"

#include <algorithm>

#include "base/log.h"
#include "protocols/rtsp/rtsp.h"

namespace eyas::rtsp {

struct Multicast::Sending {
  uint32_t index = 0;  // of the group
  size_t members = 0;
  size_t playing = 0;
  std::shared_ptr<const StreamHead> head;
  std::unique_ptr<Egress> egress;
  io::Timer resume;
};

Multicast::Membership& Multicast::Membership::operator=(Membership&& other) noexcept {
  if (this == &other) return *this;
  leave();
  owner_ = std::move(other.owner_);
  stream_ = std::move(other.stream_);
  playing_ = std::exchange(other.playing_, false);
  return *this;
}

void Multicast::Membership::play(std::shared_ptr<const StreamHead> head) {
  bool playing = head != nullptr;
  if (!owner_ || playing == playing_) return;
  playing_ = playing;
  owner_->home_.post(
      [owner = owner_, stream = stream_, head = std::move(head)] { owner->set_playing(stream, head); });
}

void Multicast::Membership::leave() {
  if (!owner_) return;
  play(nullptr);
  io::Executor& home = owner_->home_;
  home.post([owner = std::move(owner_), stream = std::move(stream_)] { owner->release(stream); });
  owner_.reset();
}

Multicast::Multicast(Settings settings, hub::Directory& directory, io::Executor& home,
                     std::unique_ptr<DatagramPorts> ports)
    : settings_(settings), directory_(directory), home_(home), ports_(std::move(ports)) {}

Multicast::~Multicast() = default;

void Multicast::join(const hub::StreamName& stream, io::Executor& caller, Done done) {
  hub::run_on(
      home_, [self = shared_from_this(), name = stream.text(), &caller, done = std::move(done)]() mutable {
        base::Result<MulticastGroup> group = self->hold(name);
        using Joined = base::Result<std::pair<MulticastGroup, Membership>>;
        Joined joined = group ? Joined(std::pair(*group, Membership(self, name))) : Joined(group.error());
        hub::run_on(caller, [done = std::move(done), joined = std::move(joined)]() mutable {
          done(std::move(joined));
        });
      });
}

base::Result<MulticastGroup> Multicast::hold(const std::string& stream) {
  auto found = streams_.find(stream);
  if (found == streams_.end()) {
    std::vector<bool> taken(settings_.range.size());
    for (const auto& [name, sending] : streams_) taken[sending.index] = true;
    auto free = std::find(taken.begin(), taken.end(), false);
    if (free == taken.end())
      return base::Error{base::Code::kLimit, "rtsp: every multicast group is taken", {}};
    found = streams_.try_emplace(stream).first;
    found->second.index = static_cast<uint32_t>(free - taken.begin());
  }
  ++found->second.members;
  return MulticastGroup{settings_.range.address(found->second.index), settings_.port, settings_.ttl};
}

void Multicast::release(const std::string& stream) {
  auto found = streams_.find(stream);
  if (found != streams_.end() && --found->second.members == 0) streams_.erase(found);
}

void Multicast::set_playing(const std::string& stream, const std::shared_ptr<const StreamHead>& head) {
  auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  Sending& sending = found->second;
  if (!head) {
    if (--sending.playing > 0) return;
    sending.egress.reset();
    sending.resume.cancel();
    return;
  }
  sending.head = head;
  // Those who watched until the stream ended may not have noticed.
  if (++sending.playing == 1 || !sending.egress || !sending.egress->started()) begin(stream);
}

void Multicast::begin(const std::string& stream) {
  hub::ReaderInfo info;
  info.protocol = kName;
  info.session = "rtsp-multicast";
  info.peer = settings_.range.address(streams_[stream].index);
  std::weak_ptr<Multicast> weak = weak_from_this();
  directory_.read<StreamFormat>(
      *hub::StreamName::parse(stream), std::move(info), home_,
      [weak, stream] {
        if (auto self = weak.lock()) self->pump(stream);
      },
      [weak, stream](base::Result<hub::Reader<StreamFormat>> reader) {
        if (auto self = weak.lock()) self->begun(stream, std::move(reader));
      });
}

void Multicast::begun(const std::string& stream, base::Result<hub::Reader<StreamFormat>> reader) {
  auto found = streams_.find(stream);
  if (found == streams_.end() || found->second.playing == 0 || !reader) return;
  Sending& sending = found->second;
  std::string group = settings_.range.address(sending.index);
  std::vector<OutgoingTrack> tracks;
  for (const StreamLane& lane : sending.head->lanes) {
    auto port = static_cast<uint16_t>(settings_.port + 2 * lane.place);
    OutgoingTrack track;
    track.track = lane.track->id;
    track.place = lane.place;
    track.rtp = *ports_->endpoint(group, port);
    track.rtcp = *ports_->endpoint(group, static_cast<uint16_t>(port + 1));
    tracks.push_back(track);
  }
  sending.egress = std::make_unique<UdpEgress>(std::move(tracks), home_.clock(), *ports_);
  sending.egress->start(std::move(*reader));
  base::log::info("rtsp.multicast", {{"stream", stream}, {"group", group}});
  pump(stream);
}

void Multicast::pump(const std::string& stream) {
  auto found = streams_.find(stream);
  if (found == streams_.end() || !found->second.egress) return;
  Sending& sending = found->second;
  Egress::Progress progress = sending.egress->pump(home_.clock().mono());
  if (progress == Egress::Progress::kBlocked && !sending.resume.armed())
    sending.resume = home_.after(sending.egress->resume_after(), [this, stream] { pump(stream); });
  if (progress == Egress::Progress::kEnded) sending.egress->send_byes();
  // Members ask anew, by DESCRIBE, for what there is then.
  if (progress == Egress::Progress::kEnded || progress == Egress::Progress::kChanged) sending.egress->stop();
}

}  // namespace eyas::rtsp
