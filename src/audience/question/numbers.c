/* numbers.c -- least, greatest, sum and quantiles of millions of values without sorting them: the
 * values are counted in 4,096 ranges, then those of the range that holds the place again. */
#include "audience/question/axis.h"

#include "audience/index/inside.h"

#define RANGES_LOG 12
#define RANGES     ((i64)1 << RANGES_LOG)

struct looking {
    const struct numbers *numbers;
    i64 *values[CHUNK_WORKERS];
    struct number_facts facts[CHUNK_WORKERS];
    i64 low, high, *counts[CHUNK_WORKERS];
    int shift;
};

static void looking_make(struct ctx *c, const struct numbers *numbers, struct looking *l)
{
    *l = (struct looking){ .numbers = numbers };
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        l->values[w] = NEWS(c->arena, i64, CHUNK);
        l->counts[w] = NEWS(c->arena, i64, RANGES);
        l->facts[w] = (struct number_facts){ .min = INT64_MAX, .max = INT64_MIN };
    }
}

static void see_facts(void *arg, int worker, i64 chunk)
{
    struct looking *l = arg;
    struct number_facts *f = &l->facts[worker];
    const i64 *values = l->values[worker];
    chunk_bits known;
    l->numbers->fill(l->numbers->arg, chunk, l->values[worker], known);
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 left = known[w]; left; left &= left - 1) {
            i64 value = values[w * 64 + __builtin_ctzll(left)];
            f->n++;
            f->sum += value;
            if (value < f->min) f->min = value, f->at_min = 0;
            f->at_min += value == f->min;
            if (value > f->max) f->max = value;
        }
}

void numbers_facts(struct ctx *c, const struct numbers *numbers, struct number_facts *out)
{
    struct arena_mark mark = arena_mark(c->arena);
    struct looking l;
    looking_make(c, numbers, &l);
    chunks_run(numbers->chunks, see_facts, &l);
    *out = l.facts[0];
    for (int w = 1; w < CHUNK_WORKERS; w++) {
        out->n += l.facts[w].n;
        out->sum += l.facts[w].sum;
        if (l.facts[w].min < out->min) out->min = l.facts[w].min, out->at_min = 0;
        if (l.facts[w].min == out->min) out->at_min += l.facts[w].at_min;
        if (l.facts[w].max > out->max) out->max = l.facts[w].max;
    }
    if (!out->n) out->min = out->max = 0;
    arena_rewind(c->arena, mark);
}

static void count_ranges(void *arg, int worker, i64 chunk)
{
    struct looking *l = arg;
    const i64 *values = l->values[worker];
    i64 *counts = l->counts[worker];
    u64 low = (u64)l->low, span = (u64)l->high - low;
    chunk_bits known;
    l->numbers->fill(l->numbers->arg, chunk, l->values[worker], known);
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 left = known[w]; left; left &= left - 1) {
            u64 off = (u64)values[w * 64 + __builtin_ctzll(left)] - low;
            if (off <= span) counts[off >> l->shift]++;
        }
}

static i64 value_at(struct looking *l, const struct number_facts *facts, i64 place)
{
    l->low = facts->min;
    l->high = facts->max;
    while (l->low < l->high) {
        u64 span = (u64)l->high - (u64)l->low;
        int bits = 64 - __builtin_clzll(span);
        l->shift = bits > RANGES_LOG ? bits - RANGES_LOG : 0;
        for (int w = 0; w < CHUNK_WORKERS; w++) memset(l->counts[w], 0, RANGES * sizeof(i64));
        chunks_run(l->numbers->chunks, count_ranges, l);
        i64 range = 0;
        for (;; range++) {
            i64 n = 0;
            for (int w = 0; w < CHUNK_WORKERS; w++) n += l->counts[w][range];
            if (place < n) break;
            place -= n;
        }
        u64 first = (u64)range << l->shift, last = first + ((1ull << l->shift) - 1);
        if (last < span) l->high = (i64)((u64)l->low + last);
        l->low = (i64)((u64)l->low + first);
    }
    return l->low;
}

void numbers_at(struct ctx *c, const struct numbers *numbers, const struct number_facts *facts,
                const i64 *places, i64 n, i64 *out)
{
    struct arena_mark mark = arena_mark(c->arena);
    struct looking l;
    looking_make(c, numbers, &l);
    for (i64 i = 0; i < n; i++)
        out[i] = i && places[i] == places[i - 1] ? out[i - 1] : value_at(&l, facts, places[i]);
    arena_rewind(c->arena, mark);
}

/* -- of a field ------------------------------------------------------------------------------- */

static void fill_source(void *arg, i64 chunk, i64 values[CHUNK], chunk_bits known)
{
    const struct source_numbers *of = arg;
    instant at = of->source->at;
    part_read(source_part(of->source, chunk), values, known);
    bits_and(known, set_of_chunk(of->set, chunk));
    if (of->source->field->kind == FIELD_IS_AGE) /* values of others are 0: no overflow */
        for (i64 i = 0; i < CHUNK; i++) values[i] = (at - values[i]) / DAY_MS;
}

struct numbers numbers_of(struct source_numbers *arg)
{
    return (struct numbers){ fill_source, arg, view_chunks(arg->source->view) };
}
