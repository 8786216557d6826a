/* due.c -- what comes with time: packs when a term and its months begin, reminders, the end. */
#include "loyalty/membership/inside.h"
#include "store/setting.h"

enum { AT_ONCE = 100 };

QUERY(q_due, term,
      "SELECT " TERM " FROM membership_term WHERE due_on <= $1"
      " ORDER BY due_on, member, number LIMIT $2");
QUERY(q_ending, term,
      "SELECT " TERM " FROM membership_term WHERE NOT closed AND ends_on <= $1"
      " AND (ends_on, member, number) > ($2, $3, $4)"
      " ORDER BY ends_on, member, number LIMIT $5");
CHANGE(c_given, "UPDATE membership_term SET months_given = $3, due_on = $4"
                " WHERE member = $1 AND number = $2 AND state = 'paid'");
CHANGE(c_reminded, "UPDATE membership_term SET reminded = $3 WHERE member = $1 AND number = $2"
                   " AND (reminded IS NULL OR reminded > $3)");
CHANGE(c_ended, "UPDATE membership_term SET closed = TRUE WHERE member = $1 AND number = $2"
                " AND NOT closed");
QUERY(q_one, term, "SELECT " TERM " FROM membership_term WHERE member = $1 AND number = $2");

/* -- packs ------------------------------------------------------------------------------------- */

static i64 month_begins(const struct term *m, i64 month)
{
    return month_add((day)m->anchor, (i32)(m->from_month + month));
}

static enum err give_month(struct tx *t, const struct term *m)
{
    struct arena *a = t->c->arena;
    long long number = m->number, month = m->months_given;
    struct reward_why why = { .reason = S("membership") };
    if (m->months_given == 0) {
        why.id = str_fmt(a, "paid:%lld:start", number);
        TRY(pack_give(t, m->member, str_fmt(a, "plan-" STR_FMT, STR_ARG(m->plan)), why));
    }
    why.id = str_fmt(a, "paid:%lld:m%lld", number, month);
    return pack_give(t, m->member, str_fmt(a, "plan-" STR_FMT "-month", STR_ARG(m->plan)), why);
}

enum err term_give_due(struct tx *t, struct term *m)
{
    i64 today = today_of(t->c), before = m->months_given;
    while (m->months_given < m->months && month_begins(m, m->months_given) <= today) {
        TRY(give_month(t, m));
        m->months_given++;
    }
    if (m->months_given == before) return OK;
    opt_i64 next = m->months_given < m->months ? SOME(month_begins(m, m->months_given)) : NONE;
    return tx_change(t, &c_given, ARGS(m->member, m->number, m->months_given, next));
}

static enum err give_some(struct tx *t, void *arg)
{
    struct term_list due = { 0 };
    i64 *n = arg;
    TRY(db_all(t->c, &q_due, &due, ARGS(today_of(t->c), (i64)AT_ONCE)));
    for (i64 i = 0; i < due.n; i++) {
        struct term m;
        bool found;
        TRY(programme_lock(t, due.at[i].member));
        TRY(db_find(t->c, &q_one, &m, &found, ARGS(due.at[i].member, due.at[i].number)));
        if (found && m.state == TERM_PAID) TRY(term_give_due(t, &m));
    }
    *n = due.n;
    return OK;
}

/* -- reminders and the end --------------------------------------------------------------------- */

/* Another paid term goes on after this one. */
static enum err goes_on(struct ctx *c, const struct term *m, bool *out)
{
    struct term_list terms;
    *out = false;
    TRY(terms_of(c, m->member, &terms));
    for (i64 i = 0; i < terms.n; i++)
        *out |= terms.at[i].state == TERM_PAID && terms.at[i].ends_on > m->ends_on;
    return OK;
}

struct sweep {
    ints days; /* before the end */
    struct term_list some;
};

static enum err end_one(struct tx *t, const struct term *m)
{
    bool on;
    i64 rows;
    TRY(tx_change_rows(t, &c_ended, &rows, ARGS(m->member, m->number)));
    if (!rows) return OK;
    TRY(goes_on(t->c, m, &on));
    return on ? OK : term_line(t, m, "ended", NONE);
}

/* Only the nearest of the days that have come. */
static enum err remind_one(struct tx *t, const struct term *m, ints days)
{
    i64 left = m->ends_on - today_of(t->c), nearest = 0, rows;
    bool on;
    for (i64 i = 0; i < days.n; i++)
        if (days.at[i] >= left && (!nearest || days.at[i] < nearest)) nearest = days.at[i];
    if (!nearest || (m->reminded.has && m->reminded.value <= nearest)) return OK;
    TRY(goes_on(t->c, m, &on));
    if (on) return OK;
    TRY(tx_change_rows(t, &c_reminded, &rows, ARGS(m->member, m->number, nearest)));
    return rows ? term_line(t, m, "ending", NONE) : OK;
}

static enum err sweep_some(struct tx *t, void *arg)
{
    struct sweep *s = arg;
    i64 today = today_of(t->c);
    for (i64 i = 0; i < s->some.n; i++) {
        struct term m;
        bool found;
        TRY(programme_lock(t, s->some.at[i].member));
        TRY(db_find(t->c, &q_one, &m, &found, ARGS(s->some.at[i].member, s->some.at[i].number)));
        if (!found || m.state != TERM_PAID) continue;
        TRY(m.ends_on <= today ? end_one(t, &m) : remind_one(t, &m, s->days));
    }
    return OK;
}

enum err membership_due(struct store *s, struct ctx *c)
{
    struct sweep sweep = { 0 };
    i64 furthest = 0;
    struct term last = { 0 };
    for (i64 n = AT_ONCE; n == AT_ONCE;) {
        struct arena_mark mark = arena_mark(c->arena);
        enum err e = store_write(s, c, give_some, &n);
        arena_rewind(c->arena, mark);
        TRY(e);
    }
    TRY(setting_list(c, "membership.remind_days", &sweep.days));
    for (i64 i = 0; i < sweep.days.n; i++)
        if (sweep.days.at[i] > furthest) furthest = sweep.days.at[i];
    do {
        struct arena_mark mark = arena_mark(c->arena);
        sweep.some = (struct term_list){ 0 };
        enum err e = db_all(
            c, &q_ending, &sweep.some,
            ARGS(today_of(c) + furthest, last.ends_on, last.member, last.number, (i64)AT_ONCE));
        if (e == OK && sweep.some.n) e = store_write(s, c, sweep_some, &sweep);
        if (e == OK && sweep.some.n) last = sweep.some.at[sweep.some.n - 1];
        i64 n = sweep.some.n;
        arena_rewind(c->arena, mark);
        TRY(e);
        sweep.some.n = n;
    } while (sweep.some.n == AT_ONCE);
    return OK;
}

/* -- merges: terms go along; the later end counts ---------------------------------------------- */

QUERY(q_numbers, one_i64, "SELECT number AS value FROM membership_term WHERE member = $1");
CHANGE(c_move, "UPDATE membership_term SET member = $2 WHERE member = $1 AND number = $3");

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct one_i64_list numbers = { 0 };
    TRY(db_all(t->c, &q_numbers, &numbers, ARGS(loser)));
    for (i64 i = 0; i < numbers.n; i++) {
        TRY(tx_change(t, &c_move, ARGS(loser, winner, numbers.at[i].value)));
        TRY(merge_note(t, merge, "membership", numbers.at[i].value));
    }
    return OK;
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    for (i64 i = 0; i < noted.n; i++) TRY(tx_change(t, &c_move, ARGS(winner, loser, noted.at[i])));
    return OK;
}

const struct merge_listener membership_merges = { .room = "membership",
                                                  .moved = moved,
                                                  .parted = parted };
