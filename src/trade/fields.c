/* fields.c -- what segments may ask of a buyer: his purchases (see trade.h), as of any moment. */
#include "base/field.h"
#include "trade/preference.h"
#include "trade/trade.h"

#define BOUGHT                                                                                   \
    " WHERE o.member >= $1 AND o.member <= $2 AND o.bought_at < $3 AND o.bought_at IS NOT NULL " \
    "AND o.member > 0"
QUERY(orders_rows, field_number,
      "SELECT o.member AS member, COUNT(*) AS value FROM purchase_order o" BOUGHT
      " GROUP BY o.member");
QUERY(spent_rows, field_number,
      "SELECT o.member AS member, CAST(SUM(o.net) AS BIGINT) AS value FROM purchase_order o" BOUGHT
      " GROUP BY o.member");
QUERY(first_order_rows, field_number,
      "SELECT o.member AS member, MIN(o.bought_at) AS value FROM purchase_order o" BOUGHT
      " GROUP BY o.member");
QUERY(last_order_rows, field_number,
      "SELECT o.member AS member, MAX(o.bought_at) AS value FROM purchase_order o" BOUGHT
      " GROUP BY o.member");
QUERY(shop_rows, field_word,
      "SELECT DISTINCT o.member AS member, s.name AS value FROM purchase_order o"
      " JOIN shop s ON s.id = o.shop" BOUGHT);

static const char *const on_orders[] = { "order.*", "member.merged", "member.unmerged", NULL };

#define BOUGHT_FIELD(NAME, KIND, ZERO, ZH, EN, EXAMPLE)                                    \
    {                                                                                      \
        .name = #NAME, .kind = KIND, .sql = &NAME##_rows, .third = FIELD_AT, .zero = ZERO, \
        .stale = on_orders, .zh = ZH, .en = EN, .example = EXAMPLE                         \
    }

static const char *const on_order_lines[] = { "order.*", "member.merged", "member.unmerged",
                                              "product.sorted", NULL };
static const char *const on_names[] = { "order.*", "member.merged", "member.unmerged",
                                        "product.named", NULL };
static const char *const on_touchpoints[] = { "order.*", "member.*", NULL };

#define LIKED(NAME, KIND, STALE, CHOICES, SETTINGS, ZH, EN, EXAMPLE)                            \
    {                                                                                           \
        .name = #NAME, .kind = KIND, .compose = NAME##_rows, .third = FIELD_AT, .stale = STALE, \
        .choices = CHOICES, .settings = SETTINGS, .zh = ZH, .en = EN, .example = EXAMPLE        \
    }

static const struct field rows[] = {
    BOUGHT_FIELD(orders, FIELD_IS_COUNT, true, "累计购买次数", "Purchases of all time",
                 "orders >= 2"),
    BOUGHT_FIELD(spent, FIELD_IS_MONEY, true, "累计消费金额（元）", "Spent in all", "spent >= 999"),
    BOUGHT_FIELD(first_order, FIELD_IS_AGE, false, "首次购买", "First purchase",
                 "first_order <= 30d"),
    BOUGHT_FIELD(last_order, FIELD_IS_AGE, false, "最近一次购买", "Last purchase",
                 "last_order between 31d and 90d"),
    BOUGHT_FIELD(shop, FIELD_IS_SET, false, "买过的店铺", "Shops he bought in",
                 "shop = \"天猫旗舰店\""),
    LIKED(bought, FIELD_IS_SET, on_names, NULL, NULL, "买过的商品", "Products he bought",
          "bought = \"补水面膜\" and not bought = \"修护精华\""),
    LIKED(bought_category, FIELD_IS_SET, on_order_lines, NULL, NULL, "买过的品类",
          "Categories he bought", "bought_category = \"面膜\" and not bought_category = \"精华\""),
    LIKED(favourite_category, FIELD_IS_TEXT, on_order_lines, NULL, NULL, "最爱品类",
          "Favourite category", "favourite_category = \"面膜\""),
    LIKED(order_hour, FIELD_IS_NUMBER, on_orders, NULL, NULL, "下单时段", "Hour of most purchases",
          "order_hour between 20 and 23"),
    LIKED(order_weekday, FIELD_IS_CHOICE, on_orders, weekday_choices, NULL, "下单星期",
          "Weekday of most purchases", "order_weekday in (\"周六\", \"周日\")"),
    LIKED(price_band, FIELD_IS_CHOICE, on_orders, price_choices, price_settings, "价格带",
          "Price band", "price_band = \"高价\""),
    LIKED(buys_on, FIELD_IS_CHOICE, on_orders, buys_on_choices, buys_on_settings, "购买习惯",
          "Buys on", "buys_on = \"促销型\""),
    LIKED(main_touchpoint, FIELD_IS_TEXT, on_touchpoints, NULL, NULL, "主要触点", "Main touchpoint",
          "main_touchpoint = \"抖音直播\""),
    { 0 },
};

const struct field_table trade_fields = { rows, NULL };
