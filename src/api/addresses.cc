#include "api/addresses.h"

#include <algorithm>

namespace eyas::api {
namespace {

// "rtsp://HOST:8554" of "127.0.0.1:8554"; a port that the scheme stands for is left out.
std::string server_of(const std::string& scheme, const std::string& listen, const std::string& usual_port) {
  if (listen.empty()) return {};
  std::string port = listen.substr(std::min(listen.rfind(':') + 1, listen.size()));
  return scheme + "://HOST" + (port == usual_port ? "" : ':' + port);
}

std::string url_of(const std::string& server, const std::string& rest) {
  return server.empty() ? server : server + rest;
}

}  // namespace

std::map<std::string, std::string> addresses_of(const std::string& stream, const ServerInfo& info) {
  std::string path = '/' + stream;
  // SRT has no usual port.
  std::string srt = server_of("srt", info.srt_listen, "");
  return {{"hls", path + "/index.m3u8"},
          {"hls_ts", path + "/ts.m3u8"},
          {"dash", path + "/index.mpd"},
          {"flv", path + ".flv"},
          {"ts", path + ".ts"},
          {"mjpeg", path + ".mjpeg"},
          {"jpeg", path + ".jpg"},
          {"data", path + "/data"},
          {"whep", path + "/whep"},
          {"whip", path + "/whip"},
          {"rtmp", url_of(server_of("rtmp", info.rtmp_listen, "1935"), path)},
          {"rtmps", url_of(server_of("rtmps", info.rtmps_listen, "443"), path)},
          {"rtsp", url_of(server_of("rtsp", info.rtsp_listen, "554"), path)},
          {"rtsps", url_of(server_of("rtsps", info.rtsps_listen, "322"), path)},
          {"srt_read", url_of(srt, "?streamid=read:" + stream)},
          {"srt_publish", url_of(srt, "?streamid=publish:" + stream)}};
}

}  // namespace eyas::api
