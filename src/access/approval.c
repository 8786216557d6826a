/* approval.c -- asks that wait for a second person, and how they end.
 *
 * Invariants
 *  1. A row leaves `open` once: each ending is UPDATE … WHERE state = 'open', in the transaction
 *     that does what the ending says.
 *  2. What is asked is never altered: kind, subject, body and who asked.
 *  3. An open row whose time is over counts as expired for whoever reads or decides.
 */
#include "access/approval.h"

#include <assert.h>

#include "access/access.h"
#include "base/json.h"
#include "base/room.h"
#include "store/setting.h"

#define BODY_MAX   4000
#define REASON_MAX 200
#define STEP       100 /* rows that one write of the job ends */

SHAPE_DEFINE(approval_asked);
SHAPE_DEFINE(approval_view);
CHOICE_DEFINE(approval_state, "open", "approved", "rejected", "withdrawn", "expired");

#define FIELDS_OF_approval_row(X, N)                                             \
    X(i64, id, ANY, "", N)                                                       \
    X(str, kind, ANY, "", N)                                                     \
    X(str, subject, ANY, "", N)                                                  \
    X(json, body, ANY, "", N)                                                    \
    X(str, reason, ANY, "", N)                                                   \
    X(choice(approval_state), state, ANY, "", N)                                 \
    X(str, asked_by, ANY, "", N)                                                 \
    X(i64, asked_user, ANY, "His id, or that of the key's maker; 0: unknown", N) \
    X(i64, asked_key, ANY, "", N)                                                \
    X(instant, asked_at, ANY, "", N)                                             \
    X(instant, expires_at, ANY, "", N)                                           \
    X(str, decided_by, ANY, "", N)                                               \
    X(opt_instant, decided_at, ANY, "", N)                                       \
    X(str, note, ANY, "", N)                                                     \
    X(str, problem, ANY, "", N)                                                  \
    X(opt_instant, problem_at, ANY, "", N)
SHAPE(approval_row);
SHAPE_DEFINE(approval_row);

#define ROW                                                                                      \
    "SELECT id, kind, subject, body, reason, state, asked_by, asked_user, asked_key, asked_at, " \
    "expires_at, decided_by, decided_at, note, problem, problem_at FROM approval "
/* $1 below, $2 the asking user and $3 the asking key, 0 and 0: of all; $4 how many */
#define PAGE(REST)                                                             \
    ROW "WHERE id < $1 AND (CAST($2 AS BIGINT) = 0 AND CAST($3 AS BIGINT) = 0" \
        " OR CAST($2 AS BIGINT) <> 0 AND asked_user = $2"                      \
        " OR CAST($3 AS BIGINT) <> 0 AND asked_key = $3) " REST " ORDER BY id DESC LIMIT $4"
QUERY(approval_one, approval_row, ROW "WHERE id = $1");
QUERY(approval_all, approval_row, PAGE(""));
QUERY(approval_of_state, approval_row, PAGE("AND state = $5"));
QUERY(approval_open, approval_row, PAGE("AND state = 'open' AND expires_at > $5"));
QUERY(approval_over, approval_row,
      PAGE("AND (state = 'expired' OR state = 'open' AND expires_at <= $5)"));
QUERY(approval_late, approval_row,
      ROW "WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2");
QUERY(approval_same, one_i64,
      "SELECT id AS value FROM approval WHERE state = 'open' AND expires_at > $1 AND kind = $2"
      " AND COALESCE(subject, '') = $3 AND body = $4 AND reason = $5 AND asked_by = $6"
      " AND asked_user = $7 AND asked_key = $8 ORDER BY id LIMIT 1");
CHANGE(approval_insert,
       "INSERT INTO approval (id, kind, subject, body, reason, state, asked_by, asked_user, "
       "asked_key, asked_at, expires_at) VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9, $10)");
CHANGE(approval_end, "UPDATE approval SET state = $2, decided_by = $3, decided_at = $4, note = $5 "
                     "WHERE id = $1 AND state = 'open'");
CHANGE(approval_failed, "UPDATE approval SET problem = $2, problem_at = $3 "
                        "WHERE id = $1 AND state = 'open'");
QUERY(key_maker, one_opt, "SELECT made_by AS value FROM api_key WHERE id = $1");

#define FIELDS_OF_role_count(X, N)    \
    X(choice(role), role, ANY, "", N) \
    X(i64, users, ANY, "", N)
SHAPE(role_count);
SHAPE_DEFINE(role_count);
QUERY(users_by_role, role_count,
      "SELECT role, COUNT(*) AS users FROM user_account WHERE NOT disabled AND id <> $1 "
      "GROUP BY role");

/* -- kinds ------------------------------------------------------------------------------------- */

static const struct room *const *registered;

static const struct approval_kind *kind_find(str name)
{
    for (i64 i = 0; registered && registered[i]; i++)
        for (const struct approval_kind *k = registered[i]->approvals; k && k->name; k++)
            if (str_eq(name, str_of(k->name))) return k;
    return NULL;
}

void approvals_register(const struct room *const *rooms)
{
    registered = rooms;
    for (i64 i = 0; rooms && rooms[i]; i++)
        for (const struct approval_kind *k = rooms[i]->approvals; k && k->name; k++) {
            assert(kind_find(str_of(k->name)) == k); /* every name once */
            assert((k->decide & APPROVE) && k->apply && k->describe);
        }
}

/* -- asking ------------------------------------------------------------------------------------ */

static enum err check_ask(struct ctx *c, const struct approval_kind *kind, json body, str reason)
{
    assert(body.n <= BODY_MAX && body.n >= 2 && body.at[0] == '{' && json_valid(body));
    if (c->member || !may(c, kind->ask))
        return fail(c, E_FORBIDDEN, "缺少权限：" STR_FMT, "the right is missing: " STR_FMT,
                    STR_ARG(rights_text(c->arena, kind->ask & ~c->rights, ", ")));
    if (!str_trim(reason).n || reason.n > REASON_MAX || !str_is_utf8(reason))
        return fail_at(c, E_INVALID, S("reason"), "请写明理由，不超过 %d 字节",
                       "say why, in at most %d bytes", REASON_MAX);
    return OK;
}

static str subject_of(struct arena *a, i64 id)
{
    return str_fmt(a, "approvals/%lld", (long long)id);
}

static enum err note(struct tx *t, const struct approval_row *row, const char *what)
{
    struct buf detail = { .arena = t->c->arena };
    buf_add(&detail, S("{\"kind\":"));
    json_write_str(&detail, row->kind);
    buf_add(&detail, S(",\"subject\":"));
    json_write_str(&detail, row->subject);
    buf_byte(&detail, '}');
    str action = str_fmt(t->c->arena, "approval.%s", what);
    return audit_write(t, action, subject_of(t->c->arena, row->id), buf_str(&detail));
}

enum err approval_ask(struct tx *t, const char *kind, str subject, json body, str reason, i64 *id)
{
    struct ctx *c = t->c;
    const struct approval_kind *row = kind_find(str_of(kind));
    assert(row);
    TRY(check_ask(c, row, body, reason));
    i64 days, asker = c->user;
    if (c->key) {
        struct one_opt maker;
        TRY(db_get(c, &key_maker, &maker, ARGS(c->key)));
        asker = maker.value.has ? maker.value.value : 0;
    }
    str actor = str_or(c->actor, S("system"));
    struct one_i64 same;
    bool found;
    TRY(db_find(c, &approval_same, &same, &found,
                ARGS(c->now, str_of(kind), str_or(subject, S("")), body, str_trim(reason), actor,
                     asker, c->key)));
    *id = same.value;
    if (found) return OK;
    TRY(setting_i64(c, "approval.days", &days));
    TRY(tx_take(t, S("approval"), 1, id));
    struct approval_row asked = { .id = *id, .kind = str_of(kind), .subject = subject };
    TRY(tx_change(t, &approval_insert,
                  ARGS(*id, asked.kind, subject, body, str_trim(reason), actor, asker, c->key,
                       c->now, c->now + days * DAY_MS)));
    return note(t, &asked, "asked");
}

/* -- reading ----------------------------------------------------------------------------------- */

static enum approval_state state_now(const struct ctx *c, const struct approval_row *row)
{
    return row->state == APPROVAL_OPEN && row->expires_at <= c->now ? APPROVAL_EXPIRED : row->state;
}

static u64 decide_right(const struct approval_row *row)
{
    const struct approval_kind *kind = kind_find(row->kind);
    return kind ? kind->decide : APPROVE;
}

static bool is_own(const struct ctx *c, const struct approval_row *row)
{
    return (c->user && row->asked_user == c->user) || (c->key && row->asked_key == c->key);
}

static enum err no_approval(struct ctx *c, i64 id)
{
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的审批", "there is no approval %lld",
                (long long)id);
}

static enum err row_get(struct ctx *c, i64 id, struct approval_row *row)
{
    bool found;
    TRY(db_find(c, &approval_one, row, &found, ARGS(id)));
    return found && (may(c, APPROVE) || is_own(c, row)) ? OK : no_approval(c, id);
}

static enum err view_of(struct ctx *c, const struct approval_row *row, struct approval_view *out)
{
    const struct approval_kind *kind = kind_find(row->kind);
    struct approval_words words = { 0 };
    if (kind) TRY(kind->describe(c, row->body, &words));
    bool own = is_own(c, row);
    enum approval_state state = state_now(c, row);
    bool by_time = state == APPROVAL_EXPIRED && row->state == APPROVAL_OPEN;
    *out = (struct approval_view){
        .id = row->id,
        .kind = row->kind,
        .title = kind ? say(c, str_of(kind->zh), str_of(kind->en)) : row->kind,
        .what = words.what,
        .amount = words.amount,
        .subject = row->subject,
        .body = row->body,
        .reason = row->reason,
        .state = state,
        .asked_by = row->asked_by,
        .asked_at = row->asked_at,
        .expires_at = row->expires_at,
        .decided_by = by_time ? S("system") : row->decided_by,
        .decided_at = by_time ? SOME(row->expires_at) : row->decided_at,
        .note = row->note,
        .problem = row->problem,
        .problem_at = row->problem_at,
        .own = own,
        .may_decide = state == APPROVAL_OPEN && c->user && !own && may(c, decide_right(row)),
    };
    return OK;
}

enum err approval_get(struct ctx *c, i64 id, struct approval_view *out)
{
    struct approval_row row;
    TRY(row_get(c, id, &row));
    return view_of(c, &row, out);
}

enum err approval_list(struct ctx *c, str state, i64 before, i64 limit,
                       struct approval_view_list *out)
{
    struct approval_row_list rows;
    bool all = may(c, APPROVE);
    i64 user = all ? 0 : c->user, key = all ? 0 : c->key;
    if (!before) before = INT64_MAX;
    *out = (struct approval_view_list){ 0 };
    if (!all && !user && !key) return OK;
    int of = state.n ? choice_find(&approval_state_choice, state) : -1;
    if (state.n && of < 0)
        return fail_at(c, E_INVALID, S("state"),
                       "状态须为 open、approved、rejected、withdrawn、expired 之一",
                       "a state is one of open, approved, rejected, withdrawn, expired");
    if (of < 0) TRY(db_all(c, &approval_all, &rows, ARGS(before, user, key, limit)));
    else if (of == APPROVAL_OPEN || of == APPROVAL_EXPIRED)
        TRY(db_all(c, of == APPROVAL_OPEN ? &approval_open : &approval_over, &rows,
                   ARGS(before, user, key, limit, c->now)));
    else TRY(db_all(c, &approval_of_state, &rows, ARGS(before, user, key, limit, state)));
    out->at = NEWS(c->arena, struct approval_view, rows.n + 1);
    for (; out->n < rows.n; out->n++) TRY(view_of(c, &rows.at[out->n], &out->at[out->n]));
    return OK;
}

enum err approval_asked_show(struct ctx *c, i64 id, struct approval_asked *out)
{
    struct approval_row row;
    struct role_count_list roles;
    TRY(row_get(c, id, &row));
    u64 needed = decide_right(&row);
    TRY(db_all(c, &users_by_role, &roles, ARGS(row.asked_user)));
    *out = (struct approval_asked){ .id = id, .expires_at = row.expires_at };
    for (i64 i = 0; i < roles.n; i++)
        if ((role_rights(roles.at[i].role) & needed) == needed) out->deciders += roles.at[i].users;
    if (!out->deciders)
        out->hint = say(c, S("没有其他用户能审批：请先添加一位所有者或运营"),
                        S("no other user could decide it: add an owner or operator first"));
    return OK;
}

/* -- deciding ---------------------------------------------------------------------------------- */

struct verdict {
    enum err (*check)(struct ctx *c, const struct approval_row *row);
    enum approval_state state;
};

/* Only who is signed in as himself; nobody what he, or a key of his, asked. */
static enum err check_decider(struct ctx *c, const struct approval_row *row)
{
    u64 needed = decide_right(row);
    if (!c->user)
        return fail(c, E_FORBIDDEN, "只有登录的用户可以审批，密钥与命令行不行",
                    "only a signed-in user decides; keys and commands do not");
    if (is_own(c, row))
        return fail(c, E_FORBIDDEN, "不能审批自己的申请，请等待他人审批",
                    "nobody decides what he asked himself; somebody else has to");
    if (may(c, needed)) return OK;
    return fail(c, E_FORBIDDEN, "缺少权限：" STR_FMT, "the right is missing: " STR_FMT,
                STR_ARG(rights_text(c->arena, needed & ~c->rights, ", ")));
}

static enum err check_asker(struct ctx *c, const struct approval_row *row)
{
    if (is_own(c, row)) return OK;
    return fail(c, E_FORBIDDEN, "只能撤回自己的申请", "only who asked can withdraw it");
}

static const struct verdict verdicts[] = {
    [APPROVE_IT] = { check_decider, APPROVAL_APPROVED },
    [REJECT_IT] = { check_decider, APPROVAL_REJECTED },
    [WITHDRAW_IT] = { check_asker, APPROVAL_WITHDRAWN },
};

static enum err not_open(struct ctx *c, const struct approval_row *row)
{
    static const char *const zh[] = { "待审批", "已批准", "已拒绝", "已撤回", "已过期" };
    enum approval_state state = state_now(c, row);
    return fail(c, E_CONFLICT, "这项申请%s，不能再处理", "this ask is over already (%s)",
                c->locale == ZH ? zh[state] : choice_name(&approval_state_choice, (int)state).at);
}

struct deciding {
    i64 id;
    enum approval_verdict verdict;
    str note;
    struct approval_row row;
    enum err refused; /* what apply answered */
    struct problem why;
};

/* Takes the ask out of `open`; whoever comes second finds it taken. */
static enum err take(struct tx *t, struct deciding *d)
{
    struct ctx *c = t->c;
    i64 rows;
    enum approval_state to = verdicts[d->verdict].state;
    TRY(tx_change_rows(
        t, &approval_end, &rows,
        ARGS(d->id, choice_name(&approval_state_choice, (int)to), c->actor, c->now, d->note)));
    if (!rows) {
        TRY(row_get(c, d->id, &d->row));
        return not_open(c, &d->row);
    }
    return note(t, &d->row, choice_name(&approval_state_choice, (int)to).at);
}

/* Both or neither. */
static enum err take_and_apply(struct tx *t, void *arg)
{
    struct deciding *d = arg;
    const struct approval_kind *kind = kind_find(d->row.kind);
    TRY(take(t, d));
    enum err e = kind ? kind->apply(t, d->id, d->row.body)
                      : fail(t->c, E_UNPROCESSABLE, "这类申请已不再支持，只能拒绝",
                             "asks of this kind cannot be carried out any more: reject it");
    if (e != OK && err_row(e)->status < 500) {
        d->refused = e;
        d->why = t->c->why;
    }
    return e;
}

static enum err decide(struct tx *t, void *arg)
{
    struct deciding *d = arg;
    struct ctx *c = t->c;
    d->refused = OK;
    TRY(row_get(c, d->id, &d->row));
    TRY(verdicts[d->verdict].check(c, &d->row));
    if (state_now(c, &d->row) != APPROVAL_OPEN) return not_open(c, &d->row);
    if (d->verdict != APPROVE_IT) return take(t, d);
    enum err e = tx_try(t, take_and_apply, d);
    if (!d->refused) return e;
    TRY(tx_change(t, &approval_failed, ARGS(d->id, str_of(d->why.detail), c->now)));
    return note(t, &d->row, "refused");
}

enum err approval_decide(struct store *s, struct ctx *c, i64 id, enum approval_verdict verdict,
                         str said)
{
    said = str_trim(said);
    if (said.n > REASON_MAX || !str_is_utf8(said))
        return fail_at(c, E_INVALID, S("note"), "说明不超过 %d 字节", "a note has at most %d bytes",
                       REASON_MAX);
    if (verdict == REJECT_IT && !said.n)
        return fail_at(c, E_INVALID, S("note"), "请说明拒绝的原因", "say why it is rejected");
    struct deciding d = { .id = id, .verdict = verdict, .note = said.n ? said : NO_STR };
    TRY(store_write(s, c, decide, &d));
    if (d.refused) c->why = d.why;
    return d.refused;
}

/* -- what is over ------------------------------------------------------------------------------ */

struct expiring {
    i64 ended;
};

static enum err expire(struct tx *t, void *arg)
{
    struct expiring *k = arg;
    struct ctx *c = t->c;
    struct approval_row_list rows;
    TRY(db_all(c, &approval_late, &rows, ARGS(c->now, STEP)));
    k->ended = rows.n;
    for (i64 i = 0; i < rows.n; i++) {
        const struct approval_row *row = &rows.at[i];
        TRY(tx_change(t, &approval_end,
                      ARGS(row->id, S("expired"), S("system"), row->expires_at, NO_STR)));
        TRY(note(t, row, "expired"));
    }
    return OK;
}

enum err approval_expire(struct store *s, struct ctx *c)
{
    struct expiring k = { .ended = STEP };
    while (k.ended == STEP) TRY(store_write(s, c, expire, &k));
    return OK;
}
