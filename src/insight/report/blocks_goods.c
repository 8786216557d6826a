/* blocks_goods.c -- blocks of products: how many carry the shop and lie dead, what to order and
 * what to sell off. */
#include "base/num.h"
#include "insight/report/inside.h"

#define LISTED 15 /* of each advice */

static money all_net(const struct product_report *r)
{
    money all = 0;
    for (i64 i = 0; i < r->rules.n; i++) all += r->rules.at[i].net_sales;
    return all;
}

enum err products_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    const struct product_report *r;
    (void)row;
    TRY(products_of(m, &r));
    COLUMN(m, out, "verdict", "诊断", "Verdict", REPORT_TEXT);
    COLUMN(m, out, "products", "商品数", "Products", REPORT_COUNT);
    COLUMN(m, out, "units", "净销件数", "Net units", REPORT_COUNT);
    COLUMN(m, out, "net_sales", "净销售额", "Net sales", REPORT_MONEY);
    COLUMN(m, out, "share", "占比", "Share", REPORT_RATIO);
    COLUMN(m, out, "stock_value", "库存金额", "Stock value", REPORT_MONEY);
    COLUMN(m, out, "rule", "标准", "When", REPORT_TEXT);
    for (i64 i = 0; i < r->rules.n; i++) {
        const struct product_rule *v = &r->rules.at[i];
        opt_i64 share = share_of(v->net_sales, all_net(r)),
                value = v->products > v->without_value ? SOME(v->stock_value) : NONE;
        struct report_row *line = add_row(m, out, REPORT_COUNT);
        add_text(m, line, v->name);
        add_value(m, line, REPORT_COUNT, SOME(v->products));
        add_value(m, line, REPORT_COUNT, SOME(v->net_units));
        add_value(m, line, REPORT_MONEY, SOME(v->net_sales));
        add_value(m, line, REPORT_RATIO, share);
        add_value(m, line, REPORT_MONEY, value);
        add_text(m, line, v->rule);
        if (v->verdict != VERDICT_HERO && v->verdict != VERDICT_DEAD) continue;
        str n = figure_text(m, REPORT_COUNT, SOME(v->products)),
            figure = v->verdict == VERDICT_HERO ? figure_text(m, REPORT_RATIO, share)
                                                : figure_text(m, REPORT_MONEY, value);
        bool zh = m->c->locale == ZH;
        if (v->verdict == VERDICT_HERO)
            say_sentence(m, out, TONE_PLAIN,
                         str_fmt(m->c->arena,
                                 zh ? "“" STR_FMT "” " STR_FMT " 个，净销售额占比 " STR_FMT "。"
                                    : "\"" STR_FMT "\": " STR_FMT ", share of net sales " STR_FMT
                                      ".",
                                 STR_ARG(v->name), STR_ARG(n), STR_ARG(figure)));
        else
            say_sentence(m, out, v->products ? TONE_BAD : TONE_PLAIN,
                         str_fmt(m->c->arena,
                                 zh ? "“" STR_FMT "” " STR_FMT " 个，库存金额 " STR_FMT "。"
                                    : "\"" STR_FMT "\": " STR_FMT ", stock value " STR_FMT ".",
                                 STR_ARG(v->name), STR_ARG(n), STR_ARG(figure)));
    }
    CHART(m, out, CHART_BAR, "各诊断的净销售额与库存金额", "Net sales and stock value by verdict",
          3, 5);
    out->note =
        say(m->c,
            S("看到期末为止的 90 天；库存金额按成本，没有成本的按售价，两样都没有或库存不明的"
              "不在内。"),
            S("Of the 90 days up to the end; stock at cost, else at price; what has neither,"
              " or an unknown stock, is not in it."));
    return OK;
}

static f64 urgency(const struct product_health *p)
{
    if (p->advice == ADVICE_RESTOCK) return p->sellout_days.has ? p->sellout_days.value : 1e300;
    return p->stock_value.has ? -(f64)p->stock_value.value : 1e300;
}

static opt_i64 whole_days(opt_f64 v) { return v.has ? SOME((i64)(v.value + 0.5)) : NONE; }

/* Those with this advice. */
struct advised {
    const struct product_health
        *first[LISTED]; /* most urgent first: sold out soonest, most money */
    i64 n, all, units;
    money value;
};

static struct advised advised_of(const struct product_report *r, enum stock_advice advice)
{
    struct advised out = { 0 };
    for (i64 i = 0; i < r->items.n; i++) {
        const struct product_health *p = &r->items.at[i];
        if (p->advice != advice) continue;
        out.all++;
        out.units += p->advice_units.value;
        out.value += p->stock_value.value;
        i64 at = out.n < LISTED ? out.n++ : LISTED;
        for (; at > 0 && urgency(out.first[at - 1]) > urgency(p); at--)
            if (at < LISTED) out.first[at] = out.first[at - 1];
        if (at < LISTED) out.first[at] = p;
    }
    return out;
}

static void all_row(struct making *m, const struct advised *k, str advice, struct report_block *out)
{
    struct report_row *line = add_row(m, out, REPORT_COUNT);
    line->rest = true;
    add_text(m, line, advice);
    add_text(m, line,
             str_fmt(m->c->arena, m->c->locale == ZH ? "全部 " STR_FMT " 个" : "all " STR_FMT,
                     STR_ARG(figure_text(m, REPORT_COUNT, SOME(k->all)))));
    add_text(m, line, S(""));
    add_value(m, line, REPORT_COUNT, SOME(k->units));
    add_value(m, line, REPORT_COUNT, NONE);
    add_value(m, line, REPORT_DAYS, NONE);
    add_value(m, line, REPORT_DAYS, NONE);
    add_value(m, line, REPORT_MONEY, SOME(k->value));
}

static void product_row(struct making *m, const struct product_health *p, str advice,
                        struct report_block *out)
{
    struct report_row *line = add_row(m, out, REPORT_COUNT);
    add_text(m, line, advice);
    add_text(m, line, str_or(p->name, p->code));
    add_text(m, line, p->shop);
    add_value(m, line, REPORT_COUNT, p->advice_units);
    add_value(m, line, REPORT_COUNT, p->on_hand);
    add_value(m, line, REPORT_DAYS, whole_days(p->sellout_days));
    add_value(m, line, REPORT_DAYS, SOME(p->days_without_sale));
    add_value(m, line, REPORT_MONEY, p->stock_value);
}

/* What is advised for nothing is not told. */
static void say_stock(struct making *m, const struct advised *restock, const struct advised *clear,
                      struct report_block *out)
{
    struct buf b = { .arena = m->c->arena };
    bool zh = m->c->locale == ZH;
    if (!restock->all && !clear->all)
        buf_add(&b, say(m->c, S("没有要补货或清仓的商品"), S("Nothing to restock or to clear")));
    if (restock->all)
        buf_fmt(&b, zh ? "建议补货的商品 " STR_FMT " 个" : "Products to restock: " STR_FMT,
                STR_ARG(figure_text(m, REPORT_COUNT, SOME(restock->all))));
    if (clear->all)
        buf_fmt(&b,
                zh ? "%s建议清仓的商品 " STR_FMT " 个，占着库存 " STR_FMT
                   : "%sProducts to clear: " STR_FMT ", which hold stock of " STR_FMT,
                !restock->all ? ""
                : zh          ? "；"
                              : ". ",
                STR_ARG(figure_text(m, REPORT_COUNT, SOME(clear->all))),
                STR_ARG(figure_text(m, REPORT_MONEY, SOME(clear->value))));
    buf_add(&b, say(m->c, S("。"), S(".")));
    say_sentence(m, out, restock->all + clear->all ? TONE_BAD : TONE_PLAIN, buf_str(&b));
}

enum err stock_block(struct making *m, const struct block_row *row, struct report_block *out)
{
    static const enum stock_advice advices[] = { ADVICE_RESTOCK, ADVICE_CLEAR };
    static const char *const zh[] = { "补货", "清仓" }, *const en[] = { "restock", "clear" };
    const struct product_report *r;
    (void)row;
    TRY(products_of(m, &r));
    COLUMN(m, out, "advice", "建议", "Advice", REPORT_TEXT);
    COLUMN(m, out, "product", "商品", "Product", REPORT_TEXT);
    COLUMN(m, out, "shop", "店铺", "Shop", REPORT_TEXT);
    COLUMN(m, out, "advice_units", "件数", "Pieces", REPORT_COUNT);
    COLUMN(m, out, "on_hand", "库存", "On hand", REPORT_COUNT);
    COLUMN(m, out, "sellout_days", "可售天数", "Days to sell out", REPORT_DAYS);
    COLUMN(m, out, "still", "未动销天数", "Days without a sale", REPORT_DAYS);
    COLUMN(m, out, "stock_value", "库存金额", "Stock value", REPORT_MONEY);
    struct advised of[COUNT(advices)];
    for (i64 k = 0; k < COUNT(advices); k++) {
        str advice = say(m->c, str_of(zh[k]), str_of(en[k]));
        of[k] = advised_of(r, advices[k]);
        for (i64 i = 0; i < of[k].n; i++) product_row(m, of[k].first[i], advice, out);
        if (of[k].all) all_row(m, &of[k], advice, out);
    }
    say_stock(m, &of[0], &of[1], out);
    out->note = str_fmt(m->c->arena,
                        m->c->locale == ZH ? "各列出最急的，至多 %d 个。"
                                           : "The most urgent of each, at most %d.",
                        LISTED);
    return OK;
}
