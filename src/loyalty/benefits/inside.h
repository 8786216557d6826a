/* inside.h -- what the files of benefits share: what tiers give, and when it is given.
 *
 * What a tier gives, those above it give too.
 *   - entry: whoever rises gets what every tier he passed gives on entry, once in his life each
 *     ("tier:达人:entry:0"). Falls he because of a refund, what he has not used is taken back; when
 *     he climbs again he gets back what was taken ("…:0:2"), no more.
 *   - birthday, monthly, yearly: the nearest tier at or below his own that has any decides; place i
 *     of its list is given once each year or month, whatever tier he then holds
 *     ("tier:birthday:2026:0", "tier:month:2026-11:0", "tier:year:2026:0"). Monthly and yearly are
 *     given on the first day to those who hold the tier, and at once to those who enter it later.
 *   - always: shown on the card of whoever holds the tier or one above it.
 * What was entered before the programme opened gives nothing on entry.
 */
#pragma once

#include "loyalty/benefits.h"
#include "loyalty/reward.h"

#define QUOTA_USED "used" /* house account: what was used */

enum benefit_when { WHEN_ENTRY, WHEN_BIRTHDAY, WHEN_MONTHLY, WHEN_YEARLY, WHEN_ALWAYS };
CHOICE(benefit_when); /* entry birthday monthly yearly always */

#define FIELDS_OF_tier_benefit(X, N)                                             \
    X(str, tier, REQUIRED | SHORT, "Code of the tier", N)                        \
    X(choice(benefit_when), when, REQUIRED, "When it is given", N)               \
    X(one(reward), reward, ANY, "What is given; always: null, the words say", N) \
    X(str, zh, REQUIRED | SHORT, "Chinese words for the card", N)                \
    X(str, en, REQUIRED | SHORT, "English words for the card", N)
SHAPE(tier_benefit);

/* All, by tier from the lowest, then in the order in which they were written. */
enum err tier_benefits(struct ctx *c, struct tier_benefit_list *out);
/* In place of all there were. E_INVALID with the field at fault. */
enum err tier_benefits_put(struct tx *t, const struct tier_benefit_list *in);
/* Those a tier of this rank gives on this occasion. */
enum err tier_benefits_at(struct ctx *c, i64 rank, enum benefit_when when,
                          struct tier_benefit_list *out);
/* What any tier gives, by rank, of each tier in their places. */
struct tier_gift {
    i64 rank, place;
    struct tier_benefit what;
};
struct tier_gift_list {
    struct tier_gift *at;
    i64 n;
};
enum err tier_gifts(struct ctx *c, struct tier_gift_list *out);
/* The rank that decides what one of this rank gets on an occasion other than entry; 0: none. */
i64 tier_gifts_rank(const struct tier_gift_list *gifts, i64 rank, enum benefit_when when);

/* Gives what the month, the year and today's birthdays bring: for the job. */
enum err benefits_of_today(struct store *s, struct ctx *c);
/* Birthdays of this day, when it was missed. */
enum err benefits_of_birthdays(struct store *s, struct ctx *c, day d);

extern const struct migration benefits_migrations[];
