/* cli_segment.c -- koi segment: how many members an expression holds for, who they are, and why. */
#include "access/access.h"
#include "audience/ask.h"
#include "audience/builder.h"
#include "cli/cli.h"
#include "member/member.h"
#include "sheet/sheet.h"

static const struct cli_option at_options[] = { CLI_OPTION_AT, { 0 } };
static const struct cli_option explain_options[] = {
    CLI_OPTION_AT,
    { "sql", NULL, "也写出在数据库里问同一问题的语句",
      "also the statement that asks the store the same", false },
    { 0 },
};
static const struct cli_option list_options[] = {
    CLI_OPTION_AT,
    { "limit", "N", "最多几位，1 到 1000，默认 50", "at most this many, 1 to 1000, 50 by default",
      false },
    { "after", "ID", "从此编号之后继续", "go on after this id", false },
    { 0 },
};
static const struct cli_option export_options[] = {
    CLI_OPTION_AT,
    { "to", "FILE", "写到此文件：.csv 或 .xlsx", "write to this file: .csv or .xlsx", false },
    { 0 },
};

/* What was asked, and who it is. */
struct asked {
    const struct segment_node *tree;
    instant at;
    const struct plan *plan; /* NULL: answered by SQL */
    struct member_set set;   /* of the plan */
    ints members;            /* of SQL */
    i64 count, took_us;
};

static enum err read_asked(struct cli *cli, enum cli_mode mode, struct asked *out)
{
    struct ctx *c = cli->c;
    TRY(cli_open(cli, mode));
    TRY(segment_at_read(c, cli_text(cli, "at"), &out->at));
    return segment_parse(c, cli->args.at[0], &out->tree);
}

static enum err by_index(struct ctx *c, struct asked *out)
{
    const struct view *v;
    TRY(audience_view(c, 0, &v));
    i64 began = clock_mono_us();
    TRY(plan_make(c, v, out->tree, out->at, &out->plan));
    plan_set(c->arena, out->plan, &out->set);
    out->took_us = clock_mono_us() - began;
    out->count = out->set.n;
    return OK;
}

static enum err answer(struct cli *cli, enum cli_mode mode, struct asked *out)
{
    bool worth;
    TRY(read_asked(cli, mode, out));
    out->plan = NULL;
    TRY(audience_worth(cli->c, &worth));
    if (worth) return by_index(cli->c, out);
    i64 began = clock_mono_us();
    TRY(segment_members(cli->c, out->tree, out->at, &out->members));
    out->took_us = clock_mono_us() - began;
    out->count = out->members.n;
    return OK;
}

/* At most `most` of them above `after`. */
static ints asked_ids(struct ctx *c, const struct asked *a, i64 after, i64 most)
{
    ints out = a->members;
    if (a->plan) return set_ids(c->arena, &a->set, after, most);
    while (out.n && out.at[0] <= after) out.at++, out.n--;
    if (out.n > most) out.n = most;
    return out;
}

static enum err asked_explain(struct ctx *c, const struct asked *a, bool counts, str *out)
{
    if (a->plan) return plan_explain(c, a->plan, counts, out);
    return segment_explain(c, a->tree, a->at, counts, out);
}

/* -- count and explain ------------------------------------------------------------------------ */

#define FIELDS_OF_segment_count(X, N)              \
    X(i64, count, ANY, "Members", N)               \
    X(i64, took_us, ANY, "Microseconds taken", N)  \
    X(str, at, ANY, "As of", N)                    \
    X(str, explain, ANY, "How it was answered", N) \
    X(str, sql, ANY, "The statement that asks the store the same, with --sql", N)
SHAPE(segment_count);
SHAPE_DEFINE(segment_count);

static enum err run_count(struct cli *cli)
{
    struct asked a;
    TRY(answer(cli, CLI_READS, &a));
    struct segment_count out = { .count = a.count,
                                 .took_us = a.took_us,
                                 .at = segment_at_words(cli->c, a.at) };
    TRY(asked_explain(cli->c, &a, false, &out.explain));
    if (!cli_answered(cli, &segment_count_shape, &out))
        cli_print(cli, "%lld\n", (long long)out.count);
    return OK;
}

static enum err run_explain(struct cli *cli)
{
    struct asked a;
    TRY(answer(cli, CLI_READS, &a));
    struct segment_count out = { .count = a.count,
                                 .took_us = a.took_us,
                                 .at = segment_at_words(cli->c, a.at) };
    TRY(asked_explain(cli->c, &a, true, &out.explain));
    if (cli_has(cli, "sql")) TRY(segment_sql_text(cli->c, a.tree, a.at, &out.sql));
    if (!cli_answered(cli, &segment_count_shape, &out))
        cli_print(cli, STR_FMT, STR_ARG(out.explain));
    if (!cli->json && out.sql.n) cli_print(cli, "\n" STR_FMT "\n", STR_ARG(out.sql));
    return OK;
}

/* -- list and export -------------------------------------------------------------------------- */

#define FIELDS_OF_segment_list(X, N)                       \
    X(list(member_brief), items, ANY, "Members, by id", N) \
    X(i64, total, ANY, "Members in all", N)                \
    X(opt_i64, next_after, ANY, "Where the next page begins; absent: the end", N)
SHAPE(segment_list);
SHAPE_DEFINE(segment_list);

static void print_member(struct cli *cli, const struct member_brief *m)
{
    struct arena *a = cli->c->arena;
    str tags = str_join(a, m->tags, S(" "));
    cli_print(cli, "%10lld  " STR_FMT "  " STR_FMT "  " STR_FMT "  " STR_FMT "\n", (long long)m->id,
              STR_ARG(cli_pad(a, m->name, 14)), STR_ARG(cli_pad(a, m->phone, 14)),
              STR_ARG(cli_pad(a, m->city, 10)), STR_ARG(tags));
}

static enum err run_list(struct cli *cli)
{
    struct asked a;
    struct segment_list out = { 0 };
    i64 limit = 50, after = 0;
    TRY(cli_i64(cli, "limit", 1, 1000, &limit));
    TRY(cli_i64(cli, "after", 0, INT64_MAX, &after));
    TRY(answer(cli, CLI_READS, &a));
    out.total = a.count;
    ints ids = asked_ids(cli->c, &a, after, limit + 1);
    for (i64 i = 0; i < ids.n && i < limit; i++)
        TRY(member_show(cli->c, ids.at[i], may(cli->c, PERSONAL_READ),
                        PUSH(cli->c->arena, &out.items)));
    if (ids.n > limit) out.next_after = SOME(ids.at[limit - 1]);
    if (cli_answered(cli, &segment_list_shape, &out)) return OK;
    for (i64 k = 0; k < out.items.n; k++) print_member(cli, &out.items.at[k]);
    if (out.next_after.has)
        cli_note(cli, "共 %lld 位；下一页：--after %lld", "%lld in all; next page: --after %lld",
                 (long long)out.total, (long long)out.next_after.value);
    return OK;
}

struct exported {
    i64 members;
    str at, file;
};

static enum err note_export(struct tx *t, void *arg)
{
    const struct exported *e = arg;
    return audit_write(t, S("segment.exported"), S("segment"),
                       str_fmt(t->c->arena, "{\"members\":%lld,\"at\":\"" STR_FMT "\"}",
                               (long long)e->members, STR_ARG(e->at)));
}

static enum err write_members(struct ctx *c, struct sheet_out *out, const ints *members)
{
    for (i64 i = 0; i < members->n; i++) {
        struct member_brief m;
        struct arena_mark mark = arena_mark(c->arena);
        TRY(member_show(c, members->at[i], may(c, PERSONAL_READ), &m));
        str cells[] = { str_fmt(c->arena, "%lld", (long long)m.id),
                        m.name,
                        m.phone,
                        m.province,
                        m.city,
                        m.touchpoint,
                        instant_text(c->arena, c->zone, m.first_seen),
                        str_join(c->arena, m.tags, S(" ")) };
        TRY(sheet_write(c, out, cells, COUNT(cells)));
        arena_rewind(c->arena, mark);
    }
    return OK;
}

static enum err run_export(struct cli *cli)
{
    struct ctx *c = cli->c;
    struct asked a;
    struct sheet_out *out;
    str file = cli_text(cli, "to");
    bool xlsx = str_ends(file, S(".xlsx"));
    if (!xlsx && !str_ends(file, S(".csv")))
        return cli_usage(cli, "请用 --to 给出 .csv 或 .xlsx 文件",
                         "give a .csv or .xlsx file with --to");
    str columns[] = { say(c, S("编号"), S("id")),
                      say(c, S("姓名"), S("name")),
                      say(c, S("手机"), S("phone")),
                      say(c, S("省份"), S("province")),
                      say(c, S("城市"), S("city")),
                      say(c, S("触点"), S("touchpoint")),
                      say(c, S("首次出现"), S("first_seen")),
                      say(c, S("标签"), S("tags")) };
    TRY(answer(cli, CLI_WRITES, &a));
    /* Noted first: what leaves is on record even when the disk fills half-way. */
    struct exported e = { .members = a.count, .at = segment_at_words(c, a.at), .file = file };
    TRY(store_write(cli->store, c, note_export, &e));
    TRY(sheet_create(c, file, xlsx, (strs){ columns, COUNT(columns) }, &out));
    ints ids = asked_ids(c, &a, -1, INT64_MAX);
    TRY(write_members(c, out, &ids));
    TRY(sheet_finish(c, out));
    struct segment_count done = { .count = a.count, .took_us = a.took_us, .at = e.at };
    TRY(asked_explain(c, &a, false, &done.explain));
    if (cli->json) cli_answer(cli, &segment_count_shape, &done);
    cli_note(cli, "已导出 %lld 位会员", "%lld members exported", (long long)a.count);
    return OK;
}

/* -- format ----------------------------------------------------------------------------------- */

#define FIELDS_OF_segment_text(X, N) X(str, text, ANY, "The one spelling", N)
SHAPE(segment_text);
SHAPE_DEFINE(segment_text);

/* Without a shop it knows what every shop has. */
static enum err open_if_there(struct cli *cli)
{
    enum err e = cli_open(cli, CLI_READS);
    return str_eq(cli->where, S("data")) ? OK : e;
}

static enum err run_format(struct cli *cli)
{
    const struct segment_node *tree;
    TRY(open_if_there(cli));
    TRY(segment_parse(cli->c, cli->args.at[0], &tree));
    struct segment_text out = { segment_format(cli->c->arena, tree) };
    if (!cli_answered(cli, &segment_text_shape, &out))
        cli_print(cli, STR_FMT "\n", STR_ARG(out.text));
    return OK;
}

/* -- the language itself ---------------------------------------------------------------------- */

static void print_row(struct cli *cli, str form, str example, str words)
{
    struct arena *a = cli->c->arena;
    cli_print(cli, STR_FMT "  " STR_FMT "  " STR_FMT "\n", STR_ARG(cli_pad(a, form, 26)),
              STR_ARG(cli_pad(a, example, 40)), STR_ARG(words));
}

static enum err run_fields(struct cli *cli)
{
    struct segment_language out = { 0 };
    struct ctx *c = cli->c;
    TRY(open_if_there(cli));
    TRY(segment_language_read(c, &out));
    if (cli_answered(cli, &segment_language_shape, &out)) return OK;
    for (i64 i = 0; i < out.fields.n; i++)
        print_row(cli, out.fields.at[i].name, out.fields.at[i].example,
                  say(c, out.fields.at[i].zh, out.fields.at[i].en));
    cli_print(cli, "\n");
    for (i64 i = 0; i < out.calls.n; i++)
        print_row(cli, out.calls.at[i].form, out.calls.at[i].example,
                  say(c, out.calls.at[i].zh, out.calls.at[i].en));
    cli_print(cli, "\n");
    for (i64 i = 0; i < out.operators.n; i++)
        print_row(cli, out.operators.at[i].name, out.operators.at[i].example,
                  say(c, out.operators.at[i].zh, out.operators.at[i].en));
    cli_print(cli, "\n");
    return OK;
}

const struct verb segment_verbs[] = {
    { "segment count", "EXPR", "符合条件的会员有多少", "how many members an expression holds for",
      at_options, run_count, 1, 1 },
    { "segment list", "EXPR", "列出符合条件的会员", "list the members an expression holds for",
      list_options, run_list, 1, 1 },
    { "segment explain", "EXPR", "逐项说明条件各符合多少会员",
      "how it is answered, with the members of each part", explain_options, run_explain, 1, 1 },
    { "segment export", "EXPR", "把符合条件的会员导出为表格", "write the members to a table",
      export_options, run_export, 1, 1 },
    { "segment format", "EXPR", "检查条件并写成标准形式",
      "check an expression and print its one spelling", NULL, run_format, 1, 1 },
    { "segment fields", NULL, "列出条件里可以用的字段、函数和比较",
      "list the fields, calls and comparisons of the language", NULL, run_fields, 0, 0 },
    { 0 },
};
