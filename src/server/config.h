// The configuration: defaults, then the file, then the environment, then --set.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/option_schema.h"
#include "http/options.h"
#include "hub/directory.h"
#include "protocols/protocol.h"
#include "sources/alarms.h"
#include "sources/demo.h"
#include "sources/derivations.h"
#include "sources/files/options.h"
#include "sources/pictures.h"
#include "sources/slate.h"
#include "sources/transfer_plan.h"

namespace eyas::server {

// Every option, with the protocols that hold their own. Not movable: the schema is bound to the fields.
class Config {
 public:
  explicit Config(std::vector<std::unique_ptr<protocols::Protocol>> protocols);
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;

  // What is read, in this order; later wins.
  struct Sources {
    std::string file;                                              // YAML; empty: none
    std::vector<std::pair<std::string, std::string>> environment;  // EYAS_HTTP_LISTEN=...
    std::vector<std::string> sets;                                 // "http.listen=127.0.0.1:80"
  };
  // Every finding, not only the first: each names key, value and what is allowed. Empty: all is well.
  std::vector<std::string> load(const Sources& sources);

  const base::OptionSchema& schema() const { return schema_; }
  std::vector<std::unique_ptr<protocols::Protocol>>& protocols() { return protocols_; }
  // Which of the protocols fetches and sends what.
  sources::TransferTable transfer_table() const;

  std::string data_folder = "data";  // --data

  unsigned io_threads = 0;  // 0: as many as the process may use CPUs
  std::string log_level = "info";
  std::string log_format = "text";
  std::string http_listen = "127.0.0.1:8080";
  std::string https_listen;
  std::string certificate_file;
  std::string key_file;
  std::string web_root;
  base::Duration drain = std::chrono::seconds(5);
  http::Options http;
  hub::Directory::Options hub;
  worker::ProcessOptions worker;
  sources::DemoOptions demo;
  sources::DerivationOptions derive;
  sources::TransferPlan transfers;
  sources::PictureOptions pictures;
  sources::SlateOptions slate;
  sources::AlarmOptions alarms;
  files::Options files;

 private:
  void describe();
  void load_file(const std::string& path, std::vector<std::string>& findings);
  void load_environment(const Sources& sources, std::vector<std::string>& findings);
  void set(const std::string& key, const std::string& value, const std::string& from,
           std::vector<std::string>& findings);
  void set_records(const base::Option& option, const std::string& flow, const std::string& from,
                   std::vector<std::string>& findings);
  void check(std::vector<std::string>& findings) const;

  std::vector<std::unique_ptr<protocols::Protocol>> protocols_;
  base::OptionSchema schema_;
};

// The password of `eyas discover` where it is not on the command line; no option is set by it.
inline constexpr const char* kDiscoverPasswordVariable = "EYAS_DISCOVER_PASSWORD";

// The process's environment variables that begin with EYAS_, which set options: all but the one above.
std::vector<std::pair<std::string, std::string>> eyas_environment();

}  // namespace eyas::server
