/* settle.c -- writes down what time and deeds have made of members' tiers.
 *
 * What must stay true
 *   1. Who settles a member holds his row of tier_member first and reads his facts after that: of
 * two who settle him at once the second sees what the first had.
 *   2. tier_member says what climb() says, as of settled_at; tier_change tells every step from
 * nothing to there, each step beginning where the last one ended.
 *   3. What time alone did is told with the instant at which it happened; what became known later
 * (an order that came in late, a refund, another ladder) with the instant at which it was known.
 */
#include <stdlib.h>

#include "base/json.h"
#include "loyalty/benefits.h"
#include "loyalty/programme.h"
#include "loyalty/tiers/inside.h"
#include "member/member.h"
#include "trade/trade.h"

SHAPE_DEFINE(tier_row);

#define ROWS                                                                                \
    "SELECT member, tier, rank, since, until, due_at, changes, settled_at FROM tier_member" \
    " WHERE member >= $1 AND member <= $2 AND NOT gone ORDER BY member"
QUERY_PG(q_rows, tier_row, ROWS, ROWS " FOR UPDATE");
CHANGE(c_row, "INSERT INTO tier_member (member, tier, rank, changes, settled_at, gone)"
              " VALUES ($1, '', 0, 0, 0, FALSE) ON CONFLICT (member) DO NOTHING");
CHANGE(c_rows,
       "INSERT INTO tier_member (member, tier, rank, changes, settled_at, gone)"
       " SELECT m.member, '', 0, 0, 0, FALSE FROM (SELECT member FROM loyalty_join"
       "  WHERE left_at IS NULL AND member >= $1 AND member <= $2 UNION SELECT member"
       "  FROM purchase_order WHERE bought_at IS NOT NULL AND member >= $1 AND member <= $2)"
       " AS m WHERE m.member > 0 ORDER BY m.member ON CONFLICT (member) DO NOTHING");
CHANGE(c_settled, "UPDATE tier_member SET tier = $2, rank = $3, since = $4, until = $5,"
                  " due_at = $6, changes = $7, settled_at = $8, last_day = $9 WHERE member = $1");
CHANGE(c_change,
       "INSERT INTO tier_change (member, number, at, from_tier, to_tier, why, until, noted_at)"
       " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");

/* What benefits are told once all is written. */
struct rise {
    i64 member, from, to;
    instant at;
    bool refund;
};
struct rises {
    struct rise *at;
    i64 n;
};

struct settling {
    struct tx *t;
    const struct ladder *l;
    enum tier_why why;
    struct tier_row_list rows;
    i64 next; /* of rows */
    struct timeline_line_list lines;
    struct rises rises;
    i64 changed;
};

static void add_line(struct settling *s, const struct tier_row *row, str to, instant at,
                     const char *kind, str why)
{
    struct arena *a = s->t->c->arena;
    struct buf props = { .arena = a };
    buf_add(&props, S("{\"from\":"));
    json_write_str(&props, row->tier);
    buf_add(&props, S(",\"to\":"));
    json_write_str(&props, to);
    buf_add(&props, S(",\"why\":"));
    json_write_str(&props, why);
    buf_byte(&props, '}');
    *PUSH(a, &s->lines) = (struct timeline_line){
        .at = at,
        .member = row->member,
        .kind = str_of(kind),
        .subject = str_fmt(a, "tier:" STR_FMT, STR_ARG(to.n ? to : row->tier)),
        .props = buf_str(&props),
    };
}

/* One step of his history, with its line. */
static enum err step(struct settling *s, struct tier_row *row, str to, instant at,
                     enum tier_why why, opt_instant until)
{
    struct ctx *c = s->t->c;
    i64 from_rank = ladder_rank(s->l, row->tier), to_rank = ladder_rank(s->l, to);
    str why_name = choice_name(&tier_why_choice, (int)why);
    const char *kind = why == WHY_KEPT       ? "tier.kept"
                       : to_rank > from_rank ? "tier.upgraded"
                                             : "tier.downgraded";
    add_line(s, row, to, at, kind, why_name);
    TRY(tx_change(s->t, &c_change,
                  ARGS(row->member, ++row->changes, at, row->tier, to, why_name, until, c->now)));
    row->tier = to;
    if (from_rank != to_rank)
        *PUSH(c->arena, &s->rises) =
            (struct rise){ row->member, from_rank, to_rank, at, why == WHY_REFUND };
    return OK;
}

/* What time did since he was last settled; what else became known lies between. */
static enum err steps(struct settling *s, struct tier_row *row, const struct standing *now,
                      const struct turns *turns)
{
    struct ctx *c = s->t->c;
    enum tier_why up = s->why == WHY_REFUND ? WHY_QUALIFIED : s->why;
    for (i64 i = 0; i < turns->n; i++) {
        const struct turn *turn = &turns->at[i];
        str from = ladder_code(s->l, turn->from), to = ladder_code(s->l, turn->to);
        if (turn->at <= row->settled_at) continue;
        if (!str_eq(row->tier, from))
            TRY(step(s, row, from, turn->at,
                     ladder_rank(s->l, from) > ladder_rank(s->l, row->tier) ? up : s->why, NONE));
        TRY(step(s, row, to, turn->at, turn->why, i == turns->n - 1 ? now->until : NONE));
    }
    str to = ladder_code(s->l, now->rank);
    if (str_eq(row->tier, to)) return OK;
    return step(s, row, to, c->now, now->rank > ladder_rank(s->l, row->tier) ? up : s->why,
                now->until);
}

static bool same_opt(opt_i64 a, opt_i64 b)
{
    return a.has == b.has && (!a.has || a.value == b.value);
}

static enum err settle_row(struct settling *s, const struct facts *f)
{
    struct ctx *c = s->t->c;
    struct tier_row *row = &s->rows.at[s->next++];
    struct turns turns = { 0 };
    struct standing now = climb(s->l, c->zone, f, c->now, false, c->arena, &turns);
    opt_instant since = now.rank ? SOME(now.since) : NONE;
    i64 changes = row->changes;
    TRY(steps(s, row, &now, &turns));
    bool moved = row->changes != changes;
    s->changed += moved;
    if (!moved && row->rank == now.rank && same_opt(row->since, since) &&
        same_opt(row->until, now.until) && same_opt(row->due_at, now.due))
        return OK;
    /* The same tier for another term, as after an order told late: segments ask for its end. */
    if (!moved && !same_opt(row->until, now.until))
        add_line(s, row, row->tier, c->now, "tier.dated",
                 choice_name(&tier_why_choice, (int)s->why));
    str last_day = NO_STR;
    if (now.until.has) last_day = day_text(c->arena, zone_day(c->zone, now.until.value - 1));
    return tx_change(s->t, &c_settled,
                     ARGS(row->member, row->tier, now.rank, since, now.until, now.due, row->changes,
                          c->now, last_day));
}

/* Rows of members without any facts come in between. */
static enum err settle_facts(void *arg, const struct facts *f)
{
    struct settling *s = arg;
    while (s->next < s->rows.n && s->rows.at[s->next].member < f->member) {
        struct facts none = { .member = s->rows.at[s->next].member };
        TRY(settle_row(s, &none));
    }
    if (s->next == s->rows.n || s->rows.at[s->next].member != f->member) return OK;
    return settle_row(s, f);
}

static enum err tell_benefits(const struct settling *s)
{
    for (i64 i = 0; i < s->rises.n; i++) {
        const struct rise *r = &s->rises.at[i];
        if (r->to > r->from) TRY(benefits_on_rise(s->t, r->member, r->from, r->to, r->at));
        else if (r->refund) TRY(benefits_on_fall(s->t, r->member, r->from, r->to));
    }
    return OK;
}

enum err settle_range(struct tx *t, const struct ladder *l, i64 first, i64 last, enum tier_why why,
                      i64 *changed)
{
    struct settling s = { .t = t, .l = l, .why = why };
    if (first == last) TRY(tx_change(t, &c_row, ARGS(first)));
    else TRY(tx_change(t, &c_rows, ARGS(first, last)));
    TRY(db_all(t->c, &q_rows, &s.rows, ARGS(first, last)));
    TRY(facts_each(t->c, l, first, last, settle_facts, &s));
    struct facts nobody = { .member = INT64_MAX };
    TRY(settle_facts(&s, &nobody));
    if (changed) *changed += s.changed;
    if (s.lines.n) TRY(timeline_append_all(t, s.lines.at, s.lines.n));
    return tell_benefits(&s);
}

enum err tier_settle(struct tx *t, i64 member)
{
    struct ladder l;
    opt_instant since;
    TRY(programme_open(t->c, &since));
    if (!since.has) return OK;
    TRY(ladder_live(t->c, &l));
    return settle_range(t, &l, member, member, WHY_REFUND, NULL);
}

/* -- orders ------------------------------------------------------------------------------------ */

static int by_number(const void *a, const void *b)
{
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

/* In order of member, so that writers side by side never wait for each other in a circle. */
static enum err orders_changed(struct tx *t, const struct order_change *at, i64 n)
{
    struct ladder l;
    opt_instant since;
    i64 *members = NEWS(t->c->arena, i64, 2 * n), count = 0;
    for (i64 i = 0; i < n; i++) {
        if (at[i].member > 0) members[count++] = at[i].member;
        if (at[i].was > 0 && at[i].was != at[i].member) members[count++] = at[i].was;
    }
    if (!count) return OK;
    TRY(programme_open(t->c, &since));
    if (!since.has) return OK;
    qsort(members, (size_t)count, sizeof *members, by_number);
    TRY(ladder_live(t->c, &l));
    for (i64 i = 0; i < count; i++)
        if (!i || members[i] != members[i - 1])
            TRY(settle_range(t, &l, members[i], members[i], WHY_REFUND, NULL));
    return OK;
}

const struct order_listener tiers_orders = { .room = "tiers", .changed = orders_changed };

/* -- merges ------------------------------------------------------------------------------------ */

CHANGE(c_gone, "UPDATE tier_member SET rank = 0, due_at = NULL, gone = TRUE WHERE member = $1");
CHANGE(c_back, "UPDATE tier_member SET gone = FALSE WHERE member = $1");

static enum err anew(struct tx *t, i64 one, i64 other)
{
    struct ladder l;
    opt_instant since;
    TRY(programme_open(t->c, &since));
    if (!since.has) return OK;
    TRY(ladder_live(t->c, &l));
    TRY(settle_range(t, &l, one, one, WHY_MERGED, NULL));
    return other ? settle_range(t, &l, other, other, WHY_MERGED, NULL) : OK;
}

/* The loser's history and appointments stay under his id and are read with the living one's. */
static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    TRY(tx_change(t, &c_gone, ARGS(loser)));
    return anew(t, winner, 0);
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    TRY(tx_change(t, &c_back, ARGS(loser)));
    return anew(t, loser < winner ? loser : winner, loser < winner ? winner : loser);
}

const struct merge_listener tiers_merges = { .room = "tiers", .moved = moved, .parted = parted };
