/* koc_test.c -- the promises of koc.h, one by one, and the figures of docs/koc.md. */
#include <stdio.h>

#include "access/approval.h"
#include "app/rooms.h"
#include "audience/segment.h"
#include "base/field.h"
#include "koc_shop.h"
#include "loyalty/budget.h"
#include "loyalty/koc/months.h"
#include "loyalty/tiers.h"

static instant now_is(i32 year, i32 month, i32 dom)
{
    return test_ctx()->now = on(year, month, dom);
}
static enum err settled(const char *month)
{
    return koc_settle(test_store(), test_reader(), str_of(month));
}
static struct koc_statement_list statements(const char *month)
{
    struct koc_statement_list out;
    CHECK_OK(test_ctx(), koc_statements(test_reader(), str_of(month), 0, 100, true, &out));
    return out;
}
static struct koc_view view(i64 member)
{
    struct koc_view v;
    CHECK_OK(test_ctx(), koc_get(test_reader(), member, true, &v));
    return v;
}
static i64 lines_of_kind(i64 member, const char *kind)
{
    struct timeline_line_list lines;
    i64 n = 0;
    CHECK_OK(test_ctx(), timeline_of_member(test_reader(), (ints){ &member, 1 }, 0, 1000, &lines));
    for (i64 i = 0; i < lines.n; i++) n += str_eq(lines.at[i].kind, str_of(kind));
    return n;
}

TEST(applying_and_reviewing)
{
    i64 a = person("a"), b = person("b"), d = person("d");
    struct koc_view v;
    struct koc_call k = { do_apply, .member = a, .text = S("我爱护肤") };
    CHECK_ERR(test_ctx(), koc_get(test_reader(), a, true, &v), E_NOT_FOUND);
    CHECK_OK(test_ctx(), did(&k));
    CHECK_ERR(test_ctx(), did(&k), E_CONFLICT);
    CHECK(view(a).state == KOC_APPLIED);
    CHECK_STR(view(a).text, "我爱护肤");
    CHECK_OK(test_ctx(), koc_get(test_reader(), a, false, &v));
    CHECK_STR(v.text, "***");
    k = (struct koc_call){ do_review, .member = a };
    CHECK_ERR(test_ctx(), did(&k), E_INVALID); /* a no needs a reason */
    k.text = S("粉丝太少");
    CHECK_OK(test_ctx(), did(&k));
    CHECK_OK(test_ctx(), did(&k));
    CHECK(view(a).state == KOC_REFUSED);
    k.yes = true;
    CHECK_ERR(test_ctx(), did(&k), E_CONFLICT);
    joins(a); /* again, and this time well */
    CHECK(view(a).state == KOC_ACTIVE);
    CHECK_STR(view(a).level, "体验官");

    k = (struct koc_call){ do_invite, .member = b };
    CHECK_OK(test_ctx(), did(&k));
    CHECK_OK(test_ctx(), did(&k));
    CHECK(view(b).state == KOC_INVITED);
    k = (struct koc_call){ do_apply, .member = b };
    CHECK_OK(test_ctx(), did(&k)); /* accepts */
    CHECK(view(b).state == KOC_ACTIVE);
    k = (struct koc_call){ do_state, .member = b, .state = KOC_SUSPENDED };
    CHECK_ERR(test_ctx(), did(&k), E_INVALID);
    k.text = S("刷单");
    CHECK_OK(test_ctx(), did(&k));
    CHECK_STR(view(b).level, "");
    k.state = KOC_ACTIVE;
    CHECK_OK(test_ctx(), did(&k));
    CHECK_STR(view(b).level, "体验官");
    k.state = KOC_LEFT;
    CHECK_OK(test_ctx(), did(&k));
    k.state = KOC_ACTIVE;
    CHECK_ERR(test_ctx(), did(&k), E_CONFLICT);
    k.member = d;
    CHECK_ERR(test_ctx(), did(&k), E_NOT_FOUND);
    CHECK_I64(lines_of_kind(b, "koc.joined"), 1);
    CHECK_I64(lines_of_kind(b, "koc.suspended"), 1);
    CHECK_I64(lines_of_kind(b, "koc.resumed"), 1);
    CHECK_I64(lines_of_kind(b, "koc.left"), 1);
}

TEST(codes_are_unique)
{
    i64 a = koc_named("a", "lily01"), b = koc_named("b", "ROSE");
    struct koc_code_list codes;
    CHECK_ERR(test_ctx(), coded(b, "LiLy01"), E_CONFLICT);
    CHECK_ERR(test_ctx(), coded(a, "abc"), E_INVALID);
    CHECK_ERR(test_ctx(), coded(a, "no good"), E_INVALID);
    CHECK_ERR(test_ctx(), coded(person("c"), "GOOD"), E_UNPROCESSABLE);
    struct koc_call k = { do_code_end, .member = b, .code = S("lily01") };
    CHECK_ERR(test_ctx(), did(&k), E_NOT_FOUND); /* not his */
    k.member = a;
    CHECK_OK(test_ctx(), did(&k));
    CHECK_OK(test_ctx(), did(&k));
    CHECK_ERR(test_ctx(), coded(b, "LILY01"), E_CONFLICT); /* for good */
    CHECK_OK(test_ctx(), koc_codes(test_reader(), a, &codes));
    CHECK_I64(codes.n, 1);
    CHECK(codes.at[0].ended_at.has);
    CHECK_STR(codes.at[0].code, "LILY01");
    CHECK_OK(test_ctx(), set("koc.codes_max", "2"));
    CHECK_OK(test_ctx(), coded(a, ""));
    CHECK_OK(test_ctx(), coded(a, ""));
    CHECK_ERR(test_ctx(), coded(a, ""), E_UNPROCESSABLE);
    CHECK_OK(test_ctx(), koc_codes(test_reader(), a, &codes));
    for (i64 i = 0; i < codes.n; i++)
        for (const char *alike = "ILO"; *alike && !codes.at[i].ended_at.has; alike++)
            CHECK(!str_has(codes.at[i].code, *alike));
}

TEST(no_open_redirect)
{
    static const char *const bad[] = {
        "http://shop.example.com/p/1",          "https://evil.com/",
        "https://shop.example.com.evil.com/",   "https://shop.example.com@evil.com/",
        "https://evil.com/shop.example.com",    "//shop.example.com/",
        "https://shop.example.com:8443/",       "https://shop.example.com\\@evil.com/",
        "https://evil.com#shop.example.com",    "javascript:alert(1)",
        "https://shop.example.com/a b",         "https://shop.example.com/\r\nX: y",
        "https://xshop.example.com/",           "https://shop.example.com/?utm_source=x",
        "https:///shop.example.com/",           "https://",
        "https://SHOP.example.com%2eevil.com/", "data:text/html,x",
    };
    static const struct {
        const char *target, *leads;
    } good[] = {
        { "https://shop.example.com/p/1",
          "https://shop.example.com/p/1?utm_source=koc&utm_medium=link&utm_content=L0" },
        { "https://M.Example.com",
          "https://M.Example.com?utm_source=koc&utm_medium=link&utm_content=L1" },
        { "https://shop.example.com/s?q=1#top",
          "https://shop.example.com/s?q=1&utm_source=koc&utm_medium=link&utm_content=L2#top" },
    };
    shop_opens();
    i64 a = koc_named("a", "LILY");
    str url;
    for (i64 i = 0; i < COUNT(bad); i++) {
        struct koc_call k = { do_code, .member = a, .target = str_of(bad[i]) };
        CHECK_ERR(test_ctx(), did(&k), E_INVALID);
    }
    for (i64 i = 0; i < COUNT(good); i++) {
        str code = str_fmt(test_ctx()->arena, "LINK%lld", (long long)i);
        struct koc_call k = { do_code, .member = a, .code = code,
                              .target = str_of(good[i].target) };
        CHECK_OK(test_ctx(), did(&k));
        CHECK_OK(test_ctx(), koc_link(test_reader(), str_lower(test_ctx()->arena, code), &url));
        str want = str_replace(test_ctx()->arena, str_of(good[i].leads),
                               str_fmt(test_ctx()->arena, "L%lld", (long long)i), code);
        CHECK(str_eq(url, want));
    }
    CHECK_ERR(test_ctx(), koc_link(test_reader(), S("LILY"), &url), E_NOT_FOUND); /* no target */
    CHECK_OK(test_ctx(), set("koc.hosts", "other.example.com")); /* links made before, too */
    CHECK_ERR(test_ctx(), koc_link(test_reader(), S("LINK0"), &url), E_NOT_FOUND);
    CHECK_ERR(test_ctx(), set("koc.hosts", "https://x.com"), E_INVALID);
}

TEST(clicks_know_nobody)
{
    i64 a = koc_named("a", "LILY");
    struct koc_call k = { do_click, .code = S("lily") };
    for (int i = 0; i < 3; i++) CHECK_OK(test_ctx(), did(&k));
    CHECK_I64(figures(a).clicks, 3);
    CHECK_I64(lines_of_kind(a, "koc.clicked"), 0);
}

TEST(an_order_is_attributed_once)
{
    shop_opens();
    i64 a = koc_named("a", "LILY"), b = koc_named("b", "ROSE"), buyer = person("x");
    struct koc_call k = { do_touch, .member = buyer, .code = S("rose") };
    CHECK_OK(test_ctx(), did(&k));
    struct sold s = { "1", "lily", buyer, { YUAN(100) } };
    sells(&s); /* a code beats a link */
    sells(&s);
    CHECK_I64(figures(a).pending, YUAN(5));
    CHECK_I64(figures(b).pending, 0);
    s = (struct sold){ "2", NULL, buyer, { YUAN(200) } };
    sells(&s); /* without one the last touch */
    CHECK_I64(figures(b).pending, YUAN(10));
    s.code = "LILY"; /* a code that comes later moves it, with all it earned */
    sells(&s);
    CHECK_I64(figures(a).pending, YUAN(15));
    CHECK_I64(figures(b).pending, 0);
    CHECK_I64(figures(a).orders, 2);
    CHECK_I64(figures(b).orders, 0);
    k.code = S("lily");
    test_ctx()->now += MINUTE_MS;
    CHECK_OK(test_ctx(), did(&k));
    s = (struct sold){ "3", NULL, buyer, { YUAN(100) } };
    sells(&s); /* the last one wins */
    CHECK_I64(figures(a).pending, YUAN(20));
    test_ctx()->now += 15 * DAY_MS;
    s = (struct sold){ "4", NULL, buyer, { YUAN(100) } };
    sells(&s); /* 15 days later it is over */
    CHECK_I64(figures(a).orders, 3);
    s = (struct sold){ "5", "WINTER10", buyer, { YUAN(100) } };
    sells(&s); /* a coupon's code is nobody's */
    CHECK_I64(figures(a).orders, 3);
    CHECK_I64(lines_of_kind(a, "koc.order"), 3);
    books_are_right();
}

static enum err append(struct tx *t, void *arg) { return timeline_append(t, arg); }

TEST(seen_by_tracking)
{
    shop_opens();
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    struct timeline_line line = {
        .at = test_ctx()->now,
        .member = buyer,
        .kind = S("Page Viewed"),
        .subject = S(""),
        .props = S("{\"utm_source\":\"koc\",\"utm_medium\":\"link\",\"utm_content\":\"LILY\"}")
    };
    struct sold s = { "1", NULL, buyer, { YUAN(100) } };
    sells(&s);
    CHECK_I64(figures(a).orders, 0);
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), append, &line));
    s.number = "2";
    sells(&s);
    CHECK_I64(figures(a).orders, 1);
}

TEST(never_to_himself)
{
    shop_opens();
    i64 a = koc_named("a", "LILY"), twin = person("twin");
    struct sold s = { "1", "LILY", a, { YUAN(100) } };
    sells(&s);
    CHECK_I64(figures(a).account, 0);
    CHECK_I64(figures(a).orders, 0);
    s = (struct sold){ "2", "LILY", twin, { YUAN(100) } };
    sells(&s);
    CHECK_I64(figures(a).account, YUAN(5));
    i64 merge = merged(a, twin); /* he is himself after all */
    CHECK_I64(figures(a).account, 0);
    books_are_right();
    unmerged(merge);
    CHECK_I64(figures(a).account, YUAN(5));
    merge = merged(twin, a); /* the other way about */
    CHECK_I64(figures(twin).account, 0);
    books_are_right();
    unmerged(merge);
    CHECK_I64(figures(a).account, YUAN(5));
    books_are_right();
}

TEST(the_rate_is_of_the_day_it_was_paid)
{
    shop_opens();
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    char number[8];
    for (int i = 0; i < 10; i++) {
        snprintf(number, sizeof number, "%d", i);
        struct sold s = { number, "LILY", buyer, { YUAN(200) } };
        sells(&s);
        test_ctx()->now += MINUTE_MS;
    }
    CHECK_STR(view(a).level, "推荐官"); /* 10 orders and 2,000 yuan, by the tenth */
    CHECK_I64(figures(a).pending, YUAN(100));
    struct sold s = { "after", "LILY", buyer, { YUAN(100) } };
    sells(&s);
    CHECK_I64(figures(a).pending, YUAN(108));
    /* told late, of before he rose: at the rate of then */
    s = (struct sold){
        "late", "LILY", buyer, { YUAN(100) }, .at = SOME(test_ctx()->now - 9 * MINUTE_MS)
    };
    sells(&s);
    CHECK_I64(figures(a).pending, YUAN(113));
    s = (struct sold){
        "before", "LILY", buyer, { YUAN(100) }, .at = SOME(test_ctx()->now - DAY_MS)
    };
    sells(&s); /* before he had the code */
    CHECK_I64(figures(a).pending, YUAN(113));
    books_are_right();
}

TEST(a_line_pays_once)
{
    shop_opens();
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    /* docs/koc.md: 5 % of three lines; a part of one back, and one whole */
    struct sold s = { "1", "LILY", buyer, { YUAN(199), 333300, YUAN(50) } };
    for (int i = 0; i < 3; i++) sells(&s);
    CHECK_I64(figures(a).account, 99500 + 16700 + 25000); /* 9.95 + 1.67 (of 1.6665) + 2.50 */
    s.refunds[1] = 133300;
    sells(&s);
    CHECK_I64(figures(a).account, 99500 + 10000 + 25000);
    s.refunds[2] = YUAN(50);
    for (int i = 0; i < 2; i++) sells(&s);
    CHECK_I64(figures(a).account, 99500 + 10000);
    books_are_right();
}

TEST(commission_is_to_the_cent)
{
    CHECK_I64(koc_commission(YUAN(100), 800), YUAN(8));
    CHECK_I64(koc_commission(333300, 500), 16700); /* 1.6665: 1.67 */
    CHECK_I64(koc_commission(1000, 500), 100);     /* 0.005: 0.01 */
    CHECK_I64(koc_commission(900, 500), 0);        /* 0.0045: 0.00 */
    CHECK_I64(koc_commission(-1000, 500), 0);
    CHECK_I64(koc_commission(YUAN(1000000000), 5000), YUAN(500000000));
}

TEST(pending_until_the_return_window_ends)
{
    shop_opens();
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    instant start = test_ctx()->now;
    struct sold s = { "1", "LILY", buyer, { YUAN(100) } };
    sells(&s);
    test_ctx()->now = start + 15 * DAY_MS - 1;
    CHECK_I64(figures(a).pending, YUAN(5));
    CHECK_I64(figures(a).unsettled, 0);
    test_ctx()->now = start + 15 * DAY_MS;
    CHECK_I64(figures(a).pending, 0);
    CHECK_I64(figures(a).unsettled, YUAN(5));
    test_ctx()->now = start + DAY_MS;
    s.completed = SOME(start + DAY_MS); /* the window begins with the completion */
    sells(&s);
    test_ctx()->now = start + 16 * DAY_MS - 1;
    CHECK_I64(figures(a).pending, YUAN(5));
    test_ctx()->now = start + 16 * DAY_MS;
    CHECK_I64(figures(a).unsettled, YUAN(5));
}

/* The worked figure of docs/koc.md. */
TEST(a_refund_after_settling_goes_to_the_next_statement)
{
    shop_opens();
    now_is(2024, 6, 1);
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    struct sold s = { "1", "LILY", buyer, { YUAN(199), 333300, YUAN(50) } };
    sells(&s);
    now_is(2024, 7, 10);
    CHECK_OK(test_ctx(), settled("2024-06"));
    struct koc_statement_list june = statements("2024-06");
    CHECK_I64(june.n, 1);
    CHECK_I64(june.at[0].lines, 3);
    CHECK_I64(june.at[0].orders, 1);
    CHECK_I64(june.at[0].net, YUAN(249) + 333300);
    CHECK_I64(june.at[0].earned, 141200);
    CHECK_I64(june.at[0].payable, 141200);
    struct koc_call k = { do_paid, .number = june.at[0].number, .text = S("ALIPAY-1") };
    CHECK_OK(test_ctx(), did(&k));
    CHECK_I64(figures(a).account, 0);
    s.refunds[0] = YUAN(199); /* after he was paid */
    sells(&s);
    CHECK_I64(figures(a).account, -99500);
    struct sold other = { "2", "LILY", buyer, { YUAN(100) } };
    sells(&other);
    now_is(2024, 8, 2);
    CHECK_OK(test_ctx(), settled("2024-07"));
    struct koc_statement_list july = statements("2024-07");
    CHECK_I64(july.n, 1);
    CHECK_I64(july.at[0].earned, YUAN(5));
    CHECK_I64(july.at[0].taken_back, -99500);
    CHECK_I64(july.at[0].payable, 0);
    CHECK_I64(july.at[0].carries, -49500); /* a debt, carried */
    k = (struct koc_call){ do_paid, .number = july.at[0].number, .text = S("ALIPAY-2") };
    CHECK_ERR(test_ctx(), did(&k), E_UNPROCESSABLE);
    other = (struct sold){ "3", "LILY", buyer, { YUAN(120) } };
    sells(&other);
    now_is(2024, 9, 1);
    CHECK_OK(test_ctx(), settled("2024-08"));
    struct koc_statement_list august = statements("2024-08");
    CHECK_I64(august.at[0].carried, -49500);
    CHECK_I64(august.at[0].payable, YUAN(6) - 49500);
    CHECK_I64(august.at[0].carries, 0);
    struct koc_statement_line_list lines;
    CHECK_OK(test_ctx(), koc_statement_lines(test_reader(), july.at[0].number, &lines));
    CHECK_I64(lines.n, 2);
    CHECK_I64(lines.at[0].commission, -99500);
    CHECK_I64(lines.at[0].net, YUAN(-199));
    books_are_right();
}

TEST(a_statement_is_of_its_month)
{
    shop_opens();
    now_is(2024, 6, 1);
    i64 buyer = person("x");
    (void)koc_named("a", "LILY");
    struct sold s = { "1", "LILY", buyer, { YUAN(100) } };
    sells(&s);
    CHECK_ERR(test_ctx(), settled("2024-06"), E_UNPROCESSABLE); /* not over */
    CHECK_ERR(test_ctx(), settled("June"), E_INVALID);
    struct koc_statement_list before = statements("2024-06");
    CHECK_I64(before.n, 1);
    CHECK_I64(before.at[0].number, 0);
    now_is(2024, 7, 5);
    s = (struct sold){ "2", "LILY", buyer, { YUAN(400) } };
    sells(&s);
    now_is(2024, 9, 5); /* late, and a later month: June and July are settled before it */
    CHECK_OK(test_ctx(), settled("2024-08"));
    struct koc_statement_list june = statements("2024-06"), july = statements("2024-07");
    CHECK_I64(june.n, 1);
    CHECK_I64(june.at[0].earned, before.at[0].earned);
    CHECK_I64(july.n, 1);
    CHECK_I64(july.at[0].earned, YUAN(20));
    CHECK_I64(statements("2024-08").n, 0);
    CHECK_OK(test_ctx(), settled("2024-06")); /* again: nothing */
    CHECK_I64(statements("2024-06").n, 1);
    CHECK_I64(statements("2024-06").at[0].number, june.at[0].number);
    struct koc_month_list months;
    CHECK_OK(test_ctx(), koc_months(test_reader(), &months));
    CHECK_I64(months.n, 4);
    CHECK_STR(months.at[0].month, "2024-09");
    CHECK(months.at[0].state == MONTH_RUNNING);
    CHECK(months.at[3].state == MONTH_FINAL);
    CHECK_I64(months.at[3].payable, YUAN(5));
    books_are_right();
}

TEST(large_months_need_two_people)
{
    shop_opens();
    CHECK_OK(test_ctx(), set("koc.approval_above", "4.99"));
    now_is(2024, 6, 1);
    i64 buyer = person("x");
    (void)koc_named("a", "LILY");
    struct sold s = { "1", "LILY", buyer, { YUAN(100) } };
    struct koc_month month;
    struct approval_view ask;
    sells(&s);
    now_is(2024, 7, 5);
    approvals_register(rooms);
    test_ctx()->user = 1;
    test_ctx()->actor = S("user:anna");
    CHECK_OK(test_ctx(), settled("2024-06"));
    CHECK_OK(test_ctx(), koc_month_get(test_reader(), S("2024-06"), &month));
    CHECK(month.state == MONTH_WAITING);
    CHECK(month.approval.has);
    struct koc_call k = { do_paid, .number = statements("2024-06").at[0].number, .text = S("X") };
    CHECK_ERR(test_ctx(), did(&k), E_UNPROCESSABLE);
    CHECK_OK(test_ctx(), settled("2024-06")); /* the same ask */
    CHECK_ERR(
        test_ctx(),
        approval_decide(test_store(), test_reader(), month.approval.value, APPROVE_IT, NO_STR),
        E_FORBIDDEN); /* not by who asked */
    test_ctx()->user = 2;
    test_ctx()->actor = S("user:bob");
    CHECK_OK(test_ctx(), approval_get(test_reader(), month.approval.value, &ask));
    CHECK_STR(ask.amount, "5.00");
    CHECK_OK(test_ctx(), approval_decide(test_store(), test_reader(), month.approval.value,
                                         APPROVE_IT, NO_STR));
    CHECK_OK(test_ctx(), koc_month_get(test_reader(), S("2024-06"), &month));
    CHECK(month.state == MONTH_FINAL);
    CHECK_OK(test_ctx(), did(&k));
}

TEST(paid_once)
{
    shop_opens();
    now_is(2024, 6, 1);
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    struct sold s = { "1", "LILY", buyer, { YUAN(100) } };
    sells(&s);
    now_is(2024, 7, 5);
    CHECK_OK(test_ctx(), settled("2024-06"));
    i64 number = statements("2024-06").at[0].number;
    struct koc_call k = { do_paid, .number = number, .text = S("") };
    CHECK_ERR(test_ctx(), did(&k), E_INVALID);
    k.text = S("WX-1");
    CHECK_OK(test_ctx(), did(&k));
    CHECK_OK(test_ctx(), did(&k));
    CHECK_I64(figures(a).paid, YUAN(5));
    CHECK_I64(figures(a).account, 0);
    k.text = S("WX-2");
    CHECK_ERR(test_ctx(), did(&k), E_CONFLICT);
    CHECK_I64(lines_of_kind(a, "koc.paid"), 1);
    books_are_right();
}

TEST(a_level_follows_its_rule)
{
    shop_opens();
    now_is(2024, 6, 1);
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    struct koc_level levels[] = {
        { S("L1"), S("一"), S("one"), 0, 0, 30, 500, 1, NO_STR },
        { S("L2"), S("二"), S("two"), 1, YUAN(100), 30, 1000, 2, S("品牌KOC") },
    };
    struct koc_call k = { do_levels, .levels = { levels, 2 } };
    struct tier_now tier;
    CHECK_OK(test_ctx(), did(&k));
    struct sold s = { "1", "LILY", buyer, { YUAN(100) } };
    sells(&s);
    CHECK_STR(view(a).level, "L2"); /* by the order that reached it */
    CHECK_OK(test_ctx(), tier_of(test_reader(), a, &tier));
    CHECK_STR(tier.tier, "品牌KOC");
    CHECK_I64(lines_of_kind(a, "koc.level"), 2);
    now_is(2024, 6, 30);
    CHECK_STR(view(a).level, "L2"); /* 30 days, today included */
    test_ctx()->now = zone_midnight(test_ctx()->zone, day_of(2024, 7, 1));
    CHECK_STR(view(a).level, "L1"); /* at midnight, job or no job */
    CHECK_I64(view(a).missing_orders.value, 1);
    CHECK_I64(lines_of_kind(a, "koc.level"), 2);
    CHECK_OK(test_ctx(), koc_levels_settle(test_store(), test_reader()));
    CHECK_OK(test_ctx(), koc_levels_settle(test_store(), test_reader()));
    CHECK_I64(lines_of_kind(a, "koc.level"), 3);
    CHECK_OK(test_ctx(), tier_of(test_reader(), a, &tier));
    CHECK_STR(tier.tier, "");
    now_is(2024, 7, 2);
    s.number = "2";
    sells(&s);
    CHECK_STR(view(a).level, "L2");
    s.refunds[0] = 10000; /* one yuan too little */
    sells(&s);
    CHECK_STR(view(a).level, "L1");
    levels[0].orders = 1;
    CHECK_ERR(test_ctx(), did(&k), E_INVALID); /* the first needs nothing */
    levels[0].orders = 0;
    levels[1].tier = S("没有这级");
    CHECK_ERR(test_ctx(), did(&k), E_INVALID);
}

TEST(who_is_not_active_earns_nothing)
{
    shop_opens();
    now_is(2024, 6, 1);
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    now_is(2024, 6, 2);
    struct koc_call k = { do_state, .member = a, .state = KOC_SUSPENDED, .text = S("why") };
    CHECK_OK(test_ctx(), did(&k));
    now_is(2024, 6, 3);
    struct sold s = { "1", "LILY", buyer, { YUAN(100) } };
    sells(&s);
    CHECK_I64(figures(a).account, 0);
    s = (struct sold){ "2", "LILY", buyer, { YUAN(100) }, .at = SOME(on(2024, 6, 1) + HOUR_MS) };
    sells(&s); /* told late, paid while he was active */
    CHECK_I64(figures(a).account, YUAN(5));
    CHECK_OK(test_ctx(), set("loyalty.since", "2024-07-01")); /* not open */
    k = (struct koc_call){ do_state, .member = a, .state = KOC_ACTIVE };
    CHECK_OK(test_ctx(), did(&k));
    s = (struct sold){ "3", "LILY", buyer, { YUAN(100) } };
    sells(&s);
    CHECK_I64(figures(a).account, YUAN(5));
}

TEST(two_kocs_become_one)
{
    shop_opens();
    now_is(2024, 6, 1);
    i64 a = koc_named("a", "LILY"), b = koc_named("b", "ROSE"), buyer = person("x");
    struct sold s = { "1", "LILY", buyer, { YUAN(100) } };
    sells(&s);
    s = (struct sold){ "2", "ROSE", buyer, { YUAN(200) } };
    sells(&s);
    i64 merge = merged(a, b);
    CHECK_I64(figures(a).account, YUAN(15));
    CHECK_I64(figures(a).orders, 2);
    books_are_right();
    now_is(2024, 7, 1);
    CHECK_OK(test_ctx(), settled("2024-06"));
    CHECK_I64(statements("2024-06").n, 1);
    CHECK_I64(statements("2024-06").at[0].member, a);
    CHECK_I64(statements("2024-06").at[0].earned, YUAN(15));
    CHECK_I64(statements("2024-06").at[0].payable, YUAN(15));
    s = (struct sold){ "3", "ROSE", buyer, { YUAN(100) } };
    sells(&s);
    books_are_right();
    CHECK_I64(figures(a).unpaid, YUAN(15));
    unmerged(merge); /* what was settled stays, what was not goes back */
    CHECK_I64(figures(a).unpaid, YUAN(15));
    CHECK_I64(figures(a).account, YUAN(15));
    CHECK_I64(figures(b).pending, YUAN(5));
    CHECK_I64(figures(b).account, YUAN(5));
    books_are_right();
}

static i64 trials_left(i64 member)
{
    i64 left;
    CHECK_OK(test_ctx(), koc_trials_left(test_reader(), member, &left));
    return left;
}

TEST(trials_run_out)
{
    shop_opens();
    now_is(2024, 6, 10);
    i64 a = koc_named("a", "LILY"), other = person("other");
    struct koc_level levels[] = { { S("L"), S("一"), S("one"), 0, 0, 30, 500, 2, NO_STR } };
    struct koc_call k = { do_levels, .levels = { levels, 1 } };
    CHECK_OK(test_ctx(), did(&k));
    CHECK_I64(trials_left(a), 2);
    CHECK_I64(trials_left(other), 0);
    struct koc_call one = { do_trial, .member = a, .name = S("k1"), .text = S("面膜") };
    CHECK_OK(test_ctx(), did(&one));
    i64 number = one.number;
    CHECK_OK(test_ctx(), did(&one)); /* the same key: the same trial */
    CHECK_I64(one.number, number);
    one.text = S("别的");
    CHECK_ERR(test_ctx(), did(&one), E_CONFLICT);
    struct koc_call two = { do_trial, .member = a, .name = S("k2"), .text = S("精华") };
    CHECK_OK(test_ctx(), did(&two));
    CHECK_I64(trials_left(a), 0);
    struct koc_call three = { do_trial, .member = a, .name = S("k3"), .text = S("口红") };
    CHECK_ERR(test_ctx(), did(&three), E_UNPROCESSABLE);
    k = (struct koc_call){ do_trial_decide, .number = two.number, .text = S("缺货") };
    CHECK_OK(test_ctx(), did(&k));
    CHECK_OK(test_ctx(), did(&k));
    CHECK_I64(trials_left(a), 1); /* refused: given back, once */
    now_is(2024, 7, 1);
    CHECK_I64(trials_left(a), 2); /* of June nothing is left, of July two */
    k = (struct koc_call){ do_trial_ship, .number = number, .text = S("SF 1") };
    CHECK_ERR(test_ctx(), did(&k), E_CONFLICT);
    k = (struct koc_call){ do_trial_decide, .number = number, .yes = true };
    CHECK_OK(test_ctx(), did(&k));
    k = (struct koc_call){ do_trial_ship, .number = number, .text = S("SF 1") };
    CHECK_OK(test_ctx(), did(&k));
    now_is(2024, 7, 14);
    CHECK_OK(test_ctx(), did(&three));
    now_is(2024, 7, 15); /* 14 days later the report is overdue */
    struct koc_trial_list trials;
    CHECK_OK(test_ctx(), koc_trials(test_reader(), a, NO_STR, 0, 10, true, &trials));
    CHECK_I64(trials.n, 3);
    CHECK(trials.at[2].overdue);
    struct koc_call four = { do_trial, .member = a, .name = S("k4"), .text = S("防晒") };
    CHECK_ERR(test_ctx(), did(&four), E_UNPROCESSABLE);
    k = (struct koc_call){ do_trial_report, .member = other, .number = number, .text = S("好用") };
    CHECK_ERR(test_ctx(), did(&k), E_NOT_FOUND);
    k.member = a;
    CHECK_OK(test_ctx(), did(&k));
    CHECK_OK(test_ctx(), did(&four));
    CHECK_I64(trials_left(a), 0);
    i64 twin = koc_named("twin", "ROSE"), merge = merged(a, twin);
    CHECK_I64(trials_left(a), 0); /* a month's trials are given once, also to who was two */
    unmerged(merge);
    CHECK_I64(trials_left(twin), 2);
    books_are_right();
}

TEST(mentors_make_no_circle)
{
    shop_opens();
    i64 a = koc_named("a", "AAAA"), b = koc_named("b", "BBBB"), d = koc_named("d", "DDDD");
    i64 buyer = person("x");
    struct koc_pair_list pairs;
    struct koc_call k = { do_pair, .member = a, .other = b }, ab;
    CHECK_OK(test_ctx(), did(&k));
    ab = k;
    CHECK_ERR(test_ctx(), did(&k), E_CONFLICT);
    k = (struct koc_call){ do_pair, .member = d, .other = b };
    CHECK_ERR(test_ctx(), did(&k), E_CONFLICT); /* one at a time */
    k = (struct koc_call){ do_pair, .member = b, .other = d };
    CHECK_OK(test_ctx(), did(&k));
    k = (struct koc_call){ do_pair, .member = d, .other = a };
    CHECK_ERR(test_ctx(), did(&k), E_UNPROCESSABLE);
    k = (struct koc_call){ do_pair, .member = a, .other = a };
    CHECK_ERR(test_ctx(), did(&k), E_UNPROCESSABLE);
    k = (struct koc_call){ do_pair, .member = a, .other = buyer };
    CHECK_ERR(test_ctx(), did(&k), E_UNPROCESSABLE);
    struct sold s = { "1", "BBBB", buyer, { YUAN(100) } };
    sells(&s);
    CHECK_I64(figures(a).account, 0); /* nothing is paid by it */
    CHECK_OK(test_ctx(), koc_pairs(test_reader(), a, true, 0, 10, true, &pairs));
    CHECK_I64(pairs.n, 1);
    CHECK_I64(pairs.at[0].orders, 1);
    CHECK_I64(pairs.at[0].amount, YUAN(100));
    CHECK_I64(pairs.at[0].mentor_orders, 0); /* beside his own, which are none */
    CHECK_I64(pairs.at[0].mentor_amount, 0);
    CHECK_STR(pairs.at[0].mentor_level, "体验官");
    s = (struct sold){ "2", "AAAA", buyer, { YUAN(30) } };
    sells(&s);
    CHECK_OK(test_ctx(), koc_pairs(test_reader(), a, true, 0, 10, true, &pairs));
    CHECK_I64(pairs.at[0].mentor_orders, 1);
    CHECK_I64(pairs.at[0].mentor_amount, YUAN(30));
    CHECK_I64(pairs.at[0].amount, YUAN(100));
    k = (struct koc_call){ do_pair_end, .number = ab.number };
    test_ctx()->now += MINUTE_MS;
    CHECK_OK(test_ctx(), did(&k));
    k = (struct koc_call){ do_pair, .member = d, .other = a };
    CHECK_OK(test_ctx(), did(&k));
    CHECK_OK(test_ctx(), koc_pairs(test_reader(), a, true, 0, 10, true, &pairs));
    CHECK_I64(pairs.n, 0);
}

static i64 how_many(const char *text)
{
    const struct segment_node *tree;
    ints ids;
    CHECK_OK(test_ctx(), segment_parse(test_reader(), str_of(text), &tree));
    CHECK_OK(test_ctx(), segment_members(test_reader(), tree, test_ctx()->now, &ids));
    return ids.n;
}

TEST(segments_ask_for_kocs)
{
    fields_register(rooms);
    shop_opens();
    now_is(2024, 6, 1);
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    (void)koc_named("b", "ROSE");
    struct koc_level levels[] = {
        { S("L1"), S("一"), S("one"), 0, 0, 30, 500, 1, NO_STR },
        { S("L2"), S("二"), S("two"), 1, YUAN(100), 30, 1000, 2, NO_STR },
    };
    struct koc_call k = { do_levels, .levels = { levels, 2 } };
    CHECK_OK(test_ctx(), did(&k));
    struct sold s = { "1", "LILY", buyer, { YUAN(100) } };
    sells(&s);
    now_is(2024, 6, 2);
    CHECK_I64(how_many("koc_orders >= 1"), 1);
    CHECK_I64(how_many("koc_level = \"L2\""), 1);
    CHECK_I64(how_many("koc_level = \"L1\""), 1);
    CHECK_I64(how_many("koc_orders = 0"), 2); /* the other, and the buyer */
    CHECK_I64(how_many("koc_commission >= 5"), 1);
    test_ctx()->now = zone_midnight(test_ctx()->zone, day_of(2024, 7, 1));
    CHECK_I64(how_many("koc_level = \"L1\""), 2); /* by time alone, as koc_get says */
    CHECK_STR(view(a).level, "L1");
    i64 merge = merged(buyer, a); /* his own order now: another level, no commission */
    CHECK_I64(how_many("koc_orders >= 1"), 0);
    CHECK_I64(how_many("koc_commission > 0"), 0);
    unmerged(merge);
    CHECK_I64(how_many("koc_orders >= 1"), 1);
}

static enum err make_budget(struct tx *t, void *arg)
{
    struct budget_post in = { .code = S("koc"), .name = S("达人"), .amount = YUAN(12) };
    return budget_make(t, &in);
}

static money left_of_budget(void)
{
    struct budget_view v;
    CHECK_OK(test_ctx(), budget_get(test_reader(), S("koc"), &v));
    return v.left;
}

TEST(a_budget_bears_it_or_nothing_is_earned)
{
    shop_opens();
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), make_budget, NULL));
    CHECK_ERR(test_ctx(), set("koc.budget", "kok"), E_INVALID); /* nobody would hear of it */
    CHECK_OK(test_ctx(), set("koc.budget", "koc"));
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    struct sold s = { "1", "LILY", buyer, { YUAN(200) } };
    sells(&s);
    CHECK_I64(left_of_budget(), YUAN(2));
    struct sold more = { "2", "LILY", buyer, { YUAN(100) } };
    sells(&more); /* 5.00 of 2.00 */
    CHECK_I64(figures(a).account, YUAN(10));
    CHECK_I64(left_of_budget(), YUAN(2));
    s.refunds[0] = YUAN(150);
    sells(&s); /* flows back */
    CHECK_I64(left_of_budget(), YUAN(2) + 75000);
    CHECK_I64(figures(a).account, 25000);
    sells(&more); /* told again: refused for good */
    CHECK_I64(figures(a).account, 25000);
    s.refunds[0] = YUAN(100);
    sells(&s);
    CHECK_I64(left_of_budget(), YUAN(7));
    CHECK_I64(figures(a).account, YUAN(5));
    books_are_right();
}

static enum err forget(struct tx *t, void *arg) { return member_erase(t, *(i64 *)arg); }

TEST(who_is_forgotten_leaves_figures_only)
{
    shop_opens();
    i64 a = koc_named("a", "LILY"), buyer = person("x");
    struct sold s = { "1", "LILY", buyer, { YUAN(100) } };
    struct koc_row row;
    bool found;
    sells(&s);
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), forget, &a));
    CHECK_OK(test_ctx(), koc_row_of(test_reader(), a, &found, &row));
    CHECK(row.state == KOC_LEFT);
    CHECK(!row.text.at && !row.handles.at);
    s.number = "2";
    sells(&s); /* nobody earns by it */
    books_are_right();
}

CHANGE(c_spoil_entry, "UPDATE koc_entry SET commission = commission + 100");
CHANGE(c_spoil_paper, "UPDATE koc_statement SET earned = earned + 700");
static enum err spoil(struct tx *t, void *arg)
{
    return tx_change(t, *(i64 *)arg ? &c_spoil_paper : &c_spoil_entry, NO_ARGS);
}

TEST(what_is_wrong_is_found)
{
    shop_opens();
    now_is(2024, 6, 1);
    (void)koc_named("a", "LILY");
    i64 buyer = person("x"), wrong;
    struct sold s = { "1", "LILY", buyer, { YUAN(100) } };
    sells(&s);
    now_is(2024, 7, 5);
    CHECK_OK(test_ctx(), settled("2024-06"));
    CHECK_OK(test_ctx(), koc_check(test_reader(), &wrong));
    CHECK_I64(wrong, 0);
    for (i64 i = 0; i < 2; i++) {
        i64 before = wrong;
        CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), spoil, &i));
        CHECK_OK(test_ctx(), koc_check(test_reader(), &wrong));
        CHECK(wrong > before);
    }
}
