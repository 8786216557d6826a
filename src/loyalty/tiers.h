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
/* The same for who asks about many: the ladder in force now, in c's arena. */
struct ladder;
enum err tier_ladder(struct ctx *c, const struct ladder **out);
enum err tier_at_on(struct ctx *c, const struct ladder *l, i64 member, instant at,
                    struct tier_now *out);
/* The ranks of n members, in rising order, at c->now. */
enum err tier_ranks(struct ctx *c, const i64 *members, i64 n, ints *ranks);
/* He holds this tier or one above, at c->now. Empty: everybody; one that is no more is nobody's. */
enum err tier_reaches(struct ctx *c, i64 member, str tier, bool *yes);
/* The rank of a code; E_NOT_FOUND. */
enum err tier_rank(struct ctx *c, str tier, i64 *rank);
/* Writes down what his deeds have made of his tier, with its lines: for who changes something that
 * counts, other than an order: growth, joining. Nothing while the programme is not open. */
enum err tier_settle(struct tx *t, i64 member);

/* -- appointment: a tier given by hand, held beside what he earns; the higher of both counts --- */

#define FIELDS_OF_tier_appointment(X, N)                                          \
    X(str, tier, REQUIRED | SHORT, "Code of the tier", N)                         \
    X(opt_instant, until, ANY, "Ends then; absent: until it is ended by hand", N) \
    X(str, reason, REQUIRED | SHORT, "Why, for the history; no personal data", N)
SHAPE(tier_appointment);
/* In place of the appointment he has, if any. */
enum err tier_appoint(struct tx *t, i64 member, const struct tier_appointment *in);
/* Ends it: he is where his deeds put him. E_NOT_FOUND: he has none. */
enum err tier_dismiss(struct tx *t, i64 member, str reason);

/* The one he has at c->now; not found: none. */
enum err tier_appointed(struct ctx *c, i64 member, struct tier_appointment *out, bool *found);

/* -- looking back, checking -------------------------------------------------------------------- */

#define FIELDS_OF_tier_change(X, N)                                                       \
    X(instant, at, ANY, "When", N)                                                        \
    X(str, from, ANY, "Code; empty: below the first", N)                                  \
    X(str, to, ANY, "Code; empty: below the first", N)                                    \
    X(str, why, ANY,                                                                      \
      "qualified, kept, expired, appointed, appointment_ended, refund, rules, merged", N) \
    X(opt_instant, until, ANY, "Its term, as of then", N)
SHAPE(tier_change);
/* Newest first, of a living id and all that were merged into it. */
enum err tier_history(struct ctx *c, i64 living, i64 limit, struct tier_change_list *out);

/* Members whose written tier is not what the rule says at c->now, though their time has not come
 * unnoticed for more than an hour: koi doctor. */
enum err tiers_check(struct ctx *c, i64 *wrong);

struct order_listener;
struct merge_listener;
extern const struct order_listener
    tiers_orders; /* after points': an order earns at the tier before */
extern const struct merge_listener tiers_merges; /* after trade's and the ledger's */
extern const struct room tiers_room;
