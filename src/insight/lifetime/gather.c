/* gather.c -- reads everybody's purchases in order of member and time, and makes x, t_x, T and
 * repeat spend of them in one pass.
 *
 * What must stay true: purchases of one member come together, rising in time, so the open member is
 * all the state there is; purchases of one day are one.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "insight/lifetime/inside.h"
#include "trade/trade.h"

/* Purchases by their index; and free orders, which are a sign of life too, by that of this room
 * (tables.c), in whose words it asks. */
QUERY(lifetime_purchases, purchase,
      "SELECT member, bought_at, net FROM purchase_order"
      " WHERE member > 0 AND bought_at IS NOT NULL AND bought_at < $1"
      " UNION ALL SELECT member, COALESCE(paid_at, at) AS bought_at, net FROM purchase_order"
      " WHERE member > 0 AND is_paid AND net = 0 AND refund = 0 AND COALESCE(paid_at, at) < $1"
      " ORDER BY member, bought_at");

/* Midnights of the days that purchases may fall on: turning millions of instants into days one by
 * one would cost more than reading them. */
#define DAYS_KNOWN 8192
struct days {
    const struct zone *zone;
    day first;
    instant midnight[DAYS_KNOWN + 1];
};

static struct days *days_new(struct arena *a, const struct zone *zone, day last)
{
    struct days *d = NEW(a, struct days);
    d->zone = zone;
    d->first = last - DAYS_KNOWN + 1;
    for (i32 i = 0; i <= DAYS_KNOWN; i++) d->midnight[i] = zone_midnight(zone, d->first + i);
    return d;
}

static day days_day(const struct days *d, instant at)
{
    if (at < d->midnight[0] || at >= d->midnight[DAYS_KNOWN]) return zone_day(d->zone, at);
    i64 i = (at - d->midnight[0]) / DAY_MS; /* clock changes put this off by one at most */
    if (i >= DAYS_KNOWN) i = DAYS_KNOWN - 1;
    while (at < d->midnight[i]) i--;
    while (at >= d->midnight[i + 1]) i++;
    return d->first + (day)i;
}

/* -- one pass --------------------------------------------------------------------------------- */

/* Repeats on days further back than this are in no chart. */
#define CHART_DAYS 36500

struct pass {
    struct arena *arena;
    const struct days *days;
    day from, calibrate, until, seen; /* seen: the latest day with a purchase */
    i64 *repeats_on;                  /* at [until - d] */
    struct buyers *out;
    struct {
        i64 member;
        day first, last, latest; /* last: within the calibration; latest: of all */
        i32 x, later;
        bool out; /* first bought at another time than is asked of */
        money spent, repeated;
    } open;
};

static void pass_close(struct pass *p)
{
    if (p->open.member == 0 || p->open.out) return;
    *PUSH(p->arena, p->out) = (struct buyer){ .member = p->open.member,
                                              .spent = p->open.spent,
                                              .repeated = p->open.repeated,
                                              .first = p->open.first,
                                              .x = p->open.x,
                                              .last = p->open.last - p->open.first,
                                              .later = p->open.later };
}

static enum err pass_purchase(void *arg, const void *row)
{
    struct pass *p = arg;
    const struct purchase *buy = row;
    day d = days_day(p->days, buy->bought_at);
    if (buy->member != p->open.member) {
        pass_close(p);
        memset(&p->open, 0, sizeof(p->open));
        p->open.member = buy->member;
        p->open.first = p->open.last = p->open.latest = d;
        p->open.out = d < p->from || d > p->calibrate;
    }
    if (p->open.out) return OK;
    if (d > p->seen) p->seen = d;
    bool another = d != p->open.latest;
    p->open.latest = d;
    if (another && p->until - d < CHART_DAYS) p->repeats_on[p->until - d]++;
    if (d > p->calibrate) {
        p->open.later += another;
        return OK;
    }
    p->open.spent += buy->net;
    p->open.last = d;
    p->open.x += another;
    if (d != p->open.first) p->open.repeated += buy->net;
    return OK;
}

/* -- all of them ------------------------------------------------------------------------------ */

static int buyer_order(const void *x, const void *y)
{
    const struct buyer *a = x, *b = y;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    if (a->last != b->last) return a->last < b->last ? -1 : 1;
    if (a->age != b->age) return a->age < b->age ? -1 : 1;
    return a->member < b->member ? -1 : a->member > b->member;
}

static void rows_make(struct arena *a, struct buyers *b, f64 unit)
{
    struct lifetime_sample *s = &b->sample;
    *s = (struct lifetime_sample){ NEWS(a, struct lifetime_row, b->n), 0, b->n, unit };
    b->spend.at = NEWS(a, struct spend_row, b->n);
    for (i64 i = 0; i < b->n; i++) {
        const struct buyer *of = &b->at[i];
        const struct lifetime_row *top = s->n ? &s->at[s->n - 1] : NULL;
        if (top && top->x == of->x && top->last == of->last && top->age == of->age)
            s->at[s->n - 1].n++;
        else s->at[s->n++] = (struct lifetime_row){ of->x, of->last, of->age, 1 };
        if (of->x == 0) continue;
        b->repeaters++;
        b->repeats += of->x;
        if (of->repeated > 0) /* free repeats say nothing of what one is worth */
            b->spend.at[b->spend.n++] =
                (struct spend_row){ of->x, (f64)of->repeated / (f64)MONEY_UNIT / of->x };
    }
}

/* The shop has not sold for so long: what it sells next is not foretold from today. */
#define QUIET_DAYS 60

static enum err ends_of(struct ctx *c, const struct lifetime_ask *ask, struct pass *p)
{
    day today = zone_day(c->zone, c->now);
    p->from = ask->from.has ? (day)ask->from.value : INT32_MIN;
    p->until = ask->until.has ? (day)ask->until.value : today - 1;
    p->calibrate = ask->calibrate.has ? (day)ask->calibrate.value : p->until;
    if (p->until > today)
        return fail_at(c, E_INVALID, S("/to"), "最后一天不能在今天之后",
                       "the last day cannot be after today");
    if (p->calibrate > p->until)
        return fail_at(c, E_INVALID, S("/calibrate_to"),
                       "校准的最后一天不能在观察的最后一天（" STR_FMT "）之后",
                       "the calibration cannot end after the last day looked at (" STR_FMT ")",
                       STR_ARG(day_text(c->arena, p->until)));
    if (p->from > p->calibrate)
        return fail_at(c, E_INVALID, S("/from"), "第一天不能在校准的最后一天之后",
                       "the first day cannot be after the calibration's end");
    return OK;
}

enum err buyers_gather(struct ctx *c, const struct lifetime_ask *ask, struct buyers *out)
{
    struct pass p = { .arena = c->arena, .out = out, .seen = INT32_MIN };
    *out = (struct buyers){ 0 };
    TRY(ends_of(c, ask, &p));
    p.days = days_new(c->arena, c->zone, p.until + 1);
    p.repeats_on = NEWS(c->arena, i64, CHART_DAYS);
    TRY(db_each(c, &lifetime_purchases, pass_purchase, &p,
                ARGS(zone_midnight(c->zone, p.until + 1))));
    pass_close(&p);
    out->until = p.until;
    if (!ask->until.has && p.seen > INT32_MIN && p.seen < p.until - QUIET_DAYS) out->until = p.seen;
    out->calibrate = p.calibrate < out->until ? p.calibrate : out->until;
    out->first = out->until;
    for (i64 i = 0; i < out->n; i++) {
        struct buyer *b = &out->at[i];
        if (b->first < out->first) out->first = b->first;
        b->age = out->calibrate - b->first;
    }
    if (out->until - out->first >= CHART_DAYS) out->first = out->until - CHART_DAYS + 1;
    out->repeats_on = NEWS(c->arena, i64, out->until - out->first + 1);
    for (day d = out->first; d <= out->until; d++)
        out->repeats_on[d - out->first] = p.repeats_on[p.until - d];
    if (out->n) qsort(out->at, (size_t)out->n, sizeof(out->at[0]), buyer_order);
    rows_make(c->arena, out, ask->unit == LIFETIME_DAY ? 1 : 7);
    return OK;
}
