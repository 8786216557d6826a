/* birthday_api.c -- doors of birthdays: registered by the member, once; changed by an operator. */
#include "access/access.h"
#include "base/room.h"
#include "http/route.h"
#include "loyalty/tasks/inside.h"

#define FIELDS_OF_birthday_ask(X, N) \
    X(day, birthday, REQUIRED | PERSONAL, "Birthday, 1992-02-29", N)
SHAPE(birthday_ask);
SHAPE_DEFINE(birthday_ask);
#define FIELDS_OF_birthday_change_ask(X, N)                          \
    X(i64, id, REQUIRED | POSITIVE, "Member", N)                     \
    X(day, birthday, REQUIRED | PERSONAL, "Birthday, 1992-02-29", N) \
    X(str, reason, REQUIRED | SHORT, "Why, for the audit log; no personal data", N)
SHAPE(birthday_change_ask);
SHAPE_DEFINE(birthday_change_ask);
#define FIELDS_OF_birthday_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Member", N)
SHAPE(birthday_ref);
SHAPE_DEFINE(birthday_ref);

struct birth {
    i64 member;
    day on;
    bool by_operator;
};
static enum err put_birthday(struct tx *t, void *arg)
{
    struct birth *b = arg;
    TRY(member_living(t->c, b->member, &b->member));
    return b->by_operator ? birthday_change(t, b->member, b->on)
                          : birthday_register(t, b->member, b->on);
}

HANDLER(my_birthday_get, nothing, birthday_view) { return birthday_of(c, c->member, out); }

HANDLER(my_birthday_put, birthday_ask, birthday_view)
{
    struct birth b = { c->member, in->birthday, false };
    TRY(audited_write(c, put_birthday, &b, NULL));
    return birthday_of(c, b.member, out);
}

static enum err show(struct ctx *c, i64 member, struct birthday_view *out)
{
    TRY(birthday_of(c, member, out));
    if (!may(c, PERSONAL_READ)) out->birthday = NO_STR;
    return OK;
}

HANDLER(birthday_get, birthday_ref, birthday_view)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return show(c, living, out);
}

HANDLER(birthday_put, birthday_change_ask, birthday_view)
{
    struct birth b = { in->id, in->birthday, true };
    if (!str_trim(in->reason).n || !str_is_line(in->reason))
        return fail_at(c, E_INVALID, S("/reason"), "请用一行文字写明理由", "say why, in one line");
    audit_say(c, "reason", in->reason);
    TRY(audited_write(c, put_birthday, &b, NULL));
    return show(c, b.member, out);
}

#define TASKS "Tasks"
extern const struct route birthday_routes[];
const struct route birthday_routes[] = {
    ROUTE(GET, "/v1/my/birthday", MY, my_birthday_get, TASKS, "我登记的生日", "My birthday"),
    ROUTE(PUT, "/v1/my/birthday", MY, my_birthday_put, TASKS, "我登记生日（一次，之后锁定）",
          "I register my birthday, once; then it is locked", .errors = "E_CONFLICT"),
    ROUTE(GET, "/v1/members/{id}/birthday", MEMBERS_READ, birthday_get, TASKS,
          "会员的生日是否已锁定", "A member's birthday, and whether it is locked",
          .errors = "E_NOT_FOUND"),
    ROUTE(PUT, "/v1/members/{id}/birthday", MEMBERS_WRITE, birthday_put, TASKS,
          "更改会员已锁定的生日（须说明理由）", "Change a member's birthday, with a reason",
          .errors = "E_NOT_FOUND"),
    { 0 },
};
