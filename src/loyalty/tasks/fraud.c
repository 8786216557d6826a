/* fraud.c -- what looks wrong about a deed: a row a rule. What a rule finds is held for review by
 * people; it never refuses by itself. Reasons name the rule, never a person. */
#include "base/num.h"
#include "loyalty/tasks/inside.h"
#include "store/setting.h"

/* -- speed ------------------------------------------------------------------------------------- */

QUERY(q_lately, one_i64,
      "SELECT COUNT(*) AS value FROM task_done WHERE member = $1 AND at > $2 AND at <= $3"
      " AND NOT undone");

static enum err too_many(struct ctx *c, const struct deed *d, const char *setting, i64 within_ms,
                         bool *out)
{
    struct one_i64 lately;
    i64 limit;
    TRY(setting_i64(c, setting, &limit));
    TRY(db_get(c, &q_lately, &lately, ARGS(d->member, d->at - within_ms, d->at)));
    *out = lately.value >= limit;
    return OK;
}

static enum err fast_by_minute(struct ctx *c, const struct deed *d, bool *out)
{
    return too_many(c, d, "tasks.per_minute", MINUTE_MS, out);
}

static enum err fast_by_hour(struct ctx *c, const struct deed *d, bool *out)
{
    return too_many(c, d, "tasks.per_hour", HOUR_MS, out);
}

/* -- devices ----------------------------------------------------------------------------------- */

static enum err crowded_device(struct ctx *c, const struct deed *d, bool *out)
{
    ints others;
    i64 limit;
    *out = false;
    TRY(setting_i64(c, "tasks.device_members", &limit));
    if (!limit) return OK;
    TRY(device_others(c, d->member, d->at - DAY_MS, &others));
    *out = others.n >= limit;
    return OK;
}

QUERY(q_inviter, one_i64,
      "SELECT inviter AS value FROM invitation WHERE member = $1 AND inviter <> $1"
      " ORDER BY bound_at, number LIMIT 1");
static enum err inviter_of(struct ctx *c, i64 member, i64 *inviter)
{
    struct one_i64 row = { 0 };
    bool found;
    TRY(db_find(c, &q_inviter, &row, &found, ARGS(member)));
    *inviter = found ? row.value : 0;
    return OK;
}

/* Whether one of them is the inviter, or came by him too. */
static enum err among_friends(struct ctx *c, const struct deed *d, ints others, bool *out)
{
    *out = false;
    for (i64 i = 0; i < others.n && !*out; i++) {
        i64 inviter = 0;
        if (others.at[i] != d->member) TRY(inviter_of(c, others.at[i], &inviter));
        *out = others.at[i] == d->member || inviter == d->member;
    }
    return OK;
}

static enum err friends_share_a_device(struct ctx *c, const struct deed *d, bool *out)
{
    ints others;
    bool on;
    *out = false;
    TRY(setting_flag(c, "tasks.invite_device", &on));
    if (!d->friend || !on) return OK;
    TRY(device_others(c, d->friend, 0, &others));
    return among_friends(c, d, others, out);
}

/* -- circles ----------------------------------------------------------------------------------- */

QUERY(q_invited_by, one_i64,
      "SELECT DISTINCT member AS value FROM invitation WHERE inviter = $1 AND member <> $1"
      " ORDER BY member LIMIT 200");

static bool has(ints list, i64 id)
{
    for (i64 i = 0; i < list.n; i++)
        if (list.at[i] == id) return true;
    return false;
}

/* All who seem to be one person with him, by identities or devices. */
static enum err seem_one(struct ctx *c, i64 member, ints *out)
{
    ints by_device;
    TRY(identity_others(c, member, out));
    TRY(device_others(c, member, 0, &by_device));
    for (i64 i = 0; i < by_device.n; i++)
        if (!has(*out, by_device.at[i])) *PUSH(c->arena, out) = by_device.at[i];
    return OK;
}

/* He invited somebody who seems to be the inviter: each brings the other's second account. */
static enum err invites_back(struct ctx *c, i64 member, i64 inviter, bool *out)
{
    struct one_i64_list rows = { 0 };
    ints his;
    TRY(seem_one(c, inviter, &his));
    if (his.n) TRY(db_all(c, &q_invited_by, &rows, ARGS(member)));
    for (i64 i = 0; i < rows.n && !*out; i++) *out = has(his, rows.at[i].value);
    return OK;
}

static enum err circle(struct ctx *c, const struct deed *d, bool *out)
{
    ints same, identities;
    i64 levels, above;
    *out = false;
    TRY(setting_i64(c, "tasks.circle_levels", &levels));
    if (!d->friend || !levels) return OK;
    TRY(seem_one(c, d->friend, &same));
    if (!same.n) return OK;
    TRY(identity_others(c, d->friend, &identities));
    TRY(among_friends(c, d, identities, out));
    TRY(inviter_of(c, d->member, &above));
    for (; above && levels > 0 && !*out; levels--) {
        *out = has(same, above);
        TRY(inviter_of(c, above, &above));
    }
    for (i64 i = 0; i < same.n && !*out; i++) TRY(invites_back(c, same.at[i], d->member, out));
    return OK;
}

/* -- phone ranges ------------------------------------------------------------------------------ */

enum { RANGE_DIGITS = 4, NEAR = 20, DIGITS_MIN = 8 };
#define FIELDS_OF_invited_phone(X, N) \
    X(i64, member, ANY, "", N)        \
    X(str, phone, ANY, "", N)
SHAPE(invited_phone);
SHAPE_DEFINE(invited_phone);
QUERY(q_phones, invited_phone,
      "SELECT DISTINCT i.member AS member, i.value AS phone FROM invitation v"
      " JOIN identity i ON i.member = v.member AND i.kind = 'phone'"
      " WHERE v.inviter = $1 AND v.bound_at > $2 AND v.bound_at <= $3 ORDER BY i.member, i.value"
      " LIMIT 2000");

static bool in_a_row(str a, str b)
{
    i64 x, y;
    return a.n == b.n && i64_parse(a, &x) && i64_parse(b, &y) && x - y <= NEAR && y - x <= NEAR;
}

static bool of_one_range(str a, str b)
{
    return a.n == b.n && a.n >= DIGITS_MIN &&
           str_eq(str_sub(a, 0, a.n - RANGE_DIGITS), str_sub(b, 0, b.n - RANGE_DIGITS));
}

/* How many whom he invited have a number like the friend's, the friend among them. */
static enum err phones_alike(struct ctx *c, const struct deed *d, const char *setting,
                             bool (*alike)(str a, str b), bool *out)
{
    struct invited_phone_list all = { 0 };
    i64 limit, hours, most = 0;
    *out = false;
    TRY(setting_i64(c, setting, &limit));
    if (!d->friend || !limit) return OK;
    TRY(setting_i64(c, "tasks.phone_hours", &hours));
    TRY(db_all(c, &q_phones, &all, ARGS(d->member, c->now - hours * HOUR_MS, c->now)));
    for (i64 i = 0; i < all.n; i++) {
        i64 n = 0, last = 0;
        if (all.at[i].member != d->friend) continue;
        for (i64 k = 0; k < all.n; k++) {
            if (all.at[k].member == last || !alike(all.at[i].phone, all.at[k].phone)) continue;
            last = all.at[k].member;
            n++;
        }
        most = n > most ? n : most;
    }
    *out = most >= limit;
    return OK;
}

static enum err phones_in_a_row(struct ctx *c, const struct deed *d, bool *out)
{
    return phones_alike(c, d, "tasks.phones_in_a_row", in_a_row, out);
}

static enum err phones_of_one_range(struct ctx *c, const struct deed *d, bool *out)
{
    return phones_alike(c, d, "tasks.phones_of_one_range", of_one_range, out);
}

/* -- the rules --------------------------------------------------------------------------------- */

static const struct {
    const char *zh, *en;
    enum err (*looks_wrong)(struct ctx *c, const struct deed *d, bool *out);
} rules[] = {
    { "一分钟内完成太多", "too many within a minute", fast_by_minute },
    { "一小时内完成太多", "too many within an hour", fast_by_hour },
    { "同一设备上的会员太多", "too many members on one device", crowded_device },
    { "与邀请人或其他受邀人同一设备", "same device as the inviter or others he invited",
      friends_share_a_device },
    { "邀请成圈：像是邀请人自己或相互的小号",
      "a circle: seems to be his own or each other's account", circle },
    { "受邀人手机号相连", "phone numbers of the invited in a row", phones_in_a_row },
    { "受邀人手机号段相同", "phone numbers of the invited of one range", phones_of_one_range },
};

enum err deed_review(struct ctx *c, const struct deed *d, str *why)
{
    *why = NO_STR;
    for (i64 i = 0; i < COUNT(rules); i++) {
        bool wrong;
        TRY(rules[i].looks_wrong(c, d, &wrong));
        if (!wrong) continue;
        *why = str_fmt(c->arena, "%s (%s)", rules[i].zh, rules[i].en);
        return OK;
    }
    return OK;
}
