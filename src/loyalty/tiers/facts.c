/* facts.c -- what is known of a member, and the tier it comes to at an instant. */
#include <stdlib.h>

#include "base/room.h"
#include "loyalty/tiers/inside.h"
#include "member/member.h"

QUERY(q_bought, deed,
      "SELECT bought_at AS at, net AS value FROM purchase_order WHERE member = $1"
      " AND bought_at IS NOT NULL ORDER BY bought_at");
QUERY(q_ordered, deed,
      "SELECT bought_at AS at, CAST(10000 AS BIGINT) AS value FROM purchase_order WHERE member = $1"
      " AND bought_at IS NOT NULL ORDER BY bought_at");
/* Growth of his and of those merged into him; what a merge itself moved is not growth. What was
 * taken back is taken from the day it was given on. */
QUERY(q_grown, deed,
      "SELECT COALESCE(o.at, e.at) AS at, e.amount * 10000 AS value FROM ledger_entry e"
      " JOIN ledger_transfer t ON t.member = e.transfer_member AND t.id = e.transfer"
      " LEFT JOIN ledger_transfer o ON t.kind = 'reverse' AND o.member = t.member"
      "  AND o.id = t.of_id"
      " WHERE e.member = $1 AND e.unit = 'growth' AND (t.from_member = 0 OR t.to_member = 0)"
      " ORDER BY 1");
/* Who is known by name has joined; a device that never bought has not. */
QUERY(q_joined, deed,
      "SELECT first_seen AS at, CAST(0 AS BIGINT) AS value FROM member WHERE member = $1"
      " AND identified AND merged_into IS NULL");

static int by_time(const void *a, const void *b)
{
    const struct deed *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static enum err add_all(struct ctx *c, struct query *q, i64 member, struct deed_list *to)
{
    struct deed_list rows = { 0 };
    TRY(db_all(c, q, &rows, ARGS(member)));
    for (i64 i = 0; i < rows.n; i++) *PUSH(c->arena, to) = rows.at[i];
    return OK;
}

enum err facts_of(struct ctx *c, const struct ladder *l, i64 member, struct facts *out)
{
    static struct query *const of[] = {
        [MEASURE_SPENT] = &q_bought, [MEASURE_ORDERS] = &q_ordered
    };
    *out = (struct facts){ 0 };
    if (l->measure == MEASURE_GROWTH) {
        ints ids;
        TRY(member_ids(c, member, &ids));
        for (i64 i = 0; i < ids.n; i++) TRY(add_all(c, &q_grown, ids.at[i], &out->deeds));
    } else TRY(add_all(c, of[l->measure], member, &out->deeds));
    TRY(add_all(c, &q_joined, member, &out->deeds));
    qsort(out->deeds.at, (size_t)out->deeds.n, sizeof *out->deeds.at, by_time);
    return OK;
}

/* -- as others see it -------------------------------------------------------------------------- */

/* The next tier that rules can reach, and what is missing. */
static void ahead(const struct ladder *l, const struct standing *s, struct tier_now *out)
{
    for (i64 rank = s->rank + 1; rank <= l->tiers.n; rank++) {
        const struct tier_step *step = &l->tiers.at[rank - 1];
        if (!step->threshold.has) continue;
        out->next = step->code;
        i64 missing = step->threshold.value - s->measure;
        out->missing = SOME(missing > 0 ? missing : 0);
        return;
    }
}

static enum err look(struct ctx *c, i64 member, instant at, bool before, struct tier_now *out)
{
    struct ladder l;
    struct facts f;
    *out = (struct tier_now){ .tier = S(""), .zh = S(""), .en = S(""), .next = S("") };
    TRY(ladder_live(c, &l));
    TRY(facts_of(c, &l, member, &f));
    struct standing s = climb(&l, c->zone, &f, at, before, c->arena, NULL);
    out->multiplier = 1000;
    out->rank = s.rank;
    if (s.rank) {
        const struct tier_step *step = &l.tiers.at[s.rank - 1];
        out->tier = step->code;
        out->zh = step->zh;
        out->en = step->en;
        out->multiplier = step->multiplier;
        out->since = SOME(s.since);
        out->until = s.until;
    }
    ahead(&l, &s, out);
    return OK;
}

enum err tier_of(struct ctx *c, i64 member, struct tier_now *out)
{
    return look(c, member, c->now, false, out);
}

enum err tier_at(struct ctx *c, i64 member, instant at, struct tier_now *out)
{
    return look(c, member, at, true, out);
}

const struct room tiers_room = { .name = "tiers", .migrations = tiers_migrations };
