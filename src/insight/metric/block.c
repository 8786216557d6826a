/* block.c -- orders of neighbouring members from SQL: each with its parts by category; what was
 * given back; who is there. */
#include "base/clock.h"
#include "base/num.h"
#include "insight/metric/reading.h"

#define FIELDS_OF_metric_order(X, N)         \
    X(i64, member, ANY, "", N)               \
    X(i64, id, ANY, "", N)                   \
    X(i64, shop, ANY, "", N)                 \
    X(instant, at, ANY, "", N)               \
    X(opt_instant, paid_at, ANY, "", N)      \
    X(opt_instant, completed_at, ANY, "", N) \
    X(money, total, ANY, "", N)              \
    X(money, paid, ANY, "", N)               \
    X(money, refund, ANY, "", N)             \
    X(money, net, ANY, "", N)                \
    X(i64, quantity, ANY, "", N)             \
    X(i64, flags, ANY, "", N)                \
    X(str, touchpoint, ANY, "", N)
SHAPE(metric_order);
SHAPE_DEFINE(metric_order);
/* Every column of every order is looked at when the program starts: three of them come as one. A
 * credit note was not placed. */
QUERY(metric_orders, metric_order,
      "SELECT member, id, shop, at, paid_at, CASE WHEN refund <> 0 THEN completed_at END"
      " AS completed_at, total, paid, refund, net, quantity, CASE WHEN is_paid THEN 3"
      " WHEN state = 'refunded' THEN 0 ELSE 1 END + CASE WHEN bought_at IS NULL THEN 0 ELSE 4 END"
      " AS flags, touchpoint FROM purchase_order"
      " WHERE member >= $1 AND member <= $2 AND id >= $3 AND id <= $4 ORDER BY member, id");
_Static_assert(FACT_PLACED == 1 && FACT_PAID == 2 && FACT_BOUGHT == 4, "as the statement says");

#define FIELDS_OF_metric_refund(X, N) \
    X(i64, member, ANY, "", N)        \
    X(i64, order_id, ANY, "", N)      \
    X(i64, line, ANY, "", N)          \
    X(money, amount, ANY, "", N)      \
    X(instant, at, ANY, "", N)
SHAPE(metric_refund);
SHAPE_DEFINE(metric_refund);
QUERY(metric_refunds, metric_refund,
      "SELECT member, order_id, line, amount, at FROM order_refund"
      " WHERE member >= $1 AND member <= $2 AND order_id >= $3 AND order_id <= $4"
      " ORDER BY member, order_id, number");

#define FIELDS_OF_metric_line(X, N) \
    X(i64, member, ANY, "", N)      \
    X(i64, order_id, ANY, "", N)    \
    X(i64, line, ANY, "", N)        \
    X(i64, product, ANY, "", N)     \
    X(i64, quantity, ANY, "", N)    \
    X(money, amount, ANY, "", N)
SHAPE(metric_line);
SHAPE_DEFINE(metric_line);
QUERY(metric_lines, metric_line,
      "SELECT member, order_id, line, product, quantity, amount FROM order_line"
      " WHERE member >= $1 AND member <= $2 AND order_id >= $3 AND order_id <= $4"
      " ORDER BY member, order_id, line");

#define FIELDS_OF_metric_person(X, N)  \
    X(i64, member, ANY, "", N)         \
    X(instant, first_seen, ANY, "", N) \
    X(str, touchpoint, ANY, "", N)
SHAPE(metric_person);
SHAPE_DEFINE(metric_person);
QUERY(metric_people, metric_person,
      "SELECT member, first_seen, touchpoint FROM member WHERE member >= $1 AND member <= $2"
      " AND merged_into IS NULL AND erased_at IS NULL ORDER BY member");

struct line_part { /* a line of an order that waits for its order */
    i64 member, order, line, product, quantity;
    money amount;
    uint16_t category;
};
struct own_refund {
    i64 member, order, line;
    money amount;
    instant at;
};
struct block_reading {
    struct ctx *c;
    struct naming *names;
    struct day_table *days;
    struct staged to;
    struct {
        struct own_refund *at;
        i64 n, next;
    } own;
    struct {
        struct line_part *at;
        i64 n, next;
    } lines;
};

static uint16_t day_at(struct block_reading *r, instant at)
{
    if (at < 0) return 0; /* 1970 */
    i64 quarter = at / (15 * MINUTE_MS) + 1, slot = quarter % QUARTERS;
    if (r->days->quarter[slot] != quarter) {
        day d = zone_day(r->c->zone, at);
        r->days->quarter[slot] = quarter;
        r->days->day[slot] = d < 0 ? 0 : d > UINT16_MAX ? UINT16_MAX : (uint16_t)d;
    }
    return r->days->day[slot];
}

static enum err see_own_refund(void *arg, const void *row)
{
    struct block_reading *r = arg;
    const struct metric_refund *in = row;
    *PUSH(r->c->arena, &r->own) =
        (struct own_refund){ in->member, in->order_id, in->line, in->amount, in->at };
    return OK;
}

static enum err see_line(void *arg, const void *row)
{
    struct block_reading *r = arg;
    const struct metric_line *in = row;
    *PUSH(r->c->arena, &r->lines) = (struct line_part){ .member = in->member,
                                                        .order = in->order_id,
                                                        .line = in->line,
                                                        .product = in->product,
                                                        .quantity = in->quantity,
                                                        .amount = in->amount };
    return OK;
}

static enum err see_person(void *arg, const void *row)
{
    struct block_reading *r = arg;
    const struct metric_person *in = row;
    *PUSH(r->c->arena, &r->to.people) = (struct staged_person){ {
        [PERSON_WHO] = in->member - r->to.first,
        [PERSON_SEEN] = day_at(r, in->first_seen),
        [PERSON_TOUCHPOINT] = code_of(r->names, OF_TOUCHPOINT, in->touchpoint),
    } };
    return OK;
}

/* An order's categories: what each weighs of it, and its pieces. */
#define PARTS_MAX 64
struct part_of_order {
    uint16_t category;
    i64 units;
    i64 weight;
};
struct parts_of_order {
    struct part_of_order at[PARTS_MAX];
    i64 n, weight;
    const struct line_part *lines;
    i64 lines_n;
};

static bool before_key(i64 member, i64 order, const struct metric_order *o)
{
    return member != o->member ? member < o->member : order < o->id;
}

/* Categories beyond the last place are together with it. */
static struct part_of_order *part_named(struct parts_of_order *p, uint16_t category)
{
    for (i64 i = 0; i < p->n; i++)
        if (p->at[i].category == category) return &p->at[i];
    if (p->n == PARTS_MAX) return &p->at[PARTS_MAX - 1];
    p->at[p->n] = (struct part_of_order){ .category = category };
    return &p->at[p->n++];
}

static void parts_find(struct block_reading *r, const struct metric_order *o,
                       struct parts_of_order *p)
{
    *p = (struct parts_of_order){ 0 };
    while (r->lines.next < r->lines.n &&
           before_key(r->lines.at[r->lines.next].member, r->lines.at[r->lines.next].order, o))
        r->lines.next++;
    p->lines = r->lines.at + r->lines.next;
    for (i64 i = r->lines.next; i < r->lines.n; i++, p->lines_n++) {
        const struct line_part *l = &r->lines.at[i];
        if (l->member != o->member || l->order != o->id) break;
        struct part_of_order *part = part_named(p, l->category);
        part->units += l->quantity;
        part->weight += l->amount > 0 ? l->amount : 0;
    }
    for (i64 i = 0; i < p->n; i++) p->weight += p->at[i].weight;
    if (p->n == 0) *part_named(p, 0) = (struct part_of_order){ .units = o->quantity };
    if (p->weight) return;
    for (i64 i = 0; i < p->n; i++) p->at[i].weight = 1; /* lines that only name what was bought */
    p->weight = p->n;
}

/* The k-th part of an amount: rounded so that parts add up. done: weight of those before it. */
static i64 part_of(i64 amount, const struct parts_of_order *p, i64 k, i64 done)
{
    __int128 before = (__int128)amount * done / p->weight;
    __int128 after = (__int128)amount * (done + p->at[k].weight) / p->weight;
    return (i64)(after - before);
}

static uint16_t category_of_line(const struct parts_of_order *p, i64 line)
{
    for (i64 i = 0; i < p->lines_n; i++)
        if (p->lines[i].line == line) return p->lines[i].category;
    return 0;
}

/* -- what was given back ------------------------------------------------------------------------
 */

/* Of the order in its parts; its first refund is marked, and each category's first. */
struct refunding {
    struct block_reading *r;
    const struct staged_order *of;
    const struct parts_of_order *p;
    bool any;
    u64 told; /* parts of it that had a refund */
};

static void refund_category(struct refunding *g, money amount, instant at, uint16_t category)
{
    i64 k = 0;
    while (k < g->p->n - 1 && g->p->at[k].category != category) k++;
    bool first = !(g->told >> k & 1);
    *PUSH(g->r->c->arena, &g->r->to.refunds) = (struct staged_refund){ {
        [REFUND_WHO] = (i64)g->of->member - g->r->to.first,
        [REFUND_DAY] = day_at(g->r, at),
        [REFUND_FLAGS] = (g->any ? 0 : REFUND_FIRST) | (first ? REFUND_FIRST_OF_CATEGORY : 0),
        [REFUND_SHOP] = g->of->of[ORDER_SHOP],
        [REFUND_TOUCHPOINT] = g->of->of[ORDER_TOUCHPOINT],
        [REFUND_CATEGORY] = g->p->at[k].category,
        [REFUND_AMOUNT] = amount,
    } };
    g->any = true;
    g->told |= (u64)1 << k;
}

static void refund_spread(struct refunding *g, money amount, instant at)
{
    for (i64 k = 0, done = 0; k < g->p->n; done += g->p->at[k++].weight) {
        i64 part = part_of(amount, g->p, k, done);
        if (part) refund_category(g, part, at, g->p->at[k].category);
    }
}

static void see_refunds(struct block_reading *r, const struct metric_order *o,
                        const struct staged_order *of, const struct parts_of_order *p)
{
    struct refunding g = { r, of, p, false, 0 };
    money left = o->refund;
    while (r->own.next < r->own.n &&
           before_key(r->own.at[r->own.next].member, r->own.at[r->own.next].order, o))
        r->own.next++;
    for (; r->own.next < r->own.n && left > 0; r->own.next++) {
        const struct own_refund *own = &r->own.at[r->own.next];
        if (own->member != o->member || own->order != o->id) break;
        money amount = own->amount < left ? own->amount : left;
        if (r->to.parts && own->line)
            refund_category(&g, amount, own->at, category_of_line(p, own->line));
        else refund_spread(&g, amount, own->at);
        left -= amount;
    }
    if (left <= 0) return;
    instant at = o->completed_at.has ? o->completed_at.value
                 : o->paid_at.has    ? o->paid_at.value
                                     : o->at;
    refund_spread(&g, left, at);
}

/* -- orders ------------------------------------------------------------------------------------ */

static void put_parts(struct block_reading *r, struct staged_order *of,
                      const struct parts_of_order *p)
{
    of->parts = r->to.parts_of.n;
    of->parts_n = p->n;
    of->flags |= FACT_PARTED;
    for (i64 k = 0, done = 0; k < p->n; done += p->at[k++].weight) {
        struct staged_part *part = PUSH(r->c->arena, &r->to.parts_of);
        part->of[PART_CATEGORY] = p->at[k].category;
        part->of[PART_MORE] = k < p->n - 1;
        part->of[PART_UNITS] = p->at[k].units;
        part->of[PART_TOTAL] = part_of(of->of[ORDER_TOTAL], p, k, done);
        for (int i = 0; i < ODD_COLUMNS; i++) part->odd[i] = part_of(of->odd[i], p, k, done);
    }
}

static enum err see_order(void *arg, const void *row)
{
    struct block_reading *r = arg;
    const struct metric_order *o = row;
    struct parts_of_order p = { .n = 1, .weight = 1, .at = { { 0, o->quantity, 1 } } };
    bool paid = o->flags & FACT_PAID;
    struct staged_order *of = PUSH(r->c->arena, &r->to.orders);
    *of = (struct staged_order){ .id = o->id,
                                 .at = paid && o->paid_at.has ? o->paid_at.value : o->at,
                                 .member = (u32)o->member,
                                 .flags = (u8)o->flags };
    of->when = day_at(r, of->at);
    of->of[ORDER_PLACED] = (i64)day_at(r, o->at) - of->when;
    of->of[ORDER_SHOP] = o->shop;
    of->of[ORDER_TOUCHPOINT] =
        o->touchpoint.n ? code_of(r->names, OF_TOUCHPOINT, o->touchpoint) : -1;
    of->of[ORDER_UNITS] = o->quantity;
    of->of[ORDER_TOTAL] = o->total;
    of->odd[ODD_PAID] = o->paid;
    of->odd[ODD_GROSS] = paid ? o->net + o->refund : 0; /* as trade makes net of it */
    of->odd[ODD_NET] = o->net;
    for (int i = 0; i < ODD_COLUMNS; i++)
        if (of->odd[i] != (paid ? o->total : 0)) of->flags |= FACT_ODD;
    if (r->to.parts) parts_find(r, o, &p);
    of->of[ORDER_CATEGORY] = p.at[0].category;
    if (p.n > 1 || p.at[0].units != o->quantity) put_parts(r, of, &p);
    see_refunds(r, o, of, &p);
    return OK;
}

/* -- names, when no statement runs -------------------------------------------------------------
 */

static enum err name_lines(struct block_reading *r)
{
    bool fresh = false;
    for (i64 i = 0; i < r->lines.n; i++) {
        struct id_name *product;
        TRY(name_of_id(r->c, r->names, OF_CATEGORY, r->lines.at[i].product, &fresh, &product));
        r->lines.at[i].category = code_of_id(r->names, OF_CATEGORY, product);
    }
    return OK;
}

/* The touchpoint of an order that tells none is its shop. */
static enum err name_shop(struct block_reading *r, bool *fresh, i64 *shop, i64 *touchpoint)
{
    struct id_name *name;
    TRY(name_of_id(r->c, r->names, OF_SHOP, *shop, fresh, &name));
    *shop = code_of_id(r->names, OF_SHOP, name);
    if (*touchpoint < 0) *touchpoint = code_of(r->names, OF_TOUCHPOINT, name ? name->name : NO_STR);
    return OK;
}

static enum err name_shops(struct block_reading *r)
{
    bool fresh = false;
    for (i64 i = 0; i < r->to.orders.n; i++) {
        i64 *of = r->to.orders.at[i].of;
        TRY(name_shop(r, &fresh, &of[ORDER_SHOP], &of[ORDER_TOUCHPOINT]));
    }
    for (i64 i = 0; i < r->to.refunds.n; i++) {
        i64 *of = r->to.refunds.at[i].of;
        TRY(name_shop(r, &fresh, &of[REFUND_SHOP], &of[REFUND_TOUCHPOINT]));
    }
    return OK;
}

static enum err read_all(struct block_reading *r, struct block_ids ids)
{
    struct ctx *c = r->c;
    struct args args = ARGS(ids.low, ids.high, ids.id_low, ids.id_high);
    TRY(db_each(c, &metric_refunds, see_own_refund, r, args));
    if (r->to.parts) TRY(db_each(c, &metric_lines, see_line, r, args));
    TRY(name_lines(r));
    TRY(db_each(c, &metric_orders, see_order, r, args));
    TRY(name_shops(r));
    if (ids.high == 0) return OK; /* of orders without a buyer */
    return db_each(c, &metric_people, see_person, r, ARGS(ids.low, ids.high));
}

enum err block_read(struct ctx *c, struct naming *names, struct day_table *days, bool parts,
                    struct block_ids ids, struct facts_block **out)
{
    struct arena_mark mark = arena_mark(c->arena);
    struct block_reading r = {
        .c = c,
        .names = names,
        .days = days,
        .to = { .first = ids.low, .members_n = ids.high - ids.low + 1, .parts = parts },
    };
    TRY(read_all(&r, ids));
    *out = block_pack(c->arena, &r.to);
    arena_rewind(c->arena, mark);
    return OK;
}
