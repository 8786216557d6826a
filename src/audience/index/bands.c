/* bands.c -- a question to a column reads one byte a member, whatever the width of its values.
 *
 * Memory is what a question to millions waits for. So beside values of two bytes and more stands,
 * in one, which of 255 bands each lies in; floors cut the values into bands of about as many
 * members, and what many have alike is a band of its own. All of a band is in a range, or none,
 * but for the two where the range begins and ends: of those, one member in 255, the value is read.
 *
 * Invariants
 *   1. floors rise, the first is INT64_MIN: every value is in one band. Where two are the same the
 *      band between them is empty.
 *   2. An edit keeps the floors: bands may become uneven, never wrong.
 */
#include <assert.h>
#include <stdlib.h>

#include "audience/index/inside.h"
#include "audience/index/kernels.h"

/* -- floors ------------------------------------------------------------------------------------ */

#define SAMPLES 2040 /* eight a band */

static int by_value(const void *a, const void *b)
{
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

void floors_of(const i64 values[CHUNK], const u64 *known, i64 n, i64 floors[BANDS])
{
    i64 some[SAMPLES], taken = 0, i = 0, next = 0;
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 bits = known[w]; bits; bits &= bits - 1, i++)
            if (i == next) {
                some[taken++] = values[w * 64 + __builtin_ctzll(bits)];
                next = n <= SAMPLES ? i + 1 : taken * n / SAMPLES;
            }
    qsort(some, (size_t)taken, sizeof *some, by_value);
    floors[0] = INT64_MIN;
    for (i64 b = 1; b < BANDS; b++) floors[b] = some[b * taken / BANDS];
    /* A value met twice and more ends its last band itself. */
    for (i64 b = BANDS - 1, met; b > 0; b = met) {
        for (met = b - 1; met > 0 && floors[met] == floors[b];) met--;
        if (met < b - 1 && floors[b] < INT64_MAX) floors[b]++;
    }
}

u8 band_of(const i64 floors[BANDS], i64 value)
{
    i64 n = 0; /* floors at or below it: no branch to be guessed wrong */
    for (i64 step = (BANDS + 1) / 2; step; step /= 2) n += floors[n + step - 1] <= value ? step : 0;
    return (u8)n;
}

i64 part_about(const struct part *p, i64 low, i64 high)
{
    if (!p || low > high || high < p->low || low > p->high) return 0;
    if (!p->floors || (low <= p->low && high >= p->high)) return p->known_n;
    i64 from = low <= p->low ? 0 : band_of(p->floors, low - 1);
    i64 to = high >= p->high ? BANDS : band_of(p->floors, high);
    return p->known_n * (2 * (to - from) + 1) / (2 * BANDS + 1);
}

/* -- values ------------------------------------------------------------------------------------ */

/* What is meant: a range, or the codes of a table. */
struct meant {
    i64 low, high;
    const u8 *in; /* NULL: the range */
};

static bool means(const struct meant *m, i64 value)
{
    return m->in ? m->in[value] != 0 : value >= m->low && value <= m->high;
}

/* Members of the mask as a list, their `width` bytes at `at` asked of memory before the first is
 * needed: they lie far apart, and one wait after the other is what looking them up would cost. */
static i64 list_of(const u64 *mask, const void *at, i64 width, uint16_t *out)
{
    i64 n = 0;
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 left = mask[w]; left; left &= left - 1) {
            i64 member = w * 64 + __builtin_ctzll(left);
            __builtin_prefetch((const char *)at + member * width);
            out[n++] = (uint16_t)member;
        }
    return n;
}

static inline void leave_out(u64 *mask, i64 member, bool stays)
{
    mask[member / 64] &= ~((u64)!stays << (member % 64));
}

static void list_by_value(const struct part *p, const struct meant *m, const uint16_t *list, i64 n,
                          u64 *mask)
{
    for (i64 i = 0; i < n; i++) {
        i64 value;
        leave_out(mask, list[i], part_value(p, list[i], &value) && means(m, value));
    }
}

/* Of the mask those whose value is meant. */
static void by_value_alone(const struct part *p, const struct meant *m, u64 *mask)
{
    uint16_t list[CHUNK];
    i64 n = list_of(mask, p->at, p->width, list);
    list_by_value(p, m, list, n, mask);
}

/* -- bytes ------------------------------------------------------------------------------------- */

/* What a byte (a band, or a step of a one-byte array) says of the members who have it. */
enum { OF_NONE, OF_ALL, OF_SOME };

/* Up to so many members are looked up one by one: less than a line of memory in two is read. */
#define FEW (CHUNK / 64)

static void few_by_verdict(const struct part *p, const struct meant *m, const u8 *bytes,
                           const u8 verdicts[256], u64 *mask)
{
    uint16_t list[FEW], some[FEW];
    i64 n = list_of(mask, bytes, 1, list), some_n = 0;
    for (i64 i = 0; i < n; i++) {
        u8 verdict = verdicts[bytes[list[i]]];
        leave_out(mask, list[i], verdict != OF_NONE);
        some[some_n] = list[i];
        some_n += verdict == OF_SOME;
    }
    for (i64 i = 0; i < some_n; i++) __builtin_prefetch((const char *)p->at + some[i] * p->width);
    list_by_value(p, m, some, some_n, mask);
}

/* Bytes of the range are meant, of those at the edges some of the members. edges 0: there is none.
 */
static void by_range(const struct part *p, const struct meant *m, const u8 *bytes,
                     const u8 range[2], const u8 edges[2], u64 *mask)
{
    chunk_bits in, edge;
    if (bits_count(mask) <= FEW) {
        u8 verdicts[256] = { 0 };
        for (int b = range[0]; b <= range[1]; b++) verdicts[b] = OF_ALL;
        for (int i = 0; i < 2; i++)
            if (edges[i]) verdicts[edges[i]] = OF_SOME;
        few_by_verdict(p, m, bytes, verdicts, mask);
        return;
    }
    index_kernels()->bytes(bytes, range, edges, mask, in, edge);
    bits_copy(mask, in);
    if (!edges[0] && !edges[1]) return;
    bits_andnot(mask, edge);
    by_value_alone(p, m, edge);
    bits_or(mask, edge);
}

/* -- ranges ------------------------------------------------------------------------------------ */

/* The steps of a one-byte array that lie in the range; false: none. */
static bool steps_of(const struct part *p, i64 low, i64 high, u8 range[2])
{
    u64 scale = (u64)p->scale;
    u64 from = low <= p->base ? 0 : ((u64)low - (u64)p->base + (scale - 1)) / scale;
    u64 to = high < p->base ? 0 : ((u64)high - (u64)p->base) / scale;
    if (to > UINT8_MAX) to = UINT8_MAX;
    if (high < p->base || from > to) return false;
    range[0] = (u8)from;
    range[1] = (u8)to;
    return true;
}

static void narrow_steps(const struct part *p, const struct meant *m, u64 *mask)
{
    u8 range[2], edges[2] = { 0, 0 };
    if (!steps_of(p, m->low, m->high, range)) {
        bits_fill(mask, false);
        return;
    }
    bits_and(mask, p->known);
    by_range(p, m, p->at, range, edges, mask);
}

static void narrow_bands(const struct part *p, const struct meant *m, u64 *mask)
{
    u8 range[2] = { 1, BANDS }, edges[2] = { 0, 0 }; /* band 0 is in no range */
    for (i64 i = 0; i < BANDS; i += 8) __builtin_prefetch(p->floors + i);
    if (m->low > p->low) {
        range[0] = band_of(p->floors, m->low);
        if (p->floors[range[0] - 1] != m->low) edges[0] = range[0];
    }
    if (m->high < p->high) {
        range[1] = band_of(p->floors, m->high);
        if (range[1] == BANDS || p->floors[range[1]] - 1 != m->high) edges[1] = range[1];
    }
    by_range(p, m, p->bands, range, edges, mask);
}

void part_narrow(const struct part *p, i64 low, i64 high, chunk_bits mask)
{
    struct meant m = { low, high, NULL };
    chunk_bits in;
    if (!p || low > high || high < p->low || low > p->high) {
        bits_fill(mask, false);
    } else if (low <= p->low && high >= p->high) {
        bits_and(mask, p->known);
    } else if (p->bands) {
        narrow_bands(p, &m, mask);
    } else if (p->width <= 1) {
        narrow_steps(p, &m, mask);
    } else { /* made for one question: eight bytes without bands */
        assert(p->width == 8);
        index_kernels()->range(p->at, low, high, in);
        bits_and(mask, in);
        bits_and(mask, p->known);
    }
}

/* -- words ------------------------------------------------------------------------------------- */

static void verdicts_of(const struct part *p, const u8 *in, u8 verdicts[256])
{
    memset(verdicts, OF_NONE, 256);
    for (i64 code = p->low, band = 0, first = 0; code <= p->high; code++) {
        if (!p->bands) {
            if ((code - p->base) % p->scale == 0)
                verdicts[(code - p->base) / p->scale] = in[code] ? OF_ALL : OF_NONE;
            continue;
        }
        bool begins = band == 0;
        for (; band < BANDS && p->floors[band] <= code; band++) begins = true;
        if (begins) first = code;
        if (code == first) verdicts[band] = in[code] ? OF_ALL : OF_NONE;
        else if (verdicts[band] != (in[code] ? OF_ALL : OF_NONE)) verdicts[band] = OF_SOME;
    }
}

/* Neighbouring bytes with the same verdict are one comparison of all the chunk: worth it where many
 * members are asked. */
#define RUNS_MAX    8
#define RUN_MEMBERS 512
struct runs {
    u8 range[RUNS_MAX][2], verdict[RUNS_MAX];
    i64 n; /* above RUNS_MAX: too many */
};

static struct runs runs_of(const u8 verdicts[256])
{
    struct runs r = { .n = 0 };
    for (int b = 0; b < 256; b++) {
        if (!verdicts[b]) continue;
        if (b == 0 || verdicts[b] != verdicts[b - 1]) {
            if (r.n++ == RUNS_MAX) break;
            r.range[r.n - 1][0] = (u8)b;
            r.verdict[r.n - 1] = verdicts[b];
        }
        r.range[r.n - 1][1] = (u8)b;
    }
    return r;
}

/* all, some: of the mask those whose byte has that verdict. */
static void by_runs(const u8 *bytes, const struct runs *r, const u64 *mask, u64 *all, u64 *some)
{
    static const u8 no_edges[2];
    chunk_bits in, edge;
    bits_fill(all, false);
    bits_fill(some, false);
    for (i64 i = 0; i < r->n; i++) {
        index_kernels()->bytes(bytes, r->range[i], no_edges, mask, in, edge);
        bits_or(r->verdict[i] == OF_ALL ? all : some, in);
    }
}

static void by_verdict(const u8 *bytes, const u8 verdicts[256], const u64 *mask, u64 *all,
                       u64 *some)
{
    for (i64 w = 0; w < CHUNK_WORDS; w++) {
        u64 is = 0, may_be = 0;
        for (u64 left = mask[w]; left; left &= left - 1) {
            i64 bit = __builtin_ctzll(left);
            u8 verdict = verdicts[bytes[w * 64 + bit]];
            is |= (u64)(verdict == OF_ALL) << bit;
            may_be |= (u64)(verdict == OF_SOME) << bit;
        }
        all[w] = is;
        some[w] = may_be;
    }
}

void part_narrow_in(const struct part *p, const u8 *table, i64 n, chunk_bits mask)
{
    u8 verdicts[256];
    chunk_bits some, all;
    struct meant m = { .in = table };
    assert(!p || (p->low >= 0 && p->high < n));
    if (!p) {
        bits_fill(mask, false);
        return;
    }
    bits_and(mask, p->known);
    if (p->width == 0 || (p->width > 1 && !p->bands)) {
        by_value_alone(p, &m, mask);
        return;
    }
    const u8 *bytes = p->bands ? p->bands : p->at;
    i64 asked = bits_count(mask);
    verdicts_of(p, table, verdicts);
    if (asked <= FEW) {
        few_by_verdict(p, &m, bytes, verdicts, mask);
        return;
    }
    struct runs r = runs_of(verdicts);
    if (r.n > RUNS_MAX || asked < r.n * RUN_MEMBERS) by_verdict(bytes, verdicts, mask, all, some);
    else by_runs(bytes, &r, mask, all, some);
    by_value_alone(p, &m, some);
    bits_copy(mask, all);
    bits_or(mask, some);
}
