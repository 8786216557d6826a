/* standing.c -- saved segments that refresh by themselves: whoever a line changed is asked of all
 * of them, by the index, as soon as it shows him.
 *
 * Each standing segment has its members in memory beside a plan made on the present view. Only a
 * member for whom the two differ becomes a wish, and what is written is decided on what is kept:
 * memory may be wrong without harm, and is read anew (with a whole refresh) whenever
 * segment.changes says that somebody else was there.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "audience/ask.h"
#include "audience/index/follow.h"
#include "audience/index/gather.h"
#include "audience/saved/inside.h"
#include "base/log.h"
#include "store/setting.h"

#define AGAIN_MS     2000         /* after a failure */
#define PENDING_MAX  ((i64)50000) /* more changed members than this: refreshing whole is cheaper */
#define MEMBERS_STEP ((i64)2000)

QUERY(standing_chunks, chunk_row,
      "SELECT segment AS owner, chunk, members FROM segment_chunk WHERE segment = $1");

struct entry {
    i64 id, version, changes;
    bool whole;    /* must be refreshed whole first */
    bool by_index; /* else by schedule only */
    const struct segment_node *tree;
    u64 aspects; /* what of a member it asks for: others may change without it */
    struct kept_set *set;
    const struct plan *base; /* what rounds make their plans of; in `plans` */
    /* of a round */
    bool there;
    const struct plan *plan;
    struct {
        struct wish *at;
        i64 n;
    } wishes;
};

struct standing {
    struct store *store;
    const struct zone *zone;
    struct audience *audience;
    struct standing_options options;
    pthread_t thread;
    pthread_mutex_t lock; /* around the next three and stats */
    pthread_cond_t wake;
    bool stopping, all;
    struct member_changes pending;
    struct standing_stats stats;
    /* of who runs the rounds */
    struct standing_stats counted;
    struct entry *entries;
    i64 entries_n;
    struct arena *trees, *plans;
    u64 definitions, words_mark; /* what those were made of */
};

/* -- who changed ------------------------------------------------------------------------------- */

/* Called by the follower's thread: quick, and never waits for a round. */
static void changed(void *arg, const struct member_changes *changes, bool all)
{
    struct standing *s = arg;
    pthread_mutex_lock(&s->lock);
    s->all |= all || s->pending.n + changes->n > PENDING_MAX;
    if (s->all) s->pending.n = 0;
    else member_changes_add(&s->pending, changes->at, changes->n);
    if (s->all || s->pending.n) pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
}

/* What waits, by member, each once; nobody when all is to be refreshed. */
static struct member_changes take_pending(struct standing *s, struct arena *a, bool *all)
{
    pthread_mutex_lock(&s->lock);
    struct member_changes out = { .at = NEWS(a, struct member_change, s->pending.n + 1),
                                  .n = s->pending.n };
    *all = s->all;
    if (out.n) memcpy(out.at, s->pending.at, (size_t)out.n * sizeof *out.at);
    s->pending.n = 0;
    s->all = false;
    pthread_mutex_unlock(&s->lock);
    member_changes_settle(&out);
    return out;
}

/* -- which segments ---------------------------------------------------------------------------- */

static void entry_end(struct entry *e)
{
    kept_free(e->set);
    *e = (struct entry){ 0 };
}

static struct entry *entry_of(struct standing *s, i64 id)
{
    for (i64 i = 0; i < s->entries_n; i++)
        if (s->entries[i].id == id) return &s->entries[i];
    return NULL;
}

/* A line that tells of a segment makes nobody a changed member, so what asks for such lines is
 * asked by the clock. */
static bool asks_of_lines(const struct segment_node *n)
{
    const struct segment_test *t = &n->test;
    if (n->kind == NODE_TEST && t->call && t->call->id == CALL_DID)
        return str_starts(t->folded, S("segment."));
    if (n->kind == NODE_TEST) return t->saved && asks_of_lines(t->saved);
    for (i64 i = 0; i < n->parts.n; i++)
        if (asks_of_lines(n->parts.at[i])) return true;
    return false;
}

static bool names_any(const struct segment_node *n)
{
    if (n->kind == NODE_TEST) return n->test.saved != NULL;
    for (i64 i = 0; i < n->parts.n; i++)
        if (names_any(n->parts.at[i])) return true;
    return false;
}

/* A field is another only after lines that make its column stale; so is what he bought. */
static u64 aspects_asked(struct arena *a, const struct segment_node *n)
{
    static const char *const community[] = { "community.joined", "community.left" };
    const struct segment_test *t = &n->test;
    u64 out = ASPECT_SELF;
    for (i64 i = 0; n->kind != NODE_TEST && i < n->parts.n; i++)
        out |= aspects_asked(a, n->parts.at[i]);
    if (n->kind != NODE_TEST) return out;
    if (t->field) return out | aspect_of_field(str_of(t->field->name));
    switch (t->call->id) {
    case CALL_IN_SEGMENT: return t->saved ? out | aspects_asked(a, t->saved) : out;
    case CALL_DID: return out | aspect_of_line(t->folded);
    case CALL_CLASS:
    case CALL_IN_GROUP:
        for (i64 i = 0; i < COUNT(community); i++)
            out |= aspect_of_line(str_fold(a, str_of(community[i])));
        return t->call->id == CALL_CLASS ? out | ASPECT_PURCHASES : out;
    default: return out | ASPECT_PURCHASES;
    }
}

static u64 definitions_of(const struct kept_segment_list *rows)
{
    u64 hash = (u64)rows->n;
    for (i64 i = 0; i < rows->n; i++) {
        hash = hash * 31 + (u64)rows->at[i].id;
        hash = hash * 31 + (u64)rows->at[i].version;
        hash = hash * 31 + str_hash(rows->at[i].folded);
    }
    return hash + 1;
}

/* Trees hold other segments' trees: when any text or name changed all are read again. */
static enum err read_trees(struct standing *s, struct ctx *c, const struct kept_segment_list *rows)
{
    u64 definitions = definitions_of(rows);
    if (definitions == s->definitions) return OK;
    struct ctx own = *c;
    s->definitions = s->words_mark = 0;
    arena_reset(s->trees);
    own.arena = s->trees;
    for (i64 i = 0; i < rows->n; i++) {
        struct entry *e = entry_of(s, rows->at[i].id);
        if (!e) continue;
        /* A tree points into its text. */
        enum err err = segment_parse(&own, str_copy(s->trees, rows->at[i].text), &e->tree);
        if (err != OK && err != E_INVALID) return err;
        if (err != OK) e->tree = NULL; /* its view says why, from the next refresh on */
        e->by_index = e->tree && !asks_of_lines(e->tree);
        e->aspects = e->tree ? aspects_asked(s->trees, e->tree) : 0;
        e->whole |= e->tree && names_any(e->tree);
    }
    s->definitions = definitions;
    return OK;
}

static enum err read_segments(struct standing *s, struct ctx *c, bool all)
{
    struct kept_segment_list rows;
    i64 n = 0;
    TRY(kept_segments(c, &rows));
    for (i64 i = 0; i < s->entries_n; i++) s->entries[i].there = false;
    s->entries = realloc(s->entries, (size_t)(s->entries_n + rows.n + 1) * sizeof *s->entries);
    if (!s->entries) abort();
    for (i64 i = 0; i < rows.n; i++) {
        const struct kept_segment *row = &rows.at[i];
        if (!row->auto_ || row->paused) continue;
        struct entry *e = entry_of(s, row->id);
        if (!e) {
            e = &s->entries[s->entries_n++];
            *e = (struct entry){ .id = row->id };
            s->definitions = 0;
        }
        e->there = true;
        e->whole |=
            all || e->version != row->version || (e->by_index && e->changes != row->changes);
        e->version = row->version;
    }
    for (i64 i = 0; i < s->entries_n; i++)
        if (s->entries[i].there) s->entries[n++] = s->entries[i];
        else entry_end(&s->entries[i]);
    s->entries_n = n;
    return read_trees(s, c, &rows);
}

/* -- whole ------------------------------------------------------------------------------------- */

static enum err read_set(struct ctx *c, struct entry *e)
{
    struct kept_segment row;
    struct chunk_row_list chunks;
    kept_free(e->set);
    e->set = kept_new();
    TRY(kept_segment_get(c, e->id, &row)); /* first: a change in between shows in the next round */
    e->changes = row.changes;
    e->version = row.version;
    TRY(db_all(c, &standing_chunks, &chunks, ARGS(e->id)));
    for (i64 i = 0; i < chunks.n; i++)
        TRY(kept_put(c, e->set, chunks.at[i].chunk, chunks.at[i].members));
    return OK;
}

static enum err refresh_entries(struct standing *s, struct ctx *c)
{
    for (i64 i = 0; i < s->entries_n; i++) {
        struct entry *e = &s->entries[i];
        struct saved_refreshed done;
        struct arena_mark mark = arena_mark(c->arena);
        if (!e->whole) continue;
        enum err err = saved_refresh(s->store, c, e->id, &done);
        if (err == E_INVALID || err == E_NOT_FOUND) e->by_index = false;
        else if (err != OK) return err;
        else {
            e->by_index = e->tree && !asks_of_lines(e->tree) && done.by_index;
            TRY(read_set(c, e));
            s->counted.entered += done.entered;
            s->counted.left += done.left;
        }
        e->whole = false;
        arena_rewind(c->arena, mark);
    }
    return OK;
}

/* -- member by member -------------------------------------------------------------------------- */

/* Most changes bring no new word: then plans are made of what time does not move in them. */
static void forget_plans(struct standing *s, const struct view *v)
{
    if (s->words_mark == view_words_mark(v)) return;
    s->words_mark = view_words_mark(v);
    arena_reset(s->plans);
    for (i64 i = 0; i < s->entries_n; i++) s->entries[i].base = NULL;
}

/* *before: one of this round; then this one, which knows what both looked up. */
static enum err make_plan(struct standing *s, struct ctx *c, const struct plan **before,
                          struct entry *e)
{
    struct ctx own = *c;
    own.arena = s->plans;
    if (!e->base) {
        enum err err = plan_beside(&own, *before, e->tree, &e->base);
        if (err != OK) {
            c->why = own.why;
            e->base = NULL;
            return err;
        }
    }
    TRY(plan_again(c, *before, e->base, &e->plan));
    *before = e->plan;
    if (!plan_by_index(e->plan)) e->plan = NULL;
    return OK;
}

static enum err make_plans(struct standing *s, struct ctx *c, const struct member_changes *changes,
                           const struct view **v)
{
    u64 aspects = 0;
    const struct plan *before;
    for (i64 i = 0; i < changes->n; i++) aspects |= changes->at[i].aspects;
    instant at;
    i64 begun_us = clock_mono_us();
    TRY(segment_at_read(c, NO_STR, &at));
    TRY(audience_view(c, 0, v));
    TRY(plan_make(c, *v, NULL, at, &before));
    forget_plans(s, *v);
    for (i64 i = 0; i < s->entries_n; i++) {
        struct entry *e = &s->entries[i];
        e->plan = NULL;
        e->wishes.at = NULL;
        e->wishes.n = 0;
        if (!e->by_index || !e->tree || !e->set || !(e->aspects & aspects)) continue;
        TRY(make_plan(s, c, &before, e));
    }
    s->counted.plans_us += clock_mono_us() - begun_us;
    return OK;
}

static void ask_members(struct standing *s, struct arena *a, const struct member_change *changes,
                        i64 n)
{
    i64 begun_us = clock_mono_us();
    for (i64 i = 0; i < s->entries_n; i++) {
        struct entry *e = &s->entries[i];
        e->wishes.n = 0;
        e->wishes.at = NULL;
        if (!e->plan) continue;
        for (i64 k = 0; k < n; k++) {
            if (!(changes[k].aspects & e->aspects)) continue;
            i64 member = changes[k].member;
            bool holds = plan_holds(e->plan, member);
            if (holds == kept_has(e->set, member)) continue;
            *PUSH(a, &e->wishes) = (struct wish){
                .segment = e->id, .version = e->version, .member = member, .in = holds
            };
        }
    }
    s->counted.members_us += clock_mono_us() - begun_us;
    s->counted.members_seen += n;
}

/* What came of wishes: memory follows what is kept now. */
static void learn(struct standing *s, const struct wishes *w)
{
    for (i64 g = 0, i = 0; g < w->granted_n; g++) {
        const struct granted *done = &w->granted[g];
        struct entry *e = entry_of(s, done->segment);
        i64 first = i;
        while (i < w->n && w->at[i].segment == done->segment) i++;
        e->whole |= done->refused || done->changes > e->changes + (done->entered + done->left > 0);
        if (done->refused) continue;
        e->changes = done->changes;
        for (i64 k = first; k < i; k++) kept_flip(e->set, w->at[k].member, w->at[k].in);
        s->counted.entered += done->entered;
        s->counted.left += done->left;
    }
}

static enum err write_wishes(struct standing *s, struct ctx *c, i64 seq)
{
    struct {
        struct wish *at;
        i64 n;
    } all = { 0 };
    for (i64 i = 0; i < s->entries_n; i++)
        for (i64 k = 0; k < s->entries[i].wishes.n; k++)
            *PUSH(c->arena, &all) = s->entries[i].wishes.at[k];
    for (i64 i = 0; i < all.n; i += wishes_max) {
        i64 n = all.n - i < wishes_max ? all.n - i : wishes_max;
        struct wishes w = { .at = all.at + i, .n = n, .seq = seq };
        TRY(store_write(s->store, c, wishes_grant, &w));
        learn(s, &w);
    }
    return OK;
}

static enum err see(struct standing *s, struct ctx *c, struct member_changes changes, bool all)
{
    const struct view *v;
    TRY(read_segments(s, c, all));
    TRY(refresh_entries(s, c));
    if (changes.n == 0 || s->entries_n == 0) return OK;
    TRY(make_plans(s, c, &changes, &v));
    for (i64 i = 0; i < changes.n; i += MEMBERS_STEP) {
        struct arena_mark mark = arena_mark(c->arena);
        i64 n = changes.n - i < MEMBERS_STEP ? changes.n - i : MEMBERS_STEP;
        ask_members(s, c->arena, changes.at + i, n);
        refreshing_begin();
        enum err e = write_wishes(s, c, view_seq(v));
        refreshing_end();
        TRY(e);
        arena_rewind(c->arena, mark);
    }
    bool again = false;
    for (i64 i = 0; i < s->entries_n; i++) again |= s->entries[i].whole;
    if (again) changed(s, &(struct member_changes){ .at = changes.at, .n = 1 }, false);
    return OK;
}

/* -- rounds ------------------------------------------------------------------------------------ */

/* As the index does: the setting may change. */
static enum err read_zone(struct standing *s, struct ctx *c)
{
    str name;
    TRY(setting_text(c, "timezone", &name));
    const struct zone *zone = zone_open(str_z(c->arena, name));
    if (zone) s->zone = c->zone = zone;
    return OK;
}

static i64 bytes_held(const struct standing *s)
{
    i64 out = 0;
    for (i64 i = 0; i < s->entries_n; i++)
        if (s->entries[i].set) out += kept_bytes(s->entries[i].set);
    return out;
}

static enum err one_round(struct standing *s)
{
    struct ctx c = { .arena = arena_new(),
                     .store = s->store,
                     .zone = s->zone,
                     .now = s->options.now(),
                     .actor = S("system"),
                     .locale = ZH };
    bool all;
    struct member_changes changes = take_pending(s, c.arena, &all);
    const struct view *v;
    enum err e = store_reader(s->store, &c);
    if (e == OK) e = read_zone(s, &c);
    if (e == OK) e = audience_view(&c, 0, &v); /* not built yet: later */
    if (e == OK) e = see(s, &c, changes, all);
    if (e != OK) changed(s, &changes, all); /* to be seen again */
    if (e != OK && e != E_BUSY) LOG(WARN, "segment.not_followed", KV("why", c.why.detail));
    s->counted.rounds++;
    s->counted.failures += e != OK && e != E_BUSY;
    s->counted.segments = s->entries_n;
    if (s->counted.rounds % 64 == 1) s->counted.bytes = bytes_held(s);
    pthread_mutex_lock(&s->lock);
    s->stats = s->counted;
    pthread_mutex_unlock(&s->lock);
    if (c.db) store_release(&c);
    arena_free(c.arena);
    return e;
}

static bool waiting(struct standing *s)
{
    pthread_mutex_lock(&s->lock);
    bool out = s->all || s->pending.n;
    pthread_mutex_unlock(&s->lock);
    return out;
}

enum err standing_settle(struct standing *s)
{
    while (waiting(s)) TRY(one_round(s));
    return OK;
}

static void *follow(void *arg)
{
    struct standing *s = arg;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        if (!s->all && !s->pending.n) {
            pthread_cond_wait(&s->wake, &s->lock);
            continue;
        }
        pthread_mutex_unlock(&s->lock);
        enum err e = one_round(s);
        pthread_mutex_lock(&s->lock);
        if (e == OK) continue;
        i64 us = clock_mono_us() + AGAIN_MS * 1000;
        struct timespec until = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };
        while (!s->stopping)
            if (pthread_cond_timedwait(&s->wake, &s->lock, &until) != 0) break;
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* -- life -------------------------------------------------------------------------------------- */

enum err standing_open(struct ctx *c, struct store *store, struct audience *a,
                       struct standing_options o, struct standing **out)
{
    struct standing *s = calloc(1, sizeof *s);
    if (!s) abort();
    s->store = store;
    s->zone = c->zone;
    s->audience = a;
    s->options = o;
    s->all = true;
    s->trees = arena_new();
    s->plans = arena_new();
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&s->lock, NULL);
    audience_listen(a, changed, s);
    if (o.thread) {
        store_readers_add(store, 2); /* its own, and that of a question */
        if (pthread_create(&s->thread, NULL, follow, s) != 0) abort();
    }
    *out = s;
    return OK;
}

void standing_close(struct standing *s)
{
    if (!s) return;
    audience_listen(s->audience, NULL, NULL);
    if (s->options.thread) {
        pthread_mutex_lock(&s->lock);
        s->stopping = true;
        pthread_cond_broadcast(&s->wake);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
        store_readers_add(s->store, -2);
    }
    for (i64 i = 0; i < s->entries_n; i++) entry_end(&s->entries[i]);
    free(s->entries);
    free(s->pending.at);
    arena_free(s->plans);
    arena_free(s->trees);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->wake);
    free(s);
}

struct standing_stats standing_stats(struct standing *s)
{
    pthread_mutex_lock(&s->lock);
    struct standing_stats out = s->stats;
    pthread_mutex_unlock(&s->lock);
    return out;
}

void standing_gauges(struct buf *out, void *arg)
{
    struct standing_stats s = standing_stats(arg);
    const struct {
        const char *name, *kind;
        i64 value;
    } rows[] = {
        { "koi_segments_standing", "gauge", s.segments },
        { "koi_segments_bytes", "gauge", s.bytes },
        { "koi_segments_rounds_total", "counter", s.rounds },
        { "koi_segments_failures_total", "counter", s.failures },
        { "koi_segments_members_seen_total", "counter", s.members_seen },
        { "koi_segments_entered_total", "counter", s.entered },
        { "koi_segments_left_total", "counter", s.left },
        { "koi_segments_plan_microseconds_total", "counter", s.plans_us },
        { "koi_segments_member_microseconds_total", "counter", s.members_us },
    };
    for (i64 i = 0; i < COUNT(rows); i++)
        buf_fmt(out, "# TYPE %s %s\n%s %lld\n", rows[i].name, rows[i].kind, rows[i].name,
                (long long)rows[i].value);
}
