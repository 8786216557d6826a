/* cli_channel_test.c -- koi endpoint: made, shown, changed, its secret rotated, removed; what each
 * leaves in the audit log. */
#include "channel/delivery.h"
#include "support/koi_run.h"
#include "test.h"

#define URL "https://example.com/koi"

static struct endpoint_view found(struct ctx *c, const char *name)
{
    struct endpoint_view e;
    CHECK_OK(c, endpoint_named(c, str_of(name), &e));
    return e;
}

TEST(endpoints_are_changed_by_name)
{
    struct ctx *c = test_reader();
    KOI_RUN(c, 0, "endpoint", "add", "群", URL, "--topic", "alert.raised");
    CHECK(str_find(KOI_RUN(c, 0, "endpoint", "show", "群"), S(URL)) > 0);
    CHECK_I64(KOI_RUN(c, 1, "endpoint", "show", "没有").n, 0);
    KOI_RUN(c, 2, "endpoint", "change", "群");
    KOI_RUN(c, 2, "endpoint", "change", "群", "--on", "--off");
    KOI_RUN(c, 1, "endpoint", "change", "群", "--target", "ftp://example.com");
    KOI_RUN(c, 1, "endpoint", "change", "群", "--topic", "no.such");
    KOI_RUN(c, 0, "endpoint", "change", "群", "--name", "值班群", "--target", URL "/2", "--off");
    struct endpoint_view e = found(c, "值班群");
    CHECK_STR(e.target, URL "/2");
    CHECK(e.topics.n == 1 && e.state == ENDPOINT_OFF); /* what is not named stays */
    KOI_RUN(c, 0, "endpoint", "change", "值班群", "--on", "--topic", "*", "--topic", "report.made");
    e = found(c, "值班群");
    CHECK(e.enabled && e.topics.n == 2);
    KOI_RUN(c, 0, "endpoint", "change", "值班群", "--topic", "none");
    CHECK_I64(found(c, "值班群").topics.n, 0);
    CHECK(str_find(KOI_RUN(c, 0, "endpoint", "list", "--csv"), S(",webhook,值班群," URL "/2,")) >
          0);
}

TEST(a_secret_is_rotated_and_an_endpoint_removed)
{
    struct ctx *c = test_reader();
    str first = KOI_RUN(c, 0, "endpoint", "add", "群", URL, "--json");
    str second = KOI_RUN(c, 0, "endpoint", "rotate", "群", "--json");
    i64 at = str_find(first, S("whsec_")), now = str_find(second, S("whsec_"));
    CHECK(at > 0 && now > 0 &&
          !str_eq(str_sub(first, at, at + 40), str_sub(second, now, now + 40)));
    CHECK(found(c, "群").old_secret_until.has);
    KOI_RUN(c, 0, "endpoint", "add", "信", "ops@example.com", "--mail");
    KOI_RUN(c, 1, "endpoint", "rotate", "信");
    KOI_RUN(c, 0, "endpoint", "remove", "群");
    KOI_RUN(c, 1, "endpoint", "show", "群");
    str log = KOI_RUN(c, 0, "api", "GET", "/v1/audit?limit=10", "--json");
    CHECK(str_find(log, S("endpoint.rotated")) > 0 && str_find(log, S("endpoint.removed")) > 0);
    CHECK(str_find(log, S("whsec_")) < 0);
}
