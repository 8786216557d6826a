/* events.c -- sends behaviour in batches, to Koi over HTTP or to PostgreSQL as multi-row INSERTs of
 * the same rows, and says how many a second were acknowledged.
 *
 * usage: events koi PORT KEY | pg URL   [events] [members] [clients] [first message]
 * Batches of 100. Event number i is the same whoever gets it. bench/behaviour drives it.
 */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"

#define BATCH ((i64)100)

static i64 events = 1000000, members = 100000, clients = 32, first;
static const char *target, *key;
static _Atomic i64 next_batch;
static _Atomic i64 failed;

/* -- event number i ---------------------------------------------------------------------------- */

struct event {
    char message[40], user[24], product[16], at[32];
    const char *name, *category;
    i64 price;
};

static u64 mixed(u64 x)
{
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ x >> 27) * 0x94D049BB133111EBull;
    return x ^ x >> 31;
}

static void event_make(i64 i, struct event *e)
{
    static const char *const names[] = { "Product Viewed", "Product Viewed",      "Product Viewed",
                                         "Product Added",  "Product List Viewed", "Page Viewed" };
    static const char *const categories[] = { "面膜", "精华", "口红", "防晒", "洁面" };
    u64 a = mixed((u64)i * 2 + 1), b = mixed(a + 7), c = mixed(b + 3);
    snprintf(e->message, sizeof e->message, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(a >> 32),
             (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xffff), (unsigned)(b >> 48),
             (unsigned long long)(b & 0xffffffffffff));
    snprintf(e->user, sizeof e->user, "u%llu", (unsigned long long)(c % (u64)members));
    snprintf(e->product, sizeof e->product, "P-%llu", (unsigned long long)(c >> 20) % 5000);
    snprintf(e->at, sizeof e->at, "2026-05-%02dT%02d:%02d:%02d.%03dZ", (int)(i / 10000000 % 28) + 1,
             (int)(i / 400000 % 24), (int)(i / 6000 % 60), (int)(i / 100 % 60), (int)(i % 1000));
    e->name = names[c >> 40 & 7 ? (c >> 40) % 6 : 0];
    e->category = categories[(c >> 50) % 5];
    e->price = (i64)(c >> 33) % 50000;
}

/* -- Koi --------------------------------------------------------------------------------------- */

static i64 batch_json(char *out, i64 batch)
{
    char *at = out;
    at += snprintf(at, 32, "{\"batch\":[");
    for (i64 i = 0; i < BATCH; i++) {
        struct event e;
        event_make(first + batch * BATCH + i, &e);
        at += snprintf(
            at, 600,
            "%s{\"type\":\"track\",\"messageId\":\"%s\",\"userId\":\"%s\",\"event\":\"%s\","
            "\"properties\":{\"product_id\":\"%s\",\"category\":\"%s\",\"price\":%lld.%02lld},"
            "\"timestamp\":\"%s\"}",
            i ? "," : "", e.message, e.user, e.name, e.product, e.category,
            (long long)e.price / 100, (long long)e.price % 100, e.at);
    }
    at += snprintf(at, 32, "],\"sentAt\":null}");
    return at - out;
}

static bool send_all(int fd, const char *at, i64 n)
{
    for (ssize_t sent; n > 0; at += sent, n -= sent)
        if ((sent = send(fd, at, (size_t)n, MSG_NOSIGNAL)) <= 0) return false;
    return true;
}

/* The reply is short and has a Content-Length. */
static bool read_reply(int fd)
{
    char reply[4096];
    i64 n = 0, want = -1;
    while (want < 0 || n < want) {
        ssize_t got = recv(fd, reply + n, sizeof reply - 1 - (size_t)n, 0);
        if (got <= 0) return false;
        n += got;
        reply[n] = 0;
        char *end = strstr(reply, "\r\n\r\n"), *length = strcasestr(reply, "content-length:");
        if (end && length) want = end + 4 - reply + strtol(length + 15, NULL, 10);
    }
    if (strncmp(reply, "HTTP/1.1 200", 12) == 0) return true;
    if (atomic_fetch_add(&failed, 1) == 0) fprintf(stderr, "%s\n", reply);
    return true;
}

static void *koi_client(void *arg)
{
    (void)arg;
    char *out = malloc(64 << 10), *body = malloc(64 << 10);
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)strtol(target, NULL, 10)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (!out || !body || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) abort();
    for (i64 batch; (batch = atomic_fetch_add(&next_batch, 1)) * BATCH < events;) {
        i64 n = batch_json(body, batch);
        i64 head = snprintf(out, 1024,
                            "POST /v1/batch HTTP/1.1\r\nHost: koi\r\nAuthorization: Bearer %s\r\n"
                            "Content-Type: application/json\r\nContent-Length: %lld\r\n\r\n",
                            key, (long long)n);
        memcpy(out + head, body, (size_t)n);
        if (!send_all(fd, out, head + n) || !read_reply(fd)) {
            fprintf(stderr, "the connection ended\n");
            atomic_fetch_add(&failed, 1);
            break;
        }
    }
    close(fd);
    free(out);
    free(body);
    return NULL;
}

/* -- PostgreSQL -------------------------------------------------------------------------------- */

#define COLUMNS 5

static void pg_prepare(PGconn *db)
{
    struct buf sql = { .arena = arena_new() };
    buf_add(&sql, S("INSERT INTO events (message_id, user_id, event, at, props) VALUES "));
    for (int i = 0; i < BATCH; i++)
        buf_fmt(&sql, "%s($%d,$%d,$%d,$%d,$%d)", i ? "," : "", i * COLUMNS + 1, i * COLUMNS + 2,
                i * COLUMNS + 3, i * COLUMNS + 4, i * COLUMNS + 5);
    buf_add(&sql, S(" ON CONFLICT DO NOTHING"));
    PQclear(PQprepare(db, "batch", str_z(sql.arena, buf_str(&sql)), 0, NULL));
    arena_free(sql.arena);
}

static void *pg_client(void *arg)
{
    (void)arg;
    PGconn *db = PQconnectdb(target);
    if (PQstatus(db) != CONNECTION_OK) {
        fprintf(stderr, "%s\n", PQerrorMessage(db));
        exit(1);
    }
    pg_prepare(db);
    struct event *e = malloc(sizeof *e * BATCH);
    char(*props)[128] = malloc(128 * BATCH);
    const char *values[BATCH * COLUMNS];
    if (!e || !props) abort();
    for (i64 batch; (batch = atomic_fetch_add(&next_batch, 1)) * BATCH < events;) {
        for (i64 i = 0; i < BATCH; i++) {
            event_make(first + batch * BATCH + i, &e[i]);
            snprintf(props[i], sizeof props[i],
                     "{\"product_id\":\"%s\",\"category\":\"%s\",\"price\":%lld.%02lld}",
                     e[i].product, e[i].category, (long long)e[i].price / 100,
                     (long long)e[i].price % 100);
            const char **v = values + i * COLUMNS;
            v[0] = e[i].message;
            v[1] = e[i].user;
            v[2] = e[i].name;
            v[3] = e[i].at;
            v[4] = props[i];
        }
        PGresult *r = PQexecPrepared(db, "batch", BATCH * COLUMNS, values, NULL, NULL, 0);
        if (PQresultStatus(r) != PGRES_COMMAND_OK && atomic_fetch_add(&failed, 1) == 0)
            fprintf(stderr, "%s\n", PQerrorMessage(db));
        PQclear(r);
    }
    free(e);
    free(props);
    PQfinish(db);
    return NULL;
}

int main(int argc, char **argv)
{
    bool koi = argc > 3 && strcmp(argv[1], "koi") == 0;
    i64 *const numbers[] = { &events, &members, &clients, &first };
    int given = koi ? 4 : 3;
    if (argc < given) {
        fprintf(stderr,
                "usage: events koi PORT KEY | pg URL [events] [members] [clients] [first]\n");
        return 2;
    }
    target = argv[2];
    key = argv[3];
    for (int i = 0; i < 4 && given + i < argc; i++)
        if (!i64_parse(str_of(argv[given + i]), numbers[i])) return 2;
    if (clients > 256) return 2;
    pthread_t threads[256];
    i64 began = clock_mono_us();
    for (i64 i = 0; i < clients; i++)
        pthread_create(&threads[i], NULL, koi ? koi_client : pg_client, NULL);
    for (i64 i = 0; i < clients; i++) pthread_join(threads[i], NULL);
    f64 seconds = (f64)(clock_mono_us() - began) / 1e6;
    printf("%.0f\n", (f64)events / seconds);
    return failed != 0;
}
