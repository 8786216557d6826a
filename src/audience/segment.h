/* segment.h -- the segment language: text to tree and back, and what each part of the tree means.
 *
 *   recency <= 30d and frequency >= 5 and not (tag = "敏感肌" or in_group("上海VIP群"))
 *
 * A tree is made of all / any / not over tests. A test asks one subject (a field that a room
 * publishes, or a call: orders(30d), did("Product Viewed", 7d), class …) by one operator with its
 * operands. The rows of operators, calls and fields are all there is.
 *
 * What tests mean
 *   - at: everything asks for what happened strictly before a whole second; "now" is the end of the
 *     running one.
 *   - people: living, not erased members first seen before `at`.
 *   - unknown: every operator but `is unknown` is false of a value that is not known: city !=
 * "上海" means known and another; not (city = "上海") has the unknown too. Counts and sums are
 * never unknown: they are 0.
 *   - window: orders(30d): at - 30 * 24 h <= t < at. Without one: all before at.
 *   - age: counted in whole units of the operand: last_order <= 30d is less than 31 * 24 h ago, so
 *     that <= 30d and between 31d and 90d leave no gap. first_seen >= 2024-05-01 compares the day.
 *   - text: compared folded: case, width and compatibility forms are one (str_fold). Of provinces
 *     and cities = != in also leave out 省, 市, 自治区: 上海 is 上海市.
 *   - behaviour: timeline lines of all ids a member has had.
 *   - tags: of a past `at` by the timeline: of each tag the last line of any id he has had. Other
 *     fields that are not FIELD_AT answer as they stand now, and segment_explain says so.
 *   - choices: a field with a closed list takes its values in Chinese or English.
 *   - purchase: as in trade/trade.h; orders, spent, recency, frequency, monetary, class mean these.
 * Promises
 *   - parse_format_is_identity: parse(format(tree)) is the tree; format(parse(text)) is its one
 *     spelling.
 *   - what_is_refused_says_where: errors have line and column (in characters), what was expected,
 *     and the nearest known name; within 10 ms whatever the text.
 *   - limits: 10,000 bytes, depth 32, 500 nodes.
 *   - answers_agree: SQL, naive executor (and index) answer the same members.
 * Memory   Trees live in the arena of the ctx that parsed them and are constant.
 */
#pragma once

#include "base/clock.h"
#include "base/field.h"

#define SEGMENT_BYTES_MAX ((i64)10000)
#define SEGMENT_DEPTH_MAX 32
#define SEGMENT_NODES_MAX 500

/* -- operands --------------------------------------------------------------------------------- */

enum segment_operand_kind {
    OPERAND_NUMBER,
    OPERAND_TEXT,
    OPERAND_DURATION,
    OPERAND_DATE,
    OPERAND_FLAG
};

struct segment_operand {
    enum segment_operand_kind kind;
    i64 number; /* NUMBER: ten-thousandths; DURATION: how many units; DATE: a day; FLAG: 0, 1 */
    char unit;  /* DURATION: h d w */
    str text;   /* TEXT, as written */
    str folded; /* TEXT */
    bool place; /* TEXT of a field that is a place: 上海 is 上海市 */
};
struct segment_operands {
    struct segment_operand *at;
    i64 n;
};
i64 segment_unit_ms(char unit); /* HOUR_MS, DAY_MS, 7 * DAY_MS */

/* -- operators: rows -------------------------------------------------------------------------- */

enum segment_operator_id {
    OP_IS,
    OP_IS_NOT,
    OP_BELOW,
    OP_AT_MOST,
    OP_ABOVE,
    OP_AT_LEAST,
    OP_BETWEEN,
    OP_IN,
    OP_CONTAINS,
    OP_STARTS,
    OP_WITHIN_NEXT,
    OP_KNOWN,
    OP_UNKNOWN,
    OP_HOLDS, /* in_group("…"): the call itself is the answer */
    OP_COUNT,
};

struct segment_operator {
    enum segment_operator_id id;
    const char *name; /* "=", "within next"; OP_HOLDS has none */
    unsigned kinds;   /* bit 1 << field_kind: subjects it accepts */
    const char *zh, *en, *example;
};
extern const struct segment_operator segment_operators[OP_COUNT];

/* -- calls: rows; subjects of the language itself --------------------------------------------- */

enum segment_call_id {
    CALL_ORDERS,     /* orders(30d)         COUNT  purchases within the window */
    CALL_SPENT,      /* spent(365d)         MONEY  their net */
    CALL_RECENCY,    /* recency             AGE    last purchase before at */
    CALL_FREQUENCY,  /* frequency           COUNT  by the settings rfm.window_days and
                        rfm.frequency_of */
    CALL_MONETARY,   /* monetary            MONEY  by rfm.window_days, rfm.monetary_of,
                        rfm.frequency_of */
    CALL_CLASS,      /* class               CHOICE A, B, C as insight defines them */
    CALL_DID,        /* did("Event", 7d, category = "面膜")   COUNT of timeline lines */
    CALL_IN_GROUP,   /* in_group("…")       holds: joined before at and not left since */
    CALL_IN_SEGMENT, /* in_segment("…")     holds: the saved segment of this name, as of at */
    CALLS,
};

struct segment_call {
    enum segment_call_id id;
    const char *name;
    enum field_kind kind; /* what it answers; FIELD_KINDS: it holds or not */
    bool window;          /* takes a window, as only argument or after the name */
    bool named;           /* takes a name in quotes */
    bool props;           /* takes conditions on properties */
    bool alone;           /* is written without parentheses */
    bool zero;            /* a count or sum: who did nothing has 0 */
    const char *zh, *en, *example;
};
extern const struct segment_call segment_calls[CALLS];

/* -- the tree --------------------------------------------------------------------------------- */

/* A condition on a line's properties: category = "面膜", price >= 100, gift = true. Text is
 * compared with texts, numbers with numbers (and texts that are numbers), flags with flags. */
struct segment_prop {
    str name;
    const struct segment_operator *op; /* of kinds TEXT, NUMBER or FLAG */
    struct segment_operands operands;
};
struct segment_test {
    const struct field *field;       /* published by a room; NULL: a call */
    const struct segment_call *call; /* else NULL */
    str name;                        /* of a call that is named, as written */
    str folded;
    struct segment_operand window; /* DURATION; number 0: all before at */
    struct {
        struct segment_prop *at;
        i64 n;
    } props; /* all must hold */
    const struct segment_operator *op;
    struct segment_operands operands; /* kinds fit subject and operator: the parser saw to it */
    const struct segment_node
        *saved; /* CALL_IN_SEGMENT: the tree of that segment, parsed and checked */
};

enum segment_node_kind { NODE_ALL, NODE_ANY, NODE_NOT, NODE_TEST };
struct segment_node {
    enum segment_node_kind kind;
    struct {
        const struct segment_node **at; /* ALL, ANY: two or more; NOT: one */
        i64 n;
    } parts;
    struct segment_test test;
    i32 line, column; /* where it begins, from 1; no part of its identity */
};

/* A saved segment's text by folded name. Set by the room that keeps them; NULL: there are none. */
extern enum err (*segment_saved_find)(struct ctx *c, str folded, str *text, bool *found);

/* What can be chosen from while somebody types. */
#define FIELDS_OF_segment_value(X, N)                   \
    X(str, value, ANY, "As it is written, unquoted", N) \
    X(opt_i64, members, ANY, "Members with it, where that is known", N)
SHAPE(segment_value);
/* Names of saved segments with q in them, with their last counts; NULL: there are none. Set as
 * segment_saved_find. */
extern enum err (*segment_saved_names)(struct ctx *c, str q, i64 limit,
                                       struct segment_value_list *out);

/* With c->db: knows the fields people defined and the segments they saved. E_INVALID: see c->why;
 * c->why.field is "line:column". */
enum err segment_parse(struct ctx *c, str text, const struct segment_node **out);
/* The text of the segment of this name, which may not name itself, however indirectly. */
enum err segment_parse_named(struct ctx *c, str text, str own_name,
                             const struct segment_node **out);
/* The one spelling; on one line. */
str segment_format(struct arena *a, const struct segment_node *tree);
bool segment_same(const struct segment_node *a, const struct segment_node *b);

/* "2024-06-01": the first instant of that day; else a moment, rounded up to a second; absent: now.
 */
enum err segment_at_read(struct ctx *c, str text, instant *at);

/* -- what tests mean, for every executor ------------------------------------------------------ */

struct segment_range {
    i64 from, to; /* ends included; none when from > to */
};
/* The value (COUNT, NUMBER, MONEY, AGE, DATE, FLAG; in the unit of its column) must lie in one of
 * these ranges, disjoint and rising. Of `!=` they are its complement; a value that is not known
 * lies in none. Not for KNOWN, UNKNOWN. */
struct segment_ranges {
    struct segment_range *at;
    i64 n;
};
enum err segment_ranges_of(struct ctx *c, const struct segment_test *test, instant at,
                           struct segment_ranges *out);
bool segment_ranges_have(const struct segment_ranges *r, i64 value);
/* TEXT, CHOICE, SET: a value (folded) passes. SET: a member passes when one of his does. */
bool segment_text_passes(const struct segment_operator *op, const struct segment_operands *operands,
                         str folded);
/* The text that a property's raw JSON is; absent: it is no text. */
str segment_raw_text(struct arena *a, str raw);
/* One condition on a property: raw is its JSON value ("面膜" in quotes, 12.5, true); folded within
 * a. */
bool segment_prop_passes(struct arena *a, const struct segment_prop *p, str raw);
instant segment_window_from(const struct segment_test *test,
                            instant at); /* INT64_MIN: all before at */

/* -- answers ---------------------------------------------------------------------------------- */

/* Living members, rising. Runs on c->db. */
enum err segment_members(struct ctx *c, const struct segment_node *tree, instant at, ints *out);
/* Whether he is one of them, by SQL. */
enum err segment_holds(struct ctx *c, const struct segment_node *tree, instant at, i64 member,
                       bool *holds);
/* How it is answered, a line a part: what it asks, with `counts` how many members it holds for by
 * itself, and what of the past is not known. */
enum err segment_explain(struct ctx *c, const struct segment_node *tree, instant at, bool counts,
                         str *out);
/* The statement that answers the same from the store, for people who want to see it. */
enum err segment_sql_text(struct ctx *c, const struct segment_node *tree, instant at, str *out);
/* As people read it: the day, when it is its first instant; else ISO. */
str segment_at_words(struct ctx *c, instant at);
