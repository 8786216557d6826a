/* data.c -- members and events out of a fixed seed. */
#include "data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "audience/index/gather.h"
#include "base/clock.h"

/* -- chance ------------------------------------------------------------------------------------ */

static u64 state;
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

str word(i64 i)
{
    static char texts[CITIES][24];
    if (!texts[i][0]) snprintf(texts[i], sizeof texts[i], "w%lld", (long long)i);
    return str_of(texts[i]);
}

static FILE *csv_open(const char *folder, const char *name)
{
    if (!folder) return NULL;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    if (!f) {
        perror(path);
        exit(1);
    }
    return f;
}

/* -- members ----------------------------------------------------------------------------------- */

struct made_member {
    i64 orders, since, cents, active;
    int city;
    u64 tags;
};

static struct made_member draw(const struct zipf *cities, const struct zipf *orders,
                               const f64 *density)
{
    struct made_member m = { .orders = zipf_draw(orders), .since = exponential(120) };
    for (i64 i = 0; i < m.orders; i++) m.cents += (i64)exp(normal() * 0.8 + 9.2);
    m.active = TODAY - exponential(45);
    m.city = zipf_draw(cities);
    for (int t = 0; t < TAGS; t++) m.tags |= (u64)(unit() < density[t]) << t;
    return m;
}

static instant noon(i64 d) { return d * DAY_MS + DAY_MS / 2; }

/* City and tags. */
static void put_words(struct index *x, i64 id, const struct made_member *m)
{
    str tags[TAGS];
    i64 n = 0;
    index_put_word(x, id, MADE_CITY, word(m->city));
    for (int t = 0; t < TAGS; t++)
        if (m->tags >> t & 1) tags[n++] = word(t);
    index_put_set(x, id, MADE_TAG, (strs){ tags, n });
}

static void put(struct index *x, i64 id, const struct made_member *m)
{
    index_put_living(x, id, true);
    index_put_number(x, id, MADE_LAST_ORDER, m->orders ? SOME(noon(TODAY - m->since)) : NONE);
    index_put_number(x, id, MADE_ORDERS, SOME(m->orders));
    index_put_number(x, id, MADE_SPENT, SOME(m->cents * (MONEY_UNIT / 100)));
    index_put_number(x, id, MADE_ACTIVE, SOME(noon(m->active)));
    index_put_number(x, id, MADE_FIRST_SEEN, SOME(noon(TODAY - 1000)));
    put_words(x, id, m);
}

/* In a mixed order: tag 7 has 6.4 %, tag 13 has 40 %. */
static void densities(f64 out[TAGS])
{
    for (int t = 0; t < TAGS; t++) out[t] = 0.001 * pow(400, (t * 13 + 10) % TAGS / 59.0);
}

static const struct column member_columns[] = {
    [MADE_LAST_ORDER] = { { "last_order", 10 }, COLUMN_NUMBER },
    [MADE_ORDERS] = { { "orders", 6 }, COLUMN_NUMBER },
    [MADE_SPENT] = { { "spent", 5 }, COLUMN_NUMBER },
    [MADE_ACTIVE] = { { "first_order", 11 }, COLUMN_NUMBER },
    [MADE_FIRST_SEEN] = { { "first_seen", 10 }, COLUMN_NUMBER },
    [MADE_CITY] = { { "city", 4 }, COLUMN_WORD },
    [MADE_TAG] = { { "tag", 3 }, COLUMN_SET },
};
static const struct row_source member_sources[SOURCES] = {
    [SOURCE_TIMELINE] = { .name = { "timeline", 8 } },
    [SOURCE_PURCHASES] = { .name = { "purchases", 9 }, .value = true },
};

struct index *members_make(i64 members, const char *folder)
{
    struct index_schema schema = { member_columns, COUNT(member_columns), member_sources, SOURCES };
    struct index *x = index_new(&schema);
    struct zipf cities = zipf_new(CITIES, 1.0), orders = zipf_new(201, 1.6);
    FILE *csv = csv_open(folder, "members.csv");
    f64 density[TAGS];
    densities(density);
    state = 42;
    for (i64 id = 1; id <= members; id++) {
        struct made_member m = draw(&cities, &orders, density);
        put(x, id, &m);
        if (csv)
            fprintf(csv, "%lld,%lld,%lld,%lld,%d,%lld,%llu\n", (long long)id,
                    (long long)(m.orders ? TODAY - m.since : 0), (long long)m.orders,
                    (long long)m.cents, m.city, (long long)m.active, (unsigned long long)m.tags);
        if (id % CHUNK == CHUNK - 1) index_settle(x, id / CHUNK);
    }
    if (csv) fclose(csv);
    index_publish(x, 1);
    return x;
}

/* -- events ------------------------------------------------------------------------------------ */

static int kind(void)
{
    f64 u = unit();
    return u < 0.45   ? 0
           : u < 0.55 ? 1
           : u < 0.61 ? 2
           : u < 0.66 ? 3
                      : 4 + (int)(next() % (KINDS - 4));
}

struct index *events_make(i64 members, const char *folder)
{
    static str props[] = { { "touchpoint", 10 } };
    static const struct row_source sources[] = { { { "timeline", 8 }, { props, 1 }, false } };
    struct index_schema schema = { NULL, 0, sources, 1 };
    struct index *x = index_new(&schema);
    FILE *csv = csv_open(folder, "events.csv");
    state = 43;
    for (i64 m = 1; m <= members; m++) {
        i64 n = (i64)(exp(normal() - 0.5) * 50);
        if (n > 5000) n = 5000;
        index_put_living(x, m, true);
        f64 at = 0, step = (f64)DAYS * 86400 / (f64)(n + 1);
        for (i64 i = 0; i < n; i++) {
            at += 1 + step * 2 * unit() * 0.98;
            if (at >= DAYS * 86400) break; /* no two of one second: peers order by it */
            i64 second = (i64)at;
            day d = (day)(TODAY - DAYS + second / 86400);
            second += (TODAY - DAYS) * (i64)86400;
            int event = kind(), channel = (int)(next() % 8);
            struct event e = {
                .member = m, .at = second * 1000, .order = i, .day = d, .name = word(event)
            };
            e.props[0] = word(channel);
            index_add_event(x, 0, &e);
            if (csv)
                fprintf(csv, "%lld,%lld,%d,%d,%d\n", (long long)m, (long long)second, event,
                        channel, (int)d);
        }
        if (m % CHUNK == CHUNK - 1) index_settle(x, m / CHUNK);
    }
    if (csv) fclose(csv);
    index_publish(x, 1);
    return x;
}

/* -- a shop: columns that agree with rows ------------------------------------------------------ */

static void buy(struct index *x, i64 id, i64 times)
{
    instant at = noon(TODAY - exponential(120)), last = at;
    i64 sum = 0;
    for (i64 i = 0; i < times; i++) {
        i64 value = (i64)exp(normal() * 0.8 + 9.2) * (MONEY_UNIT / 100);
        if (i) at -= exponential(40) * DAY_MS + 60000;
        struct event e = { .member = id,
                           .at = at,
                           .order = times - i,
                           .day = (day)(at / DAY_MS),
                           .name = S("order.paid"),
                           .value = value };
        index_add_event(x, SOURCE_PURCHASES, &e);
        sum += value;
    }
    index_put_number(x, id, MADE_LAST_ORDER, times ? SOME(last) : NONE);
    index_put_number(x, id, MADE_ACTIVE, times ? SOME(at) : NONE);
    index_put_number(x, id, MADE_ORDERS, SOME(times));
    index_put_number(x, id, MADE_SPENT, SOME(sum));
}

static void behave(struct index *x, i64 id)
{
    for (i64 i = 0, n = exponential(5.5); i < n; i++) {
        instant at = (instant)((TODAY + 1 - unit() * DAYS) * (f64)DAY_MS);
        struct event e = {
            .member = id, .at = at, .order = i, .day = (day)(at / DAY_MS), .name = word(kind())
        };
        index_add_event(x, SOURCE_TIMELINE, &e);
    }
}

struct index *shop_new(void)
{
    struct index_schema schema = { member_columns, COUNT(member_columns), member_sources, SOURCES };
    return index_new(&schema);
}

struct index *shop_make(i64 members, bool words)
{
    struct index *x = shop_new();
    struct zipf orders = zipf_new(201, 1.6), cities = zipf_new(CITIES, 1.0);
    f64 density[TAGS];
    densities(density);
    state = 44;
    for (i64 id = 1; id <= members; id++) {
        index_put_living(x, id, true);
        index_put_number(x, id, MADE_FIRST_SEEN, SOME(noon(TODAY - 1000)));
        buy(x, id, zipf_draw(&orders));
        behave(x, id);
        if (words) {
            struct made_member m = draw(&cities, &orders, density);
            put_words(x, id, &m);
        }
        if (id % CHUNK == CHUNK - 1) index_settle(x, id / CHUNK);
    }
    index_publish(x, 1);
    return x;
}
