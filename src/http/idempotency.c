/* idempotency.c -- Idempotency-Key: the same request with the same key answers the same reply for a
 * day.
 *
 * A key is claimed before the handler runs and holds the reply afterwards; both belong to one
 * caller. What a retry finds:
 *   no row               -> claimed by this run: the handler runs
 *   another request      -> E_UNPROCESSABLE (422)
 *   done                 -> the stored reply
 *   in work              -> E_CONFLICT (409): the first one's process lives, its time is not over
 *   dead, not carried out -> claimed anew
 *   dead, carried out    -> E_CONFLICT (409), in words: the change is on disk, its reply was lost
 * "Carried out" is written in the transaction of the change itself (audited_write): no crash lets a
 * retry change twice. Faults of ours (5xx) before that are not kept: the caller may try again.
 */
#include <sodium.h>

#include "http/inside.h"

#define KEEP_MS     DAY_MS
#define KEY_MAX     200
#define RUNNING     0 /* instead of a status of HTTP */
#define CARRIED_OUT 1

#define FIELDS_OF_idempotency_row(X, N) \
    X(str, fingerprint, ANY, "", N)     \
    X(str, holder, ANY, "", N)          \
    X(i64, status, ANY, "", N)          \
    X(str, content_type, ANY, "", N)    \
    X(str, reply, ANY, "", N)           \
    X(instant, claimed_at, ANY, "", N)
SHAPE(idempotency_row);
SHAPE_DEFINE(idempotency_row);

QUERY(idempotency_find, idempotency_row,
      "SELECT fingerprint, holder, status, content_type, reply, claimed_at "
      "FROM idempotency WHERE caller = $1 AND request_key = $2");
CHANGE(idempotency_claim,
       "INSERT INTO idempotency (caller, request_key, fingerprint, holder, status, claimed_at) "
       "VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (caller, request_key) DO UPDATE SET "
       "fingerprint = excluded.fingerprint, holder = excluded.holder, status = 0, "
       "content_type = NULL, reply = NULL, claimed_at = excluded.claimed_at");
CHANGE(idempotency_save, "UPDATE idempotency SET status = $3, content_type = $4, reply = $5 "
                         "WHERE caller = $1 AND request_key = $2");
CHANGE(idempotency_carry,
       "UPDATE idempotency SET status = 1 WHERE caller = $1 AND request_key = $2");
CHANGE(idempotency_drop,
       "DELETE FROM idempotency WHERE caller = $1 AND request_key = $2 AND status = 0");
CHANGE(idempotency_sweep, "DELETE FROM idempotency WHERE claimed_at < $1");

/* "abc" and abc are the same key (the draft standard quotes it). */
static enum err read_key(struct request *r, str *out)
{
    str key = str_trim(r->headers[H_IDEMPOTENCY_KEY]);
    if (key.n >= 2 && key.at[0] == '"' && key.at[key.n - 1] == '"')
        key = str_sub(key, 1, key.n - 1);
    bool printable = key.n > 0 && key.n <= KEY_MAX;
    for (i64 i = 0; i < key.n && printable; i++) printable = key.at[i] > 0x20 && key.at[i] < 0x7f;
    *out = key;
    if (printable) return OK;
    return fail(&r->c, E_INVALID, "Idempotency-Key 须为 1 到 200 个可见 ASCII 字符",
                "Idempotency-Key must be 1 to 200 visible ASCII characters");
}

static void fingerprint(struct request *r, u8 out[32])
{
    crypto_generichash_state s;
    crypto_generichash_init(&s, NULL, 0, 32);
    str parts[] = { str_of(method_name(r->method)), r->uri, buf_str(&r->body) };
    for (i64 i = 0; i < COUNT(parts); i++) {
        crypto_generichash_update(&s, (const u8 *)&parts[i].n, sizeof parts[i].n);
        crypto_generichash_update(&s, (const u8 *)parts[i].at, (u64)parts[i].n);
    }
    crypto_generichash_final(&s, out, 32);
}

struct claim {
    struct request *r;
    struct idempotency *i;
    bool found, dead;
    struct idempotency_row row;
};

static enum err claim(struct tx *t, void *arg)
{
    struct claim *k = arg;
    struct ctx *c = t->c;
    k->found = k->dead = false;
    TRY(db_find(c, &idempotency_find, &k->row, &k->found, ARGS(k->i->caller, k->i->key)));
    str print = str_hex(c->arena, k->i->fingerprint, 32);
    str holder = str_hex(c->arena, k->r->http->boot, 16);
    if (k->found && k->row.claimed_at < c->now - KEEP_MS) k->found = false;
    if (k->found) {
        k->dead = k->row.claimed_at < c->now - 2 * k->r->http->request_us / 1000 ||
                  (k->r->http->quick && !str_eq(k->row.holder, holder));
        bool anew = k->dead && k->row.status == RUNNING;
        if (!str_eq(k->row.fingerprint, print) || !anew) return OK;
    }
    k->found = false;
    return tx_change(t, &idempotency_claim, ARGS(k->i->caller, k->i->key, print, holder, c->now));
}

enum err idempotency_begin(struct request *r, struct idempotency *i, enum idempotency_step *step)
{
    struct ctx *c = &r->c;
    TRY(read_key(r, &i->key));
    i->caller = str_copy(c->arena, c->actor);
    fingerprint(r, i->fingerprint);
    struct claim k = { .r = r, .i = i };
    TRY(store_write(c->store, c, claim, &k));
    *step = IDEM_RUN;
    if (!k.found) {
        i->on = true;
        return OK;
    }
    if (!str_eq(k.row.fingerprint, str_hex(c->arena, i->fingerprint, 32)))
        return fail(c, E_UNPROCESSABLE, "这个 Idempotency-Key 已用于另一个请求，请换一个",
                    "this Idempotency-Key was used for another request; take a new one");
    if (k.row.status == CARRIED_OUT && k.dead)
        return fail(c, E_CONFLICT,
                    "这个请求已经生效，但答复在服务中断时丢失：请先查看结果，不要换编号重发",
                    "this request was carried out, but its reply was lost when the server stopped: "
                    "look at the result instead of asking with another key");
    if (k.row.status == RUNNING || k.row.status == CARRIED_OUT) {
        reply_header(r, "Retry-After", S("1"));
        return fail(c, E_CONFLICT, "同一 Idempotency-Key 的请求正在处理",
                    "the request with this Idempotency-Key is still in work");
    }
    *step = IDEM_REPLAYED;
    r->replied = true;
    r->status = (int)k.row.status;
    r->type = k.row.content_type.n ? str_z(c->arena, k.row.content_type) : NULL;
    r->reply = k.row.reply;
    reply_header(r, "Idempotency-Replayed", S("true"));
    reply_header(r, "Cache-Control", S("no-store"));
    return OK;
}

enum err idempotency_carried_out(struct tx *t, void *arg)
{
    const struct idempotency *i = arg;
    return tx_change(t, &idempotency_carry, ARGS(i->caller, i->key));
}

enum err idempotency_end(struct tx *t, const struct idempotency *i, int status, str type, str reply)
{
    if (status >= 500) return tx_change(t, &idempotency_drop, ARGS(i->caller, i->key));
    return tx_change(t, &idempotency_save, ARGS(i->caller, i->key, (i64)status, type, reply));
}

static enum err sweep(struct tx *t, void *arg)
{
    (void)arg;
    return tx_change(t, &idempotency_sweep, ARGS(t->c->now - KEEP_MS));
}

enum err http_sweep(struct store *s, struct ctx *c) { return store_write(s, c, sweep, NULL); }
