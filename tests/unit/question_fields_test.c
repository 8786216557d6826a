/* question_fields_test.c -- questions on what members are, against the naive executor, plain
 * counting and the RFM report: on random shops, now and in the past. */
#include "segment_random.h"
#include "segment_shop.h"

#include <stdio.h>
#include <stdlib.h>

#include "audience/ask.h"
#include "audience/index/follow.h"
#include "audience/language/language.h"
#include "audience/question/axis.h"
#include "audience/question_fields.h"
#include "insight/rfm.h"
#include "store/setting.h"
#include "support/segment_naive.h"

/* -- a shop, its index, its facts -------------------------------------------------------------- */

#define PEOPLE_MAX (CHUNK + 1000)

static struct world {
    struct ctx *c;
    struct audience *audience;
    struct segment_facts *facts;
    struct dice dice;
    i64 end; /* ids are below */
} world;

static enum err skip_ids(struct tx *t, void *arg)
{
    i64 first;
    return tx_take(t, S("member"), *(i64 *)arg, &first);
}

/* SEED in the environment: other shops. */
static void world_make(u64 seed, i64 people)
{
    i64 more = 0;
    if (getenv("SEED")) CHECK(i64_parse(str_of(getenv("SEED")), &more));
    world.dice = (struct dice){ seed + (u64)more * 1000 };
    i64 skipped = CHUNK - people / 2; /* half the people are in the second chunk */
    world.end = skipped + people + 1;
    CHECK_OK(test_ctx(), store_write(test_store(), test_ctx(), skip_ids, &skipped));
    segment_shop_make(&world.dice, people);
    world.c = test_reader();
    CHECK_OK(world.c,
             audience_open(world.c, test_store(), (struct audience_options){ 0 }, &world.audience));
    CHECK_OK(world.c, audience_follow(world.audience, NULL));
    audience_serve(world.audience);
    CHECK_OK(world.c, segment_facts_read(world.c, &world.facts));
}

static void world_end(void)
{
    audience_serve(NULL);
    audience_close(world.audience);
}

/* Members a text holds for, by the naive executor; an absent text: everybody. */
struct people {
    bool in[PEOPLE_MAX];
    i64 n;
};
static void people_of(str text, instant at, struct people *out)
{
    struct ctx *c = world.c;
    const struct segment_node *tree;
    ints ids;
    str all = S("first_seen is known or first_seen is unknown");
    CHECK_OK(c, segment_parse(c, str_or(text, all), &tree));
    CHECK_OK(c, segment_members_naive(c, world.facts, tree, at, &ids));
    memset(out, 0, sizeof *out);
    for (i64 i = 0; i < ids.n; i++) {
        CHECK(ids.at[i] < world.end);
        out->in[ids.at[i]] = true;
    }
    out->n = ids.n;
}
static void only(struct people *inout, const struct people *with)
{
    inout->n = 0;
    for (i64 i = 0; i < world.end; i++) inout->n += inout->in[i] &= with->in[i];
}
static i64 shared(const struct people *a, const struct people *b)
{
    i64 n = 0;
    for (i64 i = 0; i < world.end; i++) n += a->in[i] && b->in[i];
    return n;
}

static const char *const segments[] = { "", "orders >= 1", "not tag is known",
                                        "spent(90d) > 0 or city = \"上海\"", "orders > 1000" };
/* Now; a past day, whose columns are asked of SQL; and, with the clock put on, a time with nothing
 * after it. */
static const char *const days[] = { "", "2024-03-01", "2023-06-15" };

static instant at_of(const char *text)
{
    instant at;
    CHECK_OK(world.c, segment_at_read(world.c, str_of(text), &at));
    return at;
}

/* -- histogram --------------------------------------------------------------------------------- */

struct values {
    i64 at[PEOPLE_MAX], n;
};
struct value_reading {
    const struct field *field;
    const struct people *within;
    instant at;
    bool seen[PEOPLE_MAX];
    struct values *out;
};

static void value_add(struct value_reading *r, i64 member, i64 value)
{
    if (member >= world.end || !r->within->in[member]) return;
    r->seen[member] = true;
    r->out->at[r->out->n++] = r->field->kind == FIELD_IS_AGE ? (r->at - value) / DAY_MS : value;
}
static enum err value_number(void *arg, const void *in)
{
    const struct field_number *row = in;
    value_add(arg, row->member, row->value);
    return OK;
}
static enum err value_word(void *arg, const void *in)
{
    struct value_reading *r = arg;
    const struct field_word *row = in;
    i64 value;
    if (field_read(r->field->kind, row->value, &value)) value_add(r, row->member, value);
    return OK;
}
static int by_value(const void *a, const void *b)
{
    const i64 *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* What the field's own statement says of these people, sorted. */
static void values_of(const struct field *f, const struct people *within, instant at,
                      struct values *out)
{
    struct value_reading r = { .field = f, .within = within, .at = at, .out = out };
    enum err (*see)(void *, const void *) = field_is_word(f->kind) ? value_word : value_number;
    out->n = 0;
    CHECK_OK(world.c, field_each(world.c, f, 1, PEOPLE_MAX, at, see, &r));
    for (i64 i = 0; f->zero && i < world.end; i++)
        if (within->in[i] && !r.seen[i]) out->at[out->n++] = 0;
    if (out->n) qsort(out->at, (size_t)out->n, sizeof out->at[0], by_value);
}

static f64 as_number(str text)
{
    day d;
    f64 out = 0;
    if (day_parse(text, &d)) return (f64)d;
    if (str_ends(text, S("d"))) text.n--;
    CHECK(f64_parse(text, &out));
    return out;
}

static f64 in_units(const struct field *f, f64 value)
{
    bool decimal = f->kind == FIELD_IS_MONEY || f->kind == FIELD_IS_NUMBER;
    return decimal ? value / (f64)MONEY_UNIT : value;
}

static void middle_is_right(const struct field *f, const struct people *within, instant at,
                            const struct histogram *h)
{
    struct values v;
    f64 sum = 0;
    values_of(f, within, at, &v);
    CHECK((v.n == 0) == (h->mean.n == 0));
    if (!v.n) return;
    for (i64 i = 0; i < v.n; i++) sum += (f64)v.at[i];
    f64 median = ((f64)v.at[(v.n - 1) / 2] + (f64)v.at[v.n / 2]) / 2, mean = sum / (f64)v.n;
    f64 near = f->kind == FIELD_IS_DATE ? 1 : 0.0051 + 1e-12 * (mean < 0 ? -mean : mean);
    f64 off = as_number(h->mean) - in_units(f, mean);
    f64 off_median = as_number(h->median) - in_units(f, median);
    if (off < -near || off > near)
        print_message("%s: mean " STR_FMT ", counted %f\n", f->name, STR_ARG(h->mean),
                      in_units(f, mean));
    CHECK(off > -near && off < near);
    CHECK(off_median > -near && off_median < near);
}

static void histogram_is_right(const struct field *f, const char *segment, const char *day_text,
                               i64 bins)
{
    struct ctx *c = world.c;
    struct histogram h;
    struct people within, them;
    instant at = at_of(day_text);
    struct histogram_ask ask = { .field = str_of(f->name),
                                 .segment = str_of(segment),
                                 .at = str_of(day_text),
                                 .bins = bins ? SOME(bins) : NONE };
    CHECK_OK(c, question_histogram(c, &ask, &h));
    people_of(str_of(segment), at, &within);
    CHECK_I64(h.members, within.n);
    bool set = f->kind == FIELD_IS_SET,
         text = set || f->kind == FIELD_IS_TEXT || f->kind == FIELD_IS_CHOICE;
    i64 sum = h.unknown, most = (bins ? bins : 20) + text;
    CHECK(h.bins.n <= most);
    for (i64 i = 0; i < h.bins.n; i++) {
        const struct histogram_bin *b = &h.bins.at[i];
        CHECK(b->text.n > 0 && b->label.n > 0);
        people_of(b->text, at, &them);
        i64 n = shared(&them, &within);
        if (n != b->members)
            print_message("%s of \"%s\" at \"%s\": %lld, naive %lld: " STR_FMT "\n", f->name,
                          segment, day_text, (long long)b->members, (long long)n, STR_ARG(b->text));
        CHECK_I64(b->members, n);
        sum += b->members;
    }
    if (!set) CHECK_I64(sum, within.n);
    CHECK(h.how.n > 0 && h.took_us >= 0);
    if (!text && f->kind != FIELD_IS_FLAG && f->kind != FIELD_IS_KNOWN)
        middle_is_right(f, &within, at, &h);
}

static void every_histogram(void)
{
    struct ctx *c = world.c;
    struct fields fields;
    struct arena_mark begin = arena_mark(c->arena);
    CHECK_OK(c, fields_published(c, &fields));
    for (i64 i = 0; i < fields.n; i++)
        for (i64 k = 0; k < COUNT(segments); k++)
            for (i64 d = 0; d < COUNT(days); d++) {
                static const i64 bins[] = { 0, 2, 3, 7, 50 };
                struct arena_mark mark = arena_mark(c->arena);
                histogram_is_right(&fields.at[i], segments[k], days[d],
                                   bins[dice_below(&world.dice, COUNT(bins))]);
                arena_rewind(c->arena, mark);
            }
    arena_rewind(c->arena, begin);
}

TEST(a_bin_is_a_segment)
{
    world_make(11, 150);
    every_histogram();
    world.c->now += 150 * DAY_MS; /* nothing is dated ahead any more: columns answer */
    every_histogram();
    world_end();
}

TEST(a_field_that_the_index_does_not_hold_is_asked_of_sql)
{
    world_make(12, 60);
    struct ctx *c = world.c;
    struct fields fields;
    CHECK_OK(c, fields_published(c, &fields));
    const struct view *v;
    struct arena_mark mark = arena_mark(c->arena);
    CHECK_OK(c, audience_view(c, 0, &v));
    for (i64 i = 0; i < fields.n; i++) {
        struct source index, sql;
        struct axis a, b;
        struct member_set all;
        struct field odd = fields.at[i];
        if (odd.third == FIELD_AT) continue;
        CHECK_OK(c, segment_set(c, v, NULL, at_of(""), &all));
        CHECK_OK(c, source_of_field(c, v, &fields.at[i], at_of(""), &index));
        odd.name = "not_in_the_index";
        CHECK_OK(c, source_of_field(c, v, &odd, at_of(""), &sql));
        CHECK((index.column < 0) == odd.moves && sql.column < 0); /* nobody keeps what moves */
        axis_make(c, &index, &all, 3, &a);
        axis_make(c, &sql, &all, 3, &b);
        CHECK_I64(a.n, b.n);
        i64 x[BANDS_MAX], y[BANDS_MAX];
        axis_counts(c, &a, &all, x);
        axis_counts(c, &b, &all, y);
        for (i64 k = 0; k < a.n; k++) {
            CHECK(str_eq(a.at[k].label, b.at[k].label));
            CHECK_I64(x[k], y[k]);
        }
    }
    arena_rewind(c->arena, mark);
    world_end();
}

/* -- cross tables ------------------------------------------------------------------------------ */

static void cross_is_right(const struct field *a, const struct field *b, const char *segment,
                           const char *day_text)
{
    struct ctx *c = world.c;
    struct cross x;
    struct people within, *cols, row;
    instant at = at_of(day_text);
    struct cross_ask ask = { .a = str_of(a->name),
                             .b = str_of(b->name),
                             .segment = str_of(segment),
                             .at = str_of(day_text) };
    CHECK_OK(c, question_cross(c, &ask, &x));
    people_of(str_of(segment), at, &within);
    CHECK_I64(x.members, within.n);
    CHECK_I64(x.cells.n, x.a.n);
    cols = NEWS(c->arena, struct people, x.b.n + 1);
    i64 sum = 0;
    for (i64 k = 0; k < x.b.n; k++) {
        people_of(x.b_texts.at[k], at, &cols[k]);
        only(&cols[k], &within);
        CHECK_I64(x.b_members.at[k], cols[k].n);
    }
    for (i64 i = 0; i < x.a.n; i++) {
        people_of(x.a_texts.at[i], at, &row);
        only(&row, &within);
        CHECK_I64(x.a_members.at[i], row.n);
        CHECK_I64(x.cells.at[i].members.n, x.b.n);
        for (i64 k = 0; k < x.b.n; k++) {
            CHECK_I64(x.cells.at[i].members.at[k], shared(&row, &cols[k]));
            sum += x.cells.at[i].members.at[k];
        }
    }
    if (a->kind != FIELD_IS_SET && b->kind != FIELD_IS_SET) CHECK_I64(sum, within.n);
}

TEST(a_cell_of_a_cross_is_both_segments)
{
    world_make(13, 120);
    struct ctx *c = world.c;
    struct fields fields;
    CHECK_OK(c, fields_published(c, &fields));
    for (i64 i = 0; i < 120; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        cross_is_right(&fields.at[dice_below(&world.dice, fields.n)],
                       &fields.at[dice_below(&world.dice, fields.n)],
                       segments[dice_below(&world.dice, COUNT(segments))],
                       days[dice_below(&world.dice, COUNT(days))]);
        arena_rewind(c->arena, mark);
        if (i == 60) c->now += 150 * DAY_MS;
    }
    world_end();
}

/* -- RFM cells --------------------------------------------------------------------------------- */

struct rfm_way {
    const char *name, *value;
};
static enum err set_rfm(struct tx *t, void *arg)
{
    const struct rfm_way *way = arg;
    return setting_set(t, str_of(way->name), str_of(way->value));
}

static void random_rule(void)
{
    static const char *const choices[][7] = {
        { "rfm.window_days", "365", "0", "90", "30" },
        { "rfm.recency_days", "31,91", "10", "30,60,90,120", "5,500" },
        { "rfm.frequency", "2,5", "1,2", "2,3,4,5", "3" },
        { "rfm.monetary", "200,1000", "50,100,150,200", "0.5", "100,300" },
        { "rfm.frequency_of", "orders", "orders", "days" },
        { "rfm.monetary_of", "total", "total", "average" },
        { "rfm.cuts", "fixed", "fixed", "fixed", "quantile", "mean" },
        { "rfm.high", "band", "mean" },
    };
    for (i64 i = 0; i < COUNT(choices); i++) {
        i64 n = 1;
        while (n < 7 && choices[i][n]) n++;
        struct rfm_way way = { choices[i][0], choices[i][1 + dice_below(&world.dice, n - 1)] };
        CHECK_OK(world.c, store_write(test_store(), world.c, set_rfm, &way));
    }
}

static void cells_are_the_report(const char *day_text, i64 *members)
{
    struct ctx *c = world.c;
    struct rfm_rule rule;
    struct rfm_report report;
    struct cells cells;
    instant at = at_of(day_text);
    struct rfm_ask ask = { .at = instant_iso(c->arena, at) };
    CHECK_OK(c, rfm_rule_read(c, &ask, &rule));
    CHECK_OK(c, rfm_report_make(c, &rule, &report));
    CHECK_OK(c, question_cells(c, &(struct cells_ask){ .at = str_of(day_text) }, &cells));
    CHECK_I64(cells.members, report.members);
    CHECK_I64(cells.cells.n, report.cells.n);
    for (i64 i = 0; i < cells.cells.n; i++) {
        const struct cell_row *a = &cells.cells.at[i];
        const struct rfm_cell *b = &report.cells.at[i];
        CHECK(a->r == b->r && a->f == b->f && a->m == b->m);
        CHECK_I64(a->members, b->members);
    }
    CHECK_I64(cells.types.n, report.types.n);
    for (i64 i = 0; i < cells.types.n; i++) {
        CHECK(str_eq(cells.types.at[i].type, report.types.at[i].type));
        CHECK_I64(cells.types.at[i].members, report.types.at[i].members);
    }
    *members += cells.members;
}

/* With a segment: the members of the report who are in it, by the same cuts when they are fixed. */
static void cells_of_a_segment(const char *segment, const char *day_text)
{
    struct ctx *c = world.c;
    struct rfm_rule rule;
    struct rfm r;
    struct cells cells;
    struct people within;
    instant at = at_of(day_text);
    struct rfm_ask ask = { .at = instant_iso(c->arena, at) };
    CHECK_OK(c, rfm_rule_read(c, &ask, &rule));
    CHECK_OK(c, rfm_make(c, &rule, &r));
    people_of(str_of(segment), at, &within);
    i64 n = 0;
    for (i64 i = 0; i < r.n; i++)
        if (within.in[r.at[i].member]) r.at[n++] = r.at[i];
    r.n = n;
    rfm_score(c->arena, &r);
    struct cells_ask in = { .segment = str_of(segment), .at = str_of(day_text) };
    CHECK_OK(c, question_cells(c, &in, &cells));
    CHECK_I64(cells.members, n);
    for (i64 i = 0; i < cells.cells.n; i++) {
        const struct cell_row *cell = &cells.cells.at[i];
        i64 want = 0;
        for (i64 k = 0; k < r.n; k++)
            want += r.at[k].band[RFM_R] == cell->r && r.at[k].band[RFM_F] == cell->f &&
                    r.at[k].band[RFM_M] == cell->m;
        CHECK_I64(cell->members, want);
    }
    for (i64 t = 0; t < cells.types.n; t++) {
        i64 want = 0;
        for (i64 k = 0; k < r.n; k++) want += r.at[k].type == t;
        CHECK_I64(cells.types.at[t].members, want);
    }
}

TEST(cells_equal_the_report)
{
    world_make(14, 150);
    struct ctx *c = world.c;
    i64 members = 0;
    for (i64 i = 0; i < 40; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        const char *day_text = days[dice_below(&world.dice, COUNT(days))];
        if (i) random_rule();
        cells_are_the_report(day_text, &members);
        cells_of_a_segment(segments[1 + dice_below(&world.dice, COUNT(segments) - 1)], day_text);
        arena_rewind(c->arena, mark);
        if (i == 20) c->now += 150 * DAY_MS;
    }
    CHECK(members > 500);
    /* Two cuts an axis, as installed: with nothing outside the window the columns answer. */
    static const struct rfm_way installed[] = {
        { "rfm.recency_days", "31,91" },   { "rfm.frequency", "2,5" },
        { "rfm.monetary", "200,1000" },    { "rfm.frequency_of", "orders" },
        { "rfm.monetary_of", "total" },    { "rfm.cuts", "fixed" },
        { "rfm.recency_days", "200,400" }, /* the clock was put on */
    };
    static const struct rfm_way windows[] = { { "rfm.window_days", "0" },
                                              { "rfm.window_days", "3000" },
                                              { "rfm.window_days", "500" } };
    for (i64 i = 0; i < COUNT(installed); i++)
        CHECK_OK(c, store_write(test_store(), c, set_rfm, (void *)(uintptr_t)&installed[i]));
    for (i64 i = 0; i < COUNT(windows); i++) {
        struct arena_mark mark = arena_mark(c->arena);
        CHECK_OK(c, store_write(test_store(), c, set_rfm, (void *)(uintptr_t)&windows[i]));
        cells_are_the_report("", &members);
        cells_of_a_segment("not tag is known", "");
        arena_rewind(c->arena, mark);
    }
    world_end();
}

/* -- AIPL -------------------------------------------------------------------------------------- */

#define NONE_STAGE 4

static int stage_of(const struct people rules[NONE_STAGE], i64 member)
{
    for (int i = NONE_STAGE - 1; i >= 0; i--)
        if (rules[i].in[member]) return i;
    return NONE_STAGE;
}

/* The members of a flow are those of the naive executor; absent: whatever the stage. */
static void flow_is_its_members(const struct aipl_ask *ask, const struct aipl *a, int was, int is,
                                const struct people *within, const struct people *rules)
{
    struct ctx *c = world.c;
    struct member_set set;
    i64 n = 0;
    CHECK_OK(c, question_aipl_members(c, ask, was < 0 ? NO_STR : a->stages.at[was].stage,
                                      is < 0 ? NO_STR : a->stages.at[is].stage, &set));
    ints ids = set_ids(c->arena, &set, -1, PEOPLE_MAX);
    for (i64 m = 0; m < PEOPLE_MAX; m++) {
        if (!within->in[m] || (was >= 0 && stage_of(rules, m) != was) ||
            (is >= 0 && stage_of(rules + NONE_STAGE, m) != is))
            continue;
        CHECK(n < ids.n && ids.at[n] == m);
        n++;
    }
    CHECK_I64(ids.n, n);
    CHECK_I64(set.n, n);
}

static void aipl_is_right(const char *from, const char *to, const char *segment)
{
    struct ctx *c = world.c;
    struct aipl a;
    struct people within, *rules = NEWS(c->arena, struct people, 2 * NONE_STAGE);
    struct aipl_ask ask = { str_of(from), str_of(to), str_of(segment), NONE };
    i64 flow[5][5] = { 0 }, before[5] = { 0 }, after[5] = { 0 };
    CHECK_OK(c, question_aipl(c, &ask, &a));
    CHECK_I64(a.stages.n, 5);
    CHECK_I64(a.flow.n, 25);
    people_of(str_of(segment), at_of(to), &within);
    for (int i = 0; i < NONE_STAGE; i++) {
        people_of(a.stages.at[i].rule, at_of(from), &rules[i]);
        people_of(a.stages.at[i].rule, at_of(to), &rules[NONE_STAGE + i]);
    }
    for (i64 m = 0; m < world.end; m++)
        if (within.in[m]) flow[stage_of(rules, m)][stage_of(rules + NONE_STAGE, m)]++;
    for (i64 i = 0; i < a.flow.n; i++) {
        CHECK(str_eq(a.flow.at[i].from, a.stages.at[i / 5].stage));
        CHECK(str_eq(a.flow.at[i].to, a.stages.at[i % 5].stage));
        CHECK_I64(a.flow.at[i].members, flow[i / 5][i % 5]);
        before[i / 5] += a.flow.at[i].members;
        after[i % 5] += a.flow.at[i].members;
    }
    for (int was = -1; was < 5; was++)
        for (int is = -1; is < 5; is++) flow_is_its_members(&ask, &a, was, is, &within, rules);
    i64 all = 0;
    for (int i = 0; i < 5; i++) {
        CHECK_I64(a.stages.at[i].members_from, before[i]);
        CHECK_I64(a.stages.at[i].members, after[i]);
        all += after[i];
    }
    CHECK_I64(all, within.n);
    CHECK_I64(a.members, within.n);
}

TEST(a_member_is_at_one_stage)
{
    world_make(15, 150);
    struct ctx *c = world.c;
    static const struct rfm_way rules[] = { { "aipl.awareness", "tag is known" },
                                            { "aipl.purchase", "orders >= 1" },
                                            { "aipl.loyalty", "orders >= 2 and vip = true" } };
    for (int round = 0; round < 2; round++) {
        struct arena_mark mark = arena_mark(c->arena);
        aipl_is_right("2024-04-01", "2024-06-01", "");
        aipl_is_right("2023-01-01", "", "orders >= 1");
        aipl_is_right("2024-05-01", "2024-05-02", "orders > 1000");
        arena_rewind(c->arena, mark);
        for (i64 i = 0; i < COUNT(rules); i++)
            CHECK_OK(c, store_write(test_store(), c, set_rfm, (void *)(uintptr_t)&rules[i]));
    }
    struct aipl a;
    CHECK_ERR(
        c,
        question_aipl(c, &(struct aipl_ask){ .from = S("2024-06-01"), .to = S("2024-06-01") }, &a),
        E_INVALID);
    CHECK_STR(str_of(c->why.field), "/from");
    world_end();
}

TEST(a_flow_is_its_members)
{
    world_make(16, 60);
    struct ctx *c = world.c;
    struct member_set set;
    struct arena_mark mark = arena_mark(c->arena);
    aipl_is_right("2024-04-01", "2024-06-01", "spent(90d) > 0 or city = \"上海\"");
    arena_rewind(c->arena, mark);
    CHECK_ERR(c, question_aipl_members(c, &(struct aipl_ask){ 0 }, S("none"), S("lost"), &set),
              E_INVALID);
    CHECK_STR(str_of(c->why.field), "/is");
    world_end();
}

TEST(shipped_rules_are_answered_by_the_index)
{
    world_make(18, 10);
    struct ctx *c = world.c;
    struct arena_mark mark = arena_mark(c->arena);
    const struct view *v;
    CHECK_OK(c, audience_view(c, 0, &v));
    for (const struct setting *rule = aipl_settings; rule->name; rule++) {
        const struct segment_node *tree;
        const struct plan *p;
        CHECK_OK(c, segment_parse(c, str_of(rule->fallback), &tree));
        CHECK_OK(c, plan_make(c, v, tree, at_of(""), &p));
        CHECK(plan_by_index(p));
    }
    arena_rewind(c->arena, mark);
    world_end();
}

TEST(a_rule_is_a_segment_or_refused)
{
    struct ctx *c = test_reader();
    struct rfm_way wrong = { "aipl.interest", "orders >= 1 and ordres = 2" };
    CHECK_ERR(c, store_write(test_store(), c, set_rfm, &wrong), E_INVALID);
    CHECK_STR(str_of(c->why.field), "1:17");
    CHECK(str_find(str_of(c->why.detail), S("orders")) > 0);
}

/* -- compare ----------------------------------------------------------------------------------- */

static void compare_is_right(const char *a, const char *b, const char *day_text, i64 *lines)
{
    struct ctx *c = world.c;
    struct compare x;
    struct people pa, pb, with, all, known;
    instant at = at_of(day_text);
    struct compare_ask ask = {
        .a = str_of(a), .b = str_of(b), .at = str_of(day_text), .limit = SOME(1000)
    };
    CHECK_OK(c, question_compare(c, &ask, &x));
    people_of(str_of(a), at, &pa);
    people_of(str_of(b), at, &pb);
    people_of(NO_STR, at, &all);
    CHECK_I64(x.a, pa.n);
    CHECK_I64(x.b, pb.n);
    CHECK_I64(x.both, shared(&pa, &pb));
    CHECK_I64(x.only_a + x.both, x.a);
    CHECK_I64(x.only_b + x.both, x.b);
    CHECK_I64(x.total, all.n);
    CHECK_I64(x.both + x.only_a + x.only_b + x.neither, x.total);
    f64 last = 1e9;
    for (i64 i = 0; i < x.index.n; i++) {
        const struct compare_line *l = &x.index.at[i];
        people_of(l->text, at, &with);
        CHECK_I64(l->a, shared(&with, &pa));
        CHECK_I64(l->b, shared(&with, &pb));
        f64 score = l->score < 0 ? -l->score : l->score;
        CHECK(score <= last);
        last = score;
        CHECK(l->tgi.has == (l->b > 0));
        if (l->b) {
            f64 off = l->tgi.value - 100 * l->share_a / l->share_b;
            CHECK(off > -0.051 && off < 0.051);
        }
        if (!str_eq(l->field, S("city"))) continue;
        people_of(S("city is known"), at, &known);
        f64 share = (f64)l->a / (f64)shared(&known, &pa) - l->share_a;
        CHECK(share > -1e-9 && share < 1e-9);
        ++*lines;
    }
}

TEST(shares_overlaps_and_tgi)
{
    world_make(16, 300);
    struct ctx *c = world.c;
    i64 lines = 0;
    static const char *const pairs[][2] = { { "orders >= 1", "" },
                                            { "tag = \"敏感肌\"", "not tag is known" },
                                            { "orders > 1000", "" },
                                            { "vip = true", "vip = false" } };
    for (i64 i = 0; i < COUNT(pairs); i++)
        for (i64 d = 0; d < 2; d++) {
            struct arena_mark mark = arena_mark(c->arena);
            compare_is_right(pairs[i][0], pairs[i][1], days[d], &lines);
            arena_rewind(c->arena, mark);
        }
    CHECK(lines > 10);
    struct compare x;
    struct arena_mark mark = arena_mark(c->arena);
    struct compare_ask ask = { .a = S("orders >= 1"), .fields = { (str[]){ S("vip") }, 1 } };
    CHECK_OK(c, question_compare(c, &ask, &x));
    for (i64 i = 0; i < x.index.n; i++) CHECK_STR(x.index.at[i].field, "vip");
    /* Itself against itself differs in nothing. */
    ask = (struct compare_ask){ .a = S("orders >= 1"), .b = S("orders >= 1") };
    CHECK_OK(c, question_compare(c, &ask, &x));
    CHECK_I64(x.only_a + x.only_b, 0);
    for (i64 i = 0; i < x.index.n; i++)
        CHECK(x.index.at[i].score == 0 && x.index.at[i].tgi.value == 100);
    arena_rewind(c->arena, mark);
    world_end();
}

/* -- what is refused --------------------------------------------------------------------------- */

TEST(what_is_wrong_is_told)
{
    world_make(17, 10);
    struct ctx *c = world.c;
    struct histogram h;
    struct cross x;
    struct compare d;
    struct histogram_ask ask = { .field = S("ctiy") };
    struct arena_mark mark = arena_mark(c->arena);
    CHECK_ERR(c, question_histogram(c, &ask, &h), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/field");
    CHECK(str_find(str_of(c->why.detail), S("did you mean city?")) > 0);
    ask = (struct histogram_ask){ .field = S("city"), .bins = SOME(1) };
    CHECK_ERR(c, question_histogram(c, &ask, &h), E_INVALID);
    ask = (struct histogram_ask){ .field = S("city"), .segment = S("orders >=") };
    CHECK_ERR(c, question_histogram(c, &ask, &h), E_INVALID);
    CHECK_STR(str_of(c->why.field), "1:10");
    struct cross_ask both = { .a = S("city"), .b = S("x") };
    CHECK_ERR(c, question_cross(c, &both, &x), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/b");
    struct compare_ask two = { .a = S("orders >= 1"), .b = S("orders >= 1 and") };
    CHECK_ERR(c, question_compare(c, &two, &d), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/b:1:16");
    two = (struct compare_ask){ .a = S("orders >= 1"),
                                .fields = { (str[]){ S("city"), S("vip"), S("city") }, 3 } };
    CHECK_ERR(c, question_compare(c, &two, &d), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/fields/2");
    strs many = { NEWS(c->arena, str, 100000), 100000 };
    for (i64 i = 0; i < many.n; i++) many.at[i] = S("city");
    two = (struct compare_ask){ .a = S("orders >= 1"), .fields = many };
    CHECK_ERR(c, question_compare(c, &two, &d), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/fields");
    arena_rewind(c->arena, mark);
    world_end();
}

/* -- numbers and cuts -------------------------------------------------------------------------- */

struct heap {
    i64 *values;
    i64 chunks;
    const u64 *known;
};
static void fill_heap(void *arg, i64 chunk, i64 values[CHUNK], chunk_bits known)
{
    const struct heap *h = arg;
    memcpy(values, h->values + chunk * CHUNK, CHUNK * sizeof *values);
    memcpy(known, h->known + chunk * CHUNK_WORDS, sizeof(chunk_bits));
}

TEST(places_equal_a_sort)
{
    struct ctx *c = test_ctx();
    struct dice d = { 5 };
    static const i64 spans[] = { 1, 2, 3, 4095, 4096, 4097, 1000000, (i64)1 << 40, INT64_MAX };
    for (i64 s = 0; s < COUNT(spans); s++) {
        struct arena_mark mark = arena_mark(c->arena);
        struct heap h = { NEWS(c->arena, i64, 2 * CHUNK), 2, NULL };
        u64 *known = NEWS(c->arena, u64, 2 * CHUNK_WORDS);
        i64 *sorted = NEWS(c->arena, i64, 2 * CHUNK), n = 0, low = dice_below(&d, 100) - 50;
        for (i64 i = 0; i < 2 * CHUNK; i++) {
            h.values[i] = low + dice_below(&d, spans[s] - (spans[s] > 1000 ? 100 : 0));
            if (spans[s] == INT64_MAX && dice_below(&d, 2)) h.values[i] = -h.values[i] - 1;
            if (i == 77 && spans[s] == INT64_MAX) h.values[i] = INT64_MIN;
            if (i == 78 && spans[s] == INT64_MAX) h.values[i] = INT64_MAX;
            if (dice_below(&d, 3) && i != 77 && i != 78) continue;
            known[i / 64] |= 1ull << (i % 64);
            sorted[n++] = h.values[i];
        }
        h.known = known;
        qsort(sorted, (size_t)n, sizeof *sorted, by_value);
        struct numbers numbers = { fill_heap, &h, 2 };
        struct number_facts facts;
        numbers_facts(c, &numbers, &facts);
        CHECK_I64(facts.n, n);
        CHECK_I64(facts.min, sorted[0]);
        CHECK_I64(facts.max, sorted[n - 1]);
        __int128 sum = 0;
        i64 least = 0;
        for (i64 i = 0; i < n; i++) sum += sorted[i], least += sorted[i] == sorted[0];
        CHECK(sum == facts.sum && least == facts.at_min);
        i64 places[] = { 0, 1, n / 50, n / 2, n - 2, n - 1 }, got[6];
        numbers_at(c, &numbers, &facts, places, 6, got);
        for (i64 i = 0; i < 6; i++) CHECK_I64(got[i], sorted[places[i]]);
        arena_rewind(c->arena, mark);
    }
}

TEST(cuts_rise_and_are_few)
{
    struct ctx *c = test_ctx();
    struct dice d = { 9 };
    static const enum field_kind kinds[] = { FIELD_IS_COUNT, FIELD_IS_NUMBER, FIELD_IS_MONEY,
                                             FIELD_IS_AGE, FIELD_IS_DATE };
    for (i64 i = 0; i < 20000; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        enum field_kind kind = kinds[i % COUNT(kinds)];
        i64 wide = (i64)1 << dice_below(&d, 63), v[6];
        for (int k = 0; k < 6; k++)
            v[k] = dice_below(&d, wide) - (kind == FIELD_IS_AGE ? 0 : wide / 4);
        qsort(v, 6, sizeof v[0], by_value);
        struct number_facts facts = { .n = 6, .min = v[0], .max = v[5] };
        struct cuts cuts;
        i64 most = 2 + dice_below(&d, 40);
        cuts_equal(c, kind, &facts, v[1], v[4], most, &cuts);
        CHECK(cuts.n <= most + 1);
        for (i64 k = 1; k < cuts.n; k++) CHECK(cuts.at[k] > cuts.at[k - 1]);
        i64 bands = cuts.n - 1 + (cuts.n && facts.min < cuts.at[0]) +
                    (cuts.n && facts.max >= cuts.at[cuts.n - 1]);
        CHECK(!cuts.n || bands <= most);
        cuts_near(c, kind, &facts, i % 2, v + 1, 4, &cuts);
        CHECK(cuts.n <= 5);
        for (i64 k = 0; k < cuts.n; k++)
            CHECK(cuts.at[k] > facts.min && (k == 0 || cuts.at[k] > cuts.at[k - 1]));
        arena_rewind(c->arena, mark);
    }
}

TEST(ranges_are_written_as_people_do)
{
    struct ctx *c = test_ctx();
    static const struct {
        enum field_kind kind;
        i64 low, high;
        const char *want;
    } rows[] = {
        { FIELD_IS_COUNT, 2, 3, "2" },
        { FIELD_IS_COUNT, 2, 5, "2–4" },
        { FIELD_IS_COUNT, 5, INT64_MAX, "≥ 5" },
        { FIELD_IS_MONEY, 2000000, 5000000, "200–500" },
        { FIELD_IS_MONEY, INT64_MIN, 125000, "< 12.5" },
        { FIELD_IS_AGE, 0, 7, "0–6 days" },
        { FIELD_IS_DATE, 7305, 10957, "1990–1999" },
        { FIELD_IS_DATE, 7305, 7336, "1990-01" },
        { FIELD_IS_DATE, 7305, 7306, "1990-01-01" },
        { FIELD_IS_NUMBER, INT64_MIN, INT64_MAX, "any" },
    };
    for (i64 i = 0; i < COUNT(rows); i++)
        CHECK_STR(range_words(c, rows[i].kind, rows[i].low, rows[i].high), rows[i].want);
}
