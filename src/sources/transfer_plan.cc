#include "sources/transfer_plan.h"

#include <algorithm>
#include <map>
#include <set>

namespace eyas::sources {
namespace {

using base::Code;
using base::Error;

constexpr size_t kIdBytesMax = 128;

Error missing(const char* what) {
  return {Code::kInvalidConfig, what, "it is missing"};
}

base::Status check_address(Direction direction, const base::Url& url,
                           const protocols::TransferOptions& options, const TransferTable& table) {
  auto taken = table.choose(direction, url, options);
  if (!taken) return taken.error();
  return {};
}

bool allowed_id(std::string_view id) {
  return !id.empty() && id.size() <= kIdBytesMax && id.front() != '.' && std::ranges::all_of(id, [](char c) {
    return StreamTemplate::allowed_value({&c, 1}) || c == '.';
  });
}

// A pattern is a stream's name but for its stars, which stand in the second part.
base::Status check_stream(std::string_view stream) {
  size_t star = stream.find('*');
  if (star != std::string_view::npos && star < stream.find('/'))
    return Error{Code::kInvalidConfig, "stream: stars stand after the '/' only", std::string(stream)};
  std::string example(stream);
  std::ranges::replace(example, '*', 'x');
  auto name = hub::StreamName::parse(example);
  if (!name) return Error{Code::kInvalidConfig, "stream", name.error().context};
  return {};
}

std::string finding(const char* list, size_t index, const Error& error) {
  std::string text = std::string(list) + "[" + std::to_string(index) + "]." + error.context;
  return error.detail.empty() ? text : text + ": " + error.detail;
}

}  // namespace

void describe(base::OptionSchema& schema, PullOptions& o) {
  schema.text("name", o.name, "The stream's name, or a template of names, cctv/{id}.");
  schema.text("url", o.url, "Where it is fetched; a template's {id} stands in its host, path or query.");
  schema.truth("on_demand", o.on_demand, "Fetched only while somebody watches; always so for a template.");
  schema.milliseconds("idle_timeout_ms", o.idle_timeout, 0, 86'400'000,
                      "How long a stream on demand goes on after its last viewer.");
  schema.number("rank", o.rank, 0, 1'000'000,
                "Of its publisher: 0 is best, and two pulls of one name differ.");
  schema.truth("enabled", o.enabled, "Whether it is fetched at all.");
  schema.map("options", o.options, "What the protocol takes: transport, latency_ms, format, ...");
}

void describe(base::OptionSchema& schema, PushOptions& o) {
  schema.text("id", o.id, "Its name in the API; empty makes one of the stream's.");
  schema.text("stream", o.stream, "The stream that is sent, or several, live/*.");
  schema.text("url", o.url, "Where to; for several streams with {name}, perhaps {app}, in it.");
  schema.truth("enabled", o.enabled, "Whether it is sent at all.");
  schema.map("options", o.options, "What the protocol takes: transport, latency_ms, format, ...");
}

void describe(base::OptionSchema& schema, TransferPlan& plan) {
  schema.records("sources.pulls", plan.pulls, "Streams that the server fetches.").reloadable = true;
  schema.records("sources.pushes", plan.pushes, "Streams that the server sends to others.").reloadable = true;
  schema.list("sources.dial_allow", plan.dial_allow,
              "Networks that may be dialled although they are this machine's own or link-local, such as "
              "127.0.0.0/8; all allows everything.");
  schema.milliseconds("sources.backoff_first_ms", plan.retry.backoff_first, 10, 3'600'000,
                      "Pause after the first failure of a pull or push; each further one doubles it.");
  schema.milliseconds("sources.backoff_max_ms", plan.retry.backoff_max, 10, 3'600'000,
                      "The longest pause between two tries.");
  schema.milliseconds("sources.connect_timeout_ms", plan.retry.connect_timeout, 100, 600'000,
                      "An attempt is given up when no media has come by then.");
  schema.milliseconds("sources.start_wait_ms", plan.start_wait, 0, 600'000,
                      "How long a viewer waits for a stream on demand to begin.");
  schema.number("sources.pulls_max", plan.pulls_max, 0, 100'000, "Pulls, configured and added ones.");
  schema.number("sources.pushes_max", plan.pushes_max, 0, 100'000,
                "Pushes, configured and added ones; also of streams that are sent at one time by patterns.");
  schema.number("sources.templates_streams_max", plan.templates_streams_max, 0, 100'000,
                "Streams that are fetched at one time because a viewer's name fits a template.");
}

base::Status check(const PullOptions& pull, const TransferTable& table) {
  if (pull.name.empty()) return missing("name");
  if (pull.url.empty()) return missing("url");
  if (StreamTemplate::is_template(pull.name)) {
    auto made = StreamTemplate::make(pull.name, pull.url);
    if (!made) return made.error();
    auto example = made->example();
    if (!example) return Error{Code::kInvalidConfig, "url", example.error().context};
    return check_address(Direction::kPull, *example, pull.options, table);
  }
  if (auto name = hub::StreamName::parse(pull.name); !name)
    return Error{Code::kInvalidConfig, "name", name.error().context};
  auto url = base::Url::parse(pull.url);
  if (!url) return Error{Code::kInvalidConfig, "url", url.error().message()};
  return check_address(Direction::kPull, *url, pull.options, table);
}

base::Status check(const PushOptions& push, const TransferTable& table) {
  if (push.stream.empty()) return missing("stream");
  if (push.url.empty()) return missing("url");
  if (!push.id.empty() && !allowed_id(push.id))
    return Error{Code::kInvalidConfig, "id: want letters, digits, '-', '_' and '.', at most 128", push.id};
  if (base::Status status = check_stream(push.stream); !status) return status;
  StreamTemplate::Values values;
  if (is_pattern(push.stream)) {
    if (push.url.find("{name}") == std::string::npos)
      return Error{Code::kInvalidConfig, "url: several streams need {name} in it", {}};
    values = {{"app", "x"}, {"name", "x"}};
  }
  auto url = fill_url(push.url, values);
  if (!url) return url.error();
  return check_address(Direction::kPush, *url, push.options, table);
}

std::vector<std::string> check(const TransferPlan& plan, const TransferTable& table) {
  std::vector<std::string> findings;
  if (plan.pulls.size() > plan.pulls_max)
    findings.push_back("sources.pulls: more than sources.pulls_max, " + std::to_string(plan.pulls_max));
  if (plan.pushes.size() > plan.pushes_max)
    findings.push_back("sources.pushes: more than sources.pushes_max, " + std::to_string(plan.pushes_max));
  if (plan.retry.backoff_max < plan.retry.backoff_first)
    findings.emplace_back("sources.backoff_max_ms: want at least sources.backoff_first_ms");
  if (auto policy = io::DialPolicy::make(plan.dial_allow); !policy)
    findings.push_back("sources.dial_allow: " + policy.error().message());
  std::set<std::pair<std::string, int>> names;
  for (size_t i = 0; i < plan.pulls.size(); ++i) {
    const PullOptions& pull = plan.pulls[i];
    if (base::Status status = check(pull, table); !status)
      findings.push_back(finding("sources.pulls", i, status.error()));
    else if (!names.emplace(pull.name, pull.rank).second)
      findings.push_back(finding("sources.pulls", i,
                                 {Code::kInvalidConfig, "rank", "another pull of " + pull.name + " has it"}));
  }
  std::set<std::string> ids;
  for (size_t i = 0; i < plan.pushes.size(); ++i) {
    const PushOptions& push = plan.pushes[i];
    if (base::Status status = check(push, table); !status)
      findings.push_back(finding("sources.pushes", i, status.error()));
    else if (!push.id.empty() && !ids.insert(push.id).second)
      findings.push_back(finding("sources.pushes", i, {Code::kInvalidConfig, "id", "another push has it"}));
  }
  return findings;
}

void name_pushes(std::vector<PushOptions>& pushes) {
  std::set<std::string> taken;
  for (const PushOptions& push : pushes) taken.insert(push.id);
  for (PushOptions& push : pushes) {
    if (!push.id.empty()) continue;
    std::string stem = push.stream.substr(0, kIdBytesMax - 8);
    for (char& c : stem) c = c == '/' ? '-' : c == '*' ? '_' : c;
    size_t number = 1;
    while (!taken.insert(stem + "-" + std::to_string(number)).second) ++number;
    push.id = stem + "-" + std::to_string(number);
  }
}

bool fits_pattern(std::string_view pattern, std::string_view stream) {
  // Where to go on when what follows the last star does not fit.
  size_t star = std::string_view::npos, retry = 0, p = 0, s = 0;
  while (s < stream.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = s;
    } else if (p < pattern.size() && pattern[p] == stream[s]) {
      ++p, ++s;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      s = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace eyas::sources
