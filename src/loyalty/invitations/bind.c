/* bind.c -- codes, and who is bound by them.
 *
 * Invariants
 *   1. Whoever is bound was bound under BINDING, one at a time: so no two of them close a circle.
 *   2. An invitation has a row for each step, of one number.
 */
#include "base/clock.h"
#include "loyalty/invitations/inside.h"
#include "loyalty/join.h"
#include "loyalty/tasks/inside.h"
#include "store/setting.h"

enum { CODE_LETTERS = 8, CODE_TRIES = 20, CHAIN_MAX = 1000, BINDING = 0 };

/* -- codes ------------------------------------------------------------------------------------- */

QUERY(q_code_of, one_str,
      "SELECT code AS value FROM invitation_code WHERE member = $1 ORDER BY at, code LIMIT 1");
QUERY(q_owner, one_i64, "SELECT member AS value FROM invitation_code WHERE code = $1");
CHANGE(c_code, "INSERT INTO invitation_code (code, member, at) VALUES ($1, $2, $3)"
               " ON CONFLICT (code) DO NOTHING");

enum err invitation_code_find(struct ctx *c, i64 member, str *code)
{
    struct one_str row = { .value = S("") };
    bool found;
    TRY(db_find(c, &q_code_of, &row, &found, ARGS(member)));
    *code = row.value;
    return OK;
}

enum err invitation_code(struct tx *t, i64 member, str *code)
{
    struct ctx *c = t->c;
    i64 rows = 0;
    TRY(invitation_code_find(c, member, code));
    if (code->n) return OK;
    TRY(programme_lock(t, member));
    TRY(invitation_code_find(c, member, code));
    for (int i = 0; !code->n && i < CODE_TRIES; i++) {
        str made = code_random(c->arena, CODE_LETTERS);
        TRY(tx_change_rows(t, &c_code, &rows, ARGS(made, member, c->now)));
        if (rows) *code = made;
    }
    return code->n ? OK : fail(c, E_INTERNAL, "没有空余的邀请码", "no invitation code is free");
}

enum err invitation_link(struct ctx *c, str code, str *link)
{
    static const char place[] = "{code}";
    str form;
    TRY(setting_text(c, "invitations.link", &form));
    i64 at = str_find(form, str_of(place));
    if (at < 0) at = form.n;
    str rest = str_sub(form, at + (i64)sizeof place - 1, form.n), head = str_sub(form, 0, at);
    *link = str_fmt(c->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(head), STR_ARG(code), STR_ARG(rest));
    return OK;
}

/* -- who may be bound -------------------------------------------------------------------------- */

#define FIELDS_OF_newness(X, N)        \
    X(instant, first_seen, ANY, "", N) \
    X(flag, erased, ANY, "", N)        \
    X(flag, bought, ANY, "", N)
SHAPE(newness);
SHAPE_DEFINE(newness);
QUERY(
    q_newness, newness,
    "SELECT m.first_seen, m.erased_at IS NOT NULL AS erased, EXISTS (SELECT 1 FROM purchase_order o"
    " WHERE o.member = m.member AND o.bought_at IS NOT NULL) AS bought FROM member m"
    " WHERE m.member = $1");
#define INVITATION \
    "member, number, step, inviter, bound_at, state, at, counts, purchase, round, held"
QUERY(q_invitations, invitation,
      "SELECT " INVITATION " FROM invitation WHERE member = $1 ORDER BY bound_at, number, step");
CHANGE(c_bound, "INSERT INTO invitation (" INVITATION ")"
                " VALUES ($1, $2, $3, $4, $5, 'waiting', NULL, FALSE, NULL, 0, FALSE)");

enum err invitation_rows(struct ctx *c, i64 member, struct invitation_list *out)
{
    *out = (struct invitation_list){ 0 };
    return db_all(c, &q_invitations, out, ARGS(member));
}

/* Who invited him: the first invitation that is not his own; 0: nobody. */
static enum err inviter_of(struct ctx *c, i64 member, i64 *inviter, instant *at)
{
    struct invitation_list rows;
    TRY(invitation_rows(c, member, &rows));
    *inviter = 0;
    for (i64 i = 0; i < rows.n && !*inviter; i++) {
        if (rows.at[i].inviter == member) continue;
        *inviter = rows.at[i].inviter;
        *at = rows.at[i].bound_at;
    }
    return OK;
}

static str field_of(const struct invited_by *by)
{
    return by->inviter ? S("/inviter") : S("/code");
}

static enum err inviter_find(struct ctx *c, const struct invited_by *by, i64 *living)
{
    struct one_i64 owner = { by->inviter };
    bool found = true, coded = !by->inviter;
    if (coded) TRY(db_find(c, &q_owner, &owner, &found, ARGS(code_plain(c->arena, by->code))));
    enum err e = found ? member_living(c, owner.value, living) : E_NOT_FOUND;
    if (e != E_NOT_FOUND) return e;
    return fail_at(c, E_UNPROCESSABLE, field_of(by), "没有这个邀请码或邀请人，请核对",
                   "there is no such code or inviter: check it");
}

static enum err newcomer_check(struct ctx *c, i64 member, i64 inviter)
{
    struct newness is, his;
    i64 days;
    TRY(setting_i64(c, "invitations.new_days", &days));
    TRY(db_get(c, &q_newness, &is, ARGS(member)));
    TRY(db_get(c, &q_newness, &his, ARGS(inviter)));
    if (is.erased || his.erased)
        return fail(c, E_UNPROCESSABLE, "个人信息已删除的会员不能邀请或受邀",
                    "an erased member neither invites nor is invited");
    if (is.first_seen < c->now - days * DAY_MS)
        return fail(c, E_UNPROCESSABLE, "只有 %lld 天内新来的会员可以受邀",
                    "only who came within the last %lld days can be invited", (long long)days);
    if (is.bought)
        return fail(c, E_UNPROCESSABLE, "已经购买过的会员不是新会员，不能受邀",
                    "who has bought before is no newcomer");
    return OK;
}

static enum err circle_check(struct ctx *c, i64 member, i64 inviter, str field)
{
    if (inviter == member)
        return fail_at(c, E_UNPROCESSABLE, field, "不能邀请自己", "nobody invites himself");
    for (i64 at = inviter, n = 0; at && n < CHAIN_MAX; n++) {
        instant bound;
        TRY(inviter_of(c, at, &at, &bound));
        if (at == member)
            return fail_at(c, E_UNPROCESSABLE, field, "邀请人是受邀人邀请来的，不能互相邀请",
                           "the inviter came by the invited: nobody invites in a circle");
    }
    return OK;
}

static enum err bind(struct tx *t, i64 member, i64 inviter)
{
    struct ctx *c = t->c;
    i64 number;
    TRY(tx_take(t, S("invitation"), 1, &number));
    for (int step = 0; step < invite_counts_choice.n; step++)
        TRY(tx_change(
            t, &c_bound,
            ARGS(member, number, choice_name(&invite_counts_choice, step), inviter, c->now)));
    struct timeline_line line = { .at = c->now,
                                  .member = member,
                                  .kind = S("invitation.accepted"),
                                  .subject =
                                      str_fmt(c->arena, "invitation:%lld", (long long)number),
                                  .props =
                                      str_fmt(c->arena, "{\"inviter\":%lld}", (long long)inviter) };
    return timeline_append(t, &line);
}

enum err invitation_accept(struct tx *t, i64 member, const struct invited_by *by, bool *again)
{
    struct ctx *c = t->c;
    i64 inviter, had;
    instant at;
    TRY(inviter_find(c, by, &inviter));
    TRY(programme_lock(t, BINDING));
    TRY(inviter_of(c, member, &had, &at));
    *again = had && had == inviter;
    if (had && !*again)
        return fail(c, E_CONFLICT, "已经有人邀请过，邀请人不能更换",
                    "somebody invited him already, and stays his inviter");
    if (!*again) {
        TRY(circle_check(c, member, inviter, field_of(by)));
        TRY(newcomer_check(c, member, inviter));
        TRY(bind(t, member, inviter));
    }
    TRY(device_seen(t, member, by->device));
    return invitation_look(t, member);
}

/* -- reading ----------------------------------------------------------------------------------- */

#define FIELDS_OF_invited_counts(X, N) \
    X(i64, counted, ANY, "", N)        \
    X(i64, waiting, ANY, "", N)
SHAPE(invited_counts);
SHAPE_DEFINE(invited_counts);
/* Waiting: for the step that counts by now ($2), to be done or to be released. */
QUERY(q_counts, invited_counts,
      "SELECT COUNT(DISTINCT CASE WHEN " INVITATION_COUNTS " THEN number END) AS counted,"
      " COUNT(CASE WHEN step = $2 AND (state = 'waiting' OR (state = 'counted' AND held))"
      " THEN 1 END) AS waiting"
      " FROM invitation WHERE inviter = $1 AND member <> $1");
QUERY(q_invited, invited,
      "SELECT number, member, bound_at, step, state, at, counts, held, purchase FROM invitation"
      " WHERE inviter = $1 AND number < $2 AND member <> $1 ORDER BY number DESC, step LIMIT $3");

enum err invitations_of(struct ctx *c, i64 member, struct invitations *out)
{
    struct invited_counts n;
    str step;
    *out = (struct invitations){ 0 };
    TRY(setting_text(c, "invitations.counts", &step));
    TRY(db_get(c, &q_counts, &n, ARGS(member, step)));
    TRY(inviter_of(c, member, &out->inviter, &out->bound_at));
    out->bound = out->inviter != 0;
    out->counted = n.counted;
    out->waiting = n.waiting;
    return OK;
}

enum err invited_list(struct ctx *c, i64 member, i64 below, i64 limit, struct invited_list *out)
{
    return db_all(c, &q_invited, out,
                  ARGS(member, below ? below : INT64_MAX, limit * invite_counts_choice.n));
}
