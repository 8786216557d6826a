/* tiers_test.c -- the promises of the ladder, one by one, and the figures of docs/loyalty.md. */
#include "audience/segment.h"
#include "loyalty/benefits/inside.h"
#include "loyalty/programme.h"
#include "loyalty/tiers/inside.h"
#include "member/member.h"
#include "store/setting.h"
#include "trade/trade.h"

#include "test.h"

static i64 who = 7;

static instant on(i32 year, i32 month, i32 dom)
{
    return zone_midnight(test_ctx()->zone, day_of(year, month, dom)) + 12 * HOUR_MS;
}

static enum err meet(struct tx *t, void *arg)
{
    struct identity id = { ID_USER_ID, NO_STR, S("u1") };
    struct member_sighting s = { .identities = &id, .n = 1, .source = S("api"), .at = t->c->now };
    bool created;
    return member_resolve(t, &s, &who, &created);
}

static enum err write_one(struct tx *t, void *arg)
{
    i64 order;
    enum order_put what;
    return order_write(t, arg, &order, &what);
}
static void bought(const char *number, instant at, i64 yuan, i64 refund)
{
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), meet, NULL));
    struct order_fact fact = { .shop = S("旗舰店"),
                               .number = str_of(number),
                               .member = who,
                               .created_at = SOME(at),
                               .paid_at = SOME(at),
                               .state = ORDER_PAID,
                               .total = SOME(yuan * MONEY_UNIT),
                               .paid = SOME(yuan * MONEY_UNIT),
                               .refund = refund ? SOME(refund * MONEY_UNIT) : NONE };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), write_one, &fact));
}
static struct tier_now now_at(instant at)
{
    struct tier_now out;
    test_ctx()->now = at;
    CHECK_OK(test_ctx(), tier_of(test_reader(), who, &out));
    return out;
}

struct wish {
    str name, value;
};
static enum err set_now(struct tx *t, void *arg)
{
    struct wish *w = arg;
    return setting_set(t, w->name, w->value);
}
static enum err set(const char *name, const char *value)
{
    struct wish w = { str_of(name), str_of(value) };
    return store_write(test_store(), test_reader(), set_now, &w);
}

TEST(nothing_is_earned_before_it_opens)
{
    opt_instant since;
    CHECK_OK(test_ctx(), programme_open(test_reader(), &since));
    CHECK(!since.has);
    CHECK_ERR(test_ctx(), set("loyalty.since", "soon"), E_INVALID);
    CHECK_OK(test_ctx(), set("loyalty.since", "2024-06-01"));
    CHECK_OK(test_ctx(), programme_open(test_reader(), &since));
    CHECK_I64(since.value, zone_midnight(test_ctx()->zone, day_of(2024, 6, 1)));
    CHECK_OK(test_ctx(), set("loyalty.since", "2024-06-02"));
    CHECK_OK(test_ctx(), programme_open(test_reader(), &since));
    CHECK(!since.has);
    CHECK_OK(test_ctx(), set("loyalty.since", ""));
    CHECK_OK(test_ctx(), programme_open(test_reader(), &since));
    CHECK(!since.has);
}

TEST(the_shipped_ladder)
{
    static const char *const codes[] = { "小白", "素人", "达人", "红人", "品牌KOC" };
    for (i64 i = 0; i < COUNT(codes); i++) {
        i64 rank;
        CHECK_OK(test_ctx(), tier_rank(test_reader(), str_of(codes[i]), &rank));
        CHECK_I64(rank, i + 1);
    }
    i64 rank;
    CHECK_ERR(test_ctx(), tier_rank(test_reader(), S("大人"), &rank), E_NOT_FOUND);
    struct tier_now t = now_at(on(2024, 6, 1));
    CHECK_I64(t.rank, 0); /* nobody is a member by himself */
    CHECK_I64(t.multiplier, 1000);
    CHECK_STR(t.next, "小白");
}

TEST(an_upgrade_is_at_once)
{
    bought("1", on(2024, 3, 10), 300, 0);
    struct tier_now t = now_at(on(2024, 3, 10));
    CHECK_STR(t.tier, "小白");
    CHECK(!t.until.has);
    CHECK_I64(t.missing.value, 199 * MONEY_UNIT);
    bought("2", on(2024, 4, 1), 699, 0);
    t = now_at(on(2024, 4, 1));
    CHECK_STR(t.tier, "达人");
    CHECK_STR(t.en, "Insider");
    CHECK_I64(t.multiplier, 1500);
    CHECK_I64(t.since.value, on(2024, 4, 1));
    CHECK_STR(t.next, "红人");
    CHECK_I64(t.missing.value, 1000 * MONEY_UNIT);
    CHECK_OK(test_ctx(), tier_at(test_reader(), who, on(2024, 4, 1), &t));
    CHECK_STR(t.tier, "小白"); /* what that order itself was bought with */
}

TEST(qualification_lasts_to_month_end)
{
    bought("1", on(2024, 1, 31), 1000, 0);
    struct tier_now t = now_at(on(2024, 2, 1));
    CHECK_I64(t.until.value, zone_midnight(test_ctx()->zone, day_of(2025, 2, 1)));
    t = now_at(t.until.value - 1);
    CHECK_STR(t.tier, "达人");
    t = now_at(t.until.value); /* nothing since: one down */
    CHECK_STR(t.tier, "素人");
    CHECK_I64(t.until.value, zone_midnight(test_ctx()->zone, day_of(2026, 2, 1)));
    t = now_at(t.until.value);
    CHECK_STR(t.tier, "小白");
    CHECK(!t.until.has);
}

TEST(what_keeps_it)
{
    bought("1", on(2024, 3, 10), 1000, 0);
    bought("2", on(2024, 3, 31), 500, 0);
    bought("3", on(2024, 4, 1), 300, 0);
    bought("4", on(2025, 3, 31), 699, 0);
    struct tier_now t = now_at(on(2025, 4, 1)); /* 999 from 1 April 2024 to 31 March 2025 */
    CHECK_STR(t.tier, "达人");
    CHECK_I64(t.until.value, zone_midnight(test_ctx()->zone, day_of(2026, 4, 1)));
}

TEST(a_refund_can_take_it_back)
{
    bought("1", on(2024, 3, 10), 600, 0);
    bought("2", on(2024, 4, 1), 500, 0);
    CHECK_STR(now_at(on(2024, 5, 1)).tier, "达人");
    bought("2", on(2024, 4, 1), 500, 102);
    CHECK_STR(now_at(on(2024, 5, 1)).tier, "素人");
    bought("1", on(2024, 3, 10), 600, 600);
    CHECK_STR(now_at(on(2024, 5, 1)).tier, "小白");
    bought("2", on(2024, 4, 1), 500, 500);
    CHECK_I64(now_at(on(2024, 5, 1)).rank, 0);
}

/* -- what is written down ---------------------------------------------------------------------- */

static void open_on(const char *since) { CHECK_OK(test_ctx(), set("loyalty.since", since)); }

static void keep_up(void) { CHECK_OK(test_ctx(), tiers_keep_up(test_store(), test_reader())); }

/* "0>2 qualified, 2>1 refund", oldest first. */
static str story(void)
{
    struct ctx *c = test_reader();
    struct tier_change_list h = { 0 };
    struct buf out = { .arena = c->arena };
    CHECK_OK(c, tier_history(c, who, 100, &h));
    for (i64 i = h.n; i-- > 0;)
        buf_fmt(&out, "%s" STR_FMT ">" STR_FMT " " STR_FMT, out.n ? ", " : "",
                STR_ARG(h.at[i].from), STR_ARG(h.at[i].to), STR_ARG(h.at[i].why));
    return buf_str(&out);
}

static i64 lines_of(const char *kind)
{
    struct ctx *c = test_reader();
    struct timeline_line_list lines = { 0 };
    i64 n = 0;
    CHECK_OK(c, timeline_after(c, 0, 1000, &lines));
    for (i64 i = 0; i < lines.n; i++) n += str_eq(lines.at[i].kind, str_of(kind));
    return n;
}

QUERY(q_rows_written, one_i64, "SELECT COUNT(*) AS value FROM tier_member");

TEST(an_empty_shop_has_no_rows)
{
    struct one_i64 rows;
    open_on("2024-01-01");
    keep_up();
    CHECK_OK(test_ctx(), db_get(test_reader(), &q_rows_written, &rows, NO_ARGS));
    CHECK_I64(rows.value, 0);
}

TEST(every_change_has_a_line)
{
    test_ctx()->now = on(2024, 3, 10);
    open_on("2024-01-01");
    keep_up();
    bought("1", on(2024, 3, 10), 600, 0);
    CHECK_STR(story(), ">素人 qualified");
    test_ctx()->now = on(2024, 4, 1);
    bought("2", on(2024, 4, 1), 500, 0);
    test_ctx()->now = on(2024, 4, 2);
    bought("2", on(2024, 4, 1), 500, 200);
    CHECK_STR(story(), ">素人 qualified, 素人>达人 qualified, 达人>素人 refund");
    test_ctx()->now = on(2026, 7, 1); /* two terms later, in one go */
    keep_up();
    keep_up();
    CHECK_STR(story(), ">素人 qualified, 素人>达人 qualified, 达人>素人 refund, 素人>小白 expired");
    CHECK_I64(lines_of("tier.upgraded"), 2);
    CHECK_I64(lines_of("tier.downgraded"), 2);
    struct tier_change_list h = { 0 };
    CHECK_OK(test_ctx(), tier_history(test_reader(), who, 1, &h));
    CHECK_I64(h.at[0].at, zone_midnight(test_ctx()->zone, day_of(2025, 4, 1)));
}

TEST(what_is_kept_is_said)
{
    test_ctx()->now = on(2024, 3, 10);
    open_on("2024-01-01");
    bought("1", on(2024, 3, 10), 499, 0);
    test_ctx()->now = on(2024, 12, 1);
    bought("2", on(2024, 12, 1), 250, 0);
    test_ctx()->now = on(2025, 3, 1);
    bought("3", on(2025, 3, 1), 249, 0); /* 499 of the term's last year */
    test_ctx()->now = on(2025, 5, 1);
    keep_up();
    CHECK_STR(story(), ">素人 qualified, 素人>素人 kept");
    CHECK_I64(lines_of("tier.kept"), 1);
}

/* An order told late gives the same tier another term: segments ask when it ends. */
TEST(another_term_of_the_same_tier_has_its_line)
{
    test_ctx()->now = on(2024, 3, 10);
    open_on("2024-01-01");
    bought("1", on(2024, 3, 10), 499, 0);
    CHECK_I64(now_at(on(2024, 3, 10)).until.value,
              zone_midnight(test_ctx()->zone, day_of(2025, 4, 1)));
    CHECK_I64(lines_of("tier.dated"), 0);
    test_ctx()->now = on(2024, 4, 1);
    bought("2", on(2024, 2, 10), 499, 0);
    CHECK_I64(now_at(on(2024, 4, 1)).until.value,
              zone_midnight(test_ctx()->zone, day_of(2025, 3, 1)));
    CHECK_I64(lines_of("tier.dated"), 1);
    keep_up();
    CHECK_I64(lines_of("tier.dated"), 1);
}

static enum err appoint_now(struct tx *t, void *arg) { return tier_appoint(t, who, arg); }
static enum err dismiss_now(struct tx *t, void *arg) { return tier_dismiss(t, who, S("over")); }

TEST(an_appointment_counts_beside_what_he_earned)
{
    struct ctx *c = test_reader();
    struct tier_appointment a = { S("品牌KOC"), NONE, S("partner") };
    c->now = on(2024, 3, 10);
    open_on("2024-01-01");
    bought("1", on(2024, 3, 10), 600, 0);
    CHECK_OK(c, store_write(test_store(), c, appoint_now, &a));
    CHECK_STR(now_at(on(2024, 5, 1)).tier, "品牌KOC");
    CHECK_OK(c, store_write(test_store(), c, dismiss_now, NULL));
    CHECK_ERR(c, store_write(test_store(), c, dismiss_now, NULL), E_NOT_FOUND);
    CHECK_STR(now_at(on(2024, 5, 1)).tier, "素人");
    a.until = SOME(on(2024, 6, 1));
    CHECK_OK(c, store_write(test_store(), c, appoint_now, &a));
    CHECK_I64(now_at(on(2024, 5, 31)).until.value, on(2024, 6, 1));
    CHECK_STR(now_at(on(2024, 6, 1)).tier, "素人");
    a.tier = S("大人");
    CHECK_ERR(c, store_write(test_store(), c, appoint_now, &a), E_NOT_FOUND);
    keep_up();
    CHECK_STR(story(), ">素人 qualified, 素人>品牌KOC appointed, 品牌KOC>素人 appointment_ended, "
                       "素人>品牌KOC appointed, 品牌KOC>素人 appointment_ended");
}

TEST(purchases_from_before_count_by_a_setting)
{
    test_ctx()->now = on(2024, 3, 10);
    bought("1", on(2024, 3, 10), 600, 0);
    CHECK_STR(story(), ""); /* not open */
    open_on("2024-04-01");
    test_ctx()->now = on(2024, 4, 2);
    keep_up();
    CHECK_STR(story(), ">素人 qualified");
    CHECK_OK(test_ctx(), set("tiers.count_before", "false"));
    CHECK_I64(now_at(on(2024, 4, 2)).rank, 0);
    keep_up();
    CHECK_STR(story(), ">素人 qualified, 素人> rules");
}

/* -- what tiers give --------------------------------------------------------------------------- */

static i64 left(const char *code)
{
    struct entitlement_list all = { 0 };
    CHECK_OK(test_ctx(), entitlements_of(test_reader(), who, &all));
    for (i64 i = 0; i < all.n; i++)
        if (str_eq(all.at[i].code, str_of(code))) return all.at[i].left;
    return 0;
}
static enum err use_one(struct tx *t, void *arg)
{
    struct transferred done;
    return entitlement_use(t, who, S("buy-3-free-1"), S("use:1"), &done);
}

TEST(nothing_is_given_twice)
{
    struct ctx *c = test_reader();
    c->now = on(2024, 3, 10);
    open_on("2024-01-01");
    bought("1", on(2024, 3, 10), 600, 0);
    CHECK_I64(left("buy-3-free-1"), 1);
    bought("2", on(2024, 3, 10), 500, 0); /* 达人: three more */
    CHECK_I64(left("buy-3-free-1"), 4);
    CHECK_OK(c, store_write(test_store(), c, use_one, NULL));
    CHECK_I64(left("buy-3-free-1"), 3);
    bought("2", on(2024, 3, 10), 500, 500); /* refunded: what is unused of the three goes */
    CHECK_I64(left("buy-3-free-1"), 0);
    bought("3", on(2024, 3, 10), 500, 0); /* climbs again: what was taken, no more */
    CHECK_I64(left("buy-3-free-1"), 3);
    bought("3", on(2024, 3, 10), 500, 500);
    bought("4", on(2024, 3, 10), 500, 0);
    CHECK_I64(left("buy-3-free-1"), 3);
    struct ctx *look = test_ctx_new();
    CHECK_OK(look, store_reader(test_store(), look));
    CHECK_OK(look, store_check(look)); /* ids of rewards are no numbers of a sequence */
    test_ctx_free(look);
}

TEST(a_leap_is_entered_step_by_step)
{
    test_ctx()->now = on(2024, 3, 10);
    open_on("2024-01-01");
    bought("1", on(2024, 3, 10), 2500, 0); /* 素人 1, 达人 3, 红人 this month's */
    CHECK_I64(left("buy-3-free-1"), 5);
    CHECK_OK(test_ctx(), benefits_of_today(test_store(), test_reader()));
    CHECK_I64(left("buy-3-free-1"), 5);
    test_ctx()->now = on(2024, 4, 20); /* the job comes late in the month */
    CHECK_OK(test_ctx(), benefits_of_today(test_store(), test_reader()));
    CHECK_OK(test_ctx(), benefits_of_today(test_store(), test_reader()));
    CHECK_I64(left("buy-3-free-1"), 6);
}

struct birth {
    const char *day;
};
static enum err be_born(struct tx *t, void *arg)
{
    struct birth *b = arg;
    TRY(meet(t, NULL));
    return profile_put(t, who, S("birthday"), str_of(b->day), S("hand"), t->c->now);
}
static void born(const char *birthday)
{
    struct birth b = { birthday };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), be_born, &b));
}
static void give_today(instant now)
{
    test_ctx()->now = now;
    CHECK_OK(test_ctx(), benefits_of_today(test_store(), test_reader()));
}

TEST(a_leap_day_birthday)
{
    test_ctx()->now = on(2024, 12, 10);
    open_on("2024-01-01");
    born("1992-02-29");
    bought("1", on(2024, 12, 10), 100, 0);
    give_today(on(2025, 2, 27));
    CHECK_I64(left("birthday-10"), 0);
    give_today(on(2025, 2, 28)); /* a common year */
    CHECK_I64(left("birthday-10"), 1);
    give_today(on(2025, 3, 1));
    CHECK_I64(left("birthday-10"), 1);
    born("1992-03-05"); /* another day in the same year */
    give_today(on(2025, 3, 5));
    CHECK_I64(left("birthday-10"), 1);
    born("1992-02-29");
    give_today(on(2028, 2, 28));
    CHECK_I64(left("birthday-10"), 0);
    give_today(on(2028, 3, 10)); /* missed on the 29th of a leap year */
    CHECK_I64(left("birthday-10"), 1);
}

/* -- growth value as the measure --------------------------------------------------------------- */

static enum err measure_growth(struct tx *t, void *arg)
{
    struct ladder l;
    i64 version;
    TRY(ladder_live(t->c, &l));
    l.measure = MEASURE_GROWTH;
    TRY(ladder_put(t, &l, &version));
    enum err e = ladder_go_live(t, version);
    if (e != E_UNPROCESSABLE) return E_INTERNAL; /* nobody looked at it */
    TRY(ladder_simulated(t, &l));
    return ladder_go_live(t, version);
}
static enum err grow(struct tx *t, void *arg)
{
    enum reward_result out;
    struct reward what = { .kind = REWARD_GROWTH, .amount = 1000 };
    return reward_give(t, who, &what, (struct reward_why){ S("g1"), S("task"), NO_STR }, &out);
}
static enum err shrink(struct tx *t, void *arg)
{
    return reward_take_back(t, who, S("g1"), S("fraud"));
}

TEST(growth_lifts_at_once_too)
{
    struct ctx *c = test_reader();
    c->now = on(2024, 3, 10);
    open_on("2024-01-01");
    CHECK_OK(c, store_write(test_store(), c, measure_growth, NULL));
    keep_up();
    bought("1", on(2024, 3, 10), 600, 0); /* he takes part, no more */
    CHECK_STR(story(), ">小白 qualified");
    CHECK_OK(c, store_write(test_store(), c, grow, NULL));
    CHECK_STR(story(), ">小白 qualified, 小白>达人 qualified");
    CHECK_STR(now_at(on(2024, 3, 11)).tier, "达人");
    CHECK_OK(c, store_write(test_store(), c, shrink, NULL));
    CHECK_STR(now_at(on(2024, 3, 11)).tier, "小白");
}

/* -- koi doctor -------------------------------------------------------------------------------- */

CHANGE(spoil, "UPDATE tier_member SET rank = 4, tier = '红人' WHERE member = $1");
CHANGE(spoil_history, "UPDATE tier_change SET from_tier = '达人' WHERE member = $1");
static enum err spoil_row(struct tx *t, void *arg)
{
    return tx_change(t, *(bool *)arg ? &spoil_history : &spoil, ARGS(who));
}
static i64 found_wrong(void)
{
    struct ctx *c = test_ctx_new();
    i64 wrong = -1;
    c->now = test_ctx()->now;
    CHECK_OK(c, store_reader(test_store(), c));
    CHECK_OK(c, tiers_check(c, &wrong));
    test_ctx_free(c);
    return wrong;
}

TEST(a_wrong_row_is_found)
{
    bool history = false;
    test_ctx()->now = on(2024, 3, 10);
    open_on("2024-01-01");
    keep_up();
    bought("1", on(2024, 3, 10), 600, 0);
    CHECK_I64(found_wrong(), 0);
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), spoil_row, &history));
    CHECK_I64(found_wrong(), 2); /* the row, and the last step of its history */
    i64 changed;
    CHECK_OK(test_ctx(), tiers_evaluate(test_store(), test_reader(), &changed));
    CHECK_I64(changed, 1);
    history = true;
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), spoil_row, &history));
    CHECK(found_wrong() > 0);
}

/* -- segments ---------------------------------------------------------------------------------- */

static void reads_as(const char *text, const char *field, i64 first, i64 last)
{
    const struct segment_node *tree;
    CHECK_OK(test_ctx(), segment_parse(test_reader(), str_of(text), &tree));
    CHECK_STR(str_of(tree->test.field->name), field);
    CHECK_I64(tree->test.operands.at[0].number, first * MONEY_UNIT);
    CHECK_I64(tree->test.operands.at[tree->test.operands.n - 1].number, last * MONEY_UNIT);
}

TEST(tiers_compare_by_rank)
{
    const struct segment_node *tree;
    reads_as("tier >= \"达人\"", "tier_rank", 3, 3);
    reads_as("tier < \"Brand KOC\"", "tier_rank", 5, 5);
    reads_as("tier between \"素人\" and \"红人\"", "tier_rank", 2, 4);
    reads_as("tier = \"达人\"", "tier", 0, 0);
    CHECK_ERR(test_ctx(), segment_parse(test_reader(), S("tier >= \"大人\""), &tree), E_INVALID);
    CHECK_STR(str_of(test_ctx()->why.field), "1:9");
    CHECK_ERR(test_ctx(), segment_parse(test_reader(), S("tier > 3"), &tree), E_INVALID);
    CHECK_ERR(test_ctx(),
              segment_parse(test_reader(), S("tier between \"红人\" and \"素人\""), &tree),
              E_INVALID);
}
