/* index.h -- the derived index: every member's columns, sets and events as arrays in memory, and
 * the kernels on them.
 *
 * Member ids are dense, so everything is cut into chunks of 65,536 members: member m is bit m %
 * CHUNK of chunk m / CHUNK. A view is one immutable state of the whole index. Views share the
 * chunks, and chunks the arrays, that did not change.
 *
 * Promises
 *   - a_view_never_changes: what was taken stays as it was until it is released, whatever is
 * published meanwhile.
 *   - readers_never_wait_for_the_builder: taking a view is two instructions under a lock that
 * nobody holds for longer.
 *   - the_last_reader_frees_a_view: memory of an old view goes when nobody uses it.
 *   - index_equals_a_rebuild: after any changes the answers are those of an index built afresh, and
 * those of SQL.
 *   - merged_members_are_out: `living` holds living members only; events of merged ids are the
 * living member's.
 *   - a_torn_file_is_discarded: a generation that is torn, foreign or of another form is rebuilt,
 * never half believed.
 *   - every_kernel_equals_its_naive_twin.
 * Memory   Counted: index_memory. Threads: views and kernels from any thread.
 */
#pragma once

#include "base/ctx.h"

#define CHUNK       65536
#define CHUNK_WORDS (CHUNK / 64)

/* A set of members of one chunk, one bit each: working sets are plain arrays on the caller's stack
 * or arena (8 KiB). */
typedef u64 chunk_bits[CHUNK_WORDS];

/* -- what is kept: fixed when the index is opened --------------------------------------------- */

enum column_kind {
    COLUMN_NUMBER, /* an integer: count, money, day since 1970, flag as 0/1, instant in ms */
    COLUMN_WORD,   /* one text: its code in the column's dictionary */
    COLUMN_SET,    /* any number of texts: one set of members for each */
};
struct column {
    str name;
    enum column_kind kind;
};
/* Rows of members, sorted by time: source 0 is the timeline, others are published (purchases …). */
#define EVENT_PROPS_MAX 8
struct row_source {
    str name;
    strs props; /* texts kept beside each row, in dictionaries of their own; at most EVENT_PROPS_MAX
                 */
    bool value; /* whether each row carries a number (money) */
};
struct index_schema {
    const struct column *columns;
    i64 columns_n;
    const struct row_source *sources;
    i64 sources_n;
};

/* -- views ------------------------------------------------------------------------------------ */

struct index; /* the current view and its builder: index/build.h, follow.h */
struct view;
const struct view *
view_take(struct index *x); /* the current one; release it soon: minutes, not hours */
void view_release(const struct view *v);
const struct index_schema *view_schema(const struct view *v);
i64 view_seq(const struct view *v); /* all lines of the timeline up to here are in it */
/* Views with the same mark have the same columns and dictionaries; those of no other index do. */
u64 view_words_mark(const struct view *v);
i64 view_chunks(const struct view *v);           /* chunks 0 .. n-1 */
i64 view_members(const struct view *v);          /* living members */
i64 view_column(const struct view *v, str name); /* its place in the schema; -1: there is none */
const u64 *view_living(const struct view *v, i64 chunk); /* never NULL */
i64 view_living_n(const struct view *v, i64 chunk);

/* Dictionaries. Codes are 0 .. n-1 and never change their meaning. */
struct words;
i64 words_count(const struct words *w);
str words_text(const struct words *w, i64 code);
str words_folded(const struct words *w, i64 code);                /* str_fold of it */
i64 words_find(const struct words *w, str text);                  /* exact; -1: not there */
const struct words *view_words(const struct view *v, i64 column); /* of a WORD or SET column */
const struct words *view_event_names(const struct view *v, i64 source);
const struct words *view_prop_words(const struct view *v, i64 source, i64 prop);

/* -- columns ---------------------------------------------------------------------------------- */

/* One column of one chunk: the value of member i is base + at[i] * scale, as wide as that needs;
 * the unknown hold 0 there. */
struct part {
    u8 width; /* bytes an element: 0 (all known ones are `base`), 1, 2, 4: unsigned; 8: i64, base 0,
                 scale 1 */
    i64 base;
    i64 scale;     /* whole days, seconds, cents … where all values are that */
    i64 low, high; /* bounds of the known values (after changes perhaps wider): a chunk may be
                      passed over */
    i64 known_n;
    const u64 *known; /* CHUNK_WORDS; never NULL */
    const void *at;
    /* Which of BANDS bands each value lies in, in one byte, for those of two bytes and more: a
     * question reads these, and values only where a band is cut (bands.c). Band b, from 1, is
     * floors[b - 1] <= value < floors[b]; 0: unknown. */
    const u8 *bands;   /* NULL: none */
    const i64 *floors; /* BANDS of them, about as many members from each to the next; NULL: none */
};
#define BANDS 255
/* NULL: nobody of the chunk has a value. A WORD column holds codes. */
const struct part *view_part(const struct view *v, i64 chunk, i64 column);
bool part_value(const struct part *p, i64 member_in_chunk, i64 *value); /* false: unknown */

/* Members of the chunk who carry the word, as bits: out is overwritten. Answers how many. */
i64 view_carriers(const struct view *v, i64 chunk, i64 column, i64 code, chunk_bits out);
i64 view_carriers_n(const struct view *v, i64 chunk, i64 column, i64 code); /* free: for planning */
/* The same bits where they lie, or put into scratch. */
const u64 *view_carriers_bits(const struct view *v, i64 chunk, i64 column, i64 code,
                              chunk_bits scratch);
bool view_carries(const struct view *v, i64 member, i64 column, i64 code);

/* -- rows: what happened ---------------------------------------------------------------------- */

/* Codes as narrow as they fit. */
struct narrow {
    u8 width; /* 0: all absent; 1, 2, 4, 8 */
    const void *at;
};
static inline i64 narrow_get(struct narrow a, i64 i)
{
    switch (a.width) {
    case 1: return ((const u8 *)a.at)[i];
    case 2: return ((const uint16_t *)a.at)[i];
    case 4: return ((const u32 *)a.at)[i];
    case 8: return ((const i64 *)a.at)[i];
    default: return 0;
    }
}
/* Neighbouring members `first` .. first + n - 1 of a chunk; rows of the k-th are offset[k] ..
 * offset[k + 1] - 1, sorted by time; rows of one instant stand in the order in which they were
 * written. */
struct run {
    i64 first, n;
    const u32 *offset;
    const u32 *second;                    /* since 1970 UTC, held within 0 .. 2^32 - 1 */
    struct narrow ms;                     /* of that second; width 0: all on the second */
    const uint16_t *day;                  /* the programme's day since 1970 */
    struct narrow event;                  /* code of view_event_names */
    struct narrow props[EVENT_PROPS_MAX]; /* code + 1 of view_prop_words; 0: absent */
    struct narrow
        value; /* as i64 when 8 wide, else unsigned plus value_low; all of one block alike */
    i64 value_low;
};
static inline i64 run_value(const struct run *r, i64 row)
{
    return r->value.width == 8 ? narrow_get(r->value, row)
                               : r->value_low + narrow_get(r->value, row);
}
/* The runs of a chunk, in order of member: call fn for each; every member with rows is in exactly
 * one. */
typedef void run_fn(void *arg, const struct run *r);
void view_runs(const struct view *v, i64 chunk, i64 source, run_fn *fn, void *arg);
/* The run of one member; false: he has no rows. */
bool view_rows_of(const struct view *v, i64 member, i64 source, struct run *out);
i64 view_rows_n(const struct view *v, i64 source);
/* About so many in a chunk (rows that a change has hidden count too): free, for planning. */
i64 view_rows_about(const struct view *v, i64 chunk, i64 source);

/* -- kernels on sets and columns -------------------------------------------------------------- */

void bits_fill(chunk_bits out, bool with);
void bits_copy(chunk_bits out, const u64 *in);
void bits_and(chunk_bits inout, const u64 *with);
void bits_or(chunk_bits inout, const u64 *with);
void bits_andnot(chunk_bits inout, const u64 *without);
void bits_not(chunk_bits inout); /* careful: of all 65,536; and with living afterwards */
i64 bits_count(const u64 *in);
bool bits_any(const u64 *in);
i64 bits_ids(const u64 *in, i64 chunk,
             i64 *out); /* member ids, rising; answers how many (out: room for CHUNK) */

/* Known members with low <= value <= high. Overwrites out. p may be NULL. */
void part_range(const struct part *p, i64 low, i64 high, chunk_bits out);
/* Known members whose code c has in[c] != 0. The table covers the dictionary of the view. */
void part_in(const struct part *p, const u8 *in, i64 n, chunk_bits out);
/* The same of the members in mask: the others go. The fewer there are the less is read. */
void part_narrow(const struct part *p, i64 low, i64 high, chunk_bits mask);
void part_narrow_in(const struct part *p, const u8 *in, i64 n, chunk_bits mask);
/* About how many have such a value, without looking at them: for planning. */
i64 part_about(const struct part *p, i64 low, i64 high);
void part_known(const struct part *p, chunk_bits out);
/* counts[code] += members of `within` with that code; unknown ones at counts[n]. */
void part_counts(const struct part *p, const u64 *within, i64 n, i64 *counts);
/* Three bands a column: band 0 is value >= cut[0], 1 is >= cut[1], 2 the rest and the unknown.
 * counts[(r * 3 + f) * 3 + m] += members of within. */
void parts_cells(const struct part *const p[3], const i64 cuts[3][2], const u64 *within,
                 i64 counts[27]);
/* The same over two dictionary columns: counts[a * (nb + 1) + b], unknown ones last. */
void parts_cross(const struct part *a, i64 na, const struct part *b, i64 nb, const u64 *within,
                 i64 *counts);
/* Sum of known values of within. */
i64 part_sum(const struct part *p, const u64 *within);

/* -- kernels on rows -------------------------------------------------------------------------- */

/* Which rows are meant: those with event[code] != 0 (NULL: every event), from <= at < until, and
 * for each given prop table props[p][code + 1] != 0 (place 0: absent; NULL: whatever it is). The
 * tables cover the dictionaries of the view. */
struct row_filter {
    const u8 *event;
    instant from, until;
    const u8 *props[EVENT_PROPS_MAX];
};
/* counts[i] = rows of member i of the chunk that are meant. */
void rows_count(const struct view *v, i64 chunk, i64 source, const struct row_filter *f,
                u32 counts[CHUNK]);
/* sums[i] = sum of their values. */
void rows_sum(const struct view *v, i64 chunk, i64 source, const struct row_filter *f,
              i64 sums[CHUNK]);
/* first[i], last[i] = instant of his first and last such row; INT64_MIN: none. Either may be NULL.
 */
void rows_ends(const struct view *v, i64 chunk, i64 source, const struct row_filter *f,
               instant *first, instant *last);
/* low <= counts[i] <= high as bits; and of sums (also for instants). */
void counts_range(const u32 counts[CHUNK], i64 low, i64 high, chunk_bits out);
void sums_range(const i64 sums[CHUNK], i64 low, i64 high, chunk_bits out);

/* Ordered funnel: a member reaches step k when rows of steps 1 .. k follow one another (a later row
 * each) and all lie within window_s seconds of the row of step 1, ends included. reached[k] +=
 * members of within who reached step k + 1. */
#define FUNNEL_STEPS_MAX 8
struct funnel {
    const struct row_filter *steps;
    i64 n;
    i64 window_s;
};
void rows_funnel(const struct view *v, i64 chunk, i64 source, const struct funnel *f,
                 const u64 *within, i64 *reached);
/* The same, and bits of those who reached step `step` (1-based). */
void rows_funnel_bits(const struct view *v, i64 chunk, i64 source, const struct funnel *f, i64 step,
                      chunk_bits out);
/* levels[i] = steps reached by member i of within, else 0. times (NULL: not wanted) gets, for each
 * step k > 1 and each member who reached it, the least seconds from a row of step 1 to a row of
 * step k at the end of such a chain; freed by the caller. */
struct funnel_times {
    struct seconds {
        u32 *at;
        i64 n, room;
    } step[FUNNEL_STEPS_MAX];
};
void rows_funnel_levels(const struct view *v, i64 chunk, i64 source, const struct funnel *f,
                        const u64 *within, u8 levels[CHUNK], struct funnel_times *times);

/* Retention: cohort of a member = day of his first row meant by start, if it lies in first_day ..
 * first_day + cohorts - 1; members[cohort] counts them, returned[cohort * days + k] those with a
 * row meant by back on day + k (k from 0). days <= 64. With weeks, cohorts and days are weeks, and
 * first_day begins one. */
struct retention {
    const struct row_filter *start, *back;
    i64 first_day, cohorts, days;
    bool weeks;
};
void rows_retention(const struct view *v, i64 chunk, i64 source, const struct retention *r,
                    const u64 *within, i64 *members, i64 *returned);

/* Active members a day: counts[(day - first_day) * (codes + 1) + code] += distinct members of
 * within with a row meant on that day; code by a prop of the row (prop >= 0, absent ones last), by
 * a WORD column of the member (column >= 0, unknown ones last), or none (both -1, codes 0). */
struct actives {
    const struct row_filter *rows;
    i64 first_day, days;
    i64 prop, column, codes;
    /* Of a prop: code c of the dictionary counts as group[c + 1], absent as group[0] (codes and
     * above: last); NULL: as c. */
    const u32 *group;
    /* Days that count as one: day k lies in place[k] of `places`, rising; then places stand where
     * days are said above. NULL: each by itself. */
    const uint16_t *place;
    i64 places;
};
void rows_actives(const struct view *v, i64 chunk, i64 source, const struct actives *a,
                  const u64 *within, i64 *counts);
/* The same by groups a member may be in several of at once (prop and column are ignored):
 * counts[place * groups + g] for each bit g of his mask, groups <= 32. */
void rows_actives_masked(const struct view *v, i64 chunk, i64 source, const struct actives *a,
                         const u64 *within, const u32 masks[CHUNK], i64 groups, i64 *counts);

/* -- two threads ------------------------------------------------------------------------------ */

/* Calls fn(arg, worker, chunk) once for every chunk 0 .. chunks - 1, on the caller's thread (worker
 * 0) and those of the pool (1 .. CHUNK_WORKERS - 1), each taking the next chunk when it is done
 * with one. Returns when all are done. When the pool is in use by another caller the caller does
 * all by himself. */
#define CHUNK_WORKERS 2
typedef void chunk_fn(void *arg, int worker, i64 chunk);
void chunks_run(i64 chunks, chunk_fn *fn, void *arg);
