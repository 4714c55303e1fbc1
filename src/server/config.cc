#include "server/config.h"

#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>

#include "sources/slates.h"

namespace eyas::server {
namespace {

// EYAS_HTTP_LISTEN for "http.listen": dots and dashes become underscores.
std::string environment_name(const std::string& key) {
  std::string name = "EYAS_";
  for (char c : key)
    name += c == '.' || c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

using Put = std::function<void(const std::string& key, const std::string& value)>;
// Takes a node whole; false when it is to be flattened.
using TakeWhole = std::function<bool(const std::string& key, const YAML::Node& node)>;

// Calls `put` for each leaf of a mapping with its dotted key; a sequence of scalars becomes words with
// commas.
void flatten(const YAML::Node& node, const std::string& prefix, const Put& put, const TakeWhole& take = {},
             int depth = 0) {
  if (depth > 8) return put(prefix, "(nested too deep)");
  if (take && take(prefix, node)) return;
  if (node.IsMap()) {
    for (const auto& entry : node) {
      std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "(not a name)";
      flatten(entry.second, prefix.empty() ? key : prefix + "." + key, put, take, depth + 1);
    }
  } else if (node.IsSequence()) {
    std::string words;
    for (const auto& item : node)
      words += (words.empty() ? "" : ",") + (item.IsScalar() ? item.Scalar() : "(not a word)");
    put(prefix, words);
  } else {
    put(prefix, node.IsScalar() ? node.Scalar() : "");
  }
}

// A list of records, as YAML has it. Findings name the record that is none.
void take_records(const base::Option& option, const YAML::Node& node, const std::string& from,
                  std::vector<std::string>& findings) {
  if (!node.IsSequence() && !node.IsNull())
    return findings.push_back(from + ": " + option.key + ": want " + option.allowed);
  std::vector<base::RecordText> records;
  const size_t findings_before = findings.size();
  for (const auto& item : node) {
    base::RecordText& record = records.emplace_back();
    if (!item.IsMap()) {
      findings.push_back(from + ": " + option.key + "[" + std::to_string(records.size() - 1) +
                         "]: want a mapping of keys to values");
      continue;
    }
    flatten(item, "",
            [&record](const std::string& key, const std::string& value) { record.emplace_back(key, value); });
  }
  if (findings.size() > findings_before) return;
  for (const std::string& finding : option.records.set(records)) findings.push_back(from + ": " + finding);
}

}  // namespace

Config::Config(std::vector<std::unique_ptr<protocols::Protocol>> protocols)
    : protocols_(std::move(protocols)) {
  describe();
}

void Config::describe() {
  schema_.number("io.threads", io_threads, 0, 256,
                 "Loops that serve, one thread each; 0 takes as many as the process may use CPUs.");
  schema_
      .choice("log.level", log_level, {"debug", "info", "warning", "error", "off"},
              "What is logged at least.")
      .reloadable = true;
  schema_.choice("log.format", log_format, {"text", "json"}, "How a line of the log is written.").reloadable =
      true;
  schema_.address("http.listen", http_listen, "Where the page, the API, HLS and HTTP-FLV are served.");
  http::describe(schema_, http);
  schema_.address("https.listen", https_listen, "The same over TLS, with HTTP/2.");
  schema_
      .text("tls.certificate", certificate_file,
            "PEM file of the certificate chain, for https, rtmps and rtsps.")
      .reloadable = true;
  schema_.text("tls.key", key_file, "PEM file of the certificate's key.").reloadable = true;
  schema_.text("web.root", web_root, "Folder of the built page; empty looks beside the program.");
  schema_.milliseconds("server.drain_ms", drain, 0, 600'000,
                       "How long a stopping server waits for its sessions.");
  hub::describe(schema_, hub);
  for (auto& protocol : protocols_) protocol->describe(schema_);
  sources::describe(schema_, demo);
  sources::describe(schema_, derive);
  sources::describe(schema_, transfers);
  files::describe(schema_, files);
  sources::describe(schema_, pictures);
  sources::describe(schema_, slate);
  sources::describe(schema_, alarms);
  worker::describe(schema_, worker);
}

std::vector<std::string> Config::load(const Sources& sources) {
  std::vector<std::string> findings;
  if (!sources.file.empty()) load_file(sources.file, findings);
  load_environment(sources, findings);
  for (const std::string& text : sources.sets) {
    size_t equals = text.find('=');
    if (equals == std::string::npos) {
      findings.push_back("--set " + text + ": want key=value");
      continue;
    }
    set(text.substr(0, equals), text.substr(equals + 1), "--set", findings);
  }
  check(findings);
  return findings;
}

void Config::load_file(const std::string& path, std::vector<std::string>& findings) {
  YAML::Node root;
  // yaml-cpp reports by exceptions; they end here.
  try {
    root = YAML::LoadFile(path);
    if (root.IsNull()) return;
    if (!root.IsMap()) return findings.push_back(path + ": want a mapping of rooms to their keys");
    auto put = [&](const std::string& key, const std::string& value) { set(key, value, path, findings); };
    flatten(root, "", put, [&](const std::string& key, const YAML::Node& node) {
      const base::Option* option = schema_.find(key);
      if (option == nullptr || !option->is_records()) return false;
      take_records(*option, node, path, findings);
      return true;
    });
  } catch (const YAML::BadFile&) {
    findings.push_back(path + ": cannot be read");
  } catch (const YAML::Exception& error) {
    findings.push_back(path + ":" + std::to_string(error.mark.line + 1) + ": not YAML: " + error.msg);
  }
}

void Config::load_environment(const Sources& sources, std::vector<std::string>& findings) {
  for (const auto& [name, value] : sources.environment) {
    auto option = std::ranges::find_if(
        schema_.options(), [&name = name](const auto& o) { return environment_name(o.key) == name; });
    if (option == schema_.options().end())
      findings.push_back(name + ": no option is set by this variable");
    else
      set(option->key, value, name, findings);
  }
}

void Config::set(const std::string& key, const std::string& value, const std::string& from,
                 std::vector<std::string>& findings) {
  const base::Option* option = schema_.find(key);
  if (option != nullptr && option->is_records()) return set_records(*option, value, from, findings);
  base::Status status = schema_.set(key, value);
  if (!status.ok()) findings.push_back(from + ": " + status.error().context + ": " + status.error().detail);
}

// In one line, records are YAML's flow text: [{name: cctv/front, url: "rtsp://10.0.0.5/1"}].
void Config::set_records(const base::Option& option, const std::string& flow, const std::string& from,
                         std::vector<std::string>& findings) {
  try {
    take_records(option, YAML::Load(flow), from, findings);
  } catch (const YAML::Exception& error) {
    findings.push_back(from + ": " + option.key + ": not YAML: " + error.msg);
  }
}

sources::TransferTable Config::transfer_table() const {
  sources::TransferTable table;
  for (const auto& protocol : protocols_) table.add(*protocol);
  return table;
}

void Config::check(std::vector<std::string>& findings) const {
  if (certificate_file.empty() != key_file.empty()) {
    findings.push_back("tls.certificate and tls.key: set both or neither");
  }
  for (std::string& finding : sources::check(transfers, transfer_table()))
    findings.push_back(std::move(finding));
  for (std::string& finding : files::check(files)) findings.push_back(std::move(finding));
  bool wants_tls = !https_listen.empty();
  for (const auto& protocol : protocols_) {
    if (base::Status status = protocol->check(); !status.ok()) findings.push_back(status.error().message());
    for (const auto& point : protocol->listen_points()) wants_tls |= point.tls && !point.address.empty();
  }
  if (wants_tls && certificate_file.empty()) {
    findings.push_back(
        "tls.certificate: \"\"; https.listen, rtmps.listen and rtsps.listen need a certificate and its key");
  }
}

std::vector<std::pair<std::string, std::string>> eyas_environment() {
  std::vector<std::pair<std::string, std::string>> found;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string text = *entry;
    size_t equals = text.find('=');
    if (!text.starts_with("EYAS_") || equals == std::string::npos) continue;
    std::string name = text.substr(0, equals);
    if (name != kDiscoverPasswordVariable) found.emplace_back(std::move(name), text.substr(equals + 1));
  }
  return found;
}

}  // namespace eyas::server
