#include "server/config.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "server/protocols.h"

namespace eyas::server {
namespace {

// A configuration file for one test, gone with it.
struct File {
  explicit File(const std::string& text) {
    path = testing::TempDir() + "eyas_" + testing::UnitTest::GetInstance()->current_test_info()->name() +
           ".yaml";
    std::ofstream(path) << text;
  }
  ~File() { std::remove(path.c_str()); }
  std::string path;
};

std::vector<std::string> load(Config& config, const std::string& yaml,
                              std::vector<std::pair<std::string, std::string>> environment = {},
                              std::vector<std::string> sets = {}) {
  File file(yaml);
  return config.load({file.path, std::move(environment), std::move(sets)});
}

TEST(Config, NothingIsOpenToTheWorldByDefault) {
  Config config(make_protocols());
  for (const base::Option& option : config.schema().options()) {
    if (!option.key.ends_with(".listen") || option.initial.empty()) continue;
    EXPECT_TRUE(option.initial.starts_with("127.0.0.1:")) << option.key << " " << option.initial;
  }
}

TEST(Config, LaterSourcesWin) {
  Config config(make_protocols());
  auto findings = load(config, "http:\n  listen: 127.0.0.1:1\nlog:\n  level: debug\n",
                       {{"EYAS_HTTP_LISTEN", "127.0.0.1:2"}}, {"http.listen=127.0.0.1:3"});
  EXPECT_EQ(findings, std::vector<std::string>{});
  EXPECT_EQ(config.http_listen, "127.0.0.1:3");
  EXPECT_EQ(config.log_level, "debug");
}

TEST(Config, EveryFindingIsNamed) {
  Config config(make_protocols());
  auto findings =
      load(config, "htp:\n  listen: 127.0.0.1:1\nlog:\n  level: loud\n", {{"EYAS_HTP", "x"}}, {"oops"});
  ASSERT_EQ(findings.size(), 4u);
  EXPECT_NE(findings[0].find("unknown key: htp.listen; did you mean http.listen?"), std::string::npos)
      << findings[0];
  EXPECT_NE(findings[1].find("log.level: \"loud\"; allowed: one of: debug, info"), std::string::npos)
      << findings[1];
  EXPECT_NE(findings[2].find("EYAS_HTP"), std::string::npos);
  EXPECT_NE(findings[3].find("want key=value"), std::string::npos);
}

TEST(Config, ThePasswordOfDiscoverIsNoUnknownOption) {
  setenv(kDiscoverPasswordVariable, "secret", 1);
  setenv("EYAS_LOG_LEVEL", "debug", 1);
  std::map<std::string, std::string> environment;
  for (auto& [name, value] : eyas_environment()) environment[name] = value;
  unsetenv(kDiscoverPasswordVariable);
  unsetenv("EYAS_LOG_LEVEL");
  EXPECT_EQ(environment["EYAS_LOG_LEVEL"], "debug");
  EXPECT_FALSE(environment.contains(kDiscoverPasswordVariable));
}

TEST(Config, ABrokenFileNamesItsLine) {
  Config config(make_protocols());
  auto findings = load(config, "http:\n  listen: [1, 2\n");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find("not YAML"), std::string::npos);
  EXPECT_EQ(Config(make_protocols()).load({"/nonexistent.yaml", {}, {}}).size(), 1u);
}

TEST(Config, TlsNeedsACertificate) {
  Config config(make_protocols());
  auto findings = load(config, "https:\n  listen: 127.0.0.1:8443\n");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find("tls.certificate"), std::string::npos);
}

TEST(Config, RecordsComeAsAListOrAsFlowText) {
  const std::string url = "http://u:p@10.0.0.5/live/a.flv";
  Config file(make_protocols());
  EXPECT_EQ(load(file, "sources:\n  pulls:\n    - name: cctv/a\n      url: \"" + url +
                           "\"\n      options: {format: flv}\n"),
            std::vector<std::string>{});
  ASSERT_EQ(file.transfers.pulls.size(), 1u);
  EXPECT_EQ(file.transfers.pulls[0].url, url);
  EXPECT_EQ(file.transfers.pulls[0].options.at("format"), "flv");
  // What is printed loads again.
  Config printed(make_protocols());
  EXPECT_EQ(load(printed, file.schema().yaml()), std::vector<std::string>{});
  EXPECT_EQ(printed.transfers.pulls, file.transfers.pulls);

  const std::string flow = "[{name: cctv/a, url: \"" + url + "\", options: {format: flv}}]";
  Config set(make_protocols());
  EXPECT_EQ(load(set, "", {}, {"sources.pulls=" + flow}), std::vector<std::string>{});
  EXPECT_EQ(set.transfers.pulls, file.transfers.pulls);
  Config environment(make_protocols());
  EXPECT_EQ(load(environment, "", {{"EYAS_SOURCES_PULLS", flow}}), std::vector<std::string>{});
  EXPECT_EQ(environment.transfers.pulls, file.transfers.pulls);
}

TEST(Config, FindingsNameTheRecordAndNoSecret) {
  Config config(make_protocols());
  auto findings = load(config,
                       "sources:\n  pulls:\n    - name: cctv/a\n      url: http://u:hunter2@10.0.0.5/a.flv\n"
                       "    - 5\n    - name: cctv/b\n      url: gopher://u:hunter2@10.0.0.5/a\n"
                       "  pushes: none\n");
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_NE(findings[0].find("sources.pulls[1]: want a mapping"), std::string::npos) << findings[0];
  EXPECT_NE(findings[1].find("sources.pushes: want a list of records"), std::string::npos) << findings[1];
  Config other(make_protocols());
  findings = load(other, "", {}, {"sources.pulls=[{name: cctv/b, url: \"gopher://u:hunter2@10.0.0.5/a\"}]"});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find("sources.pulls[0].url: "), std::string::npos) << findings[0];
  EXPECT_EQ(findings[0].find("hunter2"), std::string::npos);
}

TEST(Config, EveryDescriptionIsASentence) {
  Config config(make_protocols());
  for (const base::Option& option : config.schema().options())
    EXPECT_TRUE(option.description.ends_with('.')) << option.key << ": " << option.description;
}

// The first line in which two texts differ, of both; empty when none does.
std::string first_difference(const std::string& left, const std::string& right) {
  std::istringstream lefts(left), rights(right);
  for (int number = 1;; ++number) {
    std::string one, other;
    bool more = !!std::getline(lefts, one), others = !!std::getline(rights, other);
    if (!more && !others) return {};
    if (more == others && one == other) continue;
    return "line " + std::to_string(number) + "\n- " + (more ? one : "(the end)") + "\n+ " +
           (others ? other : "(the end)");
  }
}

TEST(Config, TheFirstDifferenceIsFound) {
  EXPECT_EQ(first_difference("a\nb\n", "a\nb\n"), "");
  EXPECT_EQ(first_difference("a\nb\nc\n", "a\nx\nc\n"), "line 2\n- b\n+ x");
  EXPECT_EQ(first_difference("a\n", "a\nb\n"), "line 2\n- (the end)\n+ b");
}

// A push is judged by what pushes know: what only a pull has is an error, said before anything starts.
TEST(Config, APullsOptionOnAPushIsAnError) {
  const std::string record = "live/a, url: \"tcp://10.0.0.5:5000\", options: {programme: \"1\"}}]";
  Config pull(make_protocols());
  EXPECT_EQ(load(pull, "", {}, {"sources.pulls=[{name: " + record}), std::vector<std::string>{});
  Config push(make_protocols());
  const auto findings = load(push, "", {}, {"sources.pushes=[{stream: " + record});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find("sources.pushes[0].options: "), std::string::npos) << findings[0];
  EXPECT_NE(findings[0].find("programme; known are: none"), std::string::npos) << findings[0];
}

// What a pull may open on this machine is the configuration's business, whoever adds the pull.
TEST(Config, OnlyDevicesThatAreAllowedAreFetched) {
  const std::string pulls = "sources.pulls=[{name: local/door, url: \"v4l2:///dev/video0?size=1280x720\"}]";
  Config closed(make_protocols());
  auto findings = load(closed, "", {}, {pulls});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find("sources.pulls[0].options: "), std::string::npos) << findings[0];
  EXPECT_NE(findings[0].find("sources.devices does not allow it (/dev/video0)"), std::string::npos)
      << findings[0];
  Config open(make_protocols());
  EXPECT_EQ(load(open, "", {}, {pulls, "sources.devices=/dev/video0,lavfi"}), std::vector<std::string>{});
  Config list(make_protocols());
  EXPECT_EQ(load(list, "sources:\n  devices: [/dev/video0]\n", {}, {pulls}), std::vector<std::string>{});
  Config wrong(make_protocols());
  findings = load(wrong, "", {}, {"sources.devices=/etc/passwd"});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_NE(findings[0].find("sources.devices: want paths such as /dev/video0"), std::string::npos)
      << findings[0];
}

// The file at the root is what the program prints: every key, commented, at its default.
TEST(Config, TheExampleFileIsUpToDateAndLoads) {
  std::ifstream example(EYAS_SOURCE_DIR "/eyas.yaml");
  std::string text((std::istreambuf_iterator<char>(example)), {});
  Config config(make_protocols());
  std::string printed = config.schema().yaml();
  EXPECT_TRUE(text == printed) << "write it anew: eyas check-config --print > eyas.yaml; first at "
                               << first_difference(text, printed);
  EXPECT_EQ(config.load({EYAS_SOURCE_DIR "/eyas.yaml", {}, {}}), std::vector<std::string>{});
}

}  // namespace
}  // namespace eyas::server
