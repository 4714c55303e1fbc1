#include "container/mpegts/packager.h"

#include <algorithm>

#include "codec/av1/obu.h"
#include "codec/codec.h"
#include "codec/codec_table.h"
#include "codec/nal/nal.h"
#include "container/mpegts/adts.h"
#include "container/mpegts/av1_framing.h"
#include "container/mpegts/metadata_cell.h"
#include "container/mpegts/opus_header.h"
#include "container/mpegts/pes.h"

namespace eyas::mpegts {
namespace {

using media::Codec;
using media::MediaTime;
using media::TrackKind;

constexpr uint16_t kTransportStreamId = 1;
// A PMT is one section [ISO 13818-1 2.4.4.9]: what is left beside its head, CRC and metadata pointer.
constexpr size_t kPmtStreamsBytesMax = kSectionBytesMax - 12 - 4 - 13;
constexpr size_t kPmtStreamBytes = 5;  // of each stream, beside its descriptors
// A clock that stood still for so long is not filled in: the stream paused.
constexpr base::Duration kClockGapMax = std::chrono::seconds(1);
constexpr std::array<uint8_t, 4> kStartCode = {0, 0, 0, 1};

void put_nal(base::ByteWriter& out, base::Bytes unit) {
  out.bytes(kStartCode);
  out.bytes(unit);
}

// The access unit delimiter that says nothing of slice types [ISO 14496-10 7.3.2.4, ISO 23008-2 7.3.2.5].
void put_delimiter(base::ByteWriter& out, Codec codec) {
  constexpr std::array<uint8_t, 2> kH264 = {0x09, 0xF0};
  constexpr std::array<uint8_t, 3> kH265 = {0x46, 0x01, 0x50};
  if (codec == Codec::kH264) return put_nal(out, kH264);
  put_nal(out, kH265);
}

std::vector<uint8_t> annexb_sets(const media::CodecConfig& config) {
  base::ByteWriter out;
  auto sets = codec::row_of(config.codec).nal->split_record(config.record);
  if (!sets) return {};
  for (const auto& kind : *sets) {
    for (base::Bytes set : kind) put_nal(out, set);
  }
  return out.take();
}

// The picture in Annex B behind delimiter and, where decoding can start, the parameter sets of the track.
std::vector<uint8_t> annexb_picture(const media::Frame& frame, base::Bytes sets) {
  const media::CodecConfig& config = frame.track->config;
  base::ByteWriter out(frame.payload.size() + sets.size() + 32);
  put_delimiter(out, config.codec);
  base::Slice payload = frame.payload;
  if (frame.key) {
    out.bytes(sets);
    payload = codec::without_parameter_sets(config, payload);
  }
  codec::nal::Walk walk(payload);
  for (base::Bytes unit; walk.next(unit);) put_nal(out, unit);
  return out.take();
}

// A receiver that begins here needs the sequence header, which senders may have left to the record.
std::vector<uint8_t> ts_obus(const media::Frame& frame) {
  base::Bytes record = frame.track->config.record;
  bool leads = frame.key && record.size() > codec::av1::kRecordHeaderBytes &&
               !codec::describe_packet(Codec::kAv1, frame.payload).ok();
  return write_ts_obus(leads ? record.subspan(codec::av1::kRecordHeaderBytes) : base::Bytes(), frame.payload);
}

std::optional<std::vector<uint8_t>> adts_frame(const codec::aac::AudioSpecificConfig& config,
                                               base::Bytes payload) {
  auto header = write_adts(config, payload.size());
  if (!header) return std::nullopt;
  base::ByteWriter out(kAdtsHeaderBytes + payload.size());
  out.bytes(*header);
  out.bytes(payload);
  return out.take();
}

// A PES packet that holds all of a frame; nothing when its stream may not leave the length out.
void put_pes(base::ByteWriter& out, PacketWriter& packets, const media::Frame& frame,
             const Adaptation& adaptation, base::Bytes payload) {
  if (payload.size() > kPesPayloadBytesMax && frame.track->kind() != TrackKind::kVideo) return;
  uint64_t pts = wire_ticks(frame.pts), dts = wire_ticks(frame.dts);
  std::vector<uint8_t> header = write_pes_header(
      stream_id_for(*frame.track), pts, pts == dts ? std::nullopt : std::optional(dts), payload.size());
  packets.write(out, adaptation, header, payload);
}

// KLV of any length, in as many cells as it needs, each in a PES packet of its own.
void put_cells(base::ByteWriter& out, PacketWriter& packets, uint8_t& sequence, const media::Frame& frame,
               const Adaptation& adaptation) {
  constexpr size_t kPartBytes = kPesPayloadBytesMax - kCellHeaderBytes;
  base::Bytes rest = frame.payload;
  bool first = true;
  while (first || !rest.empty()) {
    base::Bytes part = rest.first(std::min(rest.size(), kPartBytes));
    rest = rest.subspan(part.size());
    CellPart kind = first && rest.empty() ? CellPart::kWhole
                    : first               ? CellPart::kFirst
                    : rest.empty()        ? CellPart::kLast
                                          : CellPart::kMiddle;
    base::ByteWriter cell(part.size() + kCellHeaderBytes);
    write_cell(cell, {0, sequence++, kind, part});
    put_pes(out, packets, frame, first ? adaptation : Adaptation{}, cell.view());
    first = false;
  }
}

// What a receiver must know of KLV in the programme [MISB ST 1402; ISO 13818-1 2.6.58].
std::vector<uint8_t> metadata_pointer() {
  base::ByteWriter out;
  out.u8(0x25);
  out.u8(11);
  out.u16(0x0100);  // metadata_application_format: general
  out.u8(0xFF);
  out.text("KLVA");
  out.u8(0);     // metadata_service_id
  out.u8(0x1F);  // in this transport stream, no locator
  out.u16(kProgrammeNumber);
  return out.take();
}

}  // namespace

uint64_t wire_ticks(MediaTime time) {
  constexpr int64_t kNanos = 100'000, kTicks = 9;
  int64_t nanos = (time.time_since_epoch() + kTimeOffset).count();
  int64_t ticks = nanos / kNanos * kTicks + (nanos % kNanos * kTicks + kNanos / 2) / kNanos;
  return static_cast<uint64_t>(ticks) & kTickMask;
}

bool Format::carries(const media::Track& track) {
  return framing_for(track).has_value();
}

media::TrackSet Format::select(const media::TrackSet& all) {
  media::TrackSet programme = media::programme_of(all);
  media::TrackSet in_aac = media::programme_with(Codec::kAac, all);
  for (size_t i = 0; i < programme.size(); ++i) {
    if (!carries(*programme[i])) programme[i] = in_aac[i];
  }
  return programme;
}

void Format::set_tracks(const media::TrackSet& tracks, std::vector<UnitPtr>&) {
  tracks_.clear();
  wants_aac_ = std::ranges::any_of(tracks, [](const media::TrackPtr& track) {
    return track->kind() == TrackKind::kAudio && (track->derived() || !carries(*track));
  });
  leader_ = 0;
  size_t room = kPmtStreamsBytesMax;
  for (const media::TrackPtr& track : tracks) {
    auto framing = framing_for(*track);
    if (!framing) continue;
    auto pid = static_cast<uint16_t>(kFirstPid + carried_.size());
    size_t bytes = kPmtStreamBytes + describe_stream(*track, pid).descriptors.size();
    if (pid >= kPmtPid || bytes > room) continue;
    room -= bytes;
    auto [at, fresh] =
        carried_.try_emplace(track->id, Carried{nullptr, *framing, PacketWriter(pid), {}, {}, 0});
    Carried& carried = at->second;
    carried.track = track;
    carried.framing = *framing;
    if (*framing == Framing::kAdts) carried.aac = *codec::aac::parse(track->config.record);
    if (*framing == Framing::kNalUnits) carried.parameter_sets = annexb_sets(track->config);
    tracks_.push_back(track);
  }
  auto video = std::ranges::find(tracks_, TrackKind::kVideo, &media::Track::kind);
  if (!tracks_.empty()) leader_ = video != tracks_.end() ? (*video)->id : tracks_.front()->id;
  describe_programme();
}

void Format::describe_programme() {
  Pmt table;
  table.programme = kProgrammeNumber;
  if (leader_ != 0) table.pcr_pid = carried_.at(leader_).packets.pid();
  bool klv = false;
  for (const media::TrackPtr& track : tracks_) {
    table.streams.push_back(describe_stream(*track, carried_.at(track->id).packets.pid()));
    klv |= carried_.at(track->id).framing == Framing::kMetadataCells;
  }
  if (klv) table.descriptors = metadata_pointer();
  table.version = table_.version;
  if (table == table_) return;
  table.version = (table_.version + 1) & 0x1F;
  table_ = std::move(table);
  tables_due_ = true;
}

Format::Carried* Format::find(media::TrackId id) {
  if (std::ranges::find(tracks_, id, &media::Track::id) == tracks_.end()) return nullptr;
  auto found = carried_.find(id);
  return found == carried_.end() ? nullptr : &found->second;
}

bool Format::starts_group(const media::Frame& frame) const {
  return frame.key && frame.track->id == leader_;
}

void Format::package(const media::FramePtr& frame, std::vector<UnitPtr>& out) {
  Carried* carried = find(frame->track->id);
  if (carried == nullptr || carried->track->config.codec != frame->track->config.codec) return;
  bool key = starts_group(*frame);
  bool video_key = frame->key && frame->track->kind() == TrackKind::kVideo;
  bool stale = !tables_at_ || frame->dts >= *tables_at_ + kTablesEvery || frame->dts < *tables_at_;
  base::ByteWriter packets(frame->payload.size() + frame->payload.size() / 32 + 4 * kPacketBytes);
  bool with_tables = tables_due_ || stale || video_key;
  if (with_tables) {
    put_tables(packets, pat_, pmt_, false);
    tables_at_ = frame->dts;
    tables_due_ = false;
  }
  size_t before = packets.size();
  Adaptation first{false, frame->key && frame->track->kind() != TrackKind::kData, std::nullopt};
  put_clock(packets, *carried, frame->dts, first);
  put_frame(packets, *carried, *frame, first);
  if (packets.size() == before) return;
  auto unit = std::make_shared<Unit>();
  unit->key = key;
  unit->has_tables = with_tables;
  unit->track = frame->track->id;
  unit->pts = frame->pts;
  unit->dts = frame->dts;
  unit->packets = base::Slice(packets.take());
  out.push_back(std::move(unit));
}

void Format::put_tables(base::ByteWriter& out, PacketWriter& pat, PacketWriter& pmt,
                        bool discontinuity) const {
  Adaptation adaptation{discontinuity, false, std::nullopt};
  Pat table{0, true, 0, 0, {{kProgrammeNumber, kPmtPid}}};
  pat.write(out, adaptation, write_pat(table, kTransportStreamId), {});
  pmt.write(out, adaptation, write_pmt(table_), {});
}

// [ISO 13818-1 2.7.2]: a clock reference at least every 100 ms, and in DVB every 40 ms. What is sent at one
// time says the times since the last one, one packet each.
void Format::put_clock(base::ByteWriter& out, const Carried& carried, MediaTime dts, Adaptation& first) {
  bool own = carried.track->id == leader_;
  auto pcr_of = [](MediaTime at) { return wire_ticks(at - kBuffer); };
  if (clock_at_ && dts - *clock_at_ < kClockGapMax) {
    const PacketWriter& clock = carried_.at(leader_).packets;
    MediaTime next = *clock_at_ + kPcrEvery;
    for (; own ? next < dts : next <= dts; next += kPcrEvery) {
      clock.write_adaptation(out, {false, false, pcr_of(next)});
      clock_at_ = next;
    }
  }
  if (!own) return;
  if (clock_at_ && dts <= *clock_at_ && *clock_at_ - dts < kClockGapMax) return;  // others' frames said it
  first.pcr = pcr_of(dts);
  clock_at_ = dts;
}

void Format::put_frame(base::ByteWriter& out, Carried& carried, const media::Frame& frame,
                       const Adaptation& adaptation) {
  switch (carried.framing) {
    case Framing::kNalUnits:
      return put_pes(out, carried.packets, frame, adaptation, annexb_picture(frame, carried.parameter_sets));
    case Framing::kAv1:
      return put_pes(out, carried.packets, frame, adaptation, ts_obus(frame));
    case Framing::kAdts:
      if (auto adts = adts_frame(carried.aac, frame.payload))
        put_pes(out, carried.packets, frame, adaptation, *adts);
      return;
    case Framing::kOpus: {
      std::vector<uint8_t> packet = write_opus_header(frame.payload.size());
      packet.insert(packet.end(), frame.payload.bytes().begin(), frame.payload.bytes().end());
      return put_pes(out, carried.packets, frame, adaptation, packet);
    }
    case Framing::kMetadataCells:
      return put_cells(out, carried.packets, carried.cell_sequence, frame, adaptation);
    default:
      return put_pes(out, carried.packets, frame, adaptation, frame.payload);
  }
}

std::shared_ptr<const Head> Format::head() {
  auto head = std::make_shared<Head>();
  base::ByteWriter start, resume;
  for (const media::TrackPtr& track : tracks_) {
    carried_.at(track->id).packets.write_adaptation(resume, {true, false, std::nullopt});
  }
  // By copies of the writers, put back by what they write: readers that go on get none of this.
  for (bool discontinuity : {false, true}) {
    PacketWriter pat = pat_, pmt = pmt_;
    base::ByteWriter probe;
    put_tables(probe, pat, pmt, discontinuity);
    pat = pat_, pmt = pmt_;
    size_t pat_packets = 1, pmt_packets = probe.size() / kPacketBytes - pat_packets;
    pat.step_back(pat_packets);
    pmt.step_back(pmt_packets);
    put_tables(discontinuity ? resume : start, pat, pmt, discontinuity);
  }
  head->wants_aac = wants_aac_;
  head->start = base::Slice(start.take());
  head->resume = base::Slice(resume.take());
  return head;
}

}  // namespace eyas::mpegts
