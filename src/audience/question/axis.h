/* axis.h -- members parted by a field: where its values come from, how numbers become round bands
 * and texts their most frequent values.
 *
 * Promises
 *   - a_band_is_a_segment: the text of a band holds for just the members in it.
 *   - bands_part_members: every member is in one band of an axis (rest and unknown are bands), but
 *     in each of his values of a field with several.
 * Memory  Everything lives in c->arena. Threads  Made by one; read from any.
 */
#pragma once

#include "audience/question/question_private.h"

/* -- where values come from ------------------------------------------------------------------- */

struct own_chunk; /* source.c: values read by SQL */
struct source {
    const struct field *field;
    const struct view *view;
    instant at;
    i64 column; /* -1: by SQL */
    struct own_chunk **own;
    const struct words *words; /* of texts */
    bool past_unknown;         /* its past is not kept: as it stands now */
};
/* The field of this name, as of at; pointer names the request's field in errors. What the index
 * does not hold as of at (a field defined since, a past day, purchases dated ahead) is read by the
 * field's own statement. */
enum err source_make(struct ctx *c, const struct view *v, str name, instant at, const char *pointer,
                     struct source *out);
enum err source_of_field(struct ctx *c, const struct view *v, const struct field *f, instant at,
                         struct source *out);
const struct part *source_part(const struct source *s, i64 chunk);
i64 source_carriers_n(const struct source *s, i64 chunk, i64 code);
void source_carriers(const struct source *s, i64 chunk, i64 code, chunk_bits out);
bool source_is_text(const struct source *s);   /* TEXT, CHOICE, SET */
bool source_is_number(const struct source *s); /* COUNT, NUMBER, MONEY, AGE, DATE */

/* -- numbers ---------------------------------------------------------------------------------- */

/* Values chunk by chunk: known gets the members that have one and are asked for. Called from two
 * threads. */
struct numbers {
    void (*fill)(void *arg, i64 chunk, i64 values[CHUNK], chunk_bits known);
    void *arg;
    i64 chunks;
};
struct number_facts {
    i64 n, min, max; /* min, max: 0 when n is 0 */
    i64 at_min;      /* how many are the least */
    __int128 sum;
};
static inline u64 number_span(const struct number_facts *f) { return (u64)f->max - (u64)f->min; }
void numbers_facts(struct ctx *c, const struct numbers *numbers, struct number_facts *out);
/* The values at these places of the sorted values; places rise, each below facts->n. */
void numbers_at(struct ctx *c, const struct numbers *numbers, const struct number_facts *facts,
                const i64 *places, i64 n, i64 *out);
/* Values of a field in the unit they are banded in: as kept; of ages whole days before at. */
struct source_numbers {
    const struct source *source;
    const struct member_set *set;
};
struct numbers numbers_of(struct source_numbers *arg);

/* -- round numbers ---------------------------------------------------------------------------- */

/* Rising first values of bands; below the first and from the last on are bands too when there is
 * anybody. */
struct cuts {
    i64 *at;
    i64 n;
};
/* At most `most` bands of equal width over the middle 96 % (low .. high), open at the ends. */
void cuts_equal(struct ctx *c, enum field_kind kind, const struct number_facts *facts, i64 low,
                i64 high, i64 most, struct cuts *out);
/* Near these quantiles, rounded. apart: the least value is a band of its own (the many who have 0).
 */
void cuts_near(struct ctx *c, enum field_kind kind, const struct number_facts *facts, bool apart,
               const i64 *quantiles, i64 n, struct cuts *out);
/* As written in the language: 200, 7d, 1990-01-01. */
str number_words(struct ctx *c, enum field_kind kind, i64 value);
/* low <= value < high as people read it; INT64_MIN and INT64_MAX: open. */
str range_words(struct ctx *c, enum field_kind kind, i64 low, i64 high);

/* -- bands ------------------------------------------------------------------------------------ */

enum band_kind { BAND_RANGE, BAND_WORDS, BAND_REST, BAND_UNKNOWN };
struct band {
    enum band_kind kind;
    i64 low, high;               /* RANGE: low <= value < high; INT64_MIN, INT64_MAX: open */
    struct segment_range values; /* RANGE: of the column */
    ints codes;                  /* WORDS: spellings of one value */
    const u8 *in;                /* WORDS of a single-valued field with several: by code */
    str label, text;             /* text: the segment that holds for these; absent: there is none */
};
struct axis {
    struct source source;
    struct band *at;
    i64 n;
};
/* Bands of numbers from cuts; what nobody can be in is left out. Adds unknown for fields that have
 * it. */
void axis_of_cuts(struct ctx *c, const struct source *s, const struct number_facts *facts,
                  const struct cuts *cuts, struct axis *out);
/* The most frequent values within the set, the rest, and unknown. */
void axis_of_words(struct ctx *c, const struct source *s, const struct member_set *set, i64 most,
                   struct axis *out);
/* Whichever fits the field: numbers near quantiles of the set. */
void axis_make(struct ctx *c, const struct source *s, const struct member_set *set, i64 most_words,
               struct axis *out);
#define BANDS_MAX 256
/* Members of each band in a chunk, whoever is asked for: out has axis->n of them. */
void axis_bits(const struct axis *x, i64 chunk, chunk_bits *out);
/* counts[band] = members of the set in it; of fields with several values a member counts in each.
 */
void axis_counts(struct ctx *c, const struct axis *x, const struct member_set *set, i64 *counts);
