/* order_history.c -- tells the timeline what became of an order, each thing once. */
#include "base/json.h"
#include "trade/order.h"

struct teller {
    struct batch *b;
    const struct order_row *o;
    str subject, touchpoint, props;
    i64 told;
};

static void tell(struct teller *w, str kind, instant at, opt_money value)
{
    *PUSH(w->b->t->c->arena, &w->b->lines) = (struct timeline_line){
        .at = at,
        .member = w->o->member,
        .kind = kind,
        .subject = w->subject,
        .touchpoint = w->touchpoint,
        .value = value,
        .props = w->props,
    };
    w->told++;
}

static str props_of(struct arena *a, const struct order_row *o, str shop)
{
    struct buf out = { .arena = a };
    buf_add(&out, S("{\"shop\":"));
    json_write_str(&out, shop);
    buf_add(&out, S(",\"number\":"));
    json_write_str(&out, o->number);
    buf_add(&out, S(",\"quantity\":"));
    buf_i64(&out, o->quantity);
    buf_byte(&out, '}');
    return buf_str(&out);
}

static bool is_credit(const struct order_row *o)
{
    return !o->is_paid && o->state == ORDER_REFUNDED;
}
static bool is_completed(const struct order_row *o)
{
    return o->completed_at.has || o->stated_state == ORDER_COMPLETED;
}

void order_history(struct batch *b, const struct order_row *was, const struct order_row *is,
                   str shop)
{
    static const struct order_row none = { .state = ORDER_PLACED };
    struct arena *a = b->t->c->arena;
    struct teller w = { .b = b,
                        .o = is,
                        .touchpoint = str_or(is->touchpoint, shop),
                        .subject = str_fmt(a, "order:%lld", (long long)is->id),
                        .props = props_of(a, is, shop) };
    const struct order_row *old = was ? was : &none;
    instant paid = opt_or(is->paid_at, is->at);
    /* When something happened that the source dates not: a new order's by its last known moment, a
     * change's now. */
    instant undated = was ? b->t->c->now : max_i64(opt_or(is->completed_at, paid), is->at);

    if (was && was->member != is->member) tell(&w, S("order.moved"), undated, SOME(is->net));
    if (was && was->member != is->member && was->member > 0) { /* his figures change as well */
        w.o = was;
        tell(&w, S("order.left"), undated, NONE);
        w.o = is;
    }
    if (!was && !is_credit(is)) tell(&w, S("order.placed"), is->at, SOME(is->total));
    if (is->is_paid && !old->is_paid) tell(&w, S("order.paid"), paid, SOME(order_gross(is)));
    if (is->stated_state == ORDER_SHIPPED && old->stated_state < ORDER_SHIPPED)
        tell(&w, S("order.shipped"), undated, NONE);
    if (is_completed(is) && !is_completed(old))
        tell(&w, S("order.completed"), opt_or(is->completed_at, undated), NONE);
    if (is->refund > old->refund)
        tell(&w, S("order.refunded"), undated, SOME(is->refund - old->refund));
    if (is->refund < old->refund)
        tell(&w, S("order.refund_withdrawn"), undated, SOME(old->refund - is->refund));
    if (is->state == ORDER_CANCELLED && old->state != ORDER_CANCELLED)
        tell(&w, S("order.cancelled"), opt_or(is->cancelled_at, undated), NONE);
    if (w.told == 0) tell(&w, S("order.updated"), undated, NONE);
}
