/* rfm_read.c -- reads everybody's purchases in order of member and time and makes R, F and M of
 * them in one pass.
 *
 * What must stay true
 *   1. Purchases of one member come together, rising in time (purchases_each): so one open member
 * is all the state there is.
 *   2. Two readers of one report see the same state: each opens a snapshot, and both must see the
 * same end of the timeline, for every change of state appends a line in its own transaction. When
 * they differ they are opened again.
 *   3. Nobody waits for a second connection: a report takes two spare ones if there are two and no
 * other report has them; else it reads alone with the one it has. So reports never wait for each
 * other.
 */
#include "base/clock.h"
#include "insight/rfm.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

/* -- days ------------------------------------------------------------------------------------- */

#define DAYS_KNOWN 4096

/* Midnights of the days before `at`: turning three million instants into days one by one would cost
 * more than reading them. */
struct day_table {
    const struct zone *zone;
    day first; /* the day of midnight[0] */
    i64 n;     /* days; midnight[n] ends the last */
    instant *midnight;
};

static void day_table_make(struct arena *a, const struct zone *zone, instant at,
                           struct day_table *t)
{
    day last = zone_day(zone, at);
    *t = (struct day_table){ zone, last - DAYS_KNOWN + 1, DAYS_KNOWN,
                             NEWS(a, instant, DAYS_KNOWN + 1) };
    for (i64 i = 0; i <= t->n; i++) t->midnight[i] = zone_midnight(zone, t->first + (day)i);
}

static day day_table_day(const struct day_table *t, instant at)
{
    if (at < t->midnight[0] || at >= t->midnight[t->n]) return zone_day(t->zone, at);
    i64 i = (at - t->midnight[0]) / DAY_MS; /* clock changes put this off by one at most */
    if (i >= t->n) i = t->n - 1;
    while (at < t->midnight[i]) i--;
    while (at >= t->midnight[i + 1]) i++;
    return t->first + (day)i;
}

/* -- one pass --------------------------------------------------------------------------------- */

#define BLOCK 4096
struct block {
    struct rfm_member at[BLOCK];
    i64 n;
    struct block *next;
};
struct blocks {
    struct block *first, *last;
    i64 n;
};

static struct rfm_member *blocks_add(struct arena *a, struct blocks *b)
{
    if (!b->last || b->last->n == BLOCK) {
        struct block *fresh = NEW(a, struct block);
        if (b->last) b->last->next = fresh;
        else b->first = fresh;
        b->last = fresh;
    }
    b->n++;
    return &b->last->at[b->last->n++];
}

/* A pass over some members; `open` is the one whose purchases are coming in. */
struct pass {
    const struct rfm_rule *rule;
    const struct day_table *days;
    instant since; /* the window's beginning */
    struct arena *arena;
    struct blocks done;
    struct {
        i64 member, frequency;
        u32 purchases;
        instant first, last;
        day day; /* of the last purchase within the window */
        money amount;
    } open;
};

static void pass_close(struct pass *p)
{
    if (p->open.member == 0) return;
    struct rfm_member *m = blocks_add(p->arena, &p->done);
    m->member = p->open.member;
    m->amount = p->open.amount;
    m->first_bought_at = p->open.first;
    m->last_bought_at = p->open.last;
    m->purchases = p->open.purchases;
    m->figure[RFM_R] = rfm_recency(p->rule, p->open.last);
    m->figure[RFM_F] = p->open.frequency;
    m->figure[RFM_M] = rfm_monetary(p->rule, m->amount, p->open.frequency);
    p->open.member = 0;
}

static enum err pass_purchase(void *arg, const void *row)
{
    struct pass *p = arg;
    const struct purchase *buy = row;
    if (buy->member != p->open.member) {
        pass_close(p);
        memset(&p->open, 0, sizeof(p->open));
        p->open.member = buy->member;
        p->open.first = buy->bought_at;
    }
    p->open.purchases++;
    p->open.last = buy->bought_at;
    if (buy->bought_at < p->since) return OK;
    p->open.amount += buy->net;
    if (p->rule->frequency_of == RFM_ORDERS) {
        p->open.frequency++;
        return OK;
    }
    day d = day_table_day(p->days, buy->bought_at);
    if (p->open.frequency == 0 || d != p->open.day) p->open.frequency++;
    p->open.day = d;
    return OK;
}

static enum err pass_read(struct ctx *c, struct pass *p, i64 first, i64 last)
{
    TRY(purchases_each(c, first, last, p->rule->at, pass_purchase, p));
    pass_close(p);
    return OK;
}

/* -- two at once ------------------------------------------------------------------------------ */

#define PARTS 16 /* the members in as many ranges: whoever is done takes the next */

struct reading {
    struct pass parts[PARTS];
    i64 first, last;
    atomic_int next;
};

struct reader {
    struct ctx c;
    struct reading *all;
    i64 end; /* of the timeline, as this one sees it */
    enum err err;
};

static enum err read_parts(struct ctx *c, struct reading *all)
{
    i64 span = all->last - all->first + 1;
    for (int i; (i = atomic_fetch_add(&all->next, 1)) < PARTS;) {
        all->parts[i].arena = c->arena;
        TRY(pass_read(c, &all->parts[i], all->first + span * i / PARTS,
                      all->first + span * (i + 1) / PARTS - 1));
    }
    return OK;
}

static void *reader_run(void *arg)
{
    struct reader *r = arg;
    r->err = read_parts(&r->c, r->all);
    return NULL;
}

static void arena_free_deferred(void *a) { arena_free(a); }

/* *given is false when no connection is spare. */
static enum err reader_open(struct ctx *c, struct reader *r, struct reading *all, bool *given)
{
    *r = (struct reader){ .c = *c, .all = all };
    r->c.arena = arena_new();
    arena_defer(c->arena, arena_free_deferred, r->c.arena);
    r->c.db = NULL;
    enum err e = store_reader_spare(c->store, &r->c, given);
    if (e != OK || !*given) goto out;
    e = store_snapshot(&r->c);
    if (e == OK) e = timeline_last(&r->c, &r->end);
    if (e == OK) e = purchases_members(&r->c, &all->first, &all->last);
out:
    if (e != OK) c->why = r->c.why;
    return e;
}

static void readers_release(struct reader r[2])
{
    for (int i = 0; i < 2; i++)
        if (r[i].c.db) store_release(&r[i].c);
}

#define OPEN_TRIES 20

/* *same: both are open and see one state; else none is open. */
static enum err readers_open(struct ctx *c, struct reader r[2], struct reading *all, bool *same)
{
    bool given = true;
    *same = false;
    for (int i = 0; i < OPEN_TRIES && given && !*same; i++) {
        enum err e = OK;
        for (int k = 0; k < 2 && e == OK && given; k++) e = reader_open(c, &r[k], all, &given);
        *same = e == OK && given && r[0].end == r[1].end;
        if (!*same) readers_release(r);
        TRY(e);
    }
    return OK;
}

static enum err read_together(struct ctx *c, struct reading *all, bool *done)
{
    struct reader r[2] = { 0 };
    TRY(readers_open(c, r, all, done));
    if (!*done) return OK;
    pthread_t thread;
    bool helped = pthread_create(&thread, NULL, reader_run, &r[1]) == 0;
    reader_run(&r[0]);
    if (helped) pthread_join(thread, NULL);
    readers_release(r);
    for (int k = 0; k < 2; k++) {
        if (r[k].err == OK) continue;
        c->why = r[k].c.why;
        return r[k].err;
    }
    return OK;
}

static pthread_mutex_t together = PTHREAD_MUTEX_INITIALIZER;

/* Below this many members a second thread is not worth its connections. */
#define TOGETHER_FROM 20000

static enum err read_all(struct ctx *c, struct reading *all)
{
    TRY(purchases_members(c, &all->first, &all->last));
    if (all->last < all->first) return OK;
    bool done = false;
    if (c->store && all->last - all->first >= TOGETHER_FROM &&
        pthread_mutex_trylock(&together) == 0) {
        enum err e = read_together(c, all, &done);
        pthread_mutex_unlock(&together);
        TRY(e);
    }
    if (done) return OK;
    all->parts[0].arena = c->arena; /* one statement sees one state */
    return pass_read(c, &all->parts[0], all->first, all->last);
}

enum err rfm_make(struct ctx *c, const struct rfm_rule *rule, struct rfm *out)
{
    *out = (struct rfm){ .rule = *rule };
    struct day_table days;
    struct pass empty = { .rule = rule, .days = &days, .since = rfm_since(rule) };
    if (rule->frequency_of == RFM_DAYS) day_table_make(c->arena, c->zone, rule->at, &days);
    struct reading *all = NEW(c->arena, struct reading);
    for (int i = 0; i < PARTS; i++) all->parts[i] = empty;
    TRY(read_all(c, all));
    i64 n = 0;
    for (int i = 0; i < PARTS; i++) n += all->parts[i].done.n;
    out->at = NEWS(c->arena, struct rfm_member, n);
    for (int i = 0; i < PARTS; i++)
        for (struct block *b = all->parts[i].done.first; b; b = b->next) {
            memcpy(&out->at[out->n], b->at, (size_t)b->n * sizeof(b->at[0]));
            out->n += b->n;
        }
    assert(out->n == n);
    rfm_score(c->arena, out);
    return OK;
}

/* -- one member ------------------------------------------------------------------------------- */

enum err rfm_one(struct ctx *c, const struct rfm_rule *rule, const struct rfm_scale *scale,
                 i64 member, struct rfm_member *out, bool *found)
{
    struct day_table days = { .zone = c->zone, .midnight = (instant[1]){ INT64_MAX } };
    struct pass p = { .rule = rule, .days = &days, .since = rfm_since(rule), .arena = c->arena };
    TRY(pass_read(c, &p, member, member));
    *found = p.done.n == 1;
    *out = (struct rfm_member){ .member = member };
    if (!*found) return OK;
    *out = p.done.first->at[0];
    rfm_member_place(scale, out);
    return OK;
}

#define SCALE_AGE (10 * MINUTE_MS)

static struct {
    pthread_mutex_t lock;
    const struct store *store;
    u64 rule; /* hash of all but its date */
    instant at;
    struct rfm_scale scale;
} kept = { .lock = PTHREAD_MUTEX_INITIALIZER };

static u64 rule_hash(struct arena *a, const struct rfm_rule *rule)
{
    struct buf b = { .arena = a };
    buf_fmt(&b, "%lld %d %d %d %d", (long long)rule->window_days, (int)rule->cuts,
            (int)rule->frequency_of, (int)rule->monetary_of, (int)rule->high);
    for (enum rfm_axis axis = 0; axis < RFM_AXES; axis++) {
        buf_byte(&b, '/');
        for (i64 i = 0; i < rule->given[axis].n; i++) {
            buf_byte(&b, ' ');
            buf_i64(&b, rule->given[axis].at[i]);
        }
    }
    return str_hash(buf_str(&b));
}

static bool scale_kept(const struct ctx *c, const struct rfm_rule *rule, u64 hash,
                       struct rfm_scale *out)
{
    pthread_mutex_lock(&kept.lock);
    i64 age = rule->at - kept.at;
    bool good = kept.store == c->store && kept.rule == hash && age >= 0 && age <= SCALE_AGE;
    if (good) *out = kept.scale;
    pthread_mutex_unlock(&kept.lock);
    return good;
}

enum err rfm_scale_get(struct ctx *c, const struct rfm_rule *rule, struct rfm_scale *out)
{
    struct rfm r = { .rule = *rule };
    if (rule->cuts == RFM_FIXED && rule->high == RFM_HIGH_BAND) {
        rfm_score(c->arena, &r); /* depends on nobody */
        *out = r.scale;
        return OK;
    }
    u64 hash = rule_hash(c->arena, rule);
    if (c->store && scale_kept(c, rule, hash, out)) return OK;
    TRY(rfm_make(c, rule, &r));
    *out = r.scale;
    pthread_mutex_lock(&kept.lock);
    kept.store = c->store;
    kept.rule = hash;
    kept.at = rule->at;
    kept.scale = r.scale;
    pthread_mutex_unlock(&kept.lock);
    return OK;
}
