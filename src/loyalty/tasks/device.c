/* device.c -- who was met on one device, or with one identity: what fraud.c looks at. */
#include <sodium.h>

#include "loyalty/tasks/inside.h"

enum { HASH_BYTES = 16, OTHERS_MAX = 200 };

CHANGE(c_seen,
       "INSERT INTO task_device (member, hash, origin, number, at) VALUES ($1, $2, $1, $3, $4)"
       " ON CONFLICT (member, hash, origin) DO UPDATE SET at = excluded.at");
QUERY(q_seen, one_i64,
      "SELECT number AS value FROM task_device WHERE member = $1 AND hash = $2 AND origin = $1");
QUERY(q_same_device, one_i64,
      "SELECT DISTINCT o.member AS value FROM task_device d JOIN task_device o ON o.hash = d.hash"
      " AND o.member <> d.member WHERE d.member = $1 AND d.at > $2 AND o.at > $2"
      " ORDER BY o.member LIMIT $3");
/* Conflicts name the ids of then. */
QUERY(q_conflicts, one_i64,
      "SELECT CASE WHEN member = $1 THEN other ELSE member END AS value FROM identity_conflict"
      " WHERE (member = $1 OR other = $1) AND merge IS NULL AND dismissed_at IS NULL"
      " AND (kind = 'anonymous_id') = $2 AND at > $3 ORDER BY conflict DESC LIMIT $4");

static str device_hash(struct arena *a, str device)
{
    static const char secret[] = "device";
    u8 hash[HASH_BYTES];
    crypto_generichash(hash, sizeof hash, (const u8 *)device.at, (u64)device.n, (const u8 *)secret,
                       sizeof secret);
    return str_hex(a, hash, sizeof hash);
}

static enum err seen_on(struct tx *t, i64 member, str hash)
{
    struct one_i64 number;
    bool found;
    TRY(db_find(t->c, &q_seen, &number, &found, ARGS(member, hash)));
    if (!found) TRY(tx_take(t, S("task_device"), 1, &number.value));
    return tx_change(t, &c_seen, ARGS(member, hash, number.value, t->c->now));
}

enum err device_seen(struct tx *t, i64 member, str device)
{
    struct ctx *c = t->c;
    i64 owner;
    if (str_empty(str_trim(device))) return OK;
    str hash = device_hash(c->arena, str_trim(device));
    TRY(seen_on(t, member, hash));
    /* Tracked events may know it as somebody's. */
    struct identity id = { .kind = ID_ANONYMOUS_ID, .scope = S(""), .value = str_trim(device) };
    if (identity_normalise(c, &id) != OK || id.kind != ID_ANONYMOUS_ID) return OK;
    TRY(member_find(c, &id, &owner));
    return owner && owner != member ? seen_on(t, owner, hash) : OK;
}

static enum err add_living(struct ctx *c, i64 member, const struct one_i64_list *rows, ints *out)
{
    for (i64 i = 0; i < rows->n; i++) {
        i64 living;
        bool known = false;
        enum err e = member_living(c, rows->at[i].value, &living);
        if (e == E_NOT_FOUND) continue;
        TRY(e);
        for (i64 k = 0; k < out->n; k++) known |= out->at[k] == living;
        if (!known && living != member) *PUSH(c->arena, out) = living;
    }
    return OK;
}

static enum err conflicts_of(struct ctx *c, i64 member, bool devices, instant since, ints *out)
{
    ints ids;
    TRY(member_ids(c, member, &ids));
    for (i64 i = 0; i < ids.n; i++) {
        struct one_i64_list rows = { 0 };
        TRY(db_all(c, &q_conflicts, &rows, ARGS(ids.at[i], devices, since, (i64)OTHERS_MAX)));
        TRY(add_living(c, member, &rows, out));
    }
    return OK;
}

enum err device_others(struct ctx *c, i64 member, instant since, ints *out)
{
    struct one_i64_list rows = { 0 };
    *out = (ints){ 0 };
    TRY(db_all(c, &q_same_device, &rows, ARGS(member, since, (i64)OTHERS_MAX)));
    TRY(add_living(c, member, &rows, out));
    return conflicts_of(c, member, true, since, out);
}

enum err identity_others(struct ctx *c, i64 member, ints *out)
{
    *out = (ints){ 0 };
    return conflicts_of(c, member, false, 0, out);
}
