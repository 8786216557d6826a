/* run.c -- a file into the store: one thread reads and understands, the caller's writes, a
 * few batches between them.
 *
 * Invariants
 *   1. at most BATCHES batches exist; the reader waits for a free one, so memory does not grow with
 * the file.
 *   2. a batch is written in one store_write; its function touches the batch only in ways that
 * running it again repeats.
 *   3. what the run counts is counted after the write of its batch is on disk.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "access/access.h"
#include "base/clock.h"
#include "import/kind.h"
#include "import/store.h"

SHAPE_DEFINE(import_problem);
SHAPE_DEFINE(import_shown);
SHAPE_DEFINE(import_summary);

/* -- kinds ------------------------------------------------------------------------------------- */

/* A commit is waited for by others who write: a batch is what takes a tenth of a second. */
const struct import_kind_row import_kinds[IMPORT_KINDS] = {
    [IMPORT_ORDERS] = { "orders", 16000, 2000, order_plan, order_reader_open, order_read,
                        order_unknown_words, order_batch_write, order_batch_count, order_batch_show,
                        order_notes },
    [IMPORT_EVENTS] = { "events", 8000, 0, event_plan, event_reader_open, event_read,
                        event_unknown_words, event_batch_write, event_batch_count, event_batch_show,
                        event_notes },
};

enum err import_reader_open(struct ctx *c, struct sheet *s, const struct import_plan *p,
                            struct import_reader **out)
{
    *out = NEW(c->arena, struct import_reader);
    (*out)->kind = &import_kinds[p->kind];
    return (*out)->kind->open(c, s, p, &(*out)->of_kind);
}

enum err import_read(struct ctx *c, struct import_reader *r, i64 max_rows, i64 max_orders,
                     struct import_batch *b, bool *more)
{
    return r->kind->read(c, r->of_kind, max_rows, max_orders, b, more);
}

struct identity identity_shown(struct ctx *c, struct arena *a, const struct identity *id)
{
    bool bare = may(c, PERSONAL_READ) || !identity_kind_row(id->kind)->personal;
    return (struct identity){ id->kind, str_copy(a, id->scope),
                              bare ? str_copy(a, id->value)
                                   : mask_identity(a, id->kind, id->value) };
}

#define BATCHES           3
#define PROGRESS_EVERY_US 200000

/* -- reader and writer ------------------------------------------------------------------------- */

struct pipe {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct import_batch batches[BATCHES];
    int filled, taken; /* batches put in, and given back, since the start: filled - taken wait or
                          are in work */
    bool ended;        /* nothing more will come */
    bool stop;         /* the writer wants no more */
    enum err err;
    struct problem why;
    struct ctx c; /* of the reading thread */
    struct import_reader *reader;
};

static void *read_file(void *arg)
{
    struct pipe *p = arg;
    for (bool more = true; more;) {
        pthread_mutex_lock(&p->lock);
        while (p->filled - p->taken == BATCHES && !p->stop) pthread_cond_wait(&p->moved, &p->lock);
        bool stop = p->stop;
        struct import_batch *b = &p->batches[p->filled % BATCHES];
        pthread_mutex_unlock(&p->lock);
        enum err e = OK;
        const struct import_kind_row *kind = p->reader->kind;
        if (!stop)
            e = import_read(&p->c, p->reader, kind->batch_rows, kind->batch_orders, b, &more);
        pthread_mutex_lock(&p->lock);
        if (e != OK) {
            p->err = e;
            p->why = p->c.why;
        }
        if (!stop) p->filled++;
        if (stop || e != OK) more = false;
        p->ended = !more;
        pthread_cond_broadcast(&p->moved);
        pthread_mutex_unlock(&p->lock);
    }
    return NULL;
}

/* The next batch to write; NULL at the end. */
static struct import_batch *take_batch(struct pipe *p)
{
    pthread_mutex_lock(&p->lock);
    while (p->filled == p->taken && !p->ended) pthread_cond_wait(&p->moved, &p->lock);
    struct import_batch *b = p->filled > p->taken ? &p->batches[p->taken % BATCHES] : NULL;
    pthread_mutex_unlock(&p->lock);
    return b;
}

static void give_back(struct pipe *p, struct import_batch *b)
{
    struct arena *a = b->arena;
    arena_reset(a);
    *b = (struct import_batch){ .arena = a };
    pthread_mutex_lock(&p->lock);
    p->taken++;
    pthread_cond_broadcast(&p->moved);
    pthread_mutex_unlock(&p->lock);
}

static void stop_reading(struct pipe *p)
{
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->moved);
    pthread_mutex_unlock(&p->lock);
}

/* -- the run ----------------------------------------------------------------------------------- */

struct running {
    struct import_work work;
    struct import_run *run;
    struct ctx *c;
    struct pipe pipe;
    struct sheet_out *rejects;
    i64 started_us, shown_us;
};

/* -- what is shown ----------------------------------------------------------------------------- */

static void keep_shown(struct running *r, const struct import_batch *b)
{
    struct import_run *run = r->run;
    struct arena *a = r->c->arena;
    r->pipe.reader->kind->show(&r->work, b);
    for (i64 i = 0; i < b->problems.n && run->problems.n < run->problems_max; i++) {
        const struct import_problem *p = &b->problems.at[i];
        *PUSH(a, &run->problems) =
            (struct import_problem){ p->row, str_copy(a, p->column), str_copy(a, p->value),
                                     str_copy(a, p->reason) };
    }
}

static enum err write_rejects(struct running *r, const struct import_batch *b)
{
    struct ctx *c = r->c;
    if (str_empty(r->run->rejects) || b->problems.n == 0) return OK;
    if (!r->rejects) {
        str columns[] = { say(c, S("行号"), S("row")), say(c, S("列"), S("column")),
                          say(c, S("值"), S("value")), say(c, S("原因"), S("reason")) };
        TRY(sheet_create(c, r->run->rejects, false, (strs){ columns, COUNT(columns) },
                         &r->rejects));
    }
    for (i64 i = 0; i < b->problems.n; i++) {
        const struct import_problem *p = &b->problems.at[i];
        char number[24];
        int n = snprintf(number, sizeof number, "%lld", (long long)p->row);
        str cells[] = { { number, n }, p->column, p->value, p->reason };
        TRY(sheet_write(c, r->rejects, cells, COUNT(cells)));
    }
    return OK;
}

static void show_progress(struct running *r, f64 fraction, bool last)
{
    struct import_run *run = r->run;
    i64 now = clock_mono_us();
    if (!run->progress || (!last && now - r->shown_us < PROGRESS_EVERY_US)) return;
    r->shown_us = now;
    i64 elapsed = (now - r->started_us) / 1000;
    struct import_progress p = { .rows = run->summary.rows,
                                 .accepted = run->summary.accepted,
                                 .rejected = run->summary.rejected,
                                 .fraction = fraction,
                                 .elapsed_ms = elapsed,
                                 .left_ms = -1 };
    if (elapsed > 0) p.rows_per_second = (f64)p.rows * 1000 / (f64)elapsed;
    if (fraction > 0.01 && elapsed > 300)
        p.left_ms = (i64)((f64)elapsed * (1 - fraction) / fraction);
    run->progress(run->arg, &p);
}

void import_note(struct import_work *w, str text)
{
    *PUSH(w->c->arena, &w->run->summary.notes) = text;
}

static enum err do_batch(struct running *r, struct import_batch *b)
{
    struct import_summary *s = &r->run->summary;
    struct arena_mark mark = arena_mark(r->c->arena);
    enum err e = OK;
    const struct import_kind_row *kind = r->pipe.reader->kind;
    if (r->run->dry_run) kind->count(&r->work, b);
    else e = kind->write(&r->work, b);
    arena_rewind(r->c->arena, mark);
    TRY(e);
    s->rows += b->rows;
    s->rejected += b->problems.n;
    s->duplicates += b->duplicates;
    s->accepted = s->rows - s->rejected - s->duplicates;
    keep_shown(r, b);
    TRY(write_rejects(r, b));
    show_progress(r, b->progress, false);
    return OK;
}

static enum err run_pipe(struct running *r)
{
    struct pipe *p = &r->pipe;
    pthread_t thread;
    if (pthread_create(&thread, NULL, read_file, p) != 0)
        return fail(r->c, E_INTERNAL, "建不了读取线程", "cannot start the reading thread");
    enum err e = OK;
    for (struct import_batch *b; e == OK && (b = take_batch(p)) != NULL;) {
        e = do_batch(r, b);
        give_back(p, b);
        if (r->run->cancel && atomic_load(r->run->cancel)) {
            r->run->cancelled = true;
            break;
        }
    }
    stop_reading(p);
    pthread_join(thread, NULL);
    if (e == OK && !r->run->cancelled && p->err != OK) {
        r->c->why = p->why;
        e = p->err;
    }
    return e;
}

static void count_keys(struct import_work *w)
{
    bool estimated = false, also = false;
    if (w->orders) w->run->summary.orders = key_count_distinct(w->orders, &estimated);
    if (w->members) w->run->summary.members = key_count_distinct(w->members, &also);
    if (estimated || also)
        import_note(
            w, say(w->c,
                   S("订单数和会员数超过三百万，这里是估计值（误差约 0.5%）；正式导入时是准确值"),
                   S("over three million orders or members: their number is an estimate here "
                     "(about 0.5 %); importing counts them "
                     "exactly")));
}

static enum err run_opened(struct running *r, struct sheet *sheet)
{
    struct import_run *run = r->run;
    struct ctx *c = r->c;
    TRY(import_reader_open(c, sheet, &run->plan, &r->pipe.reader));
    if (!str_empty(run->rejects)) unlink(str_z(c->arena, run->rejects));
    enum err e = run_pipe(r);
    if (r->rejects) {
        struct problem why = c->why;
        enum err finished = sheet_finish(c, r->rejects);
        if (e == OK) e = finished;
        else c->why = why;
    }
    run->summary.took_ms = (clock_mono_us() - r->started_us) / 1000;
    count_keys(&r->work);
    struct import_reader *reader = r->pipe.reader;
    reader->kind->notes(&r->work, reader->kind->unknown_words(c->arena, reader->of_kind));
    show_progress(r, e == OK && !run->cancelled ? 1 : sheet_progress(sheet), true);
    return e;
}

enum err import_run(struct store *s, struct ctx *c, struct import_run *run)
{
    struct sheet *sheet = NULL;
    TRY(import_choice_load(c, &run->choice));
    TRY(sheet_open(c, run->file, (struct sheet_options){ .columns = run->choice.options.columns },
                   &sheet));
    run->format = str_copy(c->arena, sheet_format(sheet));
    run->summary = (struct import_summary){ 0 };
    strs columns = { NEWS(c->arena, str, sheet_columns(sheet).n + 1), sheet_columns(sheet).n };
    for (i64 i = 0; i < columns.n; i++)
        columns.at[i] = str_copy(c->arena, sheet_columns(sheet).at[i]);
    enum err e =
        import_plan_make(c, columns, sheet_dates_are_serial(sheet), &run->choice, &run->plan);
    if (e == OK) {
        struct running *r = NEW(c->arena, struct running);
        *r = (struct running){ .run = run, .c = c, .started_us = clock_mono_us() };
        struct import_work *w = &r->work;
        *w = (struct import_work){ .run = run, .store = s, .c = c, .cache_arena = arena_new() };
        pthread_mutex_init(&r->pipe.lock, NULL);
        pthread_cond_init(&r->pipe.moved, NULL);
        r->pipe.c = (struct ctx){ .arena = arena_new(),
                                  .now = c->now,
                                  .zone = c->zone,
                                  .locale = c->locale,
                                  .actor = c->actor };
        for (int i = 0; i < BATCHES; i++) r->pipe.batches[i].arena = arena_new();
        bool events = run->plan.kind == IMPORT_EVENTS;
        if (run->dry_run && !events) w->orders = key_count_new();
        if (run->dry_run || events) w->members = key_count_new();
        else w->seen = seen_new();
        e = run_opened(r, sheet);
        arena_free(w->cache_arena);
        for (int i = 0; i < BATCHES; i++) arena_free(r->pipe.batches[i].arena);
        arena_free(r->pipe.c.arena);
        seen_free(w->seen);
        key_count_free(w->orders);
        key_count_free(w->members);
        pthread_cond_destroy(&r->pipe.moved);
        pthread_mutex_destroy(&r->pipe.lock);
    }
    sheet_close(sheet);
    return e;
}
