/* join.h -- joining the programme for nothing: a fact with a day, a channel and who invited; packs
 * of rewards for newcomers and for the first order.
 *
 * A member (who is anybody a shop has met) takes part from the day he joins until he leaves. A pack
 * is a list of rewards under a name; NEWCOMER_PACK is given when somebody joins, FIRST_ORDER_PACK
 * for his first purchase after that (and after the programme opened).
 *
 * Promises
 *   - joined_once: joining again while he takes part changes nothing.
 *   - a_newcomer_is_new_once: a person has the newcomer pack once, though he leaves and joins again
 *     or turns out to be two.
 *   - the_first_order_is_rewarded_once: in the order's transaction; when it is refunded whole
 *     within `join.first_order_days` what is unused is taken back, and, if all of it was unused,
 *     the next purchase is his first.
 *   - merges_keep_the_earlier: who was two takes part since the earlier of both days.
 */
#pragma once

#include "loyalty/reward.h"

#define NEWCOMER_PACK    "newcomer"
#define FIRST_ORDER_PACK "first_order"

/* -- packs ------------------------------------------------------------------------------------- */

#define FIELDS_OF_pack(X, N)                      \
    X(str, pack, REQUIRED | SHORT, "Its name", N) \
    X(list(reward), rewards, ANY, "What is in it", N)
SHAPE(pack);
/* Puts it in place of what it was; rewards under what is given from now on. At most 20. */
enum err pack_put(struct tx *t, const struct pack *in);
enum err pack_get(struct ctx *c, str name, struct pack *out); /* none: empty */
enum err pack_all(struct ctx *c, struct pack_list *out);
/* Gives what is in it: place i under the id "`why.id`:i". */
enum err pack_give(struct tx *t, i64 member, str name, struct reward_why why);

/* -- joining ----------------------------------------------------------------------------------- */

#define FIELDS_OF_join_ask(X, N)                                     \
    X(i64, id, REQUIRED, "Member", N)                                \
    X(str, channel, SHORT, "How he came: shop, live, qr-code, …", N) \
    X(str, touchpoint, SHORT, "Where", N)                            \
    X(opt_i64, inviter, POSITIVE, "Member who invited him", N)       \
    X(str, code, SHORT, "Or that member's invitation code", N)
SHAPE(join_ask);

#define FIELDS_OF_join_view(X, N)                                           \
    X(i64, member, ANY, "Whose", N)                                         \
    X(flag, joined, ANY, "Takes part now", N)                               \
    X(opt_instant, joined_at, ANY, "Since when; of who left: from when", N) \
    X(opt_instant, left_at, ANY, "When he left", N)                         \
    X(str, channel, ANY, "How he came", N)                                  \
    X(str, touchpoint, ANY, "Where", N)                                     \
    X(opt_i64, inviter, ANY, "Who invited him, by the id he has now", N)
SHAPE(join_view);
/* *now: he did not take part before. E_UNPROCESSABLE: he invites himself. id is a living one. */
enum err member_join(struct tx *t, const struct join_ask *in, bool *now);
/* Takes no part any more: nothing is taken from him. Not joined: nothing. */
enum err member_leave(struct tx *t, i64 member);
/* Never joined: `joined` is false and there is no day. */
enum err join_of(struct ctx *c, i64 member, struct join_view *out);

/* One change of a member's programme at a time: whoever is about to read and then write what hangs
 * together takes this first. */
enum err programme_lock(struct tx *t, i64 member);

struct merge_listener;
struct order_listener;
extern const struct merge_listener join_merges;
extern const struct order_listener join_orders;
extern const struct room join_room;
