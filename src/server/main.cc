#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "base/log.h"
#include "io/descriptors.h"
#include "server/config.h"
#include "server/discover.h"
#include "server/node.h"
#include "server/protocols.h"
#include "server/version.h"

namespace eyas::server {
namespace {

struct CommandLine {
  std::string file;
  std::string data;
  std::vector<std::string> sets;
  bool print = false;

  Config::Sources sources() const { return {file, eyas_environment(), sets}; }
};

// Prints the findings; false when there are any.
bool report(const std::vector<std::string>& findings) {
  for (const std::string& finding : findings) std::fprintf(stderr, "eyas: %s\n", finding.c_str());
  return findings.empty();
}

int check_config(const CommandLine& line) {
  Config config(make_protocols());
  if (!report(config.load(line.sources()))) return 1;
  if (line.print)
    std::fputs(config.schema().yaml().c_str(), stdout);
  else
    std::puts("configuration is good");
  return 0;
}

void reload(Node& node, const CommandLine& line) {
  Config fresh(make_protocols());
  auto findings = fresh.load(line.sources());
  for (const std::string& finding : findings) base::log::error("config.invalid", {{"finding", finding}});
  if (!findings.empty())
    return base::log::error("config.kept", {{"reason", "the new configuration has errors"}});
  node.apply(fresh);
}

// Large pieces of memory are mapped and given back one by one. Left to itself glibc raises this bound to the
// largest that was ever freed, so that coded pictures would tear holes into a heap that only grows.
void give_memory_back() {
  constexpr int kLarge = 128 * 1024;
  mallopt(M_MMAP_THRESHOLD, kLarge);
  mallopt(M_TRIM_THRESHOLD, kLarge);
}

int serve(const CommandLine& line, bool demo) {
  give_memory_back();
  Config config(make_protocols());
  if (!report(config.load(line.sources()))) return 1;
  if (!line.data.empty()) config.data_folder = line.data;
  io::raise_descriptor_limit();
  Node node(config, demo);
  if (base::Status status = node.start(); !status.ok()) {
    std::fprintf(stderr, "eyas: %s\n", status.error().message().c_str());
    return 1;
  }
  node.on_reload([&] { reload(node, line); });
  std::printf("Eyas is at http://%s/\n", node.http_address().c_str());
  std::fflush(stdout);
  return node.run();
}

// What `eyas discover` was asked for.
struct DiscoverLine {
  onvif::DiscoveryRequest request;
  double wait_s = 3;
  bool json = false;
};

int discover_by(const CommandLine& line, DiscoverLine& asked) {
  Config config(make_protocols());
  if (!report(config.load(line.sources()))) return 1;
  base::set_log_level(base::LogLevel::kWarning);
  asked.request.wait = std::chrono::milliseconds(static_cast<int64_t>(asked.wait_s * 1000));
  return discover(config, asked.request, asked.json);
}

void add_options(CLI::App& command, DiscoverLine& asked) {
  command.add_option("--wait", asked.wait_s, "Seconds to wait for cameras (3)")->check(CLI::Range(0.0, 10.0));
  command.add_option("--user", asked.request.login.user, "The cameras' user name");
  command.add_option("--password", asked.request.login.password, "The cameras' password")
      ->envname(kDiscoverPasswordVariable);
  command.add_option("--host", asked.request.hosts,
                     "Ask this camera instead of searching; host or host:port");
  command.add_option("--interface", asked.request.interfaces, "Search from this IPv4 address of ours");
  command.add_flag("--json", asked.json, "Print what the API would answer");
}

void add_options(CLI::App& command, CommandLine& line) {
  command.add_option("--config", line.file, "Configuration file (YAML)")->check(CLI::ExistingFile);
  command.add_option("--data", line.data, "Folder for what the server keeps (./data)");
  command.add_option("--set", line.sets, "key=value; may be given many times")->take_all();
}

int main(int argc, char** argv) {
  CLI::App app("Eyas: live video for drones and cameras", "eyas");
  app.set_version_flag("--version", std::string("eyas ") + kVersion);
  app.require_subcommand(1);
  CommandLine line;
  auto* serving = app.add_subcommand("serve", "Serve");
  auto* demo = app.add_subcommand("demo", "Serve, with the demo flight on air");
  auto* checking =
      app.add_subcommand("check-config", "Check the configuration and say what is wrong with it");
  auto* discovering = app.add_subcommand("discover", "Find the ONVIF cameras of this machine's networks");
  for (CLI::App* command : {serving, demo, checking, discovering}) add_options(*command, line);
  DiscoverLine asked;
  add_options(*discovering, asked);
  checking->add_flag("--print", line.print, "Print the whole configuration, every key commented");
  CLI11_PARSE(app, argc, argv);
  if (checking->parsed()) return check_config(line);
  if (discovering->parsed()) return discover_by(line, asked);
  return serve(line, demo->parsed());
}

}  // namespace
}  // namespace eyas::server

int main(int argc, char** argv) {
  return eyas::server::main(argc, argv);
}
