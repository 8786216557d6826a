/* templates.c -- rules to begin with: taken over in one go, then changed like any other. */
#include "insight/alert/inside.h"

struct template
{
    const char *name, *zh, *en, *why_zh, *why_en;
    enum alert_severity severity;
    struct alert_terms terms;
};

#define TEXT(LITERAL)                      \
    {                                      \
        "" LITERAL "", sizeof(LITERAL) - 1 \
    }
#define SOME_OF(N) \
    {              \
        true, (N)  \
    }
static const struct template templates[] = {
    { "channel_swing",
      "各渠道下单异常",
      "Orders of a channel swing",
      "每个渠道每天的下单数与它自己平时同一星期几相比，忽高忽低都提醒",
      "Orders placed of each channel, every day against its own usual weekday, up or down",
      ALERT_WARNING,
      { .metric = TEXT("placed"),
        .by = TEXT("touchpoint"),
        .kind = ALERT_ANOMALY,
        .side = ALERT_EITHER,
        .least = TEXT("5") } },
    { "channel_visitors",
      "各渠道流量异常",
      "Traffic of a channel swings",
      "每个渠道每天触达的会员数（有任何行为或下单）与平时同一星期几相比",
      "Members each channel reached (did anything or ordered), every day against its usual weekday",
      ALERT_WARNING,
      { .metric = TEXT("reached"),
        .by = TEXT("touchpoint"),
        .kind = ALERT_ANOMALY,
        .side = ALERT_EITHER,
        .least = TEXT("5") } },
    { "sales_drop",
      "销售额明显下降",
      "Sales drop",
      "昨天的支付金额明显低于平时同一星期几",
      "What was paid yesterday is well below the usual weekday",
      ALERT_CRITICAL,
      { .metric = TEXT("sales"), .kind = ALERT_ANOMALY, .side = ALERT_BELOW } },
    { "sales_week",
      "周销售额下滑",
      "Sales of the week are down",
      "上一个整周的支付金额比前一周少两成以上",
      "The last whole week sold a fifth less than the one before",
      ALERT_WARNING,
      { .metric = TEXT("sales"),
        .period = ALERT_WEEK,
        .kind = ALERT_CHANGE,
        .side = ALERT_BELOW,
        .against = AGAINST_BEFORE,
        .percent = SOME_OF(20) } },
    { "refund_spike",
      "退款激增",
      "Refund spike",
      "昨天的退款金额明显高于平时，且多出 100 元以上",
      "Refunds of yesterday are well above the usual weekday, by 100 or more",
      ALERT_CRITICAL,
      { .metric = TEXT("refund"),
        .kind = ALERT_ANOMALY,
        .side = ALERT_ABOVE,
        .least = TEXT("100.00") } },
    { "refund_rate",
      "店铺退款率异常",
      "Refund rate of a shop",
      "某个店铺的退款率明显高于它平时",
      "The refund rate of a shop is well above its own usual",
      ALERT_WARNING,
      { .metric = TEXT("refund_rate"),
        .by = TEXT("shop"),
        .kind = ALERT_ANOMALY,
        .side = ALERT_ABOVE,
        .least = TEXT("0.05") } },
    { "stock_turnover",
      "库存周转过慢",
      "Stock turns over slowly",
      "库存周转超过 180 天的商品，考虑清仓",
      "Products whose stock turns over in more than 180 days",
      ALERT_INFO,
      { .metric = TEXT("product.turnover_days"),
        .kind = ALERT_THRESHOLD,
        .side = ALERT_ABOVE,
        .limit = TEXT("180") } },
    { "sellout",
      "即将售罄",
      "About to sell out",
      "按最近的日均净销，一周内就会卖完的商品",
      "Products that are sold out within a week at the recent rate",
      ALERT_WARNING,
      { .metric = TEXT("product.sellout_days"),
        .kind = ALERT_THRESHOLD,
        .side = ALERT_BELOW,
        .limit = TEXT("7") } },
    { "budget",
      "预算即将用完",
      "A budget runs out",
      "任何活动预算用掉九成以上",
      "More than nine tenths of a budget are spent",
      ALERT_WARNING,
      { .metric = TEXT("budget.used"),
        .kind = ALERT_THRESHOLD,
        .side = ALERT_ABOVE,
        .so_far = true,
        .limit = TEXT("0.9") } },
    { "liability",
      "积分负债上升过快",
      "Points liability grows fast",
      "积分负债一周内上升一成以上",
      "The points liability grew by a tenth within a week",
      ALERT_WARNING,
      { .metric = TEXT("points_liability"),
        .period = ALERT_WEEK,
        .kind = ALERT_CHANGE,
        .side = ALERT_ABOVE,
        .against = AGAINST_BEFORE,
        .percent = SOME_OF(10) } },
};

QUERY(q_taken, one_i64,
      "SELECT id AS value FROM alert_rule WHERE template = $1 AND removed_at IS NULL ORDER BY id"
      " LIMIT 1");

enum err alert_templates(struct ctx *c, struct alert_template_list *out)
{
    *out = (struct alert_template_list){ 0 };
    for (i64 i = 0; i < COUNT(templates); i++) {
        const struct template *from = &templates[i];
        struct alert_terms *terms = NEW(c->arena, struct alert_terms);
        struct alert_test t;
        struct one_i64 taken;
        bool found;
        *terms = from->terms;
        TRY(alert_test_read(c, terms, &t));
        TRY(db_find(c, &q_taken, &taken, &found, ARGS(str_of(from->name))));
        *PUSH(c->arena, out) = (struct alert_template){
            .name = str_of(from->name),
            .label = say(c, str_of(from->zh), str_of(from->en)),
            .why = say(c, str_of(from->why_zh), str_of(from->why_en)),
            .terms = terms,
            .sentence = alert_sentence(c, terms, &t),
            .severity = from->severity,
            .rule = found ? SOME(taken.value) : NONE,
        };
    }
    return OK;
}

static enum err take_one(struct tx *t, const struct template *from, i64 *taken)
{
    struct one_i64 rule;
    bool found;
    i64 id;
    TRY(db_find(t->c, &q_taken, &rule, &found, ARGS(str_of(from->name))));
    if (found) return OK;
    struct alert_terms terms = from->terms;
    struct alert_rule_post post = { .name = say(t->c, str_of(from->zh), str_of(from->en)),
                                    .terms = &terms,
                                    .severity = from->severity };
    ++*taken;
    return alert_rule_make(t, &post, str_of(from->name), &id);
}

enum err alert_templates_take(struct tx *t, strs names, i64 *taken)
{
    *taken = 0;
    TRY(alert_turn(t));
    for (i64 k = 0; k < names.n; k++) {
        bool known = false;
        for (i64 i = 0; i < COUNT(templates); i++)
            known |= str_eq(names.at[k], str_of(templates[i].name));
        if (!known)
            return fail_at(t->c, E_NOT_FOUND, S("/names"),
                           "没有这个模板；全部见 GET /v1/alert-templates",
                           "there is no such template; GET /v1/alert-templates lists all");
    }
    for (i64 i = 0; i < COUNT(templates); i++) {
        bool wanted = !names.n;
        for (i64 k = 0; k < names.n; k++) wanted |= str_eq(names.at[k], str_of(templates[i].name));
        if (wanted) TRY(take_one(t, &templates[i], taken));
    }
    return OK;
}
