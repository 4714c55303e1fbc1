#include "io/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "io/dial.h"

namespace eyas::io {
namespace {

void set_port(Endpoint& endpoint, uint16_t port) {
  (endpoint.is_v6() ? endpoint.v6.sin6_port : endpoint.v4.sin_port) = htons(port);
}

base::Error resolve_error(const std::string& host, int code) {
  const char* text = code == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(code);
  bool temporary = code == EAI_AGAIN || code == EAI_SYSTEM;
  return {temporary ? base::Code::kSystem : base::Code::kNotFound,
          temporary ? "dial: the name server does not answer" : "dial: no address for this name",
          host + ": " + text};
}

// The families alternate, so that a broken one costs one attempt only. [RFC 8305 4]
std::vector<Endpoint> interleaved(const std::vector<Endpoint>& sorted) {
  std::vector<Endpoint> of_first, others, out;
  if (sorted.empty()) return out;
  for (const Endpoint& each : sorted)
    (each.is_v6() == sorted.front().is_v6() ? of_first : others).push_back(each);
  for (size_t i = 0; i < std::max(of_first.size(), others.size()); ++i) {
    if (i < of_first.size()) out.push_back(of_first[i]);
    if (i < others.size()) out.push_back(others[i]);
  }
  if (out.size() > Dialer::kAddressesMax) out.resize(Dialer::kAddressesMax);
  return out;
}

}  // namespace

Resolver::Answer look_up(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // else each address comes three times
  addrinfo* list = nullptr;
  if (int code = getaddrinfo(host.c_str(), nullptr, &hints, &list); code != 0)
    return resolve_error(host, code);
  std::vector<Endpoint> found;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    Endpoint endpoint;
    std::memcpy(&endpoint.v6, each->ai_addr, std::min<size_t>(each->ai_addrlen, sizeof endpoint.v6));
    set_port(endpoint, port);
    found.push_back(endpoint);
  }
  freeaddrinfo(list);
  if (found.empty()) return resolve_error(host, EAI_NONAME);
  return found;
}

std::optional<Endpoint> numeric_endpoint(const std::string& host, uint16_t port) {
  Endpoint endpoint;
  if (inet_pton(AF_INET, host.c_str(), &endpoint.v4.sin_addr) == 1)
    endpoint.v4.sin_family = AF_INET;
  else if (inet_pton(AF_INET6, host.c_str(), &endpoint.v6.sin6_addr) == 1)
    endpoint.v6.sin6_family = AF_INET6;
  else
    return std::nullopt;
  set_port(endpoint, port);
  return endpoint;
}

bool Resolver::ask(Loop& loop, const std::shared_ptr<Question>& question) {
  question->loop = &loop;
  std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [](const std::weak_ptr<Question>& each) { return each.expired(); });
  if (waiting_.size() >= Dialer::kResolutionsMax) return false;
  waiting_.push_back(question);
  if (idle_ < waiting_.size() && threads_ < kThreadsMax) {
    ++threads_;
    std::thread([self = shared_from_this()] { self->serve(); }).detach();
  }
  wake_.notify_one();
  return true;
}

void Resolver::stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
}

void Resolver::serve() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiting_.empty()) {
      ++idle_;
      wake_.wait(lock);
      --idle_;
      continue;
    }
    std::shared_ptr<Question> question = waiting_.front().lock();
    waiting_.pop_front();
    if (question == nullptr) continue;
    lock.unlock();
    auto answer = std::make_shared<Answer>(lookup_(question->host, question->port));
    if (answer->ok()) *answer = interleaved(**answer);
    {
      // The loop may be gone once the question is dropped; while we hold the lock it is not.
      std::lock_guard held(question->mutex);
      if (question->loop != nullptr) {
        question->loop->post([question, answer] {
          if (question->loop != nullptr) question->done(std::move(*answer));
        });
      }
    }
    question.reset();
    lock.lock();
  }
}

}  // namespace eyas::io
