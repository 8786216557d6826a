/* naive.c -- tiers, points and streaks worked out afresh from what was told, with plain sums. */
#include "years/years.h"

#include <assert.h>
#include <stdlib.h>

enum { RANKS = 5 };
/* The ladder that is shipped: spending of 365 days, twelve months to the month's end, one down. */
static const money thresholds[RANKS] = { 0, 499 * MONEY_UNIT, 999 * MONEY_UNIT, 1999 * MONEY_UNIT,
                                         -1 };
static const i64 multipliers[RANKS + 1] = { 1000, 1000, 1200, 1500, 2000, 2000 };

i64 naive_multiplier(i64 rank) { return multipliers[rank]; }

struct deeds {
    struct deed {
        instant at;
        money value;
    } * at;
    int n, room;
};

static void deed_add(struct deeds *d, instant at, money value)
{
    int i = d->n++;
    if (i == d->room) { /* whom merges made of many has years of all of them */
        d->room = d->room ? d->room * 2 : 1024;
        d->at = realloc(d->at, (size_t)d->room * sizeof *d->at);
        assert(d->at);
    }
    for (; i > 0 && d->at[i - 1].at > at; i--) d->at[i] = d->at[i - 1];
    d->at[i] = (struct deed){ at, value };
}

/* Who he is: his own place and all that were merged into it. */
static void deeds_of(struct deeds *d, int who, instant now, bool before)
{
    d->n = 0;
    for (int p = 0; p < w.people_n; p++) {
        if (p != who && (w.people[p].into < 0 || living(p) != who)) continue;
        if (w.people[p].joined && w.people[p].joined <= now) deed_add(d, w.people[p].joined, 0);
        for (int i = w.people[p].sales; i >= 0; i = w.sales[i].kin) {
            const struct sale *s = &w.sales[i];
            if (!s->paid || s->money <= s->refund || s->at > now || (before && s->at == now))
                continue;
            deed_add(d, s->at, s->money - s->refund);
        }
    }
}

/* Of the first n deeds, in the window that ends at `at`. */
static money window(struct ctx *c, const struct deeds *d, int n, instant at)
{
    money sum = 0;
    instant from = zone_midnight(c->zone, zone_day(c->zone, at) - 364);
    for (int i = 0; i < n; i++)
        if (d->at[i].at >= from && d->at[i].at <= at) sum += d->at[i].value;
    return sum;
}

static i64 reached(money sum)
{
    i64 rank = 0;
    for (i64 i = 0; i < RANKS; i++)
        if (thresholds[i] >= 0 && sum >= thresholds[i]) rank = i + 1;
    return rank;
}

/* The first instant after the end of the month so many months after a day's. */
static instant end_of(struct ctx *c, instant from, i64 years)
{
    struct civil t = zone_local(c->zone, from);
    i64 month = t.year * 12 + t.month + years * 12; /* the month after it */
    return zone_midnight(c->zone, day_of((i32)(month / 12), (i32)(month % 12) + 1, 1));
}

i64 naive_rank(struct ctx *c, int who, instant now, bool before)
{
    static struct deeds d;
    instant from = 0, end = INT64_MAX;
    i64 rank = 0, terms = 0;
    int next = 0;
    deeds_of(&d, who, now, before);
    for (;;) {
        instant deed = next < d.n ? d.at[next].at : INT64_MAX;
        if (end <= deed && end <= now) {
            money sum = window(c, &d, d.n, end - 1);
            if (sum >= thresholds[rank - 1]) {
                end = end_of(c, from, ++terms);
                continue;
            }
            i64 by_sum = reached(sum);
            rank = rank - 1 > by_sum ? rank - 1 : by_sum;
            from = end - 1;
        } else if (deed <= now) {
            i64 by_sum = reached(window(c, &d, ++next, deed));
            if (by_sum <= rank) continue;
            rank = by_sum;
            from = deed;
        } else {
            break;
        }
        terms = 1;
        end = rank > 1 ? end_of(c, from, 1) : INT64_MAX;
    }
    for (i64 i = 0; i < w.posts_n; i++) {
        const struct post *p = &w.posts[i];
        if (living(p->who) != who || p->at > now || (p->until && p->until <= now)) continue;
        if (p->rank > rank) rank = p->rank;
    }
    return rank;
}

i64 naive_points(const struct sale *s)
{
    if (!s->paid || !s->multiplier) return 0;
    money net = s->money - s->postage - s->refund;
    return net > 0 ? net * s->multiplier / (MONEY_UNIT * 1000) : 0;
}

i64 naive_streak(int who, day today)
{
    i64 n = 0, i = today - w.first;
    if (!w.people[who].days[i]) i--;
    for (; i >= 0 && w.people[who].days[i]; i--) n++;
    return n;
}
