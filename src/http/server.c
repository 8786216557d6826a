/* server.c -- starts and stops the server; who holds a request, who waits, what has run out of
 * time. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "http/engine.h"
#include "store/setting.h"

#define SPARE_MAX 128
#define STOP_US   ((i64)10 * 1000000)
#define TICK_US   ((i64)250 * 1000)
#define ZONE_US   ((i64)10 * 1000000)

/* -- requests: taken, handed over, let go ----------------------------------------------------- */

static __thread struct loop *loop_of_thread;

struct loop *loop_here(struct http *h)
{
    struct loop *l = loop_of_thread;
    if (l && l->http == h) return l;
    l = calloc(1, sizeof *l);
    if (!l) abort();
    l->http = h;
    l->c = (struct ctx){ .arena = arena_new(), .store = h->store };
    pthread_mutex_lock(&h->lock);
    l->next = h->loops;
    h->loops = l;
    pthread_mutex_unlock(&h->lock);
    return loop_of_thread = l;
}

enum err loop_reader(struct loop *l, struct ctx *c)
{
    if (!l->has_reader) {
        arena_reset(l->c.arena);
        l->c.now = c->now;
        l->c.locale = c->locale;
        enum err e = store_reader(l->http->store, &l->c);
        if (e != OK) {
            c->why = l->c.why;
            return e;
        }
        l->has_reader = true;
    }
    c->db = l->c.db;
    return OK;
}

struct request *request_take(struct loop *l, str uri)
{
    struct request *r = l->spare;
    struct arena *a;
    if (r) {
        l->spare = r->next;
        l->spare_n--;
        a = r->c.arena;
    } else {
        r = malloc(sizeof *r);
        if (!r) abort();
        a = arena_new();
    }
    memset(r, 0, sizeof *r);
    struct http *h = l->http;
    r->c.arena = a;
    r->c.store = h->store;
    r->c.now = h->now();
    r->c.zone = atomic_load_explicit(&h->zone, memory_order_relaxed);
    r->http = h;
    r->loop = l;
    r->fresh = true;
    r->body.arena = r->events.arena = a;
    r->spool_fd = r->file_fd = -1;
    r->started_us = clock_mono_us();
    r->deadline_us = r->started_us + h->request_us;
    r->uri = str_copy(a, uri);
    atomic_init(&r->state, RECEIVING);
    atomic_init(&r->holders, 1);
    atomic_init(&r->handed, 0);
    atomic_fetch_add_explicit(&h->in_flight, 1, memory_order_relaxed);
    return r;
}

void request_let_go(struct request *r, bool on_loop)
{
    if (atomic_fetch_sub(&r->holders, 1) != 1) return;
    struct http *h = r->http;
    struct loop *l = r->loop;
    door_finished(r);
    arena_reset(r->c.arena);
    if (on_loop && l->spare_n < SPARE_MAX) {
        r->next = l->spare;
        l->spare = r;
        l->spare_n++;
    } else {
        arena_free(r->c.arena);
        free(r);
    }
    atomic_fetch_sub(&h->in_flight, 1);
}

struct request *request_of_task(struct task *t)
{
    return (struct request *)((char *)t - offsetof(struct request, task));
}

void request_hand_over(struct request *r, void (*work)(struct task *), bool changing)
{
    struct http *h = r->http;
    atomic_store(&r->state, RUNNING);
    atomic_fetch_add(&r->holders, 1);
    pthread_mutex_lock(&h->lock);
    r->previous = NULL;
    r->next = h->in_work;
    if (r->next) r->next->previous = r;
    h->in_work = r;
    pthread_mutex_unlock(&h->lock);
    r->task.run = work;
    engine_suspend(r);
    workers_push(changing ? h->writers : h->readers, &r->task);
}

void request_done(struct request *r)
{
    struct http *h = r->http;
    pthread_mutex_lock(&h->lock);
    if (r->next) r->next->previous = r->previous;
    if (r->previous) r->previous->next = r->next;
    if (h->in_work == r) h->in_work = r->next;
    pthread_mutex_unlock(&h->lock);
    int expected = RUNNING;
    bool ours = atomic_compare_exchange_strong(&r->state, &expected, ANSWERED);
    if (!ours) {
        request_let_go(r, false); /* the reply went out without us */
        return;
    }
    atomic_fetch_sub(&r->holders, 1); /* the engine's hold remains while it is suspended */
    engine_resume(r);
}

/* -- the timer -------------------------------------------------------------------------------- */

void stream_sleep(struct request *r)
{
    struct http *h = r->http;
    engine_suspend(r);
    pthread_mutex_lock(&h->lock);
    r->next = h->sleeping;
    h->sleeping = r;
    pthread_cond_signal(&h->timer_wake);
    pthread_mutex_unlock(&h->lock);
}

/* Requests whose time is over are answered 504 now; their worker finds out when it is done. */
static void expire(struct http *h, i64 now_us, bool all)
{
    struct request *r = h->in_work;
    while (r) {
        struct request *next = r->next;
        int expected = RUNNING;
        if ((all || now_us > r->deadline_us) &&
            atomic_compare_exchange_strong(&r->state, &expected, EXPIRED)) {
            atomic_fetch_add(&h->timeouts, 1);
            engine_resume(r);
        }
        r = next;
    }
}

/* Streams that are due go to a worker; answers when the next one is. */
static i64 wake_streams(struct http *h, i64 now_us)
{
    i64 next_us = now_us + TICK_US;
    bool ending = atomic_load(&h->ending);
    for (struct request **at = &h->sleeping; *at;) {
        struct request *r = *at;
        if (!ending && r->due_us > now_us) {
            if (r->due_us < next_us) next_us = r->due_us;
            at = &r->next;
            continue;
        }
        *at = r->next;
        r->task.run = stream_step;
        workers_push(h->readers, &r->task);
    }
    return next_us;
}

static bool setting_known(const char *name)
{
    for (const struct setting *const *t = setting_tables; t && *t; t++)
        for (const struct setting *s = *t; s->name; s++)
            if (strcmp(s->name, name) == 0) return true;
    return false;
}

/* What the server keeps of the settings; rooms of tests may lack them. */
void settings_refresh(struct http *h)
{
    struct ctx c = { .arena = arena_new(), .store = h->store, .now = h->now() };
    str name, text;
    struct my_settings my = { 0 };
    if (store_reader(h->store, &c) == OK) {
        if (setting_known("timezone") && setting_text(&c, "timezone", &name) == OK) {
            const struct zone *z = zone_open(str_z(c.arena, name));
            if (z) atomic_store(&h->zone, z);
        }
        if (setting_known("my.origins") &&
            setting_i64(&c, "my.requests_per_second", &my.per_second) == OK &&
            setting_text(&c, "my.origins", &text) == OK && text.n < (i64)sizeof my.origins) {
            memcpy(my.origins, text.at, (size_t)text.n);
            pthread_mutex_lock(&h->lock);
            h->my = my;
            pthread_mutex_unlock(&h->lock);
        }
    }
    arena_free(c.arena);
}

static void *run_timer(void *arg)
{
    struct http *h = arg;
    i64 zone_us = clock_mono_us() + ZONE_US;
    pthread_mutex_lock(&h->lock);
    while (h->timer_running) {
        i64 now_us = clock_mono_us();
        expire(h, now_us, false);
        i64 next_us = wake_streams(h, now_us);
        pthread_mutex_unlock(&h->lock);
        engine_close_idle(h->engine, now_us - h->request_us - h->request_us / 4);
        if (now_us > zone_us) {
            settings_refresh(h);
            zone_us = now_us + ZONE_US;
        }
        pthread_mutex_lock(&h->lock);
        i64 wait_us = next_us - clock_mono_us();
        if (!h->timer_running || wait_us <= 0) continue;
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        i64 ns = until.tv_nsec + wait_us * 1000;
        until.tv_sec += ns / 1000000000;
        until.tv_nsec = ns % 1000000000;
        pthread_cond_timedwait(&h->timer_wake, &h->lock, &until);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* -- life ------------------------------------------------------------------------------------- */

static enum err listen_on(struct ctx *c, str where, int *out)
{
    str rest = where, host = NO_STR, port = where;
    for (i64 i = where.n - 1; i >= 0; i--)
        if (where.at[i] == ':') {
            host = str_sub(where, 0, i);
            port = str_sub(rest, i + 1, where.n);
            break;
        }
    if (host.n > 2 && host.at[0] == '[') host = str_sub(host, 1, host.n - 1);
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV },
                    *found = NULL;
    i64 number;
    if (!i64_parse(port, &number) || number < 0 || number > 65535 ||
        getaddrinfo(host.n ? str_z(c->arena, host) : NULL, str_z(c->arena, port), &hints, &found) !=
            0)
        return fail(c, E_INVALID, "监听地址须为“地址:端口”：" STR_FMT,
                    "the address to listen on must be ADDRESS:PORT: " STR_FMT, STR_ARG(where));
    int fd = -1, why = 0;
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
        if (fd < 0) continue;
        int on = 1;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(fd, a->ai_addr, a->ai_addrlen) != 0 || listen(fd, 1024) != 0) {
            why = errno;
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd < 0)
        return fail(c, E_CONFLICT, "无法监听 " STR_FMT "：%s", "cannot listen on " STR_FMT ": %s",
                    STR_ARG(where), strerror(why));
    *out = fd;
    return OK;
}

int http_port(const struct http *h)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    if (getsockname(h->listen_fd, (struct sockaddr *)&a, &n) != 0) return 0;
    return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port
                                         : ((struct sockaddr_in *)&a)->sin_port);
}

/* What a server that was killed had spooled: nobody will ask for it again. */
static void remove_leftovers(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir) return;
    for (struct dirent *d; (d = readdir(dir));)
        if (strncmp(d->d_name, "upload-", 7) == 0) unlinkat(dirfd(dir), d->d_name, 0);
    closedir(dir);
}

static enum err make_tmp(struct ctx *c, struct http *h)
{
    str folder = str_or(h->options.folder, S("."));
    h->tmp = str_z(h->arena, str_fmt(h->arena, STR_FMT "/tmp", STR_ARG(folder)));
    if (mkdir(h->tmp, 0700) == 0) return OK;
    if (errno == EEXIST) {
        remove_leftovers(h->tmp);
        return OK;
    }
    return fail(c, E_STORE, "无法创建文件夹 %s：%s", "cannot make the folder %s: %s", h->tmp,
                strerror(errno));
}

static void raise_file_limit(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < l.rlim_max) {
        l.rlim_cur = l.rlim_max < 65536 ? l.rlim_max : 65536;
        setrlimit(RLIMIT_NOFILE, &l);
    }
}

static void free_http(struct http *h)
{
    workers_free(h->readers);
    workers_free(h->writers);
    for (struct loop *l = h->loops, *next; l; l = next) {
        next = l->next;
        for (struct request *r = l->spare, *after; r; r = after) {
            after = r->next;
            arena_free(r->c.arena);
            free(r);
        }
        arena_free(l->c.arena); /* gives the reader back */
        free(l);
    }
    store_readers_add(h->store, -h->readers_n);
    limiter_free(h->limiter);
    limiter_free(h->members);
    pthread_cond_destroy(&h->timer_wake);
    pthread_mutex_destroy(&h->lock);
    struct arena *a = h->arena;
    free(h);
    arena_free(a);
}

static struct http *make(struct store *s, const struct room *const *rooms, struct http_options o)
{
    struct http *h = calloc(1, sizeof *h);
    if (!h) abort();
    h->arena = arena_new();
    h->store = s;
    h->rooms = rooms;
    h->options = o;
    h->options.folder = str_copy(h->arena, o.folder);
    h->options.console_dir = str_copy(h->arena, o.console_dir);
    h->now = o.now ? o.now : clock_now;
    h->request_us = (o.request_ms ? o.request_ms : MINUTE_MS) * 1000;
    h->quick = !store_is_pg(s);
    h->rate_loopback = o.rate_per_second > 0;
    h->rate = o.rate_per_second ? o.rate_per_second : 500;
    if (h->rate > 0) h->limiter = limiter_new();
    h->members = limiter_new();
    h->router = router_new(h->arena, rooms);
    h->started_us = clock_mono_us();
    randombytes_buf(h->boot, sizeof h->boot);
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&h->timer_wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    h->loops_n = o.loops > 0 ? o.loops : 2;
    int readers = o.workers > 0 ? o.workers : 4, writers = o.writers > 0 ? o.writers : 24;
    h->readers_n = h->loops_n + readers + writers;
    store_readers_add(s, h->readers_n); /* one for each thread: none waits for another's */
    h->readers = workers_new(readers);
    h->writers = workers_new(writers);
    return h;
}

enum err http_start(struct ctx *c, struct store *s, const struct room *const *rooms,
                    struct http_options o, struct http **out)
{
    if (sodium_init() < 0)
        return fail(c, E_INTERNAL, "libsodium 不可用", "libsodium does not work");
    raise_file_limit();
    TRY(cursor_key_load(s, c));
    int fd = -1;
    TRY(listen_on(c, str_or(o.listen, S("127.0.0.1:8080")), &fd));
    struct http *h = make(s, rooms, o);
    h->listen_fd = fd;
    atomic_store(&h->zone, c->zone);
    settings_refresh(h);
    enum err e = make_tmp(c, h);
    if (e == OK && (!h->readers || !h->writers))
        e = fail(c, E_INTERNAL, "无法创建线程", "threads cannot be made");
    if (e == OK) e = engine_start(c, h, fd, h->loops_n, &h->engine);
    if (e != OK) {
        close(fd);
        free_http(h);
        return e;
    }
    h->timer_running = true;
    if (pthread_create(&h->timer, NULL, run_timer, h) != 0) abort();
    LOG(INFO, "http.started", KV("port", (i64)http_port(h)), KV("routes", router_count(h->router)));
    *out = h;
    return OK;
}

static void nap(void) { nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL); }

void http_stop(struct http *h)
{
    atomic_store(&h->stopping, true);
    engine_refuse_new(h->engine);
    pthread_mutex_lock(&h->lock);
    atomic_store(&h->ending, true); /* streams end at once */
    pthread_cond_signal(&h->timer_wake);
    pthread_mutex_unlock(&h->lock);
    i64 until_us = clock_mono_us() + STOP_US;
    while (atomic_load(&h->in_flight) > 0 && clock_mono_us() < until_us) nap();
    pthread_mutex_lock(&h->lock);
    expire(h, 0, true);
    pthread_mutex_unlock(&h->lock);
    while (atomic_load(&h->suspended) > 0) nap();
    pthread_mutex_lock(&h->lock);
    h->timer_running = false;
    pthread_cond_signal(&h->timer_wake);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->timer, NULL);
    engine_stop(h->engine);
    struct ctx c = { .arena = arena_new(), .store = h->store, .now = h->now() };
    if (access_flush(h->store, &c) != OK) LOG(WARN, "http.flush_failed");
    arena_free(c.arena);
    LOG(INFO, "http.stopped");
    free_http(h);
}
