/* cli_product.c -- koi report products and quadrants, koi stock list, set and import: which
 * products carry the shop and which lie dead, and what is in stock.
 */
#include "base/clock.h"
#include "cli/grid.h"
#include "cli/local.h"
#include "cli/rows.h"
#include "insight/product.h"
#include "sheet/sheet.h"

/* What was sold by day is brought up to date first: a command may be the only one that runs. */
static enum err open_and_follow(struct cli *cli)
{
    TRY(cli_open(cli, CLI_WRITES));
    return product_follow(cli->store, cli->c);
}

/* -- products ---------------------------------------------------------------------------------- */

#define CUT_OPTION(NAME, ZH, EN) \
    {                            \
        NAME, "N", ZH, EN, false \
    }
static const struct cli_option product_options[] = {
    { "from", "DATE", "第一天；默认最近 90 天", "first day; default: the last 90 days", false },
    { "to", "DATE", "最后一天（含）；默认今天", "last day, included; default: today", false },
    { "shop", "NAME", "只看此店铺", "only of this shop", false },
    { "verdict", "NAME", "只看 new、dead、hero、slow 或 workhorse",
      "only new, dead, hero, slow or workhorse", false },
    { "advice", "NAME", "只看要补货（restock）或清仓（clear）的", "only what to restock or clear",
      false },
    { "limit", "N", "最多多少个；默认 50", "at most so many; default: 50", false },
    { "csv", NULL, "输出 csv（全部）", "as csv (all of them)", false },
    CLI_OPTION_XLSX,
    CUT_OPTION("launch-days", "多少天内算新品", "new for so many days"),
    CUT_OPTION("dead-days", "多少天没有售出算死货", "dead after so many days without a sale"),
    CUT_OPTION("hero-share", "爆款：头部商品合计占净销售额的百分比",
               "hero: % of net sales the best sellers make up"),
    CUT_OPTION("hero-growth", "爆款：至少增长百分之几", "hero: grew by at least this %"),
    CUT_OPTION("slow-units", "滞销：每 30 天净销少于多少件", "slow: fewer net units in 30 days"),
    CUT_OPTION("slow-turnover", "滞销：库存周转超过多少天", "slow: turnover above so many days"),
    CUT_OPTION("rate-days", "最近多少天的日均净销", "days of the recent rate"),
    CUT_OPTION("restock-days", "多少天内售罄建议补货",
               "restock what is sold out within so many days"),
    CUT_OPTION("cover-days", "补到够卖多少天", "restock to last so many days"),
    { 0 },
};

static enum err cut_read(struct cli *cli, const char *name, opt_i64 *out)
{
    i64 value = 0;
    if (!cli_has(cli, name)) return OK;
    TRY(cli_i64(cli, name, -100, 1000000, &value));
    *out = SOME(value);
    return OK;
}

static enum err ask_read(struct cli *cli, struct product_ask *ask)
{
    *ask = (struct product_ask){ .from = cli_text(cli, "from"),
                                 .to = cli_text(cli, "to"),
                                 .shop = cli_text(cli, "shop") };
    TRY(cut_read(cli, "launch-days", &ask->launch_days));
    TRY(cut_read(cli, "dead-days", &ask->dead_days));
    TRY(cut_read(cli, "hero-share", &ask->hero_share));
    TRY(cut_read(cli, "hero-growth", &ask->hero_growth));
    TRY(cut_read(cli, "slow-units", &ask->slow_units));
    TRY(cut_read(cli, "slow-turnover", &ask->slow_turnover));
    TRY(cut_read(cli, "rate-days", &ask->rate_days));
    TRY(cut_read(cli, "restock-days", &ask->restock_days));
    return cut_read(cli, "cover-days", &ask->cover_days);
}

static enum err wanted(struct cli *cli, const char *name, const struct choice *of, int *out)
{
    *out = -1;
    return cli_has(cli, name) ? cli_choice(cli, name, of, out) : OK;
}

static enum err rows_read(struct cli *cli, const struct product_report *report,
                          struct product_health_list *out)
{
    int verdict, advice;
    TRY(wanted(cli, "verdict", &verdict_choice, &verdict));
    TRY(wanted(cli, "advice", &stock_advice_choice, &advice));
    for (i64 i = 0; i < report->items.n; i++) {
        const struct product_health *p = &report->items.at[i];
        if (verdict >= 0 && (int)p->verdict != verdict) continue;
        if (advice >= 0 && (int)p->advice != advice) continue;
        *PUSH(cli->c->arena, out) = *p;
    }
    return OK;
}

static str decimal(struct cli *cli, opt_f64 v)
{
    return v.has ? str_fmt(cli->c->arena, "%.1f", v.value) : S("–");
}
static str whole(struct cli *cli, opt_i64 v) { return v.has ? grid_count(cli, v.value) : S("–"); }

static void print_rules(struct cli *cli, const struct product_report *report)
{
    struct grid g = { .columns = 5 };
    GRID_ROW(cli, &g, grid_words(cli, "诊断", "Verdict"), grid_words(cli, "商品", "Products"),
             grid_words(cli, "净销件数", "Net units"), grid_words(cli, "净销售额", "Net sales"),
             grid_words(cli, "库存金额", "Stock value"));
    for (i64 i = 0; i < report->rules.n; i++) {
        const struct product_rule *r = &report->rules.at[i];
        GRID_ROW(cli, &g, r->name, grid_count(cli, r->products), grid_count(cli, r->net_units),
                 grid_amount(cli, r->net_sales), grid_amount(cli, r->stock_value));
    }
    grid_print(cli, &g);
    cli_print(cli, "\n");
    for (i64 i = 0; i < report->rules.n; i++)
        cli_print(cli, STR_FMT ": " STR_FMT "\n", STR_ARG(report->rules.at[i].name),
                  STR_ARG(report->rules.at[i].rule));
}

static void print_products(struct cli *cli, const struct product_report *report,
                           const struct product_health_list *rows, i64 limit)
{
    struct grid g = { .columns = 9 };
    cli_print(cli, STR_FMT " – " STR_FMT "\n\n", STR_ARG(day_text(cli->c->arena, report->from)),
              STR_ARG(day_text(cli->c->arena, report->to)));
    print_rules(cli, report);
    cli_print(cli, "\n");
    GRID_ROW(cli, &g, grid_words(cli, "商品", "Product"), grid_words(cli, "店铺", "Shop"),
             grid_words(cli, "诊断", "Verdict"), grid_words(cli, "净销件数", "Net units"),
             grid_words(cli, "净销售额", "Net sales"), grid_words(cli, "库存", "Stock"),
             grid_words(cli, "周转天数", "Turnover"), grid_words(cli, "可售天数", "Sell-out"),
             grid_words(cli, "原因", "Why"));
    for (i64 i = 0; i < rows->n && i < limit; i++) {
        const struct product_health *p = &rows->at[i];
        GRID_ROW(cli, &g, str_or(p->name, p->code), p->shop, report->rules.at[p->verdict].name,
                 grid_count(cli, p->net_units), grid_amount(cli, p->net_sales),
                 whole(cli, p->on_hand), decimal(cli, p->turnover_days),
                 decimal(cli, p->sellout_days), p->reason);
    }
    grid_print(cli, &g);
    if (rows->n > limit) cli_print(cli, "… %lld\n", (long long)(rows->n - limit));
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(report->definition));
}

#define PRODUCT_COLUMNS                                                                   \
    "shop code name category verdict reason net_units net_sales growth days_without_sale" \
    " on_hand counted_on turnover_days sellout_days stock_value valued_by_price advice "  \
    "advice_units"

#define FIELDS_OF_cli_products(X, N)                                         \
    X(day, from, ANY, "First day", N)                                        \
    X(day, to, ANY, "Last day", N)                                           \
    X(one(product_ask), thresholds, ANY, "The thresholds in force", N)       \
    X(list(product_rule), rules, ANY, "The verdicts", N)                     \
    X(list(product_health), items, ANY, "Products, most net sales first", N) \
    X(i64, total, ANY, "How many pass the filter", N)
SHAPE(cli_products);
SHAPE_DEFINE(cli_products);

static enum err run_products(struct cli *cli)
{
    struct product_ask ask;
    struct product_report report;
    struct product_health_list rows = { 0 };
    i64 limit = 50;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(ask_read(cli, &ask));
    TRY(cli_i64(cli, "limit", 1, PRODUCTS_MAX, &limit));
    TRY(open_and_follow(cli));
    TRY(product_report_make(cli->c, &ask, &report));
    TRY(rows_read(cli, &report, &rows));
    if (asked) return rows_of(cli, &product_health_shape, &rows, PRODUCT_COLUMNS);
    struct cli_products out = { .from = report.from,
                                .to = report.to,
                                .thresholds = &report.cuts,
                                .rules = report.rules,
                                .items = { rows.at, rows.n < limit ? rows.n : limit },
                                .total = rows.n };
    if (!cli_answered(cli, &cli_products_shape, &out)) print_products(cli, &report, &rows, limit);
    return OK;
}

/* -- quadrants --------------------------------------------------------------------------------- */

static const struct cli_option quadrant_options[] = {
    { "from", "DATE", "第一天；默认最近 90 天", "first day; default: the last 90 days", false },
    { "to", "DATE", "最后一天（含）；默认今天", "last day, included; default: today", false },
    { "frequency", "X", "购买频次从多少起算高；默认中位数",
      "high from this frequency on; default: the median", false },
    { "interaction", "Y", "互动从多少起算高；默认中位数",
      "high from this interaction on; default: the median", false },
    CLI_OPTIONS_ROWS,
    { 0 },
};

static str cut_text(struct cli *cli, opt_f64 v)
{
    return v.has ? str_fmt(cli->c->arena, "%.2f", v.value) : S("–");
}

static enum err run_quadrants(struct cli *cli)
{
    struct quadrant_ask ask = { .from = cli_text(cli, "from"),
                                .to = cli_text(cli, "to"),
                                .frequency = cli_text(cli, "frequency"),
                                .interaction = cli_text(cli, "interaction") };
    struct quadrants q;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(open_and_follow(cli));
    TRY(quadrants_make(cli->c, &ask, &q));
    if (asked) return rows_of(cli, &quadrant_category_shape, &q.items, NULL);
    if (cli_answered(cli, &quadrants_shape, &q)) return OK;
    cli_print(cli, STR_FMT " – " STR_FMT "   %s ≥ " STR_FMT "   %s ≥ " STR_FMT "\n\n",
              STR_ARG(day_text(cli->c->arena, q.from)), STR_ARG(day_text(cli->c->arena, q.to)),
              cli->c->locale == ZH ? "频次" : "frequency", STR_ARG(cut_text(cli, q.frequency)),
              cli->c->locale == ZH ? "互动" : "interaction", STR_ARG(cut_text(cli, q.interaction)));
    struct grid g = { .columns = 7 };
    GRID_ROW(cli, &g, grid_words(cli, "品类", "Category"), grid_words(cli, "象限", "Quadrant"),
             grid_words(cli, "频次", "Frequency"), grid_words(cli, "互动", "Interaction"),
             grid_words(cli, "购买人数", "Buyers"), grid_words(cli, "浏览人数", "Viewers"),
             grid_words(cli, "净销售额", "Net sales"));
    for (i64 i = 0; i < q.items.n; i++) {
        const struct quadrant_category *k = &q.items.at[i];
        str name = k->quadrant ? q.quadrants.at[k->quadrant - 1].name : S("–");
        GRID_ROW(cli, &g, k->category, name, cut_text(cli, k->frequency),
                 cut_text(cli, k->interaction), grid_count(cli, k->buyers),
                 grid_count(cli, k->viewers), grid_amount(cli, k->net_sales));
    }
    grid_print(cli, &g);
    cli_print(cli, "\n");
    for (i64 i = 0; i < q.quadrants.n; i++)
        cli_print(cli, STR_FMT ": " STR_FMT "\n", STR_ARG(q.quadrants.at[i].name),
                  STR_ARG(q.quadrants.at[i].way));
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(q.definition));
    return OK;
}

/* -- stock ------------------------------------------------------------------------------------- */

struct counting {
    const struct stock_fact *at;
    i64 n;
    struct stock_put out;
};
static enum err write_counts(struct tx *t, void *arg)
{
    struct counting *k = arg;
    return stock_write(t, k->at, k->n, &k->out);
}

static enum err told(struct cli *cli, const struct stock_put *out)
{
    if (cli_answered(cli, &stock_put_shape, out)) return OK;
    cli_print(cli,
              cli->c->locale == ZH ? "写入 %lld 条盘点，%lld 条原已相同，新商品 %lld 个\n"
                                   : "%lld counts written, %lld were there already, %lld new "
                                     "products\n",
              (long long)out->written, (long long)out->same, (long long)out->products);
    return OK;
}

static const struct cli_option set_options[] = {
    { "on", "DATE", "盘点日期；默认今天", "day of the count; default: today", false },
    { "cost", "MONEY", "单位成本", "what a piece costs", false },
    { 0 },
};

static enum err run_set(struct cli *cli)
{
    struct stock_fact fact = { .shop = cli->args.at[0],
                               .code = cli->args.at[1],
                               .counted_on = cli_text(cli, "on") };
    money cost;
    if (!i64_parse(cli->args.at[2], &fact.quantity) || fact.quantity < 0)
        return cli_usage(cli, "件数应为不小于 0 的整数", "pieces are a whole number of 0 or more");
    if (cli_has(cli, "cost")) {
        if (!money_parse(cli_text(cli, "cost"), &cost) || cost < 0)
            return cli_usage(cli, "成本应为金额，如 12.50", "cost is money, like 12.50");
        fact.cost = SOME(cost);
    }
    struct counting k = { .at = &fact, .n = 1 };
    TRY(cli_open(cli, CLI_WRITES));
    TRY(store_write(cli->store, cli->c, write_counts, &k));
    return told(cli, &k.out);
}

static const struct cli_option import_options[] = {
    { "shop", "NAME", "文件没有店铺列时，属于哪个店铺", "shop, where the file has no such column",
      false },
    { 0 },
};

static enum err run_import(struct cli *cli)
{
    struct stock_file file;
    TRY(cli_open(cli, CLI_WRITES));
    TRY(stock_file_read(cli->c, cli->args.at[0], cli_text(cli, "shop"), &file));
    struct counting k = { .at = file.rows.at, .n = file.rows.n };
    TRY(store_write(cli->store, cli->c, write_counts, &k));
    return told(cli, &k.out);
}

static const struct cli_option list_options[] = {
    { "product", "ID", "这个商品的历次盘点；默认每个商品的最近一次",
      "all counts of this product; default: the last of each", false },
    { "limit", "N", "最多多少条；默认 200", "at most so many; default: 200", false },
    CLI_OPTIONS_ROWS,
    { 0 },
};

#define FIELDS_OF_cli_stock(X, N) X(list(stock_row), items, ANY, "Counts", N)
SHAPE(cli_stock);
SHAPE_DEFINE(cli_stock);

static enum err run_list(struct cli *cli)
{
    struct cli_stock out = { 0 };
    i64 product = 0, limit = 200;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_i64(cli, "product", 1, INT64_MAX, &product));
    TRY(cli_i64(cli, "limit", 1, PRODUCTS_MAX, &limit));
    TRY(cli_open(cli, CLI_READS));
    TRY(stock_list(cli->c, product, 0, limit, &out.items));
    if (asked) return rows_of(cli, &stock_row_shape, &out.items, NULL);
    if (cli_answered(cli, &cli_stock_shape, &out)) return OK;
    struct grid g = { .columns = 5 };
    GRID_ROW(cli, &g, grid_words(cli, "商品", "Product"), grid_words(cli, "编码", "Code"),
             grid_words(cli, "盘点日期", "Counted"), grid_words(cli, "件数", "Pieces"),
             grid_words(cli, "成本", "Cost"));
    for (i64 i = 0; i < out.items.n; i++) {
        const struct stock_row *r = &out.items.at[i];
        GRID_ROW(cli, &g, str_or(r->name, r->code), r->code, day_text(cli->c->arena, r->counted_on),
                 grid_count(cli, r->quantity),
                 r->cost.has ? grid_amount(cli, r->cost.value) : S("–"));
    }
    grid_print(cli, &g);
    return OK;
}

const struct verb product_verbs[] = {
    { "report products", NULL, "商品诊断：爆款、平销、滞销、死货、新品；补货与清仓",
      "product health: hero, workhorse, slow, dead, new; restock and clear", product_options,
      run_products, 0, 0 },
    { "report quadrants", NULL, "品类四象限：购买频次与互动",
      "categories by purchase frequency and interaction", quadrant_options, run_quadrants, 0, 0 },
    { "stock list", NULL, "库存盘点", "counts of stock", list_options, run_list, 0, 0 },
    { "stock set", "SHOP CODE PIECES", "写入一次盘点", "write a count of stock", set_options,
      run_set, 3, 3 },
    { "stock import", "FILE", "导入库存文件（csv、xlsx：店铺、商品编码、库存、盘点日期、成本）",
      "import a file of counts (csv, xlsx: shop, code, quantity, counted_on, cost)", import_options,
      run_import, 1, 1 },
    { 0 },
};
