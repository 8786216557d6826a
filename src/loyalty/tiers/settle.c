/* settle.c -- writes down what time and deeds have made of members' tiers.
 *
 * What must stay true
 *   1. Changes come one after another (decision 0005): who settles a member sees all that was
 * settled before.
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

QUERY(q_rows, tier_row,
      "SELECT member, tier, rank, since, until, due_at, changes, settled_at, gone FROM tier_member"
      " WHERE member >= $1 AND member <= $2 ORDER BY member");
CHANGE(c_settled,
       "INSERT INTO tier_member (member, tier, rank, since, until, due_at, changes, settled_at,"
       " last_day, gone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, FALSE)"
       " ON CONFLICT (member) DO UPDATE SET tier = excluded.tier, rank = excluded.rank,"
       " since = excluded.since, until = excluded.until, due_at = excluded.due_at,"
       " changes = excluded.changes, settled_at = excluded.settled_at,"
       " last_day = excluded.last_day");
CHANGE(c_change,
       "INSERT INTO tier_change (member, number, at, from_tier, to_tier, why, until, noted_at)"
       " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
/* Whose purchases count for nothing, as long as they do not: below the first. */
CHANGE(c_rows,
       "INSERT INTO tier_member (member, tier, rank, changes, settled_at, gone)"
       " SELECT m.member, '', 0, 0, 0, FALSE FROM (SELECT DISTINCT member FROM purchase_order"
       "  WHERE bought_at IS NOT NULL AND member >= $1 AND member <= $2)"
       " AS m WHERE m.member > 0 ORDER BY m.member ON CONFLICT (member) DO NOTHING");

/* What benefits are told once all is written. */
struct fall {
    i64 rises; /* so many rises come before it */
    i64 member, from, to;
};

/* Rows to be written. */
enum { STEP_VALUES = 8, SETTLED_VALUES = 9 };
struct step_row {
    struct value at[STEP_VALUES];
};
struct settled_row {
    struct value at[SETTLED_VALUES];
};

struct settling {
    struct tx *t;
    const struct ladder *l;
    enum tier_why why;
    struct tier_row_list rows;
    i64 next; /* of rows */
    struct {
        struct step_row *at;
        i64 n;
    } steps;
    struct {
        struct settled_row *at;
        i64 n;
    } settled;
    struct timeline_line_list lines;
    struct {
        struct tier_rise *at;
        i64 n;
    } rises;
    struct {
        struct fall *at;
        i64 n;
    } falls;
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
static void step(struct settling *s, struct tier_row *row, str to, instant at, enum tier_why why,
                 opt_instant until)
{
    struct ctx *c = s->t->c;
    i64 from_rank = ladder_rank(s->l, row->tier), to_rank = ladder_rank(s->l, to);
    str why_name = choice_name(&tier_why_choice, (int)why);
    const char *kind = why == WHY_KEPT       ? "tier.kept"
                       : to_rank > from_rank ? "tier.upgraded"
                                             : "tier.downgraded";
    add_line(s, row, to, at, kind, why_name);
    *PUSH(c->arena, &s->steps) =
        (struct step_row){ { V(row->member), V(++row->changes), V(at), V(row->tier), V(to),
                             V(why_name), V(until), V(c->now) } };
    row->tier = to;
    if (to_rank > from_rank)
        *PUSH(c->arena, &s->rises) = (struct tier_rise){ row->member, from_rank, to_rank, at };
    else if (to_rank < from_rank && why == WHY_REFUND)
        *PUSH(c->arena, &s->falls) = (struct fall){ s->rises.n, row->member, from_rank, to_rank };
}

/* What time did since he was last settled; what else became known lies between. */
static void steps(struct settling *s, struct tier_row *row, const struct standing *now,
                  const struct turns *turns)
{
    struct ctx *c = s->t->c;
    enum tier_why up = s->why == WHY_REFUND ? WHY_QUALIFIED : s->why;
    for (i64 i = 0; i < turns->n; i++) {
        const struct turn *turn = &turns->at[i];
        str from = ladder_code(s->l, turn->from), to = ladder_code(s->l, turn->to);
        if (turn->at <= row->settled_at) continue;
        if (!str_eq(row->tier, from))
            step(s, row, from, turn->at,
                 ladder_rank(s->l, from) > ladder_rank(s->l, row->tier) ? up : s->why, NONE);
        step(s, row, to, turn->at, turn->why, i == turns->n - 1 ? now->until : NONE);
    }
    str to = ladder_code(s->l, now->rank);
    if (!str_eq(row->tier, to))
        step(s, row, to, c->now, now->rank > ladder_rank(s->l, row->tier) ? up : s->why,
             now->until);
}

static bool same_opt(opt_i64 a, opt_i64 b)
{
    return a.has == b.has && (!a.has || a.value == b.value);
}

static void settle_row(struct settling *s, struct tier_row *row, const struct facts *f)
{
    struct ctx *c = s->t->c;
    struct turns turns = { 0 };
    struct standing now = climb(s->l, c->zone, f, c->now, false, c->arena, &turns);
    opt_instant since = now.rank ? SOME(now.since) : NONE;
    i64 changes = row->changes;
    steps(s, row, &now, &turns);
    bool moved = row->changes != changes;
    s->changed += moved;
    if (!moved && row->rank == now.rank && same_opt(row->since, since) &&
        same_opt(row->until, now.until) && same_opt(row->due_at, now.due))
        return;
    /* The same tier for another term, as after an order told late: segments ask for its end. */
    if (!moved && !same_opt(row->until, now.until))
        add_line(s, row, row->tier, c->now, "tier.dated",
                 choice_name(&tier_why_choice, (int)s->why));
    str last_day = NO_STR;
    if (now.until.has) last_day = day_text(c->arena, zone_day(c->zone, now.until.value - 1));
    *PUSH(c->arena, &s->settled) =
        (struct settled_row){ { V(row->member), V(row->tier), V(now.rank), V(since), V(now.until),
                                V(now.due), V(row->changes), V(c->now), V(last_day) } };
}

/* Up to this member: rows of those without any facts come in between. */
static void settle_rows(struct settling *s, i64 member)
{
    for (; s->next < s->rows.n && s->rows.at[s->next].member < member; s->next++) {
        struct tier_row *row = &s->rows.at[s->next];
        struct facts none = { .member = row->member };
        if (!row->gone) settle_row(s, row, &none);
    }
}

static enum err settle_facts(void *arg, const struct facts *f)
{
    struct settling *s = arg;
    settle_rows(s, f->member);
    bool is = s->next < s->rows.n && s->rows.at[s->next].member == f->member;
    struct tier_row fresh = { .member = f->member, .tier = S("") };
    struct tier_row *row = is ? &s->rows.at[s->next++] : &fresh;
    i64 settled = s->settled.n;
    if (f->member <= 0 || row->gone) return OK;
    settle_row(s, row, f);
    if (!is && s->settled.n == settled)
        *PUSH(s->t->c->arena, &s->settled) =
            (struct settled_row){ { V(f->member), V(S("")), V(0), V(NONE), V(NONE), V(NONE), V(0),
                                    V(0), V(NO_STR) } };
    return OK;
}

/* In the order in which it happened. */
static enum err tell_benefits(const struct settling *s)
{
    i64 told = 0;
    for (i64 i = 0; i < s->falls.n; i++) {
        const struct fall *f = &s->falls.at[i];
        TRY(benefits_on_rises(s->t, s->rises.at + told, f->rises - told));
        TRY(benefits_on_fall(s->t, f->member, f->from, f->to));
        told = f->rises;
    }
    return benefits_on_rises(s->t, s->rises.at + told, s->rises.n - told);
}

static enum err settle_more(struct settling *s, i64 first, i64 last)
{
    s->next = 0;
    TRY(db_all(s->t->c, &q_rows, &s->rows, ARGS(first, last)));
    TRY(facts_each(s->t->c, s->l, first, last, settle_facts, s));
    settle_rows(s, INT64_MAX);
    return OK;
}

static enum err settle_end(struct settling *s)
{
    struct tx *t = s->t;
    if (s->steps.n)
        TRY(tx_change_each(t, &c_change, s->steps.n,
                           (struct args){ s->steps.at->at, (int)(STEP_VALUES * s->steps.n) }));
    if (s->settled.n)
        TRY(tx_change_each(
            t, &c_settled, s->settled.n,
            (struct args){ s->settled.at->at, (int)(SETTLED_VALUES * s->settled.n) }));
    TRY(timeline_append_all(t, s->lines.at, s->lines.n));
    return tell_benefits(s);
}

enum err settle_range(struct tx *t, const struct ladder *l, i64 first, i64 last, enum tier_why why,
                      i64 *changed)
{
    struct settling s = { .t = t, .l = l, .why = why };
    bool before;
    TRY(settle_more(&s, first, last));
    TRY(settle_end(&s));
    if (changed) *changed += s.changed;
    if (first == last) return OK;
    TRY(setting_flag(t->c, "tiers.count_before", &before));
    return before ? OK : tx_change(t, &c_rows, ARGS(first, last));
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
    struct settling s = { .t = t, .l = &l, .why = WHY_REFUND };
    for (i64 i = 0; i < count; i++)
        if (!i || members[i] != members[i - 1]) TRY(settle_more(&s, members[i], members[i]));
    return settle_end(&s);
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
