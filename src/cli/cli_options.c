/* cli_options.c -- reads options by the verb's table and prints results. */
#include "cli/cli.h"

#include "base/clock.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include <utf8proc.h>

const struct cli_option common_options[] = {
    { "data", "DIR", "数据目录，默认 ./data", "data folder, ./data by default", false },
    { "store", "URL", "改用 PostgreSQL：postgresql://用户@主机/库",
      "use PostgreSQL: postgresql://user@host/database", false },
    { "json", NULL, "以 JSON 输出，便于程序读取", "answer in JSON, for programs", false },
    { "locale", "zh|en", "输出语言", "language of what is printed", false },
    { "log", "LEVEL", "日志级别：debug、info、warn、error、off",
      "what is logged: debug, info, warn, error, off", false },
    { "help", NULL, "显示这份说明", "show this page", false },
    { 0 },
};

static const struct cli_option *find_in(const struct cli_option *table, str name)
{
    for (const struct cli_option *o = table; o && o->name; o++)
        if (str_eq(str_of(o->name), name)) return o;
    return NULL;
}

static const struct cli_option *option_find(const struct cli *cli, str name)
{
    const struct cli_option *o = find_in(common_options, name);
    return o ? o : find_in(cli->verb->options, name);
}

static void option_add(struct cli *cli, str name, str value)
{
    struct arena *a = cli->c->arena;
    i64 n = cli->options.n;
    cli->options.name = arena_grow(a, cli->options.name, sizeof(str), n);
    cli->options.value = arena_grow(a, cli->options.value, sizeof(str), n);
    cli->options.name[n] = name;
    cli->options.value[n] = value;
    cli->options.n = n + 1;
}

/* One word that begins with "--"; takes its value from the word after it unless it is in
 * "--name=value" form. */
static enum err option_read(struct cli *cli, int n, char **words, int *i)
{
    str name;
    str value = str_cut(str_sub(str_of(words[*i]), 2, (i64)strlen(words[*i])), '=', &name);
    const struct cli_option *o = option_find(cli, name);
    if (!o)
        return cli_usage(cli, "命令 %s 没有选项 --" STR_FMT,
                         "the command %s has no option --" STR_FMT, cli->verb->name, STR_ARG(name));
    if (!o->value && value.at)
        return cli_usage(cli, "选项 --%s 不带值", "the option --%s takes no value", o->name);
    if (o->value && !value.at) {
        if (*i + 1 >= n)
            return cli_usage(cli, "选项 --%s 后面缺少 %s", "the option --%s needs %s after it",
                             o->name, o->value);
        value = str_of(words[++*i]);
    }
    if (o->value && !o->many && cli_has(cli, o->name))
        return cli_usage(cli, "选项 --%s 只能写一次", "the option --%s may be given once", o->name);
    option_add(cli, str_of(o->name), o->value ? value : S("true"));
    return OK;
}

enum err options_read(struct cli *cli, int n, char **words)
{
    struct arena *a = cli->c->arena;
    bool only_arguments = false;
    for (int i = 0; i < n; i++) {
        str word = str_of(words[i]);
        if (!only_arguments && str_eq(word, S("--"))) only_arguments = true;
        else if (!only_arguments && str_starts(word, S("--"))) TRY(option_read(cli, n, words, &i));
        else *PUSH(a, &cli->args) = word;
    }
    const struct verb *v = cli->verb;
    if (cli->args.n < v->args_min)
        return cli_usage(cli, "命令 %s 缺少参数：%s", "the command %s needs: %s", v->name,
                         v->usage ? v->usage : "");
    if (v->args_max >= 0 && cli->args.n > v->args_max)
        return cli_usage(cli, "命令 %s 不认识参数 “" STR_FMT "”",
                         "the command %s does not take \"" STR_FMT "\"", v->name,
                         STR_ARG(cli->args.at[v->args_max]));
    return OK;
}

bool cli_has(const struct cli *cli, const char *name)
{
    assert(option_find(cli, str_of(name)));
    for (i64 i = 0; i < cli->options.n; i++)
        if (str_eq(cli->options.name[i], str_of(name))) return true;
    return false;
}

str cli_text(const struct cli *cli, const char *name)
{
    assert(option_find(cli, str_of(name)));
    str found = NO_STR;
    for (i64 i = 0; i < cli->options.n; i++)
        if (str_eq(cli->options.name[i], str_of(name))) found = cli->options.value[i];
    return found;
}

strs cli_texts(struct cli *cli, const char *name)
{
    assert(option_find(cli, str_of(name)));
    strs found = { 0 };
    for (i64 i = 0; i < cli->options.n; i++)
        if (str_eq(cli->options.name[i], str_of(name)))
            *PUSH(cli->c->arena, &found) = cli->options.value[i];
    return found;
}

enum err cli_i64(struct cli *cli, const char *name, i64 min, i64 max, i64 *out)
{
    str text = cli_text(cli, name);
    if (!text.at) return OK;
    i64 value;
    if (!i64_parse(text, &value) || value < min || value > max)
        return cli_usage(cli, "--%s 应是 %lld 到 %lld 之间的整数，写的是 “" STR_FMT "”",
                         "--%s is a whole number from %lld to %lld, not \"" STR_FMT "\"", name,
                         (long long)min, (long long)max, STR_ARG(text));
    *out = value;
    return OK;
}

bool cli_f64(struct cli *cli, str text, f64 *out)
{
    bool percent = str_ends(text, S("%"));
    if (percent) text.n--;
    if (str_starts(text, S("."))) text = str_fmt(cli->c->arena, "0" STR_FMT, STR_ARG(text));
    if (!f64_parse(text, out)) return false;
    if (percent) *out /= 100;
    return true;
}

enum err cli_day(struct cli *cli, const char *name, day *out)
{
    str text = cli_text(cli, name);
    if (!text.at || day_parse(text, out)) return OK;
    return cli_usage(cli, "--%s 应是日期，如 2024-05-01，写的是 “" STR_FMT "”",
                     "--%s is a date such as 2024-05-01, not \"" STR_FMT "\"", name, STR_ARG(text));
}

enum err cli_choice(struct cli *cli, const char *name, const struct choice *of, int *out)
{
    str text = cli_text(cli, name);
    if (!text.at) return OK;
    int value = choice_find(of, text);
    if (value >= 0) {
        *out = value;
        return OK;
    }
    struct buf names = { .arena = cli->c->arena };
    for (int i = 0; i < of->n; i++) buf_fmt(&names, "%s%s", i ? " " : "", of->names[i]);
    return cli_usage(cli, "--%s 只能是：" STR_FMT, "--%s is one of: " STR_FMT, name,
                     STR_ARG(buf_str(&names)));
}

void cli_answer(struct cli *cli, const struct shape *shape, const void *value)
{
    struct buf out = { .arena = cli->c->arena };
    json_write(&out, shape, value);
    buf_byte(&out, '\n');
    fwrite(out.at, 1, (size_t)out.n, stdout);
}

bool cli_answered(struct cli *cli, const struct shape *shape, const void *value)
{
    if (cli->json) cli_answer(cli, shape, value);
    return cli->json;
}

void cli_print(struct cli *cli, const char *fmt, ...)
{
    (void)cli;
    va_list list;
    va_start(list, fmt);
    vprintf(fmt, list);
    va_end(list);
}

void cli_note(struct cli *cli, const char *zh, const char *en, ...)
{
    if (cli->json) return;
    va_list list;
    va_start(list, en);
    vfprintf(stderr, cli->c->locale == ZH ? zh : en, list);
    va_end(list);
    fputc('\n', stderr);
}

int text_columns(str s)
{
    int columns = 0;
    for (i64 i = 0; i < s.n;) {
        utf8proc_int32_t point;
        utf8proc_ssize_t n = utf8proc_iterate((const u8 *)s.at + i, s.n - i, &point);
        if (n <= 0) {
            n = 1;
            point = '?';
        }
        columns += utf8proc_charwidth(point);
        i += n;
    }
    return columns;
}

str cli_pad(struct arena *a, str s, int width)
{
    struct buf out = { .arena = a };
    buf_add(&out, s);
    for (int at = text_columns(s); at < width; at++) buf_byte(&out, ' ');
    return buf_str(&out);
}
