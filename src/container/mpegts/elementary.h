// Elementary: one elementary stream of the programme, from PES payloads to tracks and frames.
#pragma once

#include <memory>
#include <optional>

#include "container/mpegts/demuxer.h"
#include "container/mpegts/stream_form.h"
#include "media/frame.h"

namespace eyas::mpegts {

// A PES packet's payload, whole.
struct PesUnit {
  std::optional<media::MediaTime> pts;
  std::optional<media::MediaTime> dts;  // set when pts is
  base::MonoTime arrival;
  base::Slice payload;
};

// Pure. Lives with its demuxer.
class Elementary {
 public:
  struct Context {
    Demuxer::Sink& sink;
    Events& events;
    const DemuxerOptions& options;
  };

  Elementary(Context context, media::TrackId id) : context_(context), id_(id) {}
  virtual ~Elementary() = default;
  Elementary(const Elementary&) = delete;
  Elementary& operator=(const Elementary&) = delete;

  virtual void on_pes(const PesUnit& unit) = 0;
  // A unit is missing before the next one.
  virtual void on_loss() {}

 protected:
  Events& events() { return context_.events; }
  const DemuxerOptions& options() const { return context_.options; }
  const media::TrackPtr& track() const { return track_; }
  // Announces the configuration when it is not the one announced already.
  void set_config(media::CodecConfig config, const std::string& media_type = {});
  // A frame of the track that was announced last.
  void emit(media::MediaTime pts, media::MediaTime dts, base::MonoTime arrival, bool key, base::Slice payload,
            base::Duration duration = {});

 private:
  Context context_;
  media::TrackId id_;
  media::TrackPtr track_;
};

std::unique_ptr<Elementary> make_elementary(const StreamForm& form, Elementary::Context context,
                                            media::TrackId id);

// By framing; make_elementary() chooses.
std::unique_ptr<Elementary> make_video(const StreamForm& form, Elementary::Context context,
                                       media::TrackId id);
std::unique_ptr<Elementary> make_av1(Elementary::Context context, media::TrackId id);
std::unique_ptr<Elementary> make_audio(const StreamForm& form, Elementary::Context context,
                                       media::TrackId id);
std::unique_ptr<Elementary> make_opus(const StreamForm& form, Elementary::Context context, media::TrackId id);
std::unique_ptr<Elementary> make_data(const StreamForm& form, Elementary::Context context, media::TrackId id);

}  // namespace eyas::mpegts
