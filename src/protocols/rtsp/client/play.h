// Play: a pull's side of RTSP without I/O: OPTIONS, DESCRIBE, SETUP of each track, PLAY, and then keeping it
// alive. README.md has its states.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/rtsp/client/conversation.h"
#include "protocols/rtsp/media_map.h"
#include "protocols/rtsp/wire/headers.h"
#include "protocols/rtsp/wire/transport.h"

namespace eyas::rtsp {

// Lives on its connection's loop. After an error from any call the connection is to be closed.
class Play final : private Conversation::Sink {
 public:
  // All calls come from inside a call into the session; they must not destroy it.
  struct Sink {
    virtual ~Sink() = default;
    virtual void send(base::Slice bytes) = 0;
    // What will come, by position; before any packet.
    virtual void on_tracks(const std::vector<ReceivedMedia>& tracks) = 0;
    // Two ports of ours for the track's packets and their reports, over UDP.
    virtual base::Result<NumberPair> open_ports(size_t track) = 0;
    // As the server answered: where it sends from, or the group that it sends to. Errors end the attempt.
    virtual base::Status on_transport(size_t track, const Transport& transport) = 0;
    virtual void on_playing() = 0;
    // RTP or RTCP.
    virtual void on_packet(size_t track, base::Bytes packet) = 0;
    virtual void on_redirect(const base::Url& to) = 0;
  };
  struct Counters {
    uint64_t stray_packets = 0;    // on channels of no track
    uint64_t moved_packets = 0;    // on another channel than was agreed, told by their payload type
    uint64_t tracks_left_out = 0;  // unknown formats, and those that the server refused to set up
  };

  // `paths`: the first is used; the further ones where the server refuses it (461).
  Play(const ClientOptions& options, base::Url url, std::vector<PacketPath> paths, uint64_t seed,
       Play::Sink& sink);

  void start(base::MonoTime now);
  base::Status on_bytes(base::Bytes bytes, base::MonoTime now);
  // Errors: kTimeout.
  base::Status on_tick(base::MonoTime now);
  // Ends the session at the server; nobody waits for the answer. Empty when there is none.
  base::Slice last_words();

  PacketPath path() const { return paths_.front(); }
  bool playing() const { return playing_; }
  // Over the connection; `channel` pairs as agreed. Nothing before the track is set up.
  void send_report(size_t track, base::Bytes packet);
  const std::vector<ReceivedMedia>& tracks() const { return tracks_; }
  const Counters& counters() const { return counters_; }
  uint64_t requests() const { return conversation_.requests(); }

 private:
  struct Channels {
    std::optional<NumberPair> numbers;  // nullopt: not set up
  };

  void send(base::Slice bytes) override { sink_.send(std::move(bytes)); }
  void on_interleaved(uint8_t channel, base::Bytes packet) override;
  void on_redirect(const base::Url& to) override { sink_.on_redirect(to); }

  base::Status options(const Response& response);
  void describe();
  base::Status described(const Response& response);
  base::Status setup_next();
  base::Status set_up(const Response& response);
  base::Status setup_refused(const Response& response);
  base::Status accept_transport(const Response& response);
  void play(bool with_range);
  base::Status started(const Response& response, bool with_range);

  Request request(const char* method, std::string uri) const;
  Transport wanted_transport(const NumberPair& numbers) const;
  std::optional<size_t> track_of(uint8_t channel, base::Bytes packet);
  size_t count_set_up() const;

  const ClientOptions& options_;
  std::vector<PacketPath> paths_;
  Play::Sink& sink_;
  Conversation conversation_;
  base::MonoTime now_;

  std::string base_;       // of relative controls
  std::string aggregate_;  // what PLAY is for
  std::vector<ReceivedMedia> tracks_;
  std::vector<Channels> channels_;  // by track
  size_t setting_up_ = 0;
  bool playing_ = false;
  Counters counters_;
};

}  // namespace eyas::rtsp
