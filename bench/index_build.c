/* index_build.c -- how fast the index comes up: build/bench/index_build [--members N] [FOLDER]
 *
 * Of the data folder FOLDER, or of a shop made by the demo in a fresh one: everything read from SQL
 * into an empty index (twice, the better counts), written as a generation, and a start from it
 * until the first question is answered, with the file in the page cache.
 */
#include "bench/bench.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/rooms.h"
#include "audience/ask.h"
#include "audience/index/follow.h"
#include "base/log.h"
#include "base/num.h"
#include "demo/demo.h"

static f64 seconds(i64 begun_us) { return (f64)(clock_mono_us() - begun_us) / 1e6; }

/* Of all threads. */
static f64 cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (f64)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (f64)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static i64 buyers(struct ctx *c, struct audience *a)
{
    const struct segment_node *tree;
    struct member_set set;
    const struct view *v = audience_take(a);
    must(c, segment_parse(c, S("orders(90d) >= 1 and spent >= 100"), &tree));
    must(c, segment_set(c, v, tree, c->now, &set));
    view_release(v);
    return set.n;
}

static i64 measure_rebuild(struct ctx *c, struct audience_stats *s)
{
    i64 answer = 0;
    for (int round = 0; round < 2; round++) {
        struct audience *a;
        f64 cpu = cpu_seconds();
        i64 begun_us = clock_mono_us();
        must(c, audience_open(c, c->store, (struct audience_options){ 0 }, &a));
        must(c, audience_follow(a, NULL));
        f64 took = seconds(begun_us);
        *s = audience_stats(a);
        answer = buyers(c, a);
        printf("rebuild from SQL   %6.2f s, %5.2f M lines/s, %5.2f s of processors\n", took,
               (f64)s->rows / took / 1e6, cpu_seconds() - cpu);
        audience_close(a);
    }
    return answer;
}

static void measure_start(struct ctx *c, const char *folder, i64 answer)
{
    struct audience_options o = { .folder = str_of(folder), .saves = true };
    struct audience *a;
    struct stat file;
    must(c, audience_open(c, c->store, o, &a));
    must(c, audience_follow(a, NULL));
    i64 begun_us = clock_mono_us();
    audience_close(a); /* saves */
    f64 took = seconds(begun_us);
    char *path = str_z(c->arena, str_fmt(c->arena, "%s/" AUDIENCE_FILE, folder));
    if (stat(path, &file) != 0) exit(1);
    printf("generation written %6.2f s, %.1f MB\n", took, (f64)file.st_size / 1e6);
    begun_us = clock_mono_us();
    must(c, audience_open(c, c->store, o, &a));
    must(c, audience_follow(a, NULL));
    i64 now = buyers(c, a);
    printf("start from it      %6.2f s to the first answer%s\n", seconds(begun_us),
           now == answer ? "" : ", WHICH IS ANOTHER");
    audience_close(a);
}

int main(int argc, char **argv)
{
    i64 members = 1000000;
    const char *where = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--members") != 0) where = argv[i];
        else if (++i == argc || !i64_parse(str_of(argv[i]), &members)) return 2;
    }
    char folder[] = "/tmp/koi-index-XXXXXX";
    struct ctx c = bench_ctx();
    struct store_options so = { .where = str_of(where ? where : folder) };
    app_wire();
    log_level_set(LOG_OFF);
    if (!mkdtemp(folder)) return 1;
    must(&c, store_open(&c, so, rooms, &c.store));
    must(&c, store_reader(c.store, &c));
    if (!where) {
        struct demo_options o = { .members = members, .seed = 1, .until = c.now };
        struct demo_result made;
        must(&c, demo_make(c.store, &c, o, &made));
    }
    struct audience_stats s;
    i64 answer = measure_rebuild(&c, &s);
    printf("of %lld members, %lld lines, %.1f MB in memory\n", (long long)s.members,
           (long long)s.rows, (f64)s.bytes / 1e6);
    measure_start(&c, folder, answer);
    store_release(&c);
    store_close(c.store);
    arena_free(c.arena);
    bench_remove(folder);
    return 0;
}
