/* path_test.c -- paths and attribution against twins that read the lines one by one: many rows of
 * one second, merged members, rows of other kinds; and the figures of docs/insight.md. */
#include <math.h>
#include <stdlib.h>

#include "audience/index/follow.h"
#include "insight/path.h"
#include "insight_shop.h"
#include "store/setting.h"

enum { PEOPLE = 40, LINES = 1500, DAYS_OF_LIFE = 20 };

static const char *const kinds[] = { "Product Viewed", "Product Added", "product viewed",
                                     "Page Viewed",    "order.paid",    "member.tagged",
                                     "Order Completed" };
static const char *const touchpoints[] = { "天猫",   "抖音",   "小程序", "direct",
                                           "TikTok", "tiktok", "" };

static struct dice dice;
static i64 *people;
static struct arena_mark begun;
static i64 below(i64 n) { return dice_below(&dice, n); }

static enum err merge(struct tx *t, void *arg)
{
    (void)arg;
    i64 a = people[below(PEOPLE)], b = people[below(PEOPLE)], x, y, which;
    TRY(member_living(t->c, a, &x));
    TRY(member_living(t->c, b, &y));
    return x == y ? OK : member_merge(t, a, b, S("test"), &which);
}

/* Few hours and seconds, so that rows tie in every way. */
static instant some_time(void)
{
    if (below(80) == 0) return below(2) ? 1000 : on("2030-01-01", 0);
    return on("2024-04-01", 0) + below(DAYS_OF_LIFE * 24) * HOUR_MS / (1 + below(3)) +
           below(3) * 5 * MINUTE_MS + below(2) * SECOND_MS + below(3) / 2;
}

static struct audience *live_a_while(struct ctx *c, u64 seed)
{
    struct audience *a;
    begun = arena_mark(c->arena);
    dice = (struct dice){ seed };
    people = shop_members(c, PEOPLE, on("2024-01-01", 0), S("p"));
    struct timeline_line *lines = NEWS(c->arena, struct timeline_line, LINES);
    for (i64 i = 0; i < LINES; i++) {
        str touchpoint = str_of(touchpoints[below(COUNT(touchpoints))]);
        lines[i] = (struct timeline_line){ .member = people[below(PEOPLE)],
                                           .kind = str_of(kinds[below(COUNT(kinds))]),
                                           .at = some_time(),
                                           .touchpoint = touchpoint.n ? touchpoint : NO_STR };
        if (below(2)) lines[i].value = SOME(below(100000) + below(2) * 1000000);
        if (below(3) == 0) lines[i].props = S("{\"category\":\"面膜\"}");
    }
    shop_lines(c, lines, LINES);
    struct sale *sales = NEWS(c->arena, struct sale, 150);
    for (i64 i = 0; i < 150; i++)
        sales[i] = (struct sale){ .member = people[below(PEOPLE)],
                                  .at = on("2024-04-01", 0) + below(DAYS_OF_LIFE * 24) * HOUR_MS,
                                  .paid = 1 + below(3000000),
                                  .unpaid = below(9) == 0 };
    shop_sales(c, sales, 150);
    for (int i = 0; i < 4; i++) CHECK_OK(c, store_write(test_store(), c, merge, NULL));
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    audience_serve(a);
    return a;
}

static void end(struct ctx *c, struct audience *a)
{
    audience_serve(NULL);
    arena_rewind(c->arena, begun); /* views go with it */
    audience_close(a);
}

/* -- the lines, one by one --------------------------------------------------------------------- */

QUERY(test_path_lines, timeline_line,
      "SELECT member, seq, at, kind, subject, touchpoint, value, props FROM timeline ORDER BY at, "
      "seq");
QUERY(test_path_purchases, purchase,
      "SELECT member, bought_at, net FROM purchase_order WHERE bought_at IS NOT NULL"
      " AND member > 0 ORDER BY bought_at, id");

struct life {
    i64 member;
    struct timeline_line_list lines;
    struct purchase_list purchases;
};
struct lives {
    struct life at[PEOPLE];
    i64 n;
};

/* Of each living member what may count, of all ids he has had. */
static struct lives *lives_read(struct ctx *c, str segment)
{
    struct lives *out = NEW(c->arena, struct lives);
    struct timeline_line_list all;
    struct purchase_list bought;
    const struct segment_node *tree;
    instant at;
    ints only;
    CHECK_OK(c, segment_at_read(c, NO_STR, &at));
    CHECK_OK(c, segment_parse(c, str_or(segment, S("first_seen >= 1900-01-01")), &tree));
    CHECK_OK(c, segment_members(c, tree, at, &only));
    CHECK_OK(c, db_all(c, &test_path_lines, &all, NO_ARGS));
    CHECK_OK(c, db_all(c, &test_path_purchases, &bought, NO_ARGS));
    for (i64 i = 0; i < only.n; i++) {
        struct life *l = &out->at[out->n++];
        l->member = only.at[i];
        for (i64 k = 0; k < all.n; k++) {
            i64 living;
            if (all.at[k].member <= 0 || all.at[k].at >= at || all.at[k].at < on("2000-01-02", 0))
                continue;
            CHECK_OK(c, member_living(c, all.at[k].member, &living));
            if (living == l->member) *PUSH(c->arena, &l->lines) = all.at[k];
        }
        for (i64 k = 0; k < bought.n; k++)
            if (bought.at[k].member == l->member) *PUSH(c->arena, &l->purchases) = bought.at[k];
    }
    return out;
}

/* -- paths ------------------------------------------------------------------------------------- */

struct path_case {
    const char *start, *end; /* kinds, or touchpoint:NAME; NULL: open */
    i64 steps, within_s, gap_s, from, to;
    bool of_touchpoint, repeats;
};

static bool is_behaviour(const struct timeline_line *l)
{
    return !str_starts(l->kind, S("member.")) &&
           (!str_starts(l->kind, S("order.")) || str_eq(l->kind, S("order.paid")) ||
            str_eq(l->kind, S("order.placed")));
}

static bool folds_to(str a, const char *b)
{
    struct arena *x = test_ctx()->arena;
    return a.at && str_eq(str_fold(x, a), str_fold(x, str_of(b)));
}

static bool is_end(const char *what, const struct timeline_line *l)
{
    if (!strncmp(what, "touchpoint:", 11))
        return is_behaviour(l) && folds_to(l->touchpoint, what + 11);
    return folds_to(l->kind, what);
}

static bool is_step(const struct path_case *p, const struct timeline_line *l)
{
    return is_behaviour(l) && (!p->of_touchpoint || l->touchpoint.n > 0);
}

/* As it is shown, folded; a start or end that is an event stands in touchpoints by its own name. */
static str name_of(const struct path_case *p, const struct timeline_line *l, const char *as)
{
    struct arena *a = test_ctx()->arena;
    if (as && p->of_touchpoint && strncmp(as, "touchpoint:", 11) != 0)
        return str_fold(a, str_of(as));
    return str_fold(a, p->of_touchpoint ? l->touchpoint : l->kind);
}

/* The rows that have a say: a pause lies between two of these. */
static struct timeline_line_list relevant(const struct path_case *p, const struct life *life)
{
    struct timeline_line_list out = { 0 };
    for (i64 i = 0; i < life->lines.n; i++) {
        const struct timeline_line *l = &life->lines.at[i];
        if (is_behaviour(l) || (p->start && is_end(p->start, l)) || (p->end && is_end(p->end, l)))
            *PUSH(test_ctx()->arena, &out) = *l;
    }
    return out;
}

static i64 seconds(const struct timeline_line *a, const struct timeline_line *b)
{
    return b->at / 1000 - a->at / 1000;
}

static bool reaches(const struct path_case *p, const struct timeline_line_list *l, i64 i, i64 k)
{
    if (seconds(&l->at[i], &l->at[k]) > p->within_s) return false;
    for (i64 j = i + 1; p->gap_s && j <= k; j++)
        if (seconds(&l->at[j - 1], &l->at[j]) > p->gap_s) return false;
    return true;
}

/* The path of one member as words, by the definition; absent: he has none. */
static str path_by_hand(struct ctx *c, const struct path_case *p, const struct life *life)
{
    struct timeline_line_list l = relevant(p, life);
    strs steps = { 0 };
    i64 begin = -1, finish = -1;
    bool back = p->end && !p->start;
    const char *outcome = "ended";
    for (i64 i = 0; i < l.n && finish < 0; i++) {
        i64 d = zone_day(c->zone, l.at[i].at);
        if (d < p->from || d > p->to) continue;
        if (back       ? !is_end(p->end, &l.at[i])
            : p->start ? !is_end(p->start, &l.at[i])
                       : !is_step(p, &l.at[i]))
            continue;
        if (begin < 0) begin = i;
        if (!p->end || back) break;
        for (i64 k = i + 1; k < l.n && finish < 0; k++)
            if (is_end(p->end, &l.at[k]) && reaches(p, &l, i, k)) begin = i, finish = k;
    }
    if (begin < 0) return NO_STR;
    *PUSH(c->arena, &steps) = name_of(p, &l.at[begin], back ? p->end : p->start);
    for (i64 k = begin + (back ? -1 : 1); k >= 0 && k < l.n; k += back ? -1 : 1) {
        if (back ? !reaches(p, &l, k, begin) : !reaches(p, &l, begin, k)) break;
        if (k != finish && !is_step(p, &l.at[k])) continue;
        str name = name_of(p, &l.at[k], k == finish ? p->end : NULL);
        bool again = str_eq(name, steps.at[steps.n - 1]) && !(back && steps.n == 1);
        if (k != finish && !p->repeats && again) continue;
        if (steps.n == p->steps) {
            outcome = finish >= 0 ? "arrived_later" : "went_on";
            break;
        }
        *PUSH(c->arena, &steps) = name;
        if (k == finish) {
            outcome = "arrived";
            break;
        }
    }
    for (i64 i = 0; back && i < steps.n / 2; i++) {
        str swap = steps.at[i];
        steps.at[i] = steps.at[steps.n - 1 - i];
        steps.at[steps.n - 1 - i] = swap;
    }
    return str_fmt(c->arena, STR_FMT ": %s", STR_ARG(str_join(c->arena, steps, S(" > "))), outcome);
}

static str as_words(struct ctx *c, const struct path_row *row)
{
    strs steps = { 0 };
    for (i64 i = 0; i < row->steps.n; i++)
        *PUSH(c->arena, &steps) = str_fold(c->arena, row->steps.at[i]);
    return str_fmt(c->arena, STR_FMT ": " STR_FMT, STR_ARG(str_join(c->arena, steps, S(" > "))),
                   STR_ARG(choice_name(&path_outcome_choice, (int)row->outcome)));
}

static void check_paths(struct ctx *c, const struct path_case *p, const struct lives *lives,
                        const struct paths_answer *got)
{
    i64 began = 0, arrived = 0, sum = 0;
    strs all = { 0 };
    for (i64 i = 0; i < lives->n; i++) {
        str path = path_by_hand(c, p, &lives->at[i]);
        if (!path.at) continue;
        began++;
        arrived += str_find(path, S(": arrived")) > 0 || (p->end && !p->start);
        *PUSH(c->arena, &all) = path;
    }
    CHECK_I64(got->began, began);
    CHECK_I64(got->arrived, arrived);
    for (i64 i = 0; i < got->paths.n; i++) {
        const struct path_row *row = &got->paths.at[i];
        i64 want = 0;
        for (i64 k = 0; k < all.n; k++) want += str_eq(all.at[k], as_words(c, row));
        CHECK_I64(row->members, want);
        CHECK(!i || row->members <= got->paths.at[i - 1].members);
        sum += row->members;
    }
    CHECK_I64(sum, began); /* PEOPLE < PATH_TOP_MAX: every path is in the list */
    CHECK_I64(got->distinct, got->paths.n);
}

/* Streams: who comes to a node ends, arrives or goes on; no member is lost or made. */
static void check_streams(const struct paths_answer *got)
{
    i64 *out = NEWS(test_ctx()->arena, i64, got->nodes.n + 1);
    i64 *in = NEWS(test_ctx()->arena, i64, got->nodes.n + 1), ends = 0;
    for (i64 i = 0; i < got->links.n; i++) {
        const struct path_link *l = &got->links.at[i];
        CHECK(got->nodes.at[l->to].layer == got->nodes.at[l->from].layer + 1);
        out[l->from] += l->members;
        in[l->to] += l->members;
    }
    bool back = got->direction == PATH_TO;
    for (i64 i = 0; i < got->nodes.n; i++) {
        const struct path_node *n = &got->nodes.at[i];
        i64 stops = n->ended + n->arrived + n->arrived_later + n->went_on;
        bool outer = n->layer == (back ? got->layers - 1 : 0);
        CHECK_I64(stops + (back ? in : out)[i], n->members);
        if (!outer) CHECK_I64((back ? out : in)[i], n->members);
        ends += stops;
    }
    CHECK_I64(ends, got->began);
}

static struct path_case some_case(int round)
{
    static const char *const ends[] = { "Product Viewed",  "Product Added",     "order.paid",
                                        "touchpoint:抖音", "touchpoint:TIKTOK", "member.tagged",
                                        "Order Completed" };
    struct path_case p = { .steps = 2 + below(9), .from = day_of(2024, 4, 1) + below(8) };
    p.to = p.from + below(DAYS_OF_LIFE);
    if (round % 4 != 1) p.start = ends[below(COUNT(ends))];
    if (round % 4 != 2) p.end = ends[below(COUNT(ends))];
    if (round % 4 == 3 && below(4) == 0) p.start = p.end = NULL;
    p.within_s = (1 + below(200)) * 3600 + below(2);
    if (below(3) == 0) p.gap_s = (1 + below(1200)) * 60;
    p.of_touchpoint = below(2);
    p.repeats = below(3) == 0;
    return p;
}

static struct paths_ask ask_of(struct ctx *c, const struct path_case *p)
{
    return (struct paths_ask){
        .start = str_of(p->start),
        .end = str_of(p->end),
        .steps = SOME(p->steps),
        .within = str_fmt(c->arena, "%llds", (long long)p->within_s),
        .of = p->of_touchpoint ? PATH_OF_TOUCHPOINT : PATH_OF_EVENT,
        .gap = p->gap_s ? SOME(p->gap_s / 60) : NONE,
        .repeats = p->repeats,
        .top = SOME(PATH_TOP_MAX),
        .nodes = SOME(1 + below(20)),
        .from = day_text(c->arena, (day)p->from),
        .to = day_text(c->arena, (day)p->to),
    };
}

TEST(paths_as_by_hand)
{
    struct ctx *c = test_reader();
    struct audience *a = live_a_while(c, 5);
    struct lives *lives = lives_read(c, NO_STR);
    i64 arrived = 0, ways[3] = { 0 };
    for (int round = 0; round < 300; round++) {
        struct arena_mark mark = arena_mark(c->arena);
        struct path_case p = some_case(round);
        struct paths_ask ask = ask_of(c, &p);
        struct paths_answer got;
        CHECK_OK(c, paths_make(c, &ask, &got));
        check_paths(c, &p, lives, &got);
        check_streams(&got);
        arrived += got.direction == PATH_BETWEEN ? got.arrived : 0;
        ways[got.direction] += got.began;
        arena_rewind(c->arena, mark);
    }
    CHECK(arrived > 300 && ways[PATH_FROM] > 300 && ways[PATH_TO] > 300);
    end(c, a);
}

TEST(every_member_is_accounted_for)
{
    struct ctx *c = test_reader();
    struct audience *a = live_a_while(c, 6);
    for (i64 nodes = 1; nodes <= 20; nodes += 3) {
        struct paths_answer got;
        struct paths_ask ask = { .from = S("2024-04-01"),
                                 .to = S("2024-04-20"),
                                 .nodes = SOME(nodes),
                                 .steps = SOME(10),
                                 .end = S("order.paid") };
        CHECK_OK(c, paths_make(c, &ask, &got));
        CHECK(got.began > 20 && got.layers == 10);
        check_streams(&got);
        i64 rest = 0, ends = 0;
        for (i64 i = 0; i < got.nodes.n; i++) {
            rest += got.nodes.at[i].rest;
            ends += got.nodes.at[i].layer == 9;
        }
        CHECK_I64(ends, 1);               /* the end alone is the last layer */
        CHECK((rest > 0) == (nodes < 6)); /* so many kinds of behaviour there are */
    }
    end(c, a);
}

TEST(arrivals_are_those_of_the_funnel)
{
    struct ctx *c = test_reader();
    struct audience *a = live_a_while(c, 7);
    for (int round = 0; round < 20; round++) {
        str steps[] = { S("Product Viewed"), round % 2 ? S("order.paid") : S("Product Viewed") };
        str within = str_fmt(c->arena, "%dh", 1 + 7 * round);
        struct funnel_ask funnel = {
            .steps = { steps, 2 }, .window = within, .from = S("2024-04-03"), .to = S("2024-04-12")
        };
        struct paths_ask ask = { .start = steps[0],
                                 .end = steps[1],
                                 .within = within,
                                 .from = S("2024-04-03"),
                                 .to = S("2024-04-12"),
                                 .segment = round % 3 ? NO_STR : S("did(\"Page Viewed\")") };
        struct funnel_answer want;
        struct paths_answer got;
        funnel.segment = ask.segment;
        CHECK_OK(c, funnel_make(c, &funnel, &want));
        CHECK_OK(c, paths_make(c, &ask, &got));
        CHECK_I64(got.began, want.steps.at[0].members);
        CHECK_I64(got.arrived, want.steps.at[1].members);
        CHECK(got.arrived > 0 || round < 4);
    }
    end(c, a);
}

/* -- credit, worked by hand -------------------------------------------------------------------- */

static void check_split(enum attribution_model model, const i64 *ages_days, const bool *direct,
                        i64 n, i64 whole, const i64 *want)
{
    i64 ages[8] = { 0 }, weights[8], parts[8];
    struct split_left left[8];
    for (i64 i = 0; i < n; i++) ages[i] = ages_days[i] * DAY_MS;
    attribution_weights(model, ages, direct, n, 7 * DAY_MS, weights);
    attribution_split(weights, n, whole, left, parts);
    for (i64 i = 0; i < n; i++) CHECK_I64(parts[i], want[i]);
}
#define SPLIT(MODEL, DIRECT, WHOLE, AGES, ...)                                 \
    check_split(MODEL, (const i64[])AGES, DIRECT, COUNT(((i64[])AGES)), WHOLE, \
                (const i64[]){ __VA_ARGS__ })
#define THREE    \
    {            \
        14, 7, 0 \
    }
#define FOUR        \
    {               \
        14, 7, 3, 0 \
    }
#define TWO  \
    {        \
        9, 2 \
    }
#define ONE \
    {       \
        4   \
    }

TEST(split_as_worked)
{
    /* 100.00 yuan, touches 14, 7 and 0 days before: weights 1 : 2 : 4 of 7 */
    SPLIT(MODEL_TIME_DECAY, NULL, 10000, THREE, 1429, 2857, 5714);
    SPLIT(MODEL_FIRST, NULL, 10000, THREE, 10000, 0, 0);
    SPLIT(MODEL_LAST, NULL, 10000, THREE, 0, 0, 10000);
    SPLIT(MODEL_LINEAR, NULL, 10000, THREE, 3334, 3333, 3333);
    SPLIT(MODEL_POSITION, NULL, 10000, THREE, 4000, 2000, 4000);
    SPLIT(MODEL_POSITION, NULL, 10000, FOUR, 4000, 1000, 1000, 4000);
    SPLIT(MODEL_POSITION, NULL, 10001, TWO, 5001, 5000);
    SPLIT(MODEL_POSITION, NULL, 999, ONE, 999);
    SPLIT(MODEL_LAST_NON_DIRECT, ((const bool[]){ false, false, true }), 10000, THREE, 0, 10000, 0);
    SPLIT(MODEL_LAST_NON_DIRECT, ((const bool[]){ true, true, true }), 10000, THREE, 0, 0, 10000);
    SPLIT(MODEL_LINEAR, NULL, 1, THREE, 1, 0, 0); /* a fen cannot be parted */
    SPLIT(MODEL_LINEAR, NULL, 0, THREE, 0, 0, 0);
}

/* -- attribution ------------------------------------------------------------------------------- */

struct credit_case {
    const char *event; /* NULL: purchases */
    i64 window_ms, half_life_ms, visit_ms, from, to;
    bool look_past, by_event;
};
struct hand_touch {
    instant at, last;
    str touchpoint, key;
};
struct hand_conversion {
    instant at;
    money value;
};
struct hand_tally {
    str key;
    i64 touches, conversions, parts[MODELS];
    money money[MODELS];
};
struct hand_tallies {
    struct hand_tally *at;
    i64 n;
};

static struct hand_tally *tally(struct hand_tallies *all, str key)
{
    for (i64 i = 0; i < all->n; i++)
        if (str_eq(all->at[i].key, key)) return &all->at[i];
    struct hand_tally *t = PUSH(test_ctx()->arena, all);
    t->key = key;
    return t;
}

static bool is_touch(const struct timeline_line *l)
{
    return l->touchpoint.n &&
           (folds_to(l->kind, "Page Viewed") || folds_to(l->kind, "Product Viewed"));
}

/* The weight of touch i of n, as the definition says it. */
static i64 weight(enum attribution_model m, const struct hand_touch *t, i64 n, i64 i,
                  const struct credit_case *k)
{
    i64 chosen = n - 1;
    switch (m) {
    case MODEL_FIRST: return i == 0;
    case MODEL_LAST: return i == n - 1;
    case MODEL_LAST_NON_DIRECT:
        for (i64 j = 0; j < n; j++)
            if (!folds_to(t[j].touchpoint, "direct")) chosen = j;
        return i == chosen;
    case MODEL_LINEAR: return 1;
    case MODEL_POSITION: return n <= 2 ? 1 : i == 0 || i == n - 1 ? 2 * (n - 2) : 1;
    default:
        return (i64)floor(0.5 + 1099511627776.0 *
                                    pow(0.5, (f64)(t[n - 1].at - t[i].at) / (f64)k->half_life_ms));
    }
}

/* Largest remainders, one at a time. */
static void divide(const i64 *weights, i64 n, i64 whole, i64 *parts)
{
    __int128 sum = 0;
    i64 given = 0;
    for (i64 i = 0; i < n; i++) sum += weights[i];
    for (i64 i = 0; i < n; i++) given += parts[i] = (i64)((__int128)whole * weights[i] / sum);
    for (bool *had = NEWS(test_ctx()->arena, bool, n); given < whole; given++) {
        i64 best = -1;
        for (i64 i = 0; i < n; i++)
            if (!had[i] && (best < 0 || (__int128)whole * weights[i] % sum >
                                            (__int128)whole * weights[best] % sum))
                best = i;
        had[best] = true;
        parts[best]++;
    }
}

static void credit_by_hand(const struct credit_case *k, const struct hand_touch *t, i64 n,
                           money value, struct hand_tallies *all)
{
    struct arena *a = test_ctx()->arena;
    i64 *weights = NEWS(a, i64, n), *parts = NEWS(a, i64, n);
    for (i64 i = 0; i < n; i++) {
        bool met = false;
        for (i64 j = 0; j < i; j++) met |= str_eq(t[j].key, t[i].key);
        tally(all, t[i].key)->touches++;
        tally(all, t[i].key)->conversions += !met;
    }
    for (int m = 0; m < MODELS; m++) {
        i64 heavy = 0;
        for (i64 i = 0; i < n; i++) {
            weights[i] = weight((enum attribution_model)m, t, n, i, k);
            if (weights[i] > weights[heavy]) heavy = i;
        }
        divide(weights, n, 1000000, parts);
        for (i64 i = 0; i < n; i++) tally(all, t[i].key)->parts[m] += parts[i];
        divide(weights, n, value / 100, parts);
        for (i64 i = 0; i < n; i++) tally(all, t[i].key)->money[m] += parts[i] * 100;
        tally(all, t[heavy].key)->money[m] += value % 100;
    }
}

static i64 member_by_hand(struct ctx *c, const struct credit_case *k, const struct life *life,
                          struct hand_tallies *all)
{
    struct {
        struct hand_conversion *at;
        i64 n;
    } events = { 0 };
    i64 seen = 0;
    for (i64 i = 0; !k->event && i < life->purchases.n; i++)
        *PUSH(c->arena, &events) =
            (struct hand_conversion){ life->purchases.at[i].bought_at, life->purchases.at[i].net };
    for (i64 i = 0; k->event && i < life->lines.n; i++)
        if (folds_to(life->lines.at[i].kind, k->event))
            *PUSH(c->arena, &events) =
                (struct hand_conversion){ life->lines.at[i].at, life->lines.at[i].value.has
                                                                    ? life->lines.at[i].value.value
                                                                    : 0 };
    for (i64 e = 0; e < events.n; e++) {
        instant at = events.at[e].at, since = at - k->window_ms;
        struct {
            struct hand_touch *at;
            i64 n;
        } touches = { 0 };
        i64 d = zone_day(c->zone, at);
        if (d < k->from || d > k->to) continue;
        for (i64 j = 0; !k->look_past && j < events.n; j++)
            if (events.at[j].at < at && events.at[j].at > since) since = events.at[j].at;
        for (i64 i = 0; i < life->lines.n; i++) {
            const struct timeline_line *l = &life->lines.at[i];
            if (!is_touch(l) || l->at < since || l->at >= at) continue;
            struct hand_touch *last = touches.n ? &touches.at[touches.n - 1] : NULL;
            str touchpoint = str_fold(c->arena, l->touchpoint);
            if (last && k->visit_ms && str_eq(last->touchpoint, touchpoint) &&
                l->at - last->last <= k->visit_ms) {
                last->last = l->at;
                continue;
            }
            *PUSH(c->arena, &touches) =
                (struct hand_touch){ l->at, l->at, touchpoint,
                                     k->by_event ? str_fold(c->arena, l->kind) : touchpoint };
        }
        seen++;
        if (touches.n) {
            credit_by_hand(k, touches.at, touches.n, events.at[e].value, all);
            continue;
        }
        struct hand_tally *none = tally(all, S("no touch"));
        none->conversions++;
        for (int m = 0; m < MODELS; m++) {
            none->parts[m] += 1000000;
            none->money[m] += events.at[e].value;
        }
    }
    return seen;
}

static void check_credit(struct ctx *c, struct hand_tallies *want, i64 conversions,
                         const struct attribution_answer *got)
{
    i64 parts[MODELS] = { 0 };
    money sums[MODELS] = { 0 };
    CHECK_I64(got->conversions, conversions);
    CHECK_I64(got->rows.n, want->n);
    for (i64 i = 0; i < got->rows.n; i++) {
        const struct attribution_row *row = &got->rows.at[i];
        const struct hand_tally *t = tally(want, str_fold(c->arena, row->touch));
        CHECK_I64(row->touches, t->touches);
        CHECK_I64(row->conversions, t->conversions);
        CHECK(row->direct == folds_to(row->touch, "direct"));
        for (int m = 0; m < MODELS; m++) {
            CHECK(row->credit.at[m].model == (enum attribution_model)m);
            CHECK_I64(llround(row->credit.at[m].conversions * 1e6), t->parts[m]);
            CHECK_I64(row->credit.at[m].money, t->money[m]);
            parts[m] += t->parts[m];
            sums[m] += row->credit.at[m].money;
        }
    }
    CHECK_I64(want->n, got->rows.n); /* no row that was not there */
    for (int m = 0; m < MODELS; m++) {
        CHECK_I64(parts[m], got->conversions * 1000000);
        CHECK_I64(sums[m], got->money);
    }
}

static enum err set_visit(struct tx *t, void *arg)
{
    TRY(setting_set(t, S("attribution.touches"), S("page viewed, Product Viewed")));
    return setting_set(t, S("attribution.visit_minutes"), *(str *)arg);
}

static i64 some_credit(struct ctx *c, u64 seed, int rounds, str segment)
{
    struct audience *a = live_a_while(c, seed);
    struct lives *lives = lives_read(c, segment);
    static const char *const events[] = { NULL, "Order Completed", "order.paid", "product viewed" };
    i64 touched = 0;
    for (int round = 0; round < rounds; round++) {
        struct arena_mark mark = arena_mark(c->arena);
        struct credit_case k = { .event = events[below(COUNT(events))],
                                 .window_ms = (1 + below(300)) * HOUR_MS,
                                 .half_life_ms = (1 + below(100)) * HOUR_MS,
                                 .visit_ms = below(3) * 30 * MINUTE_MS,
                                 .from = day_of(2024, 4, 1) + below(8),
                                 .look_past = below(2),
                                 .by_event = below(4) == 0 };
        k.to = k.from + below(DAYS_OF_LIFE);
        str visit = str_fmt(c->arena, "%lld", (long long)(k.visit_ms / MINUTE_MS));
        CHECK_OK(c, store_write(test_store(), c, set_visit, &visit));
        struct attribution_ask ask = {
            .event = str_of(k.event),
            .window = str_fmt(c->arena, "%lldh", (long long)(k.window_ms / HOUR_MS)),
            .half_life = str_fmt(c->arena, "%lldh", (long long)(k.half_life_ms / HOUR_MS)),
            .by = k.by_event ? ATTRIBUTE_EVENT : ATTRIBUTE_TOUCHPOINT,
            .look_past = { true, k.look_past },
            .from = day_text(c->arena, (day)k.from),
            .to = day_text(c->arena, (day)k.to),
            .segment = segment,
        };
        struct attribution_answer got;
        struct hand_tallies want = { 0 };
        i64 conversions = 0;
        CHECK_OK(c, attribution_make(c, &ask, &got));
        for (i64 i = 0; i < lives->n; i++)
            conversions += member_by_hand(c, &k, &lives->at[i], &want);
        check_credit(c, &want, conversions, &got);
        touched += got.touched;
        arena_rewind(c->arena, mark);
    }
    end(c, a);
    return touched;
}

TEST(attribution_as_by_hand) { CHECK(some_credit(test_reader(), 21, 60, NO_STR) > 1000); }

TEST(credit_adds_up)
{
    CHECK(some_credit(test_reader(), 22, 20, S("did(\"Order Completed\")")) > 100);
}

/* Purchases on days 1 and 10; a touch on days 0, 5 and 10, one of them after the second. */
TEST(touches_before_an_earlier_conversion_are_used_up)
{
    struct ctx *c = test_reader();
    struct audience *a;
    begun = arena_mark(c->arena);
    i64 *who = shop_members(c, 1, on("2024-01-01", 0), S("m"));
    static const char *const days[] = { "2024-05-01", "2024-05-06", "2024-05-11" };
    static const char *const where[] = { "抖音", "小程序", "direct" };
    struct timeline_line lines[3];
    for (i64 i = 0; i < 3; i++)
        lines[i] = (struct timeline_line){ .member = who[0],
                                           .kind = S("Page Viewed"),
                                           .at = on(days[i], i == 2 ? 9 * HOUR_MS : 0),
                                           .touchpoint = str_of(where[i]) };
    shop_lines(c, lines, 3);
    struct sale sales[] = { { who[0], on("2024-05-02", 0), 100 * MONEY_UNIT },
                            { who[0], on("2024-05-11", 8 * HOUR_MS), 50 * MONEY_UNIT } };
    shop_sales(c, sales, 2);
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    audience_serve(a);
    struct attribution_answer got;
    struct attribution_ask ask = { .model = S("first,linear"),
                                   .from = S("2024-05-01"),
                                   .to = S("2024-05-31") };
    CHECK_OK(c, attribution_make(c, &ask, &got));
    CHECK_I64(got.rows.n, 2); /* the touch after the last purchase earns nothing */
    CHECK_STR(got.rows.at[0].touch, "抖音");
    CHECK_I64(got.rows.at[0].credit.at[0].money, 100 * MONEY_UNIT);
    CHECK_I64(got.rows.at[1].credit.at[0].money, 50 * MONEY_UNIT);
    ask.look_past = (opt_flag){ true, true };
    CHECK_OK(c, attribution_make(c, &ask, &got));
    CHECK_STR(got.rows.at[0].touch, "抖音");
    CHECK_I64(got.rows.at[0].credit.at[0].money, 150 * MONEY_UNIT);
    CHECK_I64(got.rows.at[0].credit.at[1].money, 125 * MONEY_UNIT);
    CHECK_I64(got.rows.at[1].credit.at[1].money, 25 * MONEY_UNIT);
    end(c, a);
}

/* -- bounds ------------------------------------------------------------------------------------ */

static void refused_paths(struct ctx *c, struct paths_ask ask, const char *field)
{
    struct paths_answer out;
    CHECK_ERR(c, paths_make(c, &ask, &out), E_INVALID);
    CHECK_STR(str_of(c->why.field), field);
}
static void refused_credit(struct ctx *c, struct attribution_ask ask, const char *field)
{
    struct attribution_answer out;
    CHECK_ERR(c, attribution_make(c, &ask, &out), E_INVALID);
    CHECK_STR(str_of(c->why.field), field);
}

TEST(what_cannot_be_asked_says_why)
{
    struct ctx *c = test_reader();
    struct audience *a = live_a_while(c, 9);
    refused_paths(c, (struct paths_ask){ .steps = SOME(11) }, "/steps");
    refused_paths(c, (struct paths_ask){ .steps = SOME(1) }, "/steps");
    refused_paths(c, (struct paths_ask){ .nodes = SOME(21) }, "/nodes");
    refused_paths(c, (struct paths_ask){ .top = SOME(201) }, "/top");
    refused_paths(c, (struct paths_ask){ .within = S("soon") }, "/within");
    refused_paths(c, (struct paths_ask){ .within = S("400d") }, "/within");
    refused_paths(c, (struct paths_ask){ .start = S("did(\"B\", 7d)") }, "/start");
    refused_paths(c, (struct paths_ask){ .end = S("touchpoint:") }, "/end");
    refused_paths(c, (struct paths_ask){ .end = S("B (no_such = 3)") }, "/end");
    refused_paths(c, (struct paths_ask){ .start = S("B (category =)") }, c->why.field);
    CHECK(str_starts(str_of(c->why.field), S("/start:1:")));
    refused_paths(c, (struct paths_ask){ .from = S("2024-05-02"), .to = S("2024-05-01") }, "/from");
    refused_paths(c, (struct paths_ask){ .segment = S("city = ") }, "1:8");
    refused_credit(c, (struct attribution_ask){ .model = S("best") }, "/model");
    refused_credit(c, (struct attribution_ask){ .model = S("last,last") }, "/model");
    refused_credit(c, (struct attribution_ask){ .window = S("0d") }, "/window");
    refused_credit(c, (struct attribution_ask){ .half_life = S("x") }, "/half_life");
    refused_credit(c, (struct attribution_ask){ .event = S("B (category = \"面膜\")") }, "/event");
    struct paths_answer none;
    CHECK_OK(c, paths_make(c, &(struct paths_ask){ .start = S("Never Heard Of") }, &none));
    CHECK_I64(none.began + none.nodes.n + none.paths.n + none.layers, 0);
    CHECK(str_find(none.how, S("nobody has had \"Never Heard Of\"")) > 0);
    struct attribution_answer empty;
    struct attribution_ask long_ago = { .from = S("2001-01-01"), .to = S("2001-01-31") };
    CHECK_OK(c, attribution_make(c, &long_ago, &empty));
    CHECK_I64(empty.conversions + empty.rows.n, 0);
    CHECK(!empty.touches_each.has);
    end(c, a);
}
