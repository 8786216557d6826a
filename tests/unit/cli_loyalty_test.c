/* cli_loyalty_test.c -- what the commands of the programme show people, and the shapes programs
 * read. Runs the command line as the program does. */
#include "ledger/ledger.h"
#include "member/member.h"
#include "support/koi_run.h"
#include "test.h"

static enum err make_member(struct tx *t, void *arg)
{
    i64 *id = arg;
    struct identity phone = { .kind = ID_PHONE, .value = S("13800138000") };
    struct member_sighting seen = {
        .identities = &phone, .n = 1, .name = S("王小明"), .source = S("api")
    };
    bool created;
    return member_resolve(t, &seen, id, &created);
}

static const char *a_member(struct ctx *c)
{
    i64 id;
    CHECK_OK(c, store_write(test_store(), c, make_member, &id));
    return str_z(c->arena, str_fmt(c->arena, "%lld", (long long)id));
}

TEST(a_balance_is_shown_whole)
{
    struct ctx *c = test_reader();
    const char *id = a_member(c);
    KOI_RUN(c, 0, "points", "grant", id, "120", "K1", "补发");
    str said = KOI_RUN(c, 0, "points", "balance", id);
    CHECK(str_find(said, S("\nexpiring\n  on          amount\n  20")) > 0);
    CHECK(str_find(said, S("  120\ndebt              0\n")) > 0);
    said = KOI_RUN(c, 0, "points", "balance", id, "--json");
    CHECK(str_starts(said, S("{\"available\":120,\"pending\":0,\"expiring\":[{\"on\":\"20")));
    CHECK(str_ends(said, S(",\"amount\":120}],\"debt\":0}\n")));
    said = KOI_RUN(c, 0, "members", "show", id);
    CHECK(str_find(said, S("\nidentities\n  kind")) > 0);
    CHECK(str_find(said, S("…")) < 0);
}

TEST(what_waits_for_approval_says_so)
{
    struct ctx *c = test_reader();
    str said = KOI_RUN(c, 0, "points", "grant", a_member(c), "5000", "K1", "补发");
    CHECK(str_find(said, S("approval\n  id ")) > 0);
}

TEST(the_trial_balance_sums_to_zero)
{
    struct ctx *c = test_reader();
    KOI_RUN(c, 0, "points", "grant", a_member(c), "120", "K1", "补发");
    str said = KOI_RUN(c, 0, "ledger", "trial", "--locale", "en");
    CHECK(str_find(said, S("point  members        -         1      120")) > 0);
    CHECK(str_find(said, S("point    house   source         1     -120")) > 0);
    said = KOI_RUN(c, 0, "ledger", "trial", "--json");
    CHECK(str_starts(said, S("{\"ok\":true,\"units\":[{\"unit\":\"point\"")));
    said = KOI_RUN(c, 0, "ledger", "trial", "--csv");
    CHECK(str_find(said, S("point,false,,1,120,0\n")) > 0);
    KOI_RUN(c, 2, "ledger", "trial", "--csv", "--json");
}
