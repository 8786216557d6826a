/* audience.c -- how long the index takes over N members and 5 N events: build/bench/audience
 * [--members N] [--rounds N] [--evict] [--csv FOLDER] [--ask] [--save FILE]
 *
 * Questions on members are asked in the segment language, as an operator would: parsed, planned and
 * run; those on events by the kernels. --evict touches 1.5 GB between repetitions. --csv leaves the
 * data for other engines. --ask answers lines of standard input (a question's name, or evict) by
 * the answer and its microseconds, for who asks several engines in turn. --save measures instead
 * how long a start from a saved generation of members and events together takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/rooms.h"
#include "audience/ask.h"
#include "audience/index/file.h"
#include "base/clock.h"
#include "base/num.h"
#include "data.h"

/* -- questions --------------------------------------------------------------------------------- */

/* What an answer is compared by: numbers in the order that every engine gives them. */
struct answer {
    i64 numbers[64];
    i64 n;
};

struct state;
struct question {
    const char *name;
    const char *segment; /* in the language; else: */
    chunk_fn *run;
    bool events, ids, shop;
    i64 numbers;                   /* of the answer of `run`, the first of `table` */
    void (*order)(struct state *); /* puts them as other engines have them */
};

struct state {
    struct ctx *c;
    const struct view *members, *events, *shop; /* shop: NULL when peers are asked too */
    i64 *table[CHUNK_WORKERS];
    u8 event[4][KINDS];
};

#define TABLE (DAYS * 31)

static void cells(void *arg, int worker, i64 chunk)
{
    struct state *q = arg;
    static const i64 cuts[3][2] = { { (TODAY - 30) * DAY_MS, (TODAY - 90) * DAY_MS },
                                    { 5, 2 },
                                    { 999 * MONEY_UNIT, 200 * MONEY_UNIT } };
    const struct part *p[3] = { view_part(q->members, chunk, MADE_LAST_ORDER),
                                view_part(q->members, chunk, MADE_ORDERS),
                                view_part(q->members, chunk, MADE_SPENT) };
    parts_cells(p, cuts, view_living(q->members, chunk), q->table[worker]);
}

static void funnel(void *arg, int worker, i64 chunk)
{
    struct state *q = arg;
    struct row_filter steps[4];
    for (int i = 0; i < 4; i++)
        steps[i] =
            (struct row_filter){ .event = q->event[i], .from = INT64_MIN, .until = INT64_MAX };
    struct funnel f = { steps, 4, 7 * 86400 };
    rows_funnel(q->events, chunk, 0, &f, view_living(q->events, chunk), q->table[worker]);
}

static void retention(void *arg, int worker, i64 chunk)
{
    struct state *q = arg;
    struct row_filter start = { .event = q->event[2], .from = INT64_MIN, .until = INT64_MAX };
    struct row_filter back = { .from = INT64_MIN, .until = INT64_MAX };
    struct retention r = { &start, &back, TODAY - DAYS, DAYS, 30 };
    rows_retention(q->events, chunk, 0, &r, view_living(q->events, chunk), q->table[worker],
                   q->table[worker] + DAYS);
}

static void actives(void *arg, int worker, i64 chunk)
{
    struct state *q = arg;
    struct row_filter all = { .from = INT64_MIN, .until = INT64_MAX };
    struct actives a = { &all, TODAY - DAYS, DAYS, 0, -1, 8 };
    rows_actives(q->events, chunk, 0, &a, view_living(q->events, chunk), q->table[worker]);
}

/* Codes of channels stand in the order in which they came. */
static void channels_in_order(struct state *s)
{
    i64 row[9];
    for (i64 d = 0; d < DAYS; d++) {
        i64 *counts = s->table[0] + d * 9;
        memcpy(row, counts, sizeof row);
        for (i64 i = 0; i < 8; i++)
            counts[i] = row[words_find(view_prop_words(s->events, 0, 0), word(i))];
    }
}

#define RFM "last_order <= 30d and orders >= 5 and spent >= 999"
static const struct question questions[] = {
    { "filter", .segment = RFM },
    { "ids", .ids = true,
      .segment = RFM " and tag = \"w7\" and not tag = \"w13\" and "
                     "city in (\"w0\", \"w1\", \"w2\", \"w5\", \"w9\") and first_order <= 30d" },
    { "cells", .run = cells, .numbers = 27 },
    { "tags",
      .segment =
          "((tag = \"w0\" or tag = \"w5\" or tag = \"w9\") and (tag = \"w17\" or "
          "tag = \"w22\") and not tag = \"w31\" and not tag = \"w44\") or ((tag = \"w50\" and "
          "tag = \"w55\" or tag = \"w28\" and tag = \"w3\") and not tag = \"w41\")" },
    { "funnel", .run = funnel, .events = true, .numbers = 4 },
    { "retention", .run = retention, .events = true, .numbers = TABLE },
    { "actives", .run = actives, .events = true, .numbers = DAYS * 9, .order = channels_in_order },
    { "windows", .shop = true,
      .segment = "orders(90d) >= 2 and spent(365d) >= 999 and "
                 "did(\"w0\", 7d) >= 3" },
};

/* Many numbers become two: their sum, and one in which each has its own weight. */
static struct answer answer_of(const i64 *numbers, i64 n)
{
    struct answer a = { .n = n };
    if (n <= COUNT(a.numbers)) {
        memcpy(a.numbers, numbers, (size_t)n * sizeof(i64));
        return a;
    }
    a.n = 2;
    for (i64 i = 0; i < n; i++) {
        a.numbers[0] += numbers[i];
        a.numbers[1] += numbers[i] * (i + 1);
    }
    return a;
}

static struct answer ask_segment(struct state *s, const struct question *q)
{
    const struct segment_node *tree;
    struct member_set set;
    instant at = (instant)(TODAY + 1) * DAY_MS; /* the end of today */
    struct answer a = { .n = 1 };
    enum err e = segment_parse(s->c, str_of(q->segment), &tree);
    if (e == OK) e = segment_set(s->c, q->shop ? s->shop : s->members, tree, at, &set);
    if (e != OK) {
        fprintf(stderr, "%s: %s\n", q->name, s->c->why.detail);
        exit(1);
    }
    a.numbers[0] = set.n;
    if (!q->ids) return a;
    ints ids = set_ids(s->c->arena, &set, 0, set.n);
    a.n = 2;
    for (i64 i = 0; i < ids.n; i++) a.numbers[1] += ids.at[i];
    return a;
}

static struct answer ask_kernel(struct state *s, const struct question *q)
{
    for (int w = 0; w < CHUNK_WORKERS; w++)
        memset(s->table[w], 0, (size_t)q->numbers * sizeof(i64));
    chunks_run(view_chunks(q->events ? s->events : s->members), q->run, s);
    for (int w = 1; w < CHUNK_WORKERS; w++)
        for (i64 i = 0; i < q->numbers; i++) s->table[0][i] += s->table[w][i];
    if (q->order) q->order(s);
    return answer_of(s->table[0], q->numbers);
}

static struct answer ask(struct state *s, const struct question *q, i64 *us)
{
    struct arena_mark mark = arena_mark(s->c->arena);
    i64 begun = clock_mono_us();
    struct answer a = q->segment ? ask_segment(s, q) : ask_kernel(s, q);
    *us = clock_mono_us() - begun;
    arena_rewind(s->c->arena, mark);
    return a;
}

/* -- asking ------------------------------------------------------------------------------------ */

static void evict(void)
{
    static char *cold;
    i64 n = (i64)1536 << 20;
    if (!cold) cold = malloc((size_t)n);
    for (i64 i = 0; cold && i < n; i += 64) cold[i]++;
}

static int by_time(const void *a, const void *b)
{
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

static void ask_all(struct state *s, int rounds, bool evicting)
{
    i64 us[64];
    for (i64 i = 0; i < COUNT(questions); i++) {
        struct answer a = { 0 };
        if (questions[i].shop && !s->shop) continue;
        for (int r = 0; r < rounds; r++) {
            if (evicting) evict();
            a = ask(s, &questions[i], &us[r]);
        }
        qsort(us, (size_t)rounds, sizeof *us, by_time);
        printf("%-12s %12lld %9.2f ms (least %.2f)\n", questions[i].name, (long long)a.numbers[0],
               (f64)us[rounds / 2] / 1000, (f64)us[0] / 1000);
    }
}

static void ask_by_line(struct state *s)
{
    char line[64];
    printf("ready\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        if (strcmp(line, "evict") == 0) {
            evict();
            printf("evicted\n");
        }
        for (i64 i = 0; i < COUNT(questions); i++) {
            if (strcmp(line, questions[i].name) || questions[i].shop) continue;
            i64 us;
            struct answer a = ask(s, &questions[i], &us);
            for (i64 k = 0; k < a.n; k++) printf("%s%lld", k ? "," : "", (long long)a.numbers[k]);
            printf(" %lld\n", (long long)us);
        }
        fflush(stdout);
    }
}

struct options {
    i64 members, rounds;
    bool evicting, by_line;
    const char *csv, *save;
};

/* -- a start from a file ----------------------------------------------------------------------- */

/* Members with 60 tags and their purchases and events in one index; written, forgotten, and taken
 * up again until the first answer. */
static void save_and_start(struct state *s, const struct options *o)
{
    const struct question *ask_for = &questions[COUNT(questions) - 1];
    struct index *x = shop_make(o->members, true);
    i64 us;
    s->shop = view_take(x);
    i64 want = ask(s, ask_for, &us).numbers[0], rows = view_rows_n(s->shop, 0);
    i64 begun_us = clock_mono_us();
    enum err e = index_save(s->c, s->shop, o->save, 1);
    if (e != OK) exit(1);
    printf("%lld members, %lld events: written in %.2f s\n", (long long)o->members, (long long)rows,
           (f64)(clock_mono_us() - begun_us) / 1e6);
    for (i64 r = 0; r < o->rounds; r++) {
        view_release(s->shop);
        index_free(x);
        begun_us = clock_mono_us();
        x = shop_new();
        if (!index_load(x, o->save)) exit(1);
        i64 loaded_us = clock_mono_us();
        s->shop = view_take(x);
        if (ask(s, ask_for, &us).numbers[0] != want) exit(1);
        printf("%.1f MB: loaded in %.2f s, first answer after %.2f s\n", (f64)index_mapped(x) / 1e6,
               (f64)(loaded_us - begun_us) / 1e6, (f64)(clock_mono_us() - begun_us) / 1e6);
    }
    view_release(s->shop);
    index_free(x);
    unlink(o->save);
}

static bool read_options(int argc, char **argv, struct options *o)
{
    *o = (struct options){ .members = 1000000, .rounds = 9 };
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--evict") == 0) o->evicting = true;
        else if (strcmp(argv[i], "--ask") == 0) o->by_line = true;
        else if (more && strcmp(argv[i], "--csv") == 0) o->csv = argv[++i];
        else if (more && strcmp(argv[i], "--save") == 0) o->save = argv[++i];
        else if (more && strcmp(argv[i], "--members") == 0)
            i64_parse(str_of(argv[++i]), &o->members);
        else if (more && strcmp(argv[i], "--rounds") == 0) i64_parse(str_of(argv[++i]), &o->rounds);
        else return false;
    }
    return o->members >= 1000 && o->rounds >= 1 && o->rounds <= 64;
}

int main(int argc, char **argv)
{
    struct options o;
    if (!read_options(argc, argv, &o)) return 2;
    fields_register(rooms);
    struct ctx c = { .arena = arena_new(),
                     .now = (instant)(TODAY + 1) * DAY_MS - 1,
                     .zone = zone_open("UTC"),
                     .actor = S("bench") };
    struct state s = { .c = &c };
    if (o.save) {
        save_and_start(&s, &o);
        arena_free(c.arena);
        return 0;
    }
    for (int w = 0; w < CHUNK_WORKERS; w++) s.table[w] = calloc(TABLE, sizeof(i64));
    struct index *members = members_make(o.members, o.csv);
    struct index *events = events_make(o.members / 10, o.csv);
    s.members = view_take(members);
    s.events = view_take(events);
    struct index *shop = o.by_line ? NULL : shop_make(o.members, false);
    if (shop) s.shop = view_take(shop);
    i64 rows = view_rows_n(s.events, 0);
    fprintf(o.by_line ? stderr : stdout,
            "%lld members, %.1f bytes each; %lld events, %.1f bytes each\n", (long long)o.members,
            (f64)index_memory(members) / (f64)o.members, (long long)rows,
            (f64)index_memory(events) / (f64)rows);
    for (int i = 0; i < 4; i++) s.event[i][words_find(view_event_names(s.events, 0), word(i))] = 1;
    if (o.by_line) ask_by_line(&s);
    else ask_all(&s, (int)o.rounds, o.evicting);
    view_release(s.members);
    view_release(s.events);
    index_free(members);
    index_free(events);
    if (shop) view_release(s.shop);
    if (shop) index_free(shop);
    for (int w = 0; w < CHUNK_WORKERS; w++) free(s.table[w]);
    arena_free(c.arena);
    return 0;
}
