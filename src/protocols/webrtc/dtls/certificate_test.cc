#include "protocols/webrtc/dtls/certificate.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace eyas::webrtc {
namespace {

using base::Code;
const base::WallTime kNow{std::chrono::seconds(1'800'000'000)};

TEST(DtlsCertificate, ComesBackFromItsPem) {
  auto made = DtlsCertificate::make(kNow);
  ASSERT_TRUE(made.ok());
  auto again = DtlsCertificate::from_pem(made->pem(), kNow);
  ASSERT_TRUE(again.ok()) << again.error().message();
  EXPECT_EQ(again->digest(), made->digest());
  EXPECT_NE(DtlsCertificate::make(kNow)->digest(), made->digest());
}

TEST(DtlsCertificate, TheFingerprintIsAsSdpWritesIt) {
  Sha256 digest{0xAB, 0x01};
  std::string text = fingerprint_text(digest);
  EXPECT_EQ(text.substr(0, 8), "AB:01:00");
  EXPECT_EQ(text.size(), 95u);
  EXPECT_EQ(*parse_fingerprint(text), digest);
  EXPECT_EQ(*parse_fingerprint("ab" + text.substr(2)), digest) << "small letters are taken too";
  for (const auto& bad :
       {std::string(), text.substr(1), text + ":00", "G" + text.substr(1), std::string(95, ':')})
    EXPECT_FALSE(parse_fingerprint(bad).ok()) << bad;
}

TEST(DtlsCertificate, OneThatRanOutIsNotTaken) {
  auto made = DtlsCertificate::make(kNow);
  auto later = DtlsCertificate::from_pem(made->pem(), kNow + std::chrono::hours(24 * 365 * 11));
  ASSERT_FALSE(later.ok());
  EXPECT_EQ(later.error().code, Code::kTimeout);
  EXPECT_EQ(DtlsCertificate::from_pem("nonsense", kNow).error().code, Code::kMalformed);
}

class DtlsCertificateFile : public testing::Test {
 protected:
  DtlsCertificateFile() {
    char name[] = "/tmp/eyas-dtls-XXXXXX";
    directory = ::mkdtemp(name);
  }
  ~DtlsCertificateFile() override { std::filesystem::remove_all(directory); }

  std::string directory;
};

TEST_F(DtlsCertificateFile, IsMadeOnceAndKeptPrivate) {
  std::string path = directory + "/dtls.pem";
  auto first = DtlsCertificate::load_or_make(path, kNow);
  ASSERT_TRUE(first.ok()) << first.error().message();
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  EXPECT_EQ(DtlsCertificate::load_or_make(path, kNow)->digest(), first->digest());
  auto later = DtlsCertificate::load_or_make(path, kNow + std::chrono::hours(24 * 365 * 11));
  ASSERT_TRUE(later.ok());
  EXPECT_NE(later->digest(), first->digest()) << "what ran out is made anew";
}

TEST_F(DtlsCertificateFile, OneThatCannotBeReadIsNotOverwritten) {
  std::string path = directory + "/dtls.pem";
  std::ofstream(path) << "somebody's own notes";
  EXPECT_EQ(DtlsCertificate::load_or_make(path, kNow).error().code, Code::kMalformed);
  EXPECT_EQ(DtlsCertificate::load_or_make(directory + "/none/dtls.pem", kNow).error().code, Code::kSystem);
}

}  // namespace
}  // namespace eyas::webrtc
