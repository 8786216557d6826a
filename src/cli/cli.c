/* cli.c -- the frame of the command line: finds the verb, runs it, says what went wrong. */
#include "cli/cli.h"

#include "access/access.h"
#include "app/rooms.h"
#include "audience/ask.h"
#include "base/clock.h"
#include "base/log.h"
#include "insight/metric.h"
#include "store/setting.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const struct verb *const verb_tables[] = {
    serve_verbs,   import_verbs,    member_verbs,     report_verbs, rhythm_verbs,   metric_verbs,
    tree_verbs,    behaviour_verbs, aipl_verbs,       path_verbs,   lifetime_verbs, basket_verbs,
    cost_verbs,    product_verbs,   experiment_verbs, goal_verbs,   alert_verbs,    segment_verbs,
    compare_verbs, saved_verbs,     points_verbs,     tier_verbs,   task_verbs,     mall_verbs,
    board_verbs,   koc_verbs,       budget_verbs,     ledger_verbs, setting_verbs,  channel_verbs,
    user_verbs,    key_verbs,       demo_verbs,       backup_verbs, doctor_verbs,   api_verbs,
};

const struct verb *verb_next(const struct verb *v)
{
    if (!v) return verb_tables[0];
    if (v[1].name) return v + 1;
    for (i64 i = 0; i + 1 < COUNT(verb_tables); i++) {
        const struct verb *row = verb_tables[i];
        while (row->name && row != v) row++;
        if (row == v) return verb_tables[i + 1];
    }
    return NULL;
}

/* How many of the words the name's words match: "report rfm" matches two; 0: it is another verb. */
static int words_matched(const char *name, int n, char **words)
{
    int used = 0;
    str rest = str_of(name);
    while (!str_empty(rest)) {
        str word;
        rest = str_cut(rest, ' ', &word);
        if (used >= n || !str_eq(word, str_of(words[used]))) return 0;
        used++;
    }
    return used;
}

const struct verb *verb_find(int n, char **words, int *used)
{
    const struct verb *best = NULL;
    *used = 0;
    for (const struct verb *v = verb_next(NULL); v; v = verb_next(v)) {
        int matched = words_matched(v->name, n, words);
        if (matched > *used) {
            best = v;
            *used = matched;
        }
    }
    return best;
}

enum err cli_usage(struct cli *cli, const char *zh, const char *en, ...)
{
    va_list list;
    va_start(list, en);
    char text[400];
    vsnprintf(text, sizeof text, cli->c->locale == ZH ? zh : en, list);
    va_end(list);
    cli->usage_wrong = true;
    return fail(cli->c, E_INVALID, "%s", "%s", text);
}

static enum locale locale_default(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    for (i64 i = 0; i < COUNT(names); i++) {
        str value = str_of(getenv(names[i]));
        if (str_starts(value, S("en"))) return EN;
        if (!str_empty(value)) return ZH;
    }
    return ZH;
}

static enum err open_zone(struct ctx *c)
{
    str name;
    TRY(setting_text(c, "timezone", &name));
    c->zone = zone_open(str_z(c->arena, name));
    if (c->zone) return OK;
    return fail(c, E_INTERNAL, "系统没有时区 “" STR_FMT "”：请安装 tzdata 或修改设置 timezone",
                "this system has no time zone \"" STR_FMT
                "\": install tzdata or change the setting timezone",
                STR_ARG(name));
}

enum err cli_open(struct cli *cli, enum cli_mode mode)
{
    struct store_options o = { .where = cli->where,
                               .readers = 4,
                               .read_only = mode == CLI_READS,
                               .existing = mode == CLI_WRITES };
    cli->mode = mode;
    TRY(store_open(cli->c, o, rooms, &cli->store));
    TRY(store_reader(cli->store, cli->c));
    audience_command(cli->c, cli->data);
    return open_zone(cli->c);
}

#define FIELDS_OF_cli_problem(X, N)                     \
    X(str, type, ANY, "Kind", N)                        \
    X(str, title, ANY, "Sentence of the kind", N)       \
    X(i64, status, ANY, "HTTP status it would have", N) \
    X(str, detail, ANY, "What, where, what to do", N)   \
    X(str, field, ANY, "The field at fault", N)
SHAPE(cli_problem);
SHAPE_DEFINE(cli_problem);

static int report(struct cli *cli, enum err e)
{
    struct ctx *c = cli->c;
    if (e == OK) return 0;
    const struct err_row *row = err_row(e);
    if (cli->json) {
        struct cli_problem p = { .type = str_of(row->name),
                                 .status = row->status,
                                 .title = say(c, str_of(row->zh), str_of(row->en)),
                                 .detail = str_of(c->why.detail),
                                 .field = str_of(c->why.field) };
        struct buf out = { .arena = c->arena };
        json_write(&out, &cli_problem_shape, &p);
        fprintf(stderr, STR_FMT "\n", STR_ARG(buf_str(&out)));
    } else {
        str text = cli->usage_wrong   ? str_of(c->why.detail)
                   : c->why.detail[0] ? fail_text(c)
                                      : say(c, str_of(row->zh), str_of(row->en));
        fprintf(stderr, "koi: " STR_FMT "\n", STR_ARG(text));
        if (cli->usage_wrong)
            fprintf(stderr, say(c, S("用法见：koi %s%s--help\n"), S("see: koi %s%s--help\n")).at,
                    cli->verb ? cli->verb->name : "", cli->verb ? " " : "");
    }
    return cli->usage_wrong ? 2 : 1;
}

static enum err print_help(struct cli *cli)
{
    struct buf out = { .arena = cli->c->arena };
    help_write(cli, &out);
    cli_print(cli, STR_FMT, STR_ARG(buf_str(&out)));
    return OK;
}

/* The options that shape the call itself. */
static enum err read_common(struct cli *cli)
{
    str locale = cli_text(cli, "locale");
    if (locale.at && !str_eq(locale, S("en")) && !str_eq(locale, S("zh")))
        return cli_usage(cli, "--locale 只能是 zh 或 en", "--locale is zh or en");
    str level = cli_text(cli, "log");
    enum log_level parsed = LOG_WARN;
    if (level.at && !log_level_parse(level, &parsed))
        return cli_usage(cli, "--log 只能是 debug、info、warn、error 或 off",
                         "--log is debug, info, warn, error or off");
    log_level_set(parsed);
    cli->data = str_or(cli_text(cli, "data"), S("data"));
    str url = cli_text(cli, "store");
    if (url.at && !str_starts(url, S("postgresql://")) && !str_starts(url, S("postgres://")))
        return cli_usage(cli,
                         "--store 要写成 postgresql://用户@主机/库；SQLite 的数据目录用 --data",
                         "--store takes postgresql://user@host/database; a folder is for --data");
    cli->where = str_or(url, cli->data);
    return OK;
}

/* Language and form count wherever they stand, also when the rest is wrong. */
static void read_form(struct cli *cli, int n, char **words)
{
    for (int i = 0; i < n && !str_eq(str_of(words[i]), S("--")); i++) {
        str word = str_of(words[i]);
        str value = str_starts(word, S("--locale="))           ? str_sub(word, 9, word.n)
                    : str_eq(word, S("--locale")) && i + 1 < n ? str_of(words[i + 1])
                                                               : NO_STR;
        if (str_eq(value, S("en"))) cli->c->locale = EN;
        if (str_eq(value, S("zh"))) cli->c->locale = ZH;
        if (str_eq(word, S("--json"))) cli->json = true;
    }
}

/* "koi user" alone: what may follow. */
static bool print_group(struct cli *cli, FILE *to, str group)
{
    struct buf words = { .arena = cli->c->arena };
    bool found = help_group(cli, &words, group);
    fwrite(words.at, 1, (size_t)words.n, to);
    return found;
}

static bool is_help(const char *word)
{
    str w = str_of(word);
    return str_eq(w, S("--help")) || str_eq(w, S("-h")) || str_eq(w, S("help"));
}

static enum err run(struct cli *cli, int n, char **words)
{
    if (n == 0 || is_help(words[0])) {
        if (n == 0) cli->usage_wrong = true;
        TRY(print_help(cli));
        return n == 0 ? E_INVALID : OK;
    }
    if (str_eq(str_of(words[0]), S("--version"))) words[0] = (char *)"version";
    int used;
    cli->verb = verb_find(n, words, &used);
    if (!cli->verb) {
        if (words[0][0] == '-')
            return cli_usage(cli, "先写命令，选项跟在后面，例如 koi members list %s",
                             "the command comes first, options follow: koi members list %s",
                             words[0]);
        bool help = n > 1 && is_help(words[1]);
        bool group = print_group(cli, help ? stdout : stderr, str_of(words[0]));
        if (group && help) return OK;
        bool more = n > 1 && words[1][0] != '-';
        if (group && !more)
            return cli_usage(cli, "%s 后面要写做什么", "say what to do after %s", words[0]);
        return cli_usage(cli, "没有命令 “%s%s%s”", "there is no command \"%s%s%s\"", words[0],
                         more ? " " : "", more ? words[1] : "");
    }
    for (int i = used; i < n; i++) {
        if (str_eq(str_of(words[i]), S("--"))) break;
        if (str_eq(str_of(words[i]), S("--help"))) return print_help(cli);
    }
    TRY(options_read(cli, n - used, words + used));
    TRY(read_common(cli));
    return cli->verb->run(cli);
}

int cli_main(int argc, char **argv)
{
    struct arena *a = arena_new();
    struct ctx c = { .arena = a,
                     .now = clock_now(),
                     .zone = zone_open("Asia/Shanghai"),
                     .rights = role_rights(ROLE_OWNER),
                     .actor = S("cli"),
                     .locale = locale_default() };
    struct cli cli = { .c = &c };
    struct metric_book *book = metric_book_new(); /* many questions, the orders read once */
    app_wire();
    metric_serve(book);
    read_form(&cli, argc - 1, argv + 1);
    enum err e = run(&cli, argc - 1, argv + 1);
    int code = cli.usage_wrong && !c.why.detail[0] && argc == 1 ? 2 : report(&cli, e);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == 0)
        code =
            report(&cli, fail(&c, E_UNPROCESSABLE, "标准输出写不进去：磁盘已满，或没有人读",
                              "standard output could not be written: the disk is full, or nobody "
                              "reads it"));
    store_release(&c);
    if (cli.store) store_close(cli.store);
    metric_serve(NULL);
    arena_free(a);
    metric_book_free(book);
    return code;
}
