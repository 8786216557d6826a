/* steps.c -- what an invitation comes to: he joined, he bought; and back when that is undone.
 *
 * It is worked out from the facts as they stand, so that looking again does nothing. Of a person
 * one invitation is his, the first that is not his own; those of ids that became his stay as they
 * are.
 *
 * Invariants
 *   1. Of a person at most one invitation is counted anew at each step.
 *   2. A round of a step gives under its own keys: what was given in a round is taken back with it.
 *   3. Whoever looks holds programme_lock of the member; whoever gives, of the inviter too.
 */
#include "base/num.h"
#include "loyalty/invitations/inside.h"
#include "loyalty/join.h"
#include "loyalty/tasks/inside.h"
#include "loyalty/watch.h"
#include "store/setting.h"
#include "trade/trade.h"

CHANGE(c_counted, "UPDATE invitation SET state = 'counted', at = $4, counts = $5, purchase = $6,"
                  " round = $7, held = FALSE WHERE member = $1 AND number = $2 AND step = $3");
CHANGE(c_held, "UPDATE invitation SET held = TRUE WHERE member = $1 AND number = $2 AND step = $3");
CHANGE(c_released, "UPDATE invitation SET held = FALSE WHERE member = $1 AND number = $2"
                   " AND step = $3");
QUERY(q_held, invitation,
      "SELECT member, number, step, inviter, bound_at, state, at, counts, purchase, round, held"
      " FROM invitation WHERE inviter = $1 AND number = $2 AND state = 'counted' AND held");
CHANGE(c_taken_back, "UPDATE invitation SET state = 'taken_back'"
                     " WHERE member = $1 AND number = $2 AND step = $3");
#define FIELDS_OF_purchase_at(X, N) \
    X(i64, id, ANY, "", N)          \
    X(instant, at, ANY, "", N)
SHAPE(purchase_at);
SHAPE_DEFINE(purchase_at);
QUERY(q_first, purchase_at,
      "SELECT id, bought_at AS at FROM purchase_order WHERE member = $1 AND bought_at IS NOT NULL"
      " ORDER BY bought_at, id LIMIT 1");
#define FIELDS_OF_purchase_now(X, N) \
    X(i64, member, ANY, "", N)       \
    X(flag, stands, ANY, "", N)
SHAPE(purchase_now);
SHAPE_DEFINE(purchase_now);
QUERY(q_purchase, purchase_now,
      "SELECT member, bought_at IS NOT NULL AS stands FROM purchase_order WHERE id = $1");
QUERY(q_invited_any, one_i64, "SELECT number AS value FROM invitation WHERE member = $1 LIMIT 1");
QUERY(q_any, one_i64, "SELECT number AS value FROM invitation LIMIT 1");
QUERY(q_erased, one_i64,
      "SELECT member AS value FROM member WHERE member = $1 AND erased_at IS NOT NULL");

static str step_name(enum invite_counts step)
{
    return choice_name(&invite_counts_choice, (int)step);
}

static str round_key(struct ctx *c, const struct invitation *i)
{
    return str_fmt(c->arena, "friend:%lld:" STR_FMT ":%lld", (long long)i->number,
                   STR_ARG(step_name(i->step)), (long long)i->round);
}

static enum err step_line(struct tx *t, const struct invitation *i, const char *kind, instant at)
{
    struct ctx *c = t->c;
    struct timeline_line line = {
        .at = at,
        .member = i->inviter,
        .kind = str_of(kind),
        .subject = str_fmt(c->arena, "invitation:%lld", (long long)i->number),
        .props = str_fmt(c->arena, "{\"invited\":%lld,\"step\":\"" STR_FMT "\"}",
                         (long long)i->member, STR_ARG(step_name(i->step)))
    };
    return timeline_append(t, &line);
}

/* -- it counts --------------------------------------------------------------------------------- */

/* Something that an earlier round gave for this task is still his. */
static enum err has_some(struct ctx *c, const struct invitation *i, const struct task *task,
                         bool *out)
{
    struct reward_view_list given = { 0 };
    str under =
        str_fmt(c->arena, "task:%lld:friend:%lld:", (long long)task->id, (long long)i->number);
    TRY(rewards_under(c, i->inviter, under, &given));
    *out = false;
    for (i64 k = 0; k < given.n; k++) {
        const struct reward_view *r = &given.at[k];
        bool partly = r->state == REWARD_TAKEN_BACK &&
                      r->taken < (r->credit.has ? r->credit.value : r->amount);
        *out |= partly || r->state == REWARD_GIVEN;
    }
    return OK;
}

/* *held: something of it waits for review. */
static enum err give(struct tx *t, const struct invitation *i, bool *held)
{
    struct ctx *c = t->c;
    struct task_list tasks = { 0 };
    *held = false;
    TRY(task_rows(c, PROVED_INVITE, &tasks));
    for (i64 k = 0; k < tasks.n; k++) {
        struct deed_done done;
        struct task_got_list got = { 0 };
        bool had = false;
        if (!tasks.at[k].opened || tasks.at[k].counts != i->step) continue;
        if (i->round > 1) TRY(has_some(c, i, &tasks.at[k], &had));
        if (had) continue;
        struct deed d = { .member = i->inviter,
                          .task = &tasks.at[k],
                          .key = round_key(c, i),
                          .at = i->at.value,
                          .on = zone_day(c->zone, i->at.value),
                          .friend = i->member };
        TRY(deed_do(t, &d, &done, &got));
        for (i64 r = 0; r < got.n; r++) *held |= got.at[r].state == REWARD_HELD;
    }
    return OK;
}

static enum err count(struct tx *t, struct invitation *i, instant at, opt_i64 purchase)
{
    struct ctx *c = t->c;
    struct one_i64 row;
    bool erased;
    str counts;
    TRY(db_find(c, &q_erased, &row, &erased, ARGS(i->inviter)));
    if (erased) return OK;
    TRY(setting_text(c, "invitations.counts", &counts));
    TRY(programme_lock(t, i->inviter));
    i->at = (opt_instant){ true, at };
    i->counts = str_eq(counts, step_name(i->step));
    i->round++;
    TRY(tx_change(
        t, &c_counted,
        ARGS(i->member, i->number, step_name(i->step), at, i->counts, purchase, i->round)));
    TRY(give(t, i, &i->held));
    if (i->held) return tx_change(t, &c_held, ARGS(i->member, i->number, step_name(i->step)));
    return i->counts ? step_line(t, i, "task.invited", at) : OK;
}

static enum err take_back(struct tx *t, const struct invitation *i)
{
    struct ctx *c = t->c;
    struct task_list tasks = { 0 };
    TRY(programme_lock(t, i->inviter));
    TRY(task_rows(c, PROVED_INVITE, &tasks));
    for (i64 k = 0; k < tasks.n; k++)
        TRY(deed_undo(t, i->inviter, &tasks.at[k], round_key(c, i), S("invitation")));
    TRY(tx_change(t, &c_taken_back, ARGS(i->member, i->number, step_name(i->step))));
    return i->counts && !i->held ? step_line(t, i, "task.uninvited", c->now) : OK;
}

/* -- the facts --------------------------------------------------------------------------------- */

static instant later(instant a, instant b) { return a > b ? a : b; }

/* Whether the step of his invitation is done, when, and by which order. */
static enum err step_done(struct ctx *c, const struct invitation *i, bool *done, instant *at,
                          opt_i64 *purchase)
{
    struct join_view join;
    struct purchase_at first;
    *purchase = NONE;
    if (i->step == COUNTS_AT_ONCE) {
        TRY(join_of(c, i->member, &join));
        *done = join.joined;
        *at = later(i->bound_at, join.joined_at.value);
        return OK;
    }
    TRY(db_find(c, &q_first, &first, done, ARGS(i->member)));
    /* Many sources tell minutes, or days. */
    *done = *done && zone_day(c->zone, first.at) >= zone_day(c->zone, i->bound_at);
    if (!*done) return OK;
    *at = later(first.at, i->bound_at);
    *purchase = (opt_i64){ true, first.id };
    return OK;
}

/* Whether what was counted is to be taken back: he invited himself, the purchase is another's (two
 * were one, and parted), or it was refunded in time. */
static enum err is_undone(struct ctx *c, const struct invitation *i, bool *out)
{
    struct purchase_now now = { 0 };
    bool found;
    i64 days;
    *out = i->inviter == i->member;
    if (*out || !i->purchase.has) return OK;
    TRY(db_find(c, &q_purchase, &now, &found, ARGS(i->purchase.value)));
    *out = found && now.member != i->member;
    if (*out || now.stands) return OK;
    TRY(setting_i64(c, "invitations.return_days", &days));
    *out = c->now < i->at.value + days * DAY_MS;
    return OK;
}

static enum err look_at_step(struct tx *t, struct invitation_list *rows, enum invite_counts step)
{
    struct invitation *his = NULL;
    opt_i64 purchase;
    instant at = 0;
    bool counted = false, done;
    for (i64 k = 0; k < rows->n; k++) {
        struct invitation *i = &rows->at[k];
        bool undone = false;
        if (i->step != step) continue;
        if (!his && i->inviter != i->member) his = i;
        if (i->state != INVITED_COUNTED) continue;
        TRY(is_undone(t->c, i, &undone));
        if (undone) TRY(take_back(t, i));
        else counted = true;
    }
    if (counted || !his) return OK;
    TRY(step_done(t->c, his, &done, &at, &purchase));
    return done ? count(t, his, at, purchase) : OK;
}

enum err invitation_look(struct tx *t, i64 member)
{
    struct invitation_list rows;
    struct one_i64 any;
    bool found;
    TRY(db_find(t->c, &q_invited_any, &any, &found, ARGS(member)));
    if (!found) return OK;
    TRY(programme_lock(t, member));
    for (int step = 0; step < invite_counts_choice.n; step++) {
        TRY(invitation_rows(t->c, member, &rows));
        TRY(look_at_step(t, &rows, (enum invite_counts)step));
    }
    return OK;
}

/* -- orders ------------------------------------------------------------------------------------ */

static enum err changed(struct tx *t, const struct order_change *at, i64 n)
{
    struct one_i64 any;
    bool found;
    TRY(db_find(t->c, &q_any, &any, &found, NO_ARGS));
    for (i64 i = 0; found && i < n; i++) {
        bool again = i && at[i].member == at[i - 1].member && at[i].was == at[i - 1].was;
        if (at[i].member && !again) TRY(invitation_look(t, at[i].member));
        if (at[i].was && at[i].was != at[i].member) TRY(invitation_look(t, at[i].was));
    }
    return OK;
}
const struct order_listener invitation_orders = { .room = "invitations", .changed = changed };

/* -- joining, merges --------------------------------------------------------------------------- */

static enum err look_at_id(struct tx *t, i64 id)
{
    i64 living;
    enum err e = id > 0 ? member_living(t->c, id, &living) : E_NOT_FOUND;
    if (e == E_NOT_FOUND) return OK;
    TRY(e);
    return invitation_look(t, living);
}

/* Somebody said yes to what an invitation gave: "reward:task:3:friend:12:at_once:1:0". */
static enum err released(struct tx *t, const struct timeline_line *line)
{
    struct ctx *c = t->c;
    strs of = str_split(c->arena, line->subject, ':');
    struct invitation_list rows = { 0 };
    i64 number, round, living;
    if (of.n != 8 || !str_eq(of.at[3], S("friend")) || !i64_parse(of.at[4], &number) ||
        !i64_parse(of.at[6], &round))
        return OK;
    enum err e = member_living(c, line->member, &living);
    if (e == E_NOT_FOUND) return OK;
    TRY(e);
    TRY(db_all(c, &q_held, &rows, ARGS(living, number)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct invitation *is = &rows.at[i];
        if (is->round != round || !str_eq(step_name(is->step), of.at[5])) continue;
        TRY(tx_change(t, &c_released, ARGS(is->member, number, of.at[5])));
        if (is->counts) TRY(step_line(t, is, "task.invited", is->at.value));
    }
    return OK;
}

static enum err told(struct tx *t, const struct timeline_line *lines, i64 n)
{
    static const char *const kinds[] = { "loyalty.joined", "member.merged", "member.unmerged" };
    for (i64 i = 0; i < n; i++) {
        bool about = false;
        i64 other = 0;
        if (str_eq(lines[i].kind, S("reward.given"))) TRY(released(t, &lines[i]));
        for (i64 k = 0; k < COUNT(kinds); k++) about |= str_eq(lines[i].kind, str_of(kinds[k]));
        if (!about) continue;
        TRY(look_at_id(t, lines[i].member));
        if (str_starts(lines[i].subject, S("member:")) &&
            i64_parse(str_sub(lines[i].subject, 7, lines[i].subject.n), &other))
            TRY(look_at_id(t, other));
    }
    return OK;
}

const struct line_listener invitation_lines = { .part = "invitations", .told = told };
