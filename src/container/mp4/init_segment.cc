#include "container/mp4/init_segment.h"

#include <algorithm>

#include "container/mp4/box_writer.h"
#include "container/mp4/sample_entry.h"

namespace eyas::mp4 {
namespace {

using base::ByteWriter;
using media::CodecConfig;

constexpr uint16_t kUndetermined = 0x55c4;  // "und" in the 5-bit packing of mdhd
constexpr uint32_t kMovieTimescale = 1000;

bool is_video(const CodecConfig& config) {
  return media::kind_of(config.codec) == media::TrackKind::kVideo;
}

void write_ftyp(ByteWriter& out) {
  BoxScope box(out, "ftyp");
  out.text("iso6");
  out.u32(0);
  out.text("iso6cmfcmp41");
}

// [ISO 14496-12 6.2.2]
void write_unity_matrix(ByteWriter& out) {
  for (uint32_t value : {0x00010000U, 0U, 0U, 0U, 0x00010000U, 0U, 0U, 0U, 0x40000000U}) out.u32(value);
}

void write_mvhd(std::span<const InitTrack> tracks, ByteWriter& out) {
  uint32_t last_id = 0;
  for (const InitTrack& track : tracks) last_id = std::max(last_id, track.id);
  BoxScope box(out, "mvhd", 0, 0);
  out.u32(0), out.u32(0);
  out.u32(kMovieTimescale);
  out.u32(0);           // duration: not known, told by fragments
  out.u32(0x00010000);  // rate 1.0
  out.u16(0x0100);      // volume 1.0
  out.zeros(10);
  write_unity_matrix(out);
  out.zeros(24);
  out.u32(last_id + 1);
}

void write_tkhd(const InitTrack& track, ByteWriter& out) {
  constexpr uint32_t kEnabledInMovie = 0x3;
  BoxScope box(out, "tkhd", 0, kEnabledInMovie);
  out.u32(0), out.u32(0);
  out.u32(track.id);
  out.u32(0), out.u32(0);
  out.zeros(8);
  out.u16(0), out.u16(0);  // layer, alternate_group
  out.u16(is_video(*track.config) ? 0 : 0x0100);
  out.u16(0);
  write_unity_matrix(out);
  out.u32(track.config->width << 16);
  out.u32(track.config->height << 16);
}

void write_media_headers(const InitTrack& track, ByteWriter& out) {
  {
    BoxScope box(out, "mdhd", 0, 0);
    out.u32(0), out.u32(0);
    out.u32(timescale_for(*track.config));
    out.u32(0);
    out.u16(kUndetermined);
    out.u16(0);
  }
  BoxScope box(out, "hdlr", 0, 0);
  out.u32(0);
  out.text(is_video(*track.config) ? "vide" : "soun");
  out.zeros(12);
  out.text(is_video(*track.config) ? "video" : "audio");
  out.u8(0);
}

void write_data_reference(ByteWriter& out) {
  constexpr uint32_t kInThisFile = 0x1;
  BoxScope dinf(out, "dinf");
  BoxScope dref(out, "dref", 0, 0);
  out.u32(1);
  BoxScope url(out, "url ", 0, kInThisFile);
}

void write_empty_tables(ByteWriter& out) {
  for (const char* type : {"stts", "stsc", "stco"}) {
    BoxScope box(out, type, 0, 0);
    out.u32(0);
  }
  BoxScope box(out, "stsz", 0, 0);
  out.u32(0), out.u32(0);
}

base::Status write_trak(const InitTrack& track, ByteWriter& out) {
  BoxScope trak(out, "trak");
  write_tkhd(track, out);
  BoxScope mdia(out, "mdia");
  write_media_headers(track, out);
  BoxScope minf(out, "minf");
  if (is_video(*track.config)) {
    BoxScope vmhd(out, "vmhd", 0, 1);
    out.zeros(8);
  } else {
    BoxScope smhd(out, "smhd", 0, 0);
    out.zeros(4);
  }
  write_data_reference(out);
  BoxScope stbl(out, "stbl");
  {
    BoxScope stsd(out, "stsd", 0, 0);
    out.u32(1);
    if (base::Status written = write_sample_entry(*track.config, out); !written.ok()) return written;
  }
  write_empty_tables(out);
  return {};
}

void write_mvex(std::span<const InitTrack> tracks, ByteWriter& out) {
  BoxScope mvex(out, "mvex");
  for (const InitTrack& track : tracks) {
    BoxScope trex(out, "trex", 0, 0);
    out.u32(track.id);
    out.u32(1);  // default_sample_description_index
    out.u32(0), out.u32(0), out.u32(0);
  }
}

}  // namespace

uint32_t timescale_for(const CodecConfig& config) {
  constexpr uint32_t kVideoTimescale = 90000;
  constexpr uint32_t kOpusTimescale = 48000;  // [Opus in ISOBMFF 4.3]
  if (is_video(config)) return kVideoTimescale;
  if (config.codec == media::Codec::kOpus || config.sample_rate == 0) return kOpusTimescale;
  return config.sample_rate;
}

base::Result<base::Slice> init_segment(std::span<const InitTrack> tracks) {
  ByteWriter out(1024);
  write_ftyp(out);
  {
    BoxScope moov(out, "moov");
    write_mvhd(tracks, out);
    for (const InitTrack& track : tracks)
      if (base::Status written = write_trak(track, out); !written.ok()) return written.error();
    write_mvex(tracks, out);
  }
  return base::Slice(out.take());
}

}  // namespace eyas::mp4
