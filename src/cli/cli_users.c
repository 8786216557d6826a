/* cli_users.c -- koi user: who may sign in, with which role and password. */
#include "cli/cli.h"

#include "access/access.h"
#include "app/serve.h"

#include <stdio.h>
#include <unistd.h>

static const struct cli_option add_options[] = {
    { "role", "ROLE", "角色：owner、operator、analyst、support、viewer（默认）",
      "role: owner, operator, analyst, support, viewer (default)", false },
    { "password-stdin", NULL, "从标准输入读密码；不写则生成一个并显示一次",
      "read the password from standard input; else one is made and shown once", false },
    { 0 },
};

#define FIELDS_OF_user_made(X, N)         \
    X(i64, id, ANY, "Id", N)              \
    X(str, name, ANY, "Sign-in name", N)  \
    X(choice(role), role, ANY, "Role", N) \
    X(str, password, SECRET, "The made-up password, shown this once; absent: the one given", N)
SHAPE(user_made);
SHAPE_DEFINE(user_made);

#define FIELDS_OF_cli_users(X, N) X(list(user_view), items, ANY, "Users", N)
SHAPE(cli_users);
SHAPE_DEFINE(cli_users);

/* The first line of standard input, or a password made here. */
static enum err take_password(struct cli *cli, str *out, bool *made)
{
    *made = !cli_has(cli, "password-stdin");
    if (*made) {
        *out = secret_make(cli->c->arena);
        return OK;
    }
    char line[1024];
    if (isatty(STDIN_FILENO)) cli_note(cli, "请输入密码（会显示）：", "password (it is shown):");
    if (!fgets(line, sizeof line, stdin))
        return fail(cli->c, E_INVALID, "标准输入里没有密码",
                    "there is no password on standard input");
    str text = str_of(line);
    while (text.n && (text.at[text.n - 1] == '\n' || text.at[text.n - 1] == '\r')) text.n--;
    *out = str_copy(cli->c->arena, text);
    return OK;
}

struct change {
    str name, plain;
    struct password password; /* hashed before the transaction */
    int role;
    bool disabled;
    i64 id;
};

static enum err find_user(struct ctx *c, str name, i64 *id)
{
    bool found;
    struct user_view user;
    TRY(user_find(c, name, &found, &user));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有用户 “" STR_FMT "”：用 koi user list 查看全部",
                    "there is no user \"" STR_FMT "\": koi user list shows all", STR_ARG(name));
    *id = user.id;
    return OK;
}

static enum err audit(struct tx *t, const char *action, str name, str detail)
{
    str subject = str_fmt(t->c->arena, "user:" STR_FMT, STR_ARG(name));
    return audit_write(t, str_of(action), subject, detail);
}

static str role_detail(struct ctx *c, int role)
{
    return str_fmt(c->arena, "{\"role\":\"" STR_FMT "\"}",
                   STR_ARG(choice_name(&role_choice, role)));
}

static enum err add_user(struct tx *t, void *arg)
{
    struct change *in = arg;
    TRY(user_create(t, in->name, in->password, (enum role)in->role, &in->id));
    return audit(t, "user.created", in->name, role_detail(t->c, in->role));
}

static enum err change_role(struct tx *t, void *arg)
{
    struct change *in = arg;
    TRY(find_user(t->c, in->name, &in->id));
    TRY(user_set_role(t, in->id, (enum role)in->role));
    return audit(t, "user.role_changed", in->name, role_detail(t->c, in->role));
}

static enum err change_password(struct tx *t, void *arg)
{
    struct change *in = arg;
    TRY(find_user(t->c, in->name, &in->id));
    TRY(user_set_password(t, in->id, in->password));
    return audit(t, "user.password_changed", in->name, S("{}"));
}

static enum err change_disabled(struct tx *t, void *arg)
{
    struct change *in = arg;
    TRY(find_user(t->c, in->name, &in->id));
    TRY(user_set_disabled(t, in->id, in->disabled));
    return audit(t, in->disabled ? "user.disabled" : "user.enabled", in->name, S("{}"));
}

static void show_made(struct cli *cli, const struct change *in, bool made)
{
    struct user_made out = { in->id, in->name, (enum role)in->role, made ? in->plain : NO_STR };
    if (cli_answered(cli, &user_made_shape, &out)) return;
    if (made)
        cli_print(cli,
                  say(cli->c, S("用户 " STR_FMT " 的密码（只显示这一次）：" STR_FMT "\n"),
                      S("password of " STR_FMT " (shown this once): " STR_FMT "\n"))
                      .at,
                  STR_ARG(in->name), STR_ARG(in->plain));
    else cli_note(cli, "用户 " STR_FMT " 已保存", "user " STR_FMT " saved", STR_ARG(in->name));
}

static enum err run_add(struct cli *cli)
{
    struct change in = { .name = cli->args.at[0], .role = ROLE_VIEWER };
    TRY(cli_choice(cli, "role", &role_choice, &in.role));
    bool made;
    TRY(take_password(cli, &in.plain, &made));
    TRY(cli_open(cli, CLI_MAKES));
    TRY(password_make(cli->c, in.name, in.plain, &in.password));
    TRY(store_write(cli->store, cli->c, add_user, &in));
    show_made(cli, &in, made);
    return OK;
}

static enum err run_password(struct cli *cli)
{
    struct change in = { .name = cli->args.at[0] };
    bool made;
    TRY(take_password(cli, &in.plain, &made));
    TRY(cli_open(cli, CLI_WRITES));
    TRY(password_make(cli->c, in.name, in.plain, &in.password));
    TRY(store_write(cli->store, cli->c, change_password, &in));
    struct user_view user;
    bool found;
    TRY(user_find(cli->c, in.name, &found, &user));
    in.role = (int)user.role;
    show_made(cli, &in, made);
    return OK;
}

static enum err run_role(struct cli *cli)
{
    struct change in = { .name = cli->args.at[0] };
    in.role = choice_find(&role_choice, cli->args.at[1]);
    if (in.role < 0)
        return cli_usage(cli, "角色只能是 owner、operator、analyst、support 或 viewer",
                         "a role is owner, operator, analyst, support or viewer");
    TRY(cli_open(cli, CLI_WRITES));
    TRY(store_write(cli->store, cli->c, change_role, &in));
    show_made(cli, &in, false);
    return OK;
}

static enum err set_disabled(struct cli *cli, bool disabled)
{
    struct change in = { .name = cli->args.at[0], .disabled = disabled };
    TRY(cli_open(cli, CLI_WRITES));
    TRY(store_write(cli->store, cli->c, change_disabled, &in));
    cli_note(cli, "用户 " STR_FMT " 已%s", "user " STR_FMT " is %s", STR_ARG(in.name),
             disabled ? say(cli->c, S("停用"), S("disabled")).at
                      : say(cli->c, S("启用"), S("enabled")).at);
    return OK;
}

static enum err run_disable(struct cli *cli) { return set_disabled(cli, true); }

static enum err run_enable(struct cli *cli) { return set_disabled(cli, false); }

static enum err run_list(struct cli *cli)
{
    struct ctx *c = cli->c;
    TRY(cli_open(cli, CLI_READS));
    struct cli_users out = { 0 };
    TRY(user_list(c, &out.items));
    if (cli_answered(cli, &cli_users_shape, &out)) return OK;
    for (i64 i = 0; i < out.items.n; i++) {
        const struct user_view *u = &out.items.at[i];
        str state = u->disabled ? say(c, S("停用"), S("disabled")) : S("");
        cli_print(cli, "%-6lld" STR_FMT STR_FMT STR_FMT "\n", (long long)u->id,
                  STR_ARG(cli_pad(c->arena, u->name, 20)),
                  STR_ARG(cli_pad(c->arena, choice_name(&role_choice, (int)u->role), 10)),
                  STR_ARG(state));
    }
    return OK;
}

const struct verb user_verbs[] = {
    { "user add", "NAME", "增加一个登录用户", "add someone who may sign in", add_options, run_add,
      1, 1 },
    { "user list", NULL, "列出用户", "list users", NULL, run_list, 0, 0 },
    { "user role", "NAME ROLE", "改变角色", "change a role", NULL, run_role, 2, 2 },
    { "user password", "NAME", "设置新密码", "set a new password", add_options + 1, run_password, 1,
      1 },
    { "user disable", "NAME", "停用", "end someone's access", NULL, run_disable, 1, 1 },
    { "user enable", "NAME", "重新启用", "give access back", NULL, run_enable, 1, 1 },
    { 0 },
};
