/* rows.c -- a report's rows as csv on standard output, as a workbook, or both. */
#include "cli/rows.h"

#include <assert.h>
#include <math.h>

#include "base/clock.h"

const struct cli_option rows_options[] = { CLI_OPTIONS_ROWS, { 0 } };

enum err rows_asked(struct cli *cli, bool *asked)
{
    *asked = cli_has(cli, "csv") || cli_has(cli, "xlsx");
    if (*asked && cli->json)
        return cli_usage(cli, "--json 与 --csv、--xlsx 只能选一种",
                         "choose --json or --csv, --xlsx");
    return OK;
}

static void csv_line(struct cli *cli, const str *cells, i64 n)
{
    struct buf line = { .arena = cli->c->arena };
    for (i64 i = 0; i < n; i++) {
        if (i) buf_byte(&line, ',');
        buf_add(&line, sheet_csv_cell(line.arena, cells[i], false));
    }
    cli_print(cli, STR_FMT "\n", STR_ARG(buf_str(&line)));
}

enum err rows_begin(struct cli *cli, const char *columns, struct rows *out)
{
    strs names = str_split(cli->c->arena, str_of(columns), ' ');
    *out = (struct rows){ .cli = cli, .columns = names.n };
    if (cli_has(cli, "csv")) csv_line(cli, names.at, names.n);
    if (!cli_has(cli, "xlsx")) return OK;
    return sheet_create(cli->c, cli_text(cli, "xlsx"), true, names, &out->book);
}

void rows_add(struct rows *r, const str *cells)
{
    struct arena *a = r->cli->c->arena;
    struct arena_mark mark = arena_mark(a);
    if (r->wrong != OK) return;
    if (cli_has(r->cli, "csv")) csv_line(r->cli, cells, r->columns);
    if (r->book) r->wrong = sheet_write(r->cli->c, r->book, cells, r->columns);
    if (r->wrong == OK) arena_rewind(a, mark);
}

void rows_written(struct cli *cli, str file)
{
    cli_note(cli, "已写入 " STR_FMT, "written: " STR_FMT, STR_ARG(file));
}

enum err rows_end(struct rows *r)
{
    if (r->wrong != OK) return r->wrong;
    if (!r->book) return OK;
    TRY(sheet_finish(r->cli->c, r->book));
    rows_written(r->cli, cli_text(r->cli, "xlsx"));
    return OK;
}

str cell_i64(struct cli *cli, i64 n) { return str_fmt(cli->c->arena, "%lld", (long long)n); }
str cell_f64(struct cli *cli, opt_f64 v)
{
    return v.has && isfinite(v.value) ? str_fmt(cli->c->arena, "%.9g", v.value) : S("");
}
str cell_money(struct cli *cli, opt_money v)
{
    return v.has ? money_text(cli->c->arena, v.value) : S("");
}

/* -- rows that are structs --------------------------------------------------------------------- */

static bool fits_a_cell(const struct shape_field *f)
{
    return f->kind != K_one && f->kind != K_list && f->kind != K_json && f->kind != K_ints;
}

static str cell_of(struct cli *cli, const struct shape_field *f, const void *at)
{
    struct arena *a = cli->c->arena;
    switch (f->kind) {
    case K_str: return str_or(*(const str *)at, S(""));
    case K_i64: return cell_i64(cli, *(const i64 *)at);
    case K_f64: return cell_f64(cli, (opt_f64){ true, *(const f64 *)at });
    case K_flag: return *(const flag *)at ? S("true") : S("false");
    case K_money: return money_text(a, *(const money *)at);
    case K_instant: return instant_iso(a, *(const instant *)at);
    case K_day: return day_text(a, *(const day *)at);
    case K_opt_i64: {
        const opt_i64 *v = at;
        return v->has ? cell_i64(cli, v->value) : S("");
    }
    case K_opt_f64: return cell_f64(cli, *(const opt_f64 *)at);
    case K_opt_money: return cell_money(cli, *(const opt_money *)at);
    case K_opt_instant: {
        const opt_instant *v = at;
        return v->has ? instant_iso(a, v->value) : S("");
    }
    case K_opt_flag: {
        const opt_flag *v = at;
        return !v->has ? S("") : v->value ? S("true") : S("false");
    }
    case K_strs: return str_join(a, *(const strs *)at, S(" + "));
    case K_choice: return choice_name(f->of, *(const int *)at);
    default: assert(!"a value that has no place in a cell"); return S("");
    }
}

/* "progress.forecast.low": through structs within; one that is missing leaves the cell empty. */
static str cell_named(struct cli *cli, const struct shape *shape, const void *in, str name)
{
    for (;;) {
        str head;
        name = str_cut(name, '.', &head);
        const struct shape_field *f = shape_find(shape, head);
        assert(f);
        const void *at = (const char *)in + f->offset;
        if (!name.at) return cell_of(cli, f, at);
        assert(f->kind == K_one);
        shape = f->of;
        in = *(const void *const *)at;
        if (!in) return S("");
    }
}

static const char *columns_of(struct cli *cli, const struct shape *shape)
{
    struct buf out = { .arena = cli->c->arena };
    for (int i = 0; i < shape->n; i++)
        if (fits_a_cell(&shape->fields[i]))
            buf_fmt(&out, "%s%s", out.n ? " " : "", shape->fields[i].name);
    return str_z(cli->c->arena, buf_str(&out));
}

enum err rows_of(struct cli *cli, const struct shape *shape, const void *list, const char *columns)
{
    const struct {
        const char *at;
        i64 n;
    } *items = list;
    struct rows r;
    if (!columns) columns = columns_of(cli, shape);
    strs names = str_split(cli->c->arena, str_of(columns), ' ');
    str *cells = NEWS(cli->c->arena, str, names.n);
    TRY(rows_begin(cli, columns, &r));
    for (i64 i = 0; i < items->n && r.wrong == OK; i++) {
        struct arena_mark mark = arena_mark(cli->c->arena);
        for (i64 k = 0; k < names.n; k++)
            cells[k] = cell_named(cli, shape, items->at + i * (i64)shape->size, names.at[k]);
        rows_add(&r, cells);
        if (r.wrong == OK) arena_rewind(cli->c->arena, mark);
    }
    return rows_end(&r);
}

enum err rows_of_one(struct cli *cli, const struct shape *shape, const void *one,
                     const char *columns)
{
    const struct {
        const void *at;
        i64 n;
    } list = { one, 1 };
    return rows_of(cli, shape, &list, columns);
}
