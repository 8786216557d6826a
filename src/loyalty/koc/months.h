/* months.h -- between statement.c, which reads months, and settle.c, which settles them. */
#pragma once

#include "loyalty/koc/inside.h"

#define FIELDS_OF_koc_month_row(X, N) \
    X(str, month, ANY, "", N)         \
    X(flag, final, ANY, "", N)        \
    X(opt_i64, approval, ANY, "", N)  \
    X(instant, settled_at, ANY, "", N)
SHAPE(koc_month_row);
enum err koc_month_find(struct ctx *c, str month, bool *settled, struct koc_month_row *out);
str koc_month_name(struct ctx *c, instant at); /* the month an instant falls into */

/* What a holder's statement would be. */
#define FIELDS_OF_koc_open_row(X, N) \
    X(i64, member, ANY, "", N)       \
    X(i64, orders, ANY, "", N)       \
    X(i64, lines, ANY, "", N)        \
    X(money, net, ANY, "", N)        \
    X(money, earned, ANY, "", N)     \
    X(money, taken_back, ANY, "", N) \
    X(money, carried, ANY, "", N)
SHAPE(koc_open_row);
/* Of all that counts before `end`; found false: nothing does. */
enum err koc_open_of(struct ctx *c, i64 holder, instant end, bool *found, struct koc_open_row *out);
struct koc_statement koc_statement_of_open(const struct koc_open_row *o, str month);

/* -- settle.c, for the approval ---------------------------------------------------------------- */

#define KOC_SETTLE "koc.settle"
enum err koc_month_agreed(struct tx *t, str month);
