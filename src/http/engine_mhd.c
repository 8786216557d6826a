/* engine_mhd.c -- the seam's one implementation, on libmicrohttpd: epoll loops, suspend and resume.
 *
 * What was measured and must stay: the reply is queued on the handler's second call at the earliest
 * (on the first it would end the connection after every reply, which is four times slower).
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "http/engine.h"

#define CONNECTIONS_MAX 4096
#define POOL_BYTES \
    (32 * 1024) /* cleared for every request: no more than header and a piece of body need */
#define IDLE_SECONDS 60

struct engine {
    struct MHD_Daemon *daemon;
    struct http *http;
    pthread_mutex_t lock;
    struct connection *connections;
    int listen_fd;
};

static const char *const header_names[HEADERS_N] = {
#define X(name, text) text,
    HEADERS(X)
#undef X
};
static size_t header_lengths[HEADERS_N];

/* -- connections ------------------------------------------------------------------------------ */

static void address_text(const struct sockaddr *a, char out[48])
{
    out[0] = 0;
    if (a && a->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr, out, 48);
    else if (a && a->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)a)->sin6_addr, out, 48);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct engine *e = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct connection *n = calloc(1, sizeof *n);
        if (!n) abort();
        n->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        address_text(MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
                     n->address);
        atomic_store(&n->waiting_since_us, clock_mono_us());
        pthread_mutex_lock(&e->lock);
        n->next = e->connections;
        if (n->next) n->next->previous = n;
        e->connections = n;
        pthread_mutex_unlock(&e->lock);
        atomic_fetch_add(&e->http->connections, 1);
        *socket_context = n;
        return;
    }
    struct connection *n = *socket_context;
    if (!n) return;
    pthread_mutex_lock(&e->lock);
    if (n->next) n->next->previous = n->previous;
    if (n->previous) n->previous->next = n->next;
    if (e->connections == n) e->connections = n->next;
    pthread_mutex_unlock(&e->lock);
    atomic_fetch_sub(&e->http->connections, 1);
    free(n);
    *socket_context = NULL;
}

void engine_close_idle(struct engine *e, i64 limit_us)
{
    pthread_mutex_lock(&e->lock);
    for (struct connection *n = e->connections; n; n = n->next) {
        i64 since = atomic_load(&n->waiting_since_us);
        if (since && since < limit_us) shutdown(n->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&e->lock);
}

/* Meets engine_resume: does not lean on the locks of a library. */
static void handed_back(struct request *r) { (void)atomic_load(&r->handed); }

/* -- requests --------------------------------------------------------------------------------- */

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    struct engine *e = cls;
    struct request *r = request_take(loop_here(e->http), str_of(uri));
    r->engine = mhd;
    r->connection =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    return r;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *key,
                                 const char *value)
{
    (void)kind;
    struct request *r = cls;
    size_t key_n = strlen(key);
    str v = str_of(value);
    r->header_bytes += (i64)key_n + v.n + 4;
    for (int i = 0; i < HEADERS_N; i++)
        if (header_lengths[i] == key_n && (header_names[i][0] | 32) == (key[0] | 32) &&
            str_eq_nocase((str){ key, (i64)key_n }, (str){ header_names[i], (i64)key_n })) {
            if (!r->headers[i].at) r->headers[i] = v;
            break;
        }
    return MHD_YES;
}

str engine_header(struct request *r, const char *name)
{
    return str_of(MHD_lookup_connection_value(r->engine, MHD_HEADER_KIND, name));
}

static ssize_t next_events(void *cls, uint64_t at, char *out, size_t room)
{
    (void)at;
    struct request *r = cls;
    handed_back(r);
    i64 left = r->events.n - r->events_sent;
    if (left > 0) {
        i64 n = left < (i64)room ? left : (i64)room;
        memcpy(out, r->events.at + r->events_sent, (size_t)n);
        r->events_sent += n;
        return (ssize_t)n;
    }
    if (r->stream_over || atomic_load(&r->http->ending)) return MHD_CONTENT_READER_END_OF_STREAM;
    stream_sleep(r);
    return 0;
}

static struct MHD_Response *response_of(struct request *r)
{
    if (r->streaming)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, next_events, r, NULL);
    if (r->file_fd >= 0) {
        int fd = r->file_fd;
        r->file_fd = -1; /* the response closes it */
        return MHD_create_response_from_fd64((uint64_t)r->file_n, fd);
    }
    return MHD_create_response_from_buffer((size_t)r->reply.n, (void *)(uintptr_t)r->reply.at,
                                           MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_reply(struct request *r, struct MHD_Connection *mhd)
{
    struct MHD_Response *response = response_of(r);
    if (!response) return MHD_NO;
    if (r->type) MHD_add_response_header(response, "Content-Type", r->type);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    for (i64 i = 0; i < r->extra.n; i++)
        MHD_add_response_header(response, r->extra.at[i].name,
                                str_z(r->c.arena, r->extra.at[i].value));
    if (r->closing || atomic_load_explicit(&r->http->stopping, memory_order_relaxed))
        MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result sent = MHD_queue_response(mhd, (unsigned)r->status, response);
    MHD_destroy_response(response);
    return sent;
}

/* The fixed reply of a request that ran out of time while a worker still has it. */
static enum MHD_Result send_expired(struct MHD_Connection *mhd)
{
    static const char text[] =
        "{\"type\":\"urn:koi:problem:timeout\",\"title\":\"处理超时\",\"status\":504,"
        "\"detail\":\"处理时间超过上限，结果可能已生效；请查询后再决定是否重试 (the time limit "
        "passed; the change may still happen: look before trying again)\"}";
    struct MHD_Response *response = MHD_create_response_from_buffer(
        sizeof text - 1, (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
    if (!response) return MHD_NO;
    MHD_add_response_header(response, "Content-Type", problem_type);
    MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result sent = MHD_queue_response(mhd, 504, response);
    MHD_destroy_response(response);
    return sent;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *body,
                                  size_t *body_n, void **context)
{
    (void)cls, (void)url, (void)version;
    struct request *r = *context;
    handed_back(r);
    if (r->fresh) {
        r->fresh = false;
        r->method_text = str_of(method);
        MHD_get_connection_values(mhd, MHD_HEADER_KIND, on_header, r);
        door_open(r);
        if (!door_answers_now(r)) return MHD_YES;
        r->closing = true;
        door_run(r);
        return send_reply(r, mhd);
    }
    switch (atomic_load(&r->state)) {
    case ANSWERED: return send_reply(r, mhd);
    case EXPIRED: return send_expired(mhd);
    default: break;
    }
    if (*body_n) {
        if (clock_mono_us() > r->deadline_us) {
            atomic_fetch_add(&r->http->timeouts, 1);
            return MHD_NO; /* too slow: the connection ends */
        }
        enum body_step step = door_body(r, body, (i64)*body_n);
        if (step == BODY_TAKEN) *body_n = 0;
        return step == BODY_STOP ? MHD_NO : MHD_YES;
    }
    return door_run(r) ? send_reply(r, mhd) : MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode code)
{
    (void)cls, (void)mhd, (void)code;
    struct request *r = *context;
    if (!r) return;
    handed_back(r);
    *context = NULL;
    if (r->connection) atomic_store(&r->connection->waiting_since_us, clock_mono_us());
    request_let_go(r, true);
}

void engine_suspend(struct request *r)
{
    atomic_fetch_add(&r->http->suspended, 1);
    MHD_suspend_connection(r->engine);
}

/* The request is the engine's again from here on: what was written before is seen there
 * (handed_back). */
void engine_resume(struct request *r)
{
    struct http *h = r->http;
    void *mhd = r->engine;
    atomic_fetch_add(&r->handed, 1);
    MHD_resume_connection(mhd);
    atomic_fetch_sub(&h->suspended, 1);
}

/* -- life ------------------------------------------------------------------------------------- */

/* Names stay as they came: the door decodes them itself, strictly, after splitting. */
static size_t leave_escaped(void *cls, struct MHD_Connection *mhd, char *s)
{
    (void)cls, (void)mhd;
    return strlen(s);
}

enum err engine_start(struct ctx *c, struct http *h, int listen_fd, int loops, struct engine **out)
{
    for (int i = 0; i < HEADERS_N; i++) header_lengths[i] = strlen(header_names[i]);
    struct engine *e = calloc(1, sizeof *e);
    if (!e) abort();
    *out = e;
    e->http = h;
    e->listen_fd = listen_fd;
    pthread_mutex_init(&e->lock, NULL);
    e->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME | MHD_USE_TURBO, 0, NULL, NULL,
        on_request, e, MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)(loops > 1 ? loops : 0), MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_SECONDS, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, e, MHD_OPTION_NOTIFY_COMPLETED, on_completed, e, MHD_OPTION_URI_LOG_CALLBACK,
        on_uri, e, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, e, MHD_OPTION_END);
    if (e->daemon) return OK;
    pthread_mutex_destroy(&e->lock);
    free(e);
    *out = NULL;
    return fail(c, E_INTERNAL, "HTTP 服务无法启动", "the HTTP engine does not start");
}

void engine_refuse_new(struct engine *e) { MHD_quiesce_daemon(e->daemon); }

void engine_stop(struct engine *e)
{
    MHD_stop_daemon(e->daemon);
    close(e->listen_fd);
    pthread_mutex_destroy(&e->lock);
    free(e);
}
