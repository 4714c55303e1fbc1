#include "http/credentials.h"

#include <gtest/gtest.h>

namespace eyas::http {
namespace {

Headers asks(std::initializer_list<const char*> challenges) {
  Headers headers;
  for (const char* each : challenges) headers.add("WWW-Authenticate", each);
  return headers;
}

TEST(Credentials, BasicIsTheWordsInBase64) {
  Credentials credentials("Aladdin", "open sesame");
  EXPECT_EQ(credentials.answer("GET", "/"), "");
  ASSERT_TRUE(credentials.take_challenge(asks({"Basic realm=\"x\""})));
  EXPECT_EQ(credentials.answer("GET", "/"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // [RFC 7617 2]
}

TEST(Credentials, DigestWithoutQopIsAsOldServersWantIt) {
  Credentials credentials("Mufasa", "Circle Of Life");
  ASSERT_TRUE(
      credentials.take_challenge(asks({"Digest realm=\"testrealm@host.com\", "
                                       "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc\""})));
  EXPECT_EQ(
      credentials.answer("GET", "/dir/index.html"),
      "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
      "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", "
      "response=\"670fd8c2df070c60b045671b8b24ff02\", opaque=\"5ccc\"");  // [RFC 2069 2.4, as corrected]
}

TEST(Credentials, TheStrongestChallengeIsAnswered) {
  Credentials credentials("u", "p");
  ASSERT_TRUE(credentials.take_challenge(
      asks({"Basic realm=\"x\"", "Digest realm=\"x\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=MD5",
            "Digest realm=\"x\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256"})));
  std::string answer = credentials.answer("GET", "/");
  EXPECT_NE(answer.find("algorithm=SHA-256"), std::string::npos) << answer;
  EXPECT_NE(answer.find("nc=00000001"), std::string::npos) << answer;
  EXPECT_NE(credentials.answer("GET", "/").find("nc=00000002"), std::string::npos);
}

TEST(Credentials, AnOldNonceIsToldApart) {
  Credentials credentials("u", "p");
  EXPECT_TRUE(credentials.take_challenge(asks({"Digest realm=\"x\", nonce=\"n\""})));
  EXPECT_FALSE(credentials.stale());
  EXPECT_TRUE(credentials.take_challenge(asks({"Digest realm=\"x\", nonce=\"m\", stale=TRUE"})));
  EXPECT_TRUE(credentials.stale());
}

TEST(Credentials, WhatWeCannotAnswerIsLeft) {
  Credentials credentials("u", "p");
  for (const char* challenge : {"Negotiate", "Digest realm=\"x\", nonce=\"n\", qop=\"auth-int\"",
                                "Digest realm=\"x\", nonce=\"n\", algorithm=SHA-512-256", "Digest \"", ""}) {
    Credentials fresh("u", "p");
    EXPECT_EQ(fresh.take_challenge(asks({challenge})), std::string(challenge) == "Digest \"") << challenge;
  }
  EXPECT_FALSE(credentials.take_challenge({}));
}

TEST(Credentials, WhatTheServerSaysStaysInsideItsQuotes) {
  Credentials credentials("a\"b\\c", "p");
  ASSERT_TRUE(credentials.take_challenge(asks({"Digest realm=\"r\\\"x\", nonce=\"n\""})));
  std::string answer = credentials.answer("GET", "/");
  EXPECT_NE(answer.find("username=\"a\\\"b\\\\c\", realm=\"r\\\"x\", nonce=\"n\""), std::string::npos)
      << answer;
}

}  // namespace
}  // namespace eyas::http
