/* cli_tree.c -- koi report gmv-tree: what each factor contributed to the change of GMV. */
#include "base/clock.h"
#include "cli/grid.h"
#include "cli/rows.h"
#include "insight/tree.h"

static const struct cli_option options[] = {
    { "from", "DATE", "第一天；默认最近 30 天", "first day; default: the last 30 days", false },
    { "to", "DATE", "最后一天（含）；默认今天", "last day, included; default: today", false },
    { "before-from", "DATE", "对比期第一天；默认上一个等长的期间",
      "first day to compare with; default: as many days before", false },
    { "before-to", "DATE", "对比期最后一天（含）", "last day to compare with, included", false },
    { "by", "WHAT", "下钻：shop、touchpoint、category 或 segment",
      "also by shop, touchpoint, category or segment", false },
    { "part", "EXPR", "按分层下钻时的一个分层；可写多次，会员算在第一个符合的里",
      "by segment: one of the segments; may be given more than once, the first that holds counts",
      true },
    { "csv", NULL, "输出 CSV：总体与各部分的每个因子一行",
      "as CSV: a line for each factor of the whole and of each part", false },
    CLI_OPTION_XLSX,
    CLI_OPTION_SEGMENT,
    CLI_OPTION_AT,
    { 0 },
};

static str value_text(struct cli *cli, enum tree_factor_kind f, opt_f64 v)
{
    struct arena *a = cli->c->arena;
    if (!v.has) return grid_words(cli, "无定义", "not defined");
    switch (f) {
    case TREE_USERS: return grid_count(cli, (i64)v.value);
    case TREE_CONVERSION: return str_fmt(a, "%.2f%%", v.value * 100);
    case TREE_FREQUENCY: return str_fmt(a, "%.3f", v.value);
    default: return str_fmt(a, "%.2f", v.value);
    }
}

static str part_name(struct cli *cli, const struct tree_part *p)
{
    if (p->kind == TREE_PART_UNKNOWN) return grid_words(cli, "未知", "unknown");
    return p->kind == TREE_PART_OTHER ? grid_words(cli, "其他", "other") : p->part;
}

/* To the cent: parts of orders may be finer. JSON and CSV have them all. */
static str amount_text(struct cli *cli, money m)
{
    const money cent = MONEY_UNIT / 100;
    return grid_amount(cli, (m + (m >= 0 ? cent / 2 : -(cent / 2))) / cent * cent);
}

static str contribution_text(struct cli *cli, opt_money m)
{
    return m.has ? amount_text(cli, m.value) : grid_words(cli, "无定义", "not defined");
}

static void print_tree(struct cli *cli, const struct gmv_tree *t)
{
    struct grid g = { .columns = 4 };
    GRID_ROW(cli, &g, grid_words(cli, "因子", "Factor"), grid_words(cli, "对比期", "Before"),
             grid_words(cli, "本期", "Now"), grid_words(cli, "贡献", "Contribution"));
    for (i64 i = 0; i < t->factors.n; i++) {
        const struct tree_factor *f = &t->factors.at[i];
        GRID_ROW(cli, &g, tree_factor_label(cli->c, f->factor), value_text(cli, f->factor, f->a),
                 value_text(cli, f->factor, f->b), contribution_text(cli, f->contribution));
    }
    GRID_ROW(cli, &g, S("GMV"), grid_amount(cli, t->gmv_before), grid_amount(cli, t->gmv),
             grid_amount(cli, t->change));
    grid_print(cli, &g);
}

static void print_parts(struct cli *cli, const struct gmv_tree *t)
{
    struct grid g = { .columns = 4 + TREE_FACTORS };
    str cells[GRID_COLUMNS] = { S(""), grid_words(cli, "对比期", "Before"),
                                grid_words(cli, "本期", "Now"), grid_words(cli, "变化", "Change") };
    for (int f = 0; f < TREE_FACTORS; f++)
        cells[4 + f] = tree_factor_label(cli->c, (enum tree_factor_kind)f);
    grid_add(cli, &g, cells);
    for (i64 i = 0; i < t->parts.n; i++) {
        const struct tree_part *p = &t->parts.at[i];
        cells[0] = part_name(cli, p);
        cells[1] = amount_text(cli, p->gmv_before);
        cells[2] = amount_text(cli, p->gmv);
        cells[3] = amount_text(cli, p->change);
        for (int f = 0; f < TREE_FACTORS; f++)
            cells[4 + f] = contribution_text(cli, p->factors.at[f].contribution);
        grid_add(cli, &g, cells);
    }
    cli_print(cli, "\n");
    grid_print(cli, &g);
}

/* -- CSV --------------------------------------------------------------------------------------- */

static str csv_number(struct cli *cli, opt_f64 v)
{
    return v.has ? str_fmt(cli->c->arena, "%.15g", v.value) : S("");
}

static void add_factors(struct rows *r, str part, const struct tree_factor_list *factors)
{
    for (i64 i = 0; i < factors->n; i++) {
        const struct tree_factor *f = &factors->at[i];
        ROWS_ADD(r, part, str_of(tree_factor_kind_choice.names[f->factor]),
                 csv_number(r->cli, f->a), csv_number(r->cli, f->b),
                 cell_money(r->cli, f->contribution));
    }
}

static enum err save(struct cli *cli, const struct gmv_tree *t)
{
    struct rows r;
    TRY(rows_begin(cli, "part factor a b contribution", &r));
    add_factors(&r, S(""), &t->factors);
    for (i64 i = 0; i < t->parts.n; i++)
        add_factors(&r, part_name(cli, &t->parts.at[i]), &t->parts.at[i].factors);
    return rows_end(&r);
}

static enum err run(struct cli *cli)
{
    struct gmv_tree t;
    int by = TREE_BY_NOTHING;
    TRY(cli_choice(cli, "by", &tree_by_choice, &by));
    bool asked;
    TRY(rows_asked(cli, &asked));
    struct tree_ask ask = { .from = cli_text(cli, "from"),
                            .to = cli_text(cli, "to"),
                            .before_from = cli_text(cli, "before-from"),
                            .before_to = cli_text(cli, "before-to"),
                            .segment = cli_text(cli, "segment"),
                            .at = cli_text(cli, "at"),
                            .by = (enum tree_by)by,
                            .parts = cli_texts(cli, "part") };
    TRY(cli_open(cli, CLI_READS));
    TRY(gmv_tree_make(cli->c, &ask, &t));
    if (cli_answered(cli, &gmv_tree_shape, &t)) return OK;
    if (asked) return save(cli, &t);
    cli_print(cli, STR_FMT " – " STR_FMT "\n\n", STR_ARG(day_text(cli->c->arena, t.from)),
              STR_ARG(day_text(cli->c->arena, t.to)));
    print_tree(cli, &t);
    if (t.parts.n) print_parts(cli, &t);
    cli_print(cli, "\n" STR_FMT "\n\n" STR_FMT "\n", STR_ARG(t.sentence), STR_ARG(t.definition));
    return OK;
}

const struct verb tree_verbs[] = {
    { "report gmv-tree", NULL, "GMV 拆解：各因子对变化的贡献",
      "GMV tree: what each factor contributed to the change", options, run, 0, 0 },
    { 0 },
};
