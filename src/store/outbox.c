/* outbox.c -- effects on the outside world, handed out under a lease until somebody reports them
 * done.
 *
 * A row is due at due_at. Taking it moves due_at to the end of the lease and counts the attempt: a
 * worker that dies simply lets the lease pass. A worker of an older lease that reports late does no
 * harm: done stays done.
 */
#include "store/outbox.h"

#include <stdlib.h>

SHAPE_DEFINE(outbox_item);

#define WHY_MAX 500

static const i64 waits_ms[] = { 5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS,
                                2 * HOUR_MS,   5 * HOUR_MS,   10 * HOUR_MS,
                                14 * HOUR_MS,  20 * HOUR_MS,  24 * HOUR_MS };

CHANGE(sql_put, "INSERT INTO outbox (id, kind, payload, state, due_at, attempts, why, made_at) "
                "VALUES ($1, $2, $3, 'waiting', $4, 0, '', $5)");
CHANGE_RETURNING(sql_lease, outbox_item,
                 "UPDATE outbox SET due_at = $3, attempts = attempts + 1 WHERE id IN ("
                 "SELECT id FROM outbox WHERE kind = $1 AND state = 'waiting' AND due_at <= $2 "
                 "ORDER BY due_at, id LIMIT $4) RETURNING id, kind, payload, attempts");
CHANGE(sql_done, "UPDATE outbox SET state = 'done' WHERE id = $1");
QUERY(sql_attempts, one_i64,
      "SELECT attempts AS value FROM outbox WHERE id = $1 AND state = 'waiting'");
CHANGE(sql_later, "UPDATE outbox SET due_at = $2, why = $3 WHERE id = $1");
CHANGE(sql_dead, "UPDATE outbox SET state = 'dead', why = $2 WHERE id = $1");

i64 outbox_wait_ms(i64 attempts)
{
    if (attempts > COUNT(waits_ms)) return -1;
    return waits_ms[attempts > 0 ? attempts - 1 : 0];
}

enum err outbox_put(struct tx *t, str kind, json payload, instant not_before, i64 *id)
{
    i64 mine;
    TRY(tx_take(t, S("outbox"), 1, &mine));
    TRY(tx_change(t, &sql_put, ARGS(mine, kind, payload, not_before, t->c->now)));
    if (id) *id = mine;
    return OK;
}

static int by_id(const void *a, const void *b)
{
    const struct outbox_item *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

enum err outbox_take(struct tx *t, str kind, i64 max, i64 lease_ms, struct outbox_item_list *out)
{
    struct ctx *c = t->c;
    TRY(db_all(c, &sql_lease, out, ARGS(kind, c->now, c->now + lease_ms, max)));
    if (out->n > 1)
        qsort(out->at, (size_t)out->n, sizeof *out->at, by_id); /* RETURNING has no order */
    return OK;
}

enum err outbox_done(struct tx *t, i64 id) { return tx_change(t, &sql_done, ARGS(id)); }

enum err outbox_failed(struct tx *t, i64 id, str why)
{
    struct ctx *c = t->c;
    struct one_i64 attempts;
    bool waiting;
    TRY(db_find(c, &sql_attempts, &attempts, &waiting, ARGS(id)));
    if (!waiting) return OK;
    why = why.n > WHY_MAX ? str_sub(why, 0, WHY_MAX) : str_or(why, S(""));
    i64 wait = outbox_wait_ms(attempts.value);
    if (wait < 0) return tx_change(t, &sql_dead, ARGS(id, why));
    return tx_change(t, &sql_later, ARGS(id, c->now + wait, why));
}
