/* inside.h -- inside membership: a term as it is kept. */
#pragma once

#include "base/clock.h"
#include "loyalty/membership.h"
#include "member/member.h"

extern const struct migration membership_migrations[]; /* tables.c */
extern const struct field_table membership_fields;     /* fields.c */

#define FIELDS_OF_term(X, N)                                  \
    X(i64, member, ANY, "", N)                                \
    X(i64, number, ANY, "", N)                                \
    X(str, key, ANY, "", N)                                   \
    X(str, plan, ANY, "", N)                                  \
    X(i64, months, ANY, "", N)                                \
    X(money, paid, ANY, "", N)                                \
    X(money, carried, ANY, "", N)                             \
    X(i64, anchor, ANY, "Day the months are counted from", N) \
    X(i64, from_month, ANY, "", N)                            \
    X(i64, starts_on, ANY, "", N)                             \
    X(i64, ends_on, ANY, "", N)                               \
    X(str, purchase, ANY, "", N)                              \
    X(choice(term_state), state, ANY, "", N)                  \
    X(money, unused, ANY, "", N)                              \
    X(money, deducted, ANY, "", N)                            \
    X(i64, unused_days, ANY, "", N)                           \
    X(instant, bought_at, ANY, "", N)                         \
    X(i64, months_given, ANY, "", N)                          \
    X(opt_i64, reminded, ANY, "", N)
SHAPE(term);
#define TERM                                                                                    \
    "member, number, key, plan, months, paid, carried, anchor, from_month, starts_on, ends_on," \
    " purchase, state, unused, deducted, unused_days, bought_at, months_given, reminded"

enum err terms_of(struct ctx *c, i64 member, struct term_list *out); /* the latest first */
/* Of a paid term: the value of its days from tomorrow on. */
money term_unused(const struct term *of, i64 today, i64 *days);
enum err term_line(struct tx *t, const struct term *of, const char *verb, opt_money value);
/* Gives packs whose day has come. */
enum err term_give_due(struct tx *t, struct term *of);

static inline i64 today_of(const struct ctx *c) { return zone_day(c->zone, c->now); }
