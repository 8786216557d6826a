/* high.c -- members of high value now, whom no index keeps since time alone moves them.
 *
 * To find them all orders are read. A served book keeps who they are for so long that the reading
 * is a small part of the time, and ten minutes at most (as the scale of RFM): a small shop's are
 * always fresh.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "insight/metric/inside.h"
#include "insight/scene.h"

#define TIMES_AS_LONG 300
#define AT_MOST_MS    (10 * MINUTE_MS)

#define FIELDS_OF_high_member(X, N) X(i64, member, ANY, "", N)
SHAPE(high_member);
SHAPE_DEFINE(high_member);
QUERY(high_settings, one_str,
      "SELECT name || '=' || value AS value FROM setting WHERE name LIKE 'rfm.%' ORDER BY name");

static enum err see_member(void *arg, const void *row)
{
    struct member_set *set = arg;
    i64 member = ((const struct high_member *)row)->member;
    if (member > 0 && member < view_chunks(set->view) * CHUNK)
        set->bits[member / 64] |= (u64)1 << (member % 64);
    return OK;
}

static enum err read_high(struct ctx *c, struct member_set *out)
{
    struct composed all = { .arena = c->arena };
    bool any;
    TRY(scene_high_members(c, 1, INT64_MAX, c->now, &all, &any));
    return any ? composed_each(c, &all, &high_member_shape, see_member, out) : OK;
}

/* What the answer depends on but orders and time. */
static enum err rule_of(struct ctx *c, u64 *out)
{
    struct one_str_list settings;
    TRY(db_all(c, &high_settings, &settings, NO_ARGS));
    *out = 0;
    for (i64 i = 0; i < settings.n; i++) *out = *out * 31 + str_hash(settings.at[i].value);
    return OK;
}

static i64 words_of(const struct member_set *s) { return view_chunks(s->view) * CHUNK_WORDS; }

static bool fits(const struct ctx *c, const struct high_kept *k, u64 rule)
{
    return k->bits && k->store == c->store && k->rule == rule && c->now >= k->at &&
           c->now < k->until;
}

static void keep(const struct ctx *c, struct high_kept *k, u64 rule, i64 took_ms,
                 const struct member_set *set)
{
    i64 lasts = took_ms * TIMES_AS_LONG;
    free(k->bits);
    k->store = c->store;
    k->rule = rule;
    k->at = c->now;
    k->until = c->now + (lasts < AT_MOST_MS ? lasts : AT_MOST_MS);
    k->words = words_of(set);
    k->bits = malloc((size_t)k->words * sizeof *k->bits + 1);
    if (!k->bits) abort();
    memcpy(k->bits, set->bits, (size_t)k->words * sizeof *k->bits);
}

/* Under the book's lock for it: who asks meanwhile wants the same. */
static enum err take_high(struct ctx *c, struct high_kept *k, struct member_set *out)
{
    u64 rule;
    TRY(rule_of(c, &rule));
    if (fits(c, k, rule)) {
        i64 words = k->words < words_of(out) ? k->words : words_of(out);
        memcpy(out->bits, k->bits, (size_t)words * sizeof *k->bits);
        return OK;
    }
    i64 began = clock_mono_us();
    TRY(read_high(c, out));
    keep(c, k, rule, (clock_mono_us() - began) / 1000, out);
    return OK;
}

enum err high_members(struct ctx *c, const struct view *v, struct member_set *out)
{
    struct high_kept *k = high_served();
    *out = (struct member_set){ .view = v };
    out->bits = NEWS(c->arena, u64, words_of(out) + 1);
    if (k) pthread_mutex_lock(&k->lock);
    enum err e = k ? take_high(c, k, out) : read_high(c, out);
    if (k) pthread_mutex_unlock(&k->lock);
    for (i64 chunk = 0; chunk < view_chunks(v); chunk++)
        for (i64 w = 0; w < CHUNK_WORDS; w++) {
            u64 *word = &out->bits[chunk * CHUNK_WORDS + w];
            *word &= view_living(v, chunk)[w];
            out->n += __builtin_popcountll(*word);
        }
    return e;
}
