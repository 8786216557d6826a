/* repeat.c -- which messages were told before: a log on disk, a set of its keys in memory.
 *
 * Invariants
 *   1. The set holds keys of committed rows of the log only. What is not in it yet (rows of this
 *      very transaction, of other processes) is read from the log inside the change.
 *   2. Numbers of rows come from tx_take, so whoever holds one has seen all below it.
 *   3. `last` is the newest row in the set, by number and content: a store where it is missing or
 *      another is not the store the set was filled from, and it is filled anew.
 * Why no index on disk: keys are random. Each would dirty a page of its own, 4 KiB for 8 bytes.
 */
#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/room.h"
#include "track/repeat.h"

#define REMEMBER_MS (48 * HOUR_MS)
#define FIRST_ROOM  ((i64)1 << 16)

#define FIELDS_OF_log_row(X, N) \
    X(i64, batch, ANY, "", N)   \
    X(instant, at, ANY, "", N)  \
    X(str, keys, ANY, "", N)
SHAPE(log_row);
SHAPE_DEFINE(log_row);
QUERY(log_from, log_row, "SELECT batch, at, keys FROM track_log WHERE batch >= $1 ORDER BY batch");
CHANGE(log_put, "INSERT INTO track_log (batch, at, keys) VALUES ($1, $2, $3)");
/* The newest row stays: who looks for it finds it. */
CHANGE(log_forget, "DELETE FROM track_log WHERE batch IN (SELECT batch FROM track_log WHERE at < $1"
                   " AND batch < (SELECT MAX(batch) FROM track_log) ORDER BY batch LIMIT 1000)");

/* Ids kept before there was a log. */
#define FIELDS_OF_seen_row(X, N) \
    X(i64, high, ANY, "", N)     \
    X(instant, at, ANY, "", N)
SHAPE(seen_row);
SHAPE_DEFINE(seen_row);
QUERY(seen_all, seen_row, "SELECT high, at FROM track_seen");
CHANGE(seen_forget, "DELETE FROM track_seen WHERE (high, low) IN"
                    " (SELECT high, low FROM track_seen WHERE at < $1 ORDER BY at LIMIT 5000)");

/* -- the set ----------------------------------------------------------------------------------- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    const struct store *store; /* NULL: empty */
    i64 last;                  /* newest row in it; 0: none */
    u64 last_hash;
    u64 *keys;     /* 0: free */
    int32_t *hour; /* since 1970, when it was told */
    i64 n, room;
} set;

/* The slot of a key, or the free one where it belongs. */
static i64 slot_of(u64 key)
{
    i64 i = (i64)(key & (u64)(set.room - 1));
    while (set.keys[i] && set.keys[i] != key) i = (i + 1) & (set.room - 1);
    return i;
}

static void set_make(i64 room)
{
    set.room = room;
    set.n = 0;
    set.keys = calloc((size_t)room, sizeof *set.keys);
    set.hour = calloc((size_t)room, sizeof *set.hour);
    if (!set.keys || !set.hour) abort();
}

static void set_clear(const struct store *s)
{
    free(set.keys);
    free(set.hour);
    set_make(FIRST_ROOM);
    set.store = s;
    set.last = 0;
    set.last_hash = 0;
}

static bool is_over(int32_t hour, instant now)
{
    return (i64)hour * HOUR_MS + HOUR_MS <= now - REMEMBER_MS;
}

/* Another room, without what is over. */
static void set_renew(instant now)
{
    u64 *keys = set.keys;
    int32_t *hour = set.hour;
    i64 room = set.room, alive = 0;
    for (i64 i = 0; i < room; i++) alive += keys[i] && !is_over(hour[i], now);
    i64 wanted = FIRST_ROOM;
    while (wanted < alive * 2 + FIRST_ROOM / 2) wanted *= 2;
    set_make(wanted);
    for (i64 i = 0; i < room; i++) {
        if (!keys[i] || is_over(hour[i], now)) continue;
        i64 to = slot_of(keys[i]);
        set.keys[to] = keys[i];
        set.hour[to] = hour[i];
        set.n++;
    }
    free(keys);
    free(hour);
}

static void set_put(u64 key, instant at, instant now)
{
    if (set.n * 4 >= set.room * 3) set_renew(now);
    i64 i = slot_of(key);
    set.n += set.keys[i] == 0;
    set.keys[i] = key;
    int32_t hour = (int32_t)(at / HOUR_MS);
    if (hour > set.hour[i]) set.hour[i] = hour;
}

static bool set_has(u64 key, instant now)
{
    i64 i = slot_of(key);
    return set.keys[i] && !is_over(set.hour[i], now);
}

static u64 key_at(str keys, i64 i)
{
    u64 key;
    memcpy(&key, keys.at + i * (i64)sizeof key, sizeof key);
    return key;
}

static u64 row_hash(const struct log_row *row) { return str_hash(row->keys) ^ (u64)row->at; }

static void set_take(const struct log_row *row, instant now)
{
    for (i64 i = 0; i < row->keys.n / (i64)sizeof(u64); i++)
        set_put(key_at(row->keys, i), row->at, now);
    if (row->batch <= set.last) return;
    set.last = row->batch;
    set.last_hash = row_hash(row);
}

i64 repeats_bytes(void)
{
    pthread_mutex_lock(&lock);
    i64 room = set.room * (i64)(sizeof *set.keys + sizeof *set.hour);
    pthread_mutex_unlock(&lock);
    return room;
}

/* -- filling it -------------------------------------------------------------------------------- */

static enum err take_row(void *arg, const void *row)
{
    set_take(row, *(const instant *)arg);
    return OK;
}

static enum err take_seen(void *arg, const void *row)
{
    const struct seen_row *seen = row;
    set_put((u64)seen->high, seen->at, *(const instant *)arg);
    return OK;
}

/* With the lock held, on a connection that sees committed rows only. */
static enum err fill(struct store *s, struct ctx *c)
{
    set_clear(s);
    instant now = c->now;
    enum err e = db_each(c, &seen_all, take_seen, &now, NO_ARGS);
    if (e == OK) e = db_each(c, &log_from, take_row, &now, ARGS((i64)0));
    if (e != OK) set.store = NULL;
    return e;
}

enum err repeats_load(struct store *s, struct ctx *c)
{
    enum err e = OK;
    pthread_mutex_lock(&lock);
    if (set.store != s) {
        /* On the caller's connection if he has one: another might be waited for in vain. */
        bool lent = c->db == NULL;
        if (lent) e = store_reader(s, c);
        if (e == OK) e = fill(s, c);
        if (e == OK && set.n) LOG(INFO, "track.repeats_loaded", KV("keys", set.n));
        if (lent) store_release(c);
    }
    pthread_mutex_unlock(&lock);
    return e;
}

/* -- inside a change --------------------------------------------------------------------------- */

/* A row of the log this change has read or written: becomes known when it is on disk. */
struct known_later {
    const struct store *store;
    instant now;
    struct log_row_list rows;
    struct log_row own;
};

static void known_now(void *arg)
{
    const struct known_later *later = arg;
    pthread_mutex_lock(&lock);
    if (set.store == later->store) {
        for (i64 i = 0; i < later->rows.n; i++) set_take(&later->rows.at[i], later->now);
        set_take(&later->own, later->now);
    }
    pthread_mutex_unlock(&lock);
}

/* Keys of this change and of rows that are not in the set. */
struct few {
    u64 *keys;
    i64 room;
};

static bool few_add(struct few *f, u64 key)
{
    i64 i = (i64)(key & (u64)(f->room - 1));
    while (f->keys[i] && f->keys[i] != key) i = (i + 1) & (f->room - 1);
    if (f->keys[i]) return false;
    f->keys[i] = key;
    return true;
}

/* Rows after the newest in the set. When that one is not there, the set is another store's: then
 * all rows, and the set is left alone until it is filled anew. */
static enum err rows_after(struct tx *t, struct log_row_list *rows, bool *set_counts)
{
    pthread_mutex_lock(&lock);
    bool ours = set.store == t->c->store;
    i64 last = ours ? set.last : 0;
    u64 hash = set.last_hash;
    pthread_mutex_unlock(&lock);
    TRY(db_all(t->c, &log_from, rows, ARGS(last)));
    *set_counts = ours;
    if (!last) return OK;
    if (rows->n && rows->at[0].batch == last && row_hash(&rows->at[0]) == hash) {
        rows->at++;
        rows->n--;
        return OK;
    }
    pthread_mutex_lock(&lock);
    if (set.store == t->c->store && set.last == last) set.store = NULL;
    pthread_mutex_unlock(&lock);
    *set_counts = false;
    return db_all(t->c, &log_from, rows, ARGS((i64)0));
}

enum err repeats_mark(struct tx *t, const u64 *keys, i64 n, bool *old)
{
    struct ctx *c = t->c;
    struct known_later *later = NEW(c->arena, struct known_later);
    struct few few = { .room = 64 };
    i64 batch, others = 0, fresh = 0, keyed = 0;
    bool set_counts;
    for (i64 i = 0; i < n; i++) keyed += keys[i] != 0;
    if (!keyed) return OK;
    TRY(tx_take(t, S("track_log"), 1,
                &batch)); /* first: others wait here, and what they wrote is seen */
    TRY(rows_after(t, &later->rows, &set_counts));
    for (i64 i = 0; i < later->rows.n; i++) others += later->rows.at[i].keys.n / (i64)sizeof(u64);
    while (few.room < 2 * (others + n)) few.room *= 2;
    few.keys = NEWS(c->arena, u64, few.room);
    for (i64 i = 0; i < later->rows.n; i++) {
        const struct log_row *row = &later->rows.at[i];
        if (row->at <= c->now - REMEMBER_MS) continue;
        for (i64 k = 0; k < row->keys.n / (i64)sizeof(u64); k++)
            few_add(&few, key_at(row->keys, k));
    }
    u64 *new = NEWS(c->arena, u64, keyed);
    pthread_mutex_lock(&lock);
    set_counts = set_counts && set.store == c->store;
    for (i64 i = 0; i < n; i++) {
        old[i] = keys[i] && ((set_counts && set_has(keys[i], c->now)) || !few_add(&few, keys[i]));
        if (keys[i] && !old[i]) new[fresh++] = keys[i];
    }
    pthread_mutex_unlock(&lock);
    later->store = c->store;
    later->now = c->now;
    bytes text = { new, fresh *(i64)sizeof *new };
    if (fresh) {
        later->own = (struct log_row){ batch, c->now, { text.at, text.n } };
        TRY(tx_change(t, &log_put, ARGS(batch, c->now, text)));
    }
    tx_after_commit(t, known_now, later);
    return OK;
}

/* -- forgetting -------------------------------------------------------------------------------- */

struct forgetting {
    instant before;
    struct query *q;
    i64 rows;
};

static enum err forget_some(struct tx *t, void *arg)
{
    struct forgetting *f = arg;
    return tx_change_rows(t, f->q, &f->rows, ARGS(f->before));
}

enum err repeats_forget(struct store *s, struct ctx *c)
{
    struct query *const all[] = { &log_forget, &seen_forget };
    for (i64 i = 0; i < COUNT(all); i++) {
        struct forgetting f = { c->now - REMEMBER_MS, all[i], 1 };
        while (f.rows > 0) TRY(store_write(s, c, forget_some, &f));
    }
    return OK;
}
