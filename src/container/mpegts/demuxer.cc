#include "container/mpegts/demuxer.h"

#include <algorithm>
#include <utility>

#include "container/mpegts/lane.h"
#include "container/mpegts/resync.h"

namespace eyas::mpegts {
namespace {

using base::Code;
using base::Error;
using base::Status;

}  // namespace

class Demuxer::Impl {
 public:
  Impl(Sink& sink, DemuxerOptions options) : sink_(sink), options_(options) {}

  Status on_bytes(base::Bytes bytes, base::MonoTime arrival);
  void flush();
  const Events& events() const { return events_; }
  const std::vector<Programme>& programmes() const { return programmes_; }
  uint16_t chosen_programme() const { return chosen_ ? chosen_->number : 0; }

 private:
  // A PID whose payload is sections.
  struct Table {
    ContinuityCheck continuity;
    SectionReader sections;
  };

  Status check_sync();
  Status on_packet(const Packet& packet, base::MonoTime arrival);
  void on_table(Table& table, const Packet& packet, void (Impl::*visit)(base::Bytes));
  void on_pat(base::Bytes section);
  void on_pmt(base::Bytes section);
  void choose();
  void set_lanes(const Pmt& pmt);
  std::unique_ptr<Lane> take_same(uint16_t pid, const StreamForm& form);
  media::TrackId id_for(const StreamForm& form);

  Sink& sink_;
  DemuxerOptions options_;
  Events events_;
  PacketFinder finder_;
  Timeline timeline_;
  Table pat_table_;
  Table pmt_table_;
  std::vector<Programme> programmes_;
  std::vector<Programme> listed_;  // by the sections of the PAT that is coming in
  std::optional<Programme> chosen_;
  std::optional<Pmt> pmt_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::unique_ptr<Lane>> old_lanes_;  // while lanes are set anew
  media::TrackId next_id_ = 1;
};

Demuxer::Demuxer(Sink& sink, DemuxerOptions options) : impl_(std::make_unique<Impl>(sink, options)) {}
Demuxer::~Demuxer() = default;
Status Demuxer::on_bytes(base::Bytes bytes, base::MonoTime arrival) {
  return impl_->on_bytes(bytes, arrival);
}
void Demuxer::flush() {
  impl_->flush();
}
const Events& Demuxer::events() const {
  return impl_->events();
}
const std::vector<Programme>& Demuxer::programmes() const {
  return impl_->programmes();
}
uint16_t Demuxer::chosen_programme() const {
  return impl_->chosen_programme();
}

Status Demuxer::Impl::on_bytes(base::Bytes bytes, base::MonoTime arrival) {
  finder_.add(bytes);
  for (base::Bytes raw = finder_.next(); !raw.empty(); raw = finder_.next()) {
    std::optional<Packet> packet = read_packet(raw);
    if (!packet || packet->transport_error) {
      ++events_.transport_errors;
      continue;
    }
    if (Status status = on_packet(*packet, arrival); !status) return status;
  }
  return check_sync();
}

Status Demuxer::Impl::check_sync() {
  events_.resyncs = finder_.resyncs();
  events_.bytes_without_sync = finder_.lost_bytes();
  if (finder_.unsynced_bytes() <= options_.limits.unsynced_bytes_max) return {};
  return Error{Code::kMalformed, "mpegts: no transport packets", std::to_string(finder_.unsynced_bytes())};
}

void Demuxer::Impl::flush() {
  finder_.finish();
  static_cast<void>(on_bytes({}, {}));
  for (auto& lane : lanes_) lane->flush();
}

Status Demuxer::Impl::on_packet(const Packet& packet, base::MonoTime arrival) {
  if (packet.pid == kNullPid) return {};
  if (packet.pid == kPatPid) return on_table(pat_table_, packet, &Impl::on_pat), Status{};
  if (!chosen_) return {};
  if (packet.pid == chosen_->pmt_pid) return on_table(pmt_table_, packet, &Impl::on_pmt), Status{};
  if (pmt_ && packet.pid == pmt_->pcr_pid) {
    if (packet.discontinuity) ++events_.discontinuities;
    if (packet.pcr) timeline_.on_clock(*packet.pcr);
  }
  auto lane = std::ranges::find(lanes_, packet.pid, [](const auto& l) { return l->pid(); });
  if (lane == lanes_.end()) return {};
  (*lane)->on_packet(packet, arrival);
  if ((*lane)->scrambled_run() <= options_.limits.scrambled_packets_max) return {};
  return Error{Code::kUnsupported, "mpegts: the programme is scrambled", {}};
}

void Demuxer::Impl::on_table(Table& table, const Packet& packet, void (Impl::*visit)(base::Bytes)) {
  if (!packet.has_payload || packet.scrambling != 0) return;
  switch (table.continuity.check(packet)) {
    case ContinuityCheck::Verdict::kDuplicate:
      return;
    case ContinuityCheck::Verdict::kMissing:
      ++events_.continuity_errors;
      table.sections.reset();
      break;
    case ContinuityCheck::Verdict::kFollows:
      break;
  }
  bool good = table.sections.on_payload(packet.unit_start, packet.payload,
                                        [&](base::Bytes section) { (this->*visit)(section); });
  if (!good) ++events_.broken_tables;
}

void Demuxer::Impl::on_pat(base::Bytes section) {
  if (section.empty() || section[0] != kPatTable) return;
  auto pat = read_pat(section);
  if (!pat) return static_cast<void>(++events_.broken_tables);
  if (!pat->current) return;
  if (pat->section == 0) listed_.clear();
  for (const Programme& programme : pat->programmes) {
    if (listed_.size() < options_.limits.programmes_max) listed_.push_back(programme);
  }
  if (pat->section != pat->last_section || listed_ == programmes_) return;
  programmes_ = listed_;
  choose();
}

void Demuxer::Impl::choose() {
  // The one that we have stays although another one is now before it.
  uint16_t wanted = options_.programme != 0 ? options_.programme : chosen_programme();
  auto found = std::ranges::find(programmes_, wanted, &Programme::number);
  if (found == programmes_.end() && options_.programme == 0) found = programmes_.begin();
  if (found == programmes_.end() || chosen_ == *found) return;
  if (chosen_) ++events_.programme_changes;
  chosen_ = *found;
  pmt_table_ = {};
  pmt_.reset();
}

void Demuxer::Impl::on_pmt(base::Bytes section) {
  if (section.empty() || section[0] != kPmtTable) return;  // other tables may share the PID
  auto pmt = read_pmt(section);
  if (!pmt) return static_cast<void>(++events_.broken_tables);
  // Programmes may share a PMT PID.
  if (!pmt->current || pmt->programme != chosen_->number || pmt_ == *pmt) return;
  bool changed = pmt_ && (pmt_->streams != pmt->streams || pmt_->pcr_pid != pmt->pcr_pid);
  if (changed) ++events_.programme_changes;
  if (!pmt_ || changed) set_lanes(*pmt);
  pmt_ = std::move(*pmt);
}

// The lane of before that goes on as it is.
std::unique_ptr<Lane> Demuxer::Impl::take_same(uint16_t pid, const StreamForm& form) {
  for (auto& old : old_lanes_) {
    if (old && old->pid() == pid && old->form() == form) return std::move(old);
  }
  return nullptr;
}

// A stream that takes the place of one of its kind takes its track id over, so that readers see one track
// whose configuration changed: encoders that restart choose other PIDs.
media::TrackId Demuxer::Impl::id_for(const StreamForm& form) {
  for (auto& old : old_lanes_) {
    if (!old || media::kind_of(old->form().codec) != media::kind_of(form.codec)) continue;
    if (old->form().media_type != form.media_type) continue;
    media::TrackId id = old->id();
    old->flush();
    old.reset();
    return id;
  }
  return next_id_++;
}

void Demuxer::Impl::set_lanes(const Pmt& pmt) {
  old_lanes_ = std::exchange(lanes_, {});
  std::vector<std::pair<uint16_t, StreamForm>> fresh;
  for (const ElementaryInfo& info : pmt.streams) {
    auto form = form_of(info);
    if (!form) {
      ++events_.unsupported_streams;
    } else if (lanes_.size() + fresh.size() >= options_.limits.tracks_max) {
      ++events_.streams_beyond_limit;
    } else if (auto same = take_same(info.pid, *form)) {
      lanes_.push_back(std::move(same));
    } else {
      fresh.emplace_back(info.pid, std::move(*form));
    }
  }
  for (auto& [pid, form] : fresh) {
    media::TrackId id = id_for(form);
    lanes_.push_back(std::make_unique<Lane>(pid, std::move(form), id,
                                            Elementary::Context{sink_, events_, options_}, timeline_));
  }
  for (auto& old : old_lanes_) {
    if (old) old->flush();
  }
  old_lanes_.clear();
}

}  // namespace eyas::mpegts
