/* user.c -- the people who sign in. */
#include "access/inside.h"

SHAPE_DEFINE(user_view);

#define USER_COLUMNS "id, name, role, disabled, created_at, seen_at"

QUERY(users_all, user_view, "SELECT " USER_COLUMNS " FROM user_account ORDER BY id");
QUERY(user_by_id, user_view, "SELECT " USER_COLUMNS " FROM user_account WHERE id = $1");
QUERY(user_by_name, user_view, "SELECT " USER_COLUMNS " FROM user_account WHERE name_folded = $1");
QUERY(users_counted, one_i64, "SELECT COUNT(*) AS value FROM user_account");
QUERY(owners_besides, one_i64,
      "SELECT COUNT(*) AS value FROM user_account "
      "WHERE role = 'owner' AND NOT disabled AND id <> $1");
CHANGE(user_insert,
       "INSERT INTO user_account (id, name, name_folded, password, role, disabled, created_at) "
       "VALUES ($1, $2, $3, $4, $5, FALSE, $6)");
CHANGE(user_password, "UPDATE user_account SET password = $2 WHERE id = $1");
CHANGE(user_role, "UPDATE user_account SET role = $2 WHERE id = $1");
CHANGE(user_disabled, "UPDATE user_account SET disabled = $2 WHERE id = $1");

static void forget(void *store) { memory_forget_all(store); }

/* What memory knows of this store is read anew after the commit. */
static void forget_after(struct tx *t)
{
    if (t->c->store) tx_after_commit(t, forget, t->c->store);
}

static enum err check_name(struct ctx *c, str name)
{
    if (name.n >= 1 && name.n <= 60 && str_is_line(name) && str_trim(name).n == name.n) return OK;
    return fail_at(c, E_INVALID, S("name"), "用户名须为 1 到 60 字节，不能换行，首尾不能有空格",
                   "a user's name takes 1 to 60 bytes, without blanks around it");
}

enum err user_create(struct tx *t, str name, struct password password, enum role role, i64 *id)
{
    struct ctx *c = t->c;
    TRY(check_name(c, name));
    TRY(tx_take(t, S("user"), 1, id));
    enum err e = tx_change(t, &user_insert,
                           ARGS(*id, name, str_fold(c->arena, name), password.hash,
                                choice_name(&role_choice, role), c->now));
    if (e != E_CONFLICT) return e;
    return fail_at(c, E_CONFLICT, S("name"), "用户名已存在：" STR_FMT,
                   "the name is taken: " STR_FMT, STR_ARG(name));
}

struct adding {
    str name;
    struct password password;
    enum role role;
    i64 id;
};

static enum err add(struct tx *t, void *arg)
{
    struct adding *a = arg;
    TRY(user_create(t, a->name, a->password, a->role, &a->id));
    str subject = str_fmt(t->c->arena, "users/%lld", (long long)a->id);
    str detail = str_fmt(t->c->arena, "{\"role\":\"%s\"}", choice_name(&role_choice, a->role).at);
    return audit_write(t, S("user.created"), subject, detail);
}

enum err user_add(struct store *s, struct ctx *c, str name, str plain, enum role role, i64 *id)
{
    struct adding a = { .name = name, .role = role };
    TRY(check_name(c, name));
    TRY(password_make(c, name, plain, &a.password));
    TRY(store_write(s, c, add, &a));
    *id = a.id;
    return OK;
}

static enum err get(struct ctx *c, i64 id, struct user_view *out)
{
    bool found;
    TRY(db_find(c, &user_by_id, out, &found, ARGS(id)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的用户", "there is no user %lld", (long long)id);
}

static enum err keep_an_owner(struct ctx *c, const struct user_view *u)
{
    struct one_i64 others;
    if (u->role != ROLE_OWNER || u->disabled) return OK;
    TRY(db_get(c, &owners_besides, &others, ARGS(u->id)));
    if (others.value > 0) return OK;
    return fail(c, E_CONFLICT, "不能停用或降级最后一位所有者",
                "the last owner can be neither removed nor demoted");
}

enum err user_set_password(struct tx *t, i64 id, struct password password)
{
    struct user_view u;
    TRY(get(t->c, id, &u));
    TRY(tx_change(t, &user_password, ARGS(id, password.hash)));
    TRY(sessions_end(t, id));
    forget_after(t);
    return OK;
}

enum err user_set_role(struct tx *t, i64 id, enum role role)
{
    struct user_view u;
    TRY(get(t->c, id, &u));
    if (role != ROLE_OWNER) TRY(keep_an_owner(t->c, &u));
    forget_after(t);
    return tx_change(t, &user_role, ARGS(id, choice_name(&role_choice, role)));
}

enum err user_set_disabled(struct tx *t, i64 id, bool disabled)
{
    struct user_view u;
    TRY(get(t->c, id, &u));
    if (disabled) {
        TRY(keep_an_owner(t->c, &u));
        TRY(sessions_end(t, id));
    }
    forget_after(t);
    return tx_change(t, &user_disabled, ARGS(id, disabled));
}

enum err user_list(struct ctx *c, struct user_view_list *out)
{
    return db_all(c, &users_all, out, NO_ARGS);
}

enum err user_find(struct ctx *c, str name, bool *found, struct user_view *out)
{
    return db_find(c, &user_by_name, out, found, ARGS(str_fold(c->arena, name)));
}

enum err user_get(struct ctx *c, i64 id, struct user_view *out) { return get(c, id, out); }

i64 user_count(struct ctx *c)
{
    struct one_i64 n = { 0 };
    return db_get(c, &users_counted, &n, NO_ARGS) == OK ? n.value : -1;
}
