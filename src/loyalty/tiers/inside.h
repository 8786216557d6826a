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
#include "store/setting.h"

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
enum err ladder_read(struct ctx *c, i64 version, struct ladder *out); /* E_NOT_FOUND */
enum err ladder_versions(struct ctx *c, i64 *live, i64 *draft);       /* draft 0: none */
/* E_INVALID with the field at fault. */
enum err ladder_check(struct ctx *c, const struct ladder *l);
/* 0: below the first, or not in it. */
i64 ladder_rank(const struct ladder *l, str code);
str ladder_code(const struct ladder *l, i64 rank);
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
    str tier; /* counts for nothing when the ladder has it no longer */
};
struct appointed_list {
    struct appointed *at;
    i64 n;
};

struct facts {
    i64 member;
    struct deed_list deeds; /* in order of time; joining is one, of no value */
    struct appointed_list appointments;
};
/* What the ladder asks about, of one member. */
enum err facts_of(struct ctx *c, const struct ladder *l, i64 member, struct facts *out);
/* Of each of these members who did anything, joined or was appointed, in order. All of it is in
 * memory at once: a few thousand at a time. */
enum err facts_each(struct ctx *c, const struct ladder *l, i64 first, i64 last,
                    enum err (*fn)(void *arg, const struct facts *f), void *arg);
enum { FACTS_AT_ONCE = 4000 };
/* The members there are, and those who bought. */
enum err facts_range(struct ctx *c, i64 *first, i64 *last);

enum tier_why {
    WHY_QUALIFIED,
    WHY_KEPT,
    WHY_EXPIRED,
    WHY_APPOINTED,
    WHY_APPOINTMENT_ENDED,
    WHY_REFUND, /* what he did counts for less than it did, or for more */
    WHY_RULES,  /* another ladder */
    WHY_MERGED, /* he is one with another, or parted again */
};
CHOICE(tier_why);

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

/* -- what is written down (settle.c, appoint.c, evaluate.c) ------------------------------------ */

#define FIELDS_OF_tier_row(X, N)                                              \
    X(i64, member, ANY, "", N)                                                \
    X(str, tier, ANY, "Code; empty: below the first", N)                      \
    X(i64, rank, ANY, "", N)                                                  \
    X(opt_instant, since, ANY, "", N)                                         \
    X(opt_instant, until, ANY, "", N)                                         \
    X(opt_instant, due_at, ANY, "When time alone may change it", N)           \
    X(i64, changes, ANY, "How many steps his history has", N)                 \
    X(instant, settled_at, ANY, "What happened by then is in the history", N) \
    X(flag, gone, ANY, "Merged away", N)
SHAPE(tier_row);

/* Brings what is written of these members to c->now. why: what changes that time does not explain.
 * changed may be NULL; else it counts up. */
enum err settle_range(struct tx *t, const struct ladder *l, i64 first, i64 last, enum tier_why why,
                      i64 *changed);

/* Settles those whose time came; everybody, when the ladder or the programme's day is another than
 * when that was last done. */
enum err tiers_keep_up(struct store *s, struct ctx *c);
/* Everybody, now. *changed counts the members whose tier moved. */
enum err tiers_evaluate(struct store *s, struct ctx *c, i64 *changed);

#define FIELDS_OF_tier_appointee(X, N)                                            \
    X(i64, member, ANY, "Member, by the id he has now", N)                        \
    X(str, name, PERSONAL, "Name", N)                                             \
    X(str, tier, ANY, "Code of the tier", N)                                      \
    X(instant, at, ANY, "Appointed then", N)                                      \
    X(opt_instant, until, ANY, "Ends then; absent: until it is ended by hand", N) \
    X(str, reason, ANY, "Why", N)                                                 \
    X(str, actor, ANY, "Who appointed him", N)
SHAPE(tier_appointee);
/* Whose appointment counts at c->now, the latest first, before (at, member); at 0: from the latest.
 * Names as they are. */
enum err tier_appointees(struct ctx *c, instant at, i64 member, i64 limit,
                         struct tier_appointee_list *out);

/* -- another ladder (rules.c, simulate.c) ------------------------------------------------------ */

/* A draft: nothing follows it until it goes live. */
enum err ladder_put(struct tx *t, const struct ladder *in, i64 *version);
/* In force from now on. E_UNPROCESSABLE: not simulated within the last day. */
enum err ladder_go_live(struct tx *t, i64 version);
/* That it was looked at, for ladder_go_live. */
enum err ladder_simulated(struct tx *t, const struct ladder *l);

#define FIELDS_OF_ladder_past(X, N)                                                  \
    X(i64, version, ANY, "Number of the ladder", N)                                  \
    X(opt_instant, live_at, ANY, "In force since; absent: shipped, or not noted", N) \
    X(str, live_by, ANY, "Who put it in force", N)                                   \
    X(one(ladder), rules, ANY, "The rules", N)
SHAPE(ladder_past);
/* Those that were in force, the one that is now first. */
enum err ladder_history(struct ctx *c, i64 limit, struct ladder_past_list *out);

#define FIELDS_OF_tier_count(X, N)                       \
    X(str, tier, ANY, "Code; empty: below the first", N) \
    X(i64, now, ANY, "Members who hold it", N)           \
    X(i64, then, ANY, "Members who would", N)
SHAPE(tier_count);
#define FIELDS_OF_tier_move(X, N)                        \
    X(str, from, ANY, "Code; empty: below the first", N) \
    X(str, to, ANY, "Code; empty: below the first", N)   \
    X(i64, members, ANY, "Members who would move so", N)
SHAPE(tier_move);
#define FIELDS_OF_tier_sample(X, N)                      \
    X(i64, member, ANY, "Member", N)                     \
    X(str, name, PERSONAL, "Name", N)                    \
    X(str, from, ANY, "Code; empty: below the first", N) \
    X(str, to, ANY, "Code; empty: below the first", N)
SHAPE(tier_sample);
#define FIELDS_OF_tier_simulation(X, N)                 \
    X(list(tier_count), tiers, ANY, "Tier by tier", N)  \
    X(list(tier_move), moves, ANY, "Who would move", N) \
    X(list(tier_sample), sample, ANY, "A few of each move", N)
SHAPE(tier_simulation);
/* Who is where by the ladder in force and who would be by this one, at c->now. */
enum err ladder_simulate(struct ctx *c, const struct ladder *then, struct tier_simulation *out);

/* -- as others see it (look.c) ----------------------------------------------------------------- */

void tier_words(const struct ladder *l, const struct standing *s, struct tier_now *out);

extern const struct migration tiers_migrations[];
extern const struct setting tiers_settings[];
extern const struct field_table tiers_fields;
