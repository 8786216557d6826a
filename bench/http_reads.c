/* http_reads.c -- a server to be read from: members by id beside a constant 100-byte body, by the
 * same doors.
 *
 * usage: http_reads FOLDER [members]
 * Prints "PORT KEY FIRST LAST" and serves until its standard input ends. bench/reads drives it.
 */
#include "bench/bench.h"

#include "access/access.h"
#include "app/rooms.h"
#include "base/log.h"
#include "base/num.h"
#include "http/http.h"
#include "member/member.h"

#define FIELDS_OF_constant(X, N) \
    X(str, constant, ANY, "Eighty-five letters, so that the body has a hundred", N)
SHAPE(constant);
SHAPE_DEFINE(constant);

HANDLER(bench_constant, nothing, constant)
{
    (void)c, (void)in;
    out->constant =
        S("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    return OK;
}

static const struct route bench_routes[] = {
    ROUTE(GET, "/v1/constant", RIGHT_NONE, bench_constant, "Bench", "固定内容", "A constant body",
          .flags = PUBLIC | QUICK),
    { 0 },
};
static const struct room bench_room = { .name = "bench", .routes = bench_routes };

struct filling {
    i64 n;
    struct key_grant key;
};

static enum err fill(struct tx *t, void *arg)
{
    struct filling *f = arg;
    for (i64 i = 0; i < f->n; i++) {
        struct identity id = { .kind = ID_PHONE,
                               .value =
                                   str_fmt(t->c->arena, "%lld", (long long)(8616000000000 + i)) };
        struct member_sighting seen = { .identities = &id,
                                        .n = 1,
                                        .name = S("张小鱼"),
                                        .touchpoint = S("小程序"),
                                        .source = S("import"),
                                        .at = t->c->now };
        i64 member;
        bool created;
        TRY(member_resolve(t, &seen, &member, &created));
    }
    return key_create(t, S("bench"), MEMBERS_READ, NONE, &f->key);
}

static const struct room *const *all_rooms(void)
{
    static const struct room *all[64];
    int n = 0;
    for (const struct room *const *r = rooms; *r; r++) all[n++] = *r;
    all[n] = &bench_room;
    return all;
}

int main(int argc, char **argv)
{
    struct ctx c = bench_ctx();
    struct filling f = { .n = 20000 };
    struct store *s = NULL;
    struct http *h = NULL;
    if (argc < 2 || (argc > 2 && !i64_parse(str_of(argv[2]), &f.n))) {
        fprintf(stderr, "usage: http_reads FOLDER [members]\n");
        return 2;
    }
    app_wire();
    log_level_set(LOG_ERROR);
    enum err e =
        store_open(&c, (struct store_options){ .where = str_of(argv[1]) }, all_rooms(), &s);
    if (e == OK) e = store_write(s, &c, fill, &f);
    if (e == OK)
        e = http_start(&c, s, all_rooms(),
                       (struct http_options){ .listen = S("127.0.0.1:0"),
                                              .folder = str_of(argv[1]),
                                              .rate_per_second = -1 },
                       &h);
    if (e != OK) return fprintf(stderr, "%s\n", c.why.detail), 1;
    printf("%d " STR_FMT " 1 %lld\n", http_port(h), STR_ARG(f.key.secret), (long long)f.n);
    fflush(stdout);
    while (getchar() != EOF) continue;
    http_stop(h);
    store_close(s);
    arena_free(c.arena);
    return 0;
}
