/* path.h -- ways people go between two events, and which touches before a conversion earned it;
 * both answered from the rows of the audience index.
 *
 * Paths: what they mean
 *   - who and when: as in audience/question_rows.h: members of the segment, rows before `at`, days
 * of the programme's zone, time compared in whole seconds, rows of one instant as they were
 * written.
 *   - step: of `event`, a row of any behaviour, named by its event; of `touchpoint`, such a row
 * that has a touchpoint, named by it. Names that fold alike are one.
 *   - start and end: an event as a funnel takes it, or touchpoint:NAME; of touchpoints an event
 * stands as a step by its own words. Either may be absent.
 *   - one path a member. With both ends: from the first row of start in the period after which the
 * end comes within `within`; where none does, from his first row of start. With a start alone (or
 * neither: any behaviour): from his first row of start in the period. With an end alone: back from
 * his first row of end in the period.
 *   - a path takes the rows within `within` of the row it begins with (ends included), and stops at
 * a pause longer than `gap` minutes, where one is given; the end must lie before that pause.
 *   - the same step again right after itself is one step, unless `repeats`; the end is always a
 *     step of its own.
 *   - how a path ends: arrived (the end, within the steps shown), arrived_later (the end, after
 * more steps than are shown), went_on (more steps than shown, the end not among them), ended
 * (nothing more: the drop-off). Of an end alone: ended means it began there.
 *   - layers: step k of every path is layer k, from 0; of an end alone the end is the last layer.
 * The most frequent nodes of a layer are told apart, start and end always; the others are the rest.
 * Attribution: what it means
 *   - conversion: a purchase (trade/trade.h) at the time it was paid, worth its net; or a row of
 *     the event asked for, worth the money its line states. In the period, before `at`.
 *   - touch: a row with a touchpoint of a kind in the setting attribution.touches. Rows of one
 * touchpoint, each at most attribution.visit_minutes after the one before of the same, with no
 * touch at another between, are one touch, at the time of the first.
 *   - touches of a conversion: of the same member, at least its instant less the window, strictly
 * before it; and, unless look_past, none before his last conversion that was strictly earlier
 * (those are used up). The credit goes to the touchpoint, or with by=event to the kind of row.
 *   - direct: touchpoints that the setting attribution.direct names.
 *   - models: first; last; last_non_direct (the last that is not direct; of direct ones alone the
 * last); linear (equal parts); position (40 % first, 40 % last, 20 % in equal parts between; of one
 *     touch all, of two halves); time_decay (2^(-age / half-life), age to the conversion).
 *   - parts: weights are whole numbers: linear 1 each; position 2(n-2), 1 …, 2(n-2); time decay
 *     2^40 * 2^(-(age - least age) / half-life), rounded. A conversion is divided into millionths,
 * its money into fen: each touch gets the whole part of its quota, what is left goes one by one to
 * the largest remainders, of equal ones to the earlier touch (Hamilton's method). What the money
 * has below a fen goes to the heaviest touch, of equal ones the earliest.
 *   - none: conversions without a touch.
 * Sources  Position and decay are those of Google Analytics' multi-channel models (40/20/40; a
 * half-life of 7 days); largest remainders: Balinski & Young, Fair Representation, 1982.
 * Promises
 *   - paths_as_by_hand, attribution_as_by_hand: on random behaviour each answer is that of the
 * definition above, read from the lines by SQL one by one.
 *   - every_member_is_accounted_for: of each node, members are those who arrived there or ended
 * there or went on, step by step; all paths together are all members who began.
 *   - arrivals_are_those_of_the_funnel: with both ends and no gap.
 *   - credit_adds_up: of each model conversions and money sum, to the fen, to what there was.
 *   - split_as_worked: the figures of docs/insight.md.
 *   - what_cannot_be_asked_says_why.
 * Bounds   Steps 2-10, nodes of a layer 1-20, touchpoints told apart 50, paths told apart half a
 * million a thread: beyond, rarer paths are counted together and the answer says so.
 * Memory   Answers live in c->arena. Threads  Any.
 */
#pragma once

#include "audience/question_rows.h"
#include "base/room.h"
#include "base/shape.h"

/* -- paths ------------------------------------------------------------------------------------ */

#define PATH_STEPS_MIN 2
#define PATH_STEPS_MAX 10
#define PATH_NODES_MAX 20
#define PATH_TOP_MAX   200

enum path_of { PATH_OF_EVENT, PATH_OF_TOUCHPOINT };
CHOICE(path_of); /* event touchpoint */
enum path_outcome { PATH_ARRIVED, PATH_ARRIVED_LATER, PATH_WENT_ON, PATH_ENDED };
CHOICE(path_outcome); /* arrived arrived_later went_on ended */
enum path_direction { PATH_FROM, PATH_BETWEEN, PATH_TO };
CHOICE(path_direction); /* from between to */

#define FIELDS_OF_paths_ask(X, N)                                                              \
    X(str, start, ANY, "Paths begin with this event, or touchpoint:NAME; absent: open", N)     \
    X(str, end, ANY, "Paths lead to this event, or touchpoint:NAME; absent: open", N)          \
    X(opt_i64, steps, POSITIVE, "Steps shown, both ends included, 2 to 10; absent: 5", N)      \
    X(str, within, SHORT, "Time from the first row to the last: 30m, 7d; absent: 7d", N)       \
    X(choice(path_of), of, ANY, "Steps are events, or touchpoints", N)                         \
    X(opt_i64, gap, POSITIVE, "A longer pause, in minutes, ends a path; absent: none does", N) \
    X(flag, repeats, ANY, "The same step again counts as another step", N)                     \
    X(opt_i64, top, POSITIVE, "Most common paths, 1 to 200; absent: 20", N)                    \
    X(opt_i64, nodes, POSITIVE, "Nodes of a layer told apart, 1 to 20; absent: 8", N)          \
    X(str, from, SHORT, "First day paths begin (lead) on; absent: 30 days to the last", N)     \
    X(str, to, SHORT, "Last day, included; absent: today", N)                                  \
    WHO_FIELDS(X, N)
SHAPE(paths_ask);

#define FIELDS_OF_path_row(X, N)                            \
    X(strs, steps, ANY, "Its steps, in order of time", N)   \
    X(choice(path_outcome), outcome, ANY, "How it ends", N) \
    X(i64, members, ANY, "Members who went it", N)          \
    X(f64, share, ANY, "Of all members with a path, 0 to 1", N)
SHAPE(path_row);
#define FIELDS_OF_path_node(X, N)                                                      \
    X(i64, layer, ANY, "Its layer, from 0", N)                                         \
    X(str, name, ANY, "The step", N)                                                   \
    X(flag, rest, ANY, "All others of the layer together", N)                          \
    X(i64, members, ANY, "Members who came here", N)                                   \
    X(i64, ended, ANY, "Of them: nothing more (of an end alone: they began here)", N)  \
    X(i64, arrived, ANY, "Of them: this is the end", N)                                \
    X(i64, arrived_later, ANY, "Of them: the end came after more steps than shown", N) \
    X(i64, went_on, ANY, "Of them: more steps than shown, without the end", N)
SHAPE(path_node);
#define FIELDS_OF_path_link(X, N)                            \
    X(i64, from, ANY, "Place in nodes", N)                   \
    X(i64, to, ANY, "Place in nodes, of the layer after", N) \
    X(i64, members, ANY, "Members who went from one to the other", N)
SHAPE(path_link);
#define FIELDS_OF_paths_answer(X, N)                                                        \
    X(choice(path_direction), direction, ANY, "from a start, between, to an end", N)        \
    X(i64, members, ANY, "Members asked of", N)                                             \
    X(i64, began, ANY, "Members with a path", N)                                            \
    X(i64, arrived, ANY, "Of them: those who came to the end, however many steps", N)       \
    X(i64, distinct, ANY, "Different paths told apart", N)                                  \
    X(i64, untold, ANY, "Members whose rare paths were too many to be told apart", N)       \
    X(list(path_row), paths, ANY, "The most common paths", N)                               \
    X(i64, layers, ANY, "Layers there are", N)                                              \
    X(list(path_node), nodes, ANY, "Nodes, by layer, most members first, the rest last", N) \
    X(list(path_link), links, ANY, "Links between neighbouring layers", N)                  \
    X(day, from, ANY, "First day", N)                                                       \
    X(day, to, ANY, "Last day", N)                                                          \
    X(str, within, ANY, "Time from the first row to the last", N)                           \
    X(i64, took_us, ANY, "Microseconds taken", N)                                           \
    X(str, how, ANY, "How it was answered", N)
SHAPE(paths_answer);

enum err paths_make(struct ctx *c, const struct paths_ask *ask, struct paths_answer *out);

/* -- attribution ------------------------------------------------------------------------------ */

#define ATTRIBUTION_ROWS_MAX 50

enum attribution_model {
    MODEL_FIRST,
    MODEL_LAST,
    MODEL_LAST_NON_DIRECT,
    MODEL_LINEAR,
    MODEL_POSITION,
    MODEL_TIME_DECAY,
    MODELS
};
CHOICE(attribution_model);
enum attribution_by { ATTRIBUTE_TOUCHPOINT, ATTRIBUTE_EVENT };
CHOICE(attribution_by); /* touchpoint event */

#define FIELDS_OF_attribution_ask(X, N)                                                       \
    X(str, event, SHORT, "The conversion: an event; absent: a purchase, with its net", N)     \
    X(str, window, SHORT, "Touches at most so long before it: 24h, 30d; absent: 30d", N)      \
    X(str, half_life, SHORT, "Of time decay: 7d, 12h; absent: 7d", N)                         \
    X(str, model, SHORT, "One model, or several by commas; absent or all: every one", N)      \
    X(choice(attribution_by), by, ANY, "Credit goes to touchpoints, or to kinds of event", N) \
    X(opt_flag, look_past, ANY,                                                               \
      "Also touches before an earlier conversion; absent: as the setting says", N)            \
    X(str, from, SHORT, "First day of conversions; absent: 30 days to the last", N)           \
    X(str, to, SHORT, "Last day, included; absent: today", N)                                 \
    WHO_FIELDS(X, N)
SHAPE(attribution_ask);

#define FIELDS_OF_attribution_credit(X, N)                                \
    X(choice(attribution_model), model, ANY, "The model", N)              \
    X(f64, conversions, ANY, "Conversions credited, to the millionth", N) \
    X(money, money, ANY, "Money credited", N)
SHAPE(attribution_credit);
#define FIELDS_OF_attribution_row(X, N)                                                \
    X(str, touch, ANY, "Touchpoint, or kind of event", N)                              \
    X(choice(attribution_row_kind), kind, ANY, "touch, the rest together, or none", N) \
    X(flag, direct, ANY, "Counts as direct", N)                                        \
    X(i64, touches, ANY, "Its touches before the conversions, each time one", N)       \
    X(i64, conversions, ANY, "Conversions with at least one touch of it", N)           \
    X(list(attribution_credit), credit, ANY, "By model, in the order asked for", N)
enum attribution_row_kind { ROW_TOUCH, ROW_REST, ROW_NONE };
CHOICE(attribution_row_kind); /* touch rest none */
SHAPE(attribution_row);
#define FIELDS_OF_attribution_answer(X, N)                                                   \
    X(list(attribution_row), rows, ANY,                                                      \
      "Most money by the last model asked for first; then the rest, then none", N)           \
    X(strs, models, ANY, "The models asked for", N)                                          \
    X(i64, members, ANY, "Members asked of", N)                                              \
    X(i64, conversions, ANY, "Conversions in the period", N)                                 \
    X(i64, touched, ANY, "Of them: those with a touch", N)                                   \
    X(money, money, ANY, "What all conversions are worth", N)                                \
    X(money, money_touched, ANY, "What those with a touch are worth", N)                     \
    X(opt_f64, touches_each, ANY, "Touches of a conversion that has one; null: none has", N) \
    X(flag, look_past, ANY, "Whether touches before an earlier conversion counted", N)       \
    X(str, window, ANY, "Touches at most so long before", N)                                 \
    X(str, half_life, ANY, "Of time decay", N)                                               \
    X(day, from, ANY, "First day", N)                                                        \
    X(day, to, ANY, "Last day", N)                                                           \
    X(i64, took_us, ANY, "Microseconds taken", N)                                            \
    X(str, how, ANY, "How it was answered", N)
SHAPE(attribution_answer);

enum err attribution_make(struct ctx *c, const struct attribution_ask *ask,
                          struct attribution_answer *out);

/* One conversion divided among n touches in order of time, `ages` in ms before it. direct may be
 * NULL: none is. */
void attribution_weights(enum attribution_model model, const i64 *ages, const bool *direct, i64 n,
                         i64 half_life_ms, i64 *weights);
/* parts gets n parts of `whole` (not negative) that sum to it; left is scratch of n. */
struct split_left {
    i64 left, place;
};
void attribution_split(const i64 *weights, i64 n, i64 whole, struct split_left *left, i64 *parts);

extern const struct room path_room; /* path_api.c */
