/* import_run.c -- a file into the store: one thread reads and understands, the caller's writes, a
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
#include "trade/import/import.h"
#include "trade/import/import_store.h"
#include "trade/import/import_write.h"

SHAPE_DEFINE(import_summary);

#define BATCHES 3
/* A commit is waited for by others who write: a batch is what takes a tenth of a second. */
#define ROWS_OF_BATCH     16000
#define ORDERS_OF_BATCH   2000
#define CACHE_MAX         ((size_t)32 << 20)
#define PROGRESS_EVERY_US 200000
#define ORDER_LINES_MAX   60000 /* below what import_seen can count */

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
        if (!stop) e = import_read(&p->c, p->reader, ROWS_OF_BATCH, ORDERS_OF_BATCH, b, &more);
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
    struct import_run *run;
    struct store *store;
    struct ctx *c;
    struct pipe pipe;
    struct seen *seen;
    struct arena *cache_arena;
    struct order_cache *cache;          /* products met so far, up to CACHE_MAX */
    struct key_count *orders, *members; /* of a dry run */
    struct sheet_out *rejects;
    i64 started_us, shown_us;
};

static u64 fact_key(const struct order_fact *f)
{
    return str_hash(f->number) ^ str_hash(f->shop) * 31;
}

static void count_fact(struct running *r, const struct import_order *o, bool first, bool has_member)
{
    struct import_summary *s = &r->run->summary;
    s->orders += first;
    s->without_member += first && !has_member;
    if (!first && !o->by_lines) return; /* the order's own amounts, told again */
    s->paid += o->paid;
    s->refund += o->refund;
}

static enum err write_for_real(struct running *r, struct import_batch *b)
{
    struct ctx *c = r->c;
    struct import_summary *s = &r->run->summary;
    struct batch_write w = { .batch = b,
                             .plan = &r->run->plan,
                             .seen = r->seen,
                             .maybe_seen = NEWS(b->arena, bool, b->facts.n + 1),
                             .results = NEWS(b->arena, struct order_result, b->facts.n + 1) };
    w.anonymous = w.plan->identity == ID_ANONYMOUS_ID || import_maps(w.plan, F_MEMBER_KIND);
    for (i64 i = 0; i < b->facts.n; i++)
        w.maybe_seen[i] = seen_maybe(r->seen, fact_key(&b->facts.at[i]));
    if (arena_used(r->cache_arena) > CACHE_MAX) {
        arena_reset(r->cache_arena);
        r->cache = NULL;
    }
    if (!r->cache) r->cache = order_cache_new(r->cache_arena);
    w.cache = r->cache;
    if (b->facts.n) TRY(store_write(r->store, c, batch_write_run, &w));
    order_cache_keep(r->cache);
    for (i64 i = 0; i < b->facts.n; i++) {
        const struct order_result *result = &w.results[i];
        bool first = seen_order(r->seen, result->order, b->facts.at[i].lines.n);
        i64 member = b->facts.at[i].member;
        count_fact(r, &b->orders.at[i], first, member != 0);
        if (member) s->members += seen_member(r->seen, member);
        s->created += first && result->what == ORDER_NEW;
        s->changed += first && result->what == ORDER_CHANGED;
        s->same += first && result->what == ORDER_SAME;
    }
    s->created_members += w.created_members;
    return OK;
}

static void count_only(struct running *r, struct import_batch *b)
{
    for (i64 i = 0; i < b->facts.n; i++) {
        const struct import_order *o = &b->orders.at[i];
        const struct import_person *p = o->person < 0 ? NULL : &b->persons.at[o->person];
        bool has_member = p && (p->strong || p->n > 1);
        count_fact(r, o, key_count_add(r->orders, fact_key(&b->facts.at[i])), has_member);
        if (!has_member) continue;
        const struct identity *id = &p->identities[0];
        key_count_add(r->members,
                      str_hash(id->value) ^ str_hash(id->scope) * 31 ^ (u64)id->kind << 56);
    }
}

/* -- what is shown ----------------------------------------------------------------------------- */

static void keep_fact(struct running *r, const struct import_batch *b, i64 i)
{
    struct import_run *run = r->run;
    struct arena *a = r->c->arena;
    const struct order_fact *from = &b->facts.at[i];
    struct order_fact *f = PUSH(a, &run->facts);
    *f = *from;
    f->state = b->orders.at[i].state; /* where it stands by trade's rules, not by the word alone */
    str *const texts[] = { &f->shop, &f->number,  &f->status,     &f->province,
                           &f->city, &f->country, &f->touchpoint, &f->currency };
    for (i64 k = 0; k < COUNT(texts); k++) *texts[k] = str_copy(a, *texts[k]);
    i64 n = from->lines.n < 20 ? from->lines.n : 20;
    f->lines = (struct order_line_fact_list){ NEWS(a, struct order_line_fact, n + 1), n };
    for (i64 k = 0; k < n; k++) {
        struct order_line_fact *l = &f->lines.at[k];
        *l = from->lines.at[k];
        l->line_id = str_copy(a, l->line_id);
        l->product_id = str_copy(a, l->product_id);
        l->product = str_copy(a, l->product);
        l->category = str_copy(a, l->category);
    }
    struct identity *id = PUSH(a, &run->identities);
    i64 person = b->orders.at[i].person;
    *id = (struct identity){ .kind = ID_NICK, .scope = S(""), .value = S("") };
    if (person < 0) return;
    const struct identity *first = &b->persons.at[person].identities[0];
    bool bare = may(r->c, PERSONAL_READ) || !identity_kind_row(first->kind)->personal;
    *id = (struct identity){ first->kind, str_copy(a, first->scope),
                             bare ? str_copy(a, first->value)
                                  : mask_identity(a, first->kind, first->value) };
}

static void keep_shown(struct running *r, const struct import_batch *b)
{
    struct import_run *run = r->run;
    struct arena *a = r->c->arena;
    for (i64 i = 0; i < b->facts.n && run->facts.n < run->facts_max; i++) keep_fact(r, b, i);
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

static void note(struct running *r, str text) { *PUSH(r->c->arena, &r->run->summary.notes) = text; }

static void write_notes(struct running *r)
{
    struct ctx *c = r->c;
    const struct import_plan *p = &r->run->plan;
    const struct import_summary *s = &r->run->summary;
    if (p->counts_as_paid)
        note(r, say(c, S("文件里没有付款时间、实付金额或订单状态：有金额的订单都按已付款计"),
                    S("the file has no payment time, paid amount or status: every order with an "
                      "amount counts as paid")));
    str words = import_unknown_words(c->arena, r->pipe.reader);
    if (words.n)
        note(r, str_fmt(c->arena,
                        c->locale == ZH ? "不认识的订单状态：" STR_FMT
                                          "；如果它们算已付款，用 --paid-status 指明"
                                        : "unknown status words: " STR_FMT
                                          "; name those that count as paid with --paid-status",
                        STR_ARG(words)));
    if (s->without_member && !identity_kind_row(p->identity)->strong)
        note(r, str_fmt(
                    c->arena,
                    c->locale == ZH
                        ? "%lld 个订单的买家只有昵称或打码信息，认不出是谁；如果昵称在本店唯一，用 "
                          "--identity shop_account"
                        : "%lld orders name their buyer by a nick or masked values only; if the "
                          "nick is unique in "
                          "the shop, say --identity shop_account",
                    (long long)s->without_member));
}

static enum err do_batch(struct running *r, struct import_batch *b)
{
    struct import_summary *s = &r->run->summary;
    struct arena_mark mark = arena_mark(r->c->arena);
    enum err e = OK;
    if (r->run->dry_run) count_only(r, b);
    else e = write_for_real(r, b);
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

static void count_keys(struct running *r)
{
    bool estimated = false, also = false;
    r->run->summary.orders = key_count_distinct(r->orders, &estimated);
    r->run->summary.members = key_count_distinct(r->members, &also);
    if (estimated || also)
        note(r, say(r->c,
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
    if (run->dry_run) count_keys(r);
    run->summary.took_ms = (clock_mono_us() - r->started_us) / 1000;
    write_notes(r);
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
        *r = (struct running){ .run = run, .store = s, .c = c, .started_us = clock_mono_us() };
        pthread_mutex_init(&r->pipe.lock, NULL);
        pthread_cond_init(&r->pipe.moved, NULL);
        r->pipe.c = (struct ctx){ .arena = arena_new(),
                                  .now = c->now,
                                  .zone = c->zone,
                                  .locale = c->locale,
                                  .actor = c->actor };
        for (int i = 0; i < BATCHES; i++) r->pipe.batches[i].arena = arena_new();
        if (run->dry_run) {
            r->orders = key_count_new();
            r->members = key_count_new();
        } else {
            r->seen = seen_new();
        }
        r->cache_arena = arena_new();
        e = run_opened(r, sheet);
        arena_free(r->cache_arena);
        for (int i = 0; i < BATCHES; i++) arena_free(r->pipe.batches[i].arena);
        arena_free(r->pipe.c.arena);
        seen_free(r->seen);
        key_count_free(r->orders);
        key_count_free(r->members);
        pthread_cond_destroy(&r->pipe.moved);
        pthread_mutex_destroy(&r->pipe.lock);
    }
    sheet_close(sheet);
    return e;
}
