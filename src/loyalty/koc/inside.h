/* inside.h -- what the files of the KOC programme share.
 *
 * Invariants
 *   1. Of an order at most one koc_order is `held`. due = the sum of its koc_lines = the sum of its
 *      koc_entries' commission; net likewise.
 *   2. A holder's ledger account = his entries on no statement + what his statements earned and
 *      took back - what he was paid.
 *   3. An entry that counts (counts_at <= now) changes no more, but gets its statement, once.
 */
#pragma once

#include "base/clock.h"
#include "loyalty/koc.h"
#include "store/setting.h"

#define KOC_PAID "paid" /* house account: what was paid out */

extern const struct migration koc_migrations[]; /* tables.c */
extern const struct setting koc_settings[];
extern const struct field_table koc_fields; /* fields.c */

/* -- koc.c: who is one ------------------------------------------------------------------------- */

#define FIELDS_OF_koc_row(X, N)             \
    X(i64, member, ANY, "", N)              \
    X(i64, holder, ANY, "", N)              \
    X(choice(koc_state), state, ANY, "", N) \
    X(str, level, ANY, "", N)               \
    X(str, appointed, ANY, "", N)           \
    X(str, text, ANY, "", N)                \
    X(str, handles, ANY, "", N)             \
    X(str, reason, ANY, "", N)              \
    X(instant, asked_at, ANY, "", N)        \
    X(opt_instant, joined_at, ANY, "", N)   \
    X(str, decided_by, ANY, "", N)
SHAPE(koc_row);
/* Of two that became one the more active stands for both. */
enum err koc_row_of(struct ctx *c, i64 holder, bool *found, struct koc_row *out);
/* Nobody else changes what is his until the change ends. */
enum err koc_lock(struct tx *t, i64 holder);
enum err koc_active(struct ctx *c, i64 holder, bool *active);
/* Of a member (an id he was written under) at an instant. */
enum err koc_was_active(struct ctx *c, i64 member, instant at, bool *active);
/* His account may owe. */
enum err koc_account_open(struct tx *t, i64 holder);
enum err koc_line_append(struct tx *t, i64 member, const char *kind, str subject, opt_money value,
                         str props);

/* -- level.c ----------------------------------------------------------------------------------- */

struct koc_stand {
    const struct koc_level *level; /* NULL: he was not active */
    i64 rank;                      /* from 1; 0: none */
    i64 orders;                    /* in the window of the level above, or of his own */
    money amount;
};
/* What his orders paid before `until` (and, with until above at, at it) make him at an instant. */
enum err koc_level_at(struct ctx *c, const struct koc_level_list *levels, i64 holder, instant at,
                      instant until, struct koc_stand *out);
/* Writes down what he is at c->now, with its line and its tier. */
enum err koc_level_settle(struct tx *t, i64 holder);

/* -- code.c ------------------------------------------------------------------------------------ */

#define FIELDS_OF_koc_code_row(X, N)   \
    X(str, code, ANY, "", N)           \
    X(i64, member, ANY, "", N)         \
    X(i64, holder, ANY, "", N)         \
    X(str, target, ANY, "", N)         \
    X(instant, created_at, ANY, "", N) \
    X(opt_instant, ended_at, ANY, "", N)
SHAPE(koc_code_row);
bool koc_host_fits(str host); /* a name that a setting may hold */
/* As it is kept: capitals, without blanks at its ends; absent: it can be none. */
str koc_code_text(struct arena *a, str code);
enum err koc_code_find(struct ctx *c, str code, bool *found, struct koc_code_row *out);
/* It attributed what was placed at an instant. */
bool koc_code_held(const struct koc_code_row *code, instant at);
/* The last code a buyer came by within the window before `at`, his own left out. */
enum err koc_last_touch(struct ctx *c, i64 buyer, instant at, bool *found,
                        struct koc_code_row *out);

/* -- orders.c ---------------------------------------------------------------------------------- */

#define FIELDS_OF_koc_order_row(X, N)  \
    X(i64, member, ANY, "", N)         \
    X(i64, order_id, ANY, "", N)       \
    X(i64, holder, ANY, "", N)         \
    X(str, code, ANY, "", N)           \
    X(str, how, ANY, "", N)            \
    X(flag, held, ANY, "", N)          \
    X(flag, own, ANY, "", N)           \
    X(flag, no_budget, ANY, "", N)     \
    X(str, budget, ANY, "", N)         \
    X(i64, rate, ANY, "", N)           \
    X(instant, paid_at, ANY, "", N)    \
    X(i64, window_ms, ANY, "", N)      \
    X(instant, matures_at, ANY, "", N) \
    X(money, net, ANY, "", N)          \
    X(money, due, ANY, "", N)          \
    X(money, charged, ANY, "", N)      \
    X(flag, counted, ANY, "", N)       \
    X(i64, entries, ANY, "", N)
SHAPE(koc_order_row);
/* Works out again what an order earns, after its buyer or its KOC became somebody else. */
enum err koc_order_again(struct tx *t, i64 order, i64 buyer);
/* Pure: commission on a line, half a cent up. */
money koc_commission(money net, i64 rate);

/* -- money.c: the budget and the account ------------------------------------------------------- */

/* Charges or gives back what `due` is more or less than was charged; *enough false: a first charge
 * that the budget cannot bear. */
enum err koc_budget_to(struct tx *t, struct koc_order_row *o, money due, bool *enough);
enum err koc_account_add(struct tx *t, const struct koc_order_row *o, money amount);
/* What his rows say his account holds. */
enum err koc_account_due(struct ctx *c, i64 holder, money *out);
