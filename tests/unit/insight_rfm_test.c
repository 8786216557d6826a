/* insight_rfm_test.c -- RFM against a slow, obviously right count, for random shops and random
 * rules; the promises of rfm.h. */
#include "insight_sales.h"

#include <stdlib.h>

#include "insight/rfm.h"
#include "store/setting.h"

#define YUAN MONEY_UNIT

static i64 *some_ids(struct ctx *c, i64 n)
{
    i64 *ids = NEWS(c->arena, i64, n);
    for (i64 i = 0; i < n; i++) ids[i] = i + 1;
    return ids;
}

static struct rfm_rule rule_of(struct ctx *c, struct rfm_ask ask)
{
    struct rfm_rule rule;
    CHECK_OK(c, rfm_rule_read(c, &ask, &rule));
    return rule;
}

/* -- the naive twin: one member at a time, in fractions ---------------------------------------- */

struct naive_sales {
    const struct sale *at;
    i64 n;
};

static bool is_purchase(const struct sale *s, instant at)
{
    return s->member && !s->unpaid && s->paid - s->refund > 0 && s->at < at;
}

/* M is amount / per; all comparisons multiply. */
struct naive {
    i64 member, days, frequency, per, band[3];
    money amount;
    bool high[3];
};

static bool naive_figures(const struct zone *z, const struct rfm_rule *rule,
                          struct naive_sales sales, i64 member, struct naive *out)
{
    instant last = INT64_MIN;
    i64 orders = 0, days = 0;
    *out = (struct naive){ .member = member };
    for (i64 i = 0; i < sales.n; i++) {
        const struct sale *s = &sales.at[i];
        if (s->member != member || !is_purchase(s, rule->at)) continue;
        if (s->at > last) last = s->at;
        if (rule->window_days && s->at < rule->at - rule->window_days * DAY_MS) continue;
        orders++;
        out->amount += s->paid - s->refund;
        bool again = false; /* an earlier one in the list falls on the same day */
        for (i64 k = 0; k < i; k++) {
            const struct sale *b = &sales.at[k];
            if (b->member != member || !is_purchase(b, rule->at)) continue;
            if (rule->window_days && b->at < rule->at - rule->window_days * DAY_MS) continue;
            again |= zone_day(z, b->at) == zone_day(z, s->at);
        }
        days += !again;
    }
    if (last == INT64_MIN) return false;
    out->days = (rule->at - last) / DAY_MS;
    out->frequency = rule->frequency_of == RFM_DAYS ? days : orders;
    out->per = rule->monetary_of == RFM_AVERAGE && out->frequency ? out->frequency : 1;
    return true;
}

static i64 naive_figure(const struct naive *m, int axis)
{
    return axis == RFM_R ? m->days : axis == RFM_F ? m->frequency : m->amount / m->per;
}

static int rising(const void *x, const void *y)
{
    i64 a = *(const i64 *)x, b = *(const i64 *)y;
    return a < b ? -1 : a > b;
}

static void naive_bands(struct arena *a, const struct rfm_rule *rule, struct naive *all, i64 n,
                        int axis)
{
    ints given = rule->given[axis];
    i64 *sorted = NEWS(a, i64, n);
    __int128 sum = 0, bands = 0;
    for (i64 i = 0; i < n; i++) {
        sorted[i] = naive_figure(&all[i], axis);
        sum += sorted[i];
    }
    qsort(sorted, (size_t)n, sizeof(i64), rising);
    for (i64 i = 0; i < n; i++) {
        struct naive *m = &all[i];
        i64 figure = naive_figure(m, axis);
        m->band[axis] = 1;
        if (rule->cuts == RFM_MEAN) {
            __int128 mine = (__int128)figure * n;
            m->band[axis] += axis == RFM_R ? mine < sum : mine > sum;
        } else {
            for (i64 j = 0; j < given.n; j++) {
                i64 cut =
                    rule->cuts == RFM_FIXED ? given.at[j] : sorted[(j + 1) * n / (given.n + 1)];
                if (axis == RFM_R) m->band[axis] += figure < cut;
                else if (axis == RFM_M && rule->cuts == RFM_FIXED)
                    m->band[axis] += m->amount >= (__int128)cut * m->per;
                else m->band[axis] += figure >= cut;
            }
        }
        bands += m->band[axis];
    }
    i64 best = rule->cuts == RFM_MEAN ? 2 : given.n + 1;
    for (i64 i = 0; i < n; i++)
        all[i].high[axis] = rule->high == RFM_HIGH_BAND ? all[i].band[axis] == best
                                                        : (__int128)all[i].band[axis] * n > bands;
}

static void check_against_naive(struct ctx *c, const struct rfm_rule *rule,
                                struct naive_sales sales, const i64 *ids, i64 members)
{
    struct naive *all = NEWS(c->arena, struct naive, members);
    struct rfm r;
    i64 n = 0;
    money amount = 0;
    for (i64 i = 0; i < members; i++)
        if (naive_figures(c->zone, rule, sales, ids[i], &all[n])) n++;
    for (int axis = 0; axis < 3; axis++)
        if (n) naive_bands(c->arena, rule, all, n, axis);
    CHECK_OK(c, rfm_make(c, rule, &r));
    CHECK_I64(r.n, n);
    for (i64 i = 0; i < n; i++) {
        const struct rfm_member *m = &r.at[i];
        CHECK_I64(m->member, all[i].member);
        CHECK_I64(m->amount, all[i].amount);
        for (int axis = 0; axis < 3; axis++) {
            CHECK_I64(m->figure[axis], naive_figure(&all[i], axis));
            CHECK_I64(m->band[axis], all[i].band[axis]);
            CHECK_I64(rfm_types[m->type].high[axis], all[i].high[axis]);
        }
        amount += all[i].amount;
    }
    CHECK_I64(r.amount, amount);
}

/* -- random shops ----------------------------------------------------------------------------- */

#define MEMBERS 60
#define SALES   400

/* Times fall on whole days from the date asked about as often as not: that is where mistakes are.
 */
static struct naive_sales random_sales(struct ctx *c, struct dice *d, const i64 *ids,
                                       instant around)
{
    struct sale *at = NEWS(c->arena, struct sale, SALES);
    for (i64 i = 0; i < SALES; i++) {
        i64 whole = dice_below(d, 400) * DAY_MS;
        i64 off = dice_below(d, 3) ? dice_below(d, DAY_MS) : dice_below(d, 3) - 1;
        i64 member = dice_below(d, MEMBERS);
        at[i] = (struct sale){ .member = dice_below(d, 20) ? ids[member * member / MEMBERS] : 0,
                               .at = around + 20 * DAY_MS - whole + off,
                               .paid = dice_below(d, 4) ? dice_below(d, 3000000)
                                                        : dice_below(d, 5) * 100 * YUAN,
                               .unpaid = dice_below(d, 15) == 0 };
        if (dice_below(d, 8) == 0) at[i].refund = dice_below(d, at[i].paid + 1);
    }
    shop_sales(c, at, SALES);
    return (struct naive_sales){ at, SALES };
}

static ints random_cuts(struct ctx *c, struct dice *d, i64 most)
{
    ints out = { NEWS(c->arena, i64, RFM_CUTS_MAX), 1 + dice_below(d, RFM_CUTS_MAX) };
    i64 value = 0;
    for (i64 i = 0; i < out.n; i++) out.at[i] = value += 1 + dice_below(d, most / out.n);
    return out;
}

static struct rfm_rule random_rule(struct ctx *c, struct dice *d, instant around)
{
    return (struct rfm_rule){
        .at = around - dice_below(d, 3) * dice_below(d, 100 * DAY_MS),
        .at_text = S("then"),
        .window_days = dice_below(d, 3) ? dice_below(d, 400) : 0,
        .given = { random_cuts(c, d, 300), random_cuts(c, d, 12), random_cuts(c, d, 500 * YUAN) },
        .cuts = (enum rfm_cuts)dice_below(d, 3),
        .frequency_of = (enum rfm_frequency_of)dice_below(d, 2),
        .monetary_of = (enum rfm_monetary_of)dice_below(d, 2),
        .high = (enum rfm_high)dice_below(d, 2),
    };
}

TEST(any_rule_equals_the_naive_count)
{
    struct ctx *c = test_reader();
    struct dice d = { 20190701 };
    instant around = on("2024-05-20", 0);
    i64 *ids = some_ids(c, MEMBERS);
    struct naive_sales sales = random_sales(c, &d, ids, around);
    for (int i = 0; i < 150; i++) {
        struct rfm_rule rule = random_rule(c, &d, around);
        check_against_naive(c, &rule, sales, ids, MEMBERS);
    }
}

TEST(cells_and_types_add_up)
{
    struct ctx *c = test_reader();
    struct dice d = { 7 };
    instant around = on("2024-05-20", 0);
    i64 *ids = some_ids(c, MEMBERS);
    random_sales(c, &d, ids, around);
    for (int i = 0; i < 10; i++) {
        struct rfm_rule rule = random_rule(c, &d, around);
        struct rfm_report out;
        CHECK_OK(c, rfm_report_make(c, &rule, &out));
        i64 members = 0, typed = 0;
        money amount = 0, typed_amount = 0;
        for (i64 k = 0; k < out.cells.n; k++) {
            members += out.cells.at[k].members;
            amount += out.cells.at[k].amount;
        }
        for (i64 k = 0; k < out.types.n; k++) {
            typed += out.types.at[k].members;
            typed_amount += out.types.at[k].amount;
        }
        CHECK_I64(out.types.n, 8);
        CHECK_I64(out.cells.n, (out.rule->recency.n + 1) * (out.rule->frequency.n + 1) *
                                   (out.rule->monetary.n + 1));
        CHECK(out.members > 20);
        CHECK_I64(members, out.members);
        CHECK_I64(typed, out.members);
        CHECK_I64(amount, out.amount);
        CHECK_I64(typed_amount, out.amount);
    }
}

TEST(orders_at_or_after_the_date_are_unseen)
{
    struct ctx *c = test_reader();
    instant at = on("2024-03-01", 0);
    i64 *ids = some_ids(c, 3);
    shop_sales(c,
               (struct sale[]){ { ids[0], at - 1, 10 * YUAN },
                                { ids[1], at, 20 * YUAN },
                                { ids[2], at - DAY_MS, 30 * YUAN },
                                { ids[2], at + 1, 40 * YUAN } },
               4);
    struct rfm_rule rule = rule_of(c, (struct rfm_ask){ .at = S("2024-03-01") });
    struct rfm r;
    CHECK_I64(rule.at, at);
    CHECK_OK(c, rfm_make(c, &rule, &r));
    CHECK_I64(r.n, 2);
    CHECK_I64(r.amount, 40 * YUAN);
    CHECK_I64(r.at[0].figure[RFM_R], 0);
    CHECK_I64(r.at[1].figure[RFM_R], 1);
    CHECK_I64(r.at[1].figure[RFM_F], 1);
    rule = rule_of(c, (struct rfm_ask){ .at = S("2024-03-01T00:00:00.002+08:00") });
    CHECK_OK(c, rfm_make(c, &rule, &r));
    CHECK_I64(r.n, 3);
    CHECK_I64(r.amount, 100 * YUAN);
}

TEST(equal_values_share_a_band)
{
    struct ctx *c = test_reader();
    instant at = on("2024-03-01", 0);
    i64 *ids = some_ids(c, 40);
    struct sale sales[40];
    for (int i = 0; i < 40; i++)
        sales[i] = (struct sale){ ids[i], at - (i % 3 + 1) * DAY_MS, (i % 3 + 1) * 10 * YUAN };
    shop_sales(c, sales, 40);
    for (int cuts = 0; cuts < 3; cuts++) {
        struct rfm_rule rule = rule_of(c, (struct rfm_ask){ .at = S("2024-03-01") });
        struct rfm r;
        rule.cuts = (enum rfm_cuts)cuts;
        CHECK_OK(c, rfm_make(c, &rule, &r));
        CHECK_I64(r.n, 40);
        for (int i = 3; i < 40; i++)
            for (int axis = 0; axis < 3; axis++)
                CHECK_I64(r.at[i].band[axis], r.at[i % 3].band[axis]);
    }
}

TEST(no_floats_decide)
{
    struct ctx *c = test_reader();
    instant at = on("2024-03-01", 0);
    i64 *ids = some_ids(c, 2);
    /* A third of 100.00 is below 33.3334 and reaches 33.3333; sums beyond 2^53 are exact. */
    enum { BIG = 1000 };
    money big = (money)1000000000 * YUAN - 1;
    struct sale sales[BIG + 3] = { { ids[0], at - 5 * DAY_MS, 40 * YUAN },
                                   { ids[0], at - 4 * DAY_MS, 30 * YUAN },
                                   { ids[0], at - 3 * DAY_MS, 30 * YUAN } };
    for (int i = 0; i < BIG; i++) sales[3 + i] = (struct sale){ ids[1], at - 3 * DAY_MS, big };
    shop_sales(c, sales, BIG + 3);
    struct rfm r;
    struct rfm_rule rule = rule_of(c, (struct rfm_ask){ .at = S("2024-03-01"),
                                                        .monetary = S("33.3333"),
                                                        .monetary_of = S("average") });
    CHECK_OK(c, rfm_make(c, &rule, &r));
    CHECK_I64(r.at[0].band[RFM_M], 2);
    CHECK_I64(r.amount, BIG * big + 100 * YUAN);
    rule = rule_of(c, (struct rfm_ask){ .at = S("2024-03-01"),
                                        .monetary = S("33.3334"),
                                        .monetary_of = S("average") });
    CHECK_OK(c, rfm_make(c, &rule, &r));
    CHECK_I64(r.at[0].band[RFM_M], 1);
}

TEST(two_readers_agree_with_one)
{
    struct ctx *c = test_reader();
    struct dice d = { 3 };
    instant at = on("2024-05-20", 0);
    /* More members than one reader takes alone. */
    i64 *ids = some_ids(c, 21000);
    struct sale *sales = NEWS(c->arena, struct sale, 5000);
    for (i64 i = 0; i < 5000; i++)
        sales[i] =
            (struct sale){ ids[i < 2 ? i * 20999 : dice_below(&d, 21000)],
                           at - 1 - dice_below(&d, 300 * DAY_MS), 1 + dice_below(&d, 1000 * YUAN) };
    shop_sales(c, sales, 5000);
    struct rfm_rule rule =
        rule_of(c, (struct rfm_ask){ .at = S("2024-05-20"), .frequency_of = S("days") });
    struct rfm both, alone;
    CHECK_OK(c, rfm_make(c, &rule, &both));
    struct ctx one = *c;
    one.store = NULL;
    CHECK_OK(&one, rfm_make(&one, &rule, &alone));
    CHECK_I64(both.n, alone.n);
    CHECK(both.n > 4000);
    CHECK(memcmp(both.at, alone.at, (size_t)both.n * sizeof(both.at[0])) == 0);
    /* With every connection in use it reads with the one it has, at once. */
    bool given = true;
    while (given) {
        struct ctx other = { .arena = c->arena, .zone = c->zone };
        CHECK_OK(&other, store_reader_spare(c->store, &other, &given));
    }
    i64 started = clock_mono_us();
    CHECK_OK(c, rfm_make(c, &rule, &alone));
    CHECK(clock_mono_us() - started < 5000000);
    CHECK(memcmp(both.at, alone.at, (size_t)both.n * sizeof(both.at[0])) == 0);
}

TEST(one_member_stands_where_the_report_puts_him)
{
    struct ctx *c = test_reader();
    struct dice d = { 11 };
    instant around = on("2024-05-20", 0);
    i64 *ids = some_ids(c, MEMBERS);
    random_sales(c, &d, ids, around);
    for (int i = 0; i < 12; i++) {
        struct rfm_rule rule = random_rule(c, &d, around);
        struct rfm r;
        struct rfm_scale scale;
        rule.at -= i * 10 * DAY_MS; /* beyond the age a kept scale may have */
        CHECK_OK(c, rfm_make(c, &rule, &r));
        CHECK_OK(c, rfm_scale_get(c, &rule, &scale));
        i64 found_n = 0;
        for (i64 k = 0; k < MEMBERS; k++) {
            struct rfm_member m;
            bool found;
            CHECK_OK(c, rfm_one(c, &rule, &scale, ids[k], &m, &found));
            if (!found) continue;
            CHECK(memcmp(&m, &r.at[found_n++], sizeof(m)) == 0);
        }
        CHECK_I64(found_n, r.n);
    }
}

TEST(members_of_a_type_come_in_pages)
{
    struct ctx *c = test_reader();
    struct dice d = { 13 };
    instant around = on("2024-05-20", 0);
    i64 *ids = some_ids(c, MEMBERS);
    random_sales(c, &d, ids, around);
    struct rfm_rule rule =
        rule_of(c, (struct rfm_ask){ .at = S("2024-05-20"), .cuts = S("quantile") });
    struct rfm r;
    CHECK_OK(c, rfm_make(c, &rule, &r));
    for (int type = -1; type < RFM_TYPES; type++) {
        struct rfm_choice which = { .type = type };
        struct rfm_place after = { 0 };
        i64 want = 0, seen = 0, total;
        money last = INT64_MAX;
        for (i64 i = 0; i < r.n; i++) want += type < 0 || r.at[i].type == type;
        for (;;) {
            struct rfm_member_list page;
            rfm_members_of(c, &r, which, after, 7, &page, &total);
            CHECK_I64(total, want);
            if (page.n == 0) break;
            for (i64 i = 0; i < page.n; i++, seen++) {
                CHECK(type < 0 || page.at[i].type == type);
                CHECK(page.at[i].amount <= last);
                last = page.at[i].amount;
            }
            after = (struct rfm_place){ page.at[page.n - 1].amount, page.at[page.n - 1].member };
        }
        CHECK_I64(seen, want);
    }
}

TEST(movement_keeps_everybody)
{
    struct ctx *c = test_reader();
    instant at = on("2024-03-01", 0);
    i64 *ids = some_ids(c, 3);
    shop_sales(c,
               (struct sale[]){ { ids[0], at - 40 * DAY_MS, 2000 * YUAN },
                                { ids[1], at - 40 * DAY_MS, 10 * YUAN },
                                { ids[2], at - 2 * DAY_MS, 10 * YUAN } },
               3);
    struct rfm_rule rule = rule_of(c, (struct rfm_ask){ 0 });
    struct rfm_move move;
    CHECK_OK(c, rfm_move_make(c, &rule, S("2024-02-01"), S("2024-03-01"), &move));
    CHECK_I64(move.flows.n, 3);
    CHECK_STR(move.flows.at[0].from, "important_develop"); /* R near, M high */
    CHECK_STR(move.flows.at[0].to, "important_win_back");
    CHECK_STR(move.flows.at[1].from, "general_develop");
    CHECK_STR(move.flows.at[1].to, "general_win_back");
    CHECK_STR(move.flows.at[2].from, "");
    CHECK_STR(move.flows.at[2].to, "general_develop");
    i64 before = 0, after = 0;
    for (i64 i = 0; i < 8; i++) {
        before += move.before.at[i].members;
        after += move.after.at[i].members;
    }
    CHECK_I64(before, 2);
    CHECK_I64(after, 3);
    CHECK_ERR(c, rfm_move_make(c, &rule, S("2024-03-01"), S("2024-03-01"), &move), E_INVALID);
}

TEST(rules_are_refused_with_the_place)
{
    struct ctx *c = test_reader();
    struct rfm_rule rule;
    const struct {
        struct rfm_ask ask;
        const char *field;
    } bad[] = {
        { { .at = S("first of May") }, "/at" },
        { { .recency = S("30,30") }, "/recency" },
        { { .recency = S("0,30") }, "/recency" },
        { { .frequency = S("2,x") }, "/frequency" },
        { { .monetary = S("1,2,3,4,5,6,7,8,9,10") }, "/monetary" },
        { { .monetary = S(",") }, "/monetary" },
        { { .cuts = S("median") }, "/cuts" },
        { { .high = S("low") }, "/high" },
        { { .frequency_of = S("weeks") }, "/frequency_of" },
        { { .monetary_of = S("x") }, "/monetary_of" },
        { { .window = SOME(40000) }, "/window" },
    };
    for (i64 i = 0; i < COUNT(bad); i++) {
        CHECK_ERR(c, rfm_rule_read(c, &bad[i].ask, &rule), E_INVALID);
        CHECK_STR(str_of(c->why.field), bad[i].field);
    }
    CHECK_OK(c, rfm_rule_read(c, &(struct rfm_ask){ .recency = S("30，60, 90") }, &rule));
    CHECK_I64(rule.given[RFM_R].n, 3);
}

static enum err set_one(struct tx *t, void *arg)
{
    const str *pair = arg;
    return setting_set(t, pair[0], pair[1]);
}

TEST(settings_are_the_rule_unless_asked_otherwise)
{
    struct ctx *c = test_reader();
    struct rfm_rule rule = rule_of(c, (struct rfm_ask){ 0 });
    CHECK_I64(rule.window_days, 365);
    CHECK_I64(rule.given[RFM_R].n, 2);
    CHECK_I64(rule.given[RFM_R].at[1], 91);
    CHECK_I64(rule.given[RFM_F].at[1], 5);
    CHECK_I64(rule.given[RFM_M].n, 2);
    CHECK(rule.cuts == RFM_FIXED && rule.high == RFM_HIGH_BAND);
    CHECK_OK(c, store_write(c->store, c, set_one, (str[]){ S("rfm.cuts"), S("quantile") }));
    CHECK_OK(c, store_write(c->store, c, set_one, (str[]){ S("rfm.monetary"), S("99.5,300") }));
    CHECK_ERR(c, store_write(c->store, c, set_one, (str[]){ S("rfm.recency_days"), S("90,30") }),
              E_INVALID);
    rule = rule_of(c, (struct rfm_ask){ 0 });
    CHECK(rule.cuts == RFM_QUANTILE);
    CHECK_I64(rule.given[RFM_M].at[0], 995000);
    CHECK_I64(rule.given[RFM_R].at[0], 31);
    rule = rule_of(c, (struct rfm_ask){ .recency = S("7") });
    CHECK(rule.cuts == RFM_FIXED); /* who names cuts means them */
}

TEST(an_empty_shop_has_an_empty_report)
{
    struct ctx *c = test_reader();
    struct rfm_report out;
    for (int cuts = 0; cuts < 3; cuts++) {
        struct rfm_rule rule = rule_of(c, (struct rfm_ask){ .at = S("2024-01-01") });
        rule.cuts = (enum rfm_cuts)cuts;
        CHECK_OK(c, rfm_report_make(c, &rule, &out));
        CHECK_I64(out.members, 0);
        CHECK_I64(out.types.n, 8);
        CHECK_I64(out.means->monetary, 0);
        CHECK_STR(out.at, "2024-01-01");
    }
}

TEST(each_type_has_a_name_and_can_be_found)
{
    for (int i = 0; i < RFM_TYPES; i++) {
        const bool *high = rfm_types[i].high;
        CHECK_I64(rfm_type_of(high[RFM_R], high[RFM_F], high[RFM_M]), i);
        CHECK_I64(rfm_type_find(str_of(rfm_types[i].id)), i);
        CHECK((strncmp(rfm_types[i].id, "important", 9) == 0) == high[RFM_M]);
    }
    CHECK_I64(rfm_type_find(S("nobody")), -1);
}
