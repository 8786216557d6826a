/* shape.h -- a struct described once: JSON in and out, validation, SQL rows, OpenAPI and forms read
 * it.
 *
 *   #define FIELDS_OF_order_line(X, N)                                   \
 *       X(str, product, REQUIRED, "Product code", N)                     \
 *       X(i64, quantity, POSITIVE, "Pieces", N)                          \
 *       X(choice(line_state), state, ANY, "Where it stands", N)          \
 *       X(list(line_tax), taxes, ANY, "Taxes of this line", N)
 *   SHAPE(order_line);          in a header: struct order_line, struct order_line_list, extern
 * order_line_shape SHAPE_DEFINE(order_line);   in one .c:   the description
 *
 * Kinds. JSON form -> C type:
 *   str          string                       str (absent: at == NULL)
 *   i64          integer                      i64
 *   f64          number                       f64
 *   flag         true/false                   flag
 *   money        decimal string "12.50"       money       (numbers are accepted on the way in)
 *   instant      ISO 8601 UTC string          instant     (on the way in any form of instant_parse)
 *   day          "2024-05-01"                 day
 *   json         any JSON value, verbatim     json (str)
 *   opt_i64, opt_f64, opt_flag, opt_money, opt_instant    the same, or null / missing
 *   strs, ints   array of strings / integers
 *   choice(C)    one of the names of choice C enum C
 *   one(N)       nested object, or null       struct N *
 *   list(N)      array of objects             struct N_list
 * auto_ is "auto" everywhere but in C.
 * SQL form: money, instant and day are int64; flag is flag; choice and json are text; NULL fits
 * opt_*, str and json only; one/list/strs/ints never come from SQL rows.
 */
#pragma once

#include "base/str.h"

typedef str json;

enum shape_kind {
    K_str,
    K_i64,
    K_f64,
    K_flag,
    K_money,
    K_instant,
    K_day,
    K_json,
    K_opt_i64,
    K_opt_f64,
    K_opt_flag,
    K_opt_money,
    K_opt_instant,
    K_strs,
    K_ints,
    K_choice,
    K_one,
    K_list,
};

/* Rules a value must keep; checked by json_read, shown in OpenAPI. */
enum shape_rule {
    ANY = 0,
    REQUIRED = 1 << 0,     /* must be there (and not null, and a str not empty) */
    NOT_NEGATIVE = 1 << 1, /* numbers, money */
    POSITIVE = 1 << 2,
    SECRET = 1 << 3, /* never logged, never echoed in errors: passwords, keys */
    PERSONAL =
        1 << 4, /* personal data: masked by who fills it unless the right is held; never logged */
    SHORT = 1 << 5, /* at most 200 bytes; other strings at most 10,000 unless LONG */
    LONG = 1 << 6,  /* up to the body's own limit */
};

struct shape;

/* A closed list of names for an enum that starts at 0. */
struct choice {
    const char *name;
    const char *const *names;
    int n;
};
#define CHOICE(C) extern const struct choice C##_choice
#define CHOICE_DEFINE(C, ...)                                \
    static const char *const C##_names_[] = { __VA_ARGS__ }; \
    const struct choice C##_choice = { #C, C##_names_, (int)COUNT(C##_names_) }
str choice_name(const struct choice *c, int value);
int choice_find(const struct choice *c, str name); /* -1: no such name */

struct shape_field {
    const char *name;
    enum shape_kind kind;
    unsigned rules;
    size_t offset;
    const char *doc;
    const void *of; /* struct shape * of one/list, struct choice * of choice */
};

struct shape {
    const char *name;
    size_t size;
    const struct shape_field *fields;
    int n;
};
const struct shape_field *shape_find(const struct shape *s, str name);

/* -- how the macros are made ------------------------------------------------------------------ */

#define SHAPE_C_str         str
#define SHAPE_C_i64         i64
#define SHAPE_C_f64         f64
#define SHAPE_C_flag        flag
#define SHAPE_C_money       money
#define SHAPE_C_instant     instant
#define SHAPE_C_day         day
#define SHAPE_C_json        json
#define SHAPE_C_opt_i64     opt_i64
#define SHAPE_C_opt_f64     opt_f64
#define SHAPE_C_opt_flag    opt_flag
#define SHAPE_C_opt_money   opt_money
#define SHAPE_C_opt_instant opt_instant
#define SHAPE_C_strs        strs
#define SHAPE_C_ints        ints
#define SHAPE_C_choice(C)   enum C
#define SHAPE_C_one(N)      struct N *
#define SHAPE_C_list(N)     struct N##_list

#define SHAPE_K_str         K_str, NULL
#define SHAPE_K_i64         K_i64, NULL
#define SHAPE_K_f64         K_f64, NULL
#define SHAPE_K_flag        K_flag, NULL
#define SHAPE_K_money       K_money, NULL
#define SHAPE_K_instant     K_instant, NULL
#define SHAPE_K_day         K_day, NULL
#define SHAPE_K_json        K_json, NULL
#define SHAPE_K_opt_i64     K_opt_i64, NULL
#define SHAPE_K_opt_f64     K_opt_f64, NULL
#define SHAPE_K_opt_flag    K_opt_flag, NULL
#define SHAPE_K_opt_money   K_opt_money, NULL
#define SHAPE_K_opt_instant K_opt_instant, NULL
#define SHAPE_K_strs        K_strs, NULL
#define SHAPE_K_ints        K_ints, NULL
#define SHAPE_K_choice(C)   K_choice, &C##_choice
#define SHAPE_K_one(N)      K_one, &N##_shape
#define SHAPE_K_list(N)     K_list, &N##_shape

#define SHAPE_MEMBER_(T, M, R, D, N) SHAPE_C_##T M;
#define SHAPE_FIELD_(T, M, R, D, N)  SHAPE_ROW_(M, R, D, N, SHAPE_K_##T)
#define SHAPE_ROW_(M, R, D, N, ...)  SHAPE_ROW2_(M, R, D, N, __VA_ARGS__)
#define SHAPE_ROW2_(M, R, D, N, KIND, OF)         \
    { .name = SHAPE_NAME_(SHAPE_WORD_##M, #M, ~), \
      .kind = KIND,                               \
      .rules = (R),                               \
      .offset = offsetof(struct N, M),            \
      .doc = D,                                   \
      .of = OF },
/* Names that are words of C itself: the member has an underscore, JSON and SQL do not. */
#define SHAPE_WORD_auto_                  ~, "auto"
#define SHAPE_NAME_(...)                  SHAPE_SECOND_(__VA_ARGS__)
#define SHAPE_SECOND_(FIRST, SECOND, ...) SECOND

#define SHAPE(N)                        \
    struct N {                          \
        FIELDS_OF_##N(SHAPE_MEMBER_, N) \
    };                                  \
    struct N##_list {                   \
        struct N *at;                   \
        i64 n;                          \
    };                                  \
    extern const struct shape N##_shape
#define SHAPE_DEFINE(N)                                                                 \
    static const struct shape_field N##_fields_[] = { FIELDS_OF_##N(SHAPE_FIELD_, N) }; \
    const struct shape N##_shape = { #N, sizeof(struct N), N##_fields_, (int)COUNT(N##_fields_) }

/* Initializers of fields listed once that several structs begin with:
 *     *out = (struct buyer){ .bought = true, PERSON_FIELDS(SHAPE_COPY, &person) };
 * Every field of the list takes the value of its namesake; the comma behind the last is there. */
#define SHAPE_COPY(KIND, NAME, RULES, DOC, FROM) .NAME = (FROM)->NAME,

/* The shape of nothing: requests without input, replies without a body. */
struct nothing {
    char none;
};
extern const struct shape nothing_shape;
