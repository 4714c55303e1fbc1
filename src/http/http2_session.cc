#include "http/http2_session.h"

#include <array>
#include <string_view>

#include "base/check.h"
#include "http/target.h"

namespace eyas::http {
namespace {

constexpr size_t kFrameHeadBytes = 9;
constexpr size_t kHeaderOverheadBytes =
    32;  // [RFC 9113 6.5.2] counted per line by SETTINGS_MAX_HEADER_LIST_SIZE
constexpr size_t kReservedStreamsMax = 0;  // we are not pushed to

std::string_view to_view(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

nghttp2_nv pair_of(std::string_view name, std::string_view value) {
  auto bytes = [](std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

// [RFC 9113 8.2.2] Lines about the connection have no place in HTTP/2.
bool is_connection_line(std::string_view name) {
  return name == "connection" || name == "keep-alive" || name == "transfer-encoding" || name == "upgrade";
}

}  // namespace

Http2Connection::Session::Session(Http2Connection& connection) : owner(connection) {
  const Options& options = connection.connection_.options();
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* settings_of_ours = nullptr;
  CHECK(nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&settings_of_ours) == 0);
  Callbacks::install(callbacks);
  nghttp2_option_set_max_reserved_remote_streams(settings_of_ours, kReservedStreamsMax);
  nghttp2_option_set_max_send_header_block_length(settings_of_ours, 64 * 1024);
  CHECK(nghttp2_session_server_new2(&native, callbacks, &connection, settings_of_ours) == 0);
  nghttp2_option_del(settings_of_ours);
  nghttp2_session_callbacks_del(callbacks);
  std::array<nghttp2_settings_entry, 4> settings = {{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.h2_streams_max},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.h2_window_bytes},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<uint32_t>(options.header_bytes_max)},
  }};
  nghttp2_submit_settings(native, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
}

void Http2Connection::Session::submit_response(int32_t id, int status, const Headers& headers,
                                               bool with_body) {
  std::string status_text = std::to_string(status);
  std::vector<nghttp2_nv> lines;
  lines.reserve(headers.lines().size() + 1);
  lines.push_back(pair_of(":status", status_text));
  for (const Headers::Line& line : headers.lines()) {
    if (!is_connection_line(line.name)) lines.push_back(pair_of(line.name, line.value));
  }
  nghttp2_data_provider provider{};
  provider.source.ptr = owner.find(id);
  provider.read_callback = &Callbacks::read_body;
  nghttp2_submit_response(native, id, lines.data(), lines.size(), with_body ? &provider : nullptr);
}

void Http2Connection::Session::gather() {
  if (owner.frame_bytes_.empty()) return;
  owner.frames_.emplace_back(std::move(owner.frame_bytes_));
  owner.frame_bytes_ = {};
}

void Http2Connection::Callbacks::install(nghttp2_session_callbacks* callbacks) {
  nghttp2_session_callbacks_set_send_callback(callbacks, &on_send);
  nghttp2_session_callbacks_set_send_data_callback(callbacks, &on_send_data);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, &on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &on_body);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &on_stream_close);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks, &on_invalid);
}

ssize_t Http2Connection::Callbacks::on_send(nghttp2_session*, const uint8_t* data, size_t length, int,
                                            void* user_data) {
  auto& frame_bytes = of(user_data).frame_bytes_;
  frame_bytes.insert(frame_bytes.end(), data, data + length);
  return static_cast<ssize_t>(length);
}

// Says how much there is; the bytes themselves go out in on_send_data, without being copied.
ssize_t Http2Connection::Callbacks::read_body(nghttp2_session*, int32_t, uint8_t*, size_t length,
                                              uint32_t* flags, nghttp2_data_source* source, void* user_data) {
  auto& stream = *static_cast<Stream*>(source->ptr);
  Http2Connection& connection = of(user_data);
  // What the kernel does not take yet stays here, where streams share fairly; on_drained comes back.
  size_t unsent = connection.connection_.pending();
  for (const base::Slice& slice : connection.frames_) unsent += slice.size();
  bool full = unsent > connection.connection_.options().unsent_bytes_max;
  if (stream.out_bytes == 0 && stream.out_ended) {
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    return 0;
  }
  if (stream.out_bytes == 0 || full) {
    stream.out_waits = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  size_t count = std::min(length, stream.out_bytes);
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (count == stream.out_bytes && stream.out_ended) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(count);
}

int Http2Connection::Callbacks::on_send_data(nghttp2_session*, nghttp2_frame*, const uint8_t* head,
                                             size_t length, nghttp2_data_source* source, void* user_data) {
  auto& stream = *static_cast<Stream*>(source->ptr);
  Http2Connection& connection = of(user_data);
  connection.frame_bytes_.insert(connection.frame_bytes_.end(), head, head + kFrameHeadBytes);
  connection.session_->gather();
  stream.out_bytes -= length;
  while (length > 0) {
    base::Slice part = stream.out.front().sub(0, length);
    length -= part.size();
    if (part.size() == stream.out.front().size())
      stream.out.pop_front();
    else
      stream.out.front() = stream.out.front().sub(part.size());
    connection.frames_.push_back(std::move(part));
  }
  return 0;
}

int Http2Connection::Callbacks::on_begin_headers(nghttp2_session*, const nghttp2_frame* frame,
                                                 void* user_data) {
  Http2Connection& connection = of(user_data);
  if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
  auto stream = std::make_unique<Stream>();
  stream->id = frame->hd.stream_id;
  stream->deadline = connection.connection_.now() + connection.connection_.options().header_timeout;
  connection.streams_[stream->id] = std::move(stream);
  return 0;
}

int Http2Connection::Callbacks::on_header(nghttp2_session*, const nghttp2_frame* frame,
                                          const uint8_t* name_data, size_t name_bytes,
                                          const uint8_t* value_data, size_t value_bytes, uint8_t,
                                          void* user_data) {
  Http2Connection& connection = of(user_data);
  Stream* stream = connection.find(frame->hd.stream_id);
  if (!stream || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;  // trailers are not used
  const Options& options = connection.connection_.options();
  std::string_view name = to_view(name_data, name_bytes), value = to_view(value_data, value_bytes);
  stream->header_bytes += name_bytes + value_bytes + kHeaderOverheadBytes;
  bool too_long = name == ":path" && value_bytes > options.uri_bytes_max;
  if (too_long && !stream->refused) stream->refused = 414;
  bool too_many = stream->header_bytes > options.header_bytes_max ||
                  stream->request->headers.lines().size() >= options.header_count_max;
  if (too_many && !stream->refused) stream->refused = 431;
  if (stream->refused) return 0;
  Request& request = *stream->request;
  if (name == ":method")
    stream->method = value;
  else if (name == ":path")
    stream->target = value;
  else if (name == ":protocol")
    stream->protocol = value;
  else if (name == ":authority")
    request.authority = value;
  else if (!name.starts_with(':'))
    request.headers.add(name, value);
  if (name == "host" && request.authority.empty()) request.authority = value;
  return 0;
}

int Http2Connection::Callbacks::on_frame(nghttp2_session* session, const nghttp2_frame* frame,
                                         void* user_data) {
  Http2Connection& connection = of(user_data);
  if (frame->hd.type == NGHTTP2_RST_STREAM && connection.too_many_resets()) {
    connection.connection_.hit(Limit::kH2Resets);
    nghttp2_session_terminate_session(session, NGHTTP2_ENHANCE_YOUR_CALM);
    return 0;
  }
  Stream* stream = connection.find(frame->hd.stream_id);
  if (!stream) return 0;
  bool last = (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
              (frame->hd.flags & NGHTTP2_FLAG_END_STREAM);
  if (last && stream->socket) {
    stream->peer_ended = true;
    connection.heard_.push_back(stream->id);
  }
  if (stream->complete) return 0;
  bool head = frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
  if (head) connection.on_request_head(*stream);
  // A refusal need not wait for the body; the body of a CONNECT is what the WebSocket will say.
  if (last || stream->refused || (head && stream->request->connects_websocket)) {
    stream->complete = true;
    connection.ready_.push_back(stream->id);
  }
  return 0;
}

int Http2Connection::Callbacks::on_body(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data,
                                        size_t length, void* user_data) {
  Http2Connection& connection = of(user_data);
  Stream* stream = connection.find(id);
  if (stream && stream->socket) {
    if (stream->body.empty()) connection.heard_.push_back(id);
    stream->body.insert(stream->body.end(), data, data + length);
    return 0;
  }
  if (!stream || stream->complete || stream->refused) return 0;
  stream->body_bytes += length;
  if (stream->body_bytes > stream->body_bytes_max) {
    stream->refused = 413;
    stream->body = {};
    return 0;
  }
  if (connection.bodies_bytes() + length > connection.bodies_bytes_max(*stream)) {
    stream->refused = 503;
    stream->body = {};
    return 0;
  }
  if (stream->wants_sink && stream->body.empty()) connection.sinking_.push_back(id);
  stream->body.insert(stream->body.end(), data, data + length);
  return 0;
}

// One stream too many: refused while the peer may not know the limit yet, a broken protocol afterwards.
int Http2Connection::Callbacks::on_invalid(nghttp2_session*, const nghttp2_frame* frame, int why,
                                           void* user_data) {
  Http2Connection& connection = of(user_data);
  bool full = frame->hd.type == NGHTTP2_HEADERS &&
              connection.streams_.size() >= connection.connection_.options().h2_streams_max;
  if (why == NGHTTP2_ERR_REFUSED_STREAM || full) connection.connection_.hit(Limit::kH2Streams);
  return 0;
}

int Http2Connection::Callbacks::on_stream_close(nghttp2_session*, int32_t id, uint32_t, void* user_data) {
  Http2Connection& connection = of(user_data);
  auto found = connection.streams_.find(id);
  if (found == connection.streams_.end()) return 0;
  if (found->second->sink) connection.sink_ready();
  if (found->second->exchange || found->second->socket)
    connection.closed_.push_back(std::move(found->second));
  connection.streams_.erase(found);
  if (connection.streams_.empty()) connection.idle_since_ = connection.connection_.now();
  return 0;
}

}  // namespace eyas::http
