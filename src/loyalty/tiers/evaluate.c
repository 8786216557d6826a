/* evaluate.c -- keeps what is written of everybody's tiers up with time, the ladder and the
 * settings; and checks it. */
#include <stdlib.h>

#include "job/pace.h"
#include "loyalty/programme.h"
#include "loyalty/tiers/inside.h"
#include "store/setting.h"

enum { DUE_AT_ONCE = 200, MEMBERS_AT_ONCE = 500, MEMBERS_LEAST = 50 };

QUERY(
    q_due, one_i64,
    "SELECT member AS value FROM tier_member WHERE due_at <= $1 ORDER BY due_at, member LIMIT $2");
QUERY(q_basis, one_str, "SELECT basis AS value FROM tier_evaluated WHERE id = 1");
CHANGE(c_basis, "INSERT INTO tier_evaluated (id, basis, at) VALUES (1, $1, $2)"
                " ON CONFLICT (id) DO UPDATE SET basis = excluded.basis, at = excluded.at");
QUERY(q_version, one_i64,
      "SELECT version AS value FROM tier_ladder WHERE live IS NOT NULL"
      " ORDER BY live DESC LIMIT 1");

struct stretch {
    const struct one_i64_list *members; /* or */
    i64 first, last;
    enum tier_why why;
    i64 changed;
};

static int by_number(const void *a, const void *b)
{
    i64 x = ((const struct one_i64 *)a)->value, y = ((const struct one_i64 *)b)->value;
    return (x > y) - (x < y);
}

static enum err settle_stretch(struct tx *t, void *arg)
{
    struct stretch *s = arg;
    struct ladder l;
    s->changed = 0;
    TRY(ladder_live(t->c, &l));
    if (!s->members) return settle_range(t, &l, s->first, s->last, s->why, &s->changed);
    for (i64 i = 0; i < s->members->n; i++) {
        i64 member = s->members->at[i].value;
        TRY(settle_range(t, &l, member, member, s->why, &s->changed));
    }
    return OK;
}

static enum err settle_due(struct store *s, struct ctx *c)
{
    i64 n;
    do {
        struct arena_mark mark = arena_mark(c->arena);
        struct one_i64_list due = { 0 };
        struct stretch stretch = { .members = &due, .why = WHY_REFUND };
        enum err e = db_all(c, &q_due, &due, ARGS(c->now, (i64)DUE_AT_ONCE));
        if (due.n) qsort(due.at, (size_t)due.n, sizeof *due.at, by_number);
        if (e == OK && due.n) e = store_write(s, c, settle_stretch, &stretch);
        n = due.n;
        arena_rewind(c->arena, mark);
        TRY(e);
    } while (n == DUE_AT_ONCE);
    return OK;
}

enum err tiers_evaluate(struct store *s, struct ctx *c, i64 *changed)
{
    i64 first, last;
    *changed = 0;
    TRY(facts_range(c, &first, &last));
    struct pace pace = { .n = MEMBERS_AT_ONCE, .least = MEMBERS_LEAST, .most = FACTS_AT_ONCE };
    for (i64 from = first, to; from <= last; from = to + 1) {
        struct arena_mark mark = arena_mark(c->arena);
        to = last - from < pace.n ? last : from + pace.n - 1;
        struct stretch stretch = { .first = from, .last = to, .why = WHY_RULES };
        pace_begin(&pace);
        enum err e = store_write(s, c, settle_stretch, &stretch);
        pace_end(&pace);
        *changed += stretch.changed;
        arena_rewind(c->arena, mark);
        TRY(e);
    }
    return OK;
}

/* What the tiers of everybody hang on, besides facts. */
static enum err basis_now(struct ctx *c, instant since, str *out)
{
    struct one_i64 version;
    bool before;
    TRY(db_get(c, &q_version, &version, NO_ARGS));
    TRY(setting_flag(c, "tiers.count_before", &before));
    *out = str_fmt(c->arena, "%lld %lld %d %s", (long long)version.value, (long long)since, before,
                   zone_name(c->zone));
    return OK;
}

static enum err write_basis(struct tx *t, void *arg)
{
    return tx_change(t, &c_basis, ARGS(*(str *)arg, t->c->now));
}

enum err tiers_keep_up(struct store *s, struct ctx *c)
{
    opt_instant since;
    struct one_str was;
    bool found;
    str basis;
    i64 changed;
    TRY(programme_open(c, &since));
    if (!since.has) return OK;
    TRY(basis_now(c, since.value, &basis));
    TRY(db_find(c, &q_basis, &was, &found, NO_ARGS));
    if (found && str_eq(was.value, basis)) return settle_due(s, c);
    TRY(tiers_evaluate(s, c, &changed));
    return store_write(s, c, write_basis, &basis);
}

/* -- koi doctor -------------------------------------------------------------------------------- */

QUERY(q_written, tier_row,
      "SELECT member, tier, rank, since, until, due_at, changes, settled_at FROM tier_member"
      " WHERE member >= $1 AND member <= $2 AND NOT gone ORDER BY member");
/* Steps that do not begin where the last one ended. */
QUERY(q_broken, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT from_tier, LAG(to_tier, 1, '') OVER (PARTITION BY"
      " member ORDER BY number) AS was FROM tier_change) AS h WHERE from_tier <> was");
QUERY(q_last_steps, one_i64,
      "SELECT COUNT(*) AS value FROM tier_member m LEFT JOIN tier_change h ON h.member = m.member"
      " AND h.number = m.changes WHERE m.tier <> COALESCE(h.to_tier, '')");

struct checking {
    struct ctx *c;
    const struct ladder *l;
    struct tier_row_list rows;
    i64 next, wrong;
};

static enum err check_row(void *arg, const struct facts *f)
{
    struct checking *k = arg;
    for (; k->next < k->rows.n && k->rows.at[k->next].member < f->member; k->next++)
        k->wrong += k->rows.at[k->next].rank != 0;
    bool has = k->next < k->rows.n && k->rows.at[k->next].member == f->member;
    const struct tier_row *row = has ? &k->rows.at[k->next++] : NULL;
    /* what the job has still to write down is not wrong for an hour */
    instant at = k->c->now;
    if (row && row->due_at.has && row->due_at.value <= at && row->due_at.value > at - HOUR_MS)
        at = row->due_at.value - 1;
    struct standing s = climb(k->l, k->c->zone, f, at, false, k->c->arena, NULL);
    k->wrong +=
        row ? row->rank != s.rank || !str_eq(row->tier, ladder_code(k->l, s.rank)) : s.rank != 0;
    return OK;
}

enum err tiers_check(struct ctx *c, i64 *wrong)
{
    struct checking k = { .c = c };
    struct ladder l;
    struct one_i64 broken, last_steps;
    struct one_str was;
    opt_instant since;
    bool found;
    str basis;
    i64 first, last;
    *wrong = 0;
    TRY(programme_open(c, &since));
    if (!since.has) return OK;
    TRY(basis_now(c, since.value, &basis));
    TRY(db_find(c, &q_basis, &was, &found, NO_ARGS));
    TRY(store_snapshot(c));
    TRY(ladder_live(c, &l));
    TRY(db_get(c, &q_broken, &broken, NO_ARGS));
    TRY(db_get(c, &q_last_steps, &last_steps, NO_ARGS));
    *wrong = broken.value + last_steps.value;
    if (!found || !str_eq(was.value, basis)) return OK; /* everybody is about to be evaluated */
    TRY(facts_range(c, &first, &last));
    k.l = &l;
    for (i64 from = first; from <= last; from += MEMBERS_AT_ONCE) {
        struct arena_mark mark = arena_mark(c->arena);
        k.rows = (struct tier_row_list){ 0 };
        k.next = 0;
        enum err e = db_all(c, &q_written, &k.rows, ARGS(from, from + MEMBERS_AT_ONCE - 1));
        if (e == OK) e = facts_each(c, &l, from, from + MEMBERS_AT_ONCE - 1, check_row, &k);
        for (; k.next < k.rows.n; k.next++) k.wrong += k.rows.at[k.next].rank != 0;
        arena_rewind(c->arena, mark);
        TRY(e);
    }
    *wrong += k.wrong;
    return OK;
}
