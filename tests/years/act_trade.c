/* act_trade.c -- people order, pay late or never, send things back; shops tell it again, late, in
 * another order, for another buyer. */
#include "years/years.h"

#include <stdio.h>

static const char *const shop_names[SHOPS] = { "天猫旗舰店", "抖音小店", "微信小程序" };

static enum err tell(struct tx *t, const struct sale *s, int who, i64 *id, enum order_put *what)
{
    struct ctx *c = t->c;
    struct order_line_fact lines[LINES];
    struct order_fact fact = { .shop = str_of(shop_names[s->shop]),
                               .number = str_fmt(c->arena, "N%lld", (long long)s->number),
                               .member = who < 0 ? 0 : id_of(who),
                               .created_at = SOME(s->at),
                               .state = s->paid ? ORDER_PAID : ORDER_PLACED,
                               .total = SOME(s->money),
                               .lines = { lines, s->lines } };
    for (int i = 0; i < s->lines; i++)
        lines[i] = (struct order_line_fact){
            .line_id = str_fmt(c->arena, "%d", i + 1),
            .product_id = str_fmt(c->arena, "P%d", (int)(s->number + i) % 12),
            .product = S("面膜"),
            .category = (s->number + i) % 3 ? S("护肤") : S("面膜"),
            .quantity = 1,
            .price = s->amount[i],
        };
    if (s->paid) fact.paid_at = SOME(s->at);
    if (s->paid) fact.paid = SOME(s->money);
    if (s->postage) fact.postage = SOME(s->postage);
    if (s->told) fact.refund = SOME(s->refund);
    return order_write(t, &fact, id, what);
}

/* Its buyer is known and it is paid: what it earns by is fixed now. */
static void freeze(struct ctx *c, struct sale *s)
{
    bool campaign = s->at >= zone_midnight(c->zone, w.first + 40) &&
                    s->at < zone_midnight(c->zone, w.first + 200);
    if (s->multiplier || s->who < 0 || !s->paid || s->at < w.open) return;
    s->multiplier = naive_multiplier(naive_rank(c, living(s->who), s->at, true));
    s->extra = campaign;
}

static void list_add(struct sale *s)
{
    s->kin = w.people[s->who].sales;
    w.people[s->who].sales = (int)(s - w.sales);
}

static void list_drop(struct sale *s)
{
    int *at = &w.people[s->who].sales;
    while (*at != s - w.sales) at = &w.sales[*at].kin;
    *at = s->kin;
}

static struct sale *any_sale(void)
{
    if (!w.sales_n) return NULL;
    i64 from = one_in(3) || w.sales_n < 300 ? 0 : w.sales_n - 300;
    struct sale *s = &w.sales[from + below(w.sales_n - from)];
    return s;
}

static bool forgotten(const struct sale *s)
{
    return s->who >= 0 && w.people[living(s->who)].erased;
}

enum err act_order(struct tx *t)
{
    struct ctx *c = t->c;
    int one = anybody(), other = anybody();
    enum order_put what;
    if (one < 0 || other < 0 || w.sales_n == w.sales_max) return OK;
    struct sale *s = &w.sales[w.sales_n];
    *s = (struct sale){ .who = one < other ? one : other,
                        .shop = (int)below(SHOPS),
                        .number = w.sales_n + 1,
                        .lines = 1 + (int)below(LINES),
                        .paid = !one_in(15),
                        .at = one_in(12) ? c->now - below(25 * DAY_MS) : c->now };
    if (one_in(20)) s->who = -1;
    for (int i = 0; i < s->lines; i++) {
        s->amount[i] = (2000 + below(40000)) * (MONEY_UNIT / 100);
        s->money += s->amount[i];
    }
    if (one_in(3)) s->money -= s->money / 1000000 * 10000 * 20; /* 20 off each whole hundred */
    if (one_in(4)) s->postage = 8 * MONEY_UNIT;
    s->money += s->postage;
    struct sale then = *s; /* by what lies before it */
    freeze(c, &then);
    TRY(tell(t, s, s->who, &s->id, &what));
    EXPECT(what == ORDER_NEW, "a new order is not new");
    then.id = s->id;
    *s = then;
    w.sales_n++;
    if (s->who >= 0) list_add(s);
    return OK;
}

enum err act_unpaid(struct tx *t)
{
    for (int i = 0; w.sales_n && i < 40; i++) {
        struct sale *s = any_sale();
        if (s->paid || s->cancelled || forgotten(s)) continue;
        if (one_in(2)) {
            TRY(order_cancel(t, s->id));
            s->cancelled = true;
            return OK;
        }
        struct sale then = *s;
        enum order_put what;
        i64 id;
        then.paid = true;
        then.at = t->c->now;
        freeze(t->c, &then);
        TRY(tell(t, &then, then.who, &id, &what));
        EXPECT(id == s->id && what == ORDER_CHANGED, "paying an order made another");
        *s = then;
        return OK;
    }
    return OK;
}

enum err act_claim(struct tx *t)
{
    for (int i = 0; w.sales_n && i < 60; i++) {
        struct sale *s = any_sale();
        if (s->who >= 0 || s->cancelled) continue;
        struct sale then = *s;
        enum order_put what;
        i64 id;
        then.who = anybody();
        if (then.who < 0) return OK;
        freeze(t->c, &then);
        TRY(tell(t, &then, then.who, &id, &what));
        *s = then;
        list_add(s);
        return OK;
    }
    return OK;
}

enum err act_refund(struct tx *t)
{
    struct sale *s = any_sale();
    if (!s || !s->paid || s->refund >= s->money || s->told || forgotten(s)) return OK;
    struct ctx *c = t->c;
    i64 key = ++w.keys;
    money left = s->money - s->refund;
    struct refund_ask ask = { .id = s->id, .key = key_of(c, "r", key), .amount = left };
    struct refund_view out, again;
    int line = (int)below(s->lines + 1);
    if (line < s->lines) {
        ask.line_id = str_fmt(c->arena, "%d", line + 1);
        if (s->amount[line] - s->of_line[line] < left) left = s->amount[line] - s->of_line[line];
    }
    ask.amount = one_in(2) ? left : left / 200 * 100;
    if (ask.amount <= 0) return OK;
    TRY(order_refund(t, &ask, &out));
    if (one_in(5)) TRY(order_refund(t, &ask, &again));
    s->refund += ask.amount;
    if (line < s->lines) s->of_line[line] += ask.amount;
    return OK;
}

/* The source states a refund; sometimes another buyer. */
enum err act_restate(struct tx *t)
{
    struct sale *s = any_sale();
    enum order_put what;
    i64 id;
    if (!s || !s->paid || s->who < 0 || (s->refund && !s->told) || forgotten(s)) return OK;
    struct sale then = *s;
    then.told = true;
    then.refund = one_in(4) ? s->money : s->refund + (s->money - s->refund) / 400 * 100;
    if (one_in(6)) then.refund = 0; /* taken back */
    int other = anybody(); /* an order told back to somebody's other half is nobody's to decide */
    if (one_in(6) && other >= 0 && !w.people[other].met && !w.people[living(s->who)].met)
        then.who = other;
    freeze(t->c, &then);
    TRY(tell(t, &then, then.who, &id, &what));
    list_drop(s);
    *s = then;
    list_add(s);
    return OK;
}

enum err act_again(struct tx *t)
{
    struct sale *s = any_sale();
    enum order_put what;
    i64 id;
    if (!s || s->cancelled || forgotten(s)) return OK;
    TRY(tell(t, s, s->who, &id, &what));
    EXPECT(what == ORDER_SAME && id == s->id, "order N%lld told again is %d", (long long)s->number,
           (int)what);
    return OK;
}
