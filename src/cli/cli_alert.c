/* cli_alert.c -- koi alert: what is open, the rules, and a look at them now. */
#include "access/access.h"
#include "base/clock.h"
#include "cli/grid.h"
#include "cli/local.h"
#include "cli/rows.h"
#include "insight/alert.h"
#include "insight/product.h"

static const struct cli_option list_options[] = {
    { "state", "WHICH", "open（默认）、raised、acknowledged、resolved 或 all",
      "open (default), raised, acknowledged, resolved or all", false },
    { "severity", "WHICH", "只看 info、warning 或 critical", "only info, warning or critical",
      false },
    { "rule", "ID", "只看这条规则的", "only of this rule", false },
    { "limit", "N", "最多多少条；默认 50", "at most so many; default: 50", false },
    CLI_OPTIONS_ROWS,
    { 0 },
};
static const struct cli_option check_options[] = {
    { "rule", "ID", "只判断这条规则", "only this rule", false },
    { 0 },
};
static const struct cli_option resolve_options[] = {
    { "note", "TEXT", "备注", "a line for the others", false },
    { 0 },
};

/* The page a route answers, as JSON or not at all. */
static enum err ask(struct cli *cli, struct local_call *call, enum cli_mode mode,
                    struct local_reply *reply, bool *printed)
{
    TRY(cli_open(cli, mode));
    TRY(local_run(cli, call, reply));
    *printed = cli->json;
    if (cli->json) local_print(cli, reply, NULL);
    return OK;
}

static enum err path_of(struct cli *cli, const char *form, const char *after, str *out)
{
    i64 id;
    if (!i64_parse(cli->args.at[0], &id) || id < 1)
        return cli_usage(cli, "编号应为正整数", "a number is a positive integer");
    *out = str_fmt(cli->c->arena, "%s/%lld%s", form, (long long)id, after);
    return OK;
}

/* -- alerts ------------------------------------------------------------------------------------ */

static void print_alert(struct cli *cli, const struct alert_view *a)
{
    cli_print(cli, "#%lld  " STR_FMT "  " STR_FMT "  " STR_FMT "  " STR_FMT "\n    " STR_FMT "\n",
              (long long)a->id, STR_ARG(choice_name(&alert_severity_choice, (int)a->severity)),
              STR_ARG(choice_name(&alert_state_choice, (int)a->state)),
              STR_ARG(instant_text(cli->c->arena, cli->c->zone, a->raised_at)),
              STR_ARG(a->rule_name), STR_ARG(a->words));
}

static enum err run_list(struct cli *cli)
{
    struct alert_filter f = { .state = -1, .severity = -1 };
    struct local_call call = { .method = M_GET, .path = S("/v1/alerts") };
    struct local_reply reply;
    struct alert_view_list all;
    i64 limit = 50;
    int state;
    str asked = cli_text(cli, "state");
    bool rows;
    TRY(rows_asked(cli, &rows));
    TRY(cli_i64(cli, "limit", 1, 200, &limit));
    TRY(cli_i64(cli, "rule", 1, INT64_MAX, &f.rule));
    if (cli_has(cli, "severity"))
        TRY(cli_choice(cli, "severity", &alert_severity_choice, &f.severity));
    if (str_eq(asked, S("all"))) f.state = -2;
    else if (asked.at && !str_eq(asked, S("open"))) {
        TRY(cli_choice(cli, "state", &alert_state_choice, &state));
        f.state = state;
    }
    if (cli->json) {
        bool printed;
        local_query(cli, &call, "state", asked);
        local_query(cli, &call, "severity", cli_text(cli, "severity"));
        local_query(cli, &call, "rule", cli_text(cli, "rule"));
        local_query(cli, &call, "limit", cli_text(cli, "limit"));
        return ask(cli, &call, CLI_READS, &reply, &printed);
    }
    TRY(cli_open(cli, CLI_READS));
    TRY(alert_list(cli->c, &f, 0, 0, limit, &all));
    if (rows) return rows_of(cli, &alert_view_shape, &all, NULL);
    for (i64 i = 0; i < all.n; i++) print_alert(cli, &all.at[i]);
    if (!all.n) cli_note(cli, "没有这样的预警", "there are no such alerts");
    return OK;
}

static enum err send(struct cli *cli, const char *after, str body)
{
    struct local_call call = { .method = M_POST, .body = body };
    struct local_reply reply;
    TRY(path_of(cli, "/v1/alerts", after, &call.path));
    TRY(local_run(cli, &call, &reply));
    if (cli->json) local_print(cli, &reply, NULL);
    else print_alert(cli, reply.out);
    return OK;
}

static enum err change(struct cli *cli, const char *after)
{
    struct buf body = { .arena = cli->c->arena };
    buf_byte(&body, '{');
    if (cli_has(cli, "note")) {
        buf_add(&body, S("\"note\":"));
        json_write_str(&body, cli_text(cli, "note"));
    }
    buf_byte(&body, '}');
    TRY(cli_open(cli, CLI_WRITES));
    return send(cli, after, buf_str(&body));
}

static enum err run_acknowledge(struct cli *cli) { return change(cli, "/acknowledge"); }
static enum err run_resolve(struct cli *cli) { return change(cli, "/resolve"); }

static enum err run_assign(struct cli *cli)
{
    str name = cli->args.at[1];
    struct user_view user = { 0 };
    bool found = str_eq(name, S("-"));
    TRY(cli_open(cli, CLI_WRITES));
    if (!found) TRY(user_find(cli->c, name, &found, &user));
    if (!found)
        return fail(cli->c, E_NOT_FOUND, "没有名为“" STR_FMT "”的用户，见 koi user list",
                    "there is no user named \"" STR_FMT "\", see koi user list", STR_ARG(name));
    return send(cli, "/assign", str_fmt(cli->c->arena, "{\"user\":%lld}", (long long)user.id));
}

/* Until the morning of that day. */
static enum err run_mute(struct cli *cli)
{
    day until;
    bool off = str_eq(cli->args.at[1], S("off"));
    if (!off && !day_parse(cli->args.at[1], &until))
        return cli_usage(cli, "请写静音到哪一天，如 2024-06-01，或 off 取消静音",
                         "write until which day, such as 2024-06-01, or off");
    TRY(cli_open(cli, CLI_WRITES));
    if (off) return send(cli, "/mute", S("{\"until\":null}"));
    str end = instant_iso(cli->c->arena, zone_midnight(cli->c->zone, until));
    return send(cli, "/mute", str_fmt(cli->c->arena, "{\"until\":\"" STR_FMT "\"}", STR_ARG(end)));
}

/* -- rules ------------------------------------------------------------------------------------- */

static enum err run_rules(struct cli *cli)
{
    struct local_call call = { .method = M_GET, .path = S("/v1/alert-rules") };
    struct local_reply reply;
    struct alert_rule_list all;
    bool printed, rows;
    TRY(rows_asked(cli, &rows));
    TRY(ask(cli, &call, CLI_READS, &reply, &printed));
    if (printed) return OK;
    TRY(alert_rules(cli->c, &all));
    if (rows) return rows_of(cli, &alert_rule_shape, &all, NULL);
    for (i64 i = 0; i < all.n; i++) {
        const struct alert_rule *r = &all.at[i];
        cli_print(cli, "#%lld  " STR_FMT "  " STR_FMT "%s\n    " STR_FMT "\n", (long long)r->id,
                  STR_ARG(choice_name(&alert_severity_choice, (int)r->severity)), STR_ARG(r->name),
                  r->enabled             ? ""
                  : cli->c->locale == ZH ? "（停用）"
                                         : " (off)",
                  STR_ARG(r->sentence));
        if (r->problem.n) cli_print(cli, "    ! " STR_FMT "\n", STR_ARG(r->problem));
        if (r->note.n) cli_print(cli, "    " STR_FMT "\n", STR_ARG(r->note));
    }
    if (!all.n)
        cli_note(cli, "还没有规则；koi alert templates 采用全部模板",
                 "there are no rules; koi alert templates takes over all templates");
    return OK;
}

static enum err run_templates(struct cli *cli)
{
    struct local_call call = { .method = M_POST,
                               .path = S("/v1/alert-templates"),
                               .body = S("{}") };
    struct local_reply reply;
    TRY(cli_open(cli, CLI_WRITES));
    TRY(local_run(cli, &call, &reply));
    local_print(cli, &reply, NULL);
    return OK;
}

static enum err run_check(struct cli *cli)
{
    struct alert_check check;
    i64 rule = 0;
    TRY(cli_i64(cli, "rule", 1, INT64_MAX, &rule));
    TRY(cli_open(cli, CLI_WRITES));
    if (rule) {
        struct alert_rule known;
        TRY(alert_rule_get(cli->c, rule, &known));
    }
    TRY(product_follow(cli->store, cli->c)); /* a command may be the only one that runs */
    TRY(alert_evaluate(cli->store, cli->c, rule, &check));
    if (cli_answered(cli, &alert_check_shape, &check)) return OK;
    cli_print(cli,
              cli->c->locale == ZH
                  ? "判断了 %lld 条规则：新预警 %lld，再次提醒 %lld，自行解除 %lld，无法判断 %lld\n"
                  : "%lld rules: %lld raised, %lld again, %lld gone, %lld broken\n",
              (long long)check.rules, (long long)check.raised, (long long)check.again,
              (long long)check.resolved, (long long)check.broken);
    return OK;
}

const struct verb alert_verbs[] = {
    { "alert list", NULL, "预警列表，默认未解决的", "lists alerts, open ones by default",
      list_options, run_list, 0, 0 },
    { "alert acknowledge", "ID", "确认已知晓", "acknowledges an alert", resolve_options,
      run_acknowledge, 1, 1 },
    { "alert assign", "ID USER", "指派给一位用户（名称；- 为不指派）",
      "assigns an alert to a user (his name; -: nobody)", NULL, run_assign, 2, 2 },
    { "alert mute", "ID DAY", "静音到某天 0 点：同一规则、同一对象不再提醒；off 取消",
      "silent until that day begins: this rule, this value; off: no longer", NULL, run_mute, 2, 2 },
    { "alert resolve", "ID", "解决一条预警", "resolves an alert", resolve_options, run_resolve, 1,
      1 },
    { "alert rules", NULL, "预警规则", "lists the rules", rows_options, run_rules, 0, 0 },
    { "alert templates", NULL, "采用全部规则模板", "takes over all templates of rules", NULL,
      run_templates, 0, 0 },
    { "alert check", NULL, "现在就判断一遍", "evaluates the rules now", check_options, run_check, 0,
      0 },
    { 0 },
};
