#include "protocols/webrtc/ice/ice_lite.h"

#include <utility>

namespace eyas::webrtc {
namespace {

// An error answer; with the password it proves that it is ours.
size_t refuse(const stun::Message& request, uint16_t code, std::string_view reason, std::string_view password,
              std::span<uint8_t> out) {
  stun::Writer answer(out, stun::kBinding, stun::Class::kError, request.transaction);
  answer.error_code(code, reason);
  if (code == 420) answer.unknown_attributes(std::span(request.unknown).first(request.unknown_count));
  if (!password.empty()) answer.integrity(password);
  answer.fingerprint();
  return answer.finish();
}

size_t confirm(const stun::Message& request, const IcePath& from, std::string_view password,
               std::span<uint8_t> out) {
  stun::Writer answer(out, stun::kBinding, stun::Class::kSuccess, request.transaction);
  answer.xor_mapped_address(from.remote);
  answer.integrity(password);
  answer.fingerprint();
  return answer.finish();
}

}  // namespace

IceLite::IceLite(IceCredentials local, IceCredentials remote, base::MonoTime now, IceTimes times)
    : times_(times), local_(std::move(local)), remote_(std::move(remote)), last_valid_(now) {}

bool IceLite::takes(std::string_view local_ufrag) const {
  return local_ufrag == local_.ufrag || (previous_ && local_ufrag == previous_->ufrag);
}

void IceLite::restart(IceCredentials local, IceCredentials remote) {
  previous_ = std::exchange(local_, std::move(local));
  remote_ = std::move(remote);
  nominated_ = false;
}

IceLite::Outcome IceLite::on_request(const stun::Message& request, const IcePath& from, base::MonoTime now,
                                     std::span<uint8_t> out) {
  if (!request.is_binding_request()) return {};
  if (!request.username || request.integrity_at == 0)
    return {.response_bytes = refuse(request, 400, "Bad Request", {}, out)};
  const bool present = request.local_ufrag() == local_.ufrag;
  if (!takes(request.local_ufrag())) return {.response_bytes = refuse(request, 401, "Unauthorized", {}, out)};
  const std::string password = present ? local_.password : previous_->password;
  if (!stun::has_integrity(request, password))
    return {.response_bytes = refuse(request, 401, "Unauthorized", {}, out)};
  if (request.unknown_count > 0)
    return {.response_bytes = refuse(request, 420, "Unknown Attribute", password, out)};
  // We are lite and stay controlled: a peer that thinks the same must change [RFC 8445 7.3.1.1].
  if (request.ice_controlled) return {.response_bytes = refuse(request, 487, "Role Conflict", password, out)};
  Outcome outcome = accept(request, from, present, now);
  outcome.response_bytes = confirm(request, from, password, out);
  return outcome;
}

IceLite::Outcome IceLite::accept(const stun::Message& request, const IcePath& from, bool present,
                                 base::MonoTime now) {
  last_valid_ = now;
  if (!present) {
    // The generation before a restart keeps its path alive, and decides nothing.
    if (path_ == from) path_heard_ = now;
    return {.valid = true};
  }
  previous_.reset();
  const bool moved = path_ != from && prefers(request, now);
  if (moved) path_ = from;
  if (path_ != from) return {.valid = true};
  path_heard_ = now;
  path_priority_ = request.priority.value_or(0);
  if (request.use_candidate && !nominated_) {
    nominated_ = true;
    nominated_at_ = now;
  }
  return {.valid = true, .moved = moved};
}

bool IceLite::prefers(const stun::Message& request, base::MonoTime now) const {
  if (!path_ || now - path_heard_ >= times_.silent_path) return true;
  if (!request.use_candidate) return false;
  if (!nominated_ || now - nominated_at_ >= times_.settle) return true;
  return request.priority.value_or(0) > path_priority_;
}

}  // namespace eyas::webrtc
