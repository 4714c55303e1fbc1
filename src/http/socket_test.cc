// The server on real sockets, asked by curl and h2load.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "http/server.h"
#include "http/test_routes.h"
#include "io/tcp.h"
#include "io/tls.h"

namespace eyas::http {
namespace {

struct Output {
  int status = 0;
  std::string text;
};

Output shell(const std::string& command) {
  Output output;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> part;
  for (size_t count; (count = ::fread(part.data(), 1, part.size(), pipe)) > 0;)
    output.text.append(part.data(), count);
  output.status = WEXITSTATUS(::pclose(pipe));
  return output;
}

bool installed(const std::string& program) {
  return shell("command -v " + program).status == 0;
}

// A server with and without TLS on a loop in a thread of its own.
struct Sockets : testing::Test {
  void SetUp() override {
    if (!installed("curl") || !installed("openssl")) GTEST_SKIP() << "curl and openssl are needed";
    std::filesystem::create_directories(folder);
    ASSERT_EQ(shell("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "
                    "/CN=localhost "
                    "-keyout " +
                    folder + "/key.pem -out " + folder + "/cert.pem")
                  .status,
              0);
    test::add_routes(router, held);
    auto tls = io::TlsContext::load(folder + "/cert.pem", folder + "/key.pem", {"h2", "http/1.1"});
    ASSERT_TRUE(tls.ok());
    server = std::make_unique<Server>(loop, router, Options{}, std::make_shared<Shared>());
    plain = listen([this](int fd) { server->adopt(io::adopt_socket(loop, fd)); });
    secure = listen(
        [this, context = *tls](int fd) { server->adopt(io::adopt_tls_server(loop, fd, context), true); });
    http = "http://127.0.0.1:" + std::to_string(plain->address().port());
    https = "https://127.0.0.1:" + std::to_string(secure->address().port());
    thread = std::thread([this] { loop.run(); });
  }
  void TearDown() override {
    loop.stop();
    if (thread.joinable()) thread.join();
    std::filesystem::remove_all(folder);
  }
  std::unique_ptr<io::Listener> listen(base::UniqueFunction<void(int)> accept) {
    auto opened =
        io::Listener::open(loop, *io::Address::parse("127.0.0.1:0"), io::Sharing::kFirst,
                           [accept = std::move(accept)](int fd, const io::Address&) mutable { accept(fd); });
    return std::move(*opened);
  }

  std::string folder = testing::TempDir() + "/eyas_sockets_" + std::to_string(::getpid());
  io::Loop loop;
  Router router;
  test::Held held;
  std::unique_ptr<Server> server;
  std::unique_ptr<io::Listener> plain, secure;
  std::string http, https;
  std::thread thread;
};

TEST_F(Sockets, CurlSpeaksEveryVersionOverEveryTransport) {
  const std::string curl = "curl -sk --max-time 10 -w '|%{http_version}|%{http_code}' ";
  EXPECT_EQ(shell(curl + "--http1.0 " + http + "/hello/a").text, "hello a|1.1|200");
  EXPECT_EQ(shell(curl + "--http1.1 " + http + "/hello/a").text, "hello a|1.1|200");
  EXPECT_EQ(shell(curl + "--http2-prior-knowledge " + http + "/hello/a").text, "hello a|2|200");
  EXPECT_EQ(shell(curl + "--http1.1 " + https + "/hello/a").text, "hello a|1.1|200");
  EXPECT_EQ(shell(curl + "--http2 " + https + "/hello/a").text, "hello a|2|200");
  EXPECT_EQ(shell(curl + "--tls-max 1.2 --http2 " + https + "/hello/a").text, "hello a|2|200");
  EXPECT_NE(shell(curl + "--tls-max 1.1 " + https + "/hello/a").status, 0);
  EXPECT_EQ(shell(curl + "-d abc " + https + "/echo").text, "abc|2|200");
  EXPECT_EQ(shell(curl + "-H 'Transfer-Encoding: chunked' -d abc --http1.1 " + http + "/echo").text,
            "abc|1.1|200");
  EXPECT_EQ(shell(curl + "-r 0-2 " + http + "/large").text, "aaa|1.1|206");
  EXPECT_EQ(shell(curl + "--compressed " + https + "/large").text, std::string(5000, 'a') + "|2|200");
  EXPECT_EQ(shell(curl + "-I -o /dev/null " + https + "/large").text, "|2|200");
}

TEST_F(Sockets, H2loadLosesNothing) {
  if (!installed("h2load")) GTEST_SKIP() << "h2load is not installed";
  for (const std::string& arguments : {"-n 2000 -c 10 -m 10 " + https, "--h1 -n 2000 -c 10 " + http}) {
    Output output = shell("timeout 30 h2load " + arguments + "/large");
    EXPECT_NE(output.text.find("2000 succeeded, 0 failed"), std::string::npos) << output.text;
  }
}

}  // namespace
}  // namespace eyas::http
