/* birthday.c -- a birthday is registered once, then locked.
 *
 * A row of birthday_lock says that it was registered; the day itself is the profile's. `open` while
 * an operator's change is under way, in its transaction. Who was two is locked when either was.
 */
#include "loyalty/join.h"
#include "loyalty/tasks/inside.h"

#define FIELDS_OF_birthday_row(X, N) \
    X(str, birthday, ANY, "", N)     \
    X(opt_instant, at, ANY, "", N)
SHAPE(birthday_row);
SHAPE_DEFINE(birthday_row);
QUERY(q_birthday, birthday_row,
      "SELECT (SELECT v.value FROM member_value v WHERE v.member = m.member"
      " AND v.field = 'birthday' AND v.shown) AS birthday, (SELECT MIN(l.at) FROM birthday_lock l"
      " WHERE l.member = m.member AND NOT l.open) AS at FROM member m WHERE m.member = $1");
CHANGE(c_lock, "INSERT INTO birthday_lock (member, number, at, open) VALUES ($1, $2, $3, FALSE)");
CHANGE(c_open, "UPDATE birthday_lock SET open = $2 WHERE member = $1");

enum err birthday_of(struct ctx *c, i64 member, struct birthday_view *out)
{
    struct birthday_row row = { 0 };
    TRY(db_get(c, &q_birthday, &row, ARGS(member)));
    *out = (struct birthday_view){ row.birthday, row.at.has, row.at };
    return OK;
}

static enum err locked(struct ctx *c)
{
    return fail_at(c, E_CONFLICT, S("/birthday"),
                   "生日已经登记并锁定，只能由运营人员说明理由后更改",
                   "the birthday is registered and locked: an operator changes it, with a reason");
}

/* By other ways the word of a person changes nothing that is locked. */
static enum err lock_check(struct tx *t, i64 living, str value)
{
    struct birthday_view is;
    TRY(birthday_of(t->c, living, &is));
    return !is.locked || str_eq(is.birthday, value) ? OK : locked(t->c);
}
static const struct profile_lock locks[] = { { "birthday", lock_check }, { 0 } };
const struct profile_lock *const birthday_locks = locks;

static enum err put(struct tx *t, i64 member, day born)
{
    struct ctx *c = t->c;
    if (born < day_of(1900, 1, 1) || born > zone_day(c->zone, c->now))
        return fail_at(c, E_INVALID, S("/birthday"), "生日须在 1900 年之后、今天之前",
                       "a birthday lies after 1900 and not in the future");
    return profile_put(t, member, S("birthday"), day_text(c->arena, born), S("hand"), c->now);
}

static enum err lock(struct tx *t, i64 member)
{
    i64 number;
    TRY(tx_take(t, S("birthday_lock"), 1, &number));
    return tx_change(t, &c_lock, ARGS(member, number, t->c->now));
}

enum err birthday_register(struct tx *t, i64 member, day born)
{
    struct ctx *c = t->c;
    struct birthday_view is;
    TRY(programme_lock(t, member));
    TRY(birthday_of(c, member, &is));
    if (is.locked) return str_eq(is.birthday, day_text(c->arena, born)) ? OK : locked(c);
    TRY(put(t, member, born));
    TRY(lock(t, member));
    return facts_look(t, member);
}

enum err birthday_change(struct tx *t, i64 member, day born)
{
    struct ctx *c = t->c;
    struct birthday_view is;
    TRY(programme_lock(t, member));
    TRY(birthday_of(c, member, &is));
    TRY(tx_change(t, &c_open, ARGS(member, true)));
    TRY(put(t, member, born));
    TRY(tx_change(t, &c_open, ARGS(member, false)));
    if (!is.locked) TRY(lock(t, member));
    struct timeline_line line = { .at = c->now,
                                  .member = member,
                                  .kind = S("member.birthday_changed") };
    TRY(timeline_append(t, &line));
    return facts_look(t, member);
}
