/* import_real_test.c -- real shops' files through the importer, with their published figures to the
 * cent. Skipped, saying so, where the data is absent.
 */
#include "real/real.h"

#include <sys/resource.h>

static void money_is(money got, const char *want)
{
    CHECK_STR(money_text(test_ctx()->arena, got), want);
}

#define FIELDS_OF_buyers(X, N) X(i64, members, ANY, "", N) X(money, paid, ANY, "", N)
SHAPE(buyers);
SHAPE_DEFINE(buyers);
QUERY(q_buyers, buyers,
      "SELECT COUNT(*) AS members, CAST(COALESCE(SUM(paid), 0) AS BIGINT) AS paid FROM "
      "member_trade WHERE purchases > 0");

static void buyers_are(i64 members, const char *paid)
{
    struct buyers b = { 0 };
    CHECK_OK(test_reader(), db_get(test_reader(), &q_buyers, &b, NO_ARGS));
    CHECK_I64(b.members, members);
    money_is(b.paid, paid);
}

__attribute__((unused)) static i64 peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

TEST(online_retail_with_everything_kept)
{
    str path = data_file("online_retail_2010_2011.csv.gz");
    struct import_summary dry = import_file(path, (struct import_choice){ 0 }, true);
    struct import_summary s = import_file(path, (struct import_choice){ 0 }, false);
    CHECK_I64(s.rows, 541909);
    CHECK_I64(s.accepted, 541909);
    CHECK_I64(s.rejected, 0);
    CHECK_I64(s.orders, 25900);
    CHECK_I64(s.members, 4372);
    CHECK_I64(dry.orders, 25900);
    CHECK_I64(dry.members, 4372);
    CHECK_I64(dry.paid, s.paid);
    CHECK_I64(dry.refund, s.refund);
    buyers_are(4338, "8911407.904");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(peak_mb() < 200);
#endif
    struct import_summary again = import_file(path, (struct import_choice){ 0 }, false);
    CHECK_I64(again.same, 25900);
    CHECK_I64(again.created + again.changed + again.created_members, 0);
    CHECK_I64(again.paid, s.paid);
    buyers_are(4338, "8911407.904");
}

TEST(online_retail_without_exact_duplicates)
{
    struct import_choice choice = { .options.drop_duplicates = true };
    struct import_summary s =
        import_file(data_file("online_retail_2010_2011.csv.gz"), choice, false);
    CHECK_I64(s.rows, 541909);
    CHECK_I64(s.orders, 25900);
    CHECK_I64(s.duplicates, 5268);
    buyers_are(4338, "8887208.894");
}

static void tmall(struct import_choice choice)
{
    struct import_summary s = import_file(data_file("tmall_order_report.csv"), choice, false);
    struct sales sales = { 0 };
    CHECK_I64(s.rows, 28010);
    CHECK_I64(s.rejected, 0);
    CHECK_I64(s.orders, 28010);
    CHECK_I64(s.members, 0);
    money_is(s.paid, "1902487.15");
    CHECK_OK(test_reader(), sales_between(test_reader(), day_of(2020, 1, 1), day_of(2020, 12, 31),
                                          NO_STR, &sales));
    CHECK_I64(sales.orders, 28010);
    CHECK_I64(sales.paid_orders, 24087);
    CHECK_I64(sales.refund_orders, 5646);
    money_is(sales.paid, "1902487.15");
    money_is(sales.net, "1902487.15");
    CHECK_I64(sales.refund, s.refund);
}

TEST(tmall_by_mapping)
{
    struct import_pair pairs[] = {
        { S("order_id"), S("订单编号") },     { S("total"), S("总金额") },
        { S("paid"), S("买家实际支付金额") }, { S("created_at"), S("订单创建时间") },
        { S("paid_at"), S("订单付款时间") },  { S("refund"), S("退款金额") },
        { S("province"), S("收货地址 ") }
    };
    tmall((struct import_choice){ .mapping = { pairs, COUNT(pairs) },
                                  .options.net_of_refund = { true, true } });
}

TEST(tmall_by_its_header) { tmall((struct import_choice){ 0 }); }

TEST(a_chinese_shop_without_order_numbers)
{
    struct import_summary s = import_chinese_shop();
    CHECK_I64(s.rows, 28833);
    CHECK_I64(s.rejected, 0);
    CHECK_I64(s.orders, 28833);
    struct sales sales = { 0 };
    CHECK_OK(test_reader(),
             sales_between(test_reader(), day_of(2019, 1, 1), day_of(2019, 6, 30), NO_STR, &sales));
    CHECK_I64(sales.orders, 28833);
    CHECK_I64(sales.refund_orders, 1040);
    CHECK_I64(sales.orders - sales.refund_orders, 27793); /* successful */
    CHECK_I64(sales.buyers, 25420);
    CHECK_I64(sales.paid - sales.refund, sales.net);
    struct import_summary again = import_chinese_shop();
    CHECK_I64(again.same, 28833);
    CHECK_I64(again.created_members, 0);
}

/* -- behaviour ----------------------------------------------------------------------------------
 */

#define PERIOD_FROM 1511539200000 /* 2017-11-25 in Shanghai */
#define PERIOD_DAYS 9

#define FIELDS_OF_kind_count(X, N) \
    X(str, kind, ANY, "", N)       \
    X(i64, lines, ANY, "", N)
SHAPE(kind_count);
SHAPE_DEFINE(kind_count);
QUERY(q_kinds, kind_count,
      "SELECT kind, COUNT(*) AS lines FROM timeline WHERE kind <> 'member.created' AND at >= $1"
      " AND at < $2 GROUP BY kind ORDER BY kind");
QUERY(q_returned, one_i64,
      "SELECT COUNT(DISTINCT x.member) AS value FROM timeline x JOIN timeline y"
      " ON y.member = x.member WHERE x.kind <> 'member.created' AND y.kind <> 'member.created'"
      " AND x.at >= $1 AND x.at < $1 + 86400000 AND y.at >= $2 AND y.at < $2 + 86400000");
QUERY(q_bought, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT member FROM timeline WHERE kind = 'Order Completed'"
      " AND at >= $1 AND at < $2 GROUP BY member HAVING COUNT(*) >= $3) buyers");

static i64 one_of(struct query *q, struct args args)
{
    struct one_i64 row;
    CHECK_OK(test_reader(), db_get(test_reader(), q, &row, args));
    return row.value;
}

TEST(behaviour_of_taobao_users)
{
    static const i64 returned[] = { 695, 553, 546, 544, 543, 525, 528, 682, 685 };
    const instant end = PERIOD_FROM + PERIOD_DAYS * DAY_MS;
    struct import_summary s = import_behaviour();
    CHECK_I64(s.rows, 100001);
    CHECK_I64(s.accepted, 100001);
    CHECK_I64(s.events, 100001);
    CHECK_I64(s.members, 983);
    struct import_summary again = import_behaviour();
    CHECK_I64(again.events, 0);
    CHECK_I64(again.known, 100001);

    struct kind_count_list kinds;
    CHECK_OK(test_reader(), db_all(test_reader(), &q_kinds, &kinds, ARGS(PERIOD_FROM, end)));
    CHECK_I64(kinds.n, 4);
    static const i64 lines[] = { 2101, 5446, 2744, 89666 }; /* buy, cart, fav, pv */
    i64 within = 0;
    for (i64 i = 0; i < kinds.n; i++) {
        CHECK_I64(kinds.at[i].lines, lines[i]);
        within += kinds.at[i].lines;
    }
    CHECK_I64(s.events - within, 44);
    for (i64 i = 0; i < PERIOD_DAYS; i++)
        CHECK_I64(one_of(&q_returned, ARGS(PERIOD_FROM, PERIOD_FROM + i * DAY_MS)), returned[i]);
    CHECK_I64(one_of(&q_bought, ARGS(PERIOD_FROM, end, 1)), 671);
    CHECK_I64(one_of(&q_bought, ARGS(PERIOD_FROM, end, 2)), 442);
}
