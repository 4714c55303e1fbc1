// What servers of strangers answer to a pull: no crash, no packet of a track that there is not, bounded
// tracks, and whatever is asked for stays within what was agreed. The first byte says which transports are
// allowed; the rest is what the server sends, at once and in two parts.
#include "base/check.h"
#include "protocols/rtsp/client/play.h"

using namespace eyas;

namespace {

struct Viewer final : rtsp::Play::Sink {
  Viewer(std::vector<rtsp::PacketPath> paths)
      : play(options, *base::Url::parse("rtsp://u:p@10.0.0.5/live"), std::move(paths), 1, *this) {
    options.message.body_bytes_max = 4096;
    play.start(now);
  }
  void send(base::Slice bytes) override { sent += bytes.size(); }
  void on_tracks(const std::vector<rtsp::ReceivedMedia>& described) override {
    tracks = described.size();
    CHECK(tracks > 0 && tracks <= options.tracks_max);
  }
  base::Result<rtsp::NumberPair> open_ports(size_t track) override {
    CHECK(track < tracks);
    return rtsp::NumberPair{5000, 5001};
  }
  base::Status on_transport(size_t track, const rtsp::Transport&) override {
    CHECK(track < tracks);
    return {};
  }
  void on_playing() override { CHECK(tracks > 0); }
  void on_packet(size_t track, base::Bytes) override {
    CHECK(track < tracks);
    ++packets;
  }
  void on_redirect(const base::Url&) override { ++redirects; }

  rtsp::ClientOptions options;
  base::MonoTime now{std::chrono::hours(1)};
  size_t sent = 0;
  size_t tracks = 0;
  size_t packets = 0;
  size_t redirects = 0;
  rtsp::Play play;
};

std::vector<rtsp::PacketPath> paths_of(uint8_t choice) {
  if (choice % 3 == 0) return {rtsp::PacketPath::kInterleaved, rtsp::PacketPath::kUdp};
  return {choice % 3 == 1 ? rtsp::PacketPath::kUdp : rtsp::PacketPath::kMulticast};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  base::Bytes bytes(data + 2, size - 2);
  Viewer whole(paths_of(data[0]));
  Viewer cut(paths_of(data[0]));
  bool good = whole.play.on_bytes(bytes, whole.now).ok();
  size_t at = bytes.empty() ? 0 : data[1] % bytes.size();
  bool still = cut.play.on_bytes(bytes.first(at), cut.now).ok();
  still = still && cut.play.on_bytes(bytes.subspan(at), cut.now).ok();
  // What ended one ends the other; before that they see the same.
  CHECK(good == still);
  if (good) CHECK(whole.packets == cut.packets && whole.sent == cut.sent && whole.tracks == cut.tracks);
  for (int i = 0; good && i < 3; ++i) {
    whole.now += std::chrono::seconds(31);
    good = whole.play.on_tick(whole.now).ok();
  }
  whole.play.last_words();
  return 0;
}
