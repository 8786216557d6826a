/* bench.h -- what programs that measure share: a ctx, a folder, how long each call took. */
#pragma once

#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/ctx.h"

static inline struct ctx bench_ctx(void)
{
    return (struct ctx){ .arena = arena_new(),
                         .zone = zone_open("Asia/Shanghai"),
                         .now = clock_now(),
                         .actor = S("bench"),
                         .locale = EN,
                         .rights = ~(u64)0 };
}

static inline void must(struct ctx *c, enum err e)
{
    if (e == OK) return;
    str why = fail_text(c);
    fprintf(stderr, STR_FMT "\n", STR_ARG(why));
    exit(1);
}

static inline int bench_remove_one(const char *path, const struct stat *s, int kind, struct FTW *f)
{
    (void)s, (void)kind, (void)f;
    return remove(path);
}
static inline void bench_remove(const char *folder)
{
    nftw(folder, bench_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* -- how long each took, told by many threads -------------------------------------------------- */

enum { TOOK_BUCKETS = 20000 }; /* of 10 us */
struct took {
    _Atomic i64 n, longest_us, in[TOOK_BUCKETS];
};

static inline void took_add(struct took *t, i64 us)
{
    i64 bucket = us / 10;
    atomic_fetch_add_explicit(&t->in[bucket < TOOK_BUCKETS ? bucket : TOOK_BUCKETS - 1], 1,
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&t->n, 1, memory_order_relaxed);
    for (i64 was = t->longest_us; us > was;)
        if (atomic_compare_exchange_weak(&t->longest_us, &was, us)) break;
}

/* In milliseconds: so long or less took that share of them. */
static inline double took_percentile(const struct took *t, double share)
{
    i64 seen = 0;
    for (i64 i = 0; i < TOOK_BUCKETS; i++) {
        seen += t->in[i];
        if ((double)seen >= share * (double)t->n) return (double)i / 100.0;
    }
    return TOOK_BUCKETS / 100.0;
}
