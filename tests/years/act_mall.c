/* act_mall.c -- exchanges of the mall from placed to returned, and first-N grabs. */
#include "years/years.h"

#include "loyalty/grab.h"
#include "loyalty/mall.h"

enum { STOCK = 400, UNITS = 12, GRABS_MAX = 16 };

static i64 goods[3], goods_stock[3];
static i64 grabs[GRABS_MAX], grabs_n, won[GRABS_MAX];

enum err mall_opens(struct tx *t)
{
    struct good_post rows[3] = {
        { .kind = GOOD_THING, .zh = S("小样"), .en = S("Sample"), .points = SOME(20) },
        { .kind = GOOD_THING,
          .zh = S("正装"),
          .en = S("Full size"),
          .points = SOME(40),
          .price = SOME(9 * MONEY_UNIT),
          .per_month = SOME(2) },
        { .kind = GOOD_COUPON,
          .zh = S("满减券"),
          .en = S("Coupon"),
          .points = SOME(15),
          .per_member = SOME(5),
          .benefit = S("coupon10") },
    };
    grabs_n = 0;
    for (i64 i = 0; i < COUNT(rows); i++) {
        rows[i].state = S("on");
        goods_stock[i] = i == 1 ? 30 : STOCK;
        TRY(good_make(t, &rows[i], &goods[i]));
        struct restock more = { goods[i], S("first"), goods_stock[i], S("test") };
        TRY(good_restock(t, &more));
    }
    return OK;
}

enum err act_exchange(struct tx *t)
{
    struct ctx *c = t->c;
    enum mall_result can, result;
    struct exchanged out;
    int who = participant();
    if (who < 0) return OK;
    struct exchange_post post = { .id = goods[below(COUNT(goods))],
                                  .key = key_of(c, "ex", ++w.keys),
                                  .quantity = SOME(1 + below(2)),
                                  .receiver = S("张三"),
                                  .phone = S("13800138000"),
                                  .address = S("上海市徐汇区 1 号") };
    if (post.id == goods[2]) post.receiver = post.phone = post.address = NO_STR;
    TRY(mall_can(c, id_of(who), post.id, post.quantity.value, &can));
    enum err e = mall_exchange(t, id_of(who), &post, &result, &out);
    EXPECT((e == OK) == (can == MALL_DONE), "an exchange that is %d answers %s: " STR_FMT, (int)can,
           err_row(e)->name, STR_ARG(e == OK ? S("") : fail_text(c)));
    TRY(e);
    w.exchanges[w.exchanges_n++ % RING] = out.id;
    if (!one_in(5)) return OK;
    i64 first = out.id;
    TRY(mall_exchange(t, id_of(who), &post, &result, &out));
    EXPECT(out.again && out.id == first, "the same exchange was placed twice");
    return OK;
}

enum err act_parcel(struct tx *t)
{
    i64 have = w.exchanges_n < RING ? w.exchanges_n : RING;
    struct exchange_view v;
    if (!have) return OK;
    i64 id = w.exchanges[below(have)];
    TRY(exchange_get(t->c, id, true, &v));
    switch (below(5)) {
    case 0: return mall_pay(t, id, S("WX"), SOME(v.price));
    case 1: return mall_ship(t, id, S("顺丰"), S("SF1"));
    case 2: return mall_receive(t, id, 0);
    case 3: return mall_cancel(t, id, 0);
    default: return mall_return(t, id, S("test"));
    }
}

enum err grab_opens(struct tx *t)
{
    struct grab_post post = { .zh = S("限量抢"), .units = UNITS, .opened = { true, true } };
    struct reward prize = { .kind = REWARD_POINTS, .amount = 30, .cost = SOME(3000) };
    if (grabs_n == GRABS_MAX) return OK;
    if (one_in(2)) post.prize = &prize;
    else post.good = SOME(goods[0]);
    won[grabs_n] = 0;
    enum err e = grab_make(t, &post, &grabs[grabs_n]);
    if (e == OK && post.good.has) goods_stock[0] -= UNITS;
    if (e == OK) grabs_n++;
    return e == E_UNPROCESSABLE ? OK : e; /* the good has not so many */
}

enum err act_grab(struct tx *t)
{
    struct grab_taken taken;
    int who = participant();
    if (who < 0 || !grabs_n) return OK;
    i64 i = grabs_n - 1;
    TRY(grab_claim(t, id_of(who), grabs[i], NO_STR, &taken));
    if (taken.result != GRAB_WON) return OK;
    won[i]++;
    EXPECT(taken.place >= 1 && taken.place <= UNITS, "place %lld of %d", (long long)taken.place,
           UNITS);
    return OK;
}

/* Pieces that are somewhere: with members, on the way, or left. */
QUERY(q_pieces, one_i64,
      "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) AS value FROM mall_exchange"
      " WHERE good = $1 AND win = 0 AND state NOT IN ('cancelled', 'returned')"
      " AND NOT (state = 'placed' AND pay_until <= $2)");
QUERY(q_winners, one_i64,
      "SELECT CAST(COALESCE(MAX(n), 0) AS BIGINT) AS value FROM (SELECT COUNT(*) AS n FROM grab_win"
      " WHERE returned_at IS NULL GROUP BY grab) AS x");

void check_mall(struct ctx *c, bool month_end)
{
    i64 wrong_mall = -1, wrong_grab = -1;
    struct one_i64 winners = { 0 };
    for (i64 i = 0; i < COUNT(goods); i++) {
        struct good_view v;
        struct one_i64 pieces = { 0 };
        if (good_get(c, goods[i], &v) != OK ||
            db_get(c, &q_pieces, &pieces, ARGS(goods[i], c->now)))
            wrong("the mall cannot be read: " STR_FMT, STR_ARG(fail_text(c)));
        EXPECT(v.left + pieces.value == goods_stock[i], "good %lld: %lld left, %lld out, of %lld",
               (long long)goods[i], (long long)v.left, (long long)pieces.value,
               (long long)goods_stock[i]);
    }
    if (!month_end) return;
    if (mall_check(c, &wrong_mall) != OK || grab_check(c, &wrong_grab) != OK ||
        db_get(c, &q_winners, &winners, NO_ARGS) != OK)
        wrong("the mall cannot be checked: " STR_FMT, STR_ARG(fail_text(c)));
    EXPECT(!wrong_mall && !wrong_grab && winners.value <= UNITS,
           "mall %lld, grabs %lld, most winners of a grab %lld", (long long)wrong_mall,
           (long long)wrong_grab, (long long)winners.value);
}
