/* jobs.c -- imports started at the console: each on a thread of its own, watched and stopped
 * by its id.
 *
 * Invariants
 *   1. `jobs` is read and changed under the lock; a job is freed only by imports_stop or when
 * pushed out after it has ended.
 *   2. the thread of a job touches its job's event under the lock, everything else of it alone.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "import/book.h"

#define RUNNING_MAX    2
#define KEPT_MAX       50
#define ALIVE_EVERY_US ((i64)5000000)

struct import_job {
    struct import_job *next;
    i64 id;
    struct store *store;
    struct ctx c; /* of the thread */
    pthread_t thread;
    bool running;
    _Atomic bool cancel;
    struct import_run run;
    struct book_row row;
    struct import_event event;
    instant started;
    i64 started_us, alive_us;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct import_job *jobs;

static struct import_job *job_of(i64 id)
{
    for (struct import_job *j = jobs; j; j = j->next)
        if (j->id == id) return j;
    return NULL;
}

static void job_free(struct import_job *j)
{
    arena_free(j->c.arena);
    free(j);
}

static void tick(struct import_job *j)
{
    j->c.now = j->started + (clock_mono_us() - j->started_us) / 1000;
}

static void on_progress(void *arg, const struct import_progress *p)
{
    struct import_job *j = arg;
    pthread_mutex_lock(&lock);
    j->event = (struct import_event){ .state = S("running"),
                                      .rows = p->rows,
                                      .accepted = p->accepted,
                                      .rejected = p->rejected,
                                      .fraction = p->fraction,
                                      .rows_per_second = p->rows_per_second,
                                      .left_ms = p->left_ms >= 0 ? SOME(p->left_ms) : NONE };
    pthread_mutex_unlock(&lock);
    i64 now = clock_mono_us();
    if (now - j->alive_us < ALIVE_EVERY_US) return;
    j->alive_us = now;
    tick(j);
    struct arena_mark mark = arena_mark(j->c.arena);
    if (book_alive(j->store, &j->c, j->id) != OK)
        LOG(WARN, "import.sign_failed", KV("import", j->id));
    arena_rewind(j->c.arena, mark);
}

static struct import_event event_of(const struct import_summary *s, str state, f64 fraction)
{
    return (struct import_event){
        .state = state,
        .rows = s->rows,
        .accepted = s->accepted,
        .rejected = s->rejected,
        .fraction = fraction,
        .rows_per_second = s->took_ms ? (f64)s->rows * 1000 / (f64)s->took_ms : 0,
        .left_ms = SOME(0),
        .orders = SOME(s->orders),
        .members = SOME(s->members),
        .paid = SOME(s->paid),
        .refund = SOME(s->refund),
        .created = SOME(s->created),
        .changed = SOME(s->changed),
        .same = SOME(s->same),
        .duplicates = SOME(s->duplicates),
        .without_member = SOME(s->without_member),
        .created_members = SOME(s->created_members),
        .events = SOME(s->events),
        .known = SOME(s->known),
        .took_ms = SOME(s->took_ms),
        .notes = s->notes,
    };
}

static void *job_main(void *arg)
{
    struct import_job *j = arg;
    struct ctx *c = &j->c;
    enum err e =
        store_reader(j->store, c); /* a saved profile is read before, the run itself only writes */
    if (e == OK) e = import_choice_load(c, &j->run.choice);
    store_release(c);
    if (e == OK) e = import_run(j->store, c, &j->run);
    str failure = e == OK ? NO_STR : fail_text(c);
    str state = e != OK ? S("failed") : j->run.cancelled ? S("cancelled") : S("done");
    struct import_event last =
        event_of(&j->run.summary, state, e == OK && !j->run.cancelled ? 1 : j->event.fraction);
    tick(j);
    if (book_end(j->store, c, j->id, state, &last, failure) != OK)
        LOG(ERROR, "import.end_not_kept", KV("import", j->id));
    LOG(INFO, "import.ended", KV("import", j->id), KV("state", state), KV("rows", last.rows),
        KV("rejected", last.rejected), KV("ms", j->run.summary.took_ms));
    pthread_mutex_lock(&lock);
    j->event = last;
    j->running = false;
    pthread_mutex_unlock(&lock);
    return NULL;
}

/* Under the lock: takes a job out of the list and waits for its thread. */
static void drop_ended(struct import_job **at)
{
    struct import_job *j = *at;
    *at = j->next;
    pthread_join(j->thread, NULL); /* it has ended, or is about to return */
    job_free(j);
}

/* Under the lock: frees the old, answers how many run. */
static int tidy(i64 id)
{
    int running = 0, kept = 0;
    for (struct import_job **at = &jobs; *at;) {
        bool old = !(*at)->running && ((*at)->id == id || ++kept > KEPT_MAX);
        running += (*at)->running;
        if (old) drop_ended(at);
        else at = &(*at)->next;
    }
    return running;
}

static struct import_job *job_new(struct store *s, struct ctx *c, const struct book_row *row)
{
    struct import_job *j = calloc(1, sizeof *j);
    if (!j) abort();
    struct arena *a = arena_new();
    j->id = row->id;
    j->store = s;
    j->c = (struct ctx){ .arena = a,
                         .store = s,
                         .now = c->now,
                         .zone = c->zone,
                         .rights = c->rights,
                         .user = c->user,
                         .actor = str_copy(a, c->actor),
                         .locale = c->locale };
    j->started = c->now;
    j->started_us = j->alive_us = clock_mono_us();
    j->row = *row;
    j->row.path = str_copy(a, row->path);
    j->row.choice = str_copy(a, row->choice);
    j->event = (struct import_event){ .state = S("running") };
    j->running = true;
    return j;
}

enum err import_job_start(struct store *s, struct ctx *c, const struct book_row *row, bool dry_run)
{
    struct import_job *j = job_new(s, c, row);
    j->run = (struct import_run){ .file = j->row.path,
                                  .dry_run = dry_run,
                                  .rejects = rejects_path(j->c.arena, &j->row),
                                  .progress = on_progress,
                                  .arg = j,
                                  .cancel = &j->cancel };
    enum err e = book_choice(&j->c, &j->row, &j->run.choice);
    if (e != OK) c->why = j->c.why;
    pthread_mutex_lock(&lock);
    struct import_job *same = job_of(row->id);
    if (e == OK && same && same->running)
        e = fail(c, E_CONFLICT, "这个文件正在导入", "this file is being imported");
    if (e == OK && tidy(row->id) >= RUNNING_MAX)
        e = fail(c, E_BUSY, "已有 %d 个文件在导入，请等其中一个结束",
                 "%d files are being imported; wait for one to end", RUNNING_MAX);
    if (e == OK) e = book_begin(s, c, row->id, dry_run);
    if (e == OK && pthread_create(&j->thread, NULL, job_main, j) != 0)
        e = fail(c, E_INTERNAL, "建不了导入线程", "cannot start the importing thread");
    if (e == OK) {
        j->next = jobs;
        jobs = j;
    }
    pthread_mutex_unlock(&lock);
    if (e != OK) job_free(j);
    return e;
}

bool import_job_running(i64 id)
{
    pthread_mutex_lock(&lock);
    struct import_job *j = job_of(id);
    bool running = j && j->running;
    pthread_mutex_unlock(&lock);
    return running;
}

bool import_job_event(struct arena *a, i64 id, struct import_event *out)
{
    pthread_mutex_lock(&lock);
    struct import_job *j = job_of(id);
    if (j) {
        *out = j->event; /* its notes live as long as the job, which a later start of the same
                            import may end */
        out->notes.at = NEWS(a, str, out->notes.n + 1);
        for (i64 i = 0; i < out->notes.n; i++) out->notes.at[i] = str_copy(a, j->event.notes.at[i]);
    }
    pthread_mutex_unlock(&lock);
    return j != NULL;
}

bool import_job_cancel(i64 id)
{
    pthread_mutex_lock(&lock);
    struct import_job *j = job_of(id);
    bool running = j && j->running;
    if (running) atomic_store(&j->cancel, true);
    pthread_mutex_unlock(&lock);
    return running;
}

void imports_stop(void)
{
    pthread_mutex_lock(&lock);
    for (struct import_job *j = jobs; j; j = j->next) atomic_store(&j->cancel, true);
    struct import_job *all = jobs;
    jobs = NULL;
    pthread_mutex_unlock(&lock);
    while (all) {
        struct import_job *j = all;
        all = j->next;
        pthread_join(j->thread, NULL);
        job_free(j);
    }
}
