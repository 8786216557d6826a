/* done.c -- the one way in which something gets done: it is allowed, it counts once, it gives.
 *
 * Invariants
 *   1. A row of task_done for what counts; one for (member, task, key, origin). Who has the key
 *      under any origin has done it.
 *   2. Whoever counts holds programme_lock of the member, so what is allowed is counted alone.
 *   3. A task with a total has a house account whose cap it is: the account has one for each row
 *      that is not undone.
 *   4. A reward's id follows from task, key and place.
 */
#include "base/json.h"
#include "loyalty/join.h"
#include "loyalty/tasks/inside.h"
#include "loyalty/tiers.h"

/* 1970-01-05 was a Monday. */
enum { MONDAY = 4 };

day period_begin(enum task_often often, day on)
{
    struct civil at = day_civil(on);
    switch (often) {
    case OFTEN_DAY: return on;
    case OFTEN_WEEK: return on - ((on - MONDAY) % 7 + 7) % 7;
    case OFTEN_MONTH: return day_of(at.year, at.month, 1);
    default: return day_of(1, 1, 1);
    }
}

static day period_end(enum task_often often, day on)
{
    switch (often) {
    case OFTEN_DAY: return on + 1;
    case OFTEN_WEEK: return period_begin(often, on) + 7;
    case OFTEN_MONTH: return month_add(period_begin(often, on), 1);
    default: return day_of(9999, 12, 31);
    }
}

/* -- is it allowed ----------------------------------------------------------------------------- */

QUERY(q_same, one_i64,
      "SELECT number AS value FROM task_done WHERE member = $1 AND task = $2 AND key = $3");
#define FIELDS_OF_times_done(X, N) \
    X(i64, period, ANY, "", N)     \
    X(i64, ever, ANY, "", N)
SHAPE(times_done);
SHAPE_DEFINE(times_done);
QUERY(q_times, times_done,
      "SELECT COUNT(*) AS ever,"
      " COUNT(CASE WHEN on_day >= $3 AND on_day < $4 THEN 1 END) AS period"
      " FROM task_done WHERE member = $1 AND task = $2 AND NOT undone");

static enum err gate_open(struct ctx *c, const struct task *task, i64 member, bool *open)
{
    struct member_tag_view_list tags = { 0 };
    TRY(tier_reaches(c, member, task->tier, open));
    if (!*open || str_empty(task->tag)) return OK;
    str name = str_fold(c->arena, str_trim(task->tag));
    TRY(member_tags(c, member, &tags));
    *open = false;
    for (i64 i = 0; i < tags.n && !*open; i++)
        *open = str_eq(str_fold(c->arena, tags.at[i].tag), name);
    return OK;
}

enum err deed_times(struct ctx *c, const struct task *task, i64 member, day on, i64 *period,
                    i64 *ever)
{
    struct times_done times;
    TRY(db_get(c, &q_times, &times,
               ARGS(member, task->id, period_begin(task->often, on), period_end(task->often, on))));
    *period = times.period;
    *ever = times.ever;
    return OK;
}

struct account task_places(struct ctx *c, i64 task)
{
    return (struct account){ 0, S("stock"), task_subject(c, task) };
}

enum err deed_check(struct ctx *c, const struct deed *d, enum task_result *out)
{
    const struct task *task = d->task;
    struct one_i64 same;
    i64 period, ever;
    struct balance places;
    struct account of = task_places(c, task->id);
    bool found, open;
    TRY(db_find(c, &q_same, &same, &found, ARGS(d->member, task->id, d->key)));
    *out = found                                                  ? TASK_AGAIN
           : !task->opened                                        ? TASK_SHUT
           : task->starts_at.has && d->at < task->starts_at.value ? TASK_EARLY
           : task->ends_at.has && d->at >= task->ends_at.value    ? TASK_OVER
                                                                  : TASK_DONE;
    if (*out != TASK_DONE) return OK;
    TRY(gate_open(c, task, d->member, &open));
    TRY(deed_times(c, task, d->member, d->on, &period, &ever));
    if (!open) *out = TASK_GATED;
    else if (period >= task->times) *out = TASK_PERIOD;
    else if (task->per_member && ever >= task->per_member) *out = TASK_MEMBER;
    if (*out != TASK_DONE || !task->total) return OK;
    TRY(ledger_balance(c, &of, &places));
    if (places.balance >= task->total) *out = TASK_TOTAL;
    return OK;
}

enum err task_refusal(struct ctx *c, enum task_result result)
{
    static const struct {
        enum err err;
        const char *zh, *en;
    } words[] = {
#define X(name, err, zh, en) { err, zh, en },
        TASK_RESULTS(X)
#undef X
    };
    if (words[result].err == OK) return OK;
    return fail(c, words[result].err, "%s", "%s",
                c->locale == ZH ? words[result].zh : words[result].en);
}

/* -- it counts --------------------------------------------------------------------------------- */

CHANGE(c_done, "INSERT INTO task_done (member, task, key, origin, number, on_day, at, check_in,"
               " made_up, undone, review) VALUES ($1, $2, $3, $1, $4, $5, $6, $7, $8, FALSE, $9)");
static str place_id(struct ctx *c, const struct deed *d, i64 member)
{
    return str_fmt(c->arena, "task:%lld:%lld:" STR_FMT, (long long)d->task->id, (long long)member,
                   STR_ARG(d->key));
}

/* *full: another took the last place. */
static enum err take_place(struct tx *t, const struct deed *d, bool *full)
{
    struct ctx *c = t->c;
    struct account to = task_places(c, d->task->id);
    struct transferred moved;
    struct transfer x = { .kind = T_MOVE,
                          .id = place_id(c, d, d->member),
                          .unit = to.unit,
                          .from_name = S(LEDGER_SOURCE),
                          .to_name = to.name,
                          .amount = 1,
                          .reason = S("task") };
    *full = false;
    if (!d->task->total) return OK;
    enum err e = ledger_transfer(t, &x, &moved);
    *full = e == E_UNPROCESSABLE && moved.result == R_ABOVE_CAP;
    return *full ? OK : e;
}

static enum err deed_line(struct tx *t, const struct deed *d, str review, const char *kind)
{
    struct ctx *c = t->c;
    struct buf props = { .arena = c->arena };
    buf_add(&props, S("{\"code\":"));
    json_write_str(&props, d->task->code);
    buf_add(&props, S(",\"kind\":"));
    json_write_str(&props, choice_name(&task_kind_choice, (int)d->task->kind));
    if (!str_empty(review)) buf_add(&props, S(",\"review\":true"));
    if (d->made_up) buf_add(&props, S(",\"made_up\":true"));
    buf_byte(&props, '}');
    struct timeline_line line = { .at = d->at,
                                  .member = d->member,
                                  .kind = str_of(kind),
                                  .subject = task_subject(c, d->task->id),
                                  .props = buf_str(&props) };
    return timeline_append(t, &line);
}

enum err deed_count(struct tx *t, const struct deed *d, struct deed_done *out)
{
    struct ctx *c = t->c;
    bool full;
    *out = (struct deed_done){ .result = TASK_DONE };
    TRY(deed_check(c, d, &out->result));
    if (out->result != TASK_DONE) return OK;
    TRY(take_place(t, d, &full));
    if (full) {
        out->result = TASK_TOTAL;
        return OK;
    }
    TRY(deed_review(c, d, &out->review));
    TRY(tx_take(t, S("task_done"), 1, &out->number));
    TRY(tx_change(t, &c_done,
                  ARGS(d->member, d->task->id, d->key, out->number, d->on, d->at,
                       (bool)(d->task->kind == TASK_CHECK_IN), d->made_up, out->review)));
    return deed_line(t, d, out->review, "task.done");
}

/* -- it gives ---------------------------------------------------------------------------------- */

static str reward_id(struct ctx *c, i64 task, str key, i64 place)
{
    return str_fmt(c->arena, "task:%lld:" STR_FMT ":%lld", (long long)task, STR_ARG(key),
                   (long long)place);
}

enum err deed_give(struct tx *t, const struct deed *d, const struct deed_done *done, str key,
                   const struct reward_list *rewards, const char *of, struct task_got_list *got)
{
    struct ctx *c = t->c;
    for (i64 i = 0; i < rewards->n; i++) {
        const struct reward *r = &rewards->at[i];
        enum reward_result state;
        struct reward_why why = { reward_id(c, d->task->id, key, i), S("task"), done->review };
        TRY(reward_give(t, d->member, r, why, &state));
        if (got)
            *PUSH(c->arena, got) =
                (struct task_got){ str_of(of), r->kind, r->amount, r->credit, r->code, state };
    }
    return OK;
}

enum err deed_do(struct tx *t, const struct deed *d, struct deed_done *out,
                 struct task_got_list *got)
{
    struct task_gifts gifts;
    TRY(deed_count(t, d, out));
    if (out->result != TASK_DONE) return OK;
    TRY(task_gifts_of(t->c, d->task->id, &gifts));
    return deed_give(t, d, out, d->key, &gifts.rewards, "day", got);
}

/* -- it is undone ------------------------------------------------------------------------------ */

#define FIELDS_OF_undoing(X, N) \
    X(i64, origin, ANY, "", N)  \
    X(i64, number, ANY, "", N)
SHAPE(undoing);
SHAPE_DEFINE(undoing);
QUERY(q_not_undone, undoing,
      "SELECT origin, number FROM task_done WHERE member = $1 AND task = $2 AND key = $3"
      " AND NOT undone ORDER BY number");
CHANGE(c_undone, "UPDATE task_done SET undone = TRUE WHERE member = $1 AND task = $2 AND key = $3"
                 " AND origin = $4");

static enum err leave_place(struct tx *t, const struct deed *d, i64 number)
{
    struct ctx *c = t->c;
    struct account from = task_places(c, d->task->id);
    struct transferred moved;
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(c->arena, "task:%lld:undone:%lld", (long long)d->task->id,
                                        (long long)number),
                          .unit = from.unit,
                          .from_name = from.name,
                          .to_name = S(LEDGER_SOURCE),
                          .amount = 1,
                          .reason = S("task") };
    return d->task->total ? ledger_transfer(t, &x, &moved) : OK;
}

enum err deed_undo(struct tx *t, i64 member, const struct task *task, str key, str reason)
{
    struct ctx *c = t->c;
    struct deed d = { .member = member, .task = task, .key = key, .at = c->now };
    struct undoing_list rows = { 0 };
    struct reward_view_list given = { 0 };
    TRY(db_all(c, &q_not_undone, &rows, ARGS(member, task->id, key)));
    if (!rows.n) return OK;
    for (i64 i = 0; i < rows.n; i++) {
        TRY(tx_change(t, &c_undone, ARGS(member, task->id, key, rows.at[i].origin)));
        TRY(leave_place(t, &d, rows.at[i].number));
    }
    TRY(rewards_under(
        c, member, str_fmt(c->arena, "task:%lld:" STR_FMT ":", (long long)task->id, STR_ARG(key)),
        &given));
    for (i64 i = 0; i < given.n; i++) TRY(reward_take_back(t, member, given.at[i].id, reason));
    return deed_line(t, &d, NO_STR, "task.undone");
}
