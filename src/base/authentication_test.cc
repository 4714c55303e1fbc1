#include "base/authentication.h"

#include <gtest/gtest.h>

namespace eyas::base {
namespace {

using Headers = std::vector<std::string_view>;

// The example of [RFC 7616 3.9.1], with both algorithms.
Challenge example(DigestAlgorithm algorithm) {
  Challenge challenge;
  challenge.realm = "http-auth@example.org";
  challenge.algorithm = algorithm;
  challenge.algorithm_said = true;
  challenge.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  challenge.opaque = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS";
  challenge.qop_auth = true;
  return challenge;
}
const Login kMufasa{"Mufasa", "Circle of Life"};
constexpr const char* kCnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";

TEST(Authentication, AnswersTheExamplesOfTheSpecification) {
  auto md5 = answer(example(DigestAlgorithm::kMd5), kMufasa, "GET", "/dir/index.html", 1, kCnonce);
  EXPECT_EQ(md5.response, "8ca523f5e9506fed4657c9700eebdbec");
  auto sha = answer(example(DigestAlgorithm::kSha256), kMufasa, "GET", "/dir/index.html", 1, kCnonce);
  EXPECT_EQ(sha.response, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
  EXPECT_EQ(sha.nonce_count, "00000001");
}

// [RFC 2617 3.5] without qop is RFC 2069's form: worked out with md5sum.
TEST(Authentication, AnswersWithoutQop) {
  Challenge challenge;
  challenge.realm = "Eyas";
  challenge.nonce = "0123456789abcdef";
  auto a = answer(challenge, {"admin", "secret"}, "DESCRIBE", "rtsp://127.0.0.1/live/a", 1, "");
  EXPECT_TRUE(proves(a, {"admin", "secret"}, "DESCRIBE"));
  EXPECT_EQ(a.text().find("qop"), std::string::npos);
  EXPECT_EQ(a.text().find("algorithm"), std::string::npos);
  EXPECT_EQ(a.response, "2ac32302ad2868b6c6cc1d30fcd0d674");
}

TEST(Authentication, ProofNeedsUserPasswordMethodAndAddress) {
  for (DigestAlgorithm algorithm : {DigestAlgorithm::kMd5, DigestAlgorithm::kSha256}) {
    auto a = answer(example(algorithm), kMufasa, "PLAY", "rtsp://a/x", 2, kCnonce);
    auto read = parse_authorization(a.text());
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, a);
    EXPECT_TRUE(proves(*read, kMufasa, "PLAY"));
    EXPECT_FALSE(proves(*read, kMufasa, "RECORD"));
    EXPECT_FALSE(proves(*read, {"Mufasa", "circle of life"}, "PLAY"));
    EXPECT_FALSE(proves(*read, {"Simba", "Circle of Life"}, "PLAY"));
    read->uri = "rtsp://a/y";
    EXPECT_FALSE(proves(*read, kMufasa, "PLAY"));
  }
}

TEST(Authentication, BasicGoesThereAndBack) {
  Challenge challenge;
  challenge.scheme = AuthScheme::kBasic;
  auto a = answer(challenge, {"Aladdin", "open:sesame"}, "PLAY", "rtsp://a/x", 1, "");
  EXPECT_EQ(a.text(), "Basic QWxhZGRpbjpvcGVuOnNlc2FtZQ==");
  auto read = parse_authorization("basic  QWxhZGRpbjpvcGVuOnNlc2FtZQ");
  ASSERT_TRUE(read);
  EXPECT_TRUE(proves(*read, {"Aladdin", "open:sesame"}, "PLAY"));
  EXPECT_FALSE(proves(*read, {"Aladdin", "open"}, "PLAY"));
}

TEST(Authentication, ReadsChallengesInOneHeaderAndInSeveral) {
  for (const Headers& list :
       {Headers({"Digest realm=\"a, b\", nonce=\"n\\\"1\", algorithm=SHA-256, qop=\"auth,auth-int\"",
                 "Basic realm=\"c\"", "Digest realm=\"d\",nonce=\"n2\",stale=TRUE"}),
        Headers({"Digest realm=\"a, b\", nonce=\"n\\\"1\", algorithm=SHA-256, qop=\"auth,auth-int\", Basic "
                 "realm=\"c\", Digest realm=\"d\",nonce=\"n2\",stale=TRUE"})}) {
    auto challenges = challenges_of(list);
    ASSERT_EQ(challenges.size(), 3u);
    EXPECT_EQ(challenges[0].realm, "a, b");
    EXPECT_EQ(challenges[0].nonce, "n\"1");
    EXPECT_EQ(challenges[0].algorithm, DigestAlgorithm::kSha256);
    EXPECT_TRUE(challenges[0].qop_auth);
    EXPECT_EQ(challenges[1].scheme, AuthScheme::kBasic);
    EXPECT_FALSE(challenges[2].qop_auth);
    EXPECT_TRUE(challenges[2].stale);
    EXPECT_EQ(strongest(challenges, true), &challenges[0]);
  }
}

TEST(Authentication, NeverTellsThePasswordWhereThatIsNotAllowed) {
  auto challenges = challenges_of(Headers({"Basic realm=\"c\""}));
  EXPECT_EQ(strongest(challenges, false), nullptr);
  EXPECT_EQ(strongest(challenges, true), &challenges[0]);
  EXPECT_EQ(strongest({}, true), nullptr);
}

TEST(Authentication, PassesOverWhatItDoesNotKnow) {
  EXPECT_TRUE(challenges_of(Headers({"Negotiate", "Digest realm=\"a\", algorithm=MD5-sess, nonce=\"b\"",
                                     "Digest realm=\"a\", nonce=\"b\", qop=\"auth-int\"", "\",=\"=,"}))
                  .empty());
  EXPECT_EQ(parse_authorization("Bearer abc"), std::nullopt);
  EXPECT_EQ(parse_authorization("Basic !!!!"), std::nullopt);
  EXPECT_EQ(parse_authorization("Basic YQ=="), std::nullopt);  // "a": no colon
  EXPECT_EQ(parse_authorization("Digest algorithm=SHA-512-256"), std::nullopt);
  EXPECT_EQ(parse_authorization(""), std::nullopt);
}

TEST(Authentication, BoundsTheChallenges) {
  EXPECT_EQ(challenges_of(Headers(2 * kChallengesMax, "Basic realm=\"a\"")).size(), kChallengesMax);
}

TEST(Authentication, ChallengesReadBackToTheSame) {
  for (DigestAlgorithm algorithm : {DigestAlgorithm::kMd5, DigestAlgorithm::kSha256}) {
    Challenge challenge = example(algorithm);
    challenge.stale = true;
    const std::string text = challenge.text();
    auto read = challenges_of(Headers({text}));
    ASSERT_EQ(read.size(), 1u);
    EXPECT_EQ(read[0], challenge);
  }
}

}  // namespace
}  // namespace eyas::base
