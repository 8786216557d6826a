/* import_test.c -- files of every back-end become orders: quirks, states, identities, rejects,
 * again and again. */
#include "test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "import/address.h"
#include "import/import.h"
#include "import/seen.h"

/* -- files and runs ---------------------------------------------------------------------------- */

static struct import_run last;

static struct import_summary run_file(str path, struct import_choice choice)
{
    struct ctx *c = test_reader();
    last = (struct import_run){
        .file = path, .choice = choice, .facts_max = 100, .problems_max = 100
    };
    CHECK_OK(c, import_run(test_store(), c, &last));
    return last.summary;
}

static struct import_summary run_text(const char *text)
{
    return run_file(test_file(text), (struct import_choice){ 0 });
}

static void totals(struct import_summary s, i64 rows, i64 rejected, i64 orders, i64 members,
                   const char *paid, const char *refund)
{
    struct ctx *c = test_ctx();
    CHECK_I64(s.rows, rows);
    CHECK_I64(s.rejected, rejected);
    CHECK_I64(s.accepted, rows - rejected - s.duplicates);
    CHECK_I64(s.orders, orders);
    CHECK_I64(s.members, members);
    CHECK_STR(money_text(c->arena, s.paid), paid);
    CHECK_STR(money_text(c->arena, s.refund), refund);
}

static struct sales sales_of(void)
{
    struct sales s = { 0 };
    CHECK_OK(test_reader(),
             sales_between(test_reader(), day_of(2000, 1, 1), day_of(2100, 1, 1), NO_STR, &s));
    return s;
}

static const struct order_fact *fact(const char *number)
{
    for (i64 i = 0; i < last.facts.n; i++)
        if (str_eq(last.facts.at[i].number, str_of(number))) return &last.facts.at[i];
    print_message("there is no order %s\n", number);
    CHECK(!"the order is there");
    return NULL;
}

#define FIELDS_OF_kept_line(X, N) \
    X(i64, line, ANY, "", N)      \
    X(str, code, ANY, "", N) X(i64, quantity, ANY, "", N) X(money, amount, ANY, "", N)
SHAPE(kept_line);
SHAPE_DEFINE(kept_line);
QUERY(q_kept_lines, kept_line,
      "SELECT l.line AS line, p.code AS code, l.quantity AS quantity, l.amount AS amount FROM "
      "purchase_order o"
      " JOIN order_line l ON l.member = o.member AND l.order_id = o.id JOIN product p ON p.id = "
      "l.product"
      " WHERE o.number = $1 ORDER BY l.line");

static str lines_of(const char *number)
{
    struct ctx *c = test_reader();
    struct kept_line_list lines = { 0 };
    CHECK_OK(c, db_all(c, &q_kept_lines, &lines, ARGS(str_of(number))));
    struct buf b = { .arena = c->arena };
    for (i64 i = 0; i < lines.n; i++)
        buf_fmt(&b, "%s%lld:" STR_FMT "x%lld=" STR_FMT, i ? " " : "", (long long)lines.at[i].line,
                STR_ARG(lines.at[i].code), (long long)lines.at[i].quantity,
                STR_ARG(money_text(c->arena, lines.at[i].amount)));
    return buf_str(&b);
}

#define FIELDS_OF_kept_order(X, N) \
    X(money, total, ANY, "", N)    \
    X(str, name, ANY, "", N) X(str, phone, ANY, "", N)
SHAPE(kept_order);
SHAPE_DEFINE(kept_order);
QUERY(q_kept_order, kept_order,
      "SELECT o.total AS total, m.name AS name, m.phone AS phone FROM purchase_order o"
      " LEFT JOIN member m ON m.member = o.member WHERE o.number = $1");

static struct kept_order kept(const char *number)
{
    struct ctx *c = test_reader();
    struct kept_order o = { 0 };
    CHECK_OK(c, db_get(c, &q_kept_order, &o, ARGS(str_of(number))));
    return o;
}

static void profile_is(const char *name)
{
    CHECK_STR(last.plan.profile ? str_of(last.plan.profile->name) : S("none"), name);
}

/* -- the built-in profiles --------------------------------------------------------------------- */

TEST(taobao_of_2017)
{
    const char *text =
        "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,总金额,买家实际支付金额,"
        "订单状态,收货人姓名,收货地址 ,联系电话 ,联系手机,"
        "订单创建时间,订单付款时间 ,宝贝标题 ,宝贝总数量,店铺名称,退款金额\n"
        "=\"1001\",小鱼,a@b.c,90,10,100.00,100.00,交易成功,张三,浙江省 杭州市 西湖区 某路 "
        ",,'13800138000,2017-05-01 10:00:00,2017-05-01 10:05:00,甲，乙,2,一店,0.00\n"
        "=\"1002\",小鱼,a@b.c,50,0,50.00,20.00,卖家已发货，等待买家确认,张三,上海 上海市 "
        "某区,,'13800138000,2017-05-02 10:00:00,2017-05-02 10:05:00,丙,1,一店,30.00\n"
        "=\"1003\",t**6,null,50,0,50.00,0.00,等待买家付款,李**,广东省 "
        "深圳市,,'138****1234,2017-05-03 10:00:00,,丙,1,一店,0.00元\n"
        "=\"1004\",大山,null,50,0,50.00,0.00,付款以后用户退款成功，交易自动关闭,王五,北京 "
        "北京市,,'13900139000,2017-05-04 10:00:00,2017-05-04 11:00:00,丙,1,一店,50.00\n";
    totals(run_text(text), 4, 0, 4, 3, "120.00", "80.00");
    profile_is("taobao");
    CHECK_I64(fact("1001")->state, ORDER_COMPLETED);
    CHECK_STR(fact("1001")->shop, "一店");
    CHECK_STR(fact("1001")->city, "杭州市");
    CHECK_I64(fact("1002")->state, ORDER_SHIPPED);
    CHECK_I64(fact("1003")->state, ORDER_PLACED);
    CHECK_I64(fact("1004")->state, ORDER_REFUNDED);
    CHECK_I64(last.summary.without_member,
              0); /* two masked values together may name somebody, weakly */
    struct sales s = sales_of();
    CHECK_I64(s.paid_orders, 3);
    CHECK_I64(s.refund_orders, 2);
    CHECK_I64(s.buyers, 1);
}

TEST(taobao_newer_with_buyer_in_the_address)
{
    run_text("订单编号,支付单号,买家会员名,总金额,买家实际支付金额,订单状态,收货地址,订单创建时间,"
             "订单付款时间,商品标题,退款金额,确认收货时间,主订单编号\n"
             "2001,99,小鱼,100,100,交易成功,张三，86-13800138000，浙江省 宁波市 海曙区 "
             "某街道,2024-05-01 10:00:00,2024-05-01 10:05:00,甲,0,2024-05-09 10:00:00,2001\n");
    profile_is("taobao");
    CHECK_STR(fact("2001")->province, "浙江省");
    CHECK_STR(fact("2001")->city, "宁波市");
    CHECK(fact("2001")->completed_at.has);
    CHECK_I64(last.summary.members, 1);
}

TEST(taobao_items_join_their_orders)
{
    const char *items =
        "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码\n"
        "3001,甲,30.00,2,A1,颜色：红,,,交易成功,A1,\n3001,乙,40.00,1,B1,,,,交易成功,B1,\n";
    run_text(
        "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,订单创建时间,订单付款时间,店铺名称\n"
        "3001,小鱼,95,95,交易成功,2024-05-01 10:00:00,2024-05-01 10:05:00,一店\n");
    struct import_summary s = run_text(items);
    profile_is("taobao_items");
    CHECK_I64(s.changed, 1);
    CHECK_I64(s.created, 0);
    CHECK_STR(lines_of("3001"), "1:A1x2=60.00 2:B1x1=40.00");
    CHECK_I64(sales_of().orders, 1);
    CHECK_STR(money_text(test_ctx()->arena, sales_of().paid), "95.00");
    CHECK_I64(run_text(items).same, 1);
    run_file(test_file(items),
             (struct import_choice){ .profile = S("taobao") }); /* the family's one that fits */
    profile_is("taobao_items");
}

TEST(jd_repeats_the_order_on_each_row)
{
    totals(run_text("订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,"
                    "余额支付,应付金额,订单状态,订单类型,下单帐号,客户姓名,客户地址,"
                    "联系电话,运费金额,付款确认时间,订单完成时间,订单来源,订单渠道,\n"
                    "5001,11,甲,2,在线支付,2024-05-01 "
                    "10:00:00,10.00,30.00,28.00,0,0,完成,SOP,pin_a,张三,江苏省南京市玄武区,1******"
                    "6198,0,2024-05-01 10:01:00,"
                    "2024-05-05 10:00:00,APP,APP,\n"
                    "5001,12,乙,1,在线支付,2024-05-01 "
                    "10:00:00,10.00,30.00,28.00,0,0,完成,SOP,pin_a,张三,江苏省南京市玄武区,1******"
                    "6198,0,2024-05-01 10:01:00,"
                    "2024-05-05 10:00:00,APP,APP,\n"),
           2, 0, 1, 1, "28.00", "0.00");
    profile_is("jd");
    CHECK_STR(lines_of("5001"), "1:11x2=20.00 2:12x1=10.00");
    CHECK_STR(fact("5001")->city, "南京市");
}

TEST(pinduoduo_with_masked_buyers)
{
    totals(run_text("商品,订单号,订单状态,商品总价(元),邮费(元),用户实付金额(元),商家实收金额(元),"
                    "商品数量(件),确认收货时间,商品id,商品规格,售后状态,订单成交时间,"
                    "收货人,手机,省,市,区\n"
                    "甲,240501-123456789012345,已收货,20.00,0,18.00,18.00,2,2024-05-06 "
                    "10:00:00,\t77,红,无售后或售后取消,2024-05-01 "
                    "10:00:00,张**,138****1234,浙江省,杭州市,西湖区\n"
                    "甲,240501-123456789012346,已取消,20.00,0,18.00,18.00,1,,\t77,红,"
                    "无售后或售后取消,,张**,138****1234,浙江省,杭州市,西湖区\n"
                    "甲,240501-123456789012347,\"已发货，待签收\",20.00,0,18.00,18.00,1,,\t77,红,"
                    "退款成功,2024-05-02 10:00:00,张**,138****1234,浙江省,杭州市,西湖区\n"),
           3, 0, 3, 1, "36.00", "18.00");
    profile_is("pinduoduo");
    CHECK_I64(fact("240501-123456789012346")->state, ORDER_CANCELLED);
    CHECK_I64(fact("240501-123456789012347")->state, ORDER_REFUNDED);
    CHECK_STR(lines_of("240501-123456789012345"), "1:77x2=20.00");
}

/* clang-format off */
#define DOUYIN                                                                                     \
    "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商品单价,订单应付金额,"               \
    "运费,收件人,收件人手机号,省,市,订单提交时间,支付完成时间,订单完成时间,"                       \
    "订单状态,售后状态\n"
/* clang-format on */

TEST(douyin_rows_are_sub_orders)
{
    totals(run_text("\xEF\xBB\xBF" DOUYIN
                    "\"\t6917001\",\"\t6917001\",甲,红,2,\"\t11\",10.00,20.00,0,##abc,$$xyz,浙江,"
                    "杭州,2024-05-01 10:00:00,2024-05-01 10:01:00,-,已发货,-\n"
                    "\"\t6917001\",\"\t6917002\",乙,蓝,1,\"\t12\",30.00,25.00,5,##abc,$$xyz,浙江,"
                    "杭州,2024-05-01 10:00:00,2024-05-01 10:01:00,-,已关闭,退款成功\n"
                    "\"\t6917009\",\"\t6917009\",乙,蓝,1,\"\t12\",30.00,30.00,0,##abd,$$xyw,浙江,"
                    "杭州,2024-05-02 10:00:00,-,-,待支付,-\n"),
           3, 0, 2, 2, "45.00", "25.00");
    profile_is("douyin");
    CHECK_I64(fact("6917001")->state, ORDER_SHIPPED);
    CHECK_STR(money_text(test_ctx()->arena, fact("6917001")->postage.value), "5.00");
    CHECK_STR(lines_of("6917001"), "1:11x2=20.00 2:12x1=30.00");
    struct kept_order o = kept("6917001");
    CHECK(!o.name.at && !o.phone.at); /* ciphertext is nobody's name, nor a number to show */
}

TEST(douyin_joined_sub_orders_stay_one_line)
{
    run_text(DOUYIN "6918001,6918001;6918002,甲;乙,红;蓝,2,11;12,-,50.00,0,##a,$$b,浙江,杭州,2024-"
                    "05-01 10:00:00,2024-05-01 10:01:00,-,备货中,-\n");
    CHECK_I64(fact("6918001")->lines.n, 1);
    CHECK_I64(fact("6918001")->lines.at[0].quantity, 2);
    CHECK_I64(fact("6918001")->state, ORDER_PAID);
    CHECK_STR(money_text(test_ctx()->arena, sales_of().paid), "50.00");
}

TEST(youzan_and_wechat_shop)
{
    totals(run_text("订单号,订单状态,订单创建时间,买家付款时间,订单实付金额,全部商品名称,"
                    "商品种类数,收货人/提货人,收货人手机号/提货人手机号,收货人省份,收货人城市,"
                    "买家昵称,买家手机号\n"
                    "E20240501100000000001,交易完成,2024-05-01 10:00:00,2024-05-01 "
                    "10:01:00,66.60,甲、乙,2,张三,13800138000,浙江省,杭州市,鱼,13800138001\n"),
           1, 0, 1, 1, "66.60", "0.00");
    profile_is("youzan");
    run_text("订单号,订单下单时间,订单状态,收件人姓名,省,市,收件人手机,订单实际支付金额,订单运费,"
             "支付时间,企微企业ID,企业微信加密id,商品名称,商品编码(平台),商品属性,"
             "商品实际价格(单件),商品实际价格(总共),商品数量,商品已退款金额\n"
             "37001,2024-05-01 10:00:00,已发货,张三,浙江省,杭州市,13800138000,50.00,0,2024-05-01 "
             "10:01:00,ww1,wmABC,甲,P1,红,20.00,40.00,2,0\n"
             "37001,2024-05-01 10:00:00,已发货,张三,浙江省,杭州市,13800138000,50.00,0,2024-05-01 "
             "10:01:00,ww1,wmABC,甲,P1,蓝,10.00,10.00,1,10.00\n");
    profile_is("wechat_shop");
    CHECK_STR(lines_of("37001"), "1:P1x2=40.00 2:P1x1=10.00");
    CHECK_STR(money_text(test_ctx()->arena, last.summary.refund), "10.00");
    CHECK_I64(last.summary.members, 1);
}

TEST(shopify_tells_the_order_on_its_first_row)
{
    totals(run_text(
               "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled "
               "at,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,"
               "Lineitem name,Lineitem price,Lineitem sku,Billing Name,Billing Province,Billing "
               "Country,Billing Phone,Cancelled at,Refunded Amount,Lineitem discount\n"
               "#1001,a@example.com,paid,2024-05-01 10:00:00 +0800,fulfilled,2024-05-02 10:00:00 "
               "+0800,USD,30,5,0,35.00,2024-05-01 09:59:00 +0800,2,Cup,10.00,C1,Ann,"
               "'CA,US,'+1 415 555 0100,,0.00,0\n"
               "#1001,,,,,,,,,,,,1,Mug,10.00,M1,,,,,,,2.50\n"
               "#1002,b@example.com,partially_refunded,2024-05-03 10:00:00 "
               "+0800,,,USD,20,0,0,20.00,2024-05-03 09:59:00 +0800,2,Cup,10.00,C1,Bob,,,,,5.00,0\n"
               "#1003,b@example.com,pending,,,,USD,20,0,0,20.00,2024-05-04 09:59:00 "
               "+0800,2,Cup,10.00,C1,Bob,,,,,0.00,0\n"),
           4, 0, 3, 2, "55.00", "5.00");
    profile_is("shopify");
    CHECK_STR(fact("#1001")->currency, "USD");
    CHECK_STR(lines_of("#1001"), "1:C1x2=20.00 2:M1x1=7.50");
    CHECK_STR(instant_iso(test_ctx()->arena, fact("#1001")->paid_at.value),
              "2024-05-01T02:00:00.000Z");
}

TEST(woocommerce_lists_products_in_a_cell)
{
    const char *text = "Date,Order #,N. Revenue (formatted),Status,Customer,Customer "
                       "type,Product(s),Items sold,Coupon(s),Net Sales\n"
                       "2024-05-01 10:00:00,501,\"$1,234.50\",completed,Ann Lee,new,\"2× Cup, "
                       "blue, 1× Mug\",3,,1234.5\n";
    totals(run_text(text), 1, 0, 1, 0, "1234.50", "0.00");
    profile_is("woocommerce");
    CHECK_I64(fact("501")->lines.n, 2);
    CHECK_STR(fact("501")->lines.at[0].product, "Cup, blue");
    CHECK_I64(fact("501")->lines.at[0].quantity, 2);
    CHECK_STR(fact("501")->lines.at[1].product, "Mug");
    CHECK_I64(last.summary.notes.n, 1); /* says how a unique name can count as an account */
    CHECK_STR(money_text(test_ctx()->arena, kept("501").total),
              "1234.50"); /* lines name no price */
    struct import_choice named = { .options = { .identity = S("shop_account") } };
    CHECK_I64(run_file(test_file(text), named).members, 1);
}

/* -- mapping and guesses ----------------------------------------------------------------------- */

TEST(an_unknown_header_gets_a_guess)
{
    totals(run_text("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
                    "1,A,Lamp,2,2011-01-01 10:00:00,2.55,17850,UK\n1,B,Cup,1,2011-01-01 "
                    "10:00:00,1.00,17850,UK\n"),
           2, 0, 1, 1, "6.10", "0.00");
    profile_is("none");
    CHECK_I64(last.summary.notes.n, 1); /* counts as paid, and says so */
    struct ctx *c = test_reader();
    last = (struct import_run){ .file = test_file("a,b\n1,2\n") };
    CHECK_ERR(c, import_run(test_store(), c, &last), E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("order number")) >= 0);
    last = (struct import_run){ .file = test_file("a,b\n1,2\n"), .choice.profile = S("nobody") };
    CHECK_ERR(c, import_run(test_store(), c, &last), E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("shopify")) >= 0);
}

TEST(a_part_of_the_columns_is_the_same_shop)
{
    static const struct {
        const char *header, *profile;
    } parts[] = {
        { "订单编号,买家会员名,买家实际支付金额,订单状态,订单创建时间", "taobao" },
        { "订单编号,买家会员名,实付金额", "taobao" },
        { "主订单编号,子订单编号,商品标题,商品价格,购买数量,外部系统编号,商品属性,买家实际支付金额",
          "taobao_items" },
        { "订单编号,标题,购买数量,套餐信息", "taobao_items" },
        { "订单号,商品名称,京东价,下单时间", "jd" },
        { "订单号,商品,用户实付金额(元),订单成交时间", "pinduoduo" },
        { "主订单编号,选购商品,订单应付金额,订单提交时间", "douyin" },
        { "订单号,订单实付金额,全部商品名称", "youzan" },
        { "订单号,订单下单时间,订单实际支付金额,订单状态", "wechat_shop" },
        { "Name,Total,Lineitem name,Created at", "shopify" },
        { "订单号,下单时间,实付金额,手机号", "none" },
        { "order id,date,total,customer id", "none" },
    };
    struct ctx *c = test_reader();
    for (i64 i = 0; i < COUNT(parts); i++) {
        strs columns = str_split(c->arena, str_of(parts[i].header), ',');
        struct import_plan plan;
        CHECK_OK(c, import_plan_make(c, columns, false, &(struct import_choice){ 0 }, &plan));
        CHECK_STR(plan.profile ? str_of(plan.profile->name) : S("none"), parts[i].profile);
    }
    /* named once and guessed once: the same buyers, nothing moves */
    const char *text = "订单编号,买家会员名,实付金额,订单状态,订单创建时间\n"
                       "1,锦鲤a,10.00,交易成功,2024-05-01 10:00:00\n";
    totals(run_file(test_file(text), (struct import_choice){ .profile = S("taobao") }), 1, 0, 1, 1,
           "10.00", "0.00");
    struct import_summary again = run_text(text);
    CHECK_I64(again.same, 1);
    CHECK_I64(again.created_members, 0);
}

TEST(columns_are_mapped_by_the_operator)
{
    struct import_pair pairs[] = { { S("order_id"), S("单号") },
                                   { S("member"), S("会员") },
                                   { S("paid"), S("钱（元）") },
                                   { S("status"), S("情况") } };
    struct import_choice choice = { .mapping = { pairs, 4 } };
    str words[] = { S("已结清") };
    str path = test_file(
        "单号,会员,钱(元),情况\n1,a,10元,已结清\n2,b,20元,赊账\n3,c,\"1,000.50\",已结清\n");
    struct import_summary s = run_file(path, choice);
    CHECK_I64(s.notes.n, 1); /* the words nobody knows */
    CHECK(str_find(s.notes.at[0], S("已结清 (2)")) >= 0);
    choice.options.paid_status = (strs){ words, 1 };
    totals(run_file(path, choice), 3, 0, 3, 3, "1010.50", "0.00");
    CHECK_I64(fact("2")->state, ORDER_PLACED);
    pairs[0].column = S("无");
    struct ctx *c = test_reader();
    last = (struct import_run){ .file = path, .choice = choice };
    CHECK_ERR(c, import_run(test_store(), c, &last), E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("会员")) >= 0); /* names the columns there are */
}

TEST(a_file_without_a_header_and_without_order_numbers)
{
    str names[] = { S("user"), S("when"), S("amount") };
    struct import_pair pairs[] = { { S("member"), S("user") },
                                   { S("created_at"), S("when") },
                                   { S("amount"), S("amount") } };
    struct import_choice choice = { .mapping = { pairs, 3 },
                                    .options = { .order_id = S("row"), .columns = { names, 3 } } };
    str path = test_file("u1,2024-05-01,10\nu1,2024-05-01,10\nu2,2024-05-02,20\n");
    totals(run_file(path, choice), 3, 0, 3, 2, "40.00", "0.00");
    struct import_summary again = run_file(path, choice);
    CHECK_I64(again.same, 3);
    CHECK_I64(again.created_members, 0);
    CHECK_I64(sales_of().orders, 3);
}

/* -- promises ---------------------------------------------------------------------------------- */

TEST(a_bad_row_stops_nothing)
{
    struct ctx *c = test_reader();
    str path =
        test_file("order id,date,total,qty,customer id\n"
                  "1,2024-05-01,10,1,a\n2,tomorrow,10,1,b\n3,2024-05-01,ten,1,c\n4,2024-05-01,"
                  "10,x,d\n,2024-05-01,10,1,e\n"
                  "6.91714E+18,2024-05-01,10,1,f\n7,2024-05-01,99999999999,1,g\n8,2024-05-01,"
                  "10,1,h,surplus\n9,2024-05-01,10,1,i\n");
    str rejects = str_fmt(c->arena, "%s/rejects.csv", test_folder());
    last = (struct import_run){ .file = path, .rejects = rejects, .problems_max = 100 };
    CHECK_OK(c, import_run(test_store(), c, &last));
    totals(last.summary, 9, 7, 2, 2, "20.00", "0.00");
    const struct {
        i64 row;
        const char *column, *value;
    } want[] = {
        { 3, "date", "tomorrow" },
        { 4, "total", "ten" },
        { 5, "qty", "x" },
        { 6, "order id", "" },
        { 7, "order id", "6.91714E+18" },
        { 8, "total", "99999999999" },
        { 9, "", "" },
    };
    CHECK_I64(last.problems.n, COUNT(want));
    struct sheet *s = NULL;
    struct sheet_row row;
    bool more;
    CHECK_OK(c, sheet_open(c, rejects, (struct sheet_options){ .separator = ',' }, &s));
    for (i64 i = 0; i < COUNT(want); i++) {
        CHECK_I64(last.problems.at[i].row, want[i].row);
        CHECK_STR(last.problems.at[i].column, want[i].column);
        CHECK_STR(last.problems.at[i].value, want[i].value);
        CHECK(last.problems.at[i].reason.n > 0);
        CHECK_OK(c, sheet_next(c, s, &row, &more));
        CHECK(more && str_eq(row.cells[0], str_fmt(c->arena, "%lld", (long long)want[i].row)) &&
              row.cells[3].n);
    }
    sheet_close(s);
}

/* Rows of an order far apart, in two batches, with lines alike in every cell: the file tells how
 * many there are. */
static str scattered(bool together)
{
    struct buf b = { .arena = test_ctx()->arena };
    buf_add(&b, S("order id,sku,qty,price,date,customer "
                  "id\nX,A,1,1.50,2024-05-01,a\nX,A,1,1.50,2024-05-01,a\n"));
    if (together) buf_add(&b, S("X,B,2,2.00,2024-05-01,a\nX,A,1,1.50,2024-05-01,a\n"));
    for (int i = 0; i < 9000; i++) buf_fmt(&b, "n%d,C,1,1,2024-05-01,m%d\n", i, i % 50);
    if (!together) buf_add(&b, S("X,B,2,2.00,2024-05-01,a\nX,A,1,1.50,2024-05-01,a\n"));
    return test_file(str_z(b.arena, buf_str(&b)));
}

TEST(rows_of_one_order_are_one_order)
{
    totals(run_file(scattered(false), (struct import_choice){ 0 }), 9004, 0, 9001, 51, "9008.50",
           "0.00");
    CHECK_STR(lines_of("X"), "1:Ax1=1.50 2:Ax1=1.50 3:Bx2=4.00 4:Ax1=1.50");
    CHECK_I64(run_file(scattered(false), (struct import_choice){ 0 }).same, 9001);
    CHECK_I64(run_file(scattered(true), (struct import_choice){ 0 }).same, 9001);
    CHECK_STR(lines_of("X"), "1:Ax1=1.50 2:Ax1=1.50 3:Bx2=4.00 4:Ax1=1.50");
    CHECK_STR(money_text(test_ctx()->arena, sales_of().paid), "9008.50");
}

TEST(a_file_again_changes_nothing)
{
    const char *before = "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,订单创建时间,"
                         "订单付款时间\n1,鱼,10,0,等待买家付款,2024-05-01 10:00:00,\n";
    const char *after =
        "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,订单创建时间,订单付款时间\n1,鱼,10,"
        "10,交易成功,2024-05-01 10:00:00,2024-05-01 11:00:00\n";
    CHECK_I64(run_text(before).created, 1);
    struct import_summary s = run_text(before);
    CHECK(s.same == 1 && s.created == 0 && s.changed == 0 && s.created_members == 0);
    CHECK_I64(run_text(after).changed, 1); /* a new status is taken */
    CHECK_I64(run_text(after).same, 1);
    CHECK_I64(run_text(before).same, 1); /* an older export takes nothing back */
    CHECK_I64(sales_of().paid_orders, 1);
}

TEST(credit_notes_are_refunds)
{
    totals(run_text(
               "Invoice,StockCode,Quantity,InvoiceDate,Price,Customer ID\n"
               "1,A,10,2011-01-01,2.00,7\nC2,A,-3,2011-01-02,2.00,7\nA3,B,1,2011-01-03,-11.06,\n"),
           3, 0, 3, 1, "20.00", "17.06");
    CHECK_I64(fact("C2")->state, ORDER_REFUNDED);
    struct sales s = sales_of();
    CHECK_I64(s.paid_orders, 1);
    CHECK_STR(money_text(test_ctx()->arena, s.net), "2.94");
}

TEST(duplicates_can_be_dropped)
{
    const char *text = "order id,sku,qty,price\n1,A,1,2\n1,A,1,2\n1,B,1,2\n2,A,1,2\n";
    struct import_choice drop = { .options.drop_duplicates = true };
    struct import_summary s = run_file(test_file(text), drop);
    totals(s, 4, 0, 2, 0, "6.00", "0.00");
    CHECK_I64(s.duplicates, 1);
    CHECK_STR(lines_of("1"), "1:Ax1=2.00 2:Bx1=2.00");
}

TEST(a_dry_run_writes_nothing)
{
    struct ctx *c = test_reader();
    last = (struct import_run){ .file = scattered(false), .dry_run = true, .facts_max = 3 };
    CHECK_OK(c, import_run(test_store(), c, &last));
    totals(last.summary, 9004, 0, 9001, 51, "9008.50", "0.00");
    CHECK_I64(last.facts.n, 3);
    CHECK_I64(sales_of().orders, 0);
}

TEST(the_rows_before_a_fault_are_in)
{
    struct ctx *c = test_reader();
    last = (struct import_run){ .file = test_file("order id,total\n1,10\n2,20\n\"3,30\n") };
    CHECK_ERR(c, import_run(test_store(), c, &last), E_INVALID);
    CHECK(str_find(str_of(c->why.detail), S("row 4")) >= 0);
    CHECK_I64(last.summary.accepted, 2);
    CHECK_I64(sales_of().orders, 2);
}

static void cancel_at_once(void *arg, const struct import_progress *p)
{
    CHECK(p->fraction >= 0 && p->fraction <= 1 && p->rows > 0);
    atomic_store((_Atomic bool *)arg, true);
}

TEST(a_run_can_be_cancelled)
{
    struct ctx *c = test_reader();
    _Atomic bool cancel = true;
    last = (struct import_run){
        .file = scattered(false), .cancel = &cancel, .progress = cancel_at_once, .arg = &cancel
    };
    CHECK_OK(c, import_run(test_store(), c, &last));
    CHECK(last.cancelled);
    CHECK(last.summary.rows > 0 && last.summary.rows < 9004);
    CHECK_I64(sales_of().orders, last.summary.orders);
    CHECK_I64(run_file(last.file, (struct import_choice){ 0 }).orders,
              9001); /* again completes it */
}

TEST(constant_memory)
{
    struct ctx *c = test_ctx();
    struct rusage before, after;
    str path = str_fmt(c->arena, "%s/large.csv", test_folder());
    FILE *f = fopen(str_z(c->arena, path), "wb");
    fputs("order id,sku,description,qty,price,date,customer id\n", f);
    for (int i = 0; i < 600000; i++)
        fprintf(f,
                "%d,sku-%d,\"A product with a title of common length %d\",%d,%d.%02d,2024-05-%02d "
                "10:00:00,customer-%d\n",
                i / 3, i % 5000, i % 5000, i % 7 + 1, i % 100, i % 100, i % 28 + 1, i % 20000);
    fclose(f);
    getrusage(RUSAGE_SELF, &before);
    last = (struct import_run){ .file = path, .dry_run = true };
    CHECK_OK(c, import_run(NULL, c, &last));
    getrusage(RUSAGE_SELF, &after);
    CHECK_I64(last.summary.rows, 600000);
    CHECK_I64(last.summary.orders, 200000);
    CHECK_I64(last.summary.members, 20000);
#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__) /* their shadow memory is not ours */
    CHECK((after.ru_maxrss - before.ru_maxrss) / 1024 < 64);
#endif
}

TEST(xlsx_goes_in_like_csv)
{
    struct ctx *c = test_ctx();
    str path = str_fmt(c->arena, "%s/orders.xlsx", test_folder());
    str columns[] = { S("订单编号"),         S("买家会员名"),   S("总金额"),
                      S("买家实际支付金额"), S("订单创建时间"), S("订单付款时间") };
    str row[] = { S("202405010000000001"), S("鱼"), S("10.5"), S("10.5"), S("2024-05-01 10:00:00"),
                  S("2024-05-01 10:01:00") };
    struct sheet_out *o = NULL;
    CHECK_OK(c, sheet_create(c, path, true, (strs){ columns, COUNT(columns) }, &o));
    CHECK_OK(c, sheet_write(c, o, row, COUNT(row)));
    CHECK_OK(c, sheet_finish(c, o));
    totals(run_file(path, (struct import_choice){ 0 }), 1, 0, 1, 1, "10.50", "0.00");
    profile_is("taobao");
    CHECK_STR(fact("202405010000000001")->shop, "淘宝");
}

TEST(addresses_give_province_and_city_only)
{
    static const struct {
        const char *address, *province, *city;
    } rows[] = {
        { "浙江省 杭州市 西湖区 某街道1号", "浙江省", "杭州市" },
        { "浙江省杭州市西湖区某街道", "浙江省", "杭州市" },
        { "上海 上海市 浦东新区 某路", "上海", "上海市" },
        { "北京市朝阳区某路", "北京市", "北京市" },
        { "内蒙古自治区", "内蒙古自治区", "" },
        { "新疆维吾尔自治区 伊犁哈萨克自治州 伊宁市", "新疆维吾尔自治区", "伊犁哈萨克自治州" },
        { "广西壮族自治区 南宁市 青秀区", "广西壮族自治区", "南宁市" },
        { "中国广东省深圳市", "广东省", "深圳市" },
        { "12 High Street, London", "", "" },
        { "", "", "" },
    };
    for (i64 i = 0; i < COUNT(rows); i++) {
        struct place p = place_of_address(str_of(rows[i].address));
        CHECK_STR(str_or(p.province, S("")), rows[i].province);
        CHECK_STR(str_or(p.city, S("")), rows[i].city);
    }
}

TEST(different_keys_are_counted_then_estimated)
{
    struct key_count *k = key_count_new();
    bool estimated;
    for (u64 i = 0; i < 1000000; i++) key_count_add(k, i % 500000);
    CHECK_I64(key_count_distinct(k, &estimated), 500000);
    CHECK(!estimated);
    for (u64 i = 0; i < 5000000; i++) key_count_add(k, i);
    i64 n = key_count_distinct(k, &estimated);
    CHECK(estimated);
    CHECK(n > 4900000 && n < 5100000);
    key_count_free(k);
}
