/* follow.c -- the thread that keeps the index at the end of the timeline, and those who wait for
 * it. */
#include "audience/index/follow.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "audience/index/build.h"
#include "audience/index/file.h"
#include "audience/index/gather.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/setting.h"
#include "timeline/timeline.h"

#define INTERVAL_MS    200
#define LINES_A_ROUND  ((i64)100000)
#define ROUND_TIMES_MS 5000           /* between tries when the store fails */
#define FITS_EVERY_US  ((i64)1000000) /* looks whether fields or time zone have changed */
#define SAVE_EVERY_MS  ((i64)10 * 60 * 1000)

#define FIELDS_OF_line_mark(X, N)   \
    X(i64, member, ANY, "Whose", N) \
    X(instant, at, ANY, "When", N)  \
    X(str, kind, ANY, "What", N)
SHAPE(line_mark);
SHAPE_DEFINE(line_mark);
QUERY(index_line_mark, line_mark, "SELECT member, at, kind FROM timeline WHERE seq = $1");

/* What is gathered and into what: of one set of fields and one time zone. */
struct kept {
    const struct zone *zone;
    struct gatherer *gatherer;
    struct index *index;
};

/* An index being built anew, by a thread of its own. */
struct anew {
    struct store *store;
    struct kept kept;
    pthread_t thread;
    _Atomic bool done;
    enum err err;
};

struct retired { /* an index that was replaced and may still be looked at */
    struct index *index;
    struct retired *next;
};

struct audience {
    struct store *store;
    struct kept kept; /* .index is replaced under the lock */
    struct anew *anew;
    struct retired *retired;
    i64 fits_us; /* when that was looked at last */
    i64 interval_ms;
    char *file; /* NULL: none */
    bool saving, leaving;
    i64 saved_seq, saved_us, save_us;
    bool thread;
    pthread_t follower;
    pthread_mutex_t lock; /* around the rest */
    pthread_cond_t wake, published;
    bool stopping, asked;
    bool raised; /* there is an index, as old as its file or as the reading of it was long */
    bool built;  /* and it has caught up since: from then on it answers */
    i64 seq, rounds, failures, round_us_max, saves, saves_failed;
    enum err last; /* of the last round */
    struct problem why;
    pthread_mutex_t telling; /* around these two */
    void (*listener)(void *arg, const struct member_changes *changes, bool all);
    void *listener_arg;
};

/* -- the file ---------------------------------------------------------------------------------- */

/* What a file of this store has as its mark: the line it ends with, the zone its days are of, the
 * settings its values follow. */
static enum err mark_of(struct audience *a, struct ctx *c, i64 seq, u64 *mark)
{
    struct line_mark line = { 0 };
    bool found;
    TRY(db_find(c, &index_line_mark, &line, &found, ARGS(seq)));
    u64 hash =
        str_hash(str_of(zone_name(a->kept.zone))) + (u64)found + gather_settings(a->kept.gatherer);
    hash = hash * 31 + (u64)line.member;
    hash = hash * 31 + (u64)line.at;
    *mark = hash * 31 + str_hash(line.kind);
    return OK;
}

/* From the file of the last run: *resumed tells whether. A file that is no good is removed by who
 * saves. */
static enum err resume(struct audience *a, struct ctx *c, bool *resumed)
{
    struct index_file_head head;
    u64 mark;
    *resumed = false;
    if (!a->file || access(a->file, R_OK) != 0) return OK;
    if (index_file_head(a->file, &head)) {
        TRY(gather_resume(a->kept.gatherer, c));
        TRY(mark_of(a, c, head.seq, &mark));
        *resumed = mark == head.mark && index_load(a->kept.index, a->file);
    }
    if (*resumed) {
        a->saved_seq = head.seq;
        return OK;
    }
    if (!a->saving) return OK;
    LOG(WARN, "index.file_refused", KV("removed", 1));
    unlink(a->file);
    return OK;
}

static void save(struct audience *a)
{
    const struct view *v = view_take(a->kept.index);
    struct ctx c = {
        .arena = arena_new(), .zone = a->kept.zone, .actor = S("system"), .locale = ZH
    };
    i64 begun_us = clock_mono_us();
    u64 mark;
    enum err e = store_reader(a->store, &c);
    if (e == OK) e = mark_of(a, &c, view_seq(v), &mark);
    if (e == OK) e = index_save(&c, v, a->file, mark);
    if (e == OK) {
        a->saved_seq = view_seq(v);
        LOG(INFO, "index.saved", KV("seq", view_seq(v)),
            KV("ms", (clock_mono_us() - begun_us) / 1000));
    } else {
        LOG(WARN, "index.not_saved", KV("why", c.why.detail));
    }
    a->saved_us = clock_mono_us();
    pthread_mutex_lock(&a->lock);
    a->saves += e == OK;
    a->saves_failed += e != OK;
    pthread_mutex_unlock(&a->lock);
    view_release(v);
    store_release(&c);
    arena_free(c.arena);
}

/* -- rounds ------------------------------------------------------------------------------------ */

static enum err build(struct audience *a, struct ctx *c)
{
    i64 begun_us = clock_mono_us();
    bool resumed;
    TRY(resume(a, c, &resumed));
    if (!resumed) TRY(gather_all(a->kept.gatherer, c, a->kept.index));
    LOG(INFO, "index.built", KV("from_file", (i64)resumed),
        KV("ms", (clock_mono_us() - begun_us) / 1000));
    if (a->leaving && !resumed) save(a);
    return OK;
}

/* -- fields and time zone change ------------------------------------------------------------------
 */

static void kept_free(struct kept *k)
{
    index_free(k->index);
    gatherer_free(k->gatherer);
    *k = (struct kept){ 0 };
}

/* c's zone is the new one's. */
static enum err kept_new(struct ctx *c, struct kept *out)
{
    *out = (struct kept){ .zone = c->zone };
    TRY(gatherer_new(c, &out->gatherer));
    out->index = index_new(gatherer_schema(out->gatherer));
    enum err e = gather_all(out->gatherer, c, out->index);
    if (e != OK) kept_free(out);
    return e;
}

static void *build_anew(void *arg)
{
    struct anew *n = arg;
    struct ctx c = {
        .arena = arena_new(), .zone = n->kept.zone, .actor = S("system"), .locale = ZH
    };
    n->err = store_reader(n->store, &c);
    if (n->err == OK) n->err = kept_new(&c, &n->kept);
    if (n->err != OK) LOG(WARN, "index.not_built_anew", KV("why", c.why.detail));
    store_release(&c);
    arena_free(c.arena);
    atomic_store(&n->done, true);
    return NULL;
}

static void anew_end(struct audience *a)
{
    if (!a->anew) return;
    pthread_join(a->anew->thread, NULL);
    store_readers_add(a->store, -1);
    if (a->anew->kept.index) kept_free(&a->anew->kept);
    free(a->anew);
    a->anew = NULL;
}

static void anew_begin(struct audience *a, const struct zone *zone)
{
    struct anew *n = a->anew = calloc(1, sizeof *n);
    if (!n) abort();
    n->store = a->store;
    n->kept.zone = zone;
    store_readers_add(a->store, 1);
    if (pthread_create(&n->thread, NULL, build_anew, n) != 0) abort();
    LOG(INFO, "index.building_anew", KV("zone", zone_name(zone)));
}

/* Brought to where the old one stands first: nobody sees a line go away again. */
static enum err replace(struct audience *a, struct ctx *c, struct kept *with)
{
    const struct view *v = view_take(with->index);
    i64 seq = view_seq(v), lines;
    view_release(v);
    c->zone = with->zone;
    do {
        TRY(gather_new(with->gatherer, c, with->index, seq, LINES_A_ROUND, &lines));
        v = view_take(with->index);
        seq = view_seq(v);
        view_release(v);
    } while (seq < a->seq && lines);
    struct retired *old = calloc(1, sizeof *old);
    if (!old) abort();
    *old = (struct retired){ a->kept.index, a->retired };
    a->retired = old;
    gatherer_free(a->kept.gatherer);
    pthread_mutex_lock(&a->lock);
    a->kept = *with;
    pthread_mutex_unlock(&a->lock);
    *with = (struct kept){ 0 };
    a->saved_seq = -1;
    LOG(INFO, "index.replaced", KV("seq", seq));
    return OK;
}

static void free_retired(struct audience *a)
{
    for (struct retired **at = &a->retired, *old; (old = *at);) {
        if (!index_unused(old->index)) {
            at = &old->next;
            continue;
        }
        *at = old->next;
        index_free(old->index);
        free(old);
    }
}

static i64 view_now(struct audience *a)
{
    const struct view *v = view_take(a->kept.index);
    i64 seq = view_seq(v);
    view_release(v);
    return seq;
}

/* Whether what is kept is what rooms publish and the setting says; *zone: what it says. */
static enum err still_fits(struct audience *a, struct ctx *c, bool *fits, const struct zone **zone)
{
    str name;
    TRY(setting_text(c, "timezone", &name));
    TRY(gatherer_fits(a->kept.gatherer, c, fits));
    *zone = zone_open(str_z(c->arena, name));
    if (!*zone) *zone = a->kept.zone;
    *fits = *fits && *zone == a->kept.zone;
    return OK;
}

/* With a thread it is built beside; without one at once. */
static enum err fit(struct audience *a, struct ctx *c)
{
    const struct zone *zone;
    bool fits;
    free_retired(a);
    if (a->anew) {
        if (!atomic_load(&a->anew->done)) return OK;
        enum err e = a->anew->err == OK ? replace(a, c, &a->anew->kept) : OK;
        anew_end(a);
        return e;
    }
    i64 now_us = clock_mono_us();
    if (a->thread && now_us - a->fits_us < FITS_EVERY_US) return OK;
    a->fits_us = now_us;
    TRY(still_fits(a, c, &fits, &zone));
    if (fits) return OK;
    if (a->thread) {
        anew_begin(a, zone);
        return OK;
    }
    struct kept with;
    c->zone = zone;
    TRY(kept_new(c, &with));
    enum err e = replace(a, c, &with);
    if (with.index) kept_free(&with);
    return e;
}

static void tell(struct audience *a, const struct member_changes *changes, bool all)
{
    pthread_mutex_lock(&a->telling);
    if (a->listener && (all || changes->n)) a->listener(a->listener_arg, changes, all);
    pthread_mutex_unlock(&a->telling);
}

void audience_listen(struct audience *a,
                     void (*fn)(void *arg, const struct member_changes *changes, bool all),
                     void *arg)
{
    pthread_mutex_lock(&a->telling);
    a->listener = fn;
    a->listener_arg = arg;
    pthread_mutex_unlock(&a->telling);
}

/* A step towards the end of the timeline. c has a reader. */
static enum err catch_up(struct audience *a, struct ctx *c, i64 *lines)
{
    i64 n = 0, begun_us = clock_mono_us();
    const struct index *before = a->raised ? a->kept.index : NULL;
    bool all, built = a->built;
    if (!a->raised) {
        TRY(build(a, c));
        a->raised = true;
    } else {
        TRY(fit(a, c));
        c->zone = a->kept.zone;
        TRY(gather_new(a->kept.gatherer, c, a->kept.index, view_now(a), LINES_A_ROUND, &n));
        built |= n < LINES_A_ROUND;
    }
    const struct view *v = view_take(a->kept.index);
    i64 seq = view_seq(v), us = clock_mono_us() - begun_us;
    view_release(v);
    pthread_mutex_lock(&a->lock);
    a->built = built;
    a->seq = seq;
    a->rounds++;
    if (us > a->round_us_max) a->round_us_max = us;
    pthread_cond_broadcast(&a->published);
    pthread_mutex_unlock(&a->lock);
    struct member_changes changed = gatherer_changed(a->kept.gatherer, &all);
    tell(a, &changed, all || a->kept.index != before);
    *lines += n;
    return OK;
}

static enum err one_round(struct audience *a, i64 *lines)
{
    struct ctx c = {
        .arena = arena_new(), .zone = a->kept.zone, .actor = S("system"), .locale = ZH
    };
    enum err e = store_reader(a->store, &c);
    if (e == OK) e = catch_up(a, &c, lines);
    pthread_mutex_lock(&a->lock);
    a->failures += e != OK;
    a->last = e;
    a->why = c.why;
    if (e != OK) pthread_cond_broadcast(&a->published);
    pthread_mutex_unlock(&a->lock);
    store_release(&c);
    arena_free(c.arena);
    return e;
}

enum err audience_follow(struct audience *a, i64 *lines)
{
    i64 before, all = 0;
    enum err e;
    do {
        before = all;
        bool built = a->built;
        e = one_round(a, &all);
        if (!built) before = -1; /* lines may have come while it was built */
    } while (e == OK && all != before);
    if (lines) *lines = all;
    return e;
}

/* -- the thread -------------------------------------------------------------------------------- */

static struct timespec in_ms(i64 ms)
{
    i64 us = clock_mono_us() + ms * 1000;
    return (struct timespec){ .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };
}

static void *follow(void *arg)
{
    struct audience *a = arg;
    pthread_mutex_lock(&a->lock);
    while (!a->stopping) {
        i64 lines = 0;
        a->asked = false;
        pthread_mutex_unlock(&a->lock);
        enum err e = one_round(a, &lines);
        if (e != OK) LOG(WARN, "index.not_followed", KV("why", a->why.detail));
        else if (a->saving && a->seq != a->saved_seq && clock_mono_us() - a->saved_us > a->save_us)
            save(a);
        pthread_mutex_lock(&a->lock);
        struct timespec until = in_ms(e == OK ? a->interval_ms : ROUND_TIMES_MS);
        bool behind = e == OK && !a->built; /* what is raised catches up at once */
        while (!a->stopping && !(a->asked && e == OK) && !behind && lines < LINES_A_ROUND)
            if (pthread_cond_timedwait(&a->wake, &a->lock, &until) != 0) break;
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

enum err audience_wait(struct audience *a, struct ctx *c, i64 seq, i64 timeout_ms)
{
    struct timespec until = in_ms(timeout_ms);
    pthread_mutex_lock(&a->lock);
    int late = 0;
    while (!late && (!a->built || a->seq < seq) && !(a->last != OK && !a->built)) {
        a->asked = true;
        pthread_cond_signal(&a->wake);
        late = pthread_cond_timedwait(&a->published, &a->lock, &until);
    }
    bool there = a->built && a->seq >= seq;
    enum err last = a->last;
    struct problem why = a->why;
    pthread_mutex_unlock(&a->lock);
    if (there) return OK;
    if (last != OK) {
        c->why = why;
        return last;
    }
    return fail(c, E_TIMEOUT, "会员索引还没有跟上（等了 %lld 毫秒），请稍后再试",
                "the member index has not caught up yet (waited %lld ms); try again shortly",
                (long long)timeout_ms);
}

/* -- life -------------------------------------------------------------------------------------- */

enum err audience_open(struct ctx *c, struct store *s, struct audience_options o,
                       struct audience **out)
{
    struct audience *a = calloc(1, sizeof *a);
    if (!a) abort();
    enum err e = gatherer_new(c, &a->kept.gatherer);
    if (e != OK) {
        free(a);
        return e;
    }
    a->store = s;
    a->kept.zone = c->zone;
    a->saved_us = clock_mono_us();
    if (o.folder.n) {
        str file = str_fmt(c->arena, STR_FMT "/" AUDIENCE_FILE, STR_ARG(o.folder));
        a->file = strndup(file.at, (size_t)file.n);
        if (!a->file) abort();
    }
    a->saving = o.saves && a->file;
    a->leaving = o.leaves && a->file && access(str_z(c->arena, o.folder), W_OK) == 0;
    a->save_us = (o.save_ms ? o.save_ms : SAVE_EVERY_MS) * 1000;
    a->interval_ms = o.interval_ms ? o.interval_ms : INTERVAL_MS;
    a->kept.index = index_new(gatherer_schema(a->kept.gatherer));
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&a->wake, &monotonic);
    pthread_cond_init(&a->published, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&a->lock, NULL);
    pthread_mutex_init(&a->telling, NULL);
    if (o.thread) {
        store_readers_add(s, 1);
        a->thread = true; /* before it begins: it reads this */
        if (pthread_create(&a->follower, NULL, follow, a) != 0) abort();
    }
    *out = a;
    return OK;
}

void audience_rest(const struct audience *a) { index_rest(a->kept.index); }

void audience_close(struct audience *a)
{
    if (!a) return;
    if (a->thread) {
        pthread_mutex_lock(&a->lock);
        a->stopping = true;
        pthread_cond_broadcast(&a->wake);
        pthread_mutex_unlock(&a->lock);
        pthread_join(a->follower, NULL);
        store_readers_add(a->store, -1);
    }
    anew_end(a);
    if (a->saving && a->built && a->seq != a->saved_seq) save(a);
    free(a->file);
    free_retired(a);
    assert(!a->retired); /* somebody still holds a view */
    kept_free(&a->kept);
    pthread_mutex_destroy(&a->lock);
    pthread_mutex_destroy(&a->telling);
    pthread_cond_destroy(&a->wake);
    pthread_cond_destroy(&a->published);
    free(a);
}

struct index *audience_index(struct audience *a) { return a->kept.index; }

const struct view *audience_take(struct audience *a)
{
    pthread_mutex_lock(&a->lock);
    const struct view *v = view_take(a->kept.index);
    pthread_mutex_unlock(&a->lock);
    return v;
}

struct audience_stats audience_stats(struct audience *a)
{
    pthread_mutex_lock(&a->lock);
    const struct view *v = view_take(a->kept.index);
    struct audience_stats out = { .bytes = index_memory(a->kept.index),
                                  .seq = view_seq(v),
                                  .members = view_members(v),
                                  .mapped = index_mapped(a->kept.index),
                                  .rows = view_rows_n(v, SOURCE_TIMELINE) };
    out.rounds = a->rounds;
    out.failures = a->failures;
    out.round_us_max = a->round_us_max;
    out.saves = a->saves;
    out.saves_failed = a->saves_failed;
    pthread_mutex_unlock(&a->lock);
    view_release(v);
    return out;
}
