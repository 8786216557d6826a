/* tiers.h -- the ladder members climb: rules as rows, upgrade at once, a term to keep it, a way
 * down.
 *
 * Promises
 *   - an_upgrade_is_at_once: in the transaction of the order that reached it.
 *   - a_tier_follows_its_rule: at every instant, job or no job: who holds it has qualified for it
 * and its term has not ended, or was appointed.
 *   - a_refund_can_take_it_back: the tier is recomputed after each refund and may fall below the
 * first.
 *   - every_change_has_a_line: with from, to and why.
 *   - nothing_is_given_twice: benefits on entry, birthday and month are given once each.
 */
#pragma once

#include "ledger/ledger.h"

#define FIELDS_OF_tier_now(X, N)                                                        \
    X(str, tier, ANY, "Code; empty: below the first", N)                                \
    X(i64, rank, ANY, "0: below the first, 1: the first, …", N)                         \
    X(str, zh, ANY, "Chinese name", N)                                                  \
    X(str, en, ANY, "English name", N)                                                  \
    X(i64, multiplier, ANY, "Of points, in thousandths: 1200 is 1.2x", N)               \
    X(opt_instant, since, ANY, "Held since", N)                                         \
    X(opt_instant, until, ANY, "Its term; absent: for good", N)                         \
    X(str, next, ANY, "Code of the tier above it that rules can reach; empty: none", N) \
    X(opt_money, missing, ANY, "What is missing for that, in its measure's ten-thousandths", N)
SHAPE(tier_now);
/* At c->now, exactly. */
enum err tier_of(struct ctx *c, i64 member, struct tier_now *out);
/* What he held at an instant by what lies before it: the tier an order paid then is bought with,
 * whether or not that order is written. next and missing are as of then. */
enum err tier_at(struct ctx *c, i64 member, instant at, struct tier_now *out);
/* The rank of a code; E_NOT_FOUND. */
enum err tier_rank(struct ctx *c, str tier, i64 *rank);

extern const struct room tiers_room;
