/* cli_report.c -- koi report: sales, RFM and classes, as tables or JSON. */
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/grid.h"
#include "cli/rows.h"
#include "insight/classes.h"
#include "insight/period.h"
#include "insight/rfm.h"
#include "trade/trade.h"

/* -- sales ------------------------------------------------------------------------------------ */

static const struct cli_option period_options[] = {
    { "from", "DATE", "第一天，如 2020-02-01；默认最近 30 天",
      "first day, like 2020-02-01; default: the last 30 days", false },
    { "to", "DATE", "最后一天（含）；默认今天", "last day, included; default: today", false },
    { "shop", "NAME", "只看此店铺", "only of this shop", false },
    CLI_OPTIONS_ROWS,
    { 0 },
};

static enum err period_of(struct cli *cli, day *from, day *to)
{
    TRY(period_read(cli->c, cli_text(cli, "from"), cli_text(cli, "to"), from, to));
    if (*from <= *to) return OK;
    return period_check(cli->c, *from, *to);
}

static enum err run_sales(struct cli *cli)
{
    day from, to;
    struct sales s;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_open(cli, CLI_READS));
    TRY(period_of(cli, &from, &to));
    TRY(sales_between(cli->c, from, to, cli_text(cli, "shop"), &s));
    if (asked) return rows_of_one(cli, &sales_shape, &s, NULL);
    if (cli_answered(cli, &sales_shape, &s)) return OK;
    cli_print(cli, STR_FMT " – " STR_FMT "\n\n", STR_ARG(day_text(cli->c->arena, from)),
              STR_ARG(day_text(cli->c->arena, to)));
    struct grid g = { .columns = 2 };
    GRID_ROW(cli, &g, grid_words(cli, "下单数", "Orders placed"), grid_count(cli, s.orders));
    GRID_ROW(cli, &g, grid_words(cli, "付款订单", "Orders paid"), grid_count(cli, s.paid_orders));
    GRID_ROW(cli, &g, grid_words(cli, "退款订单", "Orders with a refund"),
             grid_count(cli, s.refund_orders));
    GRID_ROW(cli, &g, grid_words(cli, "付款金额", "Paid"), grid_amount(cli, s.paid));
    GRID_ROW(cli, &g, grid_words(cli, "退款金额", "Refunded"), grid_amount(cli, s.refund));
    GRID_ROW(cli, &g, grid_words(cli, "净额", "Net"), grid_amount(cli, s.net));
    GRID_ROW(cli, &g, grid_words(cli, "购买人数", "Buyers"), grid_count(cli, s.buyers));
    grid_print(cli, &g);
    return OK;
}

/* -- RFM -------------------------------------------------------------------------------------- */

static const struct cli_option rfm_options[] = {
    CLI_OPTION_AT,
    { "window", "DAYS", "次数与金额统计最近多少天，0 或 all 为全部",
      "days that frequency and amount look back; 0 or all: all time", false },
    { "recency", "LIST", "最近消费的分段（天），如 30,90", "recency cuts in days, like 30,90",
      false },
    { "frequency", "LIST", "消费次数的分段，如 2,5", "frequency cuts, like 2,5", false },
    { "frequency-of", "WHAT", "次数按订单（orders）还是按购买天数（days）",
      "frequency counts orders or days (with a purchase)", false },
    { "monetary", "LIST", "消费金额的分段，如 200,1000", "monetary cuts, like 200,1000", false },
    { "monetary-of", "WHAT", "金额按合计（total）还是每次平均（average）",
      "total amount, or average per purchase", false },
    { "cuts", "HOW", "分段方式：固定（fixed）、按人数均分（quantile）、按均值（mean）",
      "cuts as given (fixed), by quantile or at the mean", false },
    { "high", "WHEN", "“高”指最好的一段（band），还是得分高于平均分（mean）",
      "high: in the best band, or a band above the mean", false },
    CLI_OPTIONS_ROWS,
    { 0 },
};

static enum err rfm_ask_of(struct cli *cli, struct rfm_ask *ask)
{
    *ask = (struct rfm_ask){
        .at = cli_text(cli, "at"),
        .recency = cli_text(cli, "recency"),
        .frequency = cli_text(cli, "frequency"),
        .frequency_of = cli_text(cli, "frequency-of"),
        .monetary = cli_text(cli, "monetary"),
        .monetary_of = cli_text(cli, "monetary-of"),
        .cuts = cli_text(cli, "cuts"),
        .high = cli_text(cli, "high"),
    };
    if (!cli_has(cli, "window")) return OK;
    i64 days = 0;
    if (!str_eq(cli_text(cli, "window"), S("all"))) TRY(cli_i64(cli, "window", 0, 36500, &days));
    ask->window = SOME(days);
    return OK;
}

/* Members by R (best first) and F, all M together. */
static void print_rfm_grid(struct cli *cli, const struct rfm_report *report)
{
    i64 r_bands = report->rule->recency.n + 1, f_bands = report->rule->frequency.n + 1;
    struct grid g = { .columns = (int)f_bands + 1 };
    str row[GRID_COLUMNS];
    row[0] = grid_words(cli, "会员数", "Members");
    for (i64 f = 1; f <= f_bands; f++) row[f] = str_fmt(cli->c->arena, "F%lld", (long long)f);
    grid_add(cli, &g, row);
    for (i64 r = r_bands; r >= 1; r--) {
        i64 members[GRID_COLUMNS] = { 0 };
        for (i64 i = 0; i < report->cells.n; i++)
            if (report->cells.at[i].r == r)
                members[report->cells.at[i].f] += report->cells.at[i].members;
        row[0] = str_fmt(cli->c->arena, "R%lld", (long long)r);
        for (i64 f = 1; f <= f_bands; f++) row[f] = grid_count(cli, members[f]);
        grid_add(cli, &g, row);
    }
    grid_print(cli, &g);
}

static enum err run_rfm(struct cli *cli)
{
    struct rfm_ask ask;
    struct rfm_rule rule;
    struct rfm_report report;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(rfm_ask_of(cli, &ask));
    TRY(cli_open(cli, CLI_READS));
    TRY(rfm_rule_read(cli->c, &ask, &rule));
    TRY(rfm_report_make(cli->c, &rule, &report));
    if (asked) return rows_of(cli, &rfm_cell_shape, &report.cells, NULL);
    if (cli_answered(cli, &rfm_report_shape, &report)) return OK;
    cli_print(cli, "RFM  " STR_FMT "\n\n", STR_ARG(rfm_at_words(cli->c, rule.at)));
    struct grid g = { .columns = 5 };
    GRID_ROW(cli, &g, grid_words(cli, "类型", "Type"), grid_words(cli, "会员", "Members"),
             grid_words(cli, "占比", "Share"), grid_words(cli, "金额", "Amount"),
             grid_words(cli, "占比", "Share"));
    for (i64 i = 0; i < report.types.n; i++) {
        const struct rfm_type_row *t = &report.types.at[i];
        GRID_ROW(cli, &g, t->name, grid_count(cli, t->members),
                 grid_share(cli, t->members, report.members), grid_amount(cli, t->amount),
                 grid_share(cli, t->amount, report.amount));
    }
    GRID_ROW(cli, &g, grid_words(cli, "合计", "All"), grid_count(cli, report.members), S(""),
             grid_amount(cli, report.amount), S(""));
    grid_print(cli, &g);
    cli_print(cli, "\n");
    print_rfm_grid(cli, &report);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(report.definition));
    return OK;
}

/* -- classes and scene tags ------------------------------------------------------------------- */

static const struct cli_option at_options[] = {
    CLI_OPTION_AT,
    CLI_OPTIONS_ROWS,
    { 0 },
};

static enum err run_classes(struct cli *cli)
{
    struct classes_report report;
    bool asked;
    TRY(rows_asked(cli, &asked));
    instant at;
    str said;
    TRY(cli_open(cli, CLI_READS));
    TRY(rfm_at_read(cli->c, cli_text(cli, "at"), &at, &said));
    TRY(classes_report_make(cli->c, said, &report));
    if (asked)
        return rows_of_one(cli, &classes_report_shape, &report,
                           "at members classes.A classes.B classes.C scene.new scene.active"
                           " scene.dormant scene.high_value");
    if (cli_answered(cli, &classes_report_shape, &report)) return OK;
    cli_print(cli, STR_FMT "\n\n", STR_ARG(rfm_at_words(cli->c, at)));
    struct grid g = { .columns = 3 };
    const struct {
        str name;
        i64 members;
    } rows[] = {
        { grid_words(cli, "会员", "Members"), report.members },
        { grid_words(cli, "A 在社群、未购买", "A in a community, never bought"),
          report.classes->A },
        { grid_words(cli, "B 买过一次", "B bought once"), report.classes->B },
        { grid_words(cli, "C 买过多次", "C bought more than once"), report.classes->C },
        { grid_words(cli, "新客", "New"), report.scene->new },
        { grid_words(cli, "活跃", "Active"), report.scene->active },
        { grid_words(cli, "沉睡", "Dormant"), report.scene->dormant },
        { grid_words(cli, "高价值", "High value"), report.scene->high_value },
    };
    for (i64 i = 0; i < COUNT(rows); i++)
        GRID_ROW(cli, &g, rows[i].name, grid_count(cli, rows[i].members),
                 grid_share(cli, rows[i].members, report.members));
    grid_print(cli, &g);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(report.definition));
    return OK;
}

const struct verb report_verbs[] = {
    { "report sales", NULL, "一段时间的下单、付款与退款",
      "orders, payments and refunds of a period", period_options, run_sales, 0, 0 },
    { "report rfm", NULL, "RFM 分层：八种类型与各分段的人数、金额",
      "RFM: members and amounts by type and band", rfm_options, run_rfm, 0, 0 },
    { "report classes", NULL, "A/B/C 类与场景标签的人数", "members by class A/B/C and by scene tag",
      at_options, run_classes, 0, 0 },
    { 0 },
};
