/* serve.c -- the server process: lock, store, first login, doors, jobs, and a graceful end. */
#include "app/serve.h"

#include "access/access.h"
#include "app/rooms.h"
#include "audience/ask.h"
#include "audience/index/follow.h"
#include "audience/saved.h"
#include "base/clock.h"
#include "base/log.h"
#include "channel/delivery.h"
#include "http/http.h"
#include "import/import.h"
#include "insight/metric.h"
#include "job/job.h"
#include "loyalty/boards.h"
#include "store/setting.h"
#include "track/track.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

str secret_make(struct arena *a)
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* 32 of them, none alike */
    unsigned char random[16];
    char *out = arena_alloc(a, 1, sizeof random + 1);
    if (getrandom(random, sizeof random, 0) != sizeof random) assert(!"the system gave no random");
    for (size_t i = 0; i < sizeof random; i++) out[i] = letters[random[i] & 31];
    return (str){ out, sizeof random };
}

struct first_owner {
    str password;
    bool made;
};

/* Two servers may start on one empty PostgreSQL: the slower finds the name taken and goes on. */
static enum err make_first_owner(struct store *s, struct ctx *c, struct first_owner *first)
{
    if (user_count(c) > 0) return OK;
    first->password = secret_make(c->arena);
    i64 id;
    enum err e = user_add(s, c, S("owner"), first->password, ROLE_OWNER, &id);
    first->made = e == OK;
    return e == E_CONFLICT ? OK : e;
}

static void greet(struct ctx *c, struct serve_options o, int port, const struct first_owner *first)
{
    str host;
    str_cut(o.listen, ':', &host);
    str address = str_fmt(c->arena, "http://" STR_FMT ":%d", STR_ARG(host), port);
    if (first->made)
        printf(say(c,
                   S("锦鲤已启动：" STR_FMT "\n首次登录：用户 owner，密码 " STR_FMT
                     "（只显示这一次，请登录后修改）\n"),
                   S("Koi is up: " STR_FMT "\nfirst login: user owner, password " STR_FMT
                     " (shown this once; change it after signing in)\n"))
                   .at,
               STR_ARG(address), STR_ARG(first->password));
    else
        printf(say(c, S("锦鲤已启动：" STR_FMT "\n（忘记密码：koi user password owner）\n"),
                   S("Koi is up: " STR_FMT "\n(password lost? koi user password owner)\n"))
                   .at,
               STR_ARG(address));
    fflush(stdout);
}

static void store_gauges(struct buf *out, void *arg)
{
    struct store_stats s = store_stats(arg);
    const struct {
        const char *name, *kind;
        i64 value;
    } rows[] = {
        { "koi_store_commits_total", "counter", s.commits },
        { "koi_store_jobs_total", "counter", s.jobs },
        { "koi_store_retries_total", "counter", s.retries },
        { "koi_store_failures_total", "counter", s.failures },
        { "koi_store_jobs_waiting", "gauge", s.waiting },
        { "koi_store_batch_jobs_max", "gauge", s.batch_max },
        { "koi_store_commit_microseconds_total", "counter", s.commit_us_total },
        { "koi_store_commit_microseconds_max", "gauge", s.commit_us_max },
    };
    for (i64 i = 0; i < COUNT(rows); i++)
        buf_fmt(out, "# TYPE %s %s\n%s %lld\n", rows[i].name, rows[i].kind, rows[i].name,
                (long long)rows[i].value);
}

static void index_gauges(struct buf *out, void *arg)
{
    struct audience_stats s = audience_stats(arg);
    const struct {
        const char *name, *kind;
        i64 value;
    } rows[] = {
        { "koi_index_bytes", "gauge", s.bytes },
        { "koi_index_mapped_bytes", "gauge", s.mapped },
        { "koi_index_seq", "gauge", s.seq },
        { "koi_index_members", "gauge", s.members },
        { "koi_index_rows", "gauge", s.rows },
        { "koi_index_rounds_total", "counter", s.rounds },
        { "koi_index_failures_total", "counter", s.failures },
        { "koi_index_saves_total", "counter", s.saves },
        { "koi_index_saves_failed_total", "counter", s.saves_failed },
        { "koi_index_round_microseconds_max", "gauge", s.round_us_max },
    };
    for (i64 i = 0; i < COUNT(rows); i++)
        buf_fmt(out, "# TYPE %s %s\n%s %lld\n", rows[i].name, rows[i].kind, rows[i].name,
                (long long)rows[i].value);
}

static enum err set_zone(struct ctx *c)
{
    str name;
    TRY(setting_text(c, "timezone", &name));
    c->zone = zone_open(str_z(c->arena, name));
    if (c->zone) return OK;
    return fail(c, E_INTERNAL, "系统没有时区 “" STR_FMT "”",
                "this system has no time zone \"" STR_FMT "\"", STR_ARG(name));
}

/* Waits for a signal with everything running; what was started is stopped in reverse by the caller.
 */
static enum err run_until_signal(struct ctx *c, struct serve_options o, struct store *s,
                                 struct audience *audience, struct standing *standing,
                                 struct live *live, const sigset_t *signals)
{
    struct first_owner first = { 0 };
    TRY(make_first_owner(s, c, &first));
    if (!store_is_pg(s)) TRY(imports_left_behind(s, c)); /* the lock of the folder is ours */
    struct http *http;
    TRY(http_start(c, s, rooms,
                   (struct http_options){ .listen = o.listen,
                                          .workers = (int)o.workers,
                                          .folder = o.data,
                                          .console_dir = o.console_dir,
                                          .rate_per_second = o.rate_per_second,
                                          .secure_cookies = o.secure_cookies },
                   &http));
    metrics_add(http, store_gauges, s);
    metrics_add(http, index_gauges, audience);
    metrics_add(http, standing_gauges, standing);
    metrics_add(http, live_gauges, live);
    metrics_add(http, track_gauges, NULL);
    struct jobs *jobs;
    enum err e = jobs_start(s, c, rooms, &jobs);
    if (e != OK) {
        http_stop(http);
        return e;
    }
    greet(c, o, http_port(http), &first);
    LOG(INFO, "app.started", KV("port", http_port(http)), KV("pg", store_is_pg(s)));
    int signal;
    sigwait(signals, &signal);
    LOG(INFO, "app.stopping", KV("signal", signal));
    http_stop(http);
    imports_stop();
    deliveries_stop();
    jobs_stop(jobs);
    return OK;
}

/* With the index of members beside the store: open before any door, closed after all. */
static enum err run_with_index(struct ctx *c, struct serve_options o, struct store *s,
                               const sigset_t *signals)
{
    struct audience *audience;
    TRY(audience_open(c, s,
                      (struct audience_options){ .folder = o.data, .saves = true, .thread = true },
                      &audience));
    struct standing *standing = NULL;
    struct live *live = NULL;
    struct metric_book *book = metric_book_new();
    audience_serve(audience);
    metric_serve(book);
    struct metric_warming *warming = metric_warm_start(c, s, book);
    enum err e = standing_open(
        c, s, audience, (struct standing_options){ .now = clock_now, .thread = true }, &standing);
    if (e == OK) e = live_open(c, s, (struct live_options){ .thread = true }, &live);
    if (e == OK) live_serve(live);
    if (e == OK) e = run_until_signal(c, o, s, audience, standing, live, signals);
    live_close(live);
    standing_close(standing);
    metric_warm_stop(warming);
    metric_serve(NULL);
    metric_book_free(book);
    audience_serve(NULL);
    audience_close(audience);
    return e;
}

enum err serve(struct ctx *c, struct serve_options o)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread: all inherit it */
    signal(SIGPIPE, SIG_IGN);
    TRY(folder_lock(c, o.data));
    struct store *s;
    TRY(store_open(c, (struct store_options){ .where = o.where }, rooms, &s));
    enum err e = store_reader(s, c);
    if (e == OK) e = set_zone(c);
    if (e == OK) e = run_with_index(c, o, s, &signals);
    store_release(c);
    store_close(s);
    if (e == OK) LOG(INFO, "app.stopped", KV("waiting", (i64)0));
    return e;
}
