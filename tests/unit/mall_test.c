/* mall_test.c -- the promises of the points mall, one by one. */
#include <stdio.h>

#include "base/json.h"
#include "loyalty/tiers.h"
#include "mall_shop.h"

/* -- stock, points, limits --------------------------------------------------------------------- */

TEST(points_and_stock_go_together)
{
    i64 a = person("a", 100), g = good(thing(30, 0), 2);
    i64 e = exchange(a, g, 2, "k1");
    CHECK_I64(state_of(e), EXCHANGE_PAID);
    CHECK_I64(points_of(a), 40);
    CHECK_I64(stock_of(g).left, 0);
    CHECK_I64(stock_of(g).taken, 2);
    CHECK_I64(refused(a, g, 1, "k2"), MALL_STOCK);
    CHECK_OK(test_ctx(), restock_by(g, 5, "more"));
    CHECK_I64(refused(a, g, 2, "k3"), MALL_POINTS);
    CHECK_I64(points_of(a), 40);
    CHECK_I64(stock_of(g).left, 5);
    CHECK_I64(lines_of("mall.exchanged"), 1);
    CHECK_I64(lines_of("mall.restocked"), 2);
    check_all();
}

TEST(never_more_than_the_stock)
{
    i64 a = person("a", 1000), g = good(thing(1, 0), 3);
    CHECK_OK(test_ctx(), restock_by(g, 3, "first")); /* the same again */
    CHECK_ERR(test_ctx(), restock_by(g, 4, "first"), E_CONFLICT);
    CHECK_I64(refused(a, g, 4, "k1"), MALL_STOCK);
    exchange(a, g, 3, "k2");
    CHECK_I64(refused(a, g, 1, "k3"), MALL_STOCK);
    CHECK_ERR(test_ctx(), restock_by(g, -1, "broken"), E_UNPROCESSABLE);
    CHECK_OK(test_ctx(), restock_by(g, 2, "more"));
    CHECK_OK(test_ctx(), restock_by(g, -2, "broken"));
    CHECK_I64(stock_of(g).left, 0);
    check_all();
}

TEST(a_statement_names_the_good)
{
    struct points_entry_list l;
    i64 a = person("a", 100), g = good(thing(30, 0), 2);
    CHECK_OK(test_ctx(), cancel_now(exchange(a, g, 1, "k1")));
    CHECK_OK(test_ctx(), points_statement(test_reader(), a, 0, 2, &l));
    CHECK_I64(l.n, 2); /* taken, and back */
    for (i64 i = 0; i < l.n; i++) CHECK(str_ends(l.at[i].words, S("面膜")));
}

TEST(limits_hold)
{
    i64 a = person("a", 10000);
    struct good_post post = thing(1, 0);
    post.per_member = SOME(5);
    post.per_month = SOME(4);
    post.per_day = SOME(2);
    i64 g = good(post, 100);
    exchange(a, g, 2, "k1");
    CHECK_I64(refused(a, g, 1, "k2"), MALL_DAY);
    CHECK_I64(refused(a, g, 3, "k2"), MALL_MONTH);
    CHECK_I64(refused(a, g, 4, "k2"), MALL_LIMIT);
    later(DAY_MS);
    i64 second = exchange(a, g, 2, "k3");
    CHECK_OK(test_ctx(), cancel_now(second)); /* what was given up does not count */
    exchange(a, g, 2, "k4");
    later(DAY_MS);
    CHECK_I64(refused(a, g, 1, "k5"), MALL_MONTH);
    later(30 * DAY_MS);
    exchange(a, g, 1, "k6");
    CHECK_I64(refused(a, g, 1, "k7"), MALL_LIMIT);
    check_all();
}

static enum err appoint(struct tx *t, struct shop_call *k)
{
    struct tier_appointment in = { .tier = S("达人"), .reason = S("test") };
    return tier_appoint(t, k->member, &in);
}

TEST(limits_hold_by_tier)
{
    i64 a = person("a", 1000), b = person("b", 1000);
    struct tier_limit limit = { S("达人"), 3 };
    struct good_post post = thing(1, 0);
    post.per_member = SOME(1);
    post.tier_limits = (struct tier_limit_list){ &limit, 1 };
    i64 g = good(post, 100);
    struct shop_call k = { .fn = appoint, .member = a };
    setting_is("loyalty.since", "2024-01-01");
    CHECK_OK(test_ctx(), shop_do(&k));
    exchange(a, g, 3, "k1");
    CHECK_I64(refused(a, g, 1, "k2"), MALL_TIER_LIMIT);
    exchange(b, g, 1, "k1");
    CHECK_I64(refused(b, g, 1, "k2"), MALL_LIMIT);
    CHECK_OK(test_ctx(), changed((struct good_patch){ .id = g, .tier = S("达人") }));
    CHECK_I64(refused(b, g, 1, "k3"), MALL_TIER);
    CHECK_I64(stock_of(g).tier_limits.n, 1);
}

TEST(the_same_key_exchanges_once)
{
    i64 a = person("a", 100), b = person("b", 100), g = good(thing(10, 0), 10);
    struct exchanged got;
    enum mall_result result;
    i64 e = exchange(a, g, 1, "k1");
    CHECK_OK(test_ctx(), try_order(a, order_of(g, 1, "k1"), &result, &got));
    CHECK(got.again);
    CHECK_I64(got.id, e);
    CHECK_ERR(test_ctx(), try_order(a, order_of(g, 2, "k1"), &result, &got), E_CONFLICT);
    CHECK(exchange(b, g, 1, "k1") != e); /* his own */
    CHECK_I64(points_of(a), 90);
    CHECK_I64(stock_of(g).left, 8);
    CHECK_OK(test_ctx(), changed((struct good_patch){ .id = g, .state = S("off") }));
    CHECK_OK(test_ctx(), try_order(a, order_of(g, 1, "k1"), &result, &got)); /* as then */
    CHECK_I64(got.id, e);
    check_all();
}

TEST(each_refusal_has_its_words)
{
    i64 a = person("a", 5);
    struct ctx *c = test_ctx();
    struct good_post post = thing(10, 0);
    post.starts_at = SOME(c->now + DAY_MS);
    post.ends_at = SOME(c->now + 2 * DAY_MS);
    post.state = S("draft");
    i64 g = good(post, 1);
    CHECK_I64(refused(a, g, 1, "k"), MALL_SHUT);
    CHECK_STR(str_of(c->why.detail), "it is not on sale");
    CHECK_OK(c, changed((struct good_patch){ .id = g, .state = S("on") }));
    CHECK_I64(refused(a, g, 1, "k"), MALL_EARLY);
    CHECK_STR(str_of(c->why.detail), "it is not yet on sale");
    later(DAY_MS);
    CHECK_I64(refused(a, g, 2, "k"), MALL_STOCK);
    CHECK_STR(str_of(c->why.detail), "it is out of stock");
    c->locale = ZH;
    CHECK_I64(refused(a, g, 1, "k"), MALL_POINTS);
    CHECK_STR(str_of(c->why.detail), "积分不足");
    later(DAY_MS);
    CHECK_I64(refused(a, g, 1, "k"), MALL_OVER);
    for (int i = 0; i < mall_result_choice.n; i++)
        for (int j = 0; j < i; j++)
            CHECK(!str_eq(mall_result_words(c, (enum mall_result)i),
                          mall_result_words(c, (enum mall_result)j)));
}

/* -- money, and time --------------------------------------------------------------------------- */

TEST(money_is_paid_once)
{
    i64 a = person("a", 100), g = good(thing(30, YUAN(5)), 3);
    i64 e = exchange(a, g, 2, "k1");
    CHECK_I64(state_of(e), EXCHANGE_PLACED);
    CHECK_I64(seen(e, true).price, YUAN(10));
    CHECK_I64(points_of(a), 40);
    CHECK_I64(has(a, "point", "").held, 60);
    CHECK_I64(stock_of(g).held, 2);
    CHECK_ERR(test_ctx(), ship_now(e), E_CONFLICT);
    CHECK_OK(test_ctx(), pay_now(e));
    CHECK_OK(test_ctx(), pay_now(e));
    CHECK_I64(state_of(e), EXCHANGE_PAID);
    CHECK_I64(has(a, "point", "").balance, 40);
    CHECK_I64(stock_of(g).held, 0);
    CHECK_I64(lines_of("mall.paid"), 1);
    CHECK_OK(test_ctx(), cancel_now(e));
    CHECK(seen(e, true).refund_due);
    CHECK_OK(test_ctx(), refund_now(e));
    CHECK_OK(test_ctx(), refund_now(e));
    CHECK(!seen(e, true).refund_due);
    CHECK_I64(points_of(a), 100);
    CHECK_I64(stock_of(g).left, 3);
    check_all();
}

TEST(unpaid_ends_by_itself)
{
    i64 a = person("a", 100), g = good(thing(60, YUAN(5)), 1);
    i64 e = exchange(a, g, 1, "k1");
    later(30 * MINUTE_MS - 1);
    CHECK_I64(state_of(e), EXCHANGE_PLACED);
    CHECK_I64(points_of(a), 40);
    later(1); /* no job has run */
    CHECK_I64(state_of(e), EXCHANGE_CANCELLED);
    CHECK_STR(seen(e, true).why, "unpaid");
    CHECK_I64(points_of(a), 100);
    CHECK_I64(stock_of(g).left, 1);
    CHECK_ERR(test_ctx(), pay_now(e), E_CONFLICT);
    i64 second = exchange(a, g, 1, "k2");
    CHECK(second != e);
    lapse();
    lapse();
    CHECK_I64(lines_of("mall.cancelled"), 1);
    check_all();
}

TEST(received_by_itself)
{
    i64 a = person("a", 100), g = good(thing(60, 0), 1);
    i64 e = exchange(a, g, 1, "k1");
    CHECK_OK(test_ctx(), ship_now(e));
    CHECK_OK(test_ctx(), ship_now(e));
    CHECK_I64(lines_of("mall.shipped"), 1);
    instant shipped = test_ctx()->now;
    later(10 * DAY_MS - 1);
    CHECK_I64(state_of(e), EXCHANGE_SHIPPED);
    later(1);
    CHECK_I64(state_of(e), EXCHANGE_RECEIVED);
    CHECK_I64(seen(e, true).received_at.value, shipped + 10 * DAY_MS);
    later(7 * DAY_MS);
    CHECK_ERR(test_ctx(), give_back_now(e), E_UNPROCESSABLE);
    CHECK_I64(lines_of("mall.received"), 0); /* refused: nothing was written */
    lapse();
    CHECK_I64(lines_of("mall.received"), 1);
    CHECK_OK(test_ctx(), receive_now(e));
    CHECK_I64(lines_of("mall.received"), 1);
    check_all();
}

static enum err give_until(struct tx *t, struct shop_call *k)
{
    struct transferred done;
    return points_give(t, k->member, k->amount, str_of(k->text), S("test"), k->paid, &done);
}
static void points_until(i64 member, i64 amount, const char *id, instant until)
{
    struct shop_call k = {
        .fn = give_until, .member = member, .amount = amount, .text = id, .paid = SOME(until)
    };
    CHECK_OK(test_ctx(), shop_do(&k));
}
static i64 expiring_at(i64 member, instant at)
{
    struct expiring_list all = { 0 };
    struct account of = { member, S(POINT), S("") };
    CHECK_OK(test_ctx(), ledger_expiring(test_reader(), &of, &all));
    for (i64 i = 0; i < all.n; i++)
        if (all.at[i].expires_at.has && all.at[i].expires_at.value == at) return all.at[i].amount;
    return 0;
}

TEST(returned_points_keep_their_expiry)
{
    i64 a = person("a", 0), g = good(thing(70, YUAN(1)), 1), h = good(thing(70, 0), 1);
    instant soon = test_ctx()->now + 3 * DAY_MS, then = test_ctx()->now + 90 * DAY_MS;
    points_until(a, 50, "soon", soon);
    points_until(a, 100, "then", then);
    i64 e = exchange(a, g, 1, "k1");
    CHECK_OK(test_ctx(), pay_now(e));
    CHECK_OK(test_ctx(), ship_now(e));
    CHECK_I64(points_of(a), 80);
    CHECK_OK(test_ctx(), give_back_now(e));
    CHECK_OK(test_ctx(), give_back_now(e));
    CHECK_I64(expiring_at(a, soon), 50);
    CHECK_I64(expiring_at(a, then), 100);
    CHECK_I64(stock_of(g).left, 1);
    i64 f = exchange(a, h, 1, "k2");
    CHECK_OK(test_ctx(), ship_now(f));
    CHECK_OK(test_ctx(), receive_now(f));
    later(4 * DAY_MS); /* what would have expired meanwhile expires when it comes back */
    CHECK_OK(test_ctx(), give_back_now(f));
    CHECK_I64(points_of(a), 100);
    CHECK_I64(lines_of("mall.returned"), 2);
    check_all();
}

/* -- coupons and codes ------------------------------------------------------------------------- */

static enum err coupon_exists(struct tx *t, struct shop_call *k)
{
    struct benefit b = { .code = S("ten-off"),
                         .kind = BENEFIT_COUPON,
                         .zh = S("十元券"),
                         .en = S("Ten off"),
                         .value = SOME(YUAN(10)),
                         .ended = k->amount };
    return benefit_put(t, &b);
}
static enum err use_coupon(struct tx *t, struct shop_call *k)
{
    struct transferred done;
    return entitlement_use(t, k->member, S("ten-off"), S("use-1"), &done);
}

TEST(a_coupon_is_granted_and_returned_unused)
{
    struct shop_call k = { .fn = coupon_exists };
    CHECK_OK(test_ctx(), shop_do(&k));
    i64 a = person("a", 100);
    struct good_post post = { .kind = GOOD_COUPON, .points = SOME(20), .benefit = S("ten-off") };
    i64 g = good(post, 10), e = exchange(a, g, 1, "k1"), f = exchange(a, g, 1, "k2");
    CHECK_I64(state_of(e), EXCHANGE_RECEIVED);
    CHECK_I64(has(a, "quota", "ten-off").balance, 2);
    CHECK_OK(test_ctx(), give_back_now(f));
    CHECK_I64(has(a, "quota", "ten-off").balance, 1);
    CHECK_I64(points_of(a), 80);
    k = (struct shop_call){ .fn = use_coupon, .member = a };
    CHECK_OK(test_ctx(), shop_do(&k));
    CHECK_ERR(test_ctx(), give_back_now(e), E_UNPROCESSABLE);
    CHECK_I64(points_of(a), 80);
    CHECK_I64(state_of(e), EXCHANGE_RECEIVED);
    check_all();
}

static enum err coupon_ends(struct tx *t, struct shop_call *k)
{
    struct benefit b;
    (void)k;
    TRY(benefit_get(t->c, S("ten-off"), &b));
    b.ended = true;
    return benefit_put(t, &b);
}

TEST(a_coupon_that_ended_is_not_on_sale)
{
    struct shop_call k = { .fn = coupon_exists };
    struct good_post post = { .kind = GOOD_COUPON, .points = SOME(20), .benefit = S("ten-off") };
    enum mall_result now;
    CHECK_OK(test_ctx(), shop_do(&k));
    i64 a = person("a", 100), g = good(post, 10);
    k = (struct shop_call){ .fn = coupon_ends };
    CHECK_OK(test_ctx(), shop_do(&k));
    CHECK_OK(test_ctx(), mall_can(test_reader(), a, g, 1, &now));
    CHECK_I64(now, MALL_SHUT);
    CHECK_I64(refused(a, g, 1, "k1"), MALL_SHUT);
    check_all();
}

static enum err upload(i64 good, const char *key, const char *codes, struct codes_added *out)
{
    return good_codes_add(test_store(), test_reader(), good, str_of(key), str_of(codes), out);
}

TEST(a_code_is_delivered_once)
{
    i64 a = person("a", 100), b = person("b", 100);
    struct codes_added added;
    struct good_post post = { .kind = GOOD_CODE, .points = SOME(10) };
    i64 g = good(post, 0);
    CHECK_ERR(test_ctx(), restock_by(g, 5, "no"), E_UNPROCESSABLE);
    CHECK_OK(test_ctx(), upload(g, "l1", "AAAA-1111\r\n\n BBBB-2222 \nCCCC-3333", &added));
    CHECK_I64(added.left, 3);
    CHECK_OK(test_ctx(), upload(g, "l1", "AAAA-1111\nBBBB-2222\nCCCC-3333", &added));
    CHECK(added.again);
    CHECK_ERR(test_ctx(), upload(g, "l1", "DDDD", &added), E_CONFLICT);
    CHECK_ERR(test_ctx(), upload(g, "l2", "DDDD\nEEEE\nDDDD", &added), E_CONFLICT);
    CHECK_ERR(test_ctx(), upload(g, "l3", "DDDD\nAAAA-1111", &added), E_CONFLICT);
    CHECK_I64(stock_of(g).left, 3);
    i64 e = exchange(a, g, 2, "k1"), f = exchange(b, g, 1, "k1");
    CHECK_I64(state_of(e), EXCHANGE_RECEIVED);
    struct exchange_view first = seen(e, true), second = seen(f, true);
    CHECK_I64(first.codes.n, 2);
    CHECK_STR(first.codes.at[0], "AAAA-1111");
    CHECK_STR(second.codes.at[0], "CCCC-3333");
    CHECK_STR(seen(f, false).codes.at[0], "****3333");
    CHECK_I64(refused(b, g, 1, "k2"), MALL_STOCK);
    CHECK_ERR(test_ctx(), give_back_now(e), E_UNPROCESSABLE);
    CHECK_ERR(test_ctx(), upload(g, "l4", "AAAA-1111", &added), E_CONFLICT);
    check_all();
}

TEST(a_code_waits_for_its_money)
{
    i64 a = person("a", 100);
    struct codes_added added;
    struct good_post post = { .kind = GOOD_GIFT_CARD, .points = SOME(10), .price = SOME(YUAN(9)) };
    i64 g = good(post, 0);
    CHECK_OK(test_ctx(), upload(g, "l1", "A\nB", &added));
    i64 e = exchange(a, g, 1, "k1");
    CHECK_I64(seen(e, true).codes.n, 0);
    later(HOUR_MS);
    check_all();
    i64 f = exchange(a, g, 2, "k2");
    CHECK_OK(test_ctx(), pay_now(f));
    CHECK_I64(seen(f, true).codes.n, 2);
    check_all();
}

/* -- people ------------------------------------------------------------------------------------ */

static enum err erase(struct tx *t, struct shop_call *k) { return member_erase(t, k->member); }
QUERY(q_addresses, one_i64,
      "SELECT COUNT(*) AS value FROM mall_exchange WHERE address IS NOT NULL"
      " OR phone IS NOT NULL OR receiver IS NOT NULL");
static i64 addresses(void)
{
    struct one_i64 n;
    CHECK_OK(test_ctx(), db_get(test_reader(), &q_addresses, &n, NO_ARGS));
    return n.value;
}

TEST(an_address_is_forgotten)
{
    i64 a = person("a", 100), b = person("b", 100), g = good(thing(10, 0), 10);
    i64 e = exchange(a, g, 1, "k1");
    exchange(b, g, 1, "k1");
    CHECK_STR(seen(e, false).receiver, "张**");
    CHECK_STR(seen(e, false).phone, "138****8000");
    CHECK_STR(seen(e, false).address, "上海市徐汇区****");
    CHECK_STR(seen(e, true).address, "上海市徐汇区漕溪北路 1 号 202 室");
    merge(a, b);
    CHECK_I64(addresses(), 2);
    struct shop_call k = { .fn = erase, .member = a };
    CHECK_OK(test_ctx(), shop_do(&k));
    CHECK_I64(addresses(), 0);
    struct timeline_line_list all = { 0 };
    CHECK_OK(test_ctx(), timeline_after(test_reader(), 0, 1000, &all));
    for (i64 i = 0; i < all.n; i++) {
        CHECK(str_find(all.at[i].props, S("13800138000")) < 0);
        CHECK(str_find(all.at[i].props, S("漕溪")) < 0);
    }
}

QUERY(q_told, one_i64, "SELECT COUNT(*) AS value FROM mall_exchange WHERE member = $1");

TEST(he_is_told_of_his_exchanges)
{
    i64 a = person("a", 100), b = person("b", 100), g = good(thing(10, 0), 10);
    struct person_export told = { 0 }, none = { 0 };
    struct one_i64 kept;
    exchange(a, g, 1, "k1");
    exchange(b, g, 2, "k2");
    merge(a, b);
    CHECK_OK(test_ctx(), member_export(test_reader(), b, &told)); /* whichever id he is asked by */
    CHECK_OK(test_ctx(), db_get(test_reader(), &q_told, &kept, ARGS(a)));
    CHECK_I64(kept.value, 2);
    CHECK_I64(told.parts.n, 1);
    CHECK_STR(told.parts.at[0].part, "exchanges");
    str items = told.parts.at[0].items;
    CHECK(json_valid(items));
    CHECK(str_find(items, S("\"quantity\":2")) > 0);
    CHECK(str_find(items, S("\"quantity\":1")) > 0);
    CHECK(str_find(items, S("上海市徐汇区漕溪北路 1 号 202 室")) > 0);
    CHECK_OK(test_ctx(), member_export(test_reader(), person("c", 0), &none));
    CHECK_I64(none.parts.n, 0);
}

static str file_of(struct exchange_filter of, bool personal)
{
    static char text[64 * 1024];
    str path = str_fmt(test_ctx()->arena, "%s/exchanges.csv", test_folder());
    CHECK_OK(test_ctx(), exchange_export(test_reader(), path, false, of, personal));
    FILE *f = fopen(str_z(test_ctx()->arena, path), "re");
    CHECK(f != NULL);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    return (str){ text, (i64)n };
}

TEST(codes_are_in_no_file)
{
    i64 a = person("a", 1000), things = good(thing(10, 0), 1000);
    i64 card = good((struct good_post){ .kind = GOOD_GIFT_CARD, .points = SOME(5) }, 0);
    struct codes_added added;
    CHECK_OK(test_ctx(), good_codes_add(test_store(), test_reader(), card, S("l1"),
                                        S("CARD-0001-SECRET\nCARD-0002-SECRET"), &added));
    i64 e = exchange(a, card, 1, "card");
    CHECK_STR(seen(e, true).codes.at[0], "CARD-0001-SECRET");
    exchange(a, things, 3, "k1");
    str all = file_of((struct exchange_filter){ 0 }, true);
    CHECK(str_find(all, S("SECRET")) < 0);
    CHECK(str_find(all, S("漕溪北路 1 号 202 室")) > 0);
    CHECK(str_find(file_of((struct exchange_filter){ 0 }, false), S("漕溪北路")) < 0);
    /* Only what was asked for. */
    str of_card = file_of((struct exchange_filter){ .good = card }, true);
    CHECK(str_find(of_card, S("漕溪")) < 0);
    struct exchange_filter past = { .until = SOME(test_ctx()->now) };
    CHECK(str_find(file_of(past, true), S("漕溪")) < 0);
    past = (struct exchange_filter){ .from = test_ctx()->now, .state = S("paid") };
    CHECK(str_find(file_of(past, true), S("漕溪")) > 0);
}

TEST(where_to_can_be_said_later)
{
    i64 a = person("a", 100), g = good(thing(10, 0), 1);
    struct exchange_post order = order_of(g, 1, "k1");
    struct exchanged got;
    enum mall_result result;
    order.address = NO_STR;
    CHECK_ERR(test_ctx(), try_order(a, order, &result, &got), E_INVALID);
    CHECK_STR(str_of(test_ctx()->why.field), "/address");
    CHECK_I64(points_of(a), 100);
}

TEST(a_merge_carries_exchanges)
{
    i64 a = person("a", 100), b = person("b", 100);
    struct good_post post = thing(10, YUAN(1));
    post.per_member = SOME(3);
    i64 g = good(post, 10);
    i64 placed = exchange(b, g, 1, "k1"), paid = exchange(b, g, 1, "k2"),
        own = exchange(a, g, 1, "k1");
    CHECK_OK(test_ctx(), pay_now(paid));
    i64 m = merge(a, b);
    CHECK_I64(seen(placed, true).member, a);
    CHECK_I64(points_of(a), 170);
    CHECK_I64(refused(a, g, 1, "k3"), MALL_LIMIT); /* both count */
    CHECK_OK(test_ctx(), pay_now(placed));
    CHECK_OK(test_ctx(), ship_now(placed));
    CHECK_OK(test_ctx(), cancel_now(paid));
    CHECK_I64(points_of(a), 180);
    check_all();
    part(m);
    CHECK_I64(seen(placed, true).member, b);
    CHECK_I64(seen(own, true).member, a);
    CHECK_OK(test_ctx(), give_back_now(placed));
    CHECK_OK(test_ctx(), cancel_now(own));
    CHECK_I64(points_of(a) + points_of(b), 200);
    check_all();
}
