// An URL that is read writes itself so that it reads the same again, and what is shown holds no secret.
#include "base/bytes.h"
#include "base/check.h"
#include "base/url.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eyas;
  std::string_view text = base::as_text({data, size});
  base::Result<base::Url> url = base::Url::parse(text);
  if (!url) {
    CHECK(!url.error().message().empty());
    return 0;
  }
  // Escaping makes it longer: only then may it be refused.
  base::Result<base::Url> again = base::Url::parse(url->text());
  if (again)
    CHECK(*again == *url);
  else
    CHECK(again.error().code == base::Code::kLimit);
  base::Url public_part = *url;
  public_part.user = url->user.empty() ? "" : "x";
  public_part.password = url->password.empty() ? "" : "x";
  CHECK(public_part.shown() == url->shown());
  CHECK(public_part.shown_without_key() == url->shown_without_key());
  static_cast<void>(url->parameter("streamid"));
  size_t half = size / 2;
  base::Result<base::Url> next = url->resolved(text.substr(half));
  if (next) {
    base::Result<base::Url> same = base::Url::parse(next->text());
    CHECK(same ? *same == *next : same.error().code == base::Code::kLimit);
  }
  return 0;
}
