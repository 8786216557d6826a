/* inside.h -- what the files of tiers share: the ladder in force, what is known of a member, and
 * where that puts him.
 *
 * A tier is a function of facts: of the ladder in force, of what the member did (deeds) and of what
 * he was appointed to. climb() lets time pass over them from the first to the instant asked for.
 * So it does not matter in which order facts became known, and what is taken back is as if it had
 * never been.
 *
 * A deed raises what he has earned at once, to the highest tier whose threshold the measure of the
 * window that ends with it reaches; a term begins then. When it ends, the window that ends with its
 * last day decides: what reaches the tier's `keep` keeps it for another term; else he goes one down
 * or to what that window qualifies for, whichever the ladder says, never below what it qualifies
 * for. The first tier, when its threshold is zero, belongs to whoever joined or bought, without a
 * term. An appointment counts while it lasts, beside what he earned: he holds the higher of both.
 */
#pragma once

#include "base/clock.h"
#include "loyalty/tiers.h"

/* -- the ladder (ladder.c) --------------------------------------------------------------------- */

enum tier_measure { MEASURE_SPENT, MEASURE_GROWTH, MEASURE_ORDERS };
CHOICE(tier_measure); /* spent growth orders */
enum tier_span { SPAN_DAYS, SPAN_YEAR, SPAN_EVER };
CHOICE(tier_span); /* days year ever */
enum tier_expiry { EXPIRY_ONE_DOWN, EXPIRY_RECOMPUTE };
CHOICE(tier_expiry); /* one_down recompute */

#define FIELDS_OF_tier_step(X, N)                                                              \
    X(str, code, REQUIRED | SHORT, "Code: 达人", N)                                            \
    X(str, zh, REQUIRED | SHORT, "Chinese name", N)                                            \
    X(str, en, REQUIRED | SHORT, "English name", N)                                            \
    X(opt_money, threshold, NOT_NEGATIVE, "Measure that reaches it; absent: by invitation", N) \
    X(opt_money, keep, NOT_NEGATIVE, "Measure that keeps it; absent: the threshold", N)        \
    X(i64, multiplier, NOT_NEGATIVE, "Of points, in thousandths: 1200 is 1.2x", N)
SHAPE(tier_step);

#define FIELDS_OF_ladder(X, N)                                                              \
    X(choice(tier_measure), measure, REQUIRED, "What counts: spent, growth, orders", N)     \
    X(choice(tier_span), span, REQUIRED, "Over which time: days, year (calendar), ever", N) \
    X(opt_i64, span_days, POSITIVE, "days: so many, the day itself included", N)            \
    X(i64, term_months, NOT_NEGATIVE, "A tier is held so many months; 0: for good", N)      \
    X(flag, to_month_end, ANY, "A term lasts to the end of its last month", N)              \
    X(choice(tier_expiry), on_expiry, REQUIRED, "Not kept: one_down or recompute", N)       \
    X(list(tier_step), tiers, REQUIRED, "From the lowest", N)
SHAPE(ladder);

/* The ladder in force. */
enum err ladder_live(struct ctx *c, struct ladder *out);
/* The highest rank a measure reaches by rule; 0: none. */
i64 ladder_reached(const struct ladder *l, money measure);

/* -- facts and where they put him (facts.c, climb.c) ------------------------------------------- */

#define FIELDS_OF_deed(X, N)   \
    X(instant, at, ANY, "", N) \
    X(money, value, ANY, "What it adds to the measure", N)
SHAPE(deed);

struct appointed {
    instant at;
    opt_instant until;
    i64 rank;
};
struct appointed_list {
    struct appointed *at;
    i64 n;
};

struct facts {
    struct deed_list deeds; /* in order of time; joining is one, of no value */
    struct appointed_list appointments;
};
/* What the ladder asks about. */
enum err facts_of(struct ctx *c, const struct ladder *l, i64 member, struct facts *out);

enum tier_why { WHY_QUALIFIED, WHY_KEPT, WHY_EXPIRED, WHY_APPOINTED, WHY_APPOINTMENT_ENDED };

struct standing {
    i64 rank, earned;
    instant since;     /* of rank */
    opt_instant until; /* its term */
    opt_instant due;   /* when it may be another by time alone */
    money measure;     /* of the window that ends now */
};
/* What changed on the way, in order. */
struct turn {
    instant at;
    i64 from, to;
    enum tier_why why;
};
struct turns {
    struct turn *at;
    i64 n;
};
/* Pure. Deeds at `now` itself count unless `before`. turns may be NULL; else they grow in a. */
struct standing climb(const struct ladder *l, const struct zone *z, const struct facts *f,
                      instant now, bool before, struct arena *a, struct turns *turns);
/* For one rung of the ladder, the first instant after the last day of the n-th term since `from`.
 */
instant term_end(const struct ladder *l, const struct zone *z, day from, i64 n);

extern const struct migration tiers_migrations[];
