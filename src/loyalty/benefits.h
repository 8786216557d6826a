/* benefits.h -- entitlements: what a member may claim a number of times until a day: a birthday
 * coupon, three times 三免一, a trade-in. A benefit is a row; what a member has of it is the ledger
 * account (member, "quota", code), in lots with their own expiry.
 *
 * Promises
 *   - never_more_than_granted: uses and what is left add up to what was granted, less what expired.
 *   - a_use_can_be_taken_back: once, to the lot it came from.
 */
#pragma once

#include "ledger/ledger.h"

#define QUOTA "quota" /* the unit */

enum benefit_kind {
    BENEFIT_COUPON,       /* so much off, above so much: terms in value and threshold */
    BENEFIT_BUY_FREE,     /* 三免一: buy `threshold` pieces, the cheapest free */
    BENEFIT_MEMBER_PRICE, /* the member price list */
    BENEFIT_SHIPPING,     /* free or better shipping */
    BENEFIT_SERVICE,      /* personal service */
    BENEFIT_TRADE_IN,
    BENEFIT_PACK, /* a box of things: newcomer pack, yearly pack */
};
CHOICE(benefit_kind);

#define FIELDS_OF_benefit(X, N)                                                                 \
    X(str, code, REQUIRED | SHORT, "Code", N)                                                   \
    X(choice(benefit_kind), kind, REQUIRED, "Kind", N)                                          \
    X(str, zh, REQUIRED | SHORT, "Chinese name", N)                                             \
    X(str, en, REQUIRED | SHORT, "English name", N)                                             \
    X(opt_money, value, NOT_NEGATIVE, "Coupon: how much off", N)                                \
    X(opt_money, threshold, NOT_NEGATIVE, "Coupon: above how much; 三免一: pieces (3.0000)", N) \
    X(money, cost, NOT_NEGATIVE, "What one use costs the shop: charged to budgets", N)          \
    X(opt_i64, valid_days, POSITIVE, "Days it can be used after it was granted", N)             \
    X(flag, ended, ANY, "No longer granted; what members have stays", N)
SHAPE(benefit);
enum err benefit_put(struct tx *t, const struct benefit *in);
enum err benefit_get(struct ctx *c, str code, struct benefit *out); /* E_NOT_FOUND */
enum err benefit_all(struct ctx *c, struct benefit_list *out);

#define FIELDS_OF_entitlement(X, N)                \
    X(str, code, ANY, "Benefit", N)                \
    X(choice(benefit_kind), kind, ANY, "Kind", N)  \
    X(str, zh, ANY, "Chinese name", N)             \
    X(str, en, ANY, "English name", N)             \
    X(i64, left, ANY, "How many uses are left", N) \
    X(opt_instant, expires_at, ANY, "When the first of them expire", N)
SHAPE(entitlement);
enum err entitlements_of(struct ctx *c, i64 member, struct entitlement_list *out);
/* Uses one. E_UNPROCESSABLE: none left. */
enum err entitlement_use(struct tx *t, i64 member, str code, str id, struct transferred *out);
enum err entitlement_give_back(struct tx *t, i64 member, str use, str id, struct transferred *out);

/* For tiers, once what they hold is written down: members rose, each at an instant; in order of
 * member, of one member in the order in which it happened. */
struct tier_rise {
    i64 member, from, to; /* ranks */
    instant at;
};
enum err benefits_on_rises(struct tx *t, const struct tier_rise *rises, i64 n);
/* He fell, not by time but because what he had done counts for less. */
enum err benefits_on_fall(struct tx *t, i64 member, i64 from_rank, i64 to_rank);

extern const struct room benefits_room;
