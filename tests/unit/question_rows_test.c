/* question_rows_test.c -- funnels, retention and activity against twins that read the lines one by
 * one: many rows of one second, merged members, days of zones whose clocks change, wrong clocks. */
#include <stdlib.h>

#include "audience/index/follow.h"
#include "audience/question_rows.h"
#include "member/member.h"
#include "member/profile.h"
#include "store/setting.h"
#include "test.h"
#include "timeline/timeline.h"

enum { PEOPLE = 36, LINES = 900, DAYS_OF_LIFE = 24 };

static const char *const kinds[] = { "Product Viewed",  "Product Added", "product viewed",
                                     "Order Completed", "order.paid",    "member.tagged",
                                     "order.shipped" };
static const char *const categories[] = { "面膜", "口红", "a\"b" };
static const char *const touchpoints[] = { "天猫", "抖音", "小程序", "" };

static struct world {
    struct dice d;
    i64 members[PEOPLE], merges[8], merges_n;
    day first;
} world;
static struct arena_mark begun;

static i64 below(i64 n) { return dice_below(&world.d, n); }
static i64 someone(void) { return world.members[below(PEOPLE)]; }

static enum err come(struct tx *t, void *arg)
{
    (void)arg;
    for (i64 i = 0; i < PEOPLE; i++) {
        bool created;
        struct identity id = { ID_USER_ID, S(""), str_fmt(t->c->arena, "u%lld", (long long)i) };
        struct member_sighting in = {
            .identities = &id, .n = 1, .source = S("api"), .at = t->c->now - 300 * DAY_MS
        };
        TRY(member_resolve(t, &in, &world.members[i], &created));
        static const char *const cities[] = { "上海", "杭州", "北京" };
        if (i % 4)
            TRY(profile_put(t, world.members[i], S("city"), str_of(cities[i % 3]), S("hand"),
                            t->c->now));
    }
    return OK;
}

/* Few hours, few seconds, few milliseconds: ties of every kind, and steps at the window's very end.
 */
static instant some_time(struct ctx *c)
{
    instant base = zone_midnight(c->zone, world.first);
    i64 odd = below(60);
    if (odd == 0) return below(2) ? 0 : below(100000);
    if (odd == 1) return c->now + (1 + below(400)) * DAY_MS;
    if (odd == 2) return c->now + below(3) * SECOND_MS;
    return base + below(DAYS_OF_LIFE * 12) * 2 * HOUR_MS + below(3) * SECOND_MS - SECOND_MS +
           (below(2)   ? 0
            : below(2) ? 1
                       : 999);
}

static enum err live(struct tx *t, void *arg)
{
    i64 lines = *(i64 *)arg;
    for (i64 i = 0; i < lines; i++) {
        struct timeline_line line = { .member = someone(),
                                      .kind = str_of(kinds[below(COUNT(kinds))]),
                                      .at = some_time(t->c),
                                      .touchpoint =
                                          str_of(touchpoints[below(COUNT(touchpoints))]) };
        if (line.touchpoint.n == 0) line.touchpoint = NO_STR;
        if (below(2))
            line.props =
                str_eq(str_of(categories[i % 3]), S("a\"b"))
                    ? S("{\"category\":\"a\\\"b\",\"price\":5}")
                    : str_fmt(t->c->arena, "{\"price\":3,\"category\":\"%s\"}", categories[i % 3]);
        TRY(timeline_append(t, &line));
    }
    return OK;
}

static enum err merge(struct tx *t, void *arg)
{
    (void)arg;
    i64 a = someone(), b = someone(), x, y;
    TRY(member_living(t->c, a, &x));
    TRY(member_living(t->c, b, &y));
    if (x == y || world.merges_n == COUNT(world.merges)) return OK;
    return member_merge(t, a, b, S("test"), &world.merges[world.merges_n++]);
}

static enum err part(struct tx *t, void *arg)
{
    return member_unmerge(t, world.merges[*(i64 *)arg]);
}

static enum err live_there(struct tx *t, void *arg)
{
    return setting_set(t, S("timezone"), str_of(arg));
}

static struct audience *live_a_while(struct ctx *c, u64 seed, const char *zone, day first)
{
    struct audience *a;
    i64 lines = LINES;
    begun = arena_mark(c->arena);
    world = (struct world){ .d = { seed }, .first = first };
    c->zone = zone_open(zone);
    CHECK_OK(c, store_write(test_store(), c, live_there, (void *)(uintptr_t)zone));
    CHECK_OK(c, store_write(test_store(), c, come, NULL));
    CHECK_OK(c, store_write(test_store(), c, live, &lines));
    for (int i = 0; i < 5; i++) CHECK_OK(c, store_write(test_store(), c, merge, NULL));
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

QUERY(test_all_lines, timeline_line,
      "SELECT member, seq, at, kind, subject, touchpoint, value, props FROM timeline ORDER BY at, "
      "seq");

struct lives {
    struct life {
        i64 member;
        struct timeline_line_list lines; /* by time, as they were written */
    } at[PEOPLE];
    i64 n;
};

/* Of each living member those lines that may count, of all ids he has had. `only`: of these. */
static struct lives *lives_read(struct ctx *c, str segment)
{
    struct lives *out = NEW(c->arena, struct lives);
    struct timeline_line_list all;
    instant at, since;
    const struct segment_node *tree;
    ints only;
    CHECK_OK(c, segment_at_read(c, NO_STR, &at));
    CHECK(instant_parse(c->zone, S("2000-01-01T00:00:00Z"), false, &since));
    CHECK_OK(c, segment_parse(c, str_or(segment, S("first_seen >= 1900-01-01")), &tree));
    CHECK_OK(c, segment_members(c, tree, at, &only));
    CHECK_OK(c, db_all(c, &test_all_lines, &all, NO_ARGS));
    for (i64 i = 0; i < only.n; i++) {
        struct life *l = &out->at[out->n++];
        l->member = only.at[i];
        for (i64 k = 0; k < all.n; k++) {
            i64 living;
            if (all.at[k].member <= 0) continue;
            CHECK_OK(c, member_living(c, all.at[k].member, &living));
            if (living == l->member && all.at[k].at >= since && all.at[k].at < at)
                *PUSH(c->arena, &l->lines) = all.at[k];
        }
    }
    return out;
}

/* An event as asked, and what it means; kind NULL: any behaviour. */
struct meant {
    const char *kind, *category;
    bool dear; /* price > 3: a property the index does not keep */
};

static bool is(const struct meant *m, const struct timeline_line *l)
{
    struct arena *a = test_ctx()->arena;
    if (!m->kind)
        return !str_eq(l->kind, S("member.tagged")) && !str_eq(l->kind, S("order.shipped")) &&
               !str_eq(l->kind, S("member.created")) && !str_eq(l->kind, S("member.merged")) &&
               !str_eq(l->kind, S("member.unmerged")) && !str_starts(l->kind, S("member."));
    if (!str_eq(str_fold(a, l->kind), str_fold(a, str_of(m->kind)))) return false;
    if (m->dear && (!l->props.at || str_find(l->props, S("\"price\":5")) < 0)) return false;
    if (!m->category) return true;
    str raw = str_eq(str_of(m->category), S("a\"b")) ? S("\"a\\\"b\"")
                                                     : str_fmt(a, "\"%s\"", m->category);
    return l->props.at && str_find(l->props, raw) >= 0;
}

static str written(struct ctx *c, const struct meant *m)
{
    if (!m->kind) return NO_STR;
    if (m->dear && !m->category) return str_fmt(c->arena, "%s (price > 3)", m->kind);
    if (!m->category) return str_of(m->kind);
    if (m->dear)
        return str_fmt(c->arena, "did(\"%s\", price > 3, category = \"%s\")", m->kind,
                       m->category[1] == '"' ? "a\\\"b" : m->category);
    return str_fmt(c->arena, "%s (category = \"%s\")", m->kind,
                   m->category[1] == '"' ? "a\\\"b" : m->category);
}

static struct meant some_event(bool any)
{
    static const char *const names[] = { "Product Viewed", "Product Added", "Order Completed",
                                         "order.paid" };
    struct meant m = { names[below(COUNT(names))], NULL, false };
    if (below(3) == 0) m.category = categories[below(COUNT(categories))];
    m.dear = below(5) == 0;
    if (any && below(3) == 0) m = (struct meant){ 0 };
    return m;
}

static i64 day_of_line(struct ctx *c, const struct timeline_line *l)
{
    return zone_day(c->zone, l->at);
}

/* -- funnel ------------------------------------------------------------------------------------ */

struct funnel_case {
    struct meant steps[4];
    i64 n, window_s;
    i64 from, to; /* days; INT64_MIN, INT64_MAX: open */
};

/* By each row of the first step the earliest of each further one. */
static i64 level_of(struct ctx *c, const struct funnel_case *f, const struct life *l, i64 *least)
{
    i64 best = 0;
    const struct timeline_line *at = l->lines.at;
    for (i64 i = 0; i < l->lines.n; i++) {
        i64 d = day_of_line(c, &at[i]), level = 1;
        if (!is(&f->steps[0], &at[i]) || d < f->from || d > f->to) continue;
        for (i64 k = i + 1; k < l->lines.n && level < f->n; k++) {
            i64 after = at[k].at / 1000 - at[i].at / 1000;
            if (after > f->window_s) break;
            if (!is(&f->steps[level], &at[k])) continue;
            if (after < least[level]) least[level] = after;
            level++;
        }
        if (level > best) best = level;
    }
    return best;
}

static int by_number(const void *a, const void *b)
{
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

static void funnel_by_hand(struct ctx *c, const struct funnel_case *f, const struct lives *lives,
                           const struct funnel_answer *got)
{
    i64 want[4] = { 0 }, times[4][PEOPLE];
    for (i64 i = 0; i < lives->n; i++) {
        i64 least[4] = { 0, INT64_MAX, INT64_MAX, INT64_MAX };
        i64 level = level_of(c, f, &lives->at[i], least);
        for (i64 s = 0; s < level; s++) times[s][want[s]++] = least[s];
    }
    CHECK_I64(got->steps.n, f->n);
    for (i64 s = 0; s < f->n; s++) {
        const struct funnel_step *step = &got->steps.at[s];
        CHECK_I64(step->members, want[s]);
        CHECK(!want[0] || step->rate == (f64)((want[s] * 20000 + want[0]) / (2 * want[0])) / 1e4);
        CHECK(step->median_s.has == (want[s] > 0));
        if (!want[s]) continue;
        qsort(times[s], (size_t)want[s], sizeof(i64), by_number);
        CHECK_I64(step->median_s.value, times[s][(want[s] - 1) / 2]);
    }
}

static str day_words(struct ctx *c, i64 d)
{
    return d == INT64_MIN || d == INT64_MAX ? NO_STR : day_text(c->arena, (day)d);
}

static i64 some_funnels(struct ctx *c, str segment, int rounds)
{
    i64 reached = 0;
    struct lives *lives = lives_read(c, segment);
    for (int round = 0; round < rounds; round++) {
        struct arena_mark mark = arena_mark(c->arena);
        struct funnel_case f = { .n = 2 + below(3), .from = INT64_MIN, .to = INT64_MAX };
        str steps[4];
        f.window_s = (1 + below(60)) * 7200 + below(2);
        if (below(2)) f.from = world.first + below(DAYS_OF_LIFE);
        if (below(2))
            f.to = (below(2) || f.from == INT64_MIN ? world.first + DAYS_OF_LIFE / 2 : f.from) +
                   below(6);
        if (f.from != INT64_MIN && f.to < f.from) f.to = f.from;
        for (i64 s = 0; s < f.n; s++) {
            f.steps[s] = some_event(false);
            if (round % 2) f.steps[s] = (struct meant){ kinds[s], NULL, false }; /* the quick way */
            if (round % 4 == 3) f.steps[s].kind = kinds[(s * 3 + 1) % 5];
            steps[s] = written(c, &f.steps[s]);
        }
        struct funnel_ask ask = { .steps = { steps, f.n },
                                  .window = str_fmt(c->arena, "%llds", (long long)f.window_s),
                                  .from = day_words(c, f.from),
                                  .to = day_words(c, f.to),
                                  .times = true,
                                  .segment = segment };
        struct funnel_answer got;
        CHECK_OK(c, funnel_make(c, &ask, &got));
        CHECK_I64(got.members, lives->n);
        funnel_by_hand(c, &f, lives, &got);
        reached += got.steps.at[f.n - 1].members;
        ask.times = false; /* another way to the same */
        struct funnel_answer plain;
        CHECK_OK(c, funnel_make(c, &ask, &plain));
        for (i64 s = 0; s < f.n; s++) CHECK_I64(plain.steps.at[s].members, got.steps.at[s].members);
        arena_rewind(c->arena, mark);
    }
    return reached;
}

static const struct {
    const char *zone;
    i32 month, day;
} places[] = { { "Asia/Shanghai", 3, 20 },
               { "Europe/Berlin", 3, 20 },
               { "America/New_York", 3, 1 } };

TEST(funnel_as_by_hand)
{
    struct ctx *c = test_reader();
    const int i = test_store_is_pg() ? 1 : 2;
    struct audience *a =
        live_a_while(c, 7, places[i].zone, day_of(2024, places[i].month, places[i].day));
    CHECK(some_funnels(c, NO_STR, 120) > 100);
    CHECK(some_funnels(c, S("city = \"上海\""), 20) > 0);
    end(c, a);
}

TEST(funnel_by_a_field_is_funnels_of_its_values)
{
    struct ctx *c = test_reader();
    struct audience *a = live_a_while(c, 8, "Asia/Shanghai", day_of(2024, 4, 1));
    str steps[] = { S("Product Viewed"), S("Product Added") };
    struct funnel_answer all, one;
    struct funnel_ask ask = { .steps = { steps, 2 }, .window = S("3d"), .by = S("city") };
    i64 sum[2] = { 0 };
    CHECK_OK(c, funnel_make(c, &ask, &all));
    CHECK_I64(all.by.n, 4);
    for (i64 i = 0; i < all.by.n; i++) {
        const struct funnel_value *v = &all.by.at[i];
        struct funnel_ask of = ask;
        of.by = NO_STR;
        of.segment = i < 3 ? str_fmt(c->arena, "city = \"" STR_FMT "\"", STR_ARG(v->value))
                           : S("city is unknown");
        CHECK_OK(c, funnel_make(c, &of, &one));
        for (i64 s = 0; s < 2; s++) {
            CHECK_I64(v->members.at[s], one.steps.at[s].members);
            sum[s] += v->members.at[s];
        }
    }
    for (i64 s = 0; s < 2; s++) CHECK_I64(sum[s], all.steps.at[s].members);
    CHECK(all.steps.at[1].members > 5);
    end(c, a);
}

TEST(steps_are_parted_outside_quotes_and_parentheses)
{
    struct ctx *c = test_ctx();
    strs s = funnel_steps(c->arena, S(" A > B (price > 3, x = \"a)>\\\">b\") >\"C > D\" > E"));
    CHECK_I64(s.n, 4);
    CHECK_STR(s.at[0], "A");
    CHECK_STR(s.at[1], "B (price > 3, x = \"a)>\\\">b\")");
    CHECK_STR(s.at[2], "\"C > D\"");
    CHECK_STR(s.at[3], "E");
    CHECK_I64(funnel_steps(c->arena, S("")).n, 1);
    CHECK_I64(funnel_steps(c->arena, S("A >")).n, 2);
}

/* -- retention --------------------------------------------------------------------------------- */

struct retention_case {
    struct meant start, back;
    i64 from, to, days;
    bool weeks, ever;
};

static i64 monday(i64 d) { return d - (((d + 3) % 7) + 7) % 7; }

static void retention_by_hand(struct ctx *c, const struct retention_case *r,
                              const struct lives *lives, const struct retention_answer *got)
{
    i64 unit = r->weeks ? 7 : 1, members = 0;
    i64 from = r->weeks ? monday(r->from) : r->from, to = r->weeks ? monday(r->to) + 6 : r->to;
    CHECK_I64(got->cohorts.n, (to - from + 1) / unit);
    for (i64 k = 0; k < got->cohorts.n; k++) {
        const struct retention_cohort *cohort = &got->cohorts.at[k];
        i64 first = from + k * unit, n = 0, returned[RETENTION_MAX] = { 0 };
        CHECK_I64(cohort->day, first);
        for (i64 i = 0; i < lives->n; i++) {
            const struct timeline_line_list *l = &lives->at[i].lines;
            i64 began = INT64_MIN;
            bool on[RETENTION_MAX] = { 0 };
            for (i64 x = 0; x < l->n && began == INT64_MIN; x++) {
                i64 d = day_of_line(c, &l->at[x]);
                if (is(&r->start, &l->at[x]) && (r->ever || d >= from)) began = d;
            }
            if (began < first || began >= first + unit) continue;
            n++;
            for (i64 x = 0; x < l->n; x++) {
                i64 later = (day_of_line(c, &l->at[x]) - first);
                if (later >= unit && later / unit <= r->days && is(&r->back, &l->at[x]))
                    on[later / unit - 1] = true;
            }
            for (i64 x = 0; x < r->days; x++) returned[x] += on[x];
        }
        CHECK_I64(cohort->members, n);
        members += n;
        CHECK_I64(cohort->returned.n, r->days);
        for (i64 x = 0; x < r->days; x++) CHECK_I64(cohort->returned.at[x], returned[x]);
    }
    CHECK_I64(got->total->members, members);
}

TEST(retention_as_by_hand)
{
    struct ctx *c = test_reader();
    const int i = test_store_is_pg() ? 2 : 1;
    struct audience *a =
        live_a_while(c, 9, places[i].zone, day_of(2024, places[i].month, places[i].day));
    struct lives *lives = lives_read(c, NO_STR);
    i64 back = 0;
    for (int round = 0; round < 60; round++) {
        struct arena_mark mark = arena_mark(c->arena);
        struct retention_case r = { some_event(true), some_event(true), .days = 1 + below(30) };
        r.from = world.first + below(DAYS_OF_LIFE) - 3;
        r.to = r.from + below(20);
        r.weeks = below(2);
        r.ever = below(2);
        struct retention_ask ask = { .start = written(c, &r.start),
                                     .back = written(c, &r.back),
                                     .from = day_words(c, r.from),
                                     .to = day_words(c, r.to),
                                     .days = SOME(r.days),
                                     .by_week = r.weeks,
                                     .first_ever = r.ever };
        struct retention_answer got;
        CHECK_OK(c, retention_make(c, &ask, &got));
        retention_by_hand(c, &r, lives, &got);
        back += got.total->returned.at[0];
        arena_rewind(c->arena, mark);
    }
    CHECK(back > 100);
    end(c, a);
}

TEST(days_that_are_not_over_are_told)
{
    struct ctx *c = test_reader();
    struct audience *a =
        live_a_while(c, 10, "Asia/Shanghai", day_of(2024, 5, 20)); /* now: 06-01 08:00 */
    struct retention_answer got;
    struct retention_ask ask = { .from = S("2024-05-25"), .days = SOME(10) };
    CHECK_OK(c, retention_make(c, &ask, &got));
    i64 sum = 0;
    for (i64 i = 0; i < got.cohorts.n; i++) {
        const struct retention_cohort *one = &got.cohorts.at[i];
        i64 over = day_of(2024, 5, 31) - one->day;
        CHECK_I64(one->observed, over < 0 ? 0 : over > 10 ? 10 : over);
        if (one->observed >= 6) sum += one->members;
    }
    CHECK_I64(got.cohorts.at[got.cohorts.n - 1].day, day_of(2024, 6, 1));
    CHECK_I64(got.total->observed.at[5], sum);
    ask.by_week = true;
    CHECK_OK(c, retention_make(c, &ask, &got));
    CHECK_I64(got.cohorts.at[0].day, day_of(2024, 5, 20));
    CHECK_I64(got.cohorts.at[0].observed, 0); /* the week after ends on 06-02 */
    end(c, a);
}

/* -- actives ----------------------------------------------------------------------------------- */

static i64 label_of(enum actives_unit unit, i64 d)
{
    struct civil date = day_civil((day)d);
    return unit == ACTIVES_DAY    ? d
           : unit == ACTIVES_WEEK ? monday(d)
                                  : day_of(date.year, date.month, 1);
}

/* Members with such a line at that place; with `touchpoint`, of that touchpoint ("": none). */
static i64 active_by_hand(struct ctx *c, const struct lives *lives, const struct meant *m,
                          enum actives_unit unit, i64 from, i64 to, i64 label,
                          const char *touchpoint)
{
    i64 n = 0;
    for (i64 i = 0; i < lives->n; i++) {
        bool active = false;
        for (i64 k = 0; k < lives->at[i].lines.n; k++) {
            const struct timeline_line *l = &lives->at[i].lines.at[k];
            i64 d = day_of_line(c, l);
            active |= is(m, l) && d >= from && d <= to && label_of(unit, d) == label &&
                      (!touchpoint || str_eq(str_or(l->touchpoint, S("")), str_of(touchpoint)));
        }
        n += active;
    }
    return n;
}

TEST(actives_as_by_hand)
{
    struct ctx *c = test_reader();
    struct audience *a = live_a_while(c, 11, "America/New_York", day_of(2024, 3, 1));
    struct lives *lives = lives_read(c, NO_STR);
    for (int round = 0; round < 24; round++) {
        struct arena_mark mark = arena_mark(c->arena);
        struct meant m = some_event(true);
        enum actives_unit unit = (enum actives_unit)below(3);
        i64 from = world.first + below(20) - 2, to = from + below(40);
        struct actives_ask ask = { .event = written(c, &m),
                                   .from = day_words(c, from),
                                   .to = day_words(c, to),
                                   .by = round % 3 ? S("prop:touchpoint") : NO_STR,
                                   .unit = unit };
        struct actives_answer got;
        CHECK_OK(c, actives_make(c, &ask, &got));
        for (i64 i = 0; i < got.days.n; i++) {
            const struct actives_day *d = &got.days.at[i];
            CHECK_I64(d->members, active_by_hand(c, lives, &m, unit, from, to, d->day, NULL));
            CHECK_I64(d->values.n, got.values.n);
            for (i64 k = 0; k < got.values.n; k++) {
                const char *value = str_z(c->arena, got.values.at[k]);
                if (str_eq(got.values.at[k], S("unknown"))) value = "";
                CHECK_I64(d->values.at[k],
                          active_by_hand(c, lives, &m, unit, from, to, d->day, value));
            }
        }
        CHECK_I64(got.days.at[0].day, label_of(unit, from));
        CHECK_I64(got.days.at[got.days.n - 1].day, label_of(unit, to));
        arena_rewind(c->arena, mark);
    }
    end(c, a);
}

/* A property the index does not keep is read from the lines, and says so. */
TEST(actives_by_a_property_that_is_not_kept)
{
    struct ctx *c = test_reader();
    struct audience *a = live_a_while(c, 13, "Asia/Shanghai", day_of(2024, 4, 1));
    struct actives_answer all, one;
    struct actives_ask ask = { .event = S("Product Added"),
                               .from = S("2024-04-01"),
                               .to = S("2024-04-24"),
                               .by = S("prop:price") };
    CHECK_OK(c, actives_make(c, &ask, &all));
    CHECK_I64(all.values.n, 3); /* 3, 5 and unknown */
    CHECK(str_find(all.how, S("not in the index")) > 0);
    for (i64 i = 0; i < 2; i++) {
        struct actives_ask of = ask;
        of.by = NO_STR;
        of.event =
            str_fmt(c->arena, "Product Added (price = " STR_FMT ")", STR_ARG(all.values.at[i]));
        CHECK_OK(c, actives_make(c, &of, &one));
        i64 sum = 0;
        for (i64 d = 0; d < all.days.n; d++) {
            CHECK_I64(all.days.at[d].values.at[i], one.days.at[d].members);
            sum += one.days.at[d].members;
        }
        CHECK(sum > 20);
    }
    ask.by = S("prop:category");
    CHECK_OK(c, actives_make(c, &ask, &all));
    CHECK(str_find(all.how, S("not in the index")) < 0);
    end(c, a);
}

static enum err keep_props(struct tx *t, void *arg)
{
    return setting_set(t, S("audience.props"), str_of(arg));
}

TEST(properties_asked_for_are_kept)
{
    struct ctx *c = test_reader();
    struct audience *a = live_a_while(c, 14, "Asia/Shanghai", day_of(2024, 4, 1));
    str steps[] = { S("Product Viewed (price > 3)"), S("Product Added (category = \"面膜\")") };
    struct funnel_ask ask = { .steps = { steps, 2 }, .times = true };
    struct funnel_answer got[3];
    static const char *const kept[] = { "brand", "price, category", "" };
    for (int i = 0; i < 3; i++) {
        CHECK_OK(c, store_write(test_store(), c, keep_props, (void *)(uintptr_t)kept[i]));
        CHECK_OK(c, audience_follow(a, NULL));
        CHECK_OK(c, funnel_make(c, &ask, &got[i]));
        CHECK((str_find(got[i].how, S("not in the index")) >= 0) == (i != 1));
        for (i64 s = 0; s < 2; s++) {
            CHECK_I64(got[i].steps.at[s].members, got[0].steps.at[s].members);
            CHECK_I64(got[i].steps.at[s].median_s.value, got[0].steps.at[s].median_s.value);
        }
    }
    CHECK(got[0].steps.at[1].members > 1);
    static const char *const wrong[] = { "a,b,c,d,e,f,g", "a,a", "touchpoint", "a\"" };
    for (int i = 0; i < COUNT(wrong); i++)
        CHECK_ERR(c, store_write(test_store(), c, keep_props, (void *)(uintptr_t)wrong[i]),
                  E_INVALID);
    end(c, a);
}

TEST(actives_by_a_field_are_actives_of_its_values)
{
    struct ctx *c = test_reader();
    struct audience *a = live_a_while(c, 12, "Asia/Shanghai", day_of(2024, 4, 1));
    struct actives_answer all, one;
    struct actives_ask ask = { .from = S("2024-04-01"), .to = S("2024-04-20"), .by = S("city") };
    CHECK_OK(c, actives_make(c, &ask, &all));
    CHECK_I64(all.values.n, 4);
    CHECK_I64(all.days.n, 20);
    for (i64 i = 0; i < all.values.n; i++) {
        struct actives_ask of = ask;
        of.by = NO_STR;
        of.segment = i < 3 ? str_fmt(c->arena, "city = \"" STR_FMT "\"", STR_ARG(all.values.at[i]))
                           : S("city is unknown");
        CHECK_OK(c, actives_make(c, &of, &one));
        for (i64 d = 0; d < 20; d++) CHECK_I64(all.days.at[d].values.at[i], one.days.at[d].members);
    }
    end(c, a);
}

/* -- what is particular ------------------------------------------------------------------------ */

static struct timeline_line told;
static enum err tell(struct tx *t, void *arg)
{
    (void)arg;
    return timeline_append(t, &told);
}

static void say_line(struct ctx *c, struct audience *a, i64 member, const char *kind,
                     const char *at)
{
    told = (struct timeline_line){ .member = member, .kind = str_of(kind) };
    CHECK(instant_parse(c->zone, str_of(at), false, &told.at));
    CHECK_OK(c, store_write(test_store(), c, tell, NULL));
    CHECK_OK(c, audience_follow(a, NULL));
}

static struct audience *empty_world(struct ctx *c)
{
    struct audience *a;
    begun = arena_mark(c->arena);
    world = (struct world){ .d = { 1 } };
    CHECK_OK(c, store_write(test_store(), c, come, NULL));
    CHECK_OK(c, audience_open(c, test_store(), (struct audience_options){ 0 }, &a));
    CHECK_OK(c, audience_follow(a, NULL));
    audience_serve(a);
    return a;
}

TEST(clocks_that_are_wrong_count_nowhere)
{
    struct ctx *c = test_reader();
    struct audience *a = empty_world(c);
    struct retention_answer r;
    struct actives_answer d;
    i64 m = world.members[0];
    say_line(c, a, m, "Product Viewed", "1970-01-02 10:00:00");
    say_line(c, a, m, "Product Viewed", "2038-05-21 10:00:00");
    struct retention_ask ask = { .days = SOME(3) };
    CHECK_OK(c, retention_make(c, &ask, &r));
    CHECK_I64(r.total->members, 0);
    say_line(c, a, m, "Product Viewed", "2024-05-20 10:00:00");
    say_line(c, a, m, "Product Viewed", "2024-05-21 10:00:00");
    CHECK_OK(c, retention_make(c, &ask, &r)); /* first ever is not 1970 */
    CHECK_I64(r.cohorts.n, 2);
    CHECK_I64(r.cohorts.at[0].day, day_of(2024, 5, 20));
    CHECK_I64(r.cohorts.at[0].members, 1);
    CHECK_I64(r.cohorts.at[0].returned.at[0], 1);
    CHECK_OK(c, actives_make(c, &(struct actives_ask){ .event = NO_STR }, &d));
    CHECK_I64(d.days.n, 2);
    c->now += 20 * 365 * DAY_MS; /* it has become true */
    CHECK_OK(c, actives_make(c, &(struct actives_ask){ .from = S("2038-05-01") }, &d));
    CHECK_I64(d.days.n, 21);
    CHECK_I64(d.days.at[20].members, 1);
    CHECK_OK(c, actives_make(c, &(struct actives_ask){ .at = S("2024-05-21") }, &d));
    CHECK_I64(d.days.n, 1);
    end(c, a);
}

TEST(merged_members_are_one)
{
    struct ctx *c = test_reader();
    struct audience *a = empty_world(c);
    struct funnel_answer f;
    str steps[] = { S("Product Viewed"), S("Product Added") };
    struct funnel_ask ask = { .steps = { steps, 2 }, .window = S("1h") };
    say_line(c, a, world.members[0], "Product Viewed", "2024-05-20 10:00:00");
    say_line(c, a, world.members[1], "Product Added", "2024-05-20 11:00:00");
    CHECK_OK(c, funnel_make(c, &ask, &f));
    CHECK_I64(f.steps.at[1].members, 0);
    world.d.state = 0;
    while (!world.merges_n) { /* until the dice say these two */
        i64 x = world.members[0], y = world.members[1];
        for (i64 i = 0; i < PEOPLE; i++) world.members[i] = i % 2 ? x : y;
        CHECK_OK(c, store_write(test_store(), c, merge, NULL));
    }
    CHECK_OK(c, audience_follow(a, NULL));
    CHECK_OK(c, funnel_make(c, &ask, &f));
    CHECK_I64(f.steps.at[0].members, 1);
    CHECK_I64(f.steps.at[1].members, 1);
    i64 which = 0;
    CHECK_OK(c, store_write(test_store(), c, part, &which));
    CHECK_OK(c, audience_follow(a, NULL));
    CHECK_OK(c, funnel_make(c, &ask, &f));
    CHECK_I64(f.steps.at[0].members, 1);
    CHECK_I64(f.steps.at[1].members, 0);
    end(c, a);
}

static void refused_funnel(struct ctx *c, struct funnel_ask ask, const char *where)
{
    struct funnel_answer out;
    str steps[] = { S("A"), S("B") };
    if (!ask.steps.at) ask.steps = (strs){ steps, 2 };
    CHECK_ERR(c, funnel_make(c, &ask, &out), E_INVALID);
    CHECK_STR(str_of(c->why.field), where);
}

TEST(what_cannot_be_asked_says_why)
{
    struct ctx *c = test_reader();
    struct audience *a = empty_world(c);
    struct retention_answer r;
    struct actives_answer d;
    str many[9] = { S("A"), S("B"), S("C"), S("D"), S("E"), S("F"), S("G"), S("H"), S("I") };
    refused_funnel(c, (struct funnel_ask){ .steps = { many, 9 } }, "/steps");
    refused_funnel(c, (struct funnel_ask){ .steps = { many, 1 } }, "/steps");
    refused_funnel(c, (struct funnel_ask){ .window = S("soon") }, "/window");
    refused_funnel(c, (struct funnel_ask){ .window = S("400d") }, "/window");
    refused_funnel(c, (struct funnel_ask){ .from = S("2024-05-02"), .to = S("2024-05-01") }, "/to");
    refused_funnel(c, (struct funnel_ask){ .from = S("May") }, "/from");
    refused_funnel(c, (struct funnel_ask){ .by = S("no_such") }, "/by");
    refused_funnel(c, (struct funnel_ask){ .segment = S("city = ") }, "1:8");
    many[1] = S("did(\"B\", 7d)");
    refused_funnel(c, (struct funnel_ask){ .steps = { many, 2 } }, "/steps/1");
    many[1] = S(" ");
    refused_funnel(c, (struct funnel_ask){ .steps = { many, 2 } }, "/steps/1");
    many[1] = S("B (category =)");
    refused_funnel(c, (struct funnel_ask){ .steps = { many, 2 } }, c->why.field);
    CHECK(str_starts(str_of(c->why.field), S("/steps/1:1:")));
    CHECK_ERR(c, retention_make(c, &(struct retention_ask){ .days = SOME(61) }, &r), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/days");
    struct retention_ask long_ago = { .from = S("2020-01-01"), .to = S("2024-01-01") };
    CHECK_ERR(c, retention_make(c, &long_ago, &r), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/from");
    CHECK_ERR(c, actives_make(c, &(struct actives_ask){ .by = S("prop:") }, &d), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/by");
    CHECK(str_find(str_of(c->why.detail), S("touchpoint")) > 0);
    CHECK_ERR(c, actives_make(c, &(struct actives_ask){ .by = S("no_such") }, &d), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/by");
    struct funnel_answer f;
    say_line(c, a, world.members[0], "Product Viewed", "2024-05-20 10:00:00");
    str steps[] = { S("Product View"), S("Product Viewed") };
    CHECK_OK(c, funnel_make(c, &(struct funnel_ask){ .steps = { steps, 2 } }, &f));
    CHECK(str_find(f.how, S("(\"Product Viewed\"?)")) > 0);
    audience_serve(NULL);
    CHECK_ERR(c, actives_make(c, &(struct actives_ask){ .event = NO_STR }, &d), E_BUSY);
    end(c, a);
}
