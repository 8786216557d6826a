/* inside.h -- inside mall: the rows of goods and exchanges, and what its files share. */
#pragma once

#include "base/clock.h"
#include "loyalty/mall.h"
#include "member/member.h"

extern const struct migration mall_migrations[]; /* tables.c */
extern const struct field_table mall_fields;     /* fields.c */

#define STOCK "stock" /* the unit */

#define FIELDS_OF_good(X, N)                 \
    X(i64, id, ANY, "", N)                   \
    X(choice(good_kind), kind, ANY, "", N)   \
    X(str, zh, ANY, "", N)                   \
    X(str, en, ANY, "", N)                   \
    X(i64, points, ANY, "", N)               \
    X(money, price, ANY, "", N)              \
    X(str, picture, ANY, "", N)              \
    X(str, description, ANY, "", N)          \
    X(opt_instant, starts_at, ANY, "", N)    \
    X(opt_instant, ends_at, ANY, "", N)      \
    X(str, tier, ANY, "", N)                 \
    X(str, segment, ANY, "", N)              \
    X(i64, per_member, ANY, "", N)           \
    X(i64, per_day, ANY, "", N)              \
    X(i64, per_month, ANY, "", N)            \
    X(str, benefit, ANY, "", N)              \
    X(choice(good_state), state, ANY, "", N) \
    X(instant, created_at, ANY, "", N)
SHAPE(good);

/* origin: who placed it, under whose key it stands; a merge moves member alone. taken_by: whose the
 * transfer is that took its points. stock: the account its pieces come from. win: the grab's win it
 * is the prize of, else 0. */
#define FIELDS_OF_exchange(X, N)                 \
    X(i64, member, ANY, "", N)                   \
    X(i64, number, ANY, "", N)                   \
    X(i64, origin, ANY, "", N)                   \
    X(str, key, ANY, "", N)                      \
    X(i64, good, ANY, "", N)                     \
    X(choice(good_kind), kind, ANY, "", N)       \
    X(i64, quantity, ANY, "", N)                 \
    X(i64, points, ANY, "", N)                   \
    X(money, price, ANY, "", N)                  \
    X(str, benefit, ANY, "", N)                  \
    X(choice(exchange_state), state, ANY, "", N) \
    X(str, why, ANY, "", N)                      \
    X(instant, placed_at, ANY, "", N)            \
    X(opt_instant, pay_until, ANY, "", N)        \
    X(opt_instant, paid_at, ANY, "", N)          \
    X(str, payment, ANY, "", N)                  \
    X(opt_instant, shipped_at, ANY, "", N)       \
    X(str, carrier, ANY, "", N)                  \
    X(str, tracking, ANY, "", N)                 \
    X(opt_instant, receive_by, ANY, "", N)       \
    X(opt_instant, received_at, ANY, "", N)      \
    X(opt_instant, return_until, ANY, "", N)     \
    X(opt_instant, ended_at, ANY, "", N)         \
    X(str, refund, ANY, "", N)                   \
    X(str, receiver, ANY, "", N)                 \
    X(str, phone, ANY, "", N)                    \
    X(str, address, ANY, "", N)                  \
    X(str, stock, ANY, "", N)                    \
    X(i64, taken_by, ANY, "", N)                 \
    X(i64, win, ANY, "", N)
SHAPE(exchange);
#define EXCHANGE                                                                             \
    "member, number, origin, key, good, kind, quantity, points, price, benefit, state, why," \
    " placed_at, pay_until, paid_at, payment, shipped_at, carrier, tracking, receive_by,"    \
    " received_at, return_until, ended_at, refund, receiver, phone, address, stock, taken_by, win"
/* What it is at the instant NOW, whether or not it was written down. */
#define EXCHANGE_STATE(NOW)                                                \
    "CASE WHEN state = 'placed' AND pay_until <= " NOW " THEN 'cancelled'" \
    " WHEN state = 'shipped' AND receive_by <= " NOW " THEN 'received' ELSE state END"

/* -- good.c ------------------------------------------------------------------------------------ */

enum err good_row(struct ctx *c, i64 id, struct good *out); /* E_NOT_FOUND */
enum err good_tier_limits(struct ctx *c, i64 good, struct tier_limit_list *out);
struct account good_stock(struct ctx *c, i64 good); /* what is left */
struct account good_taken(struct ctx *c, i64 good); /* what was exchanged */
bool good_has_codes(enum good_kind kind);
enum err good_line(struct tx *t, i64 good, const char *kind, str props);

/* -- ask.c ------------------------------------------------------------------------------------- */

enum err good_ask(struct ctx *c, i64 member, const struct good *g, i64 quantity,
                  enum mall_result *out);
/* E_UNPROCESSABLE with its words; OK of DONE. */
enum err mall_refusal(struct ctx *c, enum mall_result r);

/* -- exchange.c -------------------------------------------------------------------------------- */

/* A line of it, at an instant. */
enum err exchange_line(struct tx *t, const struct exchange *e, const char *kind, instant at);
str exchange_id(struct ctx *c, const struct exchange *e, const char *what); /* "mall:7:stock" */
struct parcel_to exchange_parcel(struct ctx *c, struct parcel_to to);
enum err parcel_check(struct ctx *c, struct parcel_to to);
/* What was won: one piece, from an account of stock, for nothing. */
enum err mall_prize(struct tx *t, i64 member, i64 good, str stock, i64 win, i64 *number);

/* -- turn.c ------------------------------------------------------------------------------------ */

/* It is paid: coupons and codes are delivered. */
enum err exchange_deliver(struct tx *t, struct exchange *e);
/* Back to what it was before: for who takes a prize back. *whole: it can be, and was. */
enum err mall_prize_back(struct tx *t, i64 win, bool *whole);
str exchange_state_words(const struct ctx *c, enum exchange_state s);
/* At the instant of c, whether or not it was written down. */
void exchange_now(const struct ctx *c, struct exchange *e);

/* -- codes.c ----------------------------------------------------------------------------------- */

enum err codes_deliver(struct tx *t, const struct exchange *e);
enum err codes_of(struct ctx *c, i64 exchange, strs *out);
