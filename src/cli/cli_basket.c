/* cli_basket.c -- koi report basket, next, fit: what is bought together, of orders or of a file of
 * baskets; what is bought next; who fits a product. */
#include "cli/cli.h"
#include "cli/grid.h"
#include "cli/rows.h"
#include "insight/basket.h"

#define ROWS_SHOWN 30 /* in a terminal */

static const struct cli_option basket_options[] = {
    { "support", "SHARE", "至少多少购物篮同时含全部商品，0 到 1；默认 0.01",
      "least share of baskets with all items, 0 to 1; default 0.01", false },
    { "confidence", "SHARE", "含左边的购物篮里至少多少也含右边，0 到 1；默认 0.2",
      "least share, of baskets with the left side, of those with the right; default 0.2", false },
    { "max-items", "N", "两边合计至多几件，2 到 10；默认 10",
      "items of a rule, both sides together, 2 to 10; default 10", false },
    { "baskets", "FILE", "不看订单，看此文件：每行一个购物篮，商品用逗号隔开，可以是 .gz",
      "of this file in place of orders: one basket a line, items apart by commas, also .gz",
      false },
    { "from", "DATE", "第一天；默认从头", "first day; default: from the beginning", false },
    { "to", "DATE", "最后一天（含）；默认今天", "last day, included; default: today", false },
    { "shop", "NAME", "只看此店铺", "only of this shop", false },
    CLI_OPTION_SEGMENT,
    { "of", "WHAT", "商品（product）还是品类（category）；默认商品",
      "items are products (product) or categories (category); default: product", false },
    { "item", "NAME", "只看含此商品的规则", "only rules with this item", false },
    { "limit", "N", "至多多少条；默认全部（终端里 30 条）",
      "at most so many rules; default: all (30 in a terminal)", false },
    CLI_OPTION_CSV,
    CLI_OPTION_XLSX,
    { 0 },
};

static enum err share_of(struct cli *cli, const char *name, opt_f64 *out)
{
    f64 value;
    if (!cli_has(cli, name)) return OK;
    if (!cli_f64(cli, cli_text(cli, name), &value))
        return cli_usage(cli, "--%s 要一个数，如 0.01 或 1%%，写的是 “" STR_FMT "”",
                         "--%s takes a number such as 0.01 or 1%%, not \"" STR_FMT "\"", name,
                         STR_ARG(cli_text(cli, name)));
    *out = (opt_f64){ true, value };
    return OK;
}

static enum err ask_of(struct cli *cli, struct basket_ask *ask, i64 *limit)
{
    i64 most = 0;
    *limit = 0;
    *ask = (struct basket_ask){ .from = cli_text(cli, "from"),
                                .to = cli_text(cli, "to"),
                                .shop = cli_text(cli, "shop"),
                                .segment = cli_text(cli, "segment"),
                                .of = cli_text(cli, "of"),
                                .item = cli_text(cli, "item") };
    TRY(share_of(cli, "support", &ask->support));
    TRY(share_of(cli, "confidence", &ask->confidence));
    TRY(cli_i64(cli, "max-items", RULE_ITEMS_FEW, RULE_ITEMS_MAX, &most));
    if (most) ask->max_items = SOME(most);
    return cli_i64(cli, "limit", 1, RULES_MAX, limit);
}

static enum err of_file(struct cli *cli, const struct basket_ask *ask, i64 limit,
                        struct basket_report *out)
{
    static const char *const of_orders[] = { "from", "to", "shop", "segment", "of" };
    struct baskets b;
    for (i64 i = 0; i < COUNT(of_orders); i++)
        if (cli_has(cli, of_orders[i]))
            return cli_usage(cli, "--%s 是对订单说的，不能与 --baskets 同用",
                             "--%s is about orders: it does not go with --baskets", of_orders[i]);
    TRY(baskets_read(cli->c, cli_text(cli, "baskets"), &b));
    return basket_report_of(cli->c, &b, ask, limit, out);
}

static enum err save(struct cli *cli, const struct basket_report *report)
{
    struct rows r;
    TRY(rows_begin(cli, "lhs rhs support confidence lift count lhs_count rhs_count", &r));
    for (i64 i = 0; i < report->rules.n; i++) {
        struct arena_mark mark = arena_mark(cli->c->arena);
        const struct basket_rule *rule = &report->rules.at[i];
        ROWS_ADD(&r, str_join(cli->c->arena, rule->lhs, S(" + ")), rule->rhs,
                 str_fmt(cli->c->arena, "%.9f", rule->support),
                 str_fmt(cli->c->arena, "%.9f", rule->confidence),
                 str_fmt(cli->c->arena, "%.9f", rule->lift), cell_i64(cli, rule->count),
                 cell_i64(cli, rule->lhs_count), cell_i64(cli, rule->rhs_count));
        if (r.wrong == OK) arena_rewind(cli->c->arena, mark);
    }
    return rows_end(&r);
}

static void print_rules(struct cli *cli, const struct basket_report *r)
{
    struct arena *a = cli->c->arena;
    struct grid g = { .columns = 6 };
    GRID_ROW(cli, &g, grid_words(cli, "买了", "Bought"), grid_words(cli, "也买", "Also"),
             grid_words(cli, "支持度", "Support"), grid_words(cli, "置信度", "Confidence"),
             grid_words(cli, "提升度", "Lift"), grid_words(cli, "购物篮", "Baskets"));
    for (i64 i = 0; i < r->rules.n && i < ROWS_SHOWN; i++) {
        const struct basket_rule *rule = &r->rules.at[i];
        GRID_ROW(cli, &g, str_join(a, rule->lhs, S(" + ")), rule->rhs,
                 str_fmt(a, "%.4f", rule->support), str_fmt(a, "%.1f%%", 100 * rule->confidence),
                 str_fmt(a, "%.2f", rule->lift), grid_count(cli, rule->count));
    }
    grid_print(cli, &g);
    cli_print(cli,
              cli->c->locale == ZH ? "\n购物篮 %lld 个，规则 %lld 条\n" STR_FMT "\n"
                                   : "\n%lld baskets, %lld rules\n" STR_FMT "\n",
              (long long)r->baskets, (long long)r->total, STR_ARG(r->how));
}

static enum err run_basket(struct cli *cli)
{
    struct basket_ask ask;
    struct basket_report r;
    i64 limit;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(ask_of(cli, &ask, &limit));
    if (cli_has(cli, "baskets")) {
        TRY(of_file(cli, &ask, limit, &r));
    } else {
        TRY(cli_open(cli, CLI_READS));
        TRY(basket_report_all(cli->c, &ask, limit, &r));
    }
    if (asked) return save(cli, &r);
    if (!cli_answered(cli, &basket_report_shape, &r)) print_rules(cli, &r);
    return OK;
}

/* -- next -------------------------------------------------------------------------------------- */

static const struct cli_option next_options[] = {
    { "then", "PRODUCT", "拆看一件后续商品的买家", "part the buyers of one next product", false },
    { "days", "N", "多少天内再买，1 到 730；默认 90",
      "bought within so many days, 1 to 730; default "
      "90",
      false },
    { "least", "N", "少于几人的不列；默认 3", "leave out what fewer members bought; default 3",
      false },
    { "from", "DATE", "第一天；默认从头", "first day; default: from the beginning", false },
    { "to", "DATE", "最后一天（含）；默认今天", "last day, included; default: today", false },
    { "shop", "NAME", "只看此店铺", "only of this shop", false },
    CLI_OPTION_SEGMENT,
    { "limit", "N", "至多多少件，1 到 200；默认 20", "at most so many, 1 to 200; default 20",
      false },
    CLI_OPTIONS_ROWS,
    { 0 },
};

static void print_next(struct cli *cli, const struct next_report *r)
{
    struct arena *a = cli->c->arena;
    struct grid g = { .columns = 6 }, groups = { .columns = 2 };
    GRID_ROW(cli, &g, r->product, grid_words(cli, "接着买的人", "Members"),
             grid_words(cli, "置信度", "Confidence"), grid_words(cli, "提升度", "Lift"),
             grid_words(cli, "间隔天数", "Days"), grid_words(cli, "待触达", "To approach"));
    for (i64 i = 0; i < r->next.n; i++) {
        const struct next_row *x = &r->next.at[i];
        GRID_ROW(cli, &g, x->product, grid_count(cli, x->members),
                 str_fmt(a, "%.1f%%", 100 * x->confidence),
                 x->lift.has ? str_fmt(a, "%.2f", x->lift.value) : S("-"),
                 str_fmt(a, "%.1f", x->median_days.value), grid_count(cli, x->to_approach));
    }
    grid_print(cli, &g);
    cli_print(cli,
              cli->c->locale == ZH ? "\n买家 %lld 人，期内活跃 %lld 人，复购本品 %lld 人\n"
                                   : "\n%lld buyers, %lld active, %lld bought it again\n",
              (long long)r->buyers, (long long)r->active, (long long)r->again);
    for (i64 i = 0; i < r->groups.n; i++)
        GRID_ROW(cli, &groups,
                 str_fmt(a, STR_FMT "：" STR_FMT, STR_ARG(r->groups.at[i].name),
                         STR_ARG(r->groups.at[i].advice)),
                 grid_count(cli, r->groups.at[i].members));
    if (r->groups.n) cli_print(cli, "\n");
    if (r->groups.n) grid_print(cli, &groups);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(r->how));
}

static enum err run_next(struct cli *cli)
{
    struct next_report r;
    i64 days = 0, least = 0, limit = 0;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_i64(cli, "days", 1, NEXT_DAYS_MAX, &days));
    TRY(cli_i64(cli, "least", 1, INT64_MAX, &least));
    TRY(cli_i64(cli, "limit", 1, NEXT_ROWS_MAX, &limit));
    struct next_ask ask = { .product = cli->args.at[0],
                            .then = cli_text(cli, "then"),
                            .days = days ? SOME(days) : NONE,
                            .least = least ? SOME(least) : NONE,
                            .from = cli_text(cli, "from"),
                            .to = cli_text(cli, "to"),
                            .shop = cli_text(cli, "shop"),
                            .segment = cli_text(cli, "segment"),
                            .limit = limit ? SOME(limit) : NONE };
    TRY(cli_open(cli, CLI_READS));
    TRY(next_report_make(cli->c, &ask, &r));
    if (asked) return rows_of(cli, &next_row_shape, &r.next, NULL);
    if (!cli_answered(cli, &next_report_shape, &r)) print_next(cli, &r);
    return OK;
}

/* -- fit --------------------------------------------------------------------------------------- */

static const struct cli_option fit_options[] = {
    CLI_OPTION_SEGMENT,
    CLI_OPTION_AT,
    { "field", "NAME", "只看这些字段", "look at these fields only", true },
    { "check-days", "N", "也检验：用 N 天前的样子排名，看后来谁买了；1 到 365",
      "also: rank as of N days ago, and see who bought it since; 1 to 365", false },
    { "limit", "N", "至多多少人，1 到 200；默认 50",
      "at most so many members, 1 to 200; default 50", false },
    CLI_OPTIONS_ROWS,
    { 0 },
};

static void print_fit(struct cli *cli, const struct fit_report *r)
{
    struct arena *a = cli->c->arena;
    struct grid values = { .columns = 4 }, g = { .columns = 2 };
    cli_print(cli,
              cli->c->locale == ZH ? STR_FMT "：买家 %lld 人，其他购买者 %lld 人\n\n"
                                   : STR_FMT ": %lld buyers, %lld other buyers\n\n",
              STR_ARG(r->product), (long long)r->buyers, (long long)r->others);
    GRID_ROW(cli, &values, grid_words(cli, "买家的共同点", "What buyers have in common"),
             grid_words(cli, "买家", "Buyers"), grid_words(cli, "其他", "Others"), S("TGI"));
    for (i64 i = 0; i < r->index.n && i < ROWS_SHOWN; i++) {
        const struct fit_value *v = &r->index.at[i];
        GRID_ROW(cli, &values,
                 str_fmt(a, STR_FMT ": " STR_FMT, STR_ARG(v->field_name), STR_ARG(v->value)),
                 str_fmt(a, "%.1f%%", 100 * v->share_buyers),
                 str_fmt(a, "%.1f%%", 100 * v->share_others), str_fmt(a, "%.0f", v->tgi));
    }
    grid_print(cli, &values);
    cli_print(cli, "\n");
    GRID_ROW(cli, &g, grid_words(cli, "会员", "Member"), grid_words(cli, "契合分", "Fit"));
    for (i64 i = 0; i < r->members.n && i < ROWS_SHOWN; i++) {
        const struct fit_member *m = &r->members.at[i];
        str why = str_join(a, m->reasons, cli->c->locale == ZH ? S("；") : S("; "));
        GRID_ROW(cli, &g,
                 str_fmt(a, "%lld " STR_FMT "  " STR_FMT, (long long)m->member, STR_ARG(m->name),
                         STR_ARG(why)),
                 str_fmt(a, "%.2f", m->score));
    }
    grid_print(cli, &g);
    if (r->check && r->check->auc.has)
        cli_print(cli,
                  cli->c->locale == ZH ? "\n检验：%lld 人里后来 %lld 人买了，AUC "
                                         "%.3f，最好的十分之一里有其中 %.1f%%\n"
                                       : "\nCheck: of %lld members %lld bought it since; AUC %.3f, "
                                         "the best tenth has %.1f%% of them\n",
                  (long long)r->check->candidates, (long long)r->check->later, r->check->auc.value,
                  100 * r->check->top_tenth.value);
    cli_print(cli, "\n" STR_FMT "\n", STR_ARG(r->how));
}

static enum err run_fit(struct cli *cli)
{
    struct fit_report r;
    i64 days = 0, limit = 0;
    bool asked;
    TRY(rows_asked(cli, &asked));
    TRY(cli_i64(cli, "check-days", 1, 365, &days));
    TRY(cli_i64(cli, "limit", 1, FIT_ROWS_MAX, &limit));
    struct fit_ask ask = { .product = cli->args.at[0],
                           .segment = cli_text(cli, "segment"),
                           .at = cli_text(cli, "at"),
                           .fields = cli_texts(cli, "field"),
                           .check_days = days ? SOME(days) : NONE,
                           .limit = limit ? SOME(limit) : NONE };
    TRY(cli_open(cli, CLI_READS));
    TRY(fit_report_make(cli->c, &ask, &r));
    if (asked) return rows_of(cli, &fit_member_shape, &r.members, NULL);
    if (!cli_answered(cli, &fit_report_shape, &r)) print_fit(cli, &r);
    return OK;
}

const struct verb basket_verbs[] = {
    { "report basket", NULL, "关联规则：哪些商品常一起买（支持度、置信度、提升度）",
      "association rules: what is bought together (support, confidence, lift)", basket_options,
      run_basket, 0, 0 },
    { "report next", "PRODUCT", "一带二：买了这件商品的人接着买什么，该向谁推",
      "next hit: what buyers of a product buy next, and whom to approach", next_options, run_next,
      1, 1 },
    { "report fit", "PRODUCT", "优质客户：谁最像这件商品的买家，凭什么",
      "quality customers: who is most like the buyers of a product, and why", fit_options, run_fit,
      1, 1 },
    { 0 },
};
