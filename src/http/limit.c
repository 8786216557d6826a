/* limit.c -- how many requests an address or a member may make: a token bucket each, in a fixed
 * table.
 *
 * A bucket that is full again says the same as none, so the table forgets it when its place is
 * wanted. When all places of a set are busy the least used is taken over: a flood of addresses
 * costs accuracy, never memory.
 */
#include <stdlib.h>

#include "http/inside.h"

#define SETS 1024
#define WAYS 4

struct bucket {
    u64 who;
    i64 full_us; /* when it will be full again */
};
struct limiter {
    struct set {
        pthread_mutex_t lock;
        struct bucket ways[WAYS];
    } sets[SETS];
};

struct limiter *limiter_new(void)
{
    struct limiter *l = calloc(1, sizeof *l);
    if (!l) abort();
    for (int i = 0; i < SETS; i++) pthread_mutex_init(&l->sets[i].lock, NULL);
    return l;
}

i64 limiter_take(struct limiter *l, str name, i64 per_second, i64 now_us)
{
    u64 who = str_hash(name);
    i64 cost_us = 1000000 / per_second;
    if (cost_us < 1) cost_us = 1;
    i64 burst_us = 2 * cost_us * per_second; /* two seconds' worth at once */
    struct set *set = &l->sets[who % SETS];
    pthread_mutex_lock(&set->lock);
    struct bucket *b = &set->ways[0];
    for (int i = 0; i < WAYS; i++) {
        if (set->ways[i].who == who) {
            b = &set->ways[i];
            break;
        }
        if (set->ways[i].full_us < b->full_us) b = &set->ways[i];
    }
    if (b->who != who) *b = (struct bucket){ who, 0 };
    if (b->full_us < now_us) b->full_us = now_us;
    i64 over_us = b->full_us + cost_us - now_us - burst_us;
    if (over_us <= 0) b->full_us += cost_us;
    pthread_mutex_unlock(&set->lock);
    return over_us <= 0 ? 0 : over_us / 1000 + 1;
}

void limiter_free(struct limiter *l)
{
    if (!l) return;
    for (int i = 0; i < SETS; i++) pthread_mutex_destroy(&l->sets[i].lock);
    free(l);
}
