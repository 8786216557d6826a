/* scan.c -- questions to sets and columns: what can be said without looking is said; the rest is a
 * kernel's. */
#include <assert.h>

#include "audience/index/inside.h"
#include "audience/index/kernels.h"

enum kernels_for kernels_at_most = KERNELS_V4;

const struct kernels *index_kernels(void)
{
#ifdef __x86_64__
    if (kernels_at_most < KERNELS_V3 || !__builtin_cpu_supports("avx2") ||
        !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("popcnt"))
        return &kernels_plain;
    if (kernels_at_most < KERNELS_V4 || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl") ||
        !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512vpopcntdq"))
        return &kernels_v3;
    return &kernels_v4;
#else
    return &kernels_plain;
#endif
}

/* -- sets -------------------------------------------------------------------------------------- */

void bits_fill(chunk_bits out, bool with) { index_kernels()->fill(out, with); }
void bits_copy(chunk_bits out, const u64 *in) { memcpy(out, in, CHUNK / 8); }
void bits_and(chunk_bits inout, const u64 *with) { index_kernels()->and_(inout, with); }
void bits_or(chunk_bits inout, const u64 *with) { index_kernels()->or_(inout, with); }
void bits_andnot(chunk_bits inout, const u64 *without) { index_kernels()->andnot(inout, without); }
void bits_not(chunk_bits inout) { index_kernels()->not_(inout); }
i64 bits_count(const u64 *in) { return index_kernels()->count(in); }
i64 bits_ids(const u64 *in, i64 chunk, i64 *out)
{
    return index_kernels()->ids(in, chunk * CHUNK, out);
}

/* Asked after every step of a plan, mostly of sets that have somebody soon. */
bool bits_any(const u64 *in)
{
    for (i64 i = 0; i < CHUNK_WORDS; i += 8) {
        u64 any = 0;
        for (i64 k = i; k < i + 8; k++) any |= in[k];
        if (any) return true;
    }
    return false;
}

/* -- columns ----------------------------------------------------------------------------------- */

void part_known(const struct part *p, chunk_bits out)
{
    if (p) bits_copy(out, p->known);
    else bits_fill(out, false);
}

void part_range(const struct part *p, i64 low, i64 high, chunk_bits out)
{
    part_known(p, out);
    part_narrow(p, low, high, out);
}

void part_in(const struct part *p, const u8 *in, i64 n, chunk_bits out)
{
    part_known(p, out);
    part_narrow_in(p, in, n, out);
}

void part_counts(const struct part *p, const u64 *within, i64 n, i64 *counts)
{
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 left = within[w]; left; left &= left - 1) {
            i64 code = n;
            part_value(p, w * 64 + __builtin_ctzll(left), &code);
            assert(code >= 0 && code <= n);
            counts[code]++;
        }
}

void parts_cross(const struct part *a, i64 na, const struct part *b, i64 nb, const u64 *within,
                 i64 *counts)
{
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 left = within[w]; left; left &= left - 1) {
            i64 i = w * 64 + __builtin_ctzll(left), x = na, y = nb;
            part_value(a, i, &x);
            part_value(b, i, &y);
            assert(x >= 0 && x <= na && y >= 0 && y <= nb);
            counts[x * (nb + 1) + y]++;
        }
}

void parts_cells(const struct part *const p[3], const i64 cuts[3][2], const u64 *within,
                 i64 counts[27])
{
    chunk_bits bits[6];
    const u64 *bands[6];
    for (int k = 0; k < 6; k++) {
        bits_copy(bits[k], within);
        part_narrow(p[k / 2], cuts[k / 2][k % 2], INT64_MAX, bits[k]);
        bands[k] = bits[k];
    }
    index_kernels()->cells(bands, within, counts);
}

i64 part_sum(const struct part *p, const u64 *within)
{
    if (!p) return 0;
    i64 known, sum = index_kernels()->sum(p, within, &known);
    return (i64)((u64)sum * (u64)p->scale + (u64)p->base * (u64)known);
}

void counts_range(const u32 counts[CHUNK], i64 low, i64 high, chunk_bits out)
{
    if (low < 0) low = 0;
    if (high > UINT32_MAX) high = UINT32_MAX;
    if (low > high) bits_fill(out, false);
    else index_kernels()->counts_range(counts, (u32)low, (u32)(high - low), out);
}

void sums_range(const i64 sums[CHUNK], i64 low, i64 high, chunk_bits out)
{
    index_kernels()->sums_range(sums, low, high, out);
}
