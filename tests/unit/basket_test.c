/* basket_test.c -- baskets and rules: against every subset counted by hand, limits, files, order.
 */
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include "insight/basket.h"
#include "insight_sales.h"
#include "support/koi_run.h"

/* -- every subset ------------------------------------------------------------------------------ */

static struct baskets random_baskets(struct ctx *c, struct dice *d, i64 n, i64 items)
{
    struct basket_maker *m = baskets_new(c);
    struct baskets b;
    bool too_large;
    u32 number[16];
    for (i64 i = 0; i < items; i++) /* names do not rise as they come */
        CHECK_OK(
            c, basket_name(m, str_fmt(c->arena, "i%lld", (long long)(i * 7 % items)), &number[i]));
    for (i64 k = 0; k < n; k++) {
        i64 size = dice_below(d, 7);
        for (i64 j = 0; j < size; j++) {
            i64 a = dice_below(d, items), b2 = dice_below(d, items);
            basket_put(m, number[a < b2 ? a : b2]); /* some more often than others */
        }
        CHECK_OK(c, basket_end(m, &too_large));
    }
    baskets_done(m, &b);
    return b;
}

static u32 mask_of(const struct baskets *b, i64 basket)
{
    u32 mask = 0;
    for (i64 k = b->offset[basket]; k < b->offset[basket + 1]; k++) mask |= 1u << b->items[k];
    return mask;
}

static i64 naive_count(const struct baskets *b, u32 set)
{
    i64 n = 0;
    for (i64 i = 0; i < b->n; i++) n += (mask_of(b, i) & set) == set;
    return n;
}

/* The rule among those found; each is found once. */
static bool found_once(const struct rules *rules, u32 set, i64 right, const struct rule **out)
{
    i64 n = 0;
    for (i64 i = 0; i < rules->n; i++) {
        u32 mask = 0;
        for (i64 k = 0; k < rules->at[i].n; k++) mask |= 1u << rules->at[i].items[k];
        if (mask != set || rules->at[i].items[rules->at[i].right] != right) continue;
        *out = &rules->at[i];
        n++;
    }
    CHECK(n <= 1);
    return n == 1;
}

TEST(rules_equal_brute_force)
{
    struct ctx *c = test_ctx();
    struct dice d = { 5 };
    for (i64 turn = 0; turn < 40; turn++) {
        i64 items = 3 + turn % 8, n = turn < 4 ? turn : 20 + dice_below(&d, 200), rules_n = 0;
        i64 most = 2 + dice_below(&d, 9);
        f64 support = (1 + (f64)dice_below(&d, 20)) / 100, sure = (f64)dice_below(&d, 11) / 10;
        struct baskets b = random_baskets(c, &d, n, items);
        struct item_sets sets;
        struct rules rules;
        CHECK_OK(c, item_sets_find(c, &b, baskets_least(support, b.n), most, &sets));
        CHECK_OK(c, rules_of(c, &b, &sets, sure, &rules));
        for (u32 set = 1; set < 1u << items; set++) {
            i64 size = __builtin_popcount(set), both = naive_count(&b, set);
            if (size < 2 || size > most || both < 1 || (f64)both / (f64)b.n < support) continue;
            for (i64 right = 0; right < items; right++) {
                const struct rule *r = NULL;
                if (!(set >> right & 1)) continue;
                i64 left = naive_count(&b, set & ~(1u << right));
                if ((f64)both / (f64)left < sure) continue;
                rules_n++;
                CHECK(found_once(&rules, set, right, &r));
                CHECK_I64(r->count, both);
                CHECK_I64(r->left_count, left);
                CHECK_I64(r->right_count, naive_count(&b, 1u << right));
                CHECK(r->confidence == (f64)both / (f64)left);
            }
        }
        CHECK_I64(rules.n, rules_n);
    }
}

/* Dense and sparse sets of baskets, many of them: pairs and triples counted plainly. */
TEST(long_lists_and_bits_agree)
{
    struct ctx *c = test_ctx();
    struct dice d = { 9 };
    struct basket_maker *m = baskets_new(c);
    struct baskets b;
    struct item_sets sets;
    bool too_large;
    enum { ITEMS = 12 };
    static const i64 chance[ITEMS] = { 900, 700, 500, 300, 100, 60, 50, 40, 30, 25, 20, 15 };
    u32 number[ITEMS];
    for (i64 i = 0; i < ITEMS; i++)
        CHECK_OK(c, basket_name(m, str_fmt(c->arena, "%c", (char)('a' + i)), &number[i]));
    for (i64 k = 0; k < 6000; k++) {
        for (i64 i = 0; i < ITEMS; i++)
            if (dice_below(&d, 1000) < chance[i]) basket_put(m, number[i]);
        CHECK_OK(c, basket_end(m, &too_large));
    }
    baskets_done(m, &b);
    CHECK_OK(c, item_sets_find(c, &b, 2, 10, &sets));
    i64 seen = 0, want = 0;
    for (i64 at = 0; at < sets.length; at += 2 + sets.stream[at]) {
        u32 set = 0;
        for (u32 i = 0; i < sets.stream[at]; i++) set |= 1u << sets.stream[at + 2 + i];
        CHECK_I64(sets.stream[at + 1], naive_count(&b, set));
        seen++;
    }
    i64 by_mask[1 << ITEMS] = { 0 };
    for (i64 i = 0; i < b.n; i++) by_mask[mask_of(&b, i)]++;
    for (i64 bit = 0; bit < ITEMS; bit++) /* baskets that hold the set */
        for (u32 set = 0; set < 1u << ITEMS; set++)
            if (!(set >> bit & 1)) by_mask[set] += by_mask[set | 1u << bit];
    for (u32 set = 0; set < 1u << ITEMS; set++) {
        i64 size = __builtin_popcount(set);
        want += size >= 2 && size <= 10 && by_mask[set] >= 2;
    }
    CHECK_I64(seen, want);
    CHECK_I64(sets.n, want);
}

/* -- thresholds and order ---------------------------------------------------------------------- */

TEST(ends_are_included)
{
    CHECK_I64(baskets_least(0.006, 9835), 60); /* 59.01 */
    CHECK_I64(baskets_least(0.001, 9835), 10);
    CHECK_I64(baskets_least(0.1, 10), 1);
    CHECK_I64(baskets_least(0.3, 10), 3);
    CHECK_I64(baskets_least(0.7, 10), 7);
    CHECK_I64(baskets_least(1, 10), 10);
    CHECK_I64(baskets_least(0.0001, 10), 1);
    for (i64 n = 1; n < 400; n++)
        for (i64 k = 1; k <= n; k++) CHECK_I64(baskets_least((f64)k / (f64)n, n), k);
}

static str five_baskets(void)
{
    /* The example worked in docs/insight.md. */
    return test_file("牛奶,面包\n牛奶,面包,黄油\n面包\n牛奶\n牛奶,面包,黄油\n");
}

TEST(five_baskets_by_hand)
{
    struct ctx *c = test_ctx();
    struct baskets b;
    struct basket_report r;
    struct basket_ask ask = { .support = { true, 0.4 }, .confidence = { true, 0.5 } };
    CHECK_OK(c, baskets_read(c, five_baskets(), &b));
    CHECK_I64(b.n, 5);
    CHECK_OK(c, basket_report_of(c, &b, &ask, 0, &r));
    CHECK_I64(r.item_sets, 4);
    CHECK_I64(r.total, 9);
    const struct basket_rule *first = &r.rules.at[0];
    CHECK_STR(first->rhs, "黄油");
    CHECK_I64(first->lhs.n, 2);
    CHECK_STR(first->lhs.at[0], "牛奶");
    CHECK_STR(first->lhs.at[1], "面包");
    CHECK(first->support == 0.4 && first->confidence == 2 / 3.0 && first->lift == 5 / 3.0);
    CHECK_I64(first->count, 2);
    CHECK_I64(first->lhs_count, 3);
    CHECK_I64(first->rhs_count, 2);
}

TEST(rules_are_in_one_order)
{
    struct ctx *c = test_ctx();
    struct dice d = { 77 };
    struct baskets b = random_baskets(c, &d, 400, 10);
    struct basket_ask ask = { .support = { true, 0.005 }, .confidence = { true, 0 } };
    struct basket_report r, again;
    CHECK_OK(c, basket_report_of(c, &b, &ask, 0, &r));
    CHECK_OK(c, basket_report_of(c, &b, &ask, 0, &again));
    CHECK(r.total > 500);
    CHECK_I64(again.total, r.total);
    for (i64 i = 0; i < r.total; i++) {
        const struct basket_rule *x = &r.rules.at[i], *y = &again.rules.at[i];
        CHECK(str_eq(x->rhs, y->rhs));
        CHECK(str_eq(str_join(c->arena, x->lhs, S(",")), str_join(c->arena, y->lhs, S(","))));
        if (i == 0) continue;
        const struct basket_rule *w = x - 1;
        int lhs = 0; /* item by item; the shorter first */
        for (i64 k = 0; !lhs && (k < w->lhs.n || k < x->lhs.n); k++)
            lhs = k == w->lhs.n ? -1 : k == x->lhs.n ? 1 : str_cmp(w->lhs.at[k], x->lhs.at[k]);
        CHECK(
            w->lift > x->lift ||
            (w->lift == x->lift && (w->confidence > x->confidence ||
                                    (w->confidence == x->confidence &&
                                     (w->count > x->count ||
                                      (w->count == x->count &&
                                       (lhs < 0 || (lhs == 0 && str_cmp(w->rhs, x->rhs) < 0))))))));
    }
    CHECK_OK(c, basket_report_of(c, &b, &ask, 7, &again));
    CHECK_I64(again.rules.n, 7);
    CHECK_I64(again.total, r.total);
}

/* -- limits ------------------------------------------------------------------------------------ */

TEST(limits_are_said)
{
    struct ctx *c = test_ctx();
    struct basket_maker *m = baskets_new(c);
    struct baskets b;
    struct basket_report r;
    bool too_large;
    u32 item;
    for (i64 k = 0; k < 2; k++) { /* 2^40 sets */
        for (i64 i = 0; i < 40; i++) {
            CHECK_OK(c, basket_name(m, str_fmt(c->arena, "x%lld", (long long)i), &item));
            basket_put(m, item);
        }
        CHECK_OK(c, basket_end(m, &too_large));
    }
    baskets_done(m, &b);
    struct basket_ask ask = { .support = { true, 0.5 } };
    CHECK_ERR(c, basket_report_of(c, &b, &ask, 0, &r), E_TOO_LARGE);
    CHECK_STR(str_of(c->why.field), "/support");
    CHECK(str_find(str_of(c->why.detail), S("4000000")) > 0);
    CHECK(str_find(str_of(c->why.detail), S("raise support")) > 0);
    ask.max_items = SOME(3);
    CHECK_OK(c, basket_report_of(c, &b, &ask, 0, &r));
    CHECK_I64(r.total, 40 * 39 + 40 * 39 * 38 / 2);
    static const struct {
        f64 support, confidence;
        i64 most;
        const char *field;
    } bad[] = { { 0, 0.5, 2, "/support" },       { 1.01, 0.5, 2, "/support" },
                { 0.5, -0.1, 2, "/confidence" }, { 0.5, 1.5, 2, "/confidence" },
                { 0.5, 0.5, 1, "/max_items" },   { 0.5, 0.5, 11, "/max_items" } };
    for (i64 i = 0; i < COUNT(bad); i++) {
        struct basket_ask wrong = { .support = { true, bad[i].support },
                                    .confidence = { true, bad[i].confidence },
                                    .max_items = SOME(bad[i].most) };
        CHECK_ERR(c, basket_report_of(c, &b, &wrong, 0, &r), E_INVALID);
        CHECK_STR(str_of(c->why.field), bad[i].field);
    }
}

TEST(no_baskets_no_rules)
{
    struct ctx *c = test_ctx();
    struct baskets b;
    struct basket_report r;
    baskets_done(baskets_new(c), &b);
    CHECK_OK(c, basket_report_of(c, &b, &(struct basket_ask){ 0 }, 0, &r));
    CHECK_I64(r.baskets, 0);
    CHECK_I64(r.total, 0);
}

/* -- files ------------------------------------------------------------------------------------- */

static void names_are(const struct baskets *b, i64 basket, const char *want)
{
    struct ctx *c = test_ctx();
    struct buf out = { .arena = c->arena };
    for (i64 k = b->offset[basket]; k < b->offset[basket + 1]; k++) {
        if (out.n) buf_byte(&out, '|');
        buf_add(&out, b->names.at[b->items[k]]);
    }
    CHECK_STR(buf_str(&out), want);
}

TEST(a_basket_file_is_read_or_refused)
{
    struct ctx *c = test_ctx();
    struct baskets b;
    CHECK_OK(c, baskets_read(c,
                             test_file("\xEF\xBB\xBF"
                                       "b, a,b,,\r\n\n\"x, y\",\"say \"\"hi\"\"\" , a\n ,\nlast"),
                             &b));
    CHECK_I64(b.n, 3);
    names_are(&b, 0, "a|b");
    names_are(&b, 1, "a|say \"hi\"|x, y");
    names_are(&b, 2, "last");
    static const struct {
        const char *text, *said;
    } bad[] = { { "a\nb\n\xff\xfe\n", "line 3" },
                { "a\n\"b\nc\n", "line 2" },
                { "\n\n", "no baskets" },
                { "", "no baskets" } };
    for (i64 i = 0; i < COUNT(bad); i++) {
        CHECK_ERR(c, baskets_read(c, test_file(bad[i].text), &b), E_INVALID);
        CHECK(str_find(str_of(c->why.detail), str_of(bad[i].said)) >= 0);
    }
    CHECK_ERR(c, baskets_read(c, S("/no/such/file"), &b), E_NOT_FOUND);
    struct buf many = { .arena = c->arena };
    buf_add(&many, S("a\n"));
    for (i64 i = 0; i <= BASKET_ITEMS_MAX; i++) buf_fmt(&many, "%lld,", (long long)i);
    CHECK_ERR(c, baskets_read(c, test_file(str_z(c->arena, buf_str(&many))), &b), E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("line 2")) > 0);
    for (i64 i = 0; i < 300000; i++) buf_add(&many, S("\"abc"));
    CHECK_ERR(c, baskets_read(c, test_file(str_z(c->arena, buf_str(&many))), &b), E_INVALID);
}

TEST(a_compressed_file_is_read_and_a_cut_one_refused)
{
    struct ctx *c = test_ctx();
    struct baskets b;
    char path[512];
    snprintf(path, sizeof path, "%s/b.gz", test_folder());
    gzFile f = gzopen(path, "wb");
    for (i64 i = 0; i < 20000; i++) gzprintf(f, "a%lld,b%lld\n", (long long)i, (long long)i * i);
    gzclose(f);
    CHECK_OK(c, baskets_read(c, str_of(path), &b));
    CHECK_I64(b.n, 20000);
    CHECK(truncate(path, 5000) == 0);
    CHECK_ERR(c, baskets_read(c, str_of(path), &b), E_INVALID);
}

/* -- the command ------------------------------------------------------------------------------- */

TEST(the_command_keeps_its_form)
{
    struct ctx *c = test_reader();
    const char *file = str_z(c->arena, five_baskets());
    str said = KOI_RUN(c, 0, "report", "basket", "--baskets", file, "--support", "0.4",
                       "--confidence", "0.9", "--max-items", "3", "--json");
    CHECK(str_starts(said,
                     S("{\"baskets\":5,\"rules\":[{\"lhs\":[\"牛奶\",\"黄油\"],\"rhs\":\"面包\","
                       "\"support\":0.4,\"confidence\":1,\"lift\":1.25,")));
    str csv = KOI_RUN(c, 0, "report", "basket", "--baskets", file, "--support", "0.4",
                      "--confidence", "0.9", "--limit", "1", "--csv");
    CHECK_STR(csv, "lhs,rhs,support,confidence,lift,count,lhs_count,rhs_count\n"
                   "牛奶 + 黄油,面包,0.400000000,1.000000000,1.250000000,2,2,4\n");
    CHECK(str_find(KOI_RUN(c, 0, "report", "basket", "--baskets", file), S("黄油")) > 0);
    CHECK_I64(KOI_RUN(c, 2, "report", "basket", "--support", "much").n, 0);
    CHECK_I64(KOI_RUN(c, 2, "report", "basket", "--baskets", file, "--shop", "x").n, 0);
    CHECK_I64(KOI_RUN(c, 1, "report", "basket", "--support", "0").n, 0);
}
