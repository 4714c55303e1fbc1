// nghttp2's side of an Http2Connection: the session and its callbacks. Included by two .cc files only.
#pragma once

#include <nghttp2/nghttp2.h>

#include "http/http2_connection.h"

namespace eyas::http {

struct Http2Connection::Session {
  explicit Session(Http2Connection& connection);
  ~Session() { nghttp2_session_del(native); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void submit_response(int32_t id, int status, const Headers& headers, bool with_body);
  // Puts the small frames gathered so far behind the others.
  void gather();

  Http2Connection& owner;
  nghttp2_session* native = nullptr;
};

// What nghttp2 calls. None of them calls out of this room: requests and closed streams are queued for later.
class Http2Connection::Callbacks {
 public:
  static void install(nghttp2_session_callbacks* callbacks);
  static ssize_t read_body(nghttp2_session*, int32_t id, uint8_t*, size_t length, uint32_t* flags,
                           nghttp2_data_source* source, void*);

 private:
  static Http2Connection& of(void* user_data) { return *static_cast<Http2Connection*>(user_data); }
  static ssize_t on_send(nghttp2_session*, const uint8_t* data, size_t length, int, void* user_data);
  static int on_send_data(nghttp2_session*, nghttp2_frame* frame, const uint8_t* head, size_t length,
                          nghttp2_data_source* source, void* user_data);
  static int on_begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user_data);
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t name_bytes,
                       const uint8_t* value, size_t value_bytes, uint8_t, void* user_data);
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user_data);
  static int on_body(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t length,
                     void* user_data);
  static int on_stream_close(nghttp2_session*, int32_t id, uint32_t, void* user_data);
  static int on_invalid(nghttp2_session*, const nghttp2_frame*, int why, void* user_data);
};

}  // namespace eyas::http
