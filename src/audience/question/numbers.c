/* numbers.c -- least, greatest, sum and quantiles of millions of values without sorting them: the
 * values are counted in 65,536 ranges, then those of the range that holds the place again. */
#include "audience/question/axis.h"

#define RANGES_LOG 16
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

/* Counts the values of low .. high by range; the sums stand with the first worker. */
static void count_all(struct looking *l)
{
    int bits = 64 - __builtin_clzll((u64)l->high - (u64)l->low);
    l->shift = bits > RANGES_LOG ? bits - RANGES_LOG : 0;
    for (int w = 0; w < CHUNK_WORKERS; w++) memset(l->counts[w], 0, RANGES * sizeof(i64));
    chunks_run(l->numbers->chunks, count_ranges, l);
    for (int w = 1; w < CHUNK_WORKERS; w++)
        for (i64 i = 0; i < RANGES; i++) l->counts[0][i] += l->counts[w][i];
}

/* To the range of this place, of which *place is left. */
static void narrow(struct looking *l, const i64 *counts, i64 *place)
{
    i64 range = 0;
    for (; *place >= counts[range]; range++) *place -= counts[range];
    u64 first = (u64)range << l->shift, last = first + ((1ull << l->shift) - 1);
    if (last < (u64)l->high - (u64)l->low) l->high = (i64)((u64)l->low + last);
    l->low = (i64)((u64)l->low + first);
}

void numbers_at(struct ctx *c, const struct numbers *numbers, const struct number_facts *facts,
                const i64 *places, i64 n, i64 *out)
{
    struct arena_mark mark = arena_mark(c->arena);
    struct looking l;
    looking_make(c, numbers, &l);
    l.low = facts->min;
    l.high = facts->max;
    bool one = l.low == l.high;
    if (!one) count_all(&l);
    struct looking whole = l; /* the first pass is shared */
    i64 *counts = NEWS(c->arena, i64, RANGES);
    memcpy(counts, l.counts[0], RANGES * sizeof(i64));
    for (i64 i = 0; i < n; i++) {
        i64 place = places[i];
        l = whole;
        if (!one) narrow(&l, counts, &place);
        while (l.low < l.high) {
            count_all(&l);
            narrow(&l, l.counts[0], &place);
        }
        out[i] = l.low;
    }
    arena_rewind(c->arena, mark);
}

/* -- of a field ------------------------------------------------------------------------------- */

#define DECODE(TYPE)                \
    for (i64 i = 0; i < CHUNK; i++) \
    values[i] = (i64)((u64)p->base + (u64)((const TYPE *)p->at)[i] * (u64)p->scale)

/* All values; those of members that are not known mean nothing. */
static void decode(const struct part *p, i64 values[CHUNK])
{
    switch (p->width) {
    case 1: DECODE(u8); break;
    case 2: DECODE(uint16_t); break;
    case 4: DECODE(u32); break;
    case 8: memcpy(values, p->at, CHUNK * sizeof *values); break;
    default:
        for (i64 i = 0; i < CHUNK; i++) values[i] = p->base;
    }
}

static void fill_source(void *arg, i64 chunk, i64 values[CHUNK], chunk_bits known)
{
    const struct source_numbers *of = arg;
    const struct part *p = source_part(of->source, chunk);
    instant at = of->source->at;
    part_known(p, known);
    if (!p) return;
    bits_and(known, set_of_chunk(of->set, chunk));
    decode(p, values);
    if (of->source->field->kind == FIELD_IS_AGE)
        for (i64 i = 0; i < CHUNK; i++) values[i] = (i64)((u64)at - (u64)values[i]) / DAY_MS;
}

struct numbers numbers_of(struct source_numbers *arg)
{
    return (struct numbers){ fill_source, arg, view_chunks(arg->source->view) };
}
