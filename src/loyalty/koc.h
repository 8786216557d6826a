/* koc.h -- key opinion consumers (KOC): members who bring others, from their application to what
 * they are paid.
 *
 * Commission has ONE level, by law (multi-level selling is forbidden): it is paid for orders that
 * others place with a KOC's own code or after coming by his own link, and for nothing else. Nobody
 * earns by what another KOC earns; a mentor sees his mentee's figures and is paid nothing by them.
 *
 * Words
 *   level      what his orders make him: named, with a rate and trials; a row (koc_level).
 *   code       his promotion code; with a target it is a link, GET /k/{code}.
 *   touch      somebody came by a code: told by the shop's program, or seen by tracking (the
 *              link's utm parameters on a page).
 *   entry      what one order line earned, or lost again, in money; never altered. The sum of a
 *              member's entries less what he was paid is his ledger account (member, "commission").
 *   counts     an entry is pending until the return window of its order is over (as points are); it
 *              counts from then on, or from when it was written, if that is later.
 *   statement  the entries that began to count before a month's end, of one KOC; once settled they
 *              are final, and what changes afterwards is on a later statement.
 *
 *     -- apply --> applied --approve--> active <--resume-- suspended
 *                     |                  |  ^ -- suspend -->  |
 *                   refuse             leave  \-- accept -- invited <-- invite
 *                     v                  v                    |
 *                  refused              left <----------------+
 *     refused and left may apply again or be invited.
 *
 * Promises
 *   - an_order_is_attributed_once: by its code, else by the last touch within the window; a code
 *     that comes later moves it, with all it earned.
 *   - never_to_himself: nor to a member he turns out to be; parted again, it is back.
 *   - the_rate_is_of_the_day_it_was_paid: what his level was then, frozen at first sight.
 *   - a_line_pays_once: commission is the line's net of refunds times the rate, to the cent;
 *     however often the order is told.
 *   - pending_until_the_return_window_ends: by reading, job or no job.
 *   - a_statement_is_of_its_month: the same whether it is settled at once or late; settled again it
 *     stays as it is.
 *   - a_refund_after_settling_goes_to_the_next_statement: below zero, it is a debt and is carried.
 *   - large_months_need_two_people: above koc.approval_above nothing is paid before a second person
 *     agreed.
 *   - paid_once: a payout is recorded once, with its reference; no money moves by Koi.
 *   - a_level_follows_its_rule: at any instant; its change is written down by the order or the job.
 *   - codes_are_unique: however they are cased, also those that ended.
 *   - no_open_redirect: links lead to the shop's own hosts, by https, and nowhere else.
 *   - clicks_know_nobody: a click is a number a day.
 *   - trials_run_out: so many a month, by level; who owes a report has none until he wrote it.
 *   - mentors_make_no_circle: and each has one at a time.
 * Threads  any; what changes runs inside store_write. Members are living ids.
 */
#pragma once

#include "ledger/ledger.h"

#define COMMISSION "commission" /* the unit */

enum koc_state {
    KOC_APPLIED,
    KOC_INVITED,
    KOC_ACTIVE,
    KOC_SUSPENDED,
    KOC_REFUSED,
    KOC_LEFT,
};
CHOICE(koc_state); /* applied invited active suspended refused left */

/* -- levels ------------------------------------------------------------------------------------ */

#define FIELDS_OF_koc_level(X, N)                                                          \
    X(str, code, REQUIRED | SHORT, "Code", N)                                              \
    X(str, zh, REQUIRED | SHORT, "Chinese name", N)                                        \
    X(str, en, REQUIRED | SHORT, "English name", N)                                        \
    X(i64, orders, NOT_NEGATIVE, "Needs so many orders brought in the window", N)          \
    X(money, amount, NOT_NEGATIVE, "And so much brought in the window, net of refunds", N) \
    X(i64, window_days, POSITIVE, "The window: so many days, today included", N)           \
    X(i64, rate, NOT_NEGATIVE, "Commission in basis points: 800 is 8 %", N)                \
    X(i64, trials, NOT_NEGATIVE, "Trials a month", N)                                      \
    X(str, tier, SHORT, "Tier of the programme he is appointed to; empty: none", N)
SHAPE(koc_level);
/* The lowest first; the first needs nothing. */
enum err koc_levels(struct ctx *c, struct koc_level_list *out);
/* In place of all there are: 1 to 10. Orders keep the rate they were paid at. */
enum err koc_levels_put(struct tx *t, const struct koc_level_list *in);

/* -- who is one -------------------------------------------------------------------------------- */

#define FIELDS_OF_koc_handle(X, N)                                             \
    X(str, platform, REQUIRED | SHORT, "Platform: 小红书, 抖音, …", N)         \
    X(str, handle, REQUIRED | SHORT | PERSONAL, "His name or number there", N) \
    X(opt_i64, followers, NOT_NEGATIVE, "Followers, as he says", N)
SHAPE(koc_handle);

#define FIELDS_OF_koc_application(X, N)                                          \
    X(str, text, PERSONAL, "What he says about himself, at most 2,000 bytes", N) \
    X(list(koc_handle), handles, ANY, "Where he publishes, at most 10", N)
SHAPE(koc_application);

/* At c->now, exactly. */
#define FIELDS_OF_koc_figures(X, N)                                                    \
    X(i64, orders, ANY, "Orders brought so far, not refunded whole", N)                \
    X(money, amount, ANY, "What they come to, net of refunds", N)                      \
    X(i64, clicks, ANY, "Clicks on his links", N)                                      \
    X(money, pending, ANY, "Commission that waits for return windows", N)              \
    X(money, unsettled, ANY, "Commission that counts and is on no statement yet", N)   \
    X(money, unpaid, ANY, "On statements, to be paid", N)                              \
    X(money, paid, ANY, "Paid so far", N)                                              \
    X(money, carried, ANY, "Debt that the next statement takes off: zero or below", N) \
    X(money, account, ANY, "His account: pending + unsettled + unpaid + carried", N)
SHAPE(koc_figures);

#define FIELDS_OF_koc_view(X, N)                                                    \
    X(i64, member, ANY, "Who", N)                                                   \
    X(str, name, PERSONAL, "Name", N)                                               \
    X(choice(koc_state), state, ANY, "Where he stands", N)                          \
    X(str, level, ANY, "Code of his level now; empty: he is not active", N)         \
    X(str, level_zh, ANY, "Its Chinese name", N)                                    \
    X(str, level_en, ANY, "Its English name", N)                                    \
    X(i64, rate, ANY, "Commission in basis points", N)                              \
    X(i64, window_orders, ANY, "Orders brought in the window of the next level", N) \
    X(money, window_amount, ANY, "Amount brought in it", N)                         \
    X(str, next, ANY, "The level above; empty: none", N)                            \
    X(opt_i64, missing_orders, ANY, "Orders missing for it", N)                     \
    X(opt_money, missing_amount, ANY, "Amount missing for it", N)                   \
    X(str, text, PERSONAL, "What he says about himself", N)                         \
    X(list(koc_handle), handles, ANY, "Where he publishes", N)                      \
    X(str, reason, ANY, "Why he was refused, suspended or left", N)                 \
    X(instant, asked_at, ANY, "Applied or invited", N)                              \
    X(opt_instant, joined_at, ANY, "Active since", N)                               \
    X(str, decided_by, ANY, "Who decided last", N)                                  \
    X(one(koc_figures), figures, ANY, "Figures", N)
SHAPE(koc_view);
/* E_NOT_FOUND: he never applied. `personal`: names and handles as they are. */
enum err koc_get(struct ctx *c, i64 member, bool personal, struct koc_view *out);
enum err koc_find(struct ctx *c, i64 member, bool personal, bool *found, struct koc_view *out);
/* By member, above an id. state, level: absent for all. */
enum err koc_list(struct ctx *c, str state, str level, i64 above, i64 limit, bool personal,
                  struct koc_view_list *out);

/* Applies; who was invited becomes active. E_CONFLICT: he has applied, or is one. */
enum err koc_apply(struct tx *t, i64 member, const struct koc_application *in);
enum err koc_invite(struct tx *t, i64 member);
/* The reason of a refusal is REQUIRED. E_CONFLICT: decided the other way. Again: nothing. */
enum err koc_review(struct tx *t, i64 member, bool approve, str reason);
/* KOC_SUSPENDED, KOC_ACTIVE (resume) or KOC_LEFT; again: nothing. What he earned stays his. */
enum err koc_set_state(struct tx *t, i64 member, enum koc_state state, str reason);

/* -- codes and links --------------------------------------------------------------------------- */

enum { KOC_CODE_MIN = 4, KOC_CODE_MAX = 16, KOC_CODE_MADE = 7 };

#define FIELDS_OF_koc_code(X, N)                                                \
    X(str, code, ANY, "Code, in capitals", N)                                   \
    X(i64, member, ANY, "Whose", N)                                             \
    X(str, name, ANY, "What it is for", N)                                      \
    X(str, target, ANY, "Where /k/{code} leads; absent: nowhere", N)            \
    X(instant, created_at, ANY, "Made", N)                                      \
    X(opt_instant, ended_at, ANY, "Ended: attributes no order placed after", N) \
    X(i64, clicks, ANY, "Clicks", N)                                            \
    X(i64, orders, ANY, "Orders with it, not refunded whole", N)                \
    X(money, amount, ANY, "What they come to", N)
SHAPE(koc_code);

struct koc_code_ask {
    i64 member;
    str code;    /* chosen; empty: made[] is tried */
    str made[4]; /* by koc_code_make, before the write */
    str name, target;
};
/* A code of its own, unguessable, without letters that look alike. */
str koc_code_make(struct arena *a);
/* E_INVALID: not 4 to 16 letters and digits, or a target that is not the shop's. E_CONFLICT: the
 * code was given before. E_UNPROCESSABLE: he is not active, or has too many. */
enum err koc_code_put(struct tx *t, const struct koc_code_ask *in, str *code);
enum err koc_code_end(struct tx *t, i64 member, str code); /* again: nothing; E_NOT_FOUND */
enum err koc_codes(struct ctx *c, i64 member, struct koc_code_list *out);
/* What /k/{code} leads to now, with its utm parameters; E_NOT_FOUND: nowhere. */
enum err koc_link(struct ctx *c, str code, str *url);
enum err koc_click(struct tx *t, str code);
/* A member came by a code: the last one wins. Unknown codes and his own: nothing. */
enum err koc_touched(struct tx *t, i64 member, str code);

/* -- orders and commission --------------------------------------------------------------------- */

#define FIELDS_OF_koc_order_view(X, N)                              \
    X(i64, order_id, ANY, "Order", N)                               \
    X(str, shop, ANY, "Shop", N)                                    \
    X(str, number, ANY, "Order number of the shop", N)              \
    X(str, code, ANY, "By which code", N)                           \
    X(str, how, ANY, "code or link", N)                             \
    X(instant, paid_at, ANY, "Paid", N)                             \
    X(money, net, ANY, "Net of refunds, without postage", N)        \
    X(i64, rate, ANY, "Rate, in basis points", N)                   \
    X(money, commission, ANY, "What it earns now", N)               \
    X(instant, counts_at, ANY, "When its return window is over", N) \
    X(flag, own, ANY, "His own order: it earns nothing", N)         \
    X(flag, no_budget, ANY, "The budget had too little: it earns nothing", N)
SHAPE(koc_order_view);
/* Newest first, below an order's id (0: from the newest). */
enum err koc_orders_of(struct ctx *c, i64 member, i64 below, i64 limit,
                       struct koc_order_view_list *out);

/* -- statements -------------------------------------------------------------------------------- */

enum koc_month_state {
    MONTH_RUNNING, /* not over */
    MONTH_DUE,     /* over, not settled */
    MONTH_WAITING, /* settled, waits for a second person */
    MONTH_FINAL,   /* may be paid */
};
CHOICE(koc_month_state); /* running due waiting final */

#define FIELDS_OF_koc_statement(X, N)                                                      \
    X(i64, number, ANY, "Number; 0: not settled, as it would be", N)                       \
    X(i64, member, ANY, "Whose", N)                                                        \
    X(str, name, PERSONAL, "Name", N)                                                      \
    X(str, month, ANY, "Month: 2026-11", N)                                                \
    X(i64, orders, ANY, "Orders that earned", N)                                           \
    X(i64, lines, ANY, "Order lines", N)                                                   \
    X(money, net, ANY, "What they come to, less refunds of earlier months", N)             \
    X(money, earned, ANY, "Commission earned", N)                                          \
    X(money, taken_back, ANY, "Commission of earlier months taken back: zero or below", N) \
    X(money, carried, ANY, "Carried from before: a debt is below zero", N)                 \
    X(money, payable, ANY, "To be paid: never below zero", N)                              \
    X(money, carries, ANY, "Carried on to the next", N)                                    \
    X(str, reference, ANY, "Reference of the payout", N)                                   \
    X(opt_instant, paid_at, ANY, "When it was paid", N)                                    \
    X(opt_instant, settled_at, ANY, "When it was settled", N)
SHAPE(koc_statement);

#define FIELDS_OF_koc_statement_line(X, N)                                 \
    X(i64, order_id, ANY, "Order", N)                                      \
    X(str, shop, ANY, "Shop", N)                                           \
    X(str, number, ANY, "Order number of the shop", N)                     \
    X(i64, line, ANY, "Line of it; 0: the order as a whole", N)            \
    X(str, product, ANY, "Product code", N)                                \
    X(instant, paid_at, ANY, "Paid", N)                                    \
    X(money, net, ANY, "Net on this statement; below zero: taken back", N) \
    X(i64, rate, ANY, "Rate, in basis points", N)                          \
    X(money, commission, ANY, "Commission on this statement", N)
SHAPE(koc_statement_line);

#define FIELDS_OF_koc_month(X, N)                                               \
    X(str, month, ANY, "Month: 2026-11", N)                                     \
    X(choice(koc_month_state), state, ANY, "Where it stands", N)                \
    X(i64, statements, ANY, "KOCs with a statement", N)                         \
    X(i64, orders, ANY, "Orders that earned", N)                                \
    X(money, net, ANY, "What they come to", N)                                  \
    X(money, earned, ANY, "Commission earned", N)                               \
    X(money, taken_back, ANY, "Taken back", N)                                  \
    X(money, payable, ANY, "To be paid in all", N)                              \
    X(money, paid, ANY, "Of it: paid", N)                                       \
    X(opt_i64, approval, ANY, "Number of the approval it waits for, or had", N) \
    X(opt_instant, settled_at, ANY, "When it was settled", N)
SHAPE(koc_month);

/* "2026-11" to its first instant and the first after it; E_INVALID. */
enum err koc_month_read(struct ctx *c, str month, instant *from, instant *end);
enum err koc_month_get(struct ctx *c, str month, struct koc_month *out);
/* From the month of the first entry to the one that runs, newest first, at most 60. */
enum err koc_months(struct ctx *c, struct koc_month_list *out);
/* Of a month that is not settled: as they would be. By member, above an id. */
enum err koc_statements(struct ctx *c, str month, i64 above, i64 limit, bool personal,
                        struct koc_statement_list *out);
enum err koc_statements_of(struct ctx *c, i64 member, struct koc_statement_list *out);
enum err koc_statement_get(struct ctx *c, i64 number, bool personal, struct koc_statement *out);
enum err koc_statement_lines(struct ctx *c, i64 number, struct koc_statement_line_list *out);
/* Settles a month that is over: a statement for whoever has entries that count. Months before it
 * come with it. E_UNPROCESSABLE: it is not over. Settled before: nothing, and what waits for a
 * second person asks again when its ask has ended. */
enum err koc_settle(struct store *s, struct ctx *c, str month);
/* E_UNPROCESSABLE: nothing to pay, or it waits for approval; E_CONFLICT: paid with another
 * reference. Again: nothing. */
enum err koc_paid(struct tx *t, i64 number, str reference);

/* -- trials ------------------------------------------------------------------------------------ */

enum koc_trial_state { TRIAL_ASKED, TRIAL_APPROVED, TRIAL_REFUSED, TRIAL_SHIPPED, TRIAL_REPORTED };
CHOICE(koc_trial_state); /* asked approved refused shipped reported */

#define FIELDS_OF_koc_trial(X, N)                                \
    X(i64, number, ANY, "Number", N)                             \
    X(i64, member, ANY, "Whose", N)                              \
    X(str, name, PERSONAL, "Name", N)                            \
    X(str, product, ANY, "What he wants to try", N)              \
    X(str, text, ANY, "What he plans to do with it", N)          \
    X(choice(koc_trial_state), state, ANY, "Where it stands", N) \
    X(str, note, ANY, "What the shop said", N)                   \
    X(str, shipment, ANY, "Carrier and number", N)               \
    X(opt_instant, report_due, ANY, "When the report is due", N) \
    X(flag, overdue, ANY, "It is due and not there", N)          \
    X(str, report, ANY, "The report: a link or a text", N)       \
    X(instant, asked_at, ANY, "Asked", N)                        \
    X(opt_instant, decided_at, ANY, "When it was decided", N)    \
    X(opt_instant, reported_at, ANY, "When he reported", N)
SHAPE(koc_trial);
/* How many he may still ask for this month. */
enum err koc_trials_left(struct ctx *c, i64 member, i64 *left);
/* E_UNPROCESSABLE: none left this month, a report is overdue, or he is not active. key: a retry
 * with it is harmless. */
enum err koc_trial_ask(struct tx *t, i64 member, str key, str product, str text, i64 *number);
enum err koc_trial_decide(struct tx *t, i64 number, bool approve, str note);
enum err koc_trial_ship(struct tx *t, i64 number, str shipment);
enum err koc_trial_report(struct tx *t, i64 member, i64 number, str report);
/* Newest first, below a number (0: from the newest). state: absent for all; member 0: all. */
enum err koc_trials(struct ctx *c, i64 member, str state, i64 below, i64 limit, bool personal,
                    struct koc_trial_list *out);

/* -- mentors ----------------------------------------------------------------------------------- */

#define FIELDS_OF_koc_pair(X, N)                                                          \
    X(i64, number, ANY, "Number", N)                                                      \
    X(i64, mentor, ANY, "Mentor", N)                                                      \
    X(str, mentor_name, PERSONAL, "His name", N)                                          \
    X(i64, mentee, ANY, "Mentee", N)                                                      \
    X(str, mentee_name, PERSONAL, "His name", N)                                          \
    X(instant, from, ANY, "Since when", N)                                                \
    X(opt_instant, until, ANY, "Until when", N)                                           \
    X(str, level, ANY, "The mentee's level", N)                                           \
    X(i64, orders, ANY, "Orders the mentee brought meanwhile, not refunded whole", N)     \
    X(money, amount, ANY, "What they come to; nobody but the mentee is paid for them", N) \
    X(str, mentor_level, ANY, "The mentor's level", N)                                    \
    X(i64, mentor_orders, ANY, "Orders the mentor brought meanwhile by his own codes", N) \
    X(money, mentor_amount, ANY, "What they come to", N)
SHAPE(koc_pair);
/* E_UNPROCESSABLE: one is not active, they are one, it would be a circle. E_CONFLICT: he has a
 * mentor. */
enum err koc_pair_make(struct tx *t, i64 mentor, i64 mentee, opt_instant until, i64 *number);
enum err koc_pair_end(struct tx *t, i64 number); /* ended: nothing */
/* mentor 0: of all; running: only those that hold at c->now. Newest first. */
enum err koc_pairs(struct ctx *c, i64 mentor, bool running, i64 below, i64 limit, bool personal,
                   struct koc_pair_list *out);

/* -- upkeep ------------------------------------------------------------------------------------ */

/* Writes down levels that time has moved: the job. */
enum err koc_levels_settle(struct store *s, struct ctx *c);
/* Counts members whose account is not what their entries and statements say, and orders whose
 * entries are not what their lines say: koi doctor. */
enum err koc_check(struct ctx *c, i64 *wrong);

struct order_listener;
struct merge_listener;
extern const struct order_listener koc_orders;
extern const struct merge_listener koc_merges; /* after trade's and the ledger's */
extern const struct room koc_room;
