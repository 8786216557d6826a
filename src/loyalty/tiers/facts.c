/* facts.c -- what is known of members, as far as a ladder asks: deeds, joining, appointments. */
#include <stdlib.h>

#include "loyalty/programme.h"
#include "loyalty/tiers/inside.h"
#include "member/member.h"
#include "store/setting.h"
#include "trade/trade.h"

#define FIELDS_OF_deed_row(X, N) \
    X(i64, member, ANY, "", N)   \
    X(instant, at, ANY, "", N)   \
    X(money, value, ANY, "", N)
SHAPE(deed_row);
SHAPE_DEFINE(deed_row);
#define FIELDS_OF_appointed_row(X, N) \
    X(i64, member, ANY, "", N)        \
    X(str, tier, ANY, "", N)          \
    X(instant, at, ANY, "", N)        \
    X(opt_instant, until, ANY, "", N)
SHAPE(appointed_row);
SHAPE_DEFINE(appointed_row);

/* Those of $1 <= member <= $2, and of all merged into them. */
#define OF_LIVING(COLUMNS, TABLE)                                                          \
    "SELECT x.member AS member, " COLUMNS " FROM " TABLE " x WHERE x.member >= $1"         \
    " AND x.member <= $2 AND NOT EXISTS (SELECT 1 FROM member m WHERE m.member = x.member" \
    " AND m.merged_into IS NOT NULL) UNION ALL SELECT g.living AS member, " COLUMNS        \
    " FROM " MEMBERS_GONE_INTO("$1", "$2") " AS g JOIN " TABLE " x ON x.member = g.id"

/* What was taken back is taken from the day it was given on; what a merge moved is not growth. */
#define GROWN                                                                           \
    "(SELECT e.member AS member, COALESCE(o.at, e.at) AS at, e.amount * 10000 AS value" \
    " FROM ledger_entry e JOIN ledger_transfer t ON t.member = e.transfer_member"       \
    " AND t.id = e.transfer LEFT JOIN ledger_transfer o ON t.kind = 'reverse'"          \
    " AND o.member = t.member AND o.id = t.of_id WHERE e.unit = 'growth'"               \
    " AND (t.from_member = 0 OR t.to_member = 0))"
QUERY(q_grown, deed_row, OF_LIVING("x.at AS at, x.value AS value", GROWN));

QUERY(q_joined, deed_row,
      "SELECT member, MIN(joined_at) AS at, CAST(0 AS BIGINT) AS value FROM loyalty_join"
      " WHERE member >= $1 AND member <= $2 AND left_at IS NULL GROUP BY member ORDER BY member");
QUERY(q_appointed, appointed_row,
      OF_LIVING("x.tier AS tier, x.at AS at, x.until AS until", "tier_appointment"));

struct gathering {
    struct arena *arena;
    const struct ladder *l;
    instant from;
    struct deed_row_list deeds;
    struct appointed_row_list appointed;
};

static enum err add_purchase(void *arg, const void *row)
{
    struct gathering *g = arg;
    const struct purchase *p = row;
    if (p->bought_at < g->from) return OK;
    money value = g->l->measure == MEASURE_ORDERS   ? MONEY_UNIT
                  : g->l->measure == MEASURE_GROWTH ? 0 /* who bought takes part */
                                                    : p->net;
    *PUSH(g->arena, &g->deeds) = (struct deed_row){ p->member, p->bought_at, value };
    return OK;
}
static enum err add_grown(void *arg, const void *row)
{
    struct gathering *g = arg;
    if (((const struct deed_row *)row)->at < g->from) return OK;
    *PUSH(g->arena, &g->deeds) = *(const struct deed_row *)row;
    return OK;
}
static enum err add_joined(void *arg, const void *row)
{
    struct gathering *g = arg;
    *PUSH(g->arena, &g->deeds) = *(const struct deed_row *)row;
    return OK;
}
static enum err add_appointed(void *arg, const void *row)
{
    struct gathering *g = arg;
    struct appointed_row *to = PUSH(g->arena, &g->appointed);
    *to = *(const struct appointed_row *)row;
    to->tier = str_copy(g->arena, to->tier);
    return OK;
}

static int by_member_and_time(const void *a, const void *b)
{
    const struct deed_row *x = a, *y = b;
    if (x->member != y->member) return x->member < y->member ? -1 : 1;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}
static int by_member_and_beginning(const void *a, const void *b)
{
    const struct appointed_row *x = a, *y = b;
    if (x->member != y->member) return x->member < y->member ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Deeds before this count for nothing. */
static enum err counted_from(struct ctx *c, instant *from)
{
    bool before;
    opt_instant since;
    *from = INT64_MIN;
    TRY(setting_flag(c, "tiers.count_before", &before));
    if (before) return OK;
    TRY(programme_open(c, &since));
    *from = since.has ? since.value : INT64_MAX;
    return OK;
}

static enum err gather(struct ctx *c, struct gathering *g, i64 first, i64 last)
{
    TRY(counted_from(c, &g->from));
    if (g->l->measure == MEASURE_GROWTH) TRY(db_each(c, &q_grown, add_grown, g, ARGS(first, last)));
    TRY(purchases_each(c, first, last, INT64_MAX, add_purchase, g));
    TRY(db_each(c, &q_joined, add_joined, g, ARGS(first, last)));
    TRY(db_each(c, &q_appointed, add_appointed, g, ARGS(first, last)));
    if (g->deeds.n) qsort(g->deeds.at, (size_t)g->deeds.n, sizeof *g->deeds.at, by_member_and_time);
    if (g->appointed.n)
        qsort(g->appointed.at, (size_t)g->appointed.n, sizeof *g->appointed.at,
              by_member_and_beginning);
    return OK;
}

enum err facts_each(struct ctx *c, const struct ladder *l, i64 first, i64 last,
                    enum err (*fn)(void *arg, const struct facts *f), void *arg)
{
    struct gathering g = { .arena = c->arena, .l = l };
    TRY(gather(c, &g, first, last));
    struct deed *deeds = NEWS(c->arena, struct deed, g.deeds.n);
    struct appointed *appointed = NEWS(c->arena, struct appointed, g.appointed.n);
    for (i64 d = 0, a = 0; d < g.deeds.n || a < g.appointed.n;) {
        i64 member = d < g.deeds.n ? g.deeds.at[d].member : INT64_MAX;
        if (a < g.appointed.n && g.appointed.at[a].member < member)
            member = g.appointed.at[a].member;
        struct facts f = { .member = member,
                           .deeds = { deeds, 0 },
                           .appointments = { appointed, 0 } };
        for (; d < g.deeds.n && g.deeds.at[d].member == member; d++)
            deeds[f.deeds.n++] = (struct deed){ g.deeds.at[d].at, g.deeds.at[d].value };
        for (; a < g.appointed.n && g.appointed.at[a].member == member; a++) {
            const struct appointed_row *row = &g.appointed.at[a];
            appointed[f.appointments.n++] = (struct appointed){ row->at, row->until, row->tier };
        }
        TRY(fn(arg, &f));
    }
    return OK;
}

struct keeping {
    struct arena *arena;
    struct facts *out;
};
static enum err keep(void *arg, const struct facts *f)
{
    *((struct keeping *)arg)->out = *f; /* of one member: the arrays are his alone */
    return OK;
}

enum err facts_of(struct ctx *c, const struct ladder *l, i64 member, struct facts *out)
{
    struct keeping k = { c->arena, out };
    *out = (struct facts){ .member = member };
    return facts_each(c, l, member, member, keep, &k);
}

QUERY(q_first, one_i64, "SELECT COALESCE(MIN(member), 0) AS value FROM member WHERE member > 0");
QUERY(q_last, one_i64, "SELECT COALESCE(MAX(member), -1) AS value FROM member");

enum err facts_range(struct ctx *c, i64 *first, i64 *last)
{
    struct one_i64 low, high;
    TRY(purchases_members(c, first, last));
    TRY(db_get(c, &q_first, &low, NO_ARGS));
    TRY(db_get(c, &q_last, &high, NO_ARGS));
    if (high.value < 1) return OK;
    if (*last < *first || low.value < *first) *first = low.value;
    if (high.value > *last) *last = high.value;
    return OK;
}
