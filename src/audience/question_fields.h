/* question_fields.h -- questions on what members are, answered by the index: how a field is spread,
 * how two go together, the cells of RFM, the stages of AIPL, how two segments differ.
 *
 * Promises
 *   - a_band_is_a_segment: the `text` of a bin, a row or a value, with the question's segment,
 * holds for just the members it counts.
 *   - sums_hold: bins and unknown add up to the members asked for (fields with several values
 *     aside); cells, stages and flows add up to their members.
 *   - cells_equal_the_report: the cells are those of the RFM report by the settings rfm.*.
 *   - a_member_is_at_one_stage: the highest whose rule holds.
 *   - a_flow_is_its_members: the members of a flow are as many as it counts, and just those.
 *   - every answer says how it was made and how long it took.
 * Memory  Answers live in c->arena. Threads  Any; each reads one view of the index.
 */
#pragma once

#include "audience/ask.h"
#include "base/room.h"
#include "base/shape.h"
#include "store/setting.h"

#define QUESTION_FIELDS(X, N)                                                 \
    X(str, segment, LONG, "Only members it holds for; absent: everybody", N)  \
    X(str, at, SHORT, "As of 00:00 of this day, or a moment; absent: now", N) \
    X(opt_i64, seq, NOT_NEGATIVE, "The answer has this line of the timeline at least", N)
#define ANSWER_FIELDS(X, N)                       \
    X(i64, took_us, ANY, "Microseconds taken", N) \
    X(str, how, ANY, "What was counted, from what, as of when", N)

/* -- histogram -------------------------------------------------------------------------------- */

#define FIELDS_OF_histogram_ask(X, N)                                      \
    X(str, field, REQUIRED | SHORT, "A field of members", N)               \
    X(opt_i64, bins, POSITIVE, "At most so many, 2 to 100; absent: 20", N) \
    QUESTION_FIELDS(X, N)
SHAPE(histogram_ask);
#define FIELDS_OF_histogram_bin(X, N)                                                    \
    X(str, low, ANY, "From here, as the language writes it; absent: open, or a text", N) \
    X(str, high, ANY, "Below this; absent: open, or a text", N)                          \
    X(str, label, ANY, "As people read it", N)                                           \
    X(str, text, ANY, "The segment of these members", N)                                 \
    X(i64, members, ANY, "Members in it", N)
SHAPE(histogram_bin);
#define FIELDS_OF_histogram(X, N)                                                    \
    X(str, field, ANY, "The field", N)                                               \
    X(list(histogram_bin), bins, ANY, "Rising; of texts the most frequent first", N) \
    X(i64, members, ANY, "Members asked for", N)                                     \
    X(i64, unknown, ANY, "Those without a value", N)                                 \
    X(str, mean, ANY, "Of the known, as the language writes it; absent: none", N)    \
    X(str, median, ANY, "Of the known; absent: none", N)                             \
    ANSWER_FIELDS(X, N)
SHAPE(histogram);
enum err question_histogram(struct ctx *c, const struct histogram_ask *in, struct histogram *out);

/* -- cross table ------------------------------------------------------------------------------ */

#define FIELDS_OF_cross_ask(X, N)                          \
    X(str, a, REQUIRED | SHORT, "Field of the rows", N)    \
    X(str, b, REQUIRED | SHORT, "Field of the columns", N) \
    QUESTION_FIELDS(X, N)
SHAPE(cross_ask);
#define FIELDS_OF_cross_row(X, N)        \
    X(str, a, ANY, "Name of the row", N) \
    X(ints, members, ANY, "Members, in the order of b", N)
SHAPE(cross_row);
#define FIELDS_OF_cross(X, N)                                      \
    X(strs, a, ANY, "Names of the rows", N)                        \
    X(strs, b, ANY, "Names of the columns", N)                     \
    X(strs, a_texts, ANY, "The segment of each row", N)            \
    X(strs, b_texts, ANY, "The segment of each column", N)         \
    X(ints, a_members, ANY, "Members of each row", N)              \
    X(ints, b_members, ANY, "Members of each column", N)           \
    X(list(cross_row), cells, ANY, "Members by row and column", N) \
    X(i64, members, ANY, "Members asked for", N)                   \
    ANSWER_FIELDS(X, N)
SHAPE(cross);
enum err question_cross(struct ctx *c, const struct cross_ask *in, struct cross *out);

/* -- RFM cells -------------------------------------------------------------------------------- */

#define FIELDS_OF_cells_ask(X, N) QUESTION_FIELDS(X, N)
SHAPE(cells_ask);
#define FIELDS_OF_cell_row(X, N)                      \
    X(i64, r, ANY, "Recency band, 1 is the worst", N) \
    X(i64, f, ANY, "Frequency band", N)               \
    X(i64, m, ANY, "Monetary band", N)                \
    X(i64, members, ANY, "Members in it", N)
SHAPE(cell_row);
#define FIELDS_OF_cell_type(X, N)                          \
    X(str, type, ANY, "Stable name: important_value …", N) \
    X(str, zh, ANY, "In Chinese", N)                       \
    X(str, en, ANY, "In English", N)                       \
    X(i64, members, ANY, "Members of it", N)
SHAPE(cell_type);
#define FIELDS_OF_cells(X, N)                                          \
    X(i64, members, ANY, "Members with a purchase", N)                 \
    X(list(cell_row), cells, ANY, "Every cell, the empty ones too", N) \
    X(list(cell_type), types, ANY, "The eight types", N)               \
    ANSWER_FIELDS(X, N)
SHAPE(cells);
enum err question_cells(struct ctx *c, const struct cells_ask *in, struct cells *out);

/* -- AIPL ------------------------------------------------------------------------------------- */

#define FIELDS_OF_aipl_ask(X, N)                                                              \
    X(str, from, SHORT, "As of 00:00 of this day, or a moment; absent: 30 days before to", N) \
    X(str, to, SHORT, "The later day or moment; absent: now", N)                              \
    X(str, segment, LONG, "Only members it holds for at `to`; absent: everybody", N)          \
    X(opt_i64, seq, NOT_NEGATIVE, "The answer has this line of the timeline at least", N)
SHAPE(aipl_ask);
#define FIELDS_OF_aipl_stage(X, N)                                                             \
    X(str, stage, ANY, "awareness, interest, purchase, loyalty; none: lost or never there", N) \
    X(str, zh, ANY, "In Chinese", N)                                                           \
    X(str, en, ANY, "In English", N)                                                           \
    X(str, rule, ANY, "Its segment; absent: of none", N)                                       \
    X(i64, members_from, ANY, "Members at the first day", N)                                   \
    X(i64, members, ANY, "Members at the second", N)
SHAPE(aipl_stage);
#define FIELDS_OF_aipl_flow(X, N)                  \
    X(str, from, ANY, "Stage at the first day", N) \
    X(str, to, ANY, "Stage at the second", N)      \
    X(i64, members, ANY, "Members who went this way", N)
SHAPE(aipl_flow);
#define FIELDS_OF_aipl(X, N)                                                   \
    X(str, from, ANY, "First day or moment", N)                                \
    X(str, to, ANY, "Second day or moment", N)                                 \
    X(list(aipl_stage), stages, ANY, "From the lowest on; none comes last", N) \
    X(list(aipl_flow), flow, ANY, "Every pair of stages", N)                   \
    X(i64, members, ANY, "Members followed", N)                                \
    ANSWER_FIELDS(X, N)
SHAPE(aipl);
enum err question_aipl(struct ctx *c, const struct aipl_ask *in, struct aipl *out);
/* Those who were at stage `was` at the first day and are at `is` at the second; absent: at any. */
enum err question_aipl_members(struct ctx *c, const struct aipl_ask *in, str was, str is,
                               struct member_set *out);
extern const struct setting aipl_settings[];

/* -- comparing two segments ------------------------------------------------------------------- */

#define FIELDS_OF_compare_ask(X, N)                                                         \
    X(str, a, REQUIRED | LONG, "A segment", N)                                              \
    X(str, b, LONG, "Another; absent: everybody", N)                                        \
    X(strs, fields, ANY, "Fields to look at; absent: all that the index keeps", N)          \
    X(opt_i64, limit, POSITIVE, "At most so many lines of index, to 1,000; absent: 100", N) \
    X(str, at, SHORT, "As of 00:00 of this day, or a moment; absent: now", N)               \
    X(opt_i64, seq, NOT_NEGATIVE, "The answer has this line of the timeline at least", N)
SHAPE(compare_ask);
#define FIELDS_OF_compare_line(X, N)                                               \
    X(str, field, ANY, "The field", N)                                             \
    X(str, value, ANY, "The value, or band of numbers", N)                         \
    X(str, text, ANY, "The segment of those with it", N)                           \
    X(i64, a, ANY, "Members of A with it", N)                                      \
    X(i64, b, ANY, "Members of B with it", N)                                      \
    X(f64, share_a, ANY, "Of those of A with a known value, 0 to 1", N)            \
    X(f64, share_b, ANY, "Of those of B with a known value, 0 to 1", N)            \
    X(opt_f64, tgi, ANY, "100 * share_a / share_b; absent: nobody of B has it", N) \
    X(f64, score, ANY, "How telling: the distance of the shares in standard errors", N)
SHAPE(compare_line);
#define FIELDS_OF_compare(X, N)                                              \
    X(i64, a, ANY, "Members of A", N)                                        \
    X(i64, b, ANY, "Members of B", N)                                        \
    X(i64, both, ANY, "Members of both", N)                                  \
    X(i64, only_a, ANY, "Members of A and not of B", N)                      \
    X(i64, only_b, ANY, "Members of B and not of A", N)                      \
    X(i64, neither, ANY, "Members of neither", N)                            \
    X(i64, total, ANY, "All members", N)                                     \
    X(list(compare_line), index, ANY, "What differs, most telling first", N) \
    ANSWER_FIELDS(X, N)
SHAPE(compare);
enum err question_compare(struct ctx *c, const struct compare_ask *in, struct compare *out);

extern const struct room question_fields_room; /* question_fields_api.c */
