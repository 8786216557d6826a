/* order_test.c -- the promises of trade/trade.h about orders, refunds and cancellations, on both
 * engines. */
#include "timeline/timeline.h"
#include "trade/order.h"

#include "test.h"

#define YUAN(x)  ((money)((x)*MONEY_UNIT))
#define AT(d, h) (1704067200000 + (d)*DAY_MS + (h)*HOUR_MS) /* days after 2024-01-01 UTC */

struct writing {
    const struct order_fact *in;
    i64 n;
    struct order_result out[64];
};

static enum err write_all(struct tx *t, void *arg)
{
    struct writing *w = arg;
    return order_write_all(t, w->in, w->n, w->out);
}

static struct order_result put(struct order_fact fact)
{
    struct writing w = { .in = &fact, .n = 1 };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), write_all, &w));
    return w.out[0];
}

static struct order_fact paid_order(const char *number, i64 member, money paid)
{
    return (struct order_fact){ .shop = S("天猫"),
                                .number = str_of(number),
                                .member = member,
                                .state = ORDER_PAID,
                                .created_at = SOME(AT(0, 1)),
                                .paid_at = SOME(AT(0, 2)),
                                .paid = SOME(paid) };
}

static enum err refund(struct tx *t, void *arg)
{
    struct refund_view out;
    return order_refund(t, arg, &out);
}

static enum err refund_now(i64 order, const char *key, money amount, const char *line)
{
    struct refund_ask ask = {
        .id = order, .key = str_of(key), .amount = amount, .line_id = str_of(line)
    };
    return store_write(test_store(), test_reader(), refund, &ask);
}

static enum err cancel(struct tx *t, void *arg) { return order_cancel(t, *(i64 *)arg); }
static enum err cancel_now(i64 order)
{
    return store_write(test_store(), test_reader(), cancel, &order);
}

static struct order_view show(i64 order)
{
    struct order_view v = { 0 };
    CHECK_OK(test_ctx(), order_show(test_reader(), order, &v, NULL, NULL));
    return v;
}

static i64 wrong(void)
{
    i64 n = -1;
    CHECK_OK(test_ctx(), trade_check(test_reader(), &n));
    return n;
}

/* Kinds of the timeline's lines, in order, one blank apart. */
static str told(void)
{
    struct ctx *c = test_reader();
    struct timeline_line_list lines = { 0 };
    struct buf out = { .arena = c->arena };
    CHECK_OK(c, timeline_after(c, 0, 1000, &lines));
    for (i64 i = 0; i < lines.n; i++) {
        if (i) buf_byte(&out, ' ');
        buf_add(&out, lines.at[i].kind);
    }
    return buf_str(&out);
}

static struct member_trade figures(i64 member)
{
    struct member_trade m;
    CHECK_OK(test_ctx(), member_trade_get(test_reader(), member, &m));
    return m;
}

static enum err check_statements(struct tx *t, void *arg)
{
    *(const char **)arg = queries_check(t->c->db, t->c->arena);
    return OK;
}

TEST(statements_fit_their_rows)
{
    const char *why = NULL;
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), check_statements, &why));
    if (why) print_message("%s\n", why);
    CHECK(!why);
}

TEST(an_order_is_keyed_by_shop_and_number)
{
    struct order_fact fact = paid_order("1001", 7, YUAN(30));
    struct order_result first = put(fact), again = put(fact);
    CHECK_I64(first.what, ORDER_NEW);
    CHECK_I64(again.what, ORDER_SAME);
    CHECK_I64(again.order, first.order);
    CHECK_STR(told(), "order.placed order.paid");

    fact.shop = S("京东");
    CHECK_I64(put(fact).what, ORDER_NEW);
    CHECK(put(fact).order != first.order);

    bool found;
    struct order_place place;
    CHECK_OK(test_ctx(), order_find(test_reader(), S("天猫"), S("1001"), &found, &place));
    CHECK(found);
    CHECK_I64(place.order, first.order);
    CHECK_I64(place.member, 7);
    CHECK_OK(test_ctx(), order_find(test_reader(), S("天猫"), S("1002"), &found, &place));
    CHECK(!found);
    CHECK_I64(wrong(), 0);
}

TEST(an_order_seen_again_with_a_new_status_is_updated)
{
    struct order_fact fact = { .shop = S("天猫"),
                               .number = S("1"),
                               .member = 5,
                               .created_at = SOME(AT(0, 1)),
                               .total = SOME(YUAN(88)),
                               .status = S("等待买家付款"),
                               .city = S("杭州") };
    i64 id = put(fact).order;
    CHECK_I64(show(id).state, ORDER_PLACED);
    CHECK_I64(show(id).paid, 0);
    CHECK_I64(figures(5).purchases, 0);

    struct order_fact later = { .shop = S("天猫"),
                                .number = S("1"),
                                .member = 5,
                                .state = ORDER_COMPLETED,
                                .status = S("交易成功"),
                                .paid_at = SOME(AT(0, 3)),
                                .completed_at = SOME(AT(9, 0)) };
    CHECK_I64(put(later).what, ORDER_CHANGED);
    struct order_view v = show(id);
    CHECK_I64(v.state, ORDER_COMPLETED);
    CHECK_I64(v.paid, YUAN(88)); /* no amount paid was stated: what was due */
    CHECK_I64(v.net, YUAN(88));
    CHECK_STR(v.city, "杭州"); /* what the source does not say stays */
    CHECK_STR(v.status, "交易成功");
    CHECK_I64(figures(5).purchases, 1);
    CHECK_I64(figures(5).first_bought_at.value, AT(0, 3));
    CHECK_STR(told(), "order.placed order.paid order.completed");
    CHECK_I64(wrong(), 0);
}

TEST(an_older_snapshot_fills_gaps_only)
{
    struct order_fact done = paid_order("1", 5, YUAN(50));
    done.state = ORDER_COMPLETED;
    done.status = S("交易成功");
    i64 id = put(done).order;
    struct order_fact old = paid_order("1", 5, YUAN(49));
    old.status = S("买家已付款");
    old.province = S("浙江");
    CHECK_I64(put(old).what, ORDER_CHANGED);
    CHECK_I64(put(old).what, ORDER_SAME);
    struct order_view v = show(id);
    CHECK_I64(v.state, ORDER_COMPLETED);
    CHECK_STR(v.status, "交易成功");
    CHECK_I64(v.paid, YUAN(50));
    CHECK_STR(v.province, "浙江");
}

static struct order_line_fact line(const char *id, const char *code, i64 quantity, money price)
{
    return (struct order_line_fact){ .line_id = str_of(id),
                                     .product_id = str_of(code),
                                     .product = str_of(code),
                                     .quantity = quantity,
                                     .price = price };
}

TEST(lines_are_merged_by_id_or_place)
{
    struct order_line_fact two[] = { line(NULL, "A", 2, YUAN(10)), line(NULL, "B", 1, 25500) };
    struct order_fact fact = paid_order("1", 5, 0);
    fact.paid = NONE;
    fact.lines = (struct order_line_fact_list){ two, 2 };
    i64 id = put(fact).order;
    CHECK_I64(show(id).paid, YUAN(20) + 25500);
    CHECK_I64(show(id).quantity, 3);
    CHECK_I64(put(fact).what, ORDER_SAME);

    struct order_line_fact changed = line(NULL, "A", 3, YUAN(10));
    fact.lines = (struct order_line_fact_list){ &changed, 1 };
    CHECK_I64(put(fact).what, ORDER_CHANGED);
    CHECK_I64(show(id).quantity, 4); /* the line that is not given stays */

    struct order_line_fact more[] = { line("x-9", "C", 1, YUAN(1)), line("x-9", "C", 2, YUAN(1)) };
    fact.lines = (struct order_line_fact_list){ more, 2 };
    CHECK_I64(put(fact).what, ORDER_CHANGED);
    struct order_view v;
    struct order_line_view_list lines = { 0 };
    CHECK_OK(test_ctx(), order_show(test_reader(), id, &v, &lines, NULL));
    CHECK_I64(lines.n, 3);
    CHECK_I64(lines.at[2].quantity, 2); /* the later word on one line counts */
    CHECK_STR(lines.at[2].line_id, "x-9");
    CHECK_STR(lines.at[0].line_id, "1");
    CHECK_STR(lines.at[1].product, "B");
    CHECK_I64(v.total, YUAN(30) + 25500 + YUAN(2));
    CHECK_I64(wrong(), 0);
}

TEST(lines_remember_the_title_they_were_sold_under)
{
    struct order_line_fact l = line(NULL, "A", 1, YUAN(1));
    struct order_fact fact = paid_order("1", 5, YUAN(1));
    l.product = S("锦鲤面膜");
    fact.lines = (struct order_line_fact_list){ &l, 1 };
    i64 first = put(fact).order;
    l.product = S("锦鲤面膜 双11版");
    fact.number = S("2");
    i64 second = put(fact).order;
    struct order_view v;
    struct order_line_view_list a = { 0 }, b = { 0 };
    CHECK_OK(test_ctx(), order_show(test_reader(), first, &v, &a, NULL));
    CHECK_OK(test_ctx(), order_show(test_reader(), second, &v, &b, NULL));
    CHECK_STR(a.at[0].product, "锦鲤面膜");
    CHECK_STR(b.at[0].product, "锦鲤面膜 双11版");
    CHECK_I64(put(fact).what, ORDER_SAME);
}

TEST(every_figure_follows_from_facts)
{
    struct order_fact closed =
        paid_order("closed", 5, YUAN(84)); /* paid, then refunded and closed, no amount given */
    closed.state = ORDER_REFUNDED;
    struct order_view v = show(put(closed).order);
    CHECK_I64(v.refund, YUAN(84));
    CHECK_I64(v.net, 0);
    CHECK_I64(figures(5).purchases, 0);
    CHECK_I64(figures(5).paid_orders, 1);

    struct order_fact net =
        paid_order("net", 6, YUAN(70)); /* the source's paid amount is after the refund */
    net.net_of_refund = true;
    net.refund = SOME(YUAN(30));
    v = show(put(net).order);
    CHECK_I64(v.paid, YUAN(70));
    CHECK_I64(v.refund, YUAN(30));
    CHECK_I64(v.net, YUAN(70));
    CHECK(v.net_of_refund && !v.over_refunded);

    net.number = S("all back");
    net.paid = SOME(0);
    v = show(put(net).order);
    CHECK_I64(v.net, 0);
    CHECK_I64(v.state, ORDER_REFUNDED);

    struct order_line_fact back = line(NULL, "A", -3, 12345);
    struct order_fact credit = { .shop = S("UK"),
                                 .number = S("C536379"),
                                 .member = 6,
                                 .created_at = SOME(AT(3, 0)),
                                 .state = ORDER_COMPLETED,
                                 .lines = { &back, 1 } };
    v = show(put(credit).order);
    CHECK_I64(v.paid, 0);
    CHECK_I64(v.refund, 37035);
    CHECK_I64(v.net, -37035);
    CHECK_I64(figures(6).net, YUAN(70) - 37035);
    CHECK_I64(figures(6).purchases, 1);
    CHECK_I64(wrong(), 0);
}

TEST(orders_without_a_known_buyer_are_kept)
{
    struct order_fact fact = paid_order("1", 0, YUAN(10));
    struct order_line_fact l = line(NULL, "A", 1, YUAN(10));
    fact.lines = (struct order_line_fact_list){ &l, 1 };
    i64 id = put(fact).order;
    struct sales s;
    CHECK_OK(test_ctx(),
             sales_between(test_reader(), day_of(2024, 1, 1), day_of(2024, 1, 1), NO_STR, &s));
    CHECK_I64(s.paid_orders, 1);
    CHECK_I64(s.buyers, 0);

    fact.member = 12; /* now the buyer is known: the order moves, with its lines */
    CHECK_I64(put(fact).what, ORDER_CHANGED);
    CHECK_I64(show(id).member, 12);
    CHECK_I64(figures(12).purchases, 1);
    fact.member = 0; /* not said: stays his */
    CHECK_I64(put(fact).what, ORDER_SAME);
    CHECK_OK(test_ctx(),
             sales_between(test_reader(), day_of(2024, 1, 1), day_of(2024, 1, 1), NO_STR, &s));
    CHECK_I64(s.buyers, 1);
    CHECK_STR(told(), "order.placed order.paid order.moved");
    CHECK_I64(wrong(), 0);

    fact.member = 13;
    put(fact);
    CHECK_I64(figures(12).orders, 0);
    CHECK_I64(figures(13).orders, 1);
    CHECK_I64(wrong(), 0);
}

TEST(refunds_never_exceed)
{
    struct order_line_fact two[] = { line("1", "A", 1, YUAN(60)), line("2", "B", 1, YUAN(40)) };
    struct order_fact fact = paid_order("1", 5, YUAN(100));
    fact.lines = (struct order_line_fact_list){ two, 2 };
    i64 id = put(fact).order;

    CHECK_OK(test_ctx(), refund_now(id, "r1", YUAN(30), "2"));
    CHECK_ERR(test_ctx(), refund_now(id, "r2", YUAN(11), "2"), E_UNPROCESSABLE);
    CHECK(strstr(test_ctx()->why.detail, "10.00"));
    CHECK_OK(test_ctx(), refund_now(id, "r2", YUAN(10), "2"));
    CHECK_ERR(test_ctx(), refund_now(id, "r3", YUAN(61), NULL), E_UNPROCESSABLE);
    CHECK_OK(test_ctx(), refund_now(id, "r3", YUAN(60), NULL));
    struct order_view v = show(id);
    CHECK_I64(v.refund, YUAN(100));
    CHECK_I64(v.state, ORDER_REFUNDED);
    CHECK_I64(figures(5).purchases, 0);
    CHECK_ERR(test_ctx(), refund_now(id, "r4", 1, NULL), E_UNPROCESSABLE);
    CHECK_ERR(test_ctx(), refund_now(id, "r5", 1, "3"), E_NOT_FOUND);
    CHECK_ERR(test_ctx(), refund_now(9999, "r5", 1, NULL), E_NOT_FOUND);
    CHECK_STR(told(), "order.placed order.paid order.refunded order.refunded order.refunded");

    struct order_fact more =
        paid_order("2", 5, YUAN(10)); /* a source that says more is kept and flagged */
    more.refund = SOME(YUAN(12));
    v = show(put(more).order);
    CHECK(v.over_refunded);
    CHECK_I64(v.net, -YUAN(2));
    CHECK_I64(wrong(), 0);
}

TEST(a_refund_key_answers_once)
{
    i64 id = put(paid_order("1", 5, YUAN(100))).order;
    CHECK_OK(test_ctx(), refund_now(id, "k", YUAN(30), NULL));
    CHECK_OK(test_ctx(), refund_now(id, "k", YUAN(30), NULL));
    CHECK_I64(show(id).refund, YUAN(30));
    CHECK_ERR(test_ctx(), refund_now(id, "k", YUAN(31), NULL), E_CONFLICT);
    CHECK_STR(told(), "order.placed order.paid order.refunded");
}

TEST(a_platform_that_reports_our_refund_does_not_double_it)
{
    struct order_fact fact = paid_order("1", 5, YUAN(100));
    fact.refund = SOME(YUAN(10));
    i64 id = put(fact).order;
    CHECK_OK(test_ctx(), refund_now(id, "k", YUAN(5), NULL));
    CHECK_I64(show(id).refund, YUAN(15));
    CHECK_I64(put(fact).what, ORDER_SAME); /* an export from before our refund */
    fact.refund = SOME(YUAN(15));          /* one that knows it */
    put(fact);
    CHECK_I64(show(id).refund, YUAN(15));
    fact.refund = SOME(YUAN(20)); /* and five more on the platform */
    put(fact);
    CHECK_I64(show(id).refund, YUAN(20));
    CHECK_OK(test_ctx(), refund_now(id, "k2", YUAN(3), NULL));
    CHECK_I64(show(id).net, YUAN(77));
    CHECK_I64(wrong(), 0);
}

TEST(a_paid_order_is_refunded_not_cancelled)
{
    struct order_fact fact = { .shop = S("天猫"),
                               .number = S("1"),
                               .member = 5,
                               .created_at = SOME(AT(0, 1)),
                               .total = SOME(YUAN(5)) };
    i64 id = put(fact).order, paid = put(paid_order("2", 5, YUAN(9))).order;
    CHECK_OK(test_ctx(), cancel_now(id));
    CHECK_OK(test_ctx(), cancel_now(id));
    CHECK_I64(show(id).state, ORDER_CANCELLED);
    CHECK_ERR(test_ctx(), cancel_now(paid), E_UNPROCESSABLE);
    CHECK_ERR(test_ctx(), cancel_now(999), E_NOT_FOUND);
    CHECK_STR(told(), "order.placed order.placed order.paid order.cancelled");

    fact.paid_at = SOME(AT(1, 0)); /* the money came all the same: it is there to be refunded */
    put(fact);
    CHECK_I64(show(id).state, ORDER_PAID);
    CHECK_I64(show(id).paid, YUAN(5));
    CHECK_I64(wrong(), 0);
}

TEST(one_refused_order_refuses_the_batch_and_names_the_place)
{
    struct order_line_fact bad = line(NULL, "A", 2000000000, YUAN(1));
    struct order_fact facts[2] = { paid_order("1", 5, YUAN(1)), paid_order("2", 5, YUAN(1)) };
    facts[1].lines = (struct order_line_fact_list){ &bad, 1 };
    struct writing w = { .in = facts, .n = 2 };
    struct ctx *c = test_reader();
    CHECK_ERR(c, store_write(test_store(), c, write_all, &w), E_INVALID);
    CHECK_STR(str_of(c->why.field), "/1/lines/0/quantity");
    struct order_view_list none = { 0 };
    CHECK_OK(c, order_list(c, &(struct order_filter){ .limit = 10 }, &none));
    CHECK_I64(none.n, 0);
}

TEST(an_order_may_come_twice_in_a_batch)
{
    struct order_fact facts[3] = { paid_order("1", 5, YUAN(1)), paid_order("2", 6, YUAN(2)),
                                   paid_order("1", 5, YUAN(3)) };
    struct writing w = { .in = facts, .n = 3 };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), write_all, &w));
    CHECK_I64(w.out[0].what, ORDER_NEW);
    CHECK_I64(w.out[2].what, ORDER_CHANGED);
    CHECK_I64(w.out[2].order, w.out[0].order);
    CHECK_I64(w.out[1].order, w.out[0].order + 1);
    CHECK_I64(show(w.out[0].order).paid, YUAN(3));
    CHECK_I64(wrong(), 0);
}

TEST(lists_are_filtered_and_paged)
{
    struct order_fact facts[5];
    for (i64 i = 0; i < 5; i++) {
        facts[i] = paid_order(&"12345"[i], 5 + i % 2, YUAN(1));
        facts[i].created_at = SOME(AT(i, 0));
        if (i == 3) facts[i].shop = S("京东");
        put(facts[i]);
    }
    struct ctx *c = test_reader();
    struct order_view_list page = { 0 };
    CHECK_OK(c, order_list(c, &(struct order_filter){ .limit = 2 }, &page));
    CHECK_I64(page.n, 2);
    CHECK_STR(page.at[0].number, "5");
    struct order_filter next = { .limit = 9,
                                 .before_at = page.at[1].at,
                                 .before_id = page.at[1].id };
    CHECK_OK(c, order_list(c, &next, &page));
    CHECK_I64(page.n, 3);
    CHECK_STR(page.at[0].number, "345");
    CHECK_OK(c, order_list(c, &(struct order_filter){ .limit = 9, .member = 6 }, &page));
    CHECK_I64(page.n, 2);
    CHECK_OK(c, order_list(c, &(struct order_filter){ .limit = 9, .number = S("345") }, &page));
    CHECK_I64(page.n, 1);
    CHECK_OK(c, order_list(c, &(struct order_filter){ .limit = 9, .state = S("placed") }, &page));
    CHECK_I64(page.n, 0);
    i64 shop;
    CHECK_OK(c, shop_find(c, S("京东"), &shop));
    CHECK_OK(c, order_list(c, &(struct order_filter){ .limit = 9, .shop = shop }, &page));
    CHECK_I64(page.n, 1);
    CHECK_OK(
        c, order_list(c, &(struct order_filter){ .limit = 9, .from = AT(1, 0), .until = AT(3, 0) },
                      &page));
    CHECK_I64(page.n, 2);
}

/* -- the cache of long imports ----------------------------------------------------------------- */

struct cached_writing {
    struct order_cache *cache;
    struct order_fact *fact;
    bool fails;
    struct order_result out;
};

static enum err write_cached(struct tx *t, void *arg)
{
    struct cached_writing *w = arg;
    TRY(order_write_cached(t, w->cache, w->fact, 1, &w->out));
    return w->fails ? fail(t->c, E_UNPROCESSABLE, "不", "no") : OK;
}

static enum err put_cached(struct cached_writing *w, const char *number)
{
    w->fact->number = str_of(number);
    enum err e = store_write(test_store(), test_reader(), write_cached, w);
    if (e == OK) order_cache_keep(w->cache);
    return e;
}

TEST(the_cache_holds_what_is_committed_only)
{
    struct ctx *c = test_reader();
    struct order_line_fact l = {
        .product_id = S("A"), .product = S("锦鲤面膜"), .quantity = 1, .price = YUAN(1)
    };
    struct order_fact fact = paid_order("", 5, YUAN(1));
    struct cached_writing w = { .cache = order_cache_new(c->arena), .fact = &fact, .fails = true };
    fact.lines = (struct order_line_fact_list){ &l, 1 };
    CHECK_ERR(c, put_cached(&w, "1"), E_UNPROCESSABLE);
    w.fails = false;
    CHECK_OK(c, put_cached(&w, "1"));
    l.category = S("面膜"); /* told later: written once, though the product is in the cache */
    CHECK_OK(c, put_cached(&w, "2"));
    l.product = S("锦鲤面膜 新版");
    l.category = S("别的");
    CHECK_OK(c, put_cached(&w, "3"));
    struct product_view_list products = { 0 };
    CHECK_OK(c, product_list(c, NO_STR, 0, 0, 10, &products));
    CHECK_I64(products.n, 1);
    CHECK_STR(products.at[0].name, "锦鲤面膜");
    CHECK_STR(products.at[0].category, "面膜");
    struct order_view v;
    struct order_line_view_list lines = { 0 };
    CHECK_OK(c, order_show(c, w.out.order, &v, &lines, NULL));
    CHECK_STR(lines.at[0].product, "锦鲤面膜 新版");
}

/* -- the doctor ----------------------------------------------------------------------------------
 */

CHANGE(spoil_net, "UPDATE purchase_order SET net = net + 1 WHERE id = $1");
CHANGE(spoil_member, "UPDATE member_trade SET orders = 99 WHERE member = $1");
CHANGE(spoil_line,
       "INSERT INTO order_line (member, order_id, line, product, quantity, price, amount)"
       " VALUES ($1, 0, 1, 0, 1, 1, 1)");

static enum err spoil(struct tx *t, void *arg)
{
    TRY(tx_change(t, &spoil_net, ARGS(*(i64 *)arg)));
    return tx_change(t, &spoil_member, ARGS(6));
}
static enum err spoil_more(struct tx *t, void *arg) { return tx_change(t, &spoil_line, ARGS(5)); }
static enum err mend(struct tx *t, void *arg) { return trade_mend(t, arg); }

TEST(what_is_derived_is_checked_and_mended)
{
    struct order_line_fact l = line(NULL, "A", 1, YUAN(1));
    struct order_fact fact = paid_order("1", 5, YUAN(1));
    fact.lines = (struct order_line_fact_list){ &l, 1 };
    i64 id = put(fact).order, mended = 0;
    put(paid_order("2", 6, YUAN(2)));
    CHECK_I64(wrong(), 0);
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), spoil, &id));
    CHECK_I64(wrong(), 3); /* the order, and the figures of both members */
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), mend, &mended));
    CHECK_I64(wrong(), 0);
    CHECK_I64(show(id).net, YUAN(1));
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), spoil_more, NULL));
    CHECK_I64(wrong(), 1); /* a line of no order, and nothing else */
}

/* -- listeners --------------------------------------------------------------------------------- */

static struct {
    struct order_change at[8];
    i64 n;
    money net; /* of the first, as the tables say inside the transaction */
    enum err answer;
} heard;

static enum err hear(struct tx *t, const struct order_change *at, i64 n)
{
    struct order_view v = { 0 };
    TRY(order_show(t->c, at[0].order, &v, NULL, NULL));
    heard.net = v.net;
    for (i64 i = 0; i < n; i++) heard.at[heard.n++] = at[i];
    return heard.answer;
}
static const struct order_listener listener = { "test", hear };
static const struct order_listener *const listening[] = { &listener, NULL };

TEST(listeners_hear_each_changed_order_once_in_its_transaction)
{
    heard = (typeof(heard)){ 0 };
    order_listeners = listening;
    struct order_fact fact = paid_order("1", 5, YUAN(10));
    struct order_fact twice[] = { fact, fact };
    twice[1].member = 6;
    struct writing w = { .in = twice, .n = 2 };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), write_all, &w));
    CHECK_I64(heard.n, 1);
    CHECK(heard.at[0].placed && heard.at[0].order == w.out[0].order);
    CHECK_I64(heard.at[0].member, 6);

    put(twice[1]); /* nothing new: nobody is told */
    CHECK_I64(heard.n, 1);
    CHECK_OK(test_ctx(), refund_now(w.out[0].order, "r", YUAN(4), NULL));
    CHECK_I64(heard.n, 2);
    CHECK(!heard.at[1].placed && heard.at[1].was == 6);
    CHECK_I64(heard.net, YUAN(6));

    heard.answer = E_CONFLICT; /* a listener's refusal refuses the change */
    CHECK_ERR(test_ctx(), refund_now(w.out[0].order, "s", YUAN(1), NULL), E_CONFLICT);
    CHECK_I64(show(w.out[0].order).net, YUAN(6));
    order_listeners = NULL;
}
