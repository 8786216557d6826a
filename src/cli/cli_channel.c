/* cli_channel.c -- koi endpoint, koi delivery: where messages go, and how they went. */
#include "cli/cli.h"

#include "access/access.h"
#include "base/clock.h"
#include "channel/delivery.h"
#include "cli/rows.h"

#define FIELDS_OF_cli_endpoints(X, N) X(list(endpoint_view), items, ANY, "Endpoints", N)
SHAPE(cli_endpoints);
SHAPE_DEFINE(cli_endpoints);
#define FIELDS_OF_cli_deliveries(X, N) X(list(delivery_view), items, ANY, "Newest first", N)
SHAPE(cli_deliveries);
SHAPE_DEFINE(cli_deliveries);
#define FIELDS_OF_cli_endpoint_made(X, N) \
    X(i64, id, ANY, "Id", N)              \
    X(str, secret, SECRET, "Of a webhook, shown this once", N)
SHAPE(cli_endpoint_made);
SHAPE_DEFINE(cli_endpoint_made);

static const struct cli_option add_options[] = {
    { "mail", NULL, "地址是邮箱，不是网址", "the address is of mail, not a URL", false },
    { "topic", "TOPIC", "接收的主题；* 是全部", "a topic it listens to; * is all", true },
    { "english", NULL, "邮件用英文", "mails in English", false },
    { 0 },
};
static const struct cli_option list_options[] = {
    { "state", "STATE", "只看 waiting、sent、failed、given_up 或 held",
      "only waiting, sent, failed, given_up or held", false },
    { "limit", "N", "最多几条，默认 50", "at most so many, 50 by default", false },
    CLI_OPTIONS_ROWS,
    { 0 },
};

static const struct cli_option change_options[] = {
    { "name", "NAME", "新名称", "a new name", false },
    { "target", "URL|MAIL", "新地址", "a new address", false },
    { "topic", "TOPIC", "接收的主题（取代原有的）；* 是全部，写 none 则全不接收",
      "topics it listens to, in place of those it has; * is all, none is none", true },
    { "language", "zh|en", "邮件的语言", "language of mails", false },
    { "on", NULL, "启用，停用后重新接收", "switches it on: it gets messages again", false },
    { "off", NULL, "停用；等待中的推送不再发送", "switches it off: what waits is given up", false },
    { 0 },
};

struct writing {
    struct endpoint_post post;
    struct endpoint_patch patch;
    struct cli_endpoint_made made;
    i64 id;
};

static enum err audit(struct tx *t, const char *action, const char *what, i64 id)
{
    return audit_write(t, str_of(action), str_fmt(t->c->arena, "%s:%lld", what, (long long)id),
                       S("{}"));
}

static enum err add_it(struct tx *t, void *arg)
{
    struct writing *k = arg;
    TRY(endpoint_make(t, &k->post, &k->made.id, &k->made.secret));
    return audit(t, "endpoint.created", "endpoint", k->made.id);
}

/* A secret is printed to be kept: on standard output, this once. */
static enum err tell_secret(struct cli *cli, const struct cli_endpoint_made *made)
{
    if (cli_answered(cli, &cli_endpoint_made_shape, made) || !made->secret.n) return OK;
    cli_print(cli,
              cli->c->locale == ZH ? "推送地址 %lld 的签名密钥（只显示这一次）：" STR_FMT "\n"
                                   : "secret of endpoint %lld (shown this once): " STR_FMT "\n",
              (long long)made->id, STR_ARG(made->secret));
    return OK;
}

static enum err run_add(struct cli *cli)
{
    struct ctx *c = cli->c;
    struct writing k = { .post = { .kind = cli_has(cli, "mail") ? ENDPOINT_MAIL : ENDPOINT_WEBHOOK,
                                   .name = cli->args.at[0],
                                   .target = cli->args.at[1],
                                   .topics = cli_texts(cli, "topic"),
                                   .language =
                                       cli_has(cli, "english") ? ENDPOINT_EN : ENDPOINT_ZH } };
    TRY(cli_open(cli, CLI_WRITES));
    TRY(store_write(cli->store, c, add_it, &k));
    if (!k.made.secret.n)
        cli_note(cli, "已新增推送地址 %lld", "endpoint %lld is made", (long long)k.made.id);
    return tell_secret(cli, &k.made);
}

static enum err run_endpoints(struct cli *cli)
{
    struct cli_endpoints out;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_open(cli, CLI_READS));
    TRY(endpoint_list(cli->c, &out.items));
    if (asked) return rows_of(cli, &endpoint_view_shape, &out.items, NULL);
    if (cli_answered(cli, &cli_endpoints_shape, &out)) return OK;
    for (i64 i = 0; i < out.items.n; i++) {
        const struct endpoint_view *e = &out.items.at[i];
        struct arena *a = cli->c->arena;
        cli_print(cli, "%-4lld " STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT "\n", (long long)e->id,
                  STR_ARG(cli_pad(a, e->name, 16)),
                  STR_ARG(cli_pad(a, choice_name(&endpoint_kind_choice, (int)e->kind), 8)),
                  STR_ARG(cli_pad(a, choice_name(&endpoint_state_choice, (int)e->state), 8)),
                  STR_ARG(str_or(e->why, str_join(a, e->topics, S(" ")))));
    }
    return OK;
}

static void show(struct cli *cli, const struct endpoint_view *e)
{
    struct ctx *c = cli->c;
    struct arena *a = c->arena;
    const struct {
        const char *zh, *en;
        str value;
    } lines[] = {
        { "编号", "id", str_fmt(a, "%lld", (long long)e->id) },
        { "名称", "name", e->name },
        { "种类", "kind", choice_name(&endpoint_kind_choice, (int)e->kind) },
        { "地址", "address", e->target },
        { "主题", "topics", str_join(a, e->topics, S(" ")) },
        { "状态", "state", choice_name(&endpoint_state_choice, (int)e->state) },
        { "原因", "why", e->why },
        { "最近送达", "last arrived",
          e->sent_at.has ? instant_text(a, c->zone, e->sent_at.value) : S("") },
        { "等待中", "waiting", str_fmt(a, "%lld", (long long)e->waiting) },
        { "旧密钥有效至", "old secret until",
          e->old_secret_until.has ? instant_text(a, c->zone, e->old_secret_until.value) : S("") },
    };
    for (i64 i = 0; i < COUNT(lines); i++)
        if (lines[i].value.n)
            cli_print(cli, STR_FMT STR_FMT "\n",
                      STR_ARG(cli_pad(a, say(c, str_of(lines[i].zh), str_of(lines[i].en)), 18)),
                      STR_ARG(lines[i].value));
}

/* The endpoint that the first argument names, to be changed. */
static enum err named(struct cli *cli, enum cli_mode mode, struct endpoint_view *out)
{
    TRY(cli_open(cli, mode));
    return endpoint_named(cli->c, cli->args.at[0], out);
}

static enum err run_show(struct cli *cli)
{
    struct endpoint_view e;
    TRY(named(cli, CLI_READS, &e));
    if (!cli_answered(cli, &endpoint_view_shape, &e)) show(cli, &e);
    return OK;
}

static enum err change_it(struct tx *t, void *arg)
{
    const struct writing *k = arg;
    TRY(endpoint_change(t, &k->patch, k->patch.topics.at != NULL));
    return audit(t, "endpoint.changed", "endpoint", k->patch.id);
}

static enum err run_change(struct cli *cli)
{
    struct endpoint_view e;
    bool on = cli_has(cli, "on"), off = cli_has(cli, "off");
    struct writing k = { .patch = { .name = cli_text(cli, "name"),
                                    .target = cli_text(cli, "target"),
                                    .topics = cli_texts(cli, "topic"),
                                    .language = cli_text(cli, "language"),
                                    .enabled = { on || off, on } } };
    if (on && off) return cli_usage(cli, "--on 与 --off 只能选一个", "choose --on or --off");
    if (!k.patch.name.at && !k.patch.target.at && !k.patch.topics.n && !k.patch.language.at &&
        !k.patch.enabled.has)
        return cli_usage(cli, "要改什么：--name、--target、--topic、--language、--on 或 --off",
                         "say what: --name, --target, --topic, --language, --on or --off");
    if (k.patch.topics.n == 1 && str_eq(k.patch.topics.at[0], S("none"))) k.patch.topics.n = 0;
    TRY(named(cli, CLI_WRITES, &e));
    k.patch.id = e.id;
    TRY(store_write(cli->store, cli->c, change_it, &k));
    TRY(endpoint_get(cli->c, e.id, &e));
    if (!cli_answered(cli, &endpoint_view_shape, &e)) show(cli, &e);
    return OK;
}

static enum err rotate_it(struct tx *t, void *arg)
{
    struct writing *k = arg;
    TRY(endpoint_rotate(t, k->made.id, &k->made.secret));
    return audit(t, "endpoint.rotated", "endpoint", k->made.id);
}

static enum err run_rotate(struct cli *cli)
{
    struct endpoint_view e;
    struct writing k = { 0 };
    TRY(named(cli, CLI_WRITES, &e));
    k.made.id = e.id;
    TRY(store_write(cli->store, cli->c, rotate_it, &k));
    TRY(endpoint_get(cli->c, e.id, &e));
    if (e.old_secret_until.has) {
        str until = instant_text(cli->c->arena, cli->c->zone, e.old_secret_until.value);
        cli_note(cli, "旧密钥到 " STR_FMT " 为止同时签名",
                 "the old secret signs too until " STR_FMT, STR_ARG(until));
    }
    return tell_secret(cli, &k.made);
}

static enum err remove_it(struct tx *t, void *arg)
{
    const struct writing *k = arg;
    TRY(endpoint_remove(t, k->id));
    return audit(t, "endpoint.removed", "endpoint", k->id);
}

static enum err run_remove(struct cli *cli)
{
    struct endpoint_view e;
    struct writing k = { 0 };
    TRY(named(cli, CLI_WRITES, &e));
    k.id = e.id;
    TRY(store_write(cli->store, cli->c, remove_it, &k));
    cli_note(cli, "已删除推送地址“" STR_FMT "”", "endpoint \"" STR_FMT "\" is removed",
             STR_ARG(e.name));
    return OK;
}

static void delivery_line(struct cli *cli, const struct delivery_view *d)
{
    struct arena *a = cli->c->arena;
    cli_print(cli, "%-6lld " STR_FMT "  " STR_FMT " " STR_FMT " " STR_FMT " " STR_FMT "\n",
              (long long)d->id, STR_ARG(instant_text(a, cli->c->zone, d->made_at)),
              STR_ARG(cli_pad(a, d->endpoint_name, 16)),
              STR_ARG(cli_pad(a, choice_name(&delivery_state_choice, (int)d->state), 9)),
              STR_ARG(cli_pad(a, d->topic, 20)), STR_ARG(str_or(d->why, d->title)));
}

static enum err run_deliveries(struct cli *cli)
{
    struct cli_deliveries out;
    struct delivery_filter f = { .state = -1, .limit = 50 };
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_choice(cli, "state", &delivery_state_choice, &f.state));
    TRY(cli_i64(cli, "limit", 1, 1000, &f.limit));
    TRY(cli_open(cli, CLI_READS));
    TRY(delivery_list(cli->c, &f, &out.items));
    if (asked) return rows_of(cli, &delivery_view_shape, &out.items, NULL);
    if (cli_answered(cli, &cli_deliveries_shape, &out)) return OK;
    for (i64 i = 0; i < out.items.n; i++) delivery_line(cli, &out.items.at[i]);
    return OK;
}

/* -- sent at once, with or without a server beside --------------------------------------------- */

static enum err show_sent(struct cli *cli, i64 id)
{
    struct delivery_view_list list;
    struct delivery_filter f = { .state = -1, .before = id + 1, .limit = 1 };
    TRY(deliveries_run(cli->store, cli->c, NULL));
    TRY(delivery_list(cli->c, &f, &list));
    if (!list.n || list.at[0].id != id)
        return fail(cli->c, E_NOT_FOUND, "没有编号为 %lld 的推送", "there is no delivery %lld",
                    (long long)id);
    if (!cli_answered(cli, &delivery_view_shape, &list.at[0])) delivery_line(cli, &list.at[0]);
    return OK;
}

static enum err test_it(struct tx *t, void *arg)
{
    struct writing *k = arg;
    TRY(endpoint_test(t, k->id, &k->made.id));
    return audit(t, "endpoint.tested", "endpoint", k->id);
}
static enum err run_test(struct cli *cli)
{
    struct endpoint_view e;
    struct writing k = { 0 };
    TRY(cli_open(cli, CLI_WRITES));
    TRY(endpoint_named(cli->c, cli->args.at[0], &e));
    k.id = e.id;
    TRY(store_write(cli->store, cli->c, test_it, &k));
    return show_sent(cli, k.made.id);
}

static enum err retry_it(struct tx *t, void *arg)
{
    const struct writing *k = arg;
    TRY(delivery_retry(t, k->id));
    return audit(t, "delivery.retried", "delivery", k->id);
}
static enum err run_retry(struct cli *cli)
{
    struct writing k = { 0 };
    if (!i64_parse(cli->args.at[0], &k.id))
        return cli_usage(cli, "请写推送编号（koi delivery list）",
                         "give the delivery's id (koi delivery list)");
    TRY(cli_open(cli, CLI_WRITES));
    TRY(store_write(cli->store, cli->c, retry_it, &k));
    return show_sent(cli, k.id);
}

const struct verb channel_verbs[] = {
    { "endpoint list", NULL, "列出推送地址及其状态", "list endpoints and their state", rows_options,
      run_endpoints, 0, 0 },
    { "endpoint add", "NAME URL|MAIL", "新增推送地址", "add an endpoint", add_options, run_add, 2,
      2 },
    { "endpoint show", "NAME", "看一个推送地址", "show an endpoint", NULL, run_show, 1, 1 },
    { "endpoint change", "NAME", "修改名称、地址、主题，停用或启用",
      "change its name, address or topics, switch it off or on", change_options, run_change, 1, 1 },
    { "endpoint rotate", "NAME", "更换签名密钥；旧密钥在 channel.rotation_hours 内同时签名",
      "a new secret; the old one signs too for channel.rotation_hours", NULL, run_rotate, 1, 1 },
    { "endpoint remove", "NAME", "删除推送地址；它的推送记录保留",
      "remove an endpoint; what was sent to it stays on record", NULL, run_remove, 1, 1 },
    { "endpoint test", "NAME", "向推送地址发送测试", "send a test to an endpoint", NULL, run_test,
      1, 1 },
    { "delivery list", NULL, "列出推送记录", "list deliveries", list_options, run_deliveries, 0,
      0 },
    { "delivery retry", "ID", "立即重发一条推送", "send a delivery again now", NULL, run_retry, 1,
      1 },
    { 0 },
};
