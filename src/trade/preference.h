/* preference.h -- what a buyer likes, as fields that segments may ask of him.
 *
 * Of purchases (trade.h) before the moment it is asked for; who has none has none of these.
 *   bought              what he bought and kept, by name (title, else code); lines that were given
 *                       back whole left out.
 *   bought_category     the categories of these, as the products have them now.
 *   favourite_category  the category of most pieces, lines that were given back whole left out; of
 *                       equal ones the one bought last. By the category a product has now.
 *   order_hour          the hour (0 … 23) of most purchases, by the programme's clock; of equal
 *                       ones the one of the latest purchase. order_weekday: likewise.
 *   price_band          what a purchase comes to on average: below preference.price_cuts, between,
 *                       at or above.
 *   buys_on             a purchase is at a discount when a line was sold
 * preference.discount_percent or more below the list price of that day, or the goods were paid by
 * so much less than their lines come to. Promotion-driven from preference.promotion_share per cent
 * of such purchases, full price up to preference.full_price_share, mixed between. Purchases without
 * a priced line do not count. main_touchpoint     the touchpoint of most purchases, of equal ones
 * the latest; without any, where he was first seen.
 */
#pragma once

#include "base/field.h"
#include "store/setting.h"

#define PREFERENCE(NAME) \
    enum err NAME##_rows(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
PREFERENCE(bought);
PREFERENCE(bought_category);
PREFERENCE(favourite_category);
PREFERENCE(order_hour);
PREFERENCE(order_weekday);
PREFERENCE(price_band);
PREFERENCE(buys_on);
PREFERENCE(main_touchpoint);

extern const struct field_choice weekday_choices[], price_choices[], buys_on_choices[];
extern const char *const price_settings[], *const buys_on_settings[];
extern const struct setting trade_settings[];
