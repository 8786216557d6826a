/* order_model_test.c -- random facts, refunds, cancellations and re-sends, in any order, against a
 * model that keeps everything in plain arrays and adds up by hand. */
#include <stdio.h>

#include "timeline/timeline.h"
#include "trade/order.h"

#include "test.h"

enum { SHOPS = 2, NUMBERS = 7, MEMBERS = 4, LINES = 12, STEPS = 600 };

struct model_line {
    char id[8];
    i64 place, quantity;
    money price, amount, stated, own;
};
struct model {
    bool known, paid_order, credit;
    i64 id, member;
    enum order_state stated_state, state;
    opt_i64 created, paid_at, completed, total, paid, excluded, refund, own;
    bool cancelled;
    struct model_line lines[LINES];
    i64 lines_n;
    money gross, shown_paid, refunded, net;
};
static struct model orders[SHOPS][NUMBERS];
static struct dice dice;

static i64 below(i64 n) { return dice_below(&dice, n); }
static opt_i64 sometimes(i64 one_in, i64 v) { return below(one_in) == 0 ? SOME(v) : NONE; }

/* -- the model -----------------------------------------------------------------------------------
 */

static void figure(struct model *m)
{
    money sum = 0, stated = 0, lines_refund = 0;
    for (i64 i = 0; i < m->lines_n; i++) {
        struct model_line *l = &m->lines[i];
        sum += l->amount;
        stated += l->stated;
        lines_refund += l->stated > l->own ? l->stated : l->own;
    }
    if (m->refund.has && m->refund.value > stated) stated = m->refund.value;
    money total = m->total.has ? m->total.value
                  : m->lines_n ? sum
                               : (m->paid.has ? m->paid.value : 0) +
                                     (m->excluded.has ? m->excluded.value : 0);
    money due = m->paid.has ? m->paid.value : total;
    m->credit = due < 0 || (due == 0 && total < 0);
    bool paid_word = m->stated_state == ORDER_PAID || m->stated_state == ORDER_SHIPPED ||
                     m->stated_state == ORDER_COMPLETED || m->stated_state == ORDER_REFUNDED;
    m->paid_order = !m->credit && (m->paid_at.has || paid_word);
    m->shown_paid = m->paid_order ? due : 0;
    m->gross = m->paid_order ? due + (m->excluded.has ? m->excluded.value : 0) : 0;

    money most = stated;
    if (lines_refund > most) most = lines_refund;
    if (m->own.has && m->own.value > most) most = m->own.value;
    if (m->credit && most < -due) most = -due;
    if (m->credit && due == 0 && most < -total) most = -total;
    bool called_off = m->stated_state == ORDER_CANCELLED || m->stated_state == ORDER_REFUNDED;
    if (m->paid_order && called_off && stated == 0 && most < m->gross) most = m->gross;
    m->refunded = most;
    m->net = m->gross - most;

    if (m->credit) m->state = ORDER_REFUNDED;
    else if (!m->paid_order)
        m->state =
            m->cancelled || m->stated_state == ORDER_CANCELLED ? ORDER_CANCELLED : ORDER_PLACED;
    else if (m->gross > 0 && m->net <= 0) m->state = ORDER_REFUNDED;
    else if (m->stated_state >= ORDER_COMPLETED) m->state = m->stated_state;
    else if (m->completed.has) m->state = ORDER_COMPLETED;
    else m->state = m->stated_state == ORDER_SHIPPED ? ORDER_SHIPPED : ORDER_PAID;
}

static void learn(opt_i64 *what, opt_i64 said, bool older)
{
    if (said.has && !(older && what->has)) *what = said;
}

static void learn_line(struct model *m, const struct order_line_fact *l, i64 i, bool older)
{
    struct model_line *found = NULL;
    i64 last = 0;
    for (i64 k = 0; k < m->lines_n; k++) {
        if (l->line_id.n ? str_eq(str_of(m->lines[k].id), l->line_id) : m->lines[k].place == i + 1)
            found = &m->lines[k];
        if (m->lines[k].place > last) last = m->lines[k].place;
    }
    if (found && older) return;
    if (!found) {
        CHECK(m->lines_n < LINES);
        found = &m->lines[m->lines_n++];
        *found = (struct model_line){ .place = l->line_id.n ? last + 1 : i + 1 };
    }
    if (l->line_id.n) memcpy(found->id, l->line_id.at, (size_t)l->line_id.n);
    found->quantity = l->quantity;
    found->price = l->price;
    found->amount = l->amount.has ? l->amount.value : l->price * l->quantity;
    if (l->refund.has) found->stated = l->refund.value;
}

static void learn_fact(struct model *m, const struct order_fact *f)
{
    bool older = (f->state != ORDER_PLACED || f->status.n) && f->state < m->stated_state;
    money line_refunds = 0, excluded = m->refund.has ? m->refund.value : 0;
    for (i64 i = 0; i < f->lines.n; i++)
        line_refunds += f->lines.at[i].refund.has ? f->lines.at[i].refund.value : 0;
    if (line_refunds > excluded) excluded = line_refunds;
    if (f->refund.has) excluded = f->refund.value;
    if (f->paid.has && !(older && m->paid.has)) {
        m->paid = f->paid;
        m->excluded = f->net_of_refund ? SOME(excluded) : NONE;
    }
    learn(&m->created, f->created_at, older);
    learn(&m->paid_at, f->paid_at, older);
    learn(&m->completed, f->completed_at, older);
    learn(&m->total, f->total, older);
    learn(&m->refund, f->refund, older);
    for (i64 i = 0; i < f->lines.n; i++) learn_line(m, &f->lines.at[i], i, older);
    if (f->member && !(older && m->member)) m->member = f->member;
    if (f->state > m->stated_state) m->stated_state = f->state;
    m->known = true;
    figure(m);
}

/* -- steps
 * ------------------------------------------------------------------------------------------ */

static const char *const shops[SHOPS] = { "天猫", "门店" };
static const char *const numbers[NUMBERS] = { "1", "2", "3", "4", "5", "6", "7" };
static const char *const line_ids[] = { "a", "b", "c" };

struct step {
    struct order_fact fact;
    struct order_line_fact lines[3];
    i64 shop, number;
};

static void roll_fact(struct step *s)
{
    *s = (struct step){ .shop = below(SHOPS), .number = below(NUMBERS) };
    struct order_fact *f = &s->fact;
    f->shop = str_of(shops[s->shop]);
    f->number = str_of(numbers[s->number]);
    f->member = below(MEMBERS);
    f->created_at = sometimes(2, 1704067200000 + below(1000) * 1000);
    f->paid_at = sometimes(3, 1704067200000 + below(1000) * 1000);
    f->completed_at = sometimes(5, 1704067200000 + below(1000) * 1000);
    f->state = (enum order_state)(below(3) ? 0 : below(6));
    if (below(3) == 0) f->status = S("已改变");
    f->total = sometimes(4, below(20) ? below(2000000) : -below(2000000));
    f->paid = sometimes(3, below(20) ? below(2000000) : -below(2000000));
    f->refund = sometimes(6, below(500000));
    f->net_of_refund = below(2);
    f->lines = (struct order_line_fact_list){ s->lines, below(4) };
    for (i64 i = 0; i < f->lines.n; i++) {
        struct order_line_fact *l = &s->lines[i];
        l->product_id = str_of(line_ids[below(3)]);
        if (below(2)) l->line_id = str_of(line_ids[below(3)]);
        l->quantity = below(15) ? 1 + below(3) : -below(3);
        l->price = below(500000); /* prices with up to four decimals */
        l->amount = sometimes(5, below(1000000));
        l->refund = sometimes(9, below(100000));
    }
}

struct one_write {
    const struct order_fact *fact;
    struct order_result out;
};
static enum err write_one(struct tx *t, void *arg)
{
    struct one_write *w = arg;
    return order_write(t, w->fact, &w->out.order, &w->out.what);
}

static enum order_put send(struct step *s)
{
    struct one_write w = { .fact = &s->fact };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), write_one, &w));
    struct model *m = &orders[s->shop][s->number];
    CHECK(!m->known || m->id == w.out.order);
    CHECK_I64(w.out.what == ORDER_NEW, !m->known);
    m->id = w.out.order;
    learn_fact(m, &s->fact);
    return w.out.what;
}

static enum err refund(struct tx *t, void *arg)
{
    struct refund_view out;
    return order_refund(t, arg, &out);
}

static void refund_some(i64 step)
{
    struct model *m = &orders[below(SHOPS)][below(NUMBERS)];
    if (!m->known) return;
    struct model_line *l = m->lines_n && below(2) ? &m->lines[below(m->lines_n)] : NULL;
    char key[24], place[24];
    snprintf(key, sizeof key, "key %lld", (long long)step);
    snprintf(place, sizeof place, "%lld", l ? (long long)l->place : 0);
    struct refund_ask ask = { .id = m->id, .key = str_of(key), .amount = 1 + below(400000) };
    money left = m->gross - m->refunded;
    if (l) {
        ask.line_id = str_of(l->id[0] ? l->id : place);
        money so_far = l->stated > l->own ? l->stated : l->own;
        if (l->amount - so_far < left) left = l->amount - so_far;
    }
    enum err e = store_write(test_store(), test_reader(), refund, &ask);
    CHECK_I64(e, ask.amount <= left ? OK : E_UNPROCESSABLE);
    if (e != OK) return;
    m->own = SOME(m->refunded + ask.amount);
    if (l) l->own = (l->stated > l->own ? l->stated : l->own) + ask.amount;
    figure(m);
    CHECK_OK(test_ctx(),
             store_write(test_store(), test_reader(), refund, &ask)); /* a retry: nothing more */
}

static enum err cancel(struct tx *t, void *arg) { return order_cancel(t, *(i64 *)arg); }

static void cancel_some(void)
{
    struct model *m = &orders[below(SHOPS)][below(NUMBERS)];
    if (!m->known) return;
    bool again = m->state == ORDER_CANCELLED, refused = m->paid_order || m->refunded > 0;
    enum err e = store_write(test_store(), test_reader(), cancel, &m->id);
    CHECK_I64(e, again || !refused ? OK : E_UNPROCESSABLE);
    if (e == OK && !again) m->cancelled = true;
    figure(m);
}

/* -- both held against each other
 * ------------------------------------------------------------------- */

static void compare_orders(struct sales *sum, struct member_trade *members)
{
    for (i64 i = 0; i < SHOPS * NUMBERS; i++) {
        struct model *m = &orders[i / NUMBERS][i % NUMBERS];
        if (!m->known) continue;
        struct order_view v = { 0 };
        CHECK_OK(test_ctx(), order_show(test_reader(), m->id, &v, NULL, NULL));
        CHECK_I64(v.member, m->member);
        CHECK_I64(v.state, m->state);
        CHECK_I64(v.paid, m->shown_paid);
        CHECK_I64(v.refund, m->refunded);
        CHECK_I64(v.net, m->net);
        sum->orders++;
        sum->paid_orders += m->paid_order;
        sum->refund_orders += m->refunded > 0;
        sum->paid += m->shown_paid;
        sum->refund += m->refunded;
        sum->net += m->net;
        members[m->member].orders++;
        members[m->member].net += m->net;
        members[m->member].purchases += m->paid_order && m->net > 0;
    }
}

static void compare_all(void)
{
    struct sales want = { 0 }, got;
    struct member_trade members[MEMBERS] = { 0 };
    struct ctx *c = test_reader();
    compare_orders(&want, members);
    CHECK_OK(c, sales_between(c, day_of(2023, 1, 1), day_of(2025, 1, 1), NO_STR, &got));
    CHECK_I64(got.orders, want.orders);
    CHECK_I64(got.paid_orders, want.paid_orders);
    CHECK_I64(got.refund_orders, want.refund_orders);
    CHECK_I64(got.paid, want.paid);
    CHECK_I64(got.refund, want.refund);
    CHECK_I64(got.net, want.net);
    i64 buyers = 0;
    for (i64 i = 1; i < MEMBERS; i++) {
        struct member_trade m;
        CHECK_OK(c, member_trade_get(c, i, &m));
        CHECK_I64(m.orders, members[i].orders);
        CHECK_I64(m.net, members[i].net);
        CHECK_I64(m.purchases, members[i].purchases);
        buyers += m.purchases > 0;
    }
    CHECK_I64(got.buyers, buyers);
    i64 wrong;
    CHECK_OK(c, trade_check(c, &wrong));
    CHECK_I64(wrong, 0);
}

/* What the timeline tells adds up to what the orders say. */
static void compare_timeline(void)
{
    struct ctx *c = test_reader();
    struct timeline_line_list lines = { 0 };
    money refunded = 0, want = 0;
    i64 placed = 0, want_placed = 0;
    CHECK_OK(c, timeline_after(c, 0, 100000, &lines));
    for (i64 i = 0; i < lines.n; i++) {
        struct timeline_line *l = &lines.at[i];
        if (str_eq(l->kind, S("order.refunded"))) refunded += l->value.value;
        if (str_eq(l->kind, S("order.refund_withdrawn"))) refunded -= l->value.value;
        placed += str_eq(l->kind, S("order.placed"));
    }
    for (i64 i = 0; i < SHOPS * NUMBERS; i++) {
        struct model *m = &orders[i / NUMBERS][i % NUMBERS];
        want += m->known ? m->refunded : 0;
        want_placed += m->known;
    }
    CHECK_I64(refunded, want);
    CHECK(placed <= want_placed);
}

static void run(u64 seed)
{
    static struct step steps[16];
    memset(orders, 0, sizeof orders);
    dice = (struct dice){ seed };
    for (i64 i = 0; i < STEPS; i++) {
        i64 kind = below(10);
        if (kind == 0) refund_some(i);
        else if (kind == 1) cancel_some();
        else if (kind == 2 && i > 100) send(&steps[below(16)]); /* something older, once more */
        else {
            struct step *s = &steps[below(16)];
            roll_fact(s);
            send(s);
            CHECK_I64(send(s), ORDER_SAME);
        }
        if (i % 100 == 99) compare_all();
    }
    compare_all();
    compare_timeline();
}

TEST(any_sequence_equals_the_naive_model_1) { run(1); }
TEST(any_sequence_equals_the_naive_model_2) { run(20240601); }
TEST(any_sequence_equals_the_naive_model_3) { run(0xfeedbeef); }
