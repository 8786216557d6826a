/* cli_help.c -- says what the verbs are and how each is used, from their rows. */
#include "cli/cli.h"

/* What is too long for its column stands on a line of its own. */
static void left_column(struct ctx *c, struct buf *out, str left, int columns)
{
    buf_add(out, cli_pad(c->arena, left, columns));
    if (left.n < columns) return;
    buf_byte(out, '\n');
    buf_add(out, cli_pad(c->arena, S(""), columns));
}

static void option_lines(struct cli *cli, struct buf *out, const struct cli_option *table)
{
    struct ctx *c = cli->c;
    for (const struct cli_option *o = table; o && o->name; o++) {
        str left = str_fmt(c->arena, "  --%s %s", o->name, o->value ? o->value : "");
        left_column(c, out, left, 26);
        buf_add(out, say(c, str_of(o->zh), str_of(o->en)));
        if (o->many) buf_add(out, say(c, S("（可写多次）"), S(" (may be repeated)")));
        buf_byte(out, '\n');
    }
}

static void verb_help(struct cli *cli, struct buf *out)
{
    struct ctx *c = cli->c;
    const struct verb *v = cli->verb;
    buf_fmt(out, "%s\n\n", say(c, str_of(v->zh), str_of(v->en)).at);
    buf_fmt(out, "%skoi %s%s%s %s\n\n", c->locale == ZH ? "用法：" : "usage: ", v->name,
            v->usage ? " " : "", v->usage ? v->usage : "",
            c->locale == ZH ? "[选项]" : "[options]");
    option_lines(cli, out, v->options);
    option_lines(cli, out, common_options);
}

static void verb_line(struct ctx *c, struct buf *out, const struct verb *v, const char *before,
                      int columns)
{
    str left = str_fmt(c->arena, "  %s%s %s", before, v->name, v->usage ? v->usage : "");
    left_column(c, out, left, columns);
    buf_fmt(out, "%s\n", say(c, str_of(v->zh), str_of(v->en)).at);
}

bool help_group(struct cli *cli, struct buf *out, str group)
{
    bool found = false;
    for (const struct verb *v = verb_next(NULL); v; v = verb_next(v)) {
        str first;
        str_cut(str_of(v->name), ' ', &first);
        if (!str_eq(first, group)) continue;
        found = true;
        verb_line(cli->c, out, v, "koi ", 36);
    }
    return found;
}

void help_write(struct cli *cli, struct buf *out)
{
    struct ctx *c = cli->c;
    if (cli->verb) {
        verb_help(cli, out);
        return;
    }
    buf_add(out, say(c, S("锦鲤 Koi —— 网店的增长引擎\n\n用法：koi 命令 [参数] [选项]\n\n"),
                     S("Koi -- the growth engine of an online shop\n\n"
                       "usage: koi COMMAND [arguments] [options]\n\n")));
    for (const struct verb *v = verb_next(NULL); v; v = verb_next(v)) verb_line(c, out, v, "", 34);
    buf_add(out, say(c, S("\n每个命令都有：\n"), S("\nEvery command has:\n")));
    option_lines(cli, out, common_options);
    buf_add(out, say(c, S("\n退出码：0 完成，1 失败，2 用法有误\n"),
                     S("\nexit codes: 0 done, 1 failed, 2 wrong usage\n")));
}
