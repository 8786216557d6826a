/* remind.c -- points that end soon: one line "points.expiring" a member, last day and step, which
 * journeys wait for.
 *
 * A step is so many days before the last day (setting points.remind_days: 30,7,1). Points get the
 * smallest step that has come and was not told: who gets points that last five days is told by the
 * step of seven, once, and by the step of one. The job reads members in order; only what is to be
 * told is written, of as many members at a time as others can wait for (job/pace.h).
 */
#include "base/num.h"
#include "job/pace.h"
#include "loyalty/points/inside.h"
#include "timeline/timeline.h"

enum { STEPS_MAX = 5, STEP_DAYS_MAX = 365 };
enum { MEMBERS_AT_ONCE = 500, MEMBERS_LEAST = 50, MEMBERS_MOST = 4000 };

QUERY(q_last_member, one_opt,
      "SELECT MAX(member) AS value FROM ledger_account WHERE unit = '" POINT "' AND name = ''");
#define FIELDS_OF_ending(X, N)         \
    X(i64, member, ANY, "", N)         \
    X(instant, expires_at, ANY, "", N) \
    X(i64, amount, ANY, "", N)
SHAPE(ending);
SHAPE_DEFINE(ending);
QUERY(q_ending, ending,
      "SELECT member, expires_at, CAST(SUM(remaining - held) AS BIGINT) AS amount FROM ledger_lot"
      " WHERE member >= $1 AND member <= $2 AND unit = '" POINT "' AND name = '' AND remaining > 0"
      " AND expires_at > $3 AND expires_at <= $4 GROUP BY member, expires_at"
      " HAVING SUM(remaining - held) > 0 ORDER BY member, expires_at");
#define FIELDS_OF_reminded(X, N) \
    X(i64, member, ANY, "", N)   \
    X(i64, on_day, ANY, "", N)   \
    X(i64, step, ANY, "", N)
SHAPE(reminded);
SHAPE_DEFINE(reminded);
QUERY(q_reminded, reminded,
      "SELECT member, on_day, step FROM points_reminder WHERE member >= $1 AND member <= $2"
      " ORDER BY member, on_day, step");
CHANGE(c_remind, "INSERT INTO points_reminder (member, on_day, step) VALUES ($1, $2, $3)");
CHANGE(c_forget, "DELETE FROM points_reminder WHERE member >= $1 AND member <= $2 AND on_day < $3");

/* -- the setting ------------------------------------------------------------------------------- */

struct steps {
    i64 days[STEPS_MAX]; /* rising */
    i64 n;
};

static bool steps_read(struct arena *a, str text, struct steps *out)
{
    strs parts = str_split(a, text, ',');
    *out = (struct steps){ 0 };
    for (i64 i = 0; i < parts.n; i++) {
        i64 days, k = out->n;
        if (!i64_parse(parts.at[i], &days) || days < 1 || days > STEP_DAYS_MAX ||
            out->n == STEPS_MAX)
            return false;
        for (; k > 0 && out->days[k - 1] > days; k--) out->days[k] = out->days[k - 1];
        out->days[k] = days;
        out->n++;
    }
    return true;
}

enum err points_remind_check(struct ctx *c, str value)
{
    struct steps steps;
    if (steps_read(c->arena, value, &steps)) return OK;
    return fail(c, E_INVALID, "请写成 30,7,1：至多 %d 个提前天数，各 1 至 %d；留空为不提醒",
                "write days like 30,7,1: at most %d of them, 1 to %d each; empty: no reminders",
                STEPS_MAX, STEP_DAYS_MAX);
}

/* -- what is to be told ------------------------------------------------------------------------ */

struct reminder {
    i64 member, step, amount;
    day on;
};
struct round {
    struct ctx *c;
    struct steps steps;
    day today;
    i64 first, last; /* members */
    struct ending_list ending;
    struct reminded_list told;
    struct {
        struct reminder *at;
        i64 n;
    } due;
    bool old; /* something told is past */
};

static bool was_told(const struct round *r, const struct reminder *m)
{
    i64 low = 0, high = r->told.n;
    while (low < high) {
        i64 middle = (low + high) / 2;
        const struct reminded *is = &r->told.at[middle];
        bool before = is->member != m->member ? is->member < m->member
                      : is->on_day != m->on   ? is->on_day < m->on
                                              : is->step < m->step;
        if (before) low = middle + 1;
        else high = middle;
    }
    const struct reminded *is = low < r->told.n ? &r->told.at[low] : NULL;
    return is && is->member == m->member && is->on_day == m->on && is->step == m->step;
}

static void find_due(struct round *r)
{
    for (i64 i = 0; i < r->ending.n;) {
        const struct ending *e = &r->ending.at[i];
        struct reminder m = { .member = e->member, .on = zone_day(r->c->zone, e->expires_at - 1) };
        for (; i < r->ending.n && r->ending.at[i].member == m.member &&
               zone_day(r->c->zone, r->ending.at[i].expires_at - 1) == m.on;
             i++)
            m.amount += r->ending.at[i].amount;
        for (i64 k = r->steps.n - 1; k >= 0; k--)
            if (r->steps.days[k] >= m.on - r->today) m.step = r->steps.days[k];
        if (m.step && !was_told(r, &m)) *PUSH(r->c->arena, &r->due) = m;
    }
}

static struct timeline_line line_of(struct tx *t, const struct round *r, const struct reminder *m)
{
    struct arena *a = t->c->arena;
    str on = day_text(a, m->on);
    return (struct timeline_line){
        .at = t->c->now,
        .member = m->member,
        .kind = S("points.expiring"),
        .subject = str_fmt(a, "points:" STR_FMT, STR_ARG(on)),
        .props = str_fmt(a, "{\"points\":%lld,\"on\":\"" STR_FMT "\",\"days\":%lld,\"step\":%lld}",
                         (long long)m->amount, STR_ARG(on), (long long)(m->on - r->today),
                         (long long)m->step),
    };
}

/* What was told is asked again where nobody else can be telling it. */
static enum err write_due(struct tx *t, void *arg)
{
    enum { VALUES = 3 };
    struct round now = *(const struct round *)arg;
    struct value *values = NEWS(t->c->arena, struct value, now.due.n * VALUES);
    struct timeline_line_list lines = { NEWS(t->c->arena, struct timeline_line, now.due.n), 0 };
    TRY(db_all(t->c, &q_reminded, &now.told, ARGS(now.first, now.last)));
    for (i64 i = 0; i < now.due.n; i++) {
        const struct reminder *m = &now.due.at[i];
        if (was_told(&now, m)) continue;
        struct value *v = values + VALUES * lines.n;
        v[0] = V(m->member);
        v[1] = V((i64)m->on);
        v[2] = V(m->step);
        lines.at[lines.n++] = line_of(t, &now, m);
    }
    TRY(tx_change_each(t, &c_remind, lines.n, (struct args){ values, (int)(VALUES * lines.n) }));
    if (now.old) TRY(tx_change(t, &c_forget, ARGS(now.first, now.last, (i64)now.today)));
    return timeline_append_all(t, lines.at, lines.n);
}

static enum err remind_some(struct store *s, struct round *r)
{
    struct ctx *c = r->c;
    instant until = zone_midnight(c->zone, r->today + (day)r->steps.days[r->steps.n - 1] + 1);
    TRY(db_all(c, &q_ending, &r->ending, ARGS(r->first, r->last, c->now, until)));
    TRY(db_all(c, &q_reminded, &r->told, ARGS(r->first, r->last)));
    for (i64 i = 0; i < r->told.n; i++) r->old = r->old || r->told.at[i].on_day < r->today;
    find_due(r);
    return r->due.n || r->old ? store_write(s, c, write_due, r) : OK;
}

enum err points_remind(struct store *s, struct ctx *c)
{
    struct steps steps;
    struct one_opt last;
    str text;
    TRY(setting_text(c, "points.remind_days", &text));
    if (!steps_read(c->arena, text, &steps) || !steps.n) return OK;
    TRY(db_get(c, &q_last_member, &last, NO_ARGS));
    struct pace pace = { .n = MEMBERS_AT_ONCE, .least = MEMBERS_LEAST, .most = MEMBERS_MOST };
    for (i64 first = 1; last.value.has && first <= last.value.value;) {
        struct arena_mark mark = arena_mark(c->arena);
        struct round r = { .c = c,
                           .steps = steps,
                           .today = zone_day(c->zone, c->now),
                           .first = first,
                           .last = first + pace.n - 1 };
        pace_begin(&pace);
        enum err e = remind_some(s, &r);
        pace_end(&pace);
        first = r.last + 1;
        arena_rewind(c->arena, mark);
        TRY(e);
    }
    return OK;
}
