#include "worker/program/av.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/audio_fifo.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

namespace eyas::worker {

void ReleaseAv::operator()(AVAudioFifo* fifo) const {
  av_audio_fifo_free(fifo);
}
void ReleaseAv::operator()(AVCodecContext* context) const {
  avcodec_free_context(&context);
}
void ReleaseAv::operator()(AVFrame* frame) const {
  av_frame_free(&frame);
}
void ReleaseAv::operator()(AVPacket* packet) const {
  av_packet_free(&packet);
}
void ReleaseAv::operator()(SwrContext* resampler) const {
  swr_free(&resampler);
}
void ReleaseAv::operator()(SwsContext* scaler) const {
  sws_freeContext(scaler);
}

base::Error av_error(const char* context, int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return {base::Code::kSystem, context, text};
}

}  // namespace eyas::worker
