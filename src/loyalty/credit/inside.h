/* inside.h -- inside credit: an act as it is kept, and the arithmetic of shares. */
#pragma once

#include "loyalty/budget.h"
#include "loyalty/credit.h"
#include "member/member.h"

extern const struct migration credit_migrations[]; /* tables.c */
extern const struct field_table credit_fields;     /* read.c */

/* origin: under whose id its transfers stand. asked: what the caller said, 0: all. */
#define FIELDS_OF_act(X, N)                                              \
    X(i64, member, ANY, "", N)                                           \
    X(i64, number, ANY, "", N)                                           \
    X(i64, origin, ANY, "", N)                                           \
    X(str, key, ANY, "", N)                                              \
    X(choice(credit_kind), kind, ANY, "", N)                             \
    X(str, of_key, ANY, "", N)                                           \
    X(i64, of_number, ANY, "", N)                                        \
    X(money, asked, ANY, "", N)                                          \
    X(money, principal, ANY, "", N)                                      \
    X(money, bonus, ANY, "", N)                                          \
    X(money, due, ANY, "Refund of a top-up: its bonus in proportion", N) \
    X(money, deducted, ANY, "", N)                                       \
    X(str, budget, ANY, "", N)                                           \
    X(flag, bonus_refused, ANY, "", N)                                   \
    X(str, purchase, ANY, "", N)                                         \
    X(instant, at, ANY, "", N)
SHAPE(act);
#define ACT                                                                               \
    "member, number, origin, key, kind, of_key, of_number, asked, principal, bonus, due," \
    " deducted, budget, bonus_refused, purchase, at"

struct credit_act act_view(const struct act *of);
/* The step a top-up reaches; none: *found false. */
enum err credit_step_of(struct ctx *c, money amount, bool *found, struct credit_step *out);

/* part x what / whole, rounded down to the cent. */
static inline money cents_of(money what, money part, money whole)
{
    return (money)((__int128)what * part / whole / 100 * 100);
}
