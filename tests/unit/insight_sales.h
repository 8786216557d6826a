/* insight_sales.h -- orders in a few words, for tests of figures. */
#pragma once

#include "test.h"
#include "trade/trade.h"

struct sale {
    i64 member;
    instant at; /* placed and paid */
    money paid, refund;
    bool unpaid;
    str shop; /* absent: "店" */
};

struct shop_sales {
    const struct sale *at;
    i64 n, number; /* order numbers count on from here */
};

static enum err shop_sales_write(struct tx *t, void *arg)
{
    struct shop_sales *s = arg;
    struct order_fact *facts = NEWS(t->c->arena, struct order_fact, s->n + 1);
    for (i64 i = 0; i < s->n; i++) {
        const struct sale *sale = &s->at[i];
        facts[i] = (struct order_fact){
            .shop = sale->shop.at ? sale->shop : S("店"),
            .number = str_fmt(t->c->arena, "N%lld", (long long)(s->number + i)),
            .member = sale->member,
            .created_at = SOME(sale->at),
            .paid_at = sale->unpaid ? NONE : SOME(sale->at),
            .state = sale->unpaid ? ORDER_PLACED : ORDER_PAID,
            .total = SOME(sale->paid),
            .paid = sale->unpaid ? NONE : SOME(sale->paid),
            .refund = sale->refund ? SOME(sale->refund) : NONE,
        };
    }
    return order_write_all(t, facts, s->n, NEWS(t->c->arena, struct order_result, s->n + 1));
}

static i64 shop_next_number = 1;

static inline void shop_sales(struct ctx *c, const struct sale *at, i64 n)
{
    struct shop_sales s = { at, n, shop_next_number };
    shop_next_number += n;
    CHECK_OK(c, store_write(c->store, c, shop_sales_write, &s));
}

/* 00:00 of a day in Shanghai, with hours and more added. */
static inline instant on(const char *day_words, i64 ms)
{
    day d;
    CHECK(day_parse(str_of(day_words), &d));
    return zone_midnight(test_ctx()->zone, d) + ms;
}
