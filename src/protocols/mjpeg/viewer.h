// Viewer: one peer that watches a stream as a series of JPEG images; Shot: one that wants a single one.
#pragma once

#include <memory>
#include <string>

#include "http/exchange.h"
#include "http/request.h"
#include "hub/pictures.h"
#include "protocols/mjpeg/mjpeg.h"

namespace eyas::mjpeg {

// Whoever waits for pictures: asks for them, gives up after a while, answers errors. Lives on its
// connection's loop; kept alive by its callbacks and timer until it lets go.
class Waiting : public std::enable_shared_from_this<Waiting> {
 public:
  Waiting(const Options& options, Statistics& statistics, http::RequestPtr request, http::Exchange exchange,
          hub::StreamName name);
  virtual ~Waiting();

  void start(hub::Pictures& pictures, const hub::PictureVariant& variant);

 protected:
  // A picture came, the first time or again.
  virtual void on_picture(hub::PicturePtr picture) = 0;
  // There will be no more.
  virtual void on_error(const base::Error& error);
  // The first picture came: nobody gives up any more.
  void found() { patience_.cancel(); }
  void let_go();
  void refuse(int status, const char* code, const std::string& message);

  Statistics& statistics_;
  http::RequestPtr request_;
  http::Exchange exchange_;
  hub::StreamName name_;
  std::shared_ptr<Waiting> self_;  // until it lets go

 private:
  base::Duration picture_wait_;
  io::Timer patience_;
  hub::Pictures::Lease lease_;
};

class Shot final : public Waiting {
 public:
  using Waiting::Waiting;

 private:
  void on_picture(hub::PicturePtr picture) override;
};

// Holds one picture at most: while the peer has not taken the last one, newer ones replace it.
class Viewer final : public Waiting {
 public:
  Viewer(const Options& options, Statistics& statistics, Audience& audience, http::RequestPtr request,
         http::Exchange exchange, hub::StreamName name);
  ~Viewer() override;

 private:
  void on_picture(hub::PicturePtr picture) override;
  void on_error(const base::Error& error) override;
  void begin();
  void send(const hub::Picture& picture);
  void drained();
  void finish(const std::string& reason);

  Audience& audience_;
  std::string session_;
  http::BodyStream body_;
  bool playing_ = false;
  hub::PicturePtr held_;
};

}  // namespace eyas::mjpeg
