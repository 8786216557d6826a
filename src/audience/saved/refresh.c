/* refresh.c -- a segment asked whole: by the index when there is one, else by SQL; what differs
 * from what is kept is moved in batches. */
#include <pthread.h>

#include "audience/ask.h"
#include "audience/saved/inside.h"
#include "base/log.h"
#include "store/setting.h"
#include "timeline/timeline.h"

#define TRIES 5

QUERY(chunks_of, chunk_row,
      "SELECT segment AS owner, chunk, members FROM segment_chunk WHERE segment = $1"
      " AND chunk >= $2 ORDER BY chunk");
CHANGE(segment_filled,
       "UPDATE segment SET filled = version, announce = FALSE, counted_at = $3, problem = NULL,"
       " seq = CASE WHEN seq < $4 THEN $4 ELSE seq END WHERE id = $1 AND version = $2");
CHANGE(segment_problem, "UPDATE segment SET problem = $2 WHERE id = $1");

/* In the order they came: a thread that refreshes one after the other lets those in between who
 * ask by the network. A mutex alone would let it in again and again. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t next;
    u64 came, turn;
} refreshing = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 };

void refreshing_begin(void)
{
    pthread_mutex_lock(&refreshing.lock);
    u64 mine = refreshing.came++;
    while (refreshing.turn != mine) pthread_cond_wait(&refreshing.next, &refreshing.lock);
    pthread_mutex_unlock(&refreshing.lock);
}

void refreshing_end(void)
{
    pthread_mutex_lock(&refreshing.lock);
    refreshing.turn++;
    pthread_cond_broadcast(&refreshing.next);
    pthread_mutex_unlock(&refreshing.lock);
}

/* -- asking ----------------------------------------------------------------------------------- */

struct answer {
    u64 *bits; /* chunks * CHUNK_WORDS */
    i64 chunks, n;
    i64 seq; /* the state it was asked of */
    bool by_index;
};

static enum err by_index(struct ctx *c, str text, struct arena *into, i64 seq, struct answer *out)
{
    const struct segment_node *tree;
    const struct view *v;
    const struct plan *p;
    struct member_set set;
    instant at;
    TRY(segment_at_read(c, NO_STR, &at));
    TRY(segment_parse(c, text, &tree));
    TRY(audience_view(c, seq, &v));
    TRY(plan_make(c, v, tree, at, &p));
    plan_set(c->arena, p, &set);
    *out = (struct answer){
        .chunks = view_chunks(v), .n = set.n, .seq = view_seq(v), .by_index = plan_by_index(p)
    };
    out->bits = NEWS(into, u64, out->chunks * CHUNK_WORDS + 1);
    if (out->chunks) memcpy(out->bits, set.bits, (size_t)out->chunks * sizeof(chunk_bits));
    return OK;
}

static enum err by_sql(struct ctx *c, str text, struct arena *into, struct answer *out)
{
    const struct segment_node *tree;
    ints members;
    instant at;
    *out = (struct answer){ 0 };
    TRY(segment_at_read(c, NO_STR, &at));
    TRY(store_snapshot(c));
    TRY(timeline_last(c, &out->seq));
    TRY(segment_parse(c, text, &tree));
    TRY(segment_members(c, tree, at, &members));
    out->n = members.n;
    out->chunks = members.n ? members.at[members.n - 1] / CHUNK + 1 : 0;
    out->bits = NEWS(into, u64, out->chunks * CHUNK_WORDS + 1);
    for (i64 i = 0; i < members.n; i++)
        out->bits[members.at[i] / 64] |= 1ull << (members.at[i] % 64);
    return OK;
}

/* In a ctx of its own, so that view and snapshot end with the question. */
static enum err ask(struct store *s, struct ctx *c, str text, i64 seq, struct answer *out)
{
    struct ctx own = *c;
    own.arena = arena_new();
    own.db = NULL;
    bool worth = false;
    enum err e = store_reader(s, &own);
    if (e == OK) e = audience_worth(&own, &worth);
    if (e == OK) e = worth ? by_index(&own, text, c->arena, seq, out) : E_BUSY;
    /* No index, or one that is behind: SQL is slower, and always right. */
    if (e == E_BUSY || e == E_TIMEOUT) e = by_sql(&own, text, c->arena, out);
    c->why = own.why;
    if (own.db) store_release(&own);
    arena_free(own.arena);
    return e;
}

/* -- moving what differs ----------------------------------------------------------------------- */

struct differing {
    struct ctx *c;
    const struct kept_segment *row;
    struct {
        struct wish *at;
        i64 n;
    } wishes;
};

static void add_differing(struct differing *d, i64 chunk, const u64 *kept, const u64 *asked)
{
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 rest = kept[w] ^ asked[w]; rest; rest &= rest - 1) {
            i64 bit = __builtin_ctzll(rest);
            *PUSH(d->c->arena, &d->wishes) = (struct wish){ .segment = d->row->id,
                                                            .version = d->row->version,
                                                            .member = chunk * CHUNK + w * 64 + bit,
                                                            .in = asked[w] >> bit & 1 };
        }
}

static enum err find_differing(struct ctx *c, const struct kept_segment *row,
                               const struct answer *asked, struct differing *out)
{
    struct chunk_row_list kept;
    static const chunk_bits none;
    i64 chunk = 0, first = 0;
    *out = (struct differing){ .c = c, .row = row };
    TRY(db_all(c, &chunks_of, &kept, ARGS(row->id, first)));
    for (i64 i = 0; i < kept.n; i++, chunk++) {
        chunk_bits bits;
        for (; chunk < kept.at[i].chunk && chunk < asked->chunks; chunk++)
            add_differing(out, chunk, none, asked->bits + chunk * CHUNK_WORDS);
        chunk = kept.at[i].chunk;
        TRY(kept_read(c, kept.at[i].members, bits));
        add_differing(out, chunk, bits,
                      chunk < asked->chunks ? asked->bits + chunk * CHUNK_WORDS : none);
    }
    for (; chunk < asked->chunks; chunk++)
        add_differing(out, chunk, none, asked->bits + chunk * CHUNK_WORDS);
    return OK;
}

struct finish {
    const struct kept_segment *row;
    const struct answer *asked;
    bool another; /* text, meanwhile */
};

static enum err finish(struct tx *t, void *arg)
{
    struct finish *f = arg;
    struct kept_segment now;
    bool found;
    TRY(segment_hold(t, f->row->id, &found, &now));
    f->another = !found || now.version != f->row->version;
    if (f->another) return OK;
    TRY(tx_change(t, &segment_filled, ARGS(now.id, now.version, t->c->now, f->asked->seq)));
    if (now.filled == now.version) return OK;
    return segment_line(t, "segment.filled", now.name, now.id, now.version, now.members);
}

static enum err note_problem(struct tx *t, void *arg)
{
    const struct kept_segment *row = arg;
    return tx_change(t, &segment_problem, ARGS(row->id, str_of(t->c->why.detail)));
}

/* *again: it was asked of an older state than somebody else's (then *seq is his), or of an older
 * text. */
static enum err one_try(struct store *s, struct ctx *c, i64 id, i64 *seq, bool *again,
                        struct saved_refreshed *out)
{
    struct kept_segment row;
    struct answer asked;
    struct differing d;
    *again = true;
    TRY(kept_segment_get(c, id, &row));
    enum err e = ask(s, c, row.text, *seq, &asked);
    if (e == E_INVALID) { /* a field or segment it names is gone */
        struct problem why = c->why;
        TRY(store_write(s, c, note_problem, &row));
        c->why = why;
    }
    TRY(e);
    TRY(find_differing(c, &row, &asked, &d));
    for (i64 i = 0; i < d.wishes.n; i += wishes_max) {
        i64 n = d.wishes.n - i < wishes_max ? d.wishes.n - i : wishes_max;
        struct wishes w = { .at = d.wishes.at + i, .n = n, .seq = asked.seq };
        TRY(store_write(s, c, wishes_grant, &w));
        if (w.granted[0].behind > *seq) *seq = w.granted[0].behind;
        if (w.granted[0].refused) return OK;
        out->entered += w.granted[0].entered;
        out->left += w.granted[0].left;
    }
    struct finish f = { .row = &row, .asked = &asked };
    TRY(store_write(s, c, finish, &f));
    *again = f.another;
    out->count = asked.n;
    out->by_index = asked.by_index;
    return OK;
}

enum err refresh_whole(struct store *s, struct ctx *c, i64 id, struct saved_refreshed *out)
{
    i64 seq = 0, begun_us = clock_mono_us();
    *out = (struct saved_refreshed){ 0 };
    for (i64 i = 0; i < TRIES; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        bool again;
        TRY(one_try(s, c, id, &seq, &again, out));
        arena_rewind(c->arena, mark);
        out->took_us = clock_mono_us() - begun_us;
        if (!again) return OK;
    }
    return fail(c, E_BUSY, "这个分层正在被别人修改，请稍后再刷新",
                "the segment is being changed by others; refresh it again shortly");
}

enum err saved_refresh(struct store *s, struct ctx *c, i64 id, struct saved_refreshed *out)
{
    refreshing_begin();
    enum err e = refresh_whole(s, c, id, out);
    refreshing_end();
    return e;
}

/* -- by the clock ------------------------------------------------------------------------------ */

static bool due(const struct ctx *c, const struct kept_segment *row, i64 minutes)
{
    if (!row->auto_ || row->paused) return false;
    if (!row->counted_at.has || row->filled != row->version) return true;
    instant last = row->counted_at.value;
    if (minutes && last + minutes * MINUTE_MS <= c->now) return true;
    return last < zone_midnight(c->zone, zone_day(c->zone, c->now));
}

enum err saved_refresh_due(struct store *s, struct ctx *c)
{
    struct kept_segment_list rows;
    i64 minutes, failed = 0;
    TRY(setting_i64(c, "segment.refresh_minutes", &minutes));
    TRY(kept_segments(c, &rows));
    for (i64 i = 0; i < rows.n; i++) {
        struct saved_refreshed done;
        struct arena_mark mark = arena_mark(c->arena);
        if (!due(c, &rows.at[i], minutes)) continue;
        enum err e = saved_refresh(s, c, rows.at[i].id, &done);
        /* One that is wrong says so in its view and does not hold up the others. */
        if (e != OK && e != E_INVALID && e != E_NOT_FOUND) return e;
        failed += e == E_INVALID;
        arena_rewind(c->arena, mark);
    }
    if (failed) LOG(WARN, "segment.not_refreshed", KV("segments", failed));
    return saved_thin(s, c);
}
