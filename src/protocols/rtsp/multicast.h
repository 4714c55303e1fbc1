// Multicast: streams that are sent to a group once, however many watch.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "hub/directory.h"
#include "protocols/rtsp/egress.h"
#include "protocols/rtsp/multicast_range.h"

namespace eyas::rtsp {

// A stream's group. RTP of the track at place p goes to port + 2p, RTCP to the next one.
struct MulticastGroup {
  std::string address;
  uint16_t port = 0;
  unsigned ttl = 1;
};

// Lives on `home`; what is called from elsewhere says so. Outlived by `directory` and `home`.
class Multicast : public std::enable_shared_from_this<Multicast> {
 public:
  struct Settings {
    MulticastRange range;
    uint16_t port = 0;
    unsigned ttl = 1;
  };
  // Holds a stream's group. Its death, on any loop, gives it back.
  class Membership {
   public:
    Membership() = default;
    Membership(std::shared_ptr<Multicast> owner, std::string stream)
        : owner_(std::move(owner)), stream_(std::move(stream)) {}
    Membership(Membership&&) = default;
    Membership& operator=(Membership&& other) noexcept;
    ~Membership() { leave(); }

    explicit operator bool() const { return owner_ != nullptr; }
    // The packets of these tracks are to flow for this member; null: not any more.
    void play(std::shared_ptr<const StreamHead> head);

   private:
    void leave();

    std::shared_ptr<Multicast> owner_;
    std::string stream_;
    bool playing_ = false;
  };
  using Done = base::UniqueFunction<void(base::Result<std::pair<MulticastGroup, Membership>>)>;

  // `ports` leave by the right interface with the right TTL.
  Multicast(Settings settings, hub::Directory& directory, io::Executor& home,
            std::unique_ptr<DatagramPorts> ports);
  ~Multicast();

  // Thread-safe. `done` runs on `caller`. Errors: kLimit when every group is taken.
  void join(const hub::StreamName& stream, io::Executor& caller, Done done);

 private:
  struct Sending;

  base::Result<MulticastGroup> hold(const std::string& stream);
  void release(const std::string& stream);
  void set_playing(const std::string& stream, const std::shared_ptr<const StreamHead>& head);
  void begin(const std::string& stream);
  void begun(const std::string& stream, base::Result<hub::Reader<StreamFormat>> reader);
  void pump(const std::string& stream);

  Settings settings_;
  hub::Directory& directory_;
  io::Executor& home_;
  std::unique_ptr<DatagramPorts> ports_;
  std::map<std::string, Sending> streams_;
};

}  // namespace eyas::rtsp
