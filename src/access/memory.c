/* memory.c -- sessions and keys seen lately: what lets a QUICK read know its caller without asking
 * the store.
 *
 * Invariants
 *  1. An entry is used for MEMORY_TTL_MS after it was read; then the store is asked again, and
 *     the later of both times of use is kept.
 *  2. A use of what is over counts for nothing: it cannot come back to life.
 *  3. Whatever ends a session or key in this process forgets it here after its commit.
 */
#include <pthread.h>

#include "access/inside.h"

#define SETS 512
#define WAYS 4

static struct set {
    pthread_mutex_t lock;
    struct known ways[WAYS];
} sets[SETS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make(void)
{
    for (int i = 0; i < SETS; i++) pthread_mutex_init(&sets[i].lock, NULL);
}

static struct set *set_of(str hash)
{
    pthread_once(&once, make);
    return &sets[str_hash(hash) % SETS];
}

static bool is(const struct known *k, const struct store *s, str hash)
{
    return k->store == s && hash.n == sizeof k->hash &&
           memcmp(k->hash, hash.at, sizeof k->hash) == 0;
}

bool memory_find(const struct ctx *c, enum known_kind kind, str hash, struct known *out)
{
    struct set *s = set_of(hash);
    bool found = false;
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < WAYS && !found; i++) {
        struct known *k = &s->ways[i];
        if (!is(k, c->store, hash) || k->kind != kind) continue;
        if (c->now < k->loaded_at || c->now - k->loaded_at > MEMORY_TTL_MS) break;
        *out = *k; /* as it was before this use: the caller judges how long ago that is */
        bool over = (k->expires_at && c->now >= k->expires_at) ||
                    (kind == KNOWN_SESSION && c->now - k->seen_at > SESSION_IDLE_MS);
        if (!over && c->now - k->seen_at >= SECOND_MS) {
            k->seen_at = c->now;
            k->dirty = true;
        }
        found = true;
    }
    pthread_mutex_unlock(&s->lock);
    return found;
}

void memory_put(const struct known *k)
{
    str hash = { k->hash, sizeof k->hash };
    struct set *s = set_of(hash);
    pthread_mutex_lock(&s->lock);
    struct known *place = NULL;
    for (int i = 0; i < WAYS && !place; i++)
        if (is(&s->ways[i], k->store, hash)) place = &s->ways[i];
    for (int i = 0; i < WAYS && !place; i++)
        if (!s->ways[i].store) place = &s->ways[i];
    if (!place) {
        place = &s->ways[0];
        for (int i = 1; i < WAYS; i++)
            if (s->ways[i].seen_at < place->seen_at) place = &s->ways[i];
    }
    instant seen =
        is(place, k->store, hash) && place->seen_at > k->seen_at ? place->seen_at : k->seen_at;
    *place = *k;
    place->seen_at = seen;
    place->dirty |= seen > k->seen_at;
    pthread_mutex_unlock(&s->lock);
}

void memory_forget_all(const struct store *store)
{
    pthread_once(&once, make);
    for (int i = 0; i < SETS; i++) {
        pthread_mutex_lock(&sets[i].lock);
        for (int w = 0; w < WAYS; w++)
            if (sets[i].ways[w].store == store) sets[i].ways[w].store = NULL;
        pthread_mutex_unlock(&sets[i].lock);
    }
}

void memory_forget(const struct store *store, str hash)
{
    struct set *s = set_of(hash);
    pthread_mutex_lock(&s->lock);
    for (int w = 0; w < WAYS; w++)
        if (is(&s->ways[w], store, hash)) s->ways[w].store = NULL;
    pthread_mutex_unlock(&s->lock);
}

i64 memory_take_dirty(const struct store *store, struct known *out, i64 max)
{
    pthread_once(&once, make);
    i64 n = 0;
    for (int i = 0; i < SETS && n < max; i++) {
        pthread_mutex_lock(&sets[i].lock);
        for (int w = 0; w < WAYS && n < max; w++) {
            struct known *k = &sets[i].ways[w];
            if (k->store != store || !k->dirty) continue;
            out[n++] = *k;
            k->dirty = false;
        }
        pthread_mutex_unlock(&sets[i].lock);
    }
    return n;
}
