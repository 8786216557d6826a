/* proof.c -- tasks proved by a code that is entered, or by what is uploaded and looked at.
 *
 * A code's uses are a house account of the ledger with a cap; the code itself is kept as a hash.
 * A proof waits until somebody approves or rejects it, once.
 */
#include <sodium.h>

#include "access/access.h"
#include "loyalty/join.h"
#include "loyalty/tasks/inside.h"

/* -- codes ------------------------------------------------------------------------------------- */

enum { CODE_LENGTH = 12, HASH_BYTES = 16 };

#define FIELDS_OF_code_row(X, N) \
    X(i64, uses, ANY, "", N)     \
    X(opt_instant, ends_at, ANY, "", N)
SHAPE(code_row);
SHAPE_DEFINE(code_row);
QUERY(q_code, code_row, "SELECT uses, ends_at FROM task_password WHERE hash = $1 AND task = $2");
CHANGE(c_code, "INSERT INTO task_password (hash, task, uses, ends_at, created_at)"
               " VALUES ($1, $2, $3, $4, $5)");

static str code_hash(struct arena *a, str code)
{
    u8 hash[HASH_BYTES];
    str text = code_plain(a, code);
    crypto_generichash(hash, sizeof hash, (const u8 *)text.at, (u64)text.n, NULL, 0);
    return str_hex(a, hash, sizeof hash);
}

struct batch {
    i64 task, uses;
    opt_instant ends_at;
    const strs *codes;
};

static enum err put_batch(struct tx *t, void *arg)
{
    const struct batch *b = arg;
    struct ctx *c = t->c;
    struct task task;
    TRY(task_row(c, b->task, &task));
    if (task.proof != PROVED_CODE)
        return fail(c, E_UNPROCESSABLE, "这个任务不由口令验证",
                    "this task is not proved by a code");
    for (i64 i = 0; i < b->codes->n; i++)
        TRY(tx_change(
            t, &c_code,
            ARGS(code_hash(c->arena, b->codes->at[i]), b->task, b->uses, b->ends_at, c->now)));
    struct timeline_line line = { .at = c->now,
                                  .kind = S("task.codes_made"),
                                  .subject = task_subject(c, b->task),
                                  .props = str_fmt(c->arena, "{\"codes\":%lld,\"uses\":%lld}",
                                                   (long long)b->codes->n, (long long)b->uses) };
    return timeline_append(t, &line);
}

enum err task_codes_make(struct ctx *c, i64 task, i64 n, i64 uses, opt_instant ends_at, strs *out)
{
    if (n < 1 || n > TASK_CODES_MAX || uses < 1 || uses > 1000000)
        return fail_at(c, E_INVALID, n < 1 || n > TASK_CODES_MAX ? S("/count") : S("/uses"),
                       "一次至多 %d 个口令，每个可用 1 至 1000000 次",
                       "at most %d codes at once, good for 1 to 1000000 uses each", TASK_CODES_MAX);
    *out = (strs){ 0 };
    for (i64 i = 0; i < n; i++) *PUSH(c->arena, out) = code_random(c->arena, CODE_LENGTH);
    struct batch b = { task, uses, ends_at, out };
    return audited_write(c, put_batch, &b, NULL);
}

static enum err wrong_code(struct ctx *c)
{
    return fail_at(c, E_UNPROCESSABLE, S("/code"), "口令不对、已过期或已用完",
                   "the code is wrong, over or used up");
}

static enum err take_use(struct tx *t, const struct deed *d, i64 uses)
{
    struct account to = { 0, S("stock"), str_fmt(t->c->arena, "task:" STR_FMT, STR_ARG(d->key)) };
    struct account_limits limits = { .floor = SOME(0), .cap = SOME(uses) };
    struct transferred moved;
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(t->c->arena, "task:" STR_FMT ":%lld", STR_ARG(d->key),
                                        (long long)d->member),
                          .unit = to.unit,
                          .from_name = S(LEDGER_SOURCE),
                          .to_name = to.name,
                          .amount = 1,
                          .reason = S("task") };
    TRY(account_put(t, &to, &limits));
    enum err e = ledger_transfer(t, &x, &moved);
    return e == E_UNPROCESSABLE && moved.result == R_ABOVE_CAP ? wrong_code(t->c) : e;
}

enum err task_code_use(struct tx *t, i64 member, i64 id, str code, enum task_result *result,
                       struct task_got_list *got)
{
    struct ctx *c = t->c;
    struct task task;
    struct code_row row;
    struct deed_done done;
    bool found;
    str hash = code_hash(c->arena, code);
    TRY(task_row(c, id, &task));
    TRY(db_find(c, &q_code, &row, &found, ARGS(hash, id)));
    if (!found || (row.ends_at.has && c->now >= row.ends_at.value)) return wrong_code(c);
    TRY(programme_lock(t, member));
    struct deed d = { .member = member,
                      .task = &task,
                      .key = str_fmt(c->arena, "code:" STR_FMT, STR_ARG(hash)),
                      .at = c->now,
                      .on = zone_day(c->zone, c->now) };
    TRY(deed_do(t, &d, &done, got));
    *result = done.result;
    TRY(task_refusal(c, done.result));
    return done.result == TASK_DONE ? take_use(t, &d, row.uses) : OK;
}

/* -- uploaded ---------------------------------------------------------------------------------- */

#define PROOF                                                                               \
    "SELECT number, member, task, url, text, state, at, decided_at, decided_by, note FROM " \
    "task_proof "
QUERY(q_proof, task_proof_view, PROOF "WHERE number = $1");
QUERY(q_proofs, task_proof_view, PROOF "WHERE number > $1 ORDER BY number LIMIT $2");
QUERY(q_proofs_in, task_proof_view,
      PROOF "WHERE number > $1 AND state = $3 ORDER BY number LIMIT $2");
QUERY(q_proofs_of, task_proof_view, PROOF "WHERE member = $1 ORDER BY number");
QUERY(q_waiting, one_i64,
      "SELECT number AS value FROM task_proof WHERE member = $1 AND task = $2 AND state = 'waiting'"
      " ORDER BY number LIMIT 1");
CHANGE(c_proof, "INSERT INTO task_proof (member, number, task, url, text, state, at)"
                " VALUES ($1, $2, $3, $4, $5, 'waiting', $6)");
CHANGE(c_decided, "UPDATE task_proof SET state = $3, decided_at = $4, decided_by = $5, note = $6"
                  " WHERE member = $1 AND number = $2 AND state = 'waiting'");

static str proof_key(struct ctx *c, i64 number)
{
    return str_fmt(c->arena, "proof:%lld", (long long)number);
}

static enum err proof_line(struct tx *t, i64 member, i64 task, const char *kind)
{
    struct timeline_line line = {
        .at = t->c->now, .member = member, .kind = str_of(kind), .subject = task_subject(t->c, task)
    };
    return timeline_append(t, &line);
}

enum err task_proof_send(struct tx *t, i64 member, i64 id, str url, str text, i64 *number)
{
    struct ctx *c = t->c;
    struct task task;
    struct one_i64 other;
    enum task_result result;
    bool found;
    TRY(task_row(c, id, &task));
    if (task.proof != PROVED_UPLOAD)
        return fail(c, E_UNPROCESSABLE, "这个任务不需要上传凭证", "this task takes no proof");
    if (str_empty(url) && str_empty(text))
        return fail(c, E_INVALID, "请给出图片链接或文字", "give a link or a text");
    if (!str_empty(url) && !str_starts(url, S("https://")) && !str_starts(url, S("http://")))
        return fail_at(c, E_INVALID, S("/url"), "链接以 https:// 或 http:// 开头",
                       "a link begins with https:// or http://");
    TRY(programme_lock(t, member));
    TRY(db_find(c, &q_waiting, &other, &found, ARGS(member, id)));
    if (found)
        return fail(c, E_CONFLICT, "上一份凭证还在审核", "the one sent before is still waiting");
    TRY(tx_take(t, S("task_proof"), 1, number));
    struct deed d = { .member = member,
                      .task = &task,
                      .key = proof_key(c, *number),
                      .at = c->now,
                      .on = zone_day(c->zone, c->now) };
    TRY(deed_check(c, &d, &result));
    TRY(task_refusal(c, result));
    TRY(tx_change(t, &c_proof, ARGS(member, *number, id, url, text, c->now)));
    return proof_line(t, member, id, "task.proof_sent");
}

enum err task_proof_get(struct ctx *c, i64 number, struct task_proof_view *out)
{
    bool found;
    TRY(db_find(c, &q_proof, out, &found, ARGS(number)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的凭证", "there is no proof %lld",
                (long long)number);
}

enum err task_proof_list(struct ctx *c, str state, i64 above, i64 limit,
                         struct task_proof_view_list *out)
{
    if (str_empty(state)) return db_all(c, &q_proofs, out, ARGS(above, limit));
    if (choice_find(&proof_state_choice, state) < 0)
        return fail_at(c, E_INVALID, S("/state"), "应当是 waiting、approved 或 rejected",
                       "one of waiting, approved, rejected");
    return db_all(c, &q_proofs_in, out, ARGS(above, limit, state));
}

enum err task_proofs_of(struct ctx *c, i64 member, struct task_proof_view_list *out)
{
    return db_all(c, &q_proofs_of, out, ARGS(member));
}

enum err task_proof_decide(struct tx *t, i64 number, bool approve, str note)
{
    struct ctx *c = t->c;
    struct task_proof_view p;
    struct task task;
    struct deed_done done;
    enum proof_state to = approve ? PROOF_APPROVED : PROOF_REJECTED;
    TRY(task_proof_get(c, number, &p));
    TRY(programme_lock(t, p.member));
    TRY(task_proof_get(c, number, &p));
    if (p.state == to) return OK;
    if (p.state != PROOF_WAITING)
        return fail(c, E_CONFLICT, "这份凭证已经处理", "this proof was decided already");
    TRY(tx_change(
        t, &c_decided,
        ARGS(p.member, number, choice_name(&proof_state_choice, (int)to), c->now, c->actor, note)));
    if (!approve) return proof_line(t, p.member, p.task, "task.proof_rejected");
    TRY(task_row(c, p.task, &task));
    struct deed d = { .member = p.member,
                      .task = &task,
                      .key = proof_key(c, number),
                      .at = p.at,
                      .on = zone_day(c->zone, p.at) };
    TRY(deed_do(t, &d, &done, NULL));
    return task_refusal(c, done.result);
}

/* -- a member's tasks -------------------------------------------------------------------------- */

enum err tasks_of(struct ctx *c, i64 member, struct my_task_list *out)
{
    struct task_view_list all;
    day today = zone_day(c->zone, c->now);
    *out = (struct my_task_list){ 0 };
    TRY(task_list(c, &all));
    for (i64 i = 0; i < all.n; i++) {
        const struct task_view *v = &all.at[i];
        struct task task;
        struct one_i64 waiting;
        enum task_result now;
        if (!v->opened) continue;
        TRY(task_row(c, v->id, &task));
        struct deed d = {
            .member = member, .task = &task, .key = S(""), .at = c->now, .on = today
        };
        TRY(deed_check(c, &d, &now));
        if (now == TASK_EARLY || now == TASK_OVER) continue;
        struct my_task *mine = PUSH(c->arena, out);
        *mine = (struct my_task){ .id = v->id,
                                  .code = v->code,
                                  .kind = v->kind,
                                  .proof = v->proof,
                                  .zh = v->zh,
                                  .en = v->en,
                                  .ends_at = v->ends_at,
                                  .often = v->often,
                                  .times = v->times,
                                  .now = now,
                                  .rewards = v->gifts->rewards };
        TRY(deed_times(c, &task, member, today, &mine->done, &mine->ever));
        TRY(db_find(c, &q_waiting, &waiting, &mine->waiting, ARGS(member, v->id)));
    }
    return OK;
}
