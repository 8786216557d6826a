/* cli_keys.c -- koi key: API keys for programs, with scopes, shown once. */
#include "cli/cli.h"

#include "access/access.h"
#include "base/clock.h"

static const struct cli_option add_options[] = {
    { "scope", "RIGHT", "权限，如 members:read；不写则只读会员、订单、报表",
      "a right such as members:read; members, orders and reports read-only by default", true },
    { "expires", "DATE", "到期日（不含），如 2027-01-01", "the day it ends, such as 2027-01-01",
      false },
    { 0 },
};

#define FIELDS_OF_key_made(X, N) \
    X(i64, id, ANY, "Id", N)     \
    X(str, secret, SECRET, "The key itself, shown this once", N)
SHAPE(key_made);
SHAPE_DEFINE(key_made);

#define FIELDS_OF_cli_keys(X, N) X(list(key_view), items, ANY, "Keys", N)
SHAPE(cli_keys);
SHAPE_DEFINE(cli_keys);

struct change {
    str name;
    u64 scopes;
    opt_instant expires_at;
    struct key_grant grant;
    i64 id;
};

static enum err audit(struct tx *t, const char *action, i64 id)
{
    str subject = str_fmt(t->c->arena, "key:%lld", (long long)id);
    return audit_write(t, str_of(action), subject, S("{}"));
}

static enum err add_key(struct tx *t, void *arg)
{
    struct change *in = arg;
    TRY(key_create(t, in->name, in->scopes, in->expires_at, &in->grant));
    return audit(t, "key.created", in->grant.id);
}

static enum err revoke_key(struct tx *t, void *arg)
{
    struct change *in = arg;
    TRY(key_revoke(t, in->id));
    return audit(t, "key.revoked", in->id);
}

static enum err run_add(struct cli *cli)
{
    struct ctx *c = cli->c;
    struct change in = { .name = cli->args.at[0] };
    strs scopes = cli_texts(cli, "scope");
    if (!scopes.n) in.scopes = MEMBERS_READ | ORDERS_READ | REPORTS_READ;
    for (i64 i = 0; i < scopes.n; i++) {
        u64 right;
        if (!right_parse(scopes.at[i], &right))
            return cli_usage(cli, "没有权限 “" STR_FMT "”；全部：" STR_FMT,
                             "there is no right \"" STR_FMT "\"; all: " STR_FMT,
                             STR_ARG(scopes.at[i]),
                             STR_ARG(rights_text(c->arena, role_rights(ROLE_OWNER), " ")));
        in.scopes |= right;
    }
    day expires = 0;
    TRY(cli_day(cli, "expires", &expires));
    TRY(cli_open(cli, CLI_MAKES));
    if (expires) in.expires_at = SOME(zone_midnight(c->zone, expires));
    TRY(store_write(cli->store, c, add_key, &in));
    struct key_made out = { in.grant.id, in.grant.secret };
    if (!cli_answered(cli, &key_made_shape, &out))
        cli_print(cli,
                  say(c, S("密钥 %lld（只显示这一次）：" STR_FMT "\n"),
                      S("key %lld (shown this once): " STR_FMT "\n"))
                      .at,
                  (long long)out.id, STR_ARG(out.secret));
    return OK;
}

static enum err run_revoke(struct cli *cli)
{
    struct change in = { 0 };
    if (!i64_parse(cli->args.at[0], &in.id))
        return cli_usage(cli, "请写密钥编号（koi key list）", "give the key's id (koi key list)");
    TRY(cli_open(cli, CLI_WRITES));
    TRY(store_write(cli->store, cli->c, revoke_key, &in));
    cli_note(cli, "密钥 %lld 已作废", "key %lld is revoked", (long long)in.id);
    return OK;
}

static enum err run_list(struct cli *cli)
{
    struct ctx *c = cli->c;
    TRY(cli_open(cli, CLI_READS));
    struct cli_keys out = { 0 };
    TRY(key_list(c, &out.items));
    if (cli_answered(cli, &cli_keys_shape, &out)) return OK;
    for (i64 i = 0; i < out.items.n; i++) {
        const struct key_view *k = &out.items.at[i];
        str state = k->revoked ? say(c, S("已作废"), S("revoked")) : S("");
        cli_print(cli, "%-6lld" STR_FMT STR_FMT "  " STR_FMT "\n", (long long)k->id,
                  STR_ARG(cli_pad(c->arena, k->name, 20)), STR_ARG(cli_pad(c->arena, state, 8)),
                  STR_ARG(str_join(c->arena, k->scopes, S(" "))));
    }
    return OK;
}

const struct verb key_verbs[] = {
    { "key add", "NAME", "发一个 API 密钥", "make an API key", add_options, run_add, 1, 1 },
    { "key list", NULL, "列出密钥", "list keys", NULL, run_list, 0, 0 },
    { "key revoke", "ID", "作废密钥", "end a key", NULL, run_revoke, 1, 1 },
    { 0 },
};
