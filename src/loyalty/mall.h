/* mall.h -- the points mall: goods for points and money, their stock, exchanges from placed to
 * received, codes that are delivered once.
 *
 * Words
 *   good        what is offered: a thing that is shipped, a coupon (an entitlement), a gift card or
 *               a code (both from a list that was uploaded).
 *   stock       the ledger account (house, "stock", "mall:GOOD"); nothing else counts pieces.
 *   exchange    a member takes so many pieces for points and, where the good says so, money.
 *
 * States. What time does is true at its instant, job or no job.
 *
 *     placed --paid--> paid --shipped--> shipped --received, or by itself--> received
 *       |               |                  |                                   |
 *       |               |                  +----------- returned <-------------+ (within its days)
 *       +--- cancelled <+       (unpaid for too long: cancelled by itself)
 *
 * An exchange without money is paid when it is placed. Coupons and codes are received when they are
 * paid. While money is owed points and stock are held; paid, they are taken; cancelled or returned,
 * the points go back to the lots they came from, and the pieces to the stock.
 *
 * Promises
 *   - points_and_stock_go_together: both are taken or held in one step, or neither is.
 *   - never_more_than_the_stock: by however many at once.
 *   - limits_hold: per member in all, a day, a month, and by tier; by however many requests at
 * once.
 *   - the_same_key_exchanges_once: the same request again answers as the first time; another with
 *     its key is a conflict.
 *   - unpaid_ends_by_itself: at that instant points and stock are free, job or no job.
 *   - received_by_itself: so many days after it was shipped.
 *   - returned_points_keep_their_expiry: and go back once.
 *   - a_code_is_delivered_once: to one exchange, shown again to its member alone.
 *   - each_refusal_has_its_words.
 *   - an_address_is_forgotten: with its member; until then it is in what he is told of himself
 *     (member_export).
 *   - codes_are_in_no_file.
 *   - a_merge_carries_exchanges: and parting gives them back.
 * Threads  any; what changes runs inside store_write.
 */
#pragma once

#include "ledger/ledger.h"

enum good_kind { GOOD_THING, GOOD_COUPON, GOOD_GIFT_CARD, GOOD_CODE };
CHOICE(good_kind); /* goods coupon gift_card code */
enum good_state { GOOD_DRAFT, GOOD_ON, GOOD_OFF };
CHOICE(good_state); /* draft on off */

#define FIELDS_OF_tier_limit(X, N)                      \
    X(str, tier, REQUIRED | SHORT, "Code of a tier", N) \
    X(i64, per_member, NOT_NEGATIVE, "How many its members may have in all; 0: no limit", N)
SHAPE(tier_limit);

/* 0 of a limit: there is none. */
#define GOOD_TERMS(X, N, NAME)                                                                     \
    X(str, zh, NAME | SHORT, "Chinese name", N)                                                    \
    X(str, en, SHORT, "English name", N)                                                           \
    X(opt_i64, points, NOT_NEGATIVE, "Points a piece", N)                                          \
    X(opt_money, price, NOT_NEGATIVE, "Money a piece, beside the points", N)                       \
    X(str, picture, ANY, "Address of a picture: https://…", N)                                     \
    X(str, description, ANY, "What it is", N)                                                      \
    X(opt_instant, starts_at, ANY, "On sale from", N)                                              \
    X(opt_instant, ends_at, ANY, "On sale until before", N)                                        \
    X(str, tier, SHORT, "Only members of this tier or above; empty: all", N)                       \
    X(str, segment, SHORT, "Only members of this saved segment; empty: all", N)                    \
    X(opt_i64, per_member, NOT_NEGATIVE, "Pieces a member in all; 0: no limit", N)                 \
    X(opt_i64, per_day, NOT_NEGATIVE, "Pieces a member a day; 0: no limit", N)                     \
    X(opt_i64, per_month, NOT_NEGATIVE, "Pieces a member a month; 0: no limit", N)                 \
    X(list(tier_limit), tier_limits, ANY, "By tier, in place of what a member may have in all", N) \
    X(str, benefit, SHORT, "coupon: the benefit that is granted", N)                               \
    X(str, state, SHORT, "draft, on or off", N)

#define FIELDS_OF_good_post(X, N)                   \
    X(choice(good_kind), kind, REQUIRED, "Kind", N) \
    GOOD_TERMS(X, N, REQUIRED)
SHAPE(good_post);
#define FIELDS_OF_good_patch(X, N)                                                       \
    X(i64, id, REQUIRED | POSITIVE, "Good", N)                                           \
    X(strs, clear, ANY,                                                                  \
      "Terms to be emptied: starts_at, ends_at, tier, segment, picture, tier_limits", N) \
    GOOD_TERMS(X, N, ANY)
SHAPE(good_patch);

#define FIELDS_OF_good_view(X, N)                                        \
    X(i64, id, ANY, "Id", N)                                             \
    X(choice(good_kind), kind, ANY, "Kind", N)                           \
    X(str, zh, ANY, "Chinese name", N)                                   \
    X(str, en, ANY, "English name", N)                                   \
    X(i64, points, ANY, "Points a piece", N)                             \
    X(money, price, ANY, "Money a piece", N)                             \
    X(str, picture, ANY, "Picture", N)                                   \
    X(str, description, ANY, "What it is", N)                            \
    X(opt_instant, starts_at, ANY, "On sale from", N)                    \
    X(opt_instant, ends_at, ANY, "On sale until before", N)              \
    X(str, tier, ANY, "Only this tier or above", N)                      \
    X(str, segment, ANY, "Only this saved segment", N)                   \
    X(i64, per_member, ANY, "Pieces a member in all; 0: no limit", N)    \
    X(i64, per_day, ANY, "Pieces a member a day; 0: no limit", N)        \
    X(i64, per_month, ANY, "Pieces a member a month; 0: no limit", N)    \
    X(list(tier_limit), tier_limits, ANY, "By tier", N)                  \
    X(str, benefit, ANY, "coupon: the benefit that is granted", N)       \
    X(choice(good_state), state, ANY, "Where it stands", N)              \
    X(i64, left, ANY, "Pieces that can be exchanged now", N)             \
    X(i64, held, ANY, "Pieces that wait for their payment", N)           \
    X(i64, taken, ANY, "Pieces that were exchanged and not returned", N) \
    X(instant, created_at, ANY, "Made", N)
SHAPE(good_view);

enum err good_make(struct tx *t, const struct good_post *in, i64 *id);
/* What is absent stays; of what was exchanged nothing changes. */
enum err good_change(struct tx *t, const struct good_patch *in);
enum err good_get(struct ctx *c, i64 id, struct good_view *out); /* E_NOT_FOUND */
/* Newest first, below an id (0: from the newest); state: absent for all. */
enum err good_list(struct ctx *c, str state, i64 below, i64 limit, struct good_view_list *out);

#define FIELDS_OF_restock(X, N)                                                         \
    X(i64, id, REQUIRED | POSITIVE, "Good", N)                                          \
    X(str, key, REQUIRED | SHORT, "Your number for it: a retry with it is harmless", N) \
    X(i64, amount, REQUIRED, "Pieces that come; below zero: that go", N)                \
    X(str, reason, REQUIRED | SHORT, "Why", N)
SHAPE(restock);
/* Not for goods that are codes. E_UNPROCESSABLE: so many are not there. */
enum err good_restock(struct tx *t, const struct restock *in);

enum { CODES_MAX = 100000, CODE_BYTES_MAX = 200 };
#define FIELDS_OF_codes_added(X, N)                                   \
    X(i64, added, ANY, "Codes of this list that are in the stock", N) \
    X(flag, again, ANY, "This list was there before", N)              \
    X(i64, left, ANY, "Codes left", N)
SHAPE(codes_added);
/* One a line. The key names the list: the same again (also after an interruption) is harmless.
 * E_CONFLICT: a code stands twice, or is there already; none of the list is taken then (unless
 * another list brings that code at the same moment: then it ends where it stands). */
enum err good_codes_add(struct store *s, struct ctx *c, i64 good, str key, str text,
                        struct codes_added *out);

/* -- exchanges --------------------------------------------------------------------------------- */

/* Why a good cannot be had, in order of precedence. */
#define MALL_RESULTS(X)                                                                     \
    X(DONE, OK, "可以兑换", "can be exchanged")                                             \
    X(SHUT, E_UNPROCESSABLE, "商品未上架", "it is not on sale")                             \
    X(EARLY, E_UNPROCESSABLE, "还没有开售", "it is not yet on sale")                        \
    X(OVER, E_UNPROCESSABLE, "已经停售", "it is no longer on sale")                         \
    X(TIER, E_UNPROCESSABLE, "会员等级不够", "it is not for your tier")                     \
    X(SEGMENT, E_UNPROCESSABLE, "不在可兑换的人群内", "it is for other members")            \
    X(LIMIT, E_UNPROCESSABLE, "超过每人限兑数量", "more than a member may have")            \
    X(TIER_LIMIT, E_UNPROCESSABLE, "超过本等级限兑数量", "more than your tier may have")    \
    X(MONTH, E_UNPROCESSABLE, "超过每月限兑数量", "more than a member may have in a month") \
    X(DAY, E_UNPROCESSABLE, "超过每天限兑数量", "more than a member may have in a day")     \
    X(STOCK, E_UNPROCESSABLE, "库存不足", "it is out of stock")                             \
    X(POINTS, E_UNPROCESSABLE, "积分不足", "there are not enough points")
enum mall_result {
#define X(name, err, zh, en) MALL_##name,
    MALL_RESULTS(X)
#undef X
};
CHOICE(mall_result);

enum exchange_state {
    EXCHANGE_PLACED,
    EXCHANGE_PAID,
    EXCHANGE_SHIPPED,
    EXCHANGE_RECEIVED,
    EXCHANGE_RETURNED,
    EXCHANGE_CANCELLED,
};
CHOICE(exchange_state); /* placed paid shipped received returned cancelled */

#define FIELDS_OF_exchange_post(X, N)                                                   \
    X(i64, id, REQUIRED | POSITIVE, "Good", N)                                          \
    X(str, key, REQUIRED | SHORT, "Your number for it: a retry with it is harmless", N) \
    X(opt_i64, quantity, POSITIVE, "Pieces; 1 when absent", N)                          \
    X(str, receiver, SHORT | PERSONAL, "Things that are shipped: who receives them", N) \
    X(str, phone, SHORT | PERSONAL, "His phone", N)                                     \
    X(str, address, PERSONAL, "Where to", N)
SHAPE(exchange_post);

#define FIELDS_OF_exchange_view(X, N)                                                 \
    X(i64, id, ANY, "Number of the exchange", N)                                      \
    X(str, key, ANY, "Its caller's number for it", N)                                 \
    X(i64, member, ANY, "Whose", N)                                                   \
    X(str, name, PERSONAL, "His name", N)                                             \
    X(i64, good, ANY, "Good", N)                                                      \
    X(str, zh, ANY, "Its Chinese name", N)                                            \
    X(str, en, ANY, "Its English name", N)                                            \
    X(choice(good_kind), kind, ANY, "Its kind", N)                                    \
    X(i64, quantity, ANY, "Pieces", N)                                                \
    X(i64, points, ANY, "Points, in all", N)                                          \
    X(money, price, ANY, "Money, in all", N)                                          \
    X(choice(exchange_state), state, ANY, "Where it stands now", N)                   \
    X(str, why, ANY, "cancelled: member, operator or unpaid", N)                      \
    X(flag, prize, ANY, "It was won, not exchanged", N)                               \
    X(instant, placed_at, ANY, "Placed", N)                                           \
    X(opt_instant, pay_until, ANY, "placed: cancelled by itself at this instant", N)  \
    X(opt_instant, paid_at, ANY, "Paid", N)                                           \
    X(str, payment, ANY, "Reference of the payment", N)                               \
    X(opt_instant, shipped_at, ANY, "Shipped", N)                                     \
    X(str, carrier, ANY, "Carrier", N)                                                \
    X(str, tracking, ANY, "Number of the parcel", N)                                  \
    X(opt_instant, receive_by, ANY, "shipped: received by itself at this instant", N) \
    X(opt_instant, received_at, ANY, "Received", N)                                   \
    X(opt_instant, return_until, ANY, "received: can be returned before this", N)     \
    X(opt_instant, ended_at, ANY, "Returned or cancelled", N)                         \
    X(flag, refund_due, ANY, "Ended, and its money is to be paid back", N)            \
    X(str, refund, ANY, "Reference of that", N)                                       \
    X(str, receiver, PERSONAL, "Who receives it", N)                                  \
    X(str, phone, PERSONAL, "His phone", N)                                           \
    X(str, address, PERSONAL, "Where to", N)                                          \
    X(strs, codes, PERSONAL, "The codes it delivered", N)
SHAPE(exchange_view);

#define FIELDS_OF_exchanged(X, N)                \
    X(i64, id, ANY, "Number of the exchange", N) \
    X(flag, again, ANY, "It was placed before: that answer", N)
SHAPE(exchanged);
/* member is a living id. Refused: E_UNPROCESSABLE with the words of MALL_RESULTS, *result which. */
enum err mall_exchange(struct tx *t, i64 member, const struct exchange_post *in,
                       enum mall_result *result, struct exchanged *out);
/* What stands in the way of so many pieces; changes nothing. */
enum err mall_can(struct ctx *c, i64 member, i64 good, i64 quantity, enum mall_result *out);
str mall_result_words(const struct ctx *c, enum mall_result r);

/* `member`: whose it must be, else E_NOT_FOUND; 0: anybody's. Each of these done before is done
 * again without harm; from a state that does not allow it E_CONFLICT. */
enum err mall_pay(struct tx *t, i64 exchange, str reference, opt_money amount);
enum err mall_ship(struct tx *t, i64 exchange, str carrier, str tracking); /* again: corrected */
enum err mall_receive(struct tx *t, i64 exchange, i64 member);
enum err mall_cancel(struct tx *t, i64 exchange, i64 member);
/* E_UNPROCESSABLE: its days are over, or it was used, or it is a code. */
enum err mall_return(struct tx *t, i64 exchange, str reason);
/* The money of an ended exchange was paid back. */
enum err mall_refunded(struct tx *t, i64 exchange, str reference);
struct parcel_to {
    str receiver, phone, address;
};
/* Before it is shipped. */
enum err mall_address(struct tx *t, i64 exchange, i64 member, struct parcel_to to);

struct exchange_filter {
    str state;         /* absent: all */
    i64 good, member;  /* 0: all; living */
    i64 below;         /* a number; 0: from the newest */
    instant from;      /* placed from then on */
    opt_instant until; /* placed before then */
};
/* Newest first. personal: addresses and codes unmasked. */
enum err exchange_list(struct ctx *c, struct exchange_filter of, i64 limit, bool personal,
                       struct exchange_view_list *out);
enum err exchange_get(struct ctx *c, i64 exchange, bool personal, struct exchange_view *out);

/* All that fit, newest first, as csv or xlsx; codes are in no file. */
enum err exchange_export(struct ctx *c, str path, bool xlsx, struct exchange_filter of,
                         bool personal);

/* Writes down what time has done. */
enum err mall_lapse(struct store *s, struct ctx *c);
/* Counts what is wrong: goods whose codes are not their stock, exchanges without their transfers.
 */
enum err mall_check(struct ctx *c, i64 *wrong);

struct merge_listener;
extern const struct merge_listener mall_merges;
extern const struct room mall_room;
