/* audit.c -- who did what: a log that is only added to, without personal data of members. */
#include "access/inside.h"
#include "base/json.h"

SHAPE_DEFINE(audit_view);

CHANGE(audit_insert, "INSERT INTO audit_line (id, at, actor, action, subject, detail, address) "
                     "VALUES ($1, $2, $3, $4, $5, $6, $7)");
QUERY(
    audit_page, audit_view,
    "SELECT id, at, actor, action, subject, detail, address FROM audit_line "
    "WHERE (CAST($1 AS BIGINT) = 0 OR id < CAST($1 AS BIGINT)) "
    "AND (CAST($2 AS TEXT) = '' OR actor = CAST($2 AS TEXT)) "
    "AND (CAST($3 AS TEXT) = '' OR substr(action, 1, length(CAST($3 AS TEXT))) = CAST($3 AS TEXT)) "
    "ORDER BY id DESC LIMIT CAST($4 AS BIGINT)");

enum err audit_write(struct tx *t, str action, str subject, json detail)
{
    struct ctx *c = t->c;
    i64 id;
    TRY(tx_take(t, S("audit"), 1, &id));
    return tx_change(t, &audit_insert,
                     ARGS(id, c->now, str_or(c->actor, S("system")), action, subject,
                          str_or(detail, S("{}")), c->address));
}

void audit_say(struct ctx *c, const char *name, str value)
{
    struct buf more = { .arena = c->arena };
    if (!c->audit || !c->audit->detail.n) return;
    str detail = c->audit->detail;
    buf_add(&more, str_sub(detail, 0, detail.n - 1)); /* without its last bracket */
    buf_fmt(&more, "%s\"%s\":", detail.n > 2 ? "," : "", name);
    json_write_str(&more, value);
    buf_byte(&more, '}');
    c->audit->detail = buf_str(&more);
}

struct audited {
    write_fn *fn;
    void *arg;
    const i64 *made;
};

static enum err write_both(struct tx *t, void *arg)
{
    struct audited *a = arg;
    TRY(a->fn(t, a->arg));
    const struct audit_note *note = t->c->audit;
    str subject = note->subject;
    if (a->made)
        subject = str_fmt(t->c->arena, STR_FMT "/%lld", STR_ARG(subject), (long long)*a->made);
    TRY(audit_write(t, note->action, subject, note->detail));
    return note->with ? note->with(t, note->with_arg) : OK;
}

enum err audited_write(struct ctx *c, write_fn *fn, void *arg, const i64 *made)
{
    if (!c->audit || c->audit->written) return store_write(c->store, c, fn, arg);
    struct audited a = { fn, arg, made };
    TRY(store_write(c->store, c, write_both, &a));
    c->audit->written = true;
    return OK;
}

enum err audit_list(struct ctx *c, str actor, str action, i64 before, i64 limit,
                    struct audit_view_list *out)
{
    return db_all(c, &audit_page, out,
                  ARGS(before, str_or(actor, S("")), str_or(action, S("")), limit));
}
