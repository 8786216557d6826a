/* http_transfers.c -- a server that takes transfers between members by the ordinary doors: sign-in
 * by API key, JSON, validation, a line in the audit log in the same transaction.
 *
 * usage: http_transfers FOLDER [accounts]
 * Prints "PORT KEY ACCOUNTS" and serves until its standard input ends. bench/transfers drives it.
 */
#include "bench/bench.h"

#include "access/access.h"
#include "app/rooms.h"
#include "base/log.h"
#include "base/num.h"
#include "http/http.h"
#include "ledger/ledger.h"

enum { FILLED_AT_ONCE = 1000, ROOMS_MAX = 128 };

#define FIELDS_OF_bench_transfer(X, N)                      \
    X(str, id, REQUIRED | SHORT, "Chosen by the caller", N) \
    X(i64, from, POSITIVE, "Paying member", N)              \
    X(i64, to, POSITIVE, "Receiving member", N)             \
    X(i64, amount, POSITIVE, "How much", N)
SHAPE(bench_transfer);
SHAPE_DEFINE(bench_transfer);

struct posting {
    const struct bench_transfer *in;
    struct transferred *out;
};

static enum err post(struct tx *t, void *arg)
{
    struct posting *p = arg;
    struct transfer in = { .id = p->in->id,
                           .unit = S("growth"),
                           .from = p->in->from,
                           .to = p->in->to,
                           .amount = p->in->amount };
    TRY(ledger_transfer(t, &in, p->out));
    return audit_write(t, S("bench.transfer"), p->in->id, S("{}"));
}

HANDLER(bench_post, bench_transfer, transferred)
{
    struct posting p = { in, out };
    return store_write(c->store, c, post, &p);
}

static const struct route bench_routes[] = {
    ROUTE(POST, "/v1/transfers", POINTS_GRANT, bench_post, "Bench", "转账", "A transfer",
          .flags = AUDITS_ITSELF),
    { 0 },
};
static const struct room bench_room = { .name = "bench", .routes = bench_routes };

static enum err fill(struct tx *t, void *arg)
{
    struct transferred out;
    i64 *first = arg;
    for (i64 i = 0; i < FILLED_AT_ONCE; i++) {
        struct transfer in = { .id = S("fill"),
                               .unit = S("growth"),
                               .from_name = S(LEDGER_SOURCE),
                               .to = *first + i,
                               .amount = 1000000 };
        TRY(ledger_transfer(t, &in, &out));
    }
    return OK;
}

static enum err make_key(struct tx *t, void *arg)
{
    return key_create(t, S("bench"), POINTS_GRANT, NONE, arg);
}

static const struct room *const *all_rooms(void)
{
    static const struct room *all[ROOMS_MAX];
    int n = 0;
    for (const struct room *const *r = rooms; *r; r++) all[n++] = *r;
    all[n] = &bench_room;
    return all;
}

int main(int argc, char **argv)
{
    struct ctx c = bench_ctx();
    struct key_grant key;
    struct store *s = NULL;
    struct http *h = NULL;
    struct ledger_faults f;
    i64 accounts = 100000;
    if (argc < 2 || (argc > 2 && !i64_parse(str_of(argv[2]), &accounts))) {
        fprintf(stderr, "usage: http_transfers FOLDER [accounts]\n");
        return 2;
    }
    app_wire();
    log_level_set(LOG_ERROR);
    must(&c, store_open(&c, (struct store_options){ .where = str_of(argv[1]) }, all_rooms(), &s));
    for (i64 first = 1; first <= accounts; first += FILLED_AT_ONCE)
        must(&c, store_write(s, &c, fill, &first));
    must(&c, store_write(s, &c, make_key, &key));
    must(&c, http_start(&c, s, all_rooms(),
                        (struct http_options){ .listen = S("127.0.0.1:0"),
                                               .writers = 64,
                                               .folder = str_of(argv[1]),
                                               .rate_per_second = -1 },
                        &h));
    printf("%d " STR_FMT " %lld\n", http_port(h), STR_ARG(key.secret), (long long)accounts);
    fflush(stdout);
    while (getchar() != EOF) continue;
    http_stop(h);
    must(&c, store_reader(s, &c));
    must(&c, ledger_check(&c, &f));
    store_release(&c);
    store_close(s);
    arena_free(c.arena);
    return f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers ? 1 : 0;
}
