/* tables.c -- the tables of products: what was sold by order and by day (derived from orders, kept
 * by a follower), counts of stock (truth), and what an operator can set.
 *
 * product_order finds the day an order's rows stand on; product_sold has them in order of day, for
 * buyers of a period; product_day has their sums. All three follow from the orders and can be
 * thrown away. product_state says by which time zone days were made.
 */
#include "insight/product/inside.h"
#include "store/setting.h"

const struct migration product_migrations[] = {
    { "0001 products", "CREATE TABLE product_order (\n"
                       "  order_id int64 NOT NULL,\n"
                       "  day int64 NOT NULL,\n"
                       "  PRIMARY KEY (order_id)\n"
                       ") clustered;\n"
                       "CREATE TABLE product_sold (\n"
                       "  day int64 NOT NULL,\n"
                       "  order_id int64 NOT NULL,\n"
                       "  product int64 NOT NULL,\n"
                       "  member int64 NOT NULL,\n"
                       "  units int64 NOT NULL,\n"
                       "  returned int64 NOT NULL,\n"
                       "  sales int64 NOT NULL,\n"
                       "  refund int64 NOT NULL,\n"
                       "  PRIMARY KEY (day, order_id, product)\n"
                       ") clustered;\n"
                       "CREATE TABLE product_day (\n"
                       "  product int64 NOT NULL,\n"
                       "  day int64 NOT NULL,\n"
                       "  orders int64 NOT NULL,\n" /* with net units */
                       "  units int64 NOT NULL,\n"
                       "  returned int64 NOT NULL,\n"
                       "  sales int64 NOT NULL,\n"
                       "  refund int64 NOT NULL,\n"
                       "  PRIMARY KEY (product, day)\n"
                       ") clustered;\n"
                       "CREATE TABLE product_state (\n"
                       "  id int64 NOT NULL,\n" /* 1 */
                       "  zone text NOT NULL,\n"
                       "  PRIMARY KEY (id)\n"
                       ") clustered;\n"
                       "CREATE TABLE stock_count (\n"
                       "  product int64 NOT NULL,\n"
                       "  day int64 NOT NULL,\n"
                       "  quantity int64 NOT NULL,\n"
                       "  actor text,\n"
                       "  written_at int64 NOT NULL,\n"
                       "  PRIMARY KEY (product, day)\n"
                       ") clustered;\n" },
    { 0 },
};

#define THRESHOLD(NAME, FALLBACK, MIN, MAX, ZH, EN)                                     \
    {                                                                                   \
        .name = "product." NAME, .kind = SETTING_I64, .fallback = FALLBACK, .min = MIN, \
        .max = MAX, .zh = ZH, .en = EN                                                  \
    }

const struct setting product_settings[] = {
    THRESHOLD("launch_days", "30", 1, 365, "商品诊断：上市（或首次售出）后多少天内算新品",
              "Product health: new for so many days from launch or first sale"),
    THRESHOLD("dead_days", "90", 1, 1000, "商品诊断：多少天没有售出算死货，进入清仓名单",
              "Product health: dead, and on the clear list, after so many days without a sale"),
    THRESHOLD("hero_share", "80", 1, 100, "商品诊断：爆款须在贡献这个百分比净销售额的头部商品之中",
              "Product health: a hero is among the top products that make up this % of net sales"),
    THRESHOLD("hero_growth", "0", -100, 1000, "商品诊断：爆款的净销售额比上期至少增长百分之几",
              "Product health: a hero's net sales grew by at least this % on the period before"),
    THRESHOLD("slow_units", "3", 0, 1000000, "商品诊断：每 30 天净销少于多少件算滞销",
              "Product health: slow below so many net units in 30 days"),
    THRESHOLD("slow_turnover", "180", 1, 10000, "商品诊断：库存周转天数超过多少算滞销",
              "Product health: slow when stock turns over in more days than this"),
    THRESHOLD("rate_days", "28", 1, 365, "商品诊断：用最近多少天的净销量推算可售天数",
              "Product health: days that the recent rate of sale is taken of"),
    THRESHOLD("restock_days", "14", 0, 365, "商品诊断：预计多少天内售罄就建议补货",
              "Product health: restock what will be sold out within so many days"),
    THRESHOLD("cover_days", "30", 1, 365, "商品诊断：建议补到够卖多少天",
              "Product health: restock to last so many days"),
    { 0 },
};

SHAPE_DEFINE(product_ask);
SHAPE_DEFINE(product_check);
SHAPE_DEFINE(product_health);
SHAPE_DEFINE(product_rule);
SHAPE_DEFINE(product_day);
SHAPE_DEFINE(product_known);
SHAPE_DEFINE(product_sums);
SHAPE_DEFINE(product_count);
SHAPE_DEFINE(launch_day);
SHAPE_DEFINE(launch);
SHAPE_DEFINE(stock_fact);
SHAPE_DEFINE(stock_put);
SHAPE_DEFINE(stock_row);
SHAPE_DEFINE(quadrant_ask);
SHAPE_DEFINE(quadrant_category);
SHAPE_DEFINE(quadrant_way);
SHAPE_DEFINE(quadrants);
CHOICE_DEFINE(verdict, "new", "dead", "hero", "slow", "workhorse");
CHOICE_DEFINE(stock_advice, "none", "restock", "clear");
CHOICE_DEFINE(quadrant, "none", "both", "frequent", "lively", "neither");
