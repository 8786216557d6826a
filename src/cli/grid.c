/* grid.c -- tables of reports in a terminal: columns line up, Chinese counting two. */
#include "cli/grid.h"
#include "base/num.h"

/* Columns a terminal gives to text: characters of three bytes and more are wide ones here. */
static int width_of(str s)
{
    int width = 0;
    for (i64 i = 0; i < s.n; i++) {
        u8 byte = (u8)s.at[i];
        width += byte < 0x80 || (byte >= 0xC0 && byte < 0xE0) ? 1 : byte >= 0xE0 ? 2 : 0;
    }
    return width;
}

void grid_add(struct cli *cli, struct grid *g, const str *cells)
{
    struct grid_row *row = PUSH(cli->c->arena, g);
    for (int i = 0; i < g->columns; i++) row->cell[i] = cells[i];
}

void grid_print(struct cli *cli, const struct grid *g)
{
    int width[GRID_COLUMNS] = { 0 };
    for (i64 i = 0; i < g->n; i++)
        for (int k = 0; k < g->columns; k++) {
            int w = width_of(g->at[i].cell[k]);
            if (w > width[k]) width[k] = w;
        }
    for (i64 i = 0; i < g->n; i++) {
        struct buf line = { .arena = cli->c->arena };
        str first = g->at[i].cell[0];
        buf_add(&line, first);
        buf_fmt(&line, "%*s", width[0] - width_of(first), "");
        for (int k = 1; k < g->columns; k++)
            buf_fmt(&line, "  %*s" STR_FMT, width[k] - width_of(g->at[i].cell[k]), "",
                    STR_ARG(g->at[i].cell[k]));
        cli_print(cli, STR_FMT "\n", STR_ARG(buf_str(&line)));
    }
}

str grid_count(struct cli *cli, i64 n) { return str_fmt(cli->c->arena, "%lld", (long long)n); }
str grid_amount(struct cli *cli, money m) { return money_text(cli->c->arena, m); }
str grid_share(struct cli *cli, i64 part, i64 all)
{
    return all ? str_fmt(cli->c->arena, "%.1f%%", 100.0 * (f64)part / (f64)all) : S("–");
}
str grid_words(struct cli *cli, const char *zh, const char *en)
{
    return say(cli->c, str_of(zh), str_of(en));
}

str grid_figure(struct cli *cli, bool ratio, str value)
{
    f64 v;
    if (!value.n) return grid_words(cli, "无定义", "–");
    if (!ratio || !f64_parse(value, &v)) return value;
    return str_fmt(cli->c->arena, "%.1f%%", v * 100);
}
