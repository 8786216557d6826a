/* throttle.c -- each failed sign-in of a name or an address makes the next one wait longer.
 *
 * A try is counted before the password is looked at and taken back when it was right, so that many
 * at once gain nothing.
 */
#include "access/inside.h"

#define FREE_TRIES      5
#define FIRST_WAIT_MS   (5 * SECOND_MS)
#define LONGEST_WAIT_MS (15 * MINUTE_MS)
#define FORGET_MS       HOUR_MS

#define FIELDS_OF_failure_row(X, N) \
    X(i64, failures, ANY, "", N)    \
    X(instant, last_at, ANY, "", N)
SHAPE(failure_row);
SHAPE_DEFINE(failure_row);

QUERY(failure_find, failure_row,
      "SELECT failures, last_at FROM sign_in_failure WHERE kind = $1 AND who = $2");
CHANGE(failure_put,
       "INSERT INTO sign_in_failure (kind, who, failures, last_at) VALUES ($1, $2, $3, $4) "
       "ON CONFLICT (kind, who) DO UPDATE SET failures = excluded.failures, "
       "last_at = excluded.last_at");
CHANGE(failure_clear, "DELETE FROM sign_in_failure WHERE kind = $1 AND who = $2");
CHANGE(failure_sweep, "DELETE FROM sign_in_failure WHERE last_at < $1");

static i64 wait_after(i64 failures)
{
    if (failures < FREE_TRIES) return 0;
    i64 steps = failures - FREE_TRIES;
    i64 wait = steps > 20 ? LONGEST_WAIT_MS : FIRST_WAIT_MS << steps;
    return wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
}

struct subject {
    str kind, who;
};

/* What people type as a name may be anything, a password too: only its hash is kept. */
static i64 subjects(struct arena *a, str name, str address, struct subject out[2])
{
    i64 n = 0;
    out[n++] = (struct subject){ S("name"), secret_hash(a, str_fold(a, name)) };
    if (address.n) out[n++] = (struct subject){ S("address"), address };
    return n;
}

enum err throttle_count(struct tx *t, str name, str address, i64 *wait_ms)
{
    struct ctx *c = t->c;
    struct subject who[2];
    struct failure_row rows[2];
    i64 n = subjects(c->arena, name, address, who);
    *wait_ms = 0;
    for (i64 i = 0; i < n; i++) {
        bool found;
        rows[i] = (struct failure_row){ 0 };
        TRY(db_find(c, &failure_find, &rows[i], &found, ARGS(who[i].kind, who[i].who)));
        if (!found || rows[i].last_at < c->now - FORGET_MS) rows[i].failures = 0;
        i64 wait = rows[i].last_at + wait_after(rows[i].failures) - c->now;
        if (rows[i].failures >= FREE_TRIES && wait > *wait_ms) *wait_ms = wait;
    }
    if (*wait_ms > 0)
        return fail(c, E_TOO_MANY, "登录失败次数过多，请 %lld 秒后再试",
                    "too many failed sign-ins; try again in %lld s",
                    (long long)((*wait_ms + 999) / 1000));
    for (i64 i = 0; i < n; i++)
        TRY(tx_change(t, &failure_put,
                      ARGS(who[i].kind, who[i].who, rows[i].failures + 1, c->now)));
    return OK;
}

enum err throttle_clear(struct tx *t, str name, str address)
{
    struct subject who[2];
    i64 n = subjects(t->c->arena, name, address, who);
    for (i64 i = 0; i < n; i++) TRY(tx_change(t, &failure_clear, ARGS(who[i].kind, who[i].who)));
    return OK;
}

enum err throttle_sweep(struct tx *t)
{
    return tx_change(t, &failure_sweep, ARGS(t->c->now - FORGET_MS));
}
