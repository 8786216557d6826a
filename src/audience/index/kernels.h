/* kernels.h -- the inner loops, compiled three times: for every machine, for those with AVX2
 * (x86-64-v3), and for those with AVX-512 and its count of bits (x86-64-v4).
 *
 * Pure functions on plain arrays. index_kernels() picks once, by what the processor can.
 */
#pragma once

#include "audience/index.h"

/* A row_filter made ready for one block of rows. */
struct matcher {
    bool none, any;             /* no row can match; every row matches */
    u32 from, span;             /* from <= second <= from + span */
    u32 edge_from, edge_until;  /* seconds in which ms decides */
    uint16_t ms_from, ms_until; /* ms >= ms_from in edge_from; ms < ms_until in edge_until */
    bool edges;
    i64 event_one;   /* the only code that is meant; -1: by table or any */
    const u8 *event; /* table; NULL: any, or event_one */
    const u8 *props[EVENT_PROPS_MAX];
};
#define ROWS_BLOCK 4096 /* rows looked at together: their marks stay in the first cache */
#define STEP_NONE  15   /* a row that is no step of the funnel */

struct kernels {
    void (*fill)(u64 *out, bool with);
    void (*and_)(u64 *inout, const u64 *with);
    void (*or_)(u64 *inout, const u64 *with);
    void (*andnot)(u64 *inout, const u64 *without);
    void (*not_)(u64 *inout);
    i64 (*count)(const u64 *in);
    i64 (*ids)(const u64 *in, i64 base, i64 *out);
    /* in: those of the mask with range[0] <= at <= range[1]; edge: those of them at one of edges */
    void (*bytes)(const u8 *at, const u8 range[2], const u8 edges[2], const u64 *mask, u64 *in,
                  u64 *edge);
    void (*range)(const i64 *at, i64 low, i64 high, u64 *out);
    void (*cells)(const u64 *const bands[6], const u64 *within, i64 counts[27]);
    i64 (*sum)(const struct part *p, const u64 *within,
               i64 *known); /* of at[i], without base and scale */
    void (*counts_range)(const u32 *counts, u32 low, u32 span, u64 *out);
    void (*sums_range)(const i64 *sums, i64 low, i64 high, u64 *out);
    /* marks[i] = 1 for rows from .. from + n - 1 that match, else 0 */
    void (*match)(const struct run *r, i64 from, i64 n, const struct matcher *m, u8 *marks);
    /* counts of marks of members first .. last - 1, whose marks begin at marks[0] */
    void (*tally)(const struct run *r, i64 first, i64 last, const u8 *marks, u32 *counts);
    /* steps[i]: 0 .. 7 or STEP_NONE, one step a row. Answers bits of steps reached. */
    u32 (*funnel)(const u32 *second, const u8 *steps, i64 n, i64 window);
    /* masks[i]: bits of steps a row may be */
    u32 (*funnel_many)(const u32 *second, const u8 *masks, i64 n, i64 window, i64 steps);
    /* Rows without a mark are no step; nor are those of the first step that are not within first ..
     * first + span. */
    void (*unmark)(u8 *steps, const u8 *marks, i64 n);
    void (*unstart)(u8 *steps, const u32 *second, i64 n, u32 first, u32 span);
    /* Bits of the days from + 0 .. from + days - 1 with a mark; of the weeks that begin there. */
    u64 (*days)(const uint16_t *day, const u8 *marks, i64 n, i64 from, i64 days);
    u64 (*weeks)(const uint16_t *day, const u8 *marks, i64 n, i64 from, i64 weeks);
};
extern const struct kernels kernels_plain;
#ifdef __x86_64__
extern const struct kernels kernels_v3, kernels_v4;
#endif
const struct kernels *index_kernels(void);
/* Tests hold each form that the machine can run against the naive twin. */
extern enum kernels_for { KERNELS_PLAIN, KERNELS_V3, KERNELS_V4 } kernels_at_most;
