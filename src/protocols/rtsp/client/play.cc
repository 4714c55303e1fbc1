#include "protocols/rtsp/client/play.h"

#include <algorithm>
#include <utility>

#include "rtp/packet.h"
#include "rtp/sdp/attributes.h"

namespace eyas::rtsp {
namespace {

using base::Code;
using base::Error;
using base::Status;

constexpr unsigned kUnsupportedTransport = 461;
constexpr unsigned kInvalidRange = 457;

}  // namespace

Play::Play(const ClientOptions& options, base::Url url, std::vector<PacketPath> paths, uint64_t seed,
           Play::Sink& sink)
    : options_(options),
      paths_(std::move(paths)),
      sink_(sink),
      conversation_(options, std::move(url), seed, *this) {
  CHECK(!paths_.empty());
}

void Play::start(base::MonoTime now) {
  now_ = now;
  conversation_.ask(
      request("OPTIONS", conversation_.address()), [this](const Response& r) { return options(r); }, now_);
}

Status Play::on_bytes(base::Bytes bytes, base::MonoTime now) {
  now_ = now;
  return conversation_.on_bytes(bytes, now);
}

Status Play::on_tick(base::MonoTime now) {
  now_ = now;
  return conversation_.on_tick(now);
}

base::Slice Play::last_words() {
  if (conversation_.session().empty()) return {};
  return conversation_.last_words(
      request("TEARDOWN", aggregate_.empty() ? conversation_.address() : aggregate_));
}

Request Play::request(const char* method, std::string uri) const {
  Request request;
  request.method = method;
  request.uri = std::move(uri);
  return request;
}

// DEVIATION: cameras that refuse OPTIONS, or know it only in a session: what it would have said is assumed.
Status Play::options(const Response& response) {
  if (is_redirect(response)) return conversation_.follow(response);
  conversation_.note_methods(response);
  describe();
  return {};
}

void Play::describe() {
  Request asked = request("DESCRIBE", conversation_.address());
  asked.headers.add("Accept", "application/sdp");
  conversation_.ask(
      std::move(asked), [this](const Response& r) { return described(r); }, now_);
}

Status Play::described(const Response& response) {
  if (is_redirect(response)) return conversation_.follow(response);
  if (!is_success(response)) return error_of("rtsp: DESCRIBE", response);
  auto description = sdp::parse(response.body);
  if (!description) return description.error();
  // DEVIATION: Content-Base is missing at many cameras; the address does as well.
  base_ = response.headers.first("Content-Base")
              .value_or(response.headers.first("Content-Location").value_or(conversation_.address()));
  aggregate_ = control_url(base_, description->attributes.first("control").value_or("*"));
  tracks_ = received_media(*description);
  counters_.tracks_left_out = description->media.size() - tracks_.size();
  if (tracks_.size() > options_.tracks_max) {
    counters_.tracks_left_out += tracks_.size() - options_.tracks_max;
    tracks_.resize(options_.tracks_max);
  }
  if (tracks_.empty()) return Error{Code::kUnsupported, "rtsp: nothing described that we can receive", {}};
  channels_.resize(tracks_.size());
  sink_.on_tracks(tracks_);
  return setup_next();
}

Transport Play::wanted_transport(const NumberPair& numbers) const {
  Transport transport;
  transport.lower = path() == PacketPath::kInterleaved ? Transport::Lower::kTcp : Transport::Lower::kUdp;
  transport.multicast = path() == PacketPath::kMulticast;
  if (path() == PacketPath::kInterleaved) transport.interleaved = numbers;
  if (path() == PacketPath::kUdp) transport.client_port = numbers;
  return transport;
}

Status Play::setup_next() {
  if (setting_up_ == tracks_.size()) {
    if (count_set_up() == 0) return Error{Code::kUnsupported, "rtsp: no track could be set up", {}};
    play(true);
    return {};
  }
  auto channel = static_cast<uint16_t>(2 * setting_up_);
  NumberPair numbers{channel, static_cast<uint16_t>(channel + 1)};
  if (path() == PacketPath::kUdp) {
    auto ports = sink_.open_ports(setting_up_);
    if (!ports) return ports.error();
    numbers = *ports;
  }
  Request asked = request("SETUP", control_url(base_, tracks_[setting_up_].control));
  asked.headers.add("Transport", wanted_transport(numbers).text());
  conversation_.ask(
      std::move(asked), [this](const Response& r) { return set_up(r); }, now_);
  return {};
}

Status Play::set_up(const Response& response) {
  if (!is_success(response)) return setup_refused(response);
  conversation_.note_session(response);
  if (Status accepted = accept_transport(response); !accepted) return accepted;
  ++setting_up_;
  return setup_next();
}

// DEVIATION: answers without Transport, or with one that cannot be read, mean what we asked for; so do
// channels and ports that are left out. Channels of the server's own choosing are taken.
Status Play::accept_transport(const Response& response) {
  auto answered = parse_transports(response.headers.first("Transport").value_or(""));
  Transport transport = answered.empty() ? wanted_transport({}) : answered.front();
  auto channel = static_cast<uint16_t>(2 * setting_up_);
  NumberPair asked{channel, static_cast<uint16_t>(channel + 1)};
  channels_[setting_up_].numbers =
      path() == PacketPath::kInterleaved && !answered.empty() ? transport.interleaved.value_or(asked) : asked;
  if (path() == PacketPath::kInterleaved) return {};
  return sink_.on_transport(setting_up_, transport);
}

// The next path where this one is not supported; else the track is left out, unless it is all there is.
Status Play::setup_refused(const Response& response) {
  if (is_redirect(response)) return conversation_.follow(response);
  if (response.status == kUnsupportedTransport && count_set_up() == 0 && paths_.size() > 1) {
    paths_.erase(paths_.begin());
    return setup_next();
  }
  bool last = setting_up_ + 1 == tracks_.size() && count_set_up() == 0;
  if (last) return error_of("rtsp: SETUP", response);
  ++counters_.tracks_left_out;
  ++setting_up_;
  return setup_next();
}

size_t Play::count_set_up() const {
  auto is_set_up = [](const Channels& c) { return c.numbers.has_value(); };
  return static_cast<size_t>(std::count_if(channels_.begin(), channels_.end(), is_set_up));
}

void Play::play(bool with_range) {
  Request asked = request("PLAY", aggregate_);
  if (with_range) asked.headers.add("Range", "npt=0.000-");
  conversation_.ask(
      std::move(asked), [this, with_range](const Response& r) { return started(r, with_range); }, now_);
}

Status Play::started(const Response& response, bool with_range) {
  if (is_redirect(response)) return conversation_.follow(response);
  if (response.status == kInvalidRange && with_range) {
    play(false);  // DEVIATION: live sources that know no range
    return {};
  }
  if (!is_success(response)) return error_of("rtsp: PLAY", response);
  playing_ = true;
  conversation_.keep_alive(aggregate_);
  sink_.on_playing();
  return {};
}

void Play::send_report(size_t track, base::Bytes packet) {
  if (path() != PacketPath::kInterleaved || !channels_[track].numbers) return;
  std::vector<uint8_t> framed;
  append_interleaved(framed, static_cast<uint8_t>(channels_[track].numbers->second), packet);
  sink_.send(base::Slice(std::move(framed)));
}

void Play::on_interleaved(uint8_t channel, base::Bytes packet) {
  if (auto track = track_of(channel, packet)) {
    sink_.on_packet(*track, packet);
  } else {
    ++counters_.stray_packets;
  }
}

// DEVIATION: servers that send on other channels than they agreed to, or on one for all tracks: a packet's
// payload type tells whose it is, where no two tracks share that. Reports go by their channel.
std::optional<size_t> Play::track_of(uint8_t channel, base::Bytes packet) {
  bool is_media = packet.size() > 1 && !rtp::is_rtcp(packet);
  std::optional<size_t> by_channel, by_type;
  size_t of_type = 0;
  for (size_t i = 0; i < channels_.size(); ++i) {
    const auto& numbers = channels_[i].numbers;
    if (!numbers) continue;
    if (!by_channel && (numbers->first == channel || numbers->second == channel)) by_channel = i;
    if (is_media && (packet[1] & 0x7F) == tracks_[i].payload_type && ++of_type == 1) by_type = i;
  }
  bool agrees = by_channel && (!is_media || tracks_[*by_channel].payload_type == (packet[1] & 0x7F));
  if (agrees || !is_media || of_type != 1) return by_channel;
  ++counters_.moved_packets;
  return by_type;
}

}  // namespace eyas::rtsp
