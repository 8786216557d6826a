/* audience.c -- how long the index takes over N members and 5 N events: build/bench/audience
 * [--members N] [--rounds N] [--evict]
 *
 * Members have the columns and 60 tags of docs/bench.md, events lie with a tenth as many members:
 * 50 each on average over 90 days. Generated with a fixed seed, straight into the index. --evict
 * touches 1.5 GB between repetitions. Prints the answer of each question, the median and the least
 * time, and what the index weighs.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "audience/index.h"
#include "audience/index/build.h"
#include "base/clock.h"
#include "base/num.h"

#define TODAY  20000
#define TAGS   60
#define CITIES 300
#define KINDS  20
#define DAYS   90

enum { LAST_ORDER, ORDERS, SPENT, CITY, ACTIVE, TAG, COLUMNS };

static u64 state = 42;
static u64 next(void)
{
    state += 0x9e3779b97f4a7c15u;
    u64 x = state;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}
static f64 unit(void) { return ((f64)(next() >> 11) + 0.5) / 9007199254740992.0; }
static f64 normal(void) { return sqrt(-2 * log(unit())) * cos(6.283185307179586 * unit()); }
static i64 exponential(f64 mean) { return (i64)(-mean * log(unit())); }

/* Ranks 0 .. n - 1, rank k as likely as 1 / (k + 1)^s. */
struct zipf {
    f64 below[CITIES + 1];
    int n;
};
static struct zipf zipf_new(int n, f64 s)
{
    struct zipf z = { .n = n };
    f64 sum = 0;
    for (int i = 0; i < n; i++) z.below[i] = sum += pow(i + 1, -s);
    for (int i = 0; i < n; i++) z.below[i] /= sum;
    return z;
}
static int zipf_draw(const struct zipf *z)
{
    f64 u = unit();
    int low = 0, high = z->n - 1;
    while (low < high) {
        int mid = (low + high) / 2;
        if (z->below[mid] < u) low = mid + 1;
        else high = mid;
    }
    return low;
}

/* -- data -------------------------------------------------------------------------------------- */

static char texts[CITIES][16];
static str text(int i) { return str_of(texts[i]); }

static void make_member(struct index *x, i64 m, const struct zipf *cities,
                        const struct zipf *orders, const f64 *density)
{
    i64 count = zipf_draw(orders), since = exponential(120), spent = 0;
    for (i64 i = 0; i < count; i++) spent += (i64)(exp(normal() * 0.8 + 9.2)); /* cents */
    index_put_living(x, m, true);
    index_put_number(x, m, LAST_ORDER, count ? SOME(TODAY - since) : NONE);
    index_put_number(x, m, ORDERS, SOME(count));
    index_put_number(x, m, SPENT, SOME(spent));
    index_put_number(x, m, ACTIVE, SOME(TODAY - exponential(45)));
    index_put_word(x, m, CITY, text(zipf_draw(cities)));
    str tags[TAGS];
    i64 n = 0;
    for (int t = 0; t < TAGS; t++)
        if (unit() < density[t]) tags[n++] = text(t);
    index_put_set(x, m, TAG, (strs){ tags, n });
}

static struct index *make_members(i64 members)
{
    static const struct column columns[COLUMNS] = {
        { { "last_order", 10 }, COLUMN_NUMBER }, { { "orders", 6 }, COLUMN_NUMBER },
        { { "spent", 5 }, COLUMN_NUMBER },       { { "city", 4 }, COLUMN_WORD },
        { { "active", 6 }, COLUMN_NUMBER },      { { "tag", 3 }, COLUMN_SET },
    };
    struct index_schema schema = { columns, COLUMNS, NULL, 0 };
    struct index *x = index_new(&schema);
    struct zipf cities = zipf_new(CITIES, 1.0), orders = zipf_new(201, 1.6);
    f64 density[TAGS]; /* 0.1 % to 40 %, in a mixed order: tag 7 has 6.4 %, tag 13 has 40 % */
    for (int t = 0; t < TAGS; t++) density[t] = 0.001 * pow(400, (t * 13 + 10) % TAGS / 59.0);
    for (i64 m = 0; m < members; m++) {
        make_member(x, m, &cities, &orders, density);
        if (m % CHUNK == CHUNK - 1) index_settle(x, m / CHUNK);
    }
    index_publish(x, 1);
    return x;
}

static int kind(void)
{
    f64 u = unit();
    return u < 0.45   ? 0
           : u < 0.55 ? 1
           : u < 0.61 ? 2
           : u < 0.66 ? 3
                      : 4 + (int)(next() % (KINDS - 4));
}

static struct index *make_events(i64 members)
{
    static str props[] = { { "channel", 7 } };
    static const struct row_source sources[] = { { { "timeline", 8 }, { props, 1 }, false } };
    struct index_schema schema = { NULL, 0, sources, 1 };
    struct index *x = index_new(&schema);
    for (i64 m = 0; m < members; m++) {
        i64 n = (i64)(exp(normal() - 0.5) * 50);
        if (n > 5000) n = 5000;
        index_put_living(x, m, true);
        f64 at = 0, step = (f64)DAYS * 86400 / (f64)(n + 1);
        for (i64 i = 0; i < n; i++) {
            at += 1 + step * 2 * unit() * 0.98;
            i64 second = (i64)at < DAYS * 86400 ? (i64)at : DAYS * 86400 - 1;
            struct event e = { .member = m,
                               .at = ((TODAY - DAYS) * (i64)86400 + second) * 1000,
                               .order = i,
                               .day = (day)(TODAY - DAYS + second / 86400),
                               .name = text(kind()) };
            e.props[0] = text((int)(next() % 8));
            index_add_event(x, 0, &e);
        }
        if (m % CHUNK == CHUNK - 1) index_settle(x, m / CHUNK);
    }
    index_publish(x, 1);
    return x;
}

/* -- questions --------------------------------------------------------------------------------- */

struct question {
    const struct view *v;
    i64 count[CHUNK_WORKERS];
    i64 cells[CHUNK_WORKERS][27];
    i64 *ids[CHUNK_WORKERS];
    i64 ids_n[CHUNK_WORKERS];
    i64 *table[CHUNK_WORKERS];
    u8 cities[CITIES], any[KINDS], event[4][KINDS];
};

static void rfm(const struct question *q, i64 chunk, chunk_bits out)
{
    chunk_bits more;
    part_range(view_part(q->v, chunk, LAST_ORDER), TODAY - 30, INT64_MAX, out);
    part_range(view_part(q->v, chunk, ORDERS), 5, INT64_MAX, more);
    bits_and(out, more);
    part_range(view_part(q->v, chunk, SPENT), 99900, INT64_MAX, more);
    bits_and(out, more);
}

static void s1(void *arg, int worker, i64 chunk)
{
    struct question *q = arg;
    chunk_bits bits;
    rfm(q, chunk, bits);
    q->count[worker] += bits_count(bits);
}

static i64 tag(const struct question *q, int t)
{
    return words_find(view_words(q->v, TAG), text(t));
}

static void carriers(const struct question *q, i64 chunk, int t, chunk_bits out)
{
    view_carriers(q->v, chunk, TAG, tag(q, t), out);
}

static void s2(void *arg, int worker, i64 chunk)
{
    struct question *q = arg;
    chunk_bits bits, more;
    rfm(q, chunk, bits);
    carriers(q, chunk, 7, more);
    bits_and(bits, more);
    carriers(q, chunk, 13, more);
    bits_andnot(bits, more);
    if (!bits_any(bits)) return;
    part_in(view_part(q->v, chunk, CITY), q->cities, CITIES, more);
    bits_and(bits, more);
    part_range(view_part(q->v, chunk, ACTIVE), TODAY - 30, INT64_MAX, more);
    bits_and(bits, more);
    i64 n = bits_ids(bits, chunk, q->ids[worker] + q->ids_n[worker]);
    q->ids_n[worker] += n;
    q->count[worker] += n;
}

static void s3(void *arg, int worker, i64 chunk)
{
    struct question *q = arg;
    static const i64 cuts[3][2] = { { TODAY - 30, TODAY - 90 }, { 5, 2 }, { 99900, 20000 } };
    const struct part *p[3] = { view_part(q->v, chunk, LAST_ORDER), view_part(q->v, chunk, ORDERS),
                                view_part(q->v, chunk, SPENT) };
    parts_cells(p, cuts, view_living(q->v, chunk), q->cells[worker]);
    q->count[worker] = q->cells[worker][0];
}

static void any_of(const struct question *q, i64 chunk, const int *tags, int n, chunk_bits out)
{
    chunk_bits more;
    carriers(q, chunk, tags[0], out);
    for (int i = 1; i < n; i++) {
        carriers(q, chunk, tags[i], more);
        bits_or(out, more);
    }
}

/* ((t0 or t5 or t9) and (t17 or t22) and not t31 and not t44) or ((t50 and t55 or t28 and t3) and
 * not t41) */
static void s4(void *arg, int worker, i64 chunk)
{
    struct question *q = arg;
    chunk_bits a, b, more;
    any_of(q, chunk, (int[]){ 0, 5, 9 }, 3, a);
    any_of(q, chunk, (int[]){ 17, 22 }, 2, b);
    bits_and(a, b);
    any_of(q, chunk, (int[]){ 31, 44 }, 2, b);
    bits_andnot(a, b);
    carriers(q, chunk, 50, b);
    carriers(q, chunk, 55, more);
    bits_and(b, more);
    chunk_bits d;
    carriers(q, chunk, 28, d);
    carriers(q, chunk, 3, more);
    bits_and(d, more);
    bits_or(b, d);
    carriers(q, chunk, 41, more);
    bits_andnot(b, more);
    bits_or(a, b);
    q->count[worker] += bits_count(a);
}

static void funnel(void *arg, int worker, i64 chunk)
{
    struct question *q = arg;
    struct row_filter steps[4];
    for (int i = 0; i < 4; i++)
        steps[i] =
            (struct row_filter){ .event = q->event[i], .from = INT64_MIN, .until = INT64_MAX };
    struct funnel f = { steps, 4, 7 * 86400 };
    rows_funnel(q->v, chunk, 0, &f, view_living(q->v, chunk), q->table[worker]);
    q->count[worker] = q->table[worker][3];
}

static void retention(void *arg, int worker, i64 chunk)
{
    struct question *q = arg;
    struct row_filter start = { .event = q->event[2], .from = INT64_MIN, .until = INT64_MAX };
    struct row_filter back = { .from = INT64_MIN, .until = INT64_MAX };
    struct retention r = { &start, &back, TODAY - DAYS, DAYS, 30 };
    rows_retention(q->v, chunk, 0, &r, view_living(q->v, chunk), q->table[worker],
                   q->table[worker] + DAYS);
    q->count[worker] = 0;
    for (i64 i = DAYS; i < DAYS * 31; i++) q->count[worker] += q->table[worker][i];
}

static void actives(void *arg, int worker, i64 chunk)
{
    struct question *q = arg;
    struct row_filter all = { .from = INT64_MIN, .until = INT64_MAX };
    struct actives a = { &all, TODAY - DAYS, DAYS, 0, -1, 8 };
    rows_actives(q->v, chunk, 0, &a, view_living(q->v, chunk), q->table[worker]);
    q->count[worker] = 0;
    for (i64 i = 0; i < DAYS * 9; i++) q->count[worker] += q->table[worker][i];
}

static void did(void *arg, int worker, i64 chunk)
{
    struct question *q = arg;
    u32 counts[CHUNK];
    chunk_bits bits;
    struct row_filter views = { .event = q->event[0],
                                .from = (TODAY - 7) * DAY_MS,
                                .until = INT64_MAX };
    rows_count(q->v, chunk, 0, &views, counts);
    counts_range(counts, 3, UINT32_MAX, bits);
    q->count[worker] += bits_count(bits);
}

/* -- measuring --------------------------------------------------------------------------------- */

static char *cold;
static void evict(void)
{
    i64 n = (i64)1536 << 20;
    if (!cold) cold = malloc((size_t)n);
    for (i64 i = 0; cold && i < n; i += 64) cold[i]++;
}

static int by_time(const void *a, const void *b)
{
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

static void ask(const char *name, struct question *q, chunk_fn *fn, int rounds, bool evicting)
{
    i64 us[64], answer = 0;
    for (int r = 0; r < rounds; r++) {
        if (evicting) evict();
        memset(q->count, 0, sizeof q->count);
        memset(q->cells, 0, sizeof q->cells);
        memset(q->ids_n, 0, sizeof q->ids_n);
        for (int w = 0; w < CHUNK_WORKERS; w++) memset(q->table[w], 0, DAYS * 31 * sizeof(i64));
        i64 begun = clock_mono_us();
        chunks_run(view_chunks(q->v), fn, q);
        us[r] = clock_mono_us() - begun;
        answer = 0;
        for (int w = 0; w < CHUNK_WORKERS; w++) answer += q->count[w];
    }
    qsort(us, (size_t)rounds, sizeof *us, by_time);
    printf("%-28s %12lld %9.2f ms (least %.2f)\n", name, (long long)answer,
           (f64)us[rounds / 2] / 1000, (f64)us[0] / 1000);
}

static void ask_members(struct question *q, i64 members, int rounds, bool evicting)
{
    i64 begun = clock_mono_us();
    struct index *x = make_members(members);
    q->v = view_take(x);
    printf("%lld members, %d columns, %d tags: made in %.1f s, %.1f bytes a member\n",
           (long long)members, COLUMNS - 1, TAGS, (f64)(clock_mono_us() - begun) / 1e6,
           (f64)index_memory(x) / (f64)members);
    static const int cities[] = { 0, 1, 2, 5, 9 };
    for (i64 i = 0; i < COUNT(cities); i++)
        q->cities[words_find(view_words(q->v, CITY), text(cities[i]))] = 1;
    for (int w = 0; w < CHUNK_WORKERS; w++)
        q->ids[w] = calloc((size_t)members + CHUNK, sizeof(i64));
    ask("RFM filter", q, s1, rounds, evicting);
    ask("RFM, tags, cities, active", q, s2, rounds, evicting);
    ask("27 RFM cells", q, s3, rounds, evicting);
    ask("tree of 12 tags", q, s4, rounds, evicting);
    for (int w = 0; w < CHUNK_WORKERS; w++) free(q->ids[w]);
    view_release(q->v);
    index_free(x);
}

static void ask_events(struct question *q, i64 members, int rounds, bool evicting)
{
    i64 begun = clock_mono_us();
    struct index *x = make_events(members);
    q->v = view_take(x);
    i64 rows = view_rows_n(q->v, 0);
    printf("%lld events of %lld members: made in %.1f s, %.1f bytes an event\n", (long long)rows,
           (long long)members, (f64)(clock_mono_us() - begun) / 1e6,
           (f64)index_memory(x) / (f64)rows);
    for (int i = 0; i < 4; i++) q->event[i][words_find(view_event_names(q->v, 0), text(i))] = 1;
    ask("funnel of 4 steps, 7 days", q, funnel, rounds, evicting);
    ask("retention, 30 days", q, retention, rounds, evicting);
    ask("daily actives by channel", q, actives, rounds, evicting);
    ask("did(view, 7d) >= 3", q, did, rounds, evicting);
    view_release(q->v);
    index_free(x);
}

int main(int argc, char **argv)
{
    i64 members = 1000000, rounds = 9;
    bool evicting = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--evict") == 0) evicting = true;
        else if (i + 1 < argc && strcmp(argv[i], "--members") == 0)
            i64_parse(str_of(argv[++i]), &members);
        else if (i + 1 < argc && strcmp(argv[i], "--rounds") == 0)
            i64_parse(str_of(argv[++i]), &rounds);
    }
    if (members < 1000 || rounds < 1 || rounds > 64) return 2;
    for (int i = 0; i < CITIES; i++) snprintf(texts[i], sizeof texts[i], "w%d", i);
    static struct question q;
    for (int w = 0; w < CHUNK_WORKERS; w++) q.table[w] = calloc(DAYS * 31, sizeof(i64));
    ask_members(&q, members, (int)rounds, evicting);
    ask_events(&q, members / 10, (int)rounds, evicting);
    for (int w = 0; w < CHUNK_WORKERS; w++) free(q.table[w]);
    free(cold);
    return 0;
}
