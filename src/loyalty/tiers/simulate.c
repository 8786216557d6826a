/* simulate.c -- who is where, and who would be under another ladder. Two readers share the members
 * when a second one is to be had. */
#include <pthread.h>
#include <stdatomic.h>

#include "loyalty/tiers/inside.h"

SHAPE_DEFINE(tier_count);
SHAPE_DEFINE(tier_move);
SHAPE_DEFINE(tier_sample);
SHAPE_DEFINE(tier_simulation);

enum { RANKS = 21, MEMBERS_AT_ONCE = 4000, TOGETHER_FROM = 20000, SAMPLE_OF_A_MOVE = 5 };

struct counting {
    const struct ladder *now, *then;
    i64 first, last;
    atomic_llong next; /* the first member nobody has taken */
};

struct counter {
    struct ctx *c;
    struct counting *all;
    i64 from;                /* of the members at hand */
    u8 now[MEMBERS_AT_ONCE]; /* ranks, when the two ladders ask for other facts */
    bool other_facts;
    i64 moves[RANKS][RANKS]; /* from, to */
    i64 some[RANKS][RANKS][SAMPLE_OF_A_MOVE];
    enum err err;
};

static i64 rank_by(const struct counter *k, const struct ladder *l, const struct facts *f)
{
    return climb(l, k->c->zone, f, k->c->now, false, k->c->arena, NULL).rank;
}

static void count_move(struct counter *k, i64 member, i64 from, i64 to)
{
    i64 n = k->moves[from][to]++;
    if (n < SAMPLE_OF_A_MOVE) k->some[from][to][n] = member;
}

static enum err count_now(void *arg, const struct facts *f)
{
    struct counter *k = arg;
    k->now[f->member - k->from] = (u8)rank_by(k, k->all->now, f);
    return OK;
}

static enum err count_then(void *arg, const struct facts *f)
{
    struct counter *k = arg;
    i64 now = k->other_facts ? k->now[f->member - k->from] : rank_by(k, k->all->now, f);
    k->now[f->member - k->from] = 0;
    count_move(k, f->member, now, rank_by(k, k->all->then, f));
    return OK;
}

static enum err count_some(struct counter *k, i64 first, i64 last)
{
    struct ctx *c = k->c;
    k->from = first;
    if (k->other_facts) TRY(facts_each(c, k->all->now, first, last, count_now, k));
    TRY(facts_each(c, k->all->then, first, last, count_then, k));
    for (i64 i = 0; k->other_facts && i <= last - first; i++) {
        if (k->now[i])
            count_move(k, first + i, k->now[i], 0); /* the other ladder knows nothing of him */
        k->now[i] = 0;
    }
    return OK;
}

static void *counter_run(void *arg)
{
    struct counter *k = arg;
    struct counting *all = k->all;
    for (;;) {
        i64 first = atomic_fetch_add(&all->next, MEMBERS_AT_ONCE);
        if (first > all->last || k->err != OK) return NULL;
        i64 last = first + MEMBERS_AT_ONCE - 1;
        struct arena_mark mark = arena_mark(k->c->arena);
        k->err = count_some(k, first, last < all->last ? last : all->last);
        arena_rewind(k->c->arena, mark);
    }
}

static void arena_free_deferred(void *a) { arena_free(a); }

/* *both: c and second see one and the same state. */
static enum err second_open(struct ctx *c, struct ctx *second, bool *both)
{
    *second = *c;
    second->arena = arena_new();
    second->db = NULL;
    arena_defer(c->arena, arena_free_deferred, second->arena);
    TRY(store_reader_spare(c->store, second, both));
    if (!*both) return OK;
    enum err e = store_snapshot_both(c, second, both);
    if (e != OK || !*both) store_release(second);
    return e;
}

static enum err count_all(struct ctx *c, struct counting *all, struct counter *k)
{
    struct ctx second;
    pthread_t thread;
    bool both = false;
    k[0].c = c;
    if (c->store && all->last - all->first >= TOGETHER_FROM) TRY(second_open(c, &second, &both));
    if (!both) {
        TRY(store_snapshot(c));
        counter_run(&k[0]);
        return k[0].err;
    }
    k[1].c = &second;
    bool helped = pthread_create(&thread, NULL, counter_run, &k[1]) == 0;
    counter_run(&k[0]);
    if (helped) pthread_join(thread, NULL);
    store_release(&second);
    if (k[0].err == OK && k[1].err != OK) c->why = second.why;
    return k[0].err != OK ? k[0].err : k[1].err;
}

static struct tier_count *count_of(struct ctx *c, struct tier_simulation *out, str tier)
{
    for (i64 i = 0; i < out->tiers.n; i++)
        if (str_eq(out->tiers.at[i].tier, tier)) return &out->tiers.at[i];
    struct tier_count *fresh = PUSH(c->arena, &out->tiers);
    fresh->tier = tier;
    return fresh;
}

static void sample_move(struct ctx *c, const struct counter *k, i64 from, i64 to,
                        const struct tier_move *move, struct tier_simulation *out)
{
    for (i64 i = 0, n = 0; i < 2; i++)
        for (i64 at = 0; at < k[i].moves[from][to] && at < SAMPLE_OF_A_MOVE; at++)
            if (n++ < SAMPLE_OF_A_MOVE)
                *PUSH(c->arena, &out->sample) = (struct tier_sample){
                    .member = k[i].some[from][to][at], .from = move->from, .to = move->to
                };
}

enum err ladder_simulate(struct ctx *c, const struct ladder *then, struct tier_simulation *out)
{
    struct ladder now;
    struct counting all = { .now = &now, .then = then };
    struct counter *k = NEWS(c->arena, struct counter, 2);
    TRY(ladder_check(c, then));
    TRY(ladder_live(c, &now));
    TRY(facts_range(c, &all.first, &all.last));
    all.next = all.first;
    for (int i = 0; i < 2; i++) {
        k[i].all = &all;
        k[i].other_facts = now.measure != then->measure;
    }
    if (all.last >= all.first) TRY(count_all(c, &all, k));
    *out = (struct tier_simulation){ 0 };
    for (i64 rank = 0; rank <= then->tiers.n; rank++) count_of(c, out, ladder_code(then, rank));
    for (i64 from = 0; from <= now.tiers.n; from++)
        for (i64 to = 0; to <= then->tiers.n; to++) {
            i64 members = k[0].moves[from][to] + k[1].moves[from][to];
            str was = ladder_code(&now, from), is = ladder_code(then, to);
            count_of(c, out, was)->now += members;
            count_of(c, out, is)->then += members;
            if (!members || str_eq(was, is)) continue;
            struct tier_move *move = PUSH(c->arena, &out->moves);
            *move = (struct tier_move){ was, is, members };
            sample_move(c, k, from, to, move, out);
        }
    return OK;
}
