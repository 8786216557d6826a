/* kernels.c -- the inner loops: no branch depends on data, so that the compiler makes vectors of
 * them and the processor has nothing to guess.
 */
#include "audience/index/kernels.h"

#ifdef __AVX2__
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

#ifndef KERNELS_NAME
#define KERNELS_NAME kernels_plain
#endif

/* -- sets -------------------------------------------------------------------------------------- */

static void fill(u64 *out, bool with) { memset(out, with ? 0xff : 0, CHUNK / 8); }

static void and_(u64 *restrict inout, const u64 *restrict with)
{
    for (i64 i = 0; i < CHUNK_WORDS; i++) inout[i] &= with[i];
}

static void or_(u64 *restrict inout, const u64 *restrict with)
{
    for (i64 i = 0; i < CHUNK_WORDS; i++) inout[i] |= with[i];
}

static void andnot(u64 *restrict inout, const u64 *restrict without)
{
    for (i64 i = 0; i < CHUNK_WORDS; i++) inout[i] &= ~without[i];
}

static void not_(u64 *inout)
{
    for (i64 i = 0; i < CHUNK_WORDS; i++) inout[i] = ~inout[i];
}

static i64 count(const u64 *in)
{
    i64 n = 0;
    for (i64 i = 0; i < CHUNK_WORDS; i++) n += __builtin_popcountll(in[i]);
    return n;
}

static i64 ids(const u64 *in, i64 base, i64 *out)
{
    i64 n = 0;
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 bits = in[w]; bits; bits &= bits - 1)
            out[n++] = base + w * 64 + __builtin_ctzll(bits);
    return n;
}

/* 64 bytes, each 0 or 0xff, to 64 bits. */
static inline u64 pack(const u8 bytes[64])
{
#if defined(__AVX512BW__)
    return _mm512_movepi8_mask(_mm512_load_si512(bytes));
#elif defined(__AVX2__)
    const __m256i *v = (const __m256i *)(const void *)bytes;
    return (u64)(u32)_mm256_movemask_epi8(v[0]) | (u64)(u32)_mm256_movemask_epi8(v[1]) << 32;
#elif defined(__SSE2__)
    u64 out = 0;
    for (int i = 0; i < 4; i++) {
        __m128i v = _mm_load_si128((const __m128i *)(const void *)(bytes + 16 * i));
        out |= (u64)(u32)_mm_movemask_epi8(v) << (16 * i);
    }
    return out;
#else
    u64 out = 0;
    for (int i = 0; i < 64; i++) out |= (u64)(bytes[i] & 1) << i;
    return out;
#endif
}

/* -- columns ----------------------------------------------------------------------------------- */

/* Of a word of the mask without anybody nothing is read: 64 members are one line of memory. */
static void bytes_(const u8 *restrict at, const u8 range[2], const u8 edges[2],
                   const u64 *restrict mask, u64 *restrict in, u64 *restrict edge)
{
    u8 low = range[0], span = (u8)(range[1] - range[0]), first = edges[0], second = edges[1];
    for (i64 w = 0; w < CHUNK_WORDS; w++) {
        _Alignas(64) u8 is[64], cut[64];
        const u8 *v = at + w * 64;
        in[w] = edge[w] = 0;
        if (!mask[w]) continue;
        for (int i = 0; i < 64; i++) is[i] = (u8) - (u8)((u8)(v[i] - low) <= span);
        for (int i = 0; i < 64; i++) cut[i] = (u8) - (u8)((v[i] == first) | (v[i] == second));
        in[w] = pack(is) & mask[w];
        edge[w] = pack(cut) & in[w];
    }
}

static void range_i64(const i64 *restrict at, i64 low, i64 high, u64 *restrict out)
{
    for (i64 w = 0; w < CHUNK_WORDS; w++) {
        _Alignas(64) u8 bytes[64];
        const i64 *v = at + w * 64;
        for (int i = 0; i < 64; i++) bytes[i] = (u8) - (u8)((v[i] >= low) & (v[i] <= high));
        out[w] = pack(bytes);
    }
}

/* bands: of three columns, those at or above the higher cut, and at or above the lower one. */
static void cells(const u64 *const bands[6], const u64 *within, i64 counts[27])
{
    i64 n[27] = { 0 };
    for (i64 w = 0; w < CHUNK_WORDS; w++) {
        u64 in_w = within[w], part[3][3];
        for (int k = 0; k < 3; k++) {
            u64 top = bands[2 * k][w], low = bands[2 * k + 1][w] | top;
            part[k][0] = top;
            part[k][1] = low & ~top;
            part[k][2] = ~low;
        }
        for (int r = 0; r < 3; r++)
            for (int f = 0; f < 3; f++) {
                u64 both = part[0][r] & part[1][f] & in_w;
                i64 *cell = n + (r * 3 + f) * 3;
                for (int m = 0; m < 3; m++) cell[m] += __builtin_popcountll(both & part[2][m]);
            }
    }
    for (int i = 0; i < 27; i++) counts[i] += n[i];
}

static i64 sum(const struct part *p, const u64 *within, i64 *known)
{
    u64 total = 0;
    i64 n = 0;
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 bits = within[w] & p->known[w]; bits; bits &= bits - 1, n++)
            total +=
                (u64)narrow_get((struct narrow){ p->width, p->at }, w * 64 + __builtin_ctzll(bits));
    *known = n;
    return (i64)total;
}

static void u32_range(const u32 *restrict counts, u32 low, u32 span, u64 *restrict out)
{
    for (i64 w = 0; w < CHUNK_WORDS; w++) {
        _Alignas(64) u8 bytes[64];
        for (int i = 0; i < 64; i++) bytes[i] = (u8) - (u8)(counts[w * 64 + i] - low <= span);
        out[w] = pack(bytes);
    }
}

static void i64_range(const i64 *sums, i64 low, i64 high, u64 *out)
{
    range_i64(sums, low, high, out);
}

/* -- rows -------------------------------------------------------------------------------------- */

#define MATCH(T, NAME)                                                              \
    static void NAME##_one(const T *restrict at, i64 n, T code, u8 *restrict marks) \
    {                                                                               \
        for (i64 i = 0; i < n; i++) marks[i] &= at[i] == code;                      \
    }                                                                               \
    static void NAME##_table(const T *restrict at, i64 n, const u8 *restrict table, \
                             u8 *restrict marks)                                    \
    {                                                                               \
        for (i64 i = 0; i < n; i++) marks[i] &= table[at[i]] != 0;                  \
    }
MATCH(u8, match_u8)
MATCH(uint16_t, match_u16)
MATCH(u32, match_u32)

static void match_one(struct narrow a, i64 from, i64 n, i64 code, u8 *marks)
{
    switch (a.width) {
    case 1: match_u8_one((const u8 *)a.at + from, n, (u8)code, marks); break;
    case 2: match_u16_one((const uint16_t *)a.at + from, n, (uint16_t)code, marks); break;
    case 4: match_u32_one((const u32 *)a.at + from, n, (u32)code, marks); break;
    default:
        if (code) memset(marks, 0, (size_t)n);
    }
}

static void match_table(struct narrow a, i64 from, i64 n, const u8 *table, u8 *marks)
{
    switch (a.width) {
    case 1: match_u8_table((const u8 *)a.at + from, n, table, marks); break;
    case 2: match_u16_table((const uint16_t *)a.at + from, n, table, marks); break;
    case 4: match_u32_table((const u32 *)a.at + from, n, table, marks); break;
    default:
        if (!table[0]) memset(marks, 0, (size_t)n);
    }
}

static void match_edges(const u32 *second, struct narrow ms, i64 from, i64 n,
                        const struct matcher *m, u8 *marks)
{
    for (i64 i = 0; i < n; i++) {
        i64 t = narrow_get(ms, from + i);
        marks[i] &= !((second[i] == m->edge_from && t < m->ms_from) ||
                      (second[i] == m->edge_until && t >= m->ms_until));
    }
}

static void match(const struct run *r, i64 from, i64 n, const struct matcher *m, u8 *restrict marks)
{
    if (m->any) {
        memset(marks, 1, (size_t)n);
    } else {
        const u32 *restrict second = r->second + from;
        u32 first = m->from, span = m->span;
        for (i64 i = 0; i < n; i++) marks[i] = second[i] - first <= span;
        if (m->edges) match_edges(second, r->ms, from, n, m, marks);
    }
    if (m->event_one >= 0) {
        /* a code wider than this block's array cannot be in it */
        if (r->event.width < 4 && m->event_one >> (8 * r->event.width)) memset(marks, 0, (size_t)n);
        else match_one(r->event, from, n, m->event_one, marks);
    } else if (m->event) {
        match_table(r->event, from, n, m->event, marks);
    }
    for (int p = 0; p < EVENT_PROPS_MAX; p++)
        if (m->props[p]) match_table(r->props[p], from, n, m->props[p], marks);
}

/* A running count beside the marks, so that a member's count is one difference. */
static void tally(const struct run *r, i64 first, i64 last, const u8 *marks, u32 *counts)
{
    u32 before[ROWS_BLOCK + 1];
    i64 rows = (i64)r->offset[last] - r->offset[first];
    u32 n = 0;
    for (i64 i = 0; i < rows; i++) {
        before[i] = n;
        n += marks[i];
    }
    before[rows] = n;
    u32 base = r->offset[first];
    for (i64 k = first; k < last; k++)
        counts[k] += before[r->offset[k + 1] - base] - before[r->offset[k] - base];
}

/* start[k]: when the latest chain that has reached step k began. A row of step s carries the start
 * of step s - 1 on to s, if that is not too long ago. gcc would turn the choice into a branch that
 * is guessed wrong every third row (three times slower); hidden behind the empty asm it stays
 * arithmetic. */
static u32 funnel(const u32 *restrict second, const u8 *restrict steps, i64 n, i64 window)
{
    i64 start[STEP_NONE + 2];
    i64 never = -window - 1;
    for (int k = 0; k < STEP_NONE + 2; k++) start[k] = never;
    u32 reached = 0;
    for (i64 i = 0; i < n; i++) {
        i64 t = second[i];
        u32 s = steps[i];
        start[0] = t;
        i64 carried = start[s];
        i64 keep = (window - (t - carried)) >> 63; /* all ones: too long ago */
        __asm__("" : "+r"(keep));
        start[s + 1] = (carried & ~keep) | (start[s + 1] & keep);
        reached |= (u32)(~keep & 1) << s;
    }
    return reached;
}

static u32 funnel_many(const u32 *restrict second, const u8 *restrict masks, i64 n, i64 window,
                       i64 steps)
{
    i64 start[FUNNEL_STEPS_MAX + 1];
    for (int k = 0; k <= FUNNEL_STEPS_MAX; k++) start[k] = -window - 1;
    u32 reached = 0;
    for (i64 i = 0; i < n; i++) {
        i64 t = second[i];
        start[0] = t;
        for (i64 s = steps - 1; s >= 0; s--) { /* from the end: a row is one step of a chain */
            i64 keep = ((window - (t - start[s])) >> 63) | ((i64)(masks[i] >> s & 1) - 1);
            __asm__("" : "+r"(keep));
            start[s + 1] = (start[s] & ~keep) | (start[s + 1] & keep);
            reached |= (u32)(~keep & 1) << s;
        }
    }
    return reached;
}

static void unmark(u8 *restrict steps, const u8 *restrict marks, i64 n)
{
    for (i64 i = 0; i < n; i++) steps[i] |= (u8)(marks[i] - 1) & STEP_NONE;
}

static void unstart(u8 *restrict steps, const u32 *restrict second, i64 n, u32 first, u32 span)
{
    for (i64 i = 0; i < n; i++)
        steps[i] |= (u8) - (u8)((steps[i] == 0) & (second[i] - first > span)) & STEP_NONE;
}

static u64 days_(const uint16_t *restrict at, const u8 *restrict marks, i64 n, i64 from, i64 days)
{
    u64 out = 0;
    for (i64 i = 0; i < n; i++) {
        u32 k = (u32)(at[i] - from);
        out |= (u64)(marks[i] & (k < (u32)days)) << (k & 63);
    }
    return out;
}

static u64 weeks_(const uint16_t *restrict at, const u8 *restrict marks, i64 n, i64 from, i64 weeks)
{
    u64 out = 0;
    for (i64 i = 0; i < n; i++) {
        u32 k = (u32)(at[i] - from) / 7;
        out |= (u64)(marks[i] & (k < (u32)weeks)) << (k & 63);
    }
    return out;
}

const struct kernels KERNELS_NAME = { fill,      and_,   or_,       andnot, not_,        count,
                                      ids,       bytes_, range_i64, cells,  sum,         u32_range,
                                      i64_range, match,  tally,     funnel, funnel_many, unmark,
                                      unstart,   days_,  weeks_ };
