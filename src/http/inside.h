/* inside.h -- what the files of this room share: a request on its way, the server, the steps
 * between them.
 *
 * Invariants
 *  1. A request belongs to its event loop until it is handed to a worker, and again once the
 *     engine is resumed.
 *  2. While a worker has it the connection is suspended, so the engine neither completes nor
 *     frees it.
 *  3. `state` decides who answers when a request runs out of time: whoever moves it away from
 *     RUNNING.
 *  4. A request is recycled when the engine and the worker have both let go (`holders`).
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "http/http.h"
#include "http/request.h"

#define HEADER_MAX ((i64)16 * 1024)
#define BODY_MAX   ((i64)1024 * 1024)
#define UPLOAD_MAX ((i64)2 * 1024 * 1024 * 1024)
#define SWALLOW_MAX \
    ((i64)32 * 1024 * 1024) /* a refused body up to this size is read to keep the connection */
#define SPOOL_CHUNK ((i64)1024 * 1024)
#define PARAMS_MAX  6

/* Request headers the server itself reads; others are asked of the engine. */
#define HEADERS(X)                          \
    X(AUTHORIZATION, "Authorization")       \
    X(COOKIE, "Cookie")                     \
    X(HOST, "Host")                         \
    X(ORIGIN, "Origin")                     \
    X(FETCH_SITE, "Sec-Fetch-Site")         \
    X(CSRF, "X-CSRF-Token")                 \
    X(ACCEPT_LANGUAGE, "Accept-Language")   \
    X(ACCEPT_ENCODING, "Accept-Encoding")   \
    X(CONTENT_TYPE, "Content-Type")         \
    X(CONTENT_LENGTH, "Content-Length")     \
    X(CONTENT_ENCODING, "Content-Encoding") \
    X(EXPECT, "Expect")                     \
    X(IDEMPOTENCY_KEY, "Idempotency-Key")   \
    X(IF_NONE_MATCH, "If-None-Match")       \
    X(FORWARDED_FOR, "X-Forwarded-For")
enum header {
#define X(name, text) H_##name,
    HEADERS(X)
#undef X
        HEADERS_N
};

/* -- routes, prepared ------------------------------------------------------------------------- */

#define LATENCY_BUCKETS 12
struct route_metrics {
    _Atomic u64 status[6]; /* by hundreds: 2 = 2xx */
    _Atomic u64 bucket[LATENCY_BUCKETS + 1];
    _Atomic u64 us_total;
};

struct entry {
    const struct route *route;
    int params_n;
    const struct shape_field *params[PARAMS_MAX]; /* fields of route->handler->in, in path order */
    struct route_metrics metrics;
    u64 number; /* among all rows */
};

struct router;
struct router *router_new(struct arena *a, const struct room *const *rooms);
struct match {
    struct entry *entry; /* NULL: none */
    str params[PARAMS_MAX];
    unsigned allowed; /* bits 1 << method of what the path offers; 0: no such path */
};
void router_find(const struct router *r, enum method method, str path, struct match *out);
i64 router_count(const struct router *r);
struct entry *router_at(const struct router *r, i64 i);
const char *method_name(enum method m);
/* All rows of all rooms in order. `struct route_walk w = { .rooms = rooms }; while ((row =
 * route_next(&w))) …` */
struct route_walk {
    const struct room *const *rooms;
    const struct route *at;
};
const struct route *route_next(struct route_walk *w);

/* -- a request -------------------------------------------------------------------------------- */

enum state { RECEIVING, RUNNING, ANSWERED, EXPIRED };

struct task {
    void (*run)(struct task *);
    struct task *next;
};

struct extra_header {
    const char *name;
    str value;
};
struct extra_headers {
    struct extra_header *at;
    i64 n;
};

struct connection { /* kept by the engine; shared with the timer, hence atomic */
    struct connection *next, *previous;
    int fd;
    _Atomic i64 waiting_since_us; /* 0: a request is in work */
    char address[48];
};

struct request {
    struct ctx c; /* first: request_of casts */
    struct task task;
    struct http *http;
    struct loop *loop;
    struct connection *connection;
    void *engine; /* the engine's connection */
    _Atomic int state, holders, handed;
    bool fresh; /* the engine has not shown the headers yet */
    i64 started_us, deadline_us;
    struct request *next, *previous; /* among free ones, or among those in work */

    str uri, path, query;
    str method_text;
    enum method method;
    bool head, options;
    str headers[HEADERS_N];
    i64 header_bytes;
    str address;

    struct match match;
    u64 given;    /* fields of the in-shape that the request names */
    bool refused; /* c.why says how; the body is read and dropped */
    int refused_status;
    bool static_file;
    bool by_session; /* signed in by cookie */

    struct buf body;
    i64 body_n, body_max;
    bool body_too_large;
    int spool_fd;
    str spool_path;
    i64 spool_n;
    bool spool_kept;
    int spool_errno;

    int status;
    const char *type;
    str reply;
    struct extra_headers extra;
    bool replied; /* by reply_* */
    bool closing; /* Connection: close */
    int file_fd;  /* -1: none */
    i64 file_n;

    bool streaming, stream_over, stream_dropped;
    struct event_source source;
    struct buf events;
    i64 events_sent, due_us, beat_us;
};

struct loop {
    struct http *http;
    struct loop *next;
    struct ctx c; /* holds this loop's reader */
    bool has_reader;
    struct request *spare;
    i64 spare_n;
};

struct engine;
struct workers;
struct limiter;

struct metrics_extra {
    metrics_fn *fn;
    void *arg;
};

/* Settings of /v1/my that the door needs without a reader. */
#define ORIGINS_MAX 1000
struct my_settings {
    i64 per_second;                /* requests of a member; 0: as many as come */
    char origins[ORIGINS_MAX + 1]; /* with blanks between */
};

struct http {
    struct arena *arena;
    struct store *store;
    const struct room *const *rooms;
    struct http_options options;
    struct router *router;
    struct engine *engine;
    struct workers *readers, *writers;
    struct limiter *limiter; /* by address; NULL: off */
    struct limiter *members; /* by member */
    _Atomic(const struct zone *) zone;
    instant (*now)(void);
    i64 request_us;
    bool quick; /* QUICK rows run on the loops (SQLite) */
    i64 rate;   /* per second and address */
    bool rate_loopback;
    struct my_settings my; /* under lock */
    int listen_fd, loops_n, readers_n;
    char *tmp; /* folder of spooled bodies */
    u8 boot[16];

    pthread_mutex_t lock; /* loops, in_work, sleeping, extras, my */
    struct loop *loops;
    struct request *in_work, *sleeping;
    struct metrics_extra extras[16];
    int extras_n;

    pthread_t timer;
    bool timer_running;
    pthread_cond_t timer_wake;
    _Atomic bool stopping, ending;
    _Atomic i64 in_flight, suspended, connections, refused_rate, timeouts;
    i64 started_us;
};

/* server.c */
struct loop *loop_here(struct http *h);
enum err loop_reader(struct loop *l, struct ctx *c); /* lends the loop's reader */
void settings_refresh(struct http *h);
struct request *request_take(struct loop *loop, str uri);
void request_let_go(struct request *r, bool on_loop);
/* Suspends and runs work on a thread; it ends with request_done. */
void request_hand_over(struct request *r, void (*work)(struct task *), bool changing);
void request_done(struct request *r);
void stream_sleep(
    struct request *r); /* suspends until r->due_us, then stream_step runs on a worker */
/* stream.c */
void stream_step(struct task *t);
/* spool.c: bodies that are files */
enum body_step spool_take(struct request *r, const char *at, i64 n);
enum err spool_finish(struct request *r);
void spool_remove(struct request *r);
struct request *request_of_task(struct task *t);

/* door.c: the steps of a request, called by the engine. */
void door_open(struct request *r);        /* headers are known */
bool door_answers_now(struct request *r); /* before the body comes */
enum body_step { BODY_TAKEN, BODY_LATER, BODY_STOP };
/* LATER: suspended, offer the same again; STOP: end the connection. */
enum body_step door_body(struct request *r, const char *at, i64 n);
bool door_run(struct request *r);      /* true: the reply is ready; false: suspended */
void door_finished(struct request *r); /* nobody holds it any more */

void close_file(struct request *r); /* reply.c */

/* bind.c */
enum err bind_request(struct request *r, void *in);
bool percent_decode(struct arena *a, str raw, bool plus_is_blank, str *out);
/* problem.c */
void problem_reply(struct request *r, enum err e);
void problem_write(struct buf *out, const struct problem *why, int status, enum locale locale);
extern const char problem_type[];
enum locale locale_of(str accept_language);
/* static.c */
bool static_open(struct http *h, str path);
void static_reply(struct request *r);
/* limit.c */
struct limiter *limiter_new(void);
void limiter_free(struct limiter *l);
/* Of an address, or another name. 0: go on; else milliseconds until there is room again. */
i64 limiter_take(struct limiter *l, str who, i64 per_second, i64 now_us);
/* workers.c */
struct workers *workers_new(int n);
void workers_push(struct workers *w, struct task *t);
void workers_free(struct workers *w); /* after the queue is empty */
i64 workers_waiting(struct workers *w);
/* idempotency.c */
enum idempotency_step { IDEM_RUN, IDEM_REPLAYED, IDEM_REFUSED };
struct idempotency {
    bool on;
    str caller, key;
    u8 fingerprint[32];
};
enum err idempotency_begin(struct request *r, struct idempotency *i, enum idempotency_step *step);
/* Within the transaction of the change; arg: struct idempotency. */
enum err idempotency_carried_out(struct tx *t, void *arg);
enum err idempotency_end(struct tx *t, const struct idempotency *i, int status, str type,
                         str reply);
/* cursor.c */
enum err cursor_key_load(struct store *s, struct ctx *c);
/* metrics.c */
void metrics_count(struct entry *e, int status, i64 us);
/* docs.c */
void docs_write(struct buf *out, const struct room *const *rooms, enum locale locale);
/* http_api.c */
extern const struct route http_routes[];
enum err http_sweep(struct store *s, struct ctx *c);
