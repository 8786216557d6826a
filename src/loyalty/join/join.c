/* join.c -- joining and leaving: a row a stay. Who was two has the stays of both; he takes part
 * while one of them is open, since the earliest of those. */
#include "loyalty/join/inside.h"

#include "base/json.h"
#include "loyalty/tiers.h"

QUERY(q_stays, stay,
      "SELECT number, joined_at, left_at, channel, touchpoint, inviter FROM loyalty_join"
      " WHERE member = $1 ORDER BY joined_at, number");
CHANGE(c_joined, "INSERT INTO loyalty_join (member, number, joined_at, channel, touchpoint,"
                 " inviter) VALUES ($1, $2, $3, $4, $5, $6)");
CHANGE(c_left, "UPDATE loyalty_join SET left_at = $2 WHERE member = $1 AND left_at IS NULL");

/* The open stay that began first, else the one that ended last. */
static const struct stay *stay_of(const struct stay_list *stays)
{
    const struct stay *best = NULL;
    for (i64 i = 0; i < stays->n; i++) {
        const struct stay *s = &stays->at[i];
        if (!s->left_at.has) return s;
        if (!best || s->left_at.value > best->left_at.value) best = s;
    }
    return best;
}

enum err join_of(struct ctx *c, i64 member, struct join_view *out)
{
    struct stay_list stays = { 0 };
    *out = (struct join_view){ .member = member };
    TRY(db_all(c, &q_stays, &stays, ARGS(member)));
    const struct stay *s = stay_of(&stays);
    if (!s) return OK;
    *out = (struct join_view){ .member = member,
                               .joined = !s->left_at.has,
                               .joined_at = SOME(s->joined_at),
                               .left_at = s->left_at,
                               .channel = s->channel,
                               .touchpoint = s->touchpoint,
                               .inviter = s->inviter };
    if (!s->inviter.has) return OK;
    TRY(member_living(c, s->inviter.value, &out->inviter.value));
    out->inviter.has = out->inviter.value != member; /* he has turned out to be himself */
    return OK;
}

static enum err joined_line(struct tx *t, const struct join_ask *in, bool again)
{
    struct buf props = { .arena = t->c->arena };
    buf_fmt(&props, "{\"again\":%s", again ? "true" : "false");
    if (!str_empty(in->channel)) {
        buf_add(&props, S(",\"channel\":"));
        json_write_str(&props, in->channel);
    }
    if (in->inviter.has) buf_fmt(&props, ",\"inviter\":%lld", (long long)in->inviter.value);
    buf_byte(&props, '}');
    struct timeline_line line = { .at = t->c->now,
                                  .member = in->id,
                                  .kind = S("loyalty.joined"),
                                  .touchpoint = in->touchpoint,
                                  .props = buf_str(&props) };
    return timeline_append(t, &line);
}

static enum err inviter_check(struct ctx *c, const struct join_ask *in)
{
    i64 living;
    if (!in->inviter.has) return OK;
    enum err e = member_living(c, in->inviter.value, &living);
    if (e == E_NOT_FOUND)
        return fail_at(c, E_UNPROCESSABLE, S("/inviter"), "没有这位邀请人",
                       "there is no such inviter");
    TRY(e);
    if (living != in->id) return OK;
    return fail_at(c, E_UNPROCESSABLE, S("/inviter"), "不能邀请自己", "nobody invites himself");
}

enum err member_join(struct tx *t, const struct join_ask *in, bool *now)
{
    struct ctx *c = t->c;
    struct stay_list stays = { 0 };
    i64 number;
    TRY(inviter_check(c, in));
    TRY(programme_lock(t, in->id));
    TRY(db_all(c, &q_stays, &stays, ARGS(in->id)));
    const struct stay *was = stay_of(&stays);
    *now = !was || was->left_at.has;
    if (!*now) return OK;
    TRY(tx_take(t, S("loyalty_join"), 1, &number));
    TRY(tx_change(t, &c_joined,
                  ARGS(in->id, number, c->now, in->channel, in->touchpoint, in->inviter)));
    TRY(joined_line(t, in, was != NULL));
    TRY(tier_settle(t, in->id));
    if (was) return OK;
    return pack_give(t, in->id, S(NEWCOMER_PACK),
                     (struct reward_why){ S("newcomer"), S("newcomer"), NO_STR });
}

enum err member_leave(struct tx *t, i64 member)
{
    i64 rows;
    TRY(programme_lock(t, member));
    TRY(tx_change_rows(t, &c_left, &rows, ARGS(member, t->c->now)));
    struct timeline_line line = { .at = t->c->now, .member = member, .kind = S("loyalty.left") };
    if (!rows) return OK;
    TRY(timeline_append(t, &line));
    return tier_settle(t, member);
}
