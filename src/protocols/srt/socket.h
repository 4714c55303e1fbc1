// Socket: one libsrt socket, non-blocking and in live mode. The only place, with the poller, that speaks
// libsrt.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "io/endpoint.h"
#include "protocols/srt/statistics.h"

namespace eyas::srt {

constexpr size_t kMessageBytesMax = 1316;  // seven transport stream packets: what peers expect

struct SocketSettings {
  base::Duration latency{0};
  std::string passphrase;
  std::string stream_id;  // of a caller
  base::Duration connect_timeout = std::chrono::seconds(3);
  base::Duration peer_idle_timeout = std::chrono::seconds(5);
  bool rendezvous = false;
  bool sends = false;  // peers older than SRT 1.3 need to know
};

// Judges handshakes, on a thread of libsrt's.
struct Gate {
  virtual ~Gate() = default;
  // 0 lets the peer in; else the reason for turning him away, kTurn...
  virtual int judge(const std::string& peer, std::string_view stream_id) = 0;
};

// Move-only; closes on destruction. Its calls are non-blocking; libsrt holds locks of its own for moments.
class Socket {
 public:
  static base::Result<Socket> make(const SocketSettings& settings);
  explicit Socket(int id) : id_(id) {}
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  int id() const { return id_; }

  // Errors: kSystem.
  base::Status bind(const io::Endpoint& at);
  // Takes over a bound UDP socket.
  base::Status bind_acquire(int udp);
  // `gate` outlives the socket.
  base::Status listen(Gate& gate);
  // The next peer that was let in; nothing when there is none now.
  std::optional<Socket> accept();
  // Begins; state() tells how it goes.
  base::Status connect(const io::Endpoint& to);

  enum class State : uint8_t { kConnecting, kOpen, kEnded };
  State state() const;
  // Why it is kEnded: for the operator.
  base::Error end_reason() const;

  enum class Moved : uint8_t { kYes, kNotNow, kEnded };
  // Reads one message.
  Moved receive(std::span<uint8_t> room, size_t& bytes);
  // Sends one of at most kMessageBytesMax bytes.
  Moved send(base::Bytes message);

  std::string stream_id() const;
  std::string peer() const;  // "10.0.0.5:40123"
  std::optional<io::Endpoint> local() const;
  PathFacts facts(bool sender) const;

 private:
  int id_;
};

extern const int kTurnBadRequest;
extern const int kTurnOverload;

}  // namespace eyas::srt
