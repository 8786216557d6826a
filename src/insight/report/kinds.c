/* kinds.c -- what each kind of report is of: its days, and its blocks in their order. */
#include "base/clock.h"
#include "insight/metric/inside.h"
#include "insight/report/inside.h"

CHOICE_DEFINE(report_kind, "daily", "weekly", "monthly", "quarterly");

/* -- days -------------------------------------------------------------------------------------- */

#define AT_FIRST day_of(2000, 1, 1)

enum err report_at_read(struct ctx *c, str text, day *at)
{
    day today = zone_day(c->zone, c->now);
    *at = today;
    if (str_empty(text)) return OK;
    if (!day_parse(text, at))
        return fail_at(c, E_INVALID, S("/at"), "日期应写成 2024-05-15 这样",
                       "a day is written like 2024-05-15");
    if (*at > today || *at < AT_FIRST)
        return fail_at(c, E_INVALID, S("/at"),
                       "日期应在 2000-01-01 与今天（" STR_FMT "）之间：报告只写已经结束的期间",
                       "a day from 2000-01-01 to today (" STR_FMT
                       "): reports are of periods that are over",
                       STR_ARG(day_text(c->arena, today)));
    return OK;
}

/* The step of `step` so many before the one that `at` lies in. */
static struct report_days step_back(enum metric_step step, day at, i32 back)
{
    day first = step_of(step, at);
    switch (step) {
    case STEP_DAY: return (struct report_days){ first - back, first - back };
    case STEP_WEEK: return (struct report_days){ first - 7 * back, first - 7 * back + 6 };
    default: break;
    }
    i32 months = step == STEP_MONTH ? 1 : 3;
    return (struct report_days){ month_add(first, -months * back),
                                 month_add(first, -months * (back - 1)) - 1 };
}

static const struct {
    enum metric_step step;
    i32 beside; /* steps back from the period */
} rhythms[] = { [REPORT_DAILY] = { STEP_DAY, 7 },
                [REPORT_WEEKLY] = { STEP_WEEK, 52 },
                [REPORT_MONTHLY] = { STEP_MONTH, 12 },
                [REPORT_QUARTERLY] = { STEP_QUARTER, 4 } };

void report_periods(enum report_kind kind, day at, struct report_days out[3])
{
    enum metric_step step = rhythms[kind].step;
    out[NOW] = step_back(step, at, 1);
    out[BEFORE] = step_back(step, at, 2);
    out[BESIDE] = step_back(step, at, 1 + rhythms[kind].beside);
}

struct report_days report_run(const struct making *m)
{
    struct report_days first = step_back(m->row->run, m->days[NOW].to, m->row->runs - 1);
    return (struct report_days){ first.from, m->days[NOW].to };
}

/* -- blocks ------------------------------------------------------------------------------------ */

#define HEADLINE                                                                               \
    "net_sales gmv sales orders buyers new_buyers returning_buyers aov units_per_order refund" \
    " refund_rate conversion cart_abandonment active new_members"

#define BLOCK(NAME, ZH, EN, FILL, WHAT, PAGE) \
    {                                         \
        NAME, ZH, EN, FILL, WHAT, PAGE        \
    }
#define BLOCK_HEADLINE \
    BLOCK("headline", "核心指标", "Headline figures", metrics_block, HEADLINE, "/overview")
#define BLOCK_DAYS BLOCK("days", "期内走势", "Through the period", days_block, NULL, "/overview")
#define BLOCK_RUN  BLOCK("run", "近期走势", "The run-up", run_block, NULL, "/overview")
#define BLOCK_TREE \
    BLOCK("gmv_tree", "GMV 为什么变", "Why GMV changed", tree_block, "before", "/gmv-tree")
#define BLOCK_TREE_BESIDE                                                                    \
    BLOCK("gmv_tree_year", "GMV 与去年同期", "GMV against a year ago", tree_block, "beside", \
          "/gmv-tree")
#define BLOCK_SHOPS BLOCK("shops", "各店铺", "By shop", parts_block, "shop", "/gmv-tree?by=shop")
#define BLOCK_TOUCHPOINTS                                                      \
    BLOCK("touchpoints", "各触点", "By touchpoint", parts_block, "touchpoint", \
          "/gmv-tree?by=touchpoint")
#define BLOCK_CATEGORIES \
    BLOCK("categories", "各品类", "By category", parts_block, "category", "/gmv-tree?by=category")
#define BLOCK_CUSTOMERS \
    BLOCK("customers", "新客与老客", "New and returning", customers_block, NULL, "/retention")
#define BLOCK_REPURCHASE \
    BLOCK("repurchase", "复购", "Repurchase", repurchase_block, NULL, "/retention")
#define BLOCK_COHORTS \
    BLOCK("cohorts", "新客批次的留存", "Cohorts of new buyers", cohorts_block, NULL, "/retention")
#define BLOCK_REFUNDS                                  \
    BLOCK("refunds", "退款", "Refunds", metrics_block, \
          "refund refund_rate refunded_orders refund_order_rate net_sales", "/orders")
#define BLOCK_COST BLOCK("cost", "获客成本", "Cost", metrics_block, "cost cac roi", "/attribution")
#define BLOCK_POINTS \
    BLOCK("points", "积分与负债", "Points and what is owed", points_block, NULL, "/points")
#define BLOCK_PRODUCTS \
    BLOCK("products", "商品诊断", "Product health", products_block, NULL, "/products")
#define BLOCK_STOCK \
    BLOCK("stock", "补货与清仓", "Restock and clear", stock_block, NULL, "/products")
#define BLOCK_SEGMENTS \
    BLOCK("segments", "分层人数变化", "Segments", segments_block, NULL, "/segments")

#define BLOCK_GOALS  BLOCK("goals", "目标", "Goals", goals_block, NULL, "/goals")
#define BLOCK_ALERTS BLOCK("alerts", "预警", "Alerts", alerts_block, NULL, "/alerts")

static const struct block_row daily_blocks[] = {
    BLOCK_HEADLINE, BLOCK_RUN,   BLOCK_TREE,   BLOCK_SHOPS, BLOCK_TOUCHPOINTS,
    BLOCK_REFUNDS,  BLOCK_STOCK, BLOCK_ALERTS, { 0 },
};
static const struct block_row weekly_blocks[] = {
    BLOCK_HEADLINE,    BLOCK_DAYS,       BLOCK_RUN,       BLOCK_TREE,       BLOCK_SHOPS,
    BLOCK_TOUCHPOINTS, BLOCK_CATEGORIES, BLOCK_CUSTOMERS, BLOCK_REPURCHASE, BLOCK_COHORTS,
    BLOCK_REFUNDS,     BLOCK_POINTS,     BLOCK_PRODUCTS,  BLOCK_STOCK,      BLOCK_SEGMENTS,
    BLOCK_GOALS,       BLOCK_ALERTS,     { 0 },
};
/* A month is looked back on, a quarter is steered by: the year is told too. */
static const struct block_row long_blocks[] = {
    BLOCK_HEADLINE, BLOCK_DAYS,        BLOCK_RUN,        BLOCK_TREE,      BLOCK_TREE_BESIDE,
    BLOCK_SHOPS,    BLOCK_TOUCHPOINTS, BLOCK_CATEGORIES, BLOCK_CUSTOMERS, BLOCK_REPURCHASE,
    BLOCK_COHORTS,  BLOCK_REFUNDS,     BLOCK_COST,       BLOCK_POINTS,    BLOCK_PRODUCTS,
    BLOCK_STOCK,    BLOCK_SEGMENTS,    BLOCK_GOALS,      BLOCK_ALERTS,    { 0 },
};

const struct kind_row report_kinds[REPORT_KINDS] = {
    [REPORT_DAILY] = { .zh = "日报",
                       .en = "Daily watch",
                       .label_zh = { "当天", "前一天", "上周同日" },
                       .label_en = { "the day", "the day before", "the same weekday last week" },
                       .step = STEP_DAY,
                       .run = STEP_DAY,
                       .runs = 14,
                       .blocks = daily_blocks },
    [REPORT_WEEKLY] = { .zh = "周报",
                        .en = "Weekly report",
                        .label_zh = { "本周", "上周", "去年同周" },
                        .label_en = { "the week", "the week before", "the same week last year" },
                        .step = STEP_DAY,
                        .run = STEP_WEEK,
                        .runs = 12,
                        .cohort = STEP_WEEK,
                        .cohorts = 8,
                        .later = 6,
                        .blocks = weekly_blocks },
    [REPORT_MONTHLY] = { .zh = "月报",
                         .en = "Monthly review",
                         .label_zh = { "本月", "上月", "去年同月" },
                         .label_en = { "the month", "the month before",
                                       "the same month last year" },
                         .step = STEP_DAY,
                         .run = STEP_MONTH,
                         .runs = 13,
                         .cohort = STEP_MONTH,
                         .cohorts = 7,
                         .later = 6,
                         .blocks = long_blocks },
    [REPORT_QUARTERLY] = { .zh = "季报",
                           .en = "Quarterly adjustment",
                           .label_zh = { "本季", "上季", "去年同季" },
                           .label_en = { "the quarter", "the quarter before",
                                         "the same quarter last year" },
                           .step = STEP_WEEK,
                           .run = STEP_QUARTER,
                           .runs = 9,
                           .cohort = STEP_MONTH,
                           .cohorts = 12,
                           .later = 6,
                           .blocks = long_blocks },
};

struct report_days report_cohort_days(const struct making *m)
{
    struct report_days first = step_back(m->row->cohort, m->days[NOW].to, m->row->cohorts - 1);
    return (struct report_days){ first.from, m->days[NOW].to };
}
