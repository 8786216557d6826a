/* field.h -- what a room publishes of its members for segments: a row a field, with a statement
 * that reads it.
 *
 * A field's statement answers rows (member, value) of living members, as it stands now (as of the
 * instant $3 for FIELD_AT), for member ids $1 <= member <= $2. A member without a row: the value is
 * not known (0, where `zero` is set). Only FIELD_SET may answer several rows of one member.
 * Kinds, and the column `value` of their statements
 *   - COUNT, MONEY: field_number; whole numbers, ten-thousandths of the currency's unit.
 *   - NUMBER: field_word; decimal text, read by field_read into ten-thousandths.
 *   - AGE: field_number; an instant: how long ago is what people ask.
 *   - DATE: field_word; 2024-05-01, read by field_read into a day.
 *   - FLAG: field_word; true or false, read by field_read into 1 and 0.
 *   - TEXT, CHOICE: field_word; compared folded (str_fold).
 *   - SET: field_word; several texts: one a row, or several in a row apart by `split`.
 *   - KNOWN: field_number, 1; only whether it is there may be asked (personal data).
 * A field whose statement follows settings, the time zone or the instant puts it together itself
 * (`compose`); it is FIELD_AT when the past is known.
 * A value may change without a line of the member's own:
 *   - a line of nobody's (member 0) of a kind in `stale` makes everybody's value stale.
 *   - so does another value of a setting named in `settings`.
 *   - `moves`: by time passing alone. Nobody keeps such a value; it is asked of SQL each time.
 * Threads  Rows are constant; those of fields_published live in the caller's arena.
 */
#pragma once

#include "base/ctx.h"
#include "base/shape.h"

enum field_kind {
    FIELD_IS_COUNT,
    FIELD_IS_NUMBER,
    FIELD_IS_MONEY,
    FIELD_IS_AGE,
    FIELD_IS_DATE,
    FIELD_IS_FLAG,
    FIELD_IS_TEXT,
    FIELD_IS_CHOICE,
    FIELD_IS_SET,
    FIELD_IS_KNOWN,
    FIELD_KINDS,
};

/* What $3 of the statement is. AT: the instant it is asked for, so the past is known. */
enum field_third { FIELD_NO_THIRD, FIELD_AT, FIELD_KEY };

struct query;    /* store/store.h */
struct composed; /* store/composed.h */

/* A value of a closed list: as it is kept and shown in Chinese, and in English. Segments may name
 * either. */
struct field_choice {
    const char *value, *en;
};

struct field {
    const char *name; /* "city"; NULL ends a table */
    enum field_kind kind;
    struct query *sql;
    enum field_third third;
    const char *key; /* $3 of FIELD_KEY */
    char split;      /* SET: several values of one row stand apart by it; 0: one a row */
    bool zero;       /* a member without a row has 0: counts and sums */
    bool place;      /* TEXT: province or city: 上海 is 上海市, 浙江省 is 浙江 */
    const char *const
        *stale; /* timeline kinds after which his value may be another ("order.*"); NULL ends */
    /* In place of sql: adds the statement for members first .. last, as of `at`. */
    enum err (*compose)(struct ctx *c, i64 first, i64 last, instant at, struct composed *out);
    const struct field_choice *choices; /* CHOICE, SET: all its values; NULL value ends */
    const char *const *settings;        /* names of those its values follow; NULL ends */
    bool moves;
    /* TEXT whose values stand one above the other: the COUNT field that < <= > >= and between ask
     * in its place, and the rank of a value (E_NOT_FOUND: it is none). */
    const char *ranked;
    enum err (*rank)(struct ctx *c, str text, i64 *rank);
    const char *zh, *en;
    const char *example; /* a segment: "city = \"上海\"" */
};
struct fields {
    struct field *at;
    i64 n;
};

/* What a room's `fields` points to: rows known at build time, and those that people define. */
struct field_table {
    const struct field *rows;                            /* ends with a NULL name */
    enum err (*more)(struct ctx *c, struct fields *out); /* adds to out, in c->arena; may be NULL */
};

struct room;
void fields_register(const struct room *const *rooms); /* called by app, once */
/* All rows of all rooms; with a database (c->db) those that people defined too. A defined one never
 * hides a row. */
enum err fields_published(struct ctx *c, struct fields *out);

#define FIELDS_OF_field_number(X, N) \
    X(i64, member, ANY, "Whose", N)  \
    X(i64, value, ANY, "Value", N)
SHAPE(field_number);
#define FIELDS_OF_field_word(X, N)  \
    X(i64, member, ANY, "Whose", N) \
    X(str, value, ANY, "Value", N)
SHAPE(field_word);
/* Kinds whose statement answers field_word. */
bool field_is_word(enum field_kind kind);
/* The number a word stands for (NUMBER, DATE, FLAG); false: none, the value is not known. */
bool field_read(enum field_kind kind, str word, i64 *out);
/* The choice a folded text names, by value or English word; NULL: none. */
const struct field_choice *field_choice_named(struct arena *a, const struct field *f, str folded);
/* "order.paid" fits "order.*" and "order.paid". */
bool field_stale(const struct field *f, str timeline_kind);
