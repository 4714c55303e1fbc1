// For tests: a client of HTTP/2, over nghttp2's own.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "http/test_peer.h"

namespace eyas::http::test {

// A client over nghttp2 that writes down what it is told.
class Client {
 public:
  explicit Client(Peer& peer) : peer_(peer) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, &on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &on_close);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &on_frame);
    nghttp2_session_client_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  }
  ~Client() { nghttp2_session_del(session_); }

  struct Answer {
    std::map<std::string, std::string> headers;
    std::string body;
    bool closed = false;
    uint32_t error = 0;
  };

  int32_t ask(const std::string& method, const std::string& path, const std::string& body = {},
              const std::string& extra = {}) {
    bodies_.push_back(std::make_unique<std::string>(body));
    std::vector<nghttp2_nv> lines = {line(":method", method), line(":scheme", "https"),
                                     line(":authority", "x"), line(":path", path)};
    if (!extra.empty()) lines.push_back(line("extra", extra));
    nghttp2_data_provider provider{};
    provider.source.ptr = bodies_.back().get();
    provider.read_callback = &read_body;
    return nghttp2_submit_request(session_, nullptr, lines.data(), lines.size(),
                                  body.empty() ? nullptr : &provider, nullptr);
  }
  // An extended CONNECT [RFC 8441 4]; say() goes into its stream.
  int32_t connect_websocket(const std::string& path, const std::string& origin = "https://x") {
    nghttp2_nv lines[] = {line(":method", "CONNECT"),
                          line(":protocol", "websocket"),
                          line(":scheme", "https"),
                          line(":authority", "x"),
                          line(":path", path),
                          line("origin", origin),
                          line("sec-websocket-version", "13"),
                          line("sec-websocket-protocol", "chat")};
    return begin(lines);
  }
  // A body without an end; say() goes into it.
  int32_t begin_body(const std::string& path) {
    nghttp2_nv lines[] = {line(":method", "PUT"), line(":scheme", "https"), line(":authority", "x"),
                          line(":path", path)};
    return begin(lines);
  }
  void say(int32_t id, const std::string& bytes) {
    *said_[id] += bytes;
    nghttp2_session_resume_data(session_, id);
    exchange();
  }
  void ping(int times) {
    for (int i = 0; i < times; ++i) nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
    exchange();
  }
  void reset(int32_t id) { nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL); }
  // Lets both sides talk until they are silent.
  void exchange(size_t piece = 1 << 20) {
    for (bool moved = true; moved;) {
      moved = false;
      const uint8_t* data = nullptr;
      std::string out;
      for (ssize_t size; (size = nghttp2_session_mem_send(session_, &data)) > 0;) {
        out.append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
      }
      if (!out.empty() && !peer_.closed()) peer_.send_in_pieces(out, piece), moved = true;
      std::string in = peer_.take();
      if (in.empty()) continue;
      moved = true;
      nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(in.data()), in.size());
    }
  }
  std::map<int32_t, Answer> answers;
  uint32_t goaway_error = UINT32_MAX;

 private:
  // Asks with a body that say() writes.
  int32_t begin(std::span<const nghttp2_nv> lines) {
    bodies_.push_back(std::make_unique<std::string>());
    nghttp2_data_provider provider{};
    provider.source.ptr = bodies_.back().get();
    provider.read_callback = &read_said;
    int32_t id = nghttp2_submit_request(session_, nullptr, lines.data(), lines.size(), &provider, nullptr);
    said_[id] = bodies_.back().get();
    return id;
  }
  static nghttp2_nv line(const char* name, std::string_view value) {
    return {reinterpret_cast<uint8_t*>(const_cast<char*>(name)),
            reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), std::strlen(name), value.size(), 0};
  }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_bytes,
                       const uint8_t* value, size_t value_bytes, uint8_t, void* user) {
    static_cast<Client*>(user)->answers[frame->hd.stream_id].headers[std::string(name, name + name_bytes)] =
        std::string(value, value + value_bytes);
    return 0;
  }
  static int on_data(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t size, void* user) {
    static_cast<Client*>(user)->answers[id].body.append(data, data + size);
    return 0;
  }
  static int on_close(nghttp2_session*, int32_t id, uint32_t error, void* user) {
    auto& answer = static_cast<Client*>(user)->answers[id];
    answer.closed = true;
    answer.error = error;
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) static_cast<Client*>(user)->goaway_error = frame->goaway.error_code;
    return 0;
  }
  static ssize_t read_body(nghttp2_session*, int32_t, uint8_t* into, size_t room, uint32_t* flags,
                           nghttp2_data_source* source, void*) {
    auto& body = *static_cast<std::string*>(source->ptr);
    size_t count = std::min(room, body.size());
    std::copy_n(body.begin(), count, into);
    body.erase(0, count);
    if (body.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }

  static ssize_t read_said(nghttp2_session* session, int32_t id, uint8_t* into, size_t room, uint32_t* flags,
                           nghttp2_data_source* source, void* user) {
    if (static_cast<std::string*>(source->ptr)->empty()) return NGHTTP2_ERR_DEFERRED;
    ssize_t count = read_body(session, id, into, room, flags, source, user);
    *flags &= ~static_cast<uint32_t>(NGHTTP2_DATA_FLAG_EOF);
    return count;
  }

  Peer& peer_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, std::string*> said_;
  std::vector<std::unique_ptr<std::string>> bodies_;
};

}  // namespace eyas::http::test
