/* standing.c -- what one member's change costs until all saved segments have seen it:
 * build/bench/standing [--members N] [--segments N] [--changes N]
 *
 * A shop made by the demo in a fresh folder, so many saved segments over it, each of two to four
 * conditions by the index. Then members change one after another (a tag put or dropped): the index
 * is brought up and the segments settle, each change alone. Printed: the work of asking one member
 * of all segments, of making their plans on the new view (shared by all who changed within a
 * round), and both again for a hundred members in a round; then a refresh of all of them whole.
 */
#include "bench/bench.h"

#include <string.h>

#include "app/rooms.h"
#include "audience/ask.h"
#include "audience/index/follow.h"
#include "audience/saved.h"
#include "base/log.h"
#include "base/num.h"
#include "demo/demo.h"
#include "member/member.h"

static const char *const parts[] = {
    "orders >= %lld",
    "spent >= %lld",
    "tag = \"t%lld\"",
    "recency <= %lldd",
    "orders(%lldd) >= 1",
    "spent(%lldd) >= 100",
    "did(\"Product Viewed\", %lldd) >= 2",
    "city in (\"上海\", \"杭州\", \"北京\") and frequency >= %lld",
    "first_seen <= %lldd",
    "not class = \"B\" and orders <= %lld",
};
static const i64 scales[] = { 6, 900, 8, 180, 90, 365, 30, 5, 300, 9 };

static u64 state = 7;
static i64 below(i64 n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (i64)(state * 0x2545f4914f6cdd1du % (u64)n);
}

static str text_of(struct arena *a)
{
    struct buf out = { .arena = a };
    i64 n = 2 + below(3);
    for (i64 i = 0; i < n; i++) {
        i64 k = below(COUNT(parts));
        if (i) buf_add(&out, below(3) ? S(" and ") : S(" or "));
        buf_add(&out, str_replace(a, str_of(parts[k]), S("%lld"),
                                  str_fmt(a, "%lld", (long long)(1 + below(scales[k])))));
    }
    return buf_str(&out);
}

static enum err make_segments(struct tx *t, void *arg)
{
    i64 n = *(const i64 *)arg;
    for (i64 i = 0; i < n; i++) {
        i64 id;
        struct saved_post in = { .name = str_fmt(t->c->arena, "s%lld", (long long)i),
                                 .text = text_of(t->c->arena) };
        TRY(saved_create(t, &in, &id));
    }
    return OK;
}

struct changes {
    i64 first, n;
};
static enum err change(struct tx *t, void *arg)
{
    const struct changes *k = arg;
    for (i64 i = 0; i < k->n; i++) {
        i64 living;
        str tag = str_fmt(t->c->arena, "t%lld", (long long)(1 + (k->first + i) % 8));
        TRY(member_living(t->c, k->first + i, &living));
        TRY(tag_put(t, living, tag, S("hand"), NONE));
    }
    return OK;
}

static instant now_of_bench(void) { return clock_now(); }

static void measure(struct ctx *c, struct audience *a, struct standing *st, i64 first, i64 rounds,
                    i64 a_round)
{
    struct standing_stats before = standing_stats(st);
    i64 began = clock_mono_us(), follow_us = 0;
    for (i64 i = 0; i < rounds; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        struct changes k = { first + i * a_round, a_round };
        must(c, store_write(c->store, c, change, &k));
        i64 begun = clock_mono_us();
        must(c, audience_follow(a, NULL));
        follow_us += clock_mono_us() - begun;
        must(c, standing_settle(st));
        arena_rewind(c->arena, mark);
    }
    i64 all_us = clock_mono_us() - began;
    struct standing_stats s = standing_stats(st);
    f64 seen = (f64)(s.members_seen - before.members_seen);
    printf("%4lld a round: asking one member %6.1f us, plans of a round %8.1f us,"
           " index %8.1f us, all with three durable writes %8.1f us; %lld moved\n",
           (long long)a_round, (f64)(s.members_us - before.members_us) / seen,
           (f64)(s.plans_us - before.plans_us) / (f64)rounds, (f64)follow_us / (f64)rounds,
           (f64)all_us / (f64)rounds,
           (long long)(s.entered + s.left - before.entered - before.left));
}

static i64 option(int argc, char **argv, const char *name, i64 otherwise)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0 && !i64_parse(str_of(argv[i + 1]), &otherwise)) exit(2);
    return otherwise;
}

int main(int argc, char **argv)
{
    i64 members = option(argc, argv, "--members", 20000);
    i64 segments = option(argc, argv, "--segments", 256);
    i64 changes = option(argc, argv, "--changes", 200);
    char folder[] = "/tmp/koi-standing-XXXXXX";
    struct ctx c = bench_ctx();
    struct demo_result made;
    struct audience *a;
    struct standing *st;
    app_wire();
    log_level_set(LOG_OFF);
    if (!mkdtemp(folder)) return 1;
    must(&c, store_open(&c, (struct store_options){ .where = str_of(folder) }, rooms, &c.store));
    must(&c, store_reader(c.store, &c));
    must(&c,
         demo_make(c.store, &c,
                   (struct demo_options){ .members = members, .seed = 1, .until = c.now }, &made));
    must(&c, audience_open(&c, c.store, (struct audience_options){ 0 }, &a));
    must(&c, audience_follow(a, NULL));
    audience_serve(a);
    must(&c, store_write(c.store, &c, make_segments, &segments));
    must(&c, standing_open(&c, c.store, a, (struct standing_options){ .now = now_of_bench }, &st));
    i64 began = clock_mono_us();
    must(&c, standing_settle(st));
    struct standing_stats s = standing_stats(st);
    printf("%lld members, %lld segments with %lld memberships (%lld KiB), filled in %lld ms\n",
           (long long)made.members, (long long)s.segments, (long long)s.entered,
           (long long)s.bytes / 1024, (long long)(clock_mono_us() - began) / 1000);
    measure(&c, a, st, 1, changes, 1);
    measure(&c, a, st, 1 + changes, 10, 100);
    began = clock_mono_us();
    must(&c, saved_refresh_due(c.store, &c)); /* only those that are due */
    struct saved_view_list all;
    must(&c, saved_list(&c, &all));
    for (i64 i = 0; i < all.n; i++) {
        struct saved_refreshed done;
        must(&c, saved_refresh(c.store, &c, all.at[i].id, &done));
    }
    printf("all refreshed whole: %.1f ms\n", (f64)(clock_mono_us() - began) / 1000);
    standing_close(st);
    audience_serve(NULL);
    audience_close(a);
    store_release(&c);
    store_close(c.store);
    arena_free(c.arena);
    bench_remove(folder);
    return 0;
}
