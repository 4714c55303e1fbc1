#include "protocols/rtsp/client/record.h"

#include <utility>

#include "protocols/rtsp/media_map.h"

namespace eyas::rtsp {

using base::Status;

Record::Record(const ClientOptions& options, base::Url url, sdp::Description description, uint64_t seed,
               Record::Sink& sink)
    : description_(std::move(description)),
      sink_(sink),
      conversation_(options, std::move(url), seed, *this) {}

void Record::start(base::MonoTime now) {
  now_ = now;
  conversation_.ask(
      request("OPTIONS", conversation_.address()), [this](const Response& r) { return options(r); }, now_);
}

Status Record::on_bytes(base::Bytes bytes, base::MonoTime now) {
  now_ = now;
  return conversation_.on_bytes(bytes, now);
}

Status Record::on_tick(base::MonoTime now) {
  now_ = now;
  return conversation_.on_tick(now);
}

base::Slice Record::last_words() {
  if (conversation_.session().empty()) return {};
  return conversation_.last_words(request("TEARDOWN", conversation_.address()));
}

Request Record::request(const char* method, std::string uri) const {
  Request request;
  request.method = method;
  request.uri = std::move(uri);
  return request;
}

// As with Play, a server that refuses OPTIONS may know the rest.
Status Record::options(const Response& response) {
  if (is_redirect(response)) return conversation_.follow(response);
  conversation_.note_methods(response);
  Request asked = request("ANNOUNCE", conversation_.address());
  asked.headers.add("Content-Type", "application/sdp");
  asked.body = description_.text();
  conversation_.ask(
      std::move(asked), [this](const Response& r) { return announced(r); }, now_);
  return {};
}

Status Record::announced(const Response& response) {
  if (is_redirect(response)) return conversation_.follow(response);
  if (!is_success(response)) return error_of("rtsp: ANNOUNCE", response);
  return setup_next();
}

Status Record::setup_next() {
  size_t section = channels_.size();
  if (section == description_.media.size()) {
    Request asked = request("RECORD", conversation_.address());
    asked.headers.add("Range", "npt=0.000-");
    conversation_.ask(
        std::move(asked), [this](const Response& r) { return recording(r); }, now_);
    return {};
  }
  auto control = description_.media[section].attributes.first("control").value_or("");
  Transport transport;
  transport.lower = Transport::Lower::kTcp;
  transport.interleaved =
      NumberPair{static_cast<uint16_t>(2 * section), static_cast<uint16_t>(2 * section + 1)};
  transport.mode = "RECORD";
  Request asked = request("SETUP", control_url(conversation_.address(), control));
  asked.headers.add("Transport", transport.text());
  conversation_.ask(
      std::move(asked), [this](const Response& r) { return set_up(r); }, now_);
  return {};
}

// A server that refuses a track refuses the push: what is sent is what the operator asked for.
Status Record::set_up(const Response& response) {
  if (!is_success(response)) return error_of("rtsp: SETUP", response);
  conversation_.note_session(response);
  auto section = static_cast<uint16_t>(channels_.size());
  NumberPair asked{static_cast<uint16_t>(2 * section), static_cast<uint16_t>(2 * section + 1)};
  auto answered = parse_transports(response.headers.first("Transport").value_or(""));
  channels_.push_back(answered.empty() ? asked : answered.front().interleaved.value_or(asked));
  return setup_next();
}

Status Record::recording(const Response& response) {
  if (!is_success(response)) return error_of("rtsp: RECORD", response);
  conversation_.keep_alive(conversation_.address());
  sink_.on_recording(channels_);
  return {};
}

}  // namespace eyas::rtsp
