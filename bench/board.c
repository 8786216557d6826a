/* board.c -- a leaderboard of many members under a steady stream of updates: how long the rank of
 * anybody, his neighbours and the top 100 take meanwhile. Koi, or a Redis sorted set likewise.
 *
 * 64 callers change scores at a given rate in all, each waiting until his change is on disk; two
 * readers ask for rank, neighbours (3 on either side) and top 100 in turn, with a pause of 1 ms.
 */
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/rooms.h"
#include "base/num.h"
#include "loyalty/boards/inside.h"

#include "bench.h"

enum { CALLERS = 64, READERS = 2, ASKS = 3, TIMES = 1 << 20, FILLED_AT_ONCE = 5000, NEAR = 3 };

static struct store *store;
static const char *redis_socket;
static i64 members = 1000000, seconds = 10, rate = 20000;
static struct board_view board;
static struct board_row row;
static _Atomic i64 updates;
static _Atomic bool stop;
static struct took writes;

/* Microseconds, as they were, of one reader and one kind of question. */
struct times {
    i64 n, us[TIMES];
};
static struct times *times[READERS][ASKS];

static u64 next(u64 *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}
static i64 below(u64 *state, i64 n) { return (i64)(next(state) % (u64)n); }

/* -- Koi --------------------------------------------------------------------------------------- */

CHANGE(bench_members,
       "WITH RECURSIVE n(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n"
       " WHERE i < $2) INSERT INTO member (member, created_at, identified, own_first_seen,"
       " first_seen) SELECT i, 0, TRUE, 0, 0 FROM n");

static enum err fill(struct tx *t, void *arg)
{
    i64 first = *(const i64 *)arg;
    u64 state = (u64)first * 2654435761u + 1;
    struct scoring s = { .t = t };
    TRY(tx_change(t, &bench_members, ARGS(first, first + FILLED_AT_ONCE - 1)));
    for (i64 i = first; i < first + FILLED_AT_ONCE; i++)
        TRY(score_put(&s, &row, i, (struct score){ 1 + below(&state, 100000 * MONEY_UNIT), i }));
    return OK;
}

struct changing {
    i64 member, score;
};
static enum err change(struct tx *t, void *arg)
{
    struct changing *k = arg;
    struct scoring s = { .t = t };
    return score_put(&s, &row, k->member, (struct score){ k->score, t->c->now });
}

static enum err open_board(struct tx *t, void *arg)
{
    struct board_post post = {
        .name = S("bench"), .metric = BOARD_AMOUNT, .starts_at = 0, .ends_at = t->c->now + DAY_MS
    };
    i64 *id = arg;
    TRY(board_create(t, &post, id));
    return board_change(t, &(struct board_patch){ .id = *id, .state = S("published") });
}

static void koi_ask(struct ctx *c, int what, i64 member)
{
    struct board_ranks r;
    if (what == 2) must(c, board_top(c, &board, 1, 100, &r));
    else must(c, board_rank(c, &board, member, what == 1 ? NEAR : 0, &r));
}

/* -- Redis ------------------------------------------------------------------------------------- */

struct wire {
    int fd;
    i64 at, n;
    char in[1 << 16];
};

static void redis_open(struct wire *w)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    snprintf(to.sun_path, sizeof to.sun_path, "%s", redis_socket);
    w->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(w->fd, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("redis");
        exit(1);
    }
}

static char redis_byte(struct wire *w)
{
    if (w->at == w->n) {
        w->n = read(w->fd, w->in, sizeof w->in);
        w->at = 0;
        if (w->n <= 0) exit(1);
    }
    return w->in[w->at++];
}

static i64 redis_number(struct wire *w)
{
    char text[32];
    i64 n = 0, out = 0;
    for (char ch; (ch = redis_byte(w)) != '\r';)
        if (n < 31) text[n++] = ch;
    redis_byte(w);
    return i64_parse((str){ text, n }, &out) ? out : 0;
}

/* Reads one reply; of an integer its value. */
static i64 redis_reply(struct wire *w)
{
    char kind = redis_byte(w);
    i64 n = redis_number(w);
    if (kind == '-') exit(1);
    if (kind == '$')
        for (i64 i = 0; i < n + 2 && n >= 0; i++) redis_byte(w);
    if (kind == '*')
        for (i64 i = 0; i < n; i++) redis_reply(w);
    return n;
}

static i64 redis_call(struct wire *w, const char *text, int n)
{
    if (write(w->fd, text, (size_t)n) != n) exit(1);
    return redis_reply(w);
}

static void redis_ask(struct wire *w, int what, i64 member)
{
    char line[128];
    i64 from = 0, to = 99;
    if (what < 2) {
        from = redis_call(w, line,
                          snprintf(line, sizeof line, "ZREVRANK b %lld\r\n", (long long)member));
        to = from + NEAR;
        from = from > NEAR ? from - NEAR : 0;
    }
    if (what > 0)
        redis_call(w, line,
                   snprintf(line, sizeof line, "ZREVRANGE b %lld %lld WITHSCORES\r\n",
                            (long long)from, (long long)to));
}

static void redis_put(struct wire *w, i64 member, i64 score)
{
    char line[128];
    redis_call(
        w, line,
        snprintf(line, sizeof line, "ZADD b %lld %lld\r\n", (long long)score, (long long)member));
}

/* -- both -------------------------------------------------------------------------------------- */

static void *caller(void *arg)
{
    u64 state = (u64)(intptr_t)arg * 88172645463325252u + 7;
    i64 every_us = CALLERS * 1000000 / rate, due = clock_mono_us() + below(&state, every_us);
    struct wire *w = calloc(1, sizeof *w);
    struct ctx c = bench_ctx();
    if (redis_socket) redis_open(w);
    for (; !stop; due += every_us) {
        i64 wait = due - clock_mono_us();
        if (wait > 0) usleep((unsigned)wait);
        struct changing k = { 1 + below(&state, members), 1 + below(&state, 100000 * MONEY_UNIT) };
        c.now = clock_now();
        i64 began = clock_mono_us();
        if (redis_socket) redis_put(w, k.member, k.score);
        else must(&c, store_write(store, &c, change, &k));
        took_add(&writes, clock_mono_us() - began);
        arena_reset(c.arena);
        updates++;
    }
    arena_free(c.arena);
    free(w);
    return NULL;
}

static void *reader(void *arg)
{
    i64 number = (i64)(intptr_t)arg;
    u64 state = (u64)number + 99;
    struct wire *w = calloc(1, sizeof *w);
    struct ctx c = bench_ctx();
    if (redis_socket) redis_open(w);
    else must(&c, store_reader(store, &c));
    while (!stop) {
        for (int what = 0; what < ASKS; what++) {
            struct times *t = times[number][what];
            i64 member = 1 + below(&state, members), began = clock_mono_us();
            struct arena_mark mark = arena_mark(c.arena);
            if (redis_socket) redis_ask(w, what, member);
            else koi_ask(&c, what, member);
            if (t->n < TIMES) t->us[t->n++] = clock_mono_us() - began;
            arena_rewind(c.arena, mark);
        }
        usleep(1000);
    }
    if (!redis_socket) store_release(&c);
    arena_free(c.arena);
    free(w);
    return NULL;
}

static int by_time(const void *a, const void *b)
{
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

static void print_times(void)
{
    static const char *const names[ASKS] = { "rank", "neighbours", "top 100" };
    for (int what = 0; what < ASKS; what++) {
        i64 n = times[0][what]->n + times[1][what]->n;
        i64 *all = malloc((size_t)n * sizeof *all);
        memcpy(all, times[0][what]->us, (size_t)times[0][what]->n * sizeof *all);
        memcpy(all + times[0][what]->n, times[1][what]->us,
               (size_t)times[1][what]->n * sizeof *all);
        qsort(all, (size_t)n, sizeof *all, by_time);
        printf("%s: p50 %lld us, p99 %lld us, p99.9 %lld us of %lld\n", names[what],
               (long long)all[n / 2], (long long)all[n * 99 / 100], (long long)all[n * 999 / 1000],
               (long long)n);
        free(all);
    }
}

static void fill_koi(struct ctx *c, const char *where, struct live **live)
{
    i64 id, began = clock_mono_us();
    must(c, store_open(c, (struct store_options){ .where = str_of(where) }, rooms, &store));
    must(c, store_write(store, c, open_board, &id));
    must(c, store_reader(store, c));
    must(c, board_row_get(c, id, &row));
    must(c, board_get(c, id, &board));
    for (i64 first = 1; first <= members; first += FILLED_AT_ONCE) {
        must(c, store_write(store, c, fill, &first));
    }
    printf("filled in %.1f s; ", (double)(clock_mono_us() - began) / 1e6);
    must(c, live_open(c, store, (struct live_options){ .thread = true }, live));
    live_serve(*live);
    struct board_ranks r;
    began = clock_mono_us();
    must(c, board_top(c, &board, 1, 1, &r));
    printf("%lld places read in %.1f s, %lld MB\n", (long long)r.ranked,
           (double)(clock_mono_us() - began) / 1e6, (long long)live_stats(*live).bytes >> 20);
    store_release(c);
}

static void fill_redis(void)
{
    struct wire *w = calloc(1, sizeof *w);
    u64 state = 1;
    redis_open(w);
    for (i64 i = 1; i <= members; i++) redis_put(w, i, 1 + below(&state, 100000 * MONEY_UNIT));
    free(w);
}

int main(int argc, char **argv)
{
    if (argc < 3 || (argc > 3 && !i64_parse(str_of(argv[3]), &members)) ||
        (argc > 4 && !i64_parse(str_of(argv[4]), &seconds)) ||
        (argc > 5 && !i64_parse(str_of(argv[5]), &rate)) || members % FILLED_AT_ONCE) {
        fprintf(stderr,
                "usage: board koi FOLDER-OR-URL | redis SOCKET [members] [seconds] [rate]\n");
        return 2;
    }
    bool koi = str_eq(str_of(argv[1]), S("koi"));
    struct live *live = NULL;
    struct ctx c = bench_ctx();
    app_wire();
    if (koi) fill_koi(&c, argv[2], &live);
    else {
        redis_socket = argv[2];
        fill_redis();
    }
    for (int i = 0; i < READERS; i++)
        for (int k = 0; k < ASKS; k++) times[i][k] = calloc(1, sizeof *times[i][k]);
    pthread_t threads[CALLERS + READERS];
    i64 began = clock_mono_us();
    for (i64 i = 0; i < CALLERS; i++)
        pthread_create(&threads[i], NULL, caller, (void *)(intptr_t)(i + 1));
    for (i64 i = 0; i < READERS; i++)
        pthread_create(&threads[CALLERS + i], NULL, reader, (void *)(intptr_t)i);
    sleep((unsigned)seconds);
    stop = true;
    for (i64 i = 0; i < CALLERS + READERS; i++) pthread_join(threads[i], NULL);
    printf("updates: %.0f a second, p50 %.2f ms, p99 %.2f ms\n",
           (double)updates * 1e6 / (double)(clock_mono_us() - began), took_percentile(&writes, 0.5),
           took_percentile(&writes, 0.99));
    print_times();
    if (koi) {
        live_close(live);
        store_close(store);
    }
    arena_free(c.arena);
    return 0;
}
