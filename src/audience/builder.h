/* builder.h -- the other face of a segment: rows, as the builder of the console shows them; and the
 * language described for it.
 *
 * Rows stand in pre-order with their depth: a group (all, any, not), then its parts one deeper.
 * Operands are written as in the language, texts without their quotes; a text that reads like a
 * number or a flag keeps its quotes among the operands of properties, where kinds are not known.
 * Promises
 *   - rows_and_text_are_one_tree: text -> rows -> text is the one spelling of the text.
 *   - a_wrong_row_is_named: c->why.field is a pointer such as /rows/3/operands/0.
 */
#pragma once

#include "audience/segment.h"
#include "base/json.h"

#define FIELDS_OF_segment_row_prop(X, N)                               \
    X(str, name, REQUIRED | SHORT, "Property", N)                      \
    X(str, op, REQUIRED | SHORT, "Comparison: = != < <= > >= in …", N) \
    X(strs, operands, ANY, "What it is compared with", N)
SHAPE(segment_row_prop);

enum segment_row_kind { ROW_ALL, ROW_ANY, ROW_NOT, ROW_TEST };
CHOICE(segment_row_kind); /* all any not test: as segment_node_kind */

#define FIELDS_OF_segment_row(X, N)                                                          \
    X(i64, depth, NOT_NEGATIVE, "0: the whole; parts of a group stand one deeper", N)        \
    X(choice(segment_row_kind), kind, ANY, "all, any, not: a group; test: one condition", N) \
    X(str, subject, SHORT, "Field or call: city, orders, did", N)                            \
    X(str, name, SHORT, "Of did, in_group, in_segment: which", N)                            \
    X(str, window, SHORT, "Of calls with a window: 30d; absent: all time", N)                \
    X(str, op, SHORT, "Comparison; absent where the call itself is the answer", N)           \
    X(strs, operands, ANY, "What it is compared with", N)                                    \
    X(list(segment_row_prop), props, ANY, "Of did: conditions on properties", N)             \
    X(str, text, ANY, "The row as text", N)                                                  \
    X(i64, line, ANY, "Where it begins in the text, from 1", N)                              \
    X(i64, column, ANY, "In characters, from 1", N)                                          \
    X(opt_i64, count, ANY, "Members for whom it holds by itself, when asked for", N)
SHAPE(segment_row);

/* tree NULL: no rows. */
void segment_rows_of(struct ctx *c, const struct segment_node *tree, struct segment_row_list *out);
/* The node that row i of segment_rows_of stands for. */
const struct segment_node *segment_row_node(const struct segment_node *tree, i64 i);
/* No rows: *out is NULL. A group of one is its part; `not` of several means not all of them. */
enum err segment_of_rows(struct ctx *c, const struct segment_row_list *rows,
                         const struct segment_node **out);

/* -- the language described ------------------------------------------------------------------- */

#define FIELDS_OF_language_field(X, N)                                     \
    X(str, name, ANY, "As it is written", N)                               \
    X(str, kind, ANY, "count number money age date flag text choice …", N) \
    X(str, zh, ANY, "In Chinese", N)                                       \
    X(str, en, ANY, "In English", N)                                       \
    X(str, example, ANY, "A segment with it", N)                           \
    X(flag, past, ANY, "Its past is known: `at` reaches it", N)            \
    X(strs, operators, ANY, "Comparisons it takes", N)
SHAPE(language_field);
#define FIELDS_OF_language_call(X, N)                               \
    X(str, name, ANY, "As it is written, without arguments", N)     \
    X(str, form, ANY, "With its arguments", N)                      \
    X(str, kind, ANY, "What it answers; holds: it holds or not", N) \
    X(flag, window, ANY, "Takes a window", N)                       \
    X(flag, named, ANY, "Takes a name in quotes", N)                \
    X(flag, props, ANY, "Takes conditions on properties", N)        \
    X(flag, alone, ANY, "Is written without parentheses", N)        \
    X(str, zh, ANY, "In Chinese", N)                                \
    X(str, en, ANY, "In English", N)                                \
    X(str, example, ANY, "A segment with it", N)                    \
    X(strs, operators, ANY, "Comparisons it takes", N)
SHAPE(language_call);
#define FIELDS_OF_language_operator(X, N)             \
    X(str, name, ANY, "As it is written", N)          \
    X(strs, kinds, ANY, "What it can be asked of", N) \
    X(str, zh, ANY, "In Chinese", N)                  \
    X(str, en, ANY, "In English", N)                  \
    X(str, example, ANY, "A segment with it", N)
SHAPE(language_operator);
#define FIELDS_OF_segment_language(X, N)                         \
    X(list(language_field), fields, ANY, "Fields of members", N) \
    X(list(language_call), calls, ANY, "What members did", N)    \
    X(list(language_operator), operators, ANY, "Comparisons", N)
SHAPE(segment_language);
enum err segment_language_read(struct ctx *c, struct segment_language *out);
