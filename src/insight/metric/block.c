/* block.c -- orders of neighbouring members from SQL into a block: each as a fact, or as one for
 * each category; what was given back; who is there; where each member began. */
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/num.h"
#include "insight/metric/inside.h"

#define CODES_MAX 65534

/* -- texts ------------------------------------------------------------------------------------- */

static void dictionary_widen(struct arena *a, struct dictionary *d)
{
    i64 room = d->room ? d->room * 2 : 64;
    i64 *slots = NEWS(a, i64, room);
    for (i64 code = 1; code < d->texts.n; code++) {
        i64 at = (i64)(str_hash(d->texts.at[code]) % (u64)room);
        while (slots[at]) at = (at + 1) % room;
        slots[at] = code;
    }
    d->slots = slots;
    d->room = room;
}

static uint16_t code_of(struct arena *a, struct dictionary *d, str text)
{
    if (d->texts.n == 0) *PUSH(a, &d->texts) = NO_STR; /* 0: not known */
    if (text.n == 0) return 0;
    if (d->texts.n * 2 >= d->room) dictionary_widen(a, d);
    i64 at = (i64)(str_hash(text) % (u64)d->room);
    for (; d->slots[at]; at = (at + 1) % d->room)
        if (str_eq(d->texts.at[d->slots[at]], text)) return (uint16_t)d->slots[at];
    if (d->texts.n > CODES_MAX) return 0;
    d->slots[at] = d->texts.n;
    *PUSH(a, &d->texts) = str_copy(a, text);
    return (uint16_t)d->slots[at];
}

/* -- reading a block --------------------------------------------------------------------------- */

#define FIELDS_OF_metric_order(X, N)         \
    X(i64, member, ANY, "", N)               \
    X(i64, id, ANY, "", N)                   \
    X(str, shop, ANY, "", N)                 \
    X(instant, at, ANY, "", N)               \
    X(opt_instant, paid_at, ANY, "", N)      \
    X(opt_instant, completed_at, ANY, "", N) \
    X(money, total, ANY, "", N)              \
    X(money, paid, ANY, "", N)               \
    X(opt_money, excluded, ANY, "", N)       \
    X(money, refund, ANY, "", N)             \
    X(money, net, ANY, "", N)                \
    X(i64, quantity, ANY, "", N)             \
    X(flag, is_paid, ANY, "", N)             \
    X(flag, bought, ANY, "", N)              \
    X(str, state, ANY, "", N)                \
    X(str, touchpoint, ANY, "", N)
SHAPE(metric_order);
SHAPE_DEFINE(metric_order);
QUERY(metric_orders, metric_order,
      "SELECT o.member, o.id, s.name AS shop, o.at, o.paid_at, o.completed_at, o.total, o.paid,"
      " o.excluded, o.refund, o.net, o.quantity, o.is_paid, o.bought_at IS NOT NULL AS bought,"
      " o.state, o.touchpoint FROM purchase_order o LEFT JOIN shop s ON s.id = o.shop"
      " WHERE o.member >= $1 AND o.member <= $2 AND o.id >= $3 AND o.id <= $4"
      " ORDER BY o.member, o.id");

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
    X(str, category, ANY, "", N)    \
    X(i64, quantity, ANY, "", N)    \
    X(money, amount, ANY, "", N)
SHAPE(metric_line);
SHAPE_DEFINE(metric_line);
QUERY(metric_lines, metric_line,
      "SELECT l.member, l.order_id, l.line, p.category, l.quantity, l.amount FROM order_line l"
      " LEFT JOIN product p ON p.id = l.product WHERE l.member >= $1 AND l.member <= $2"
      " AND l.order_id >= $3 AND l.order_id <= $4 ORDER BY l.member, l.order_id, l.line");

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
    i64 member, order, line, quantity;
    money amount;
    uint16_t category;
};
struct own_refund {
    i64 member, order, line;
    money amount;
    instant at;
};
struct keyed_fact {
    struct fact fact;
    instant when;
    i64 id;
};
struct block_reading {
    struct ctx *c;
    struct naming *names;
    struct day_table *days;
    bool parts;
    struct {
        struct own_refund *at;
        i64 n, next;
    } own;
    struct {
        struct line_part *at;
        i64 n, next;
    } lines;
    struct {
        struct keyed_fact *at;
        i64 n;
    } facts;
    struct {
        struct refund_fact *at;
        i64 n;
    } refunds;
    struct {
        struct person *at;
        i64 n;
    } people;
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

static uint16_t named(struct block_reading *r, int kind, str text)
{
    return code_of(r->names->arena, &r->names->of[kind], text);
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
    *PUSH(r->c->arena, &r->lines) =
        (struct line_part){ in->member,   in->order_id, in->line,
                            in->quantity, in->amount,   named(r, OF_CATEGORY, in->category) };
    return OK;
}

static enum err see_person(void *arg, const void *row)
{
    struct block_reading *r = arg;
    const struct metric_person *in = row;
    *PUSH(r->c->arena, &r->people) = (struct person){ (u32)in->member, day_at(r, in->first_seen),
                                                      named(r, OF_TOUCHPOINT, in->touchpoint) };
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

static void push_refund(struct block_reading *r, const struct fact *f, money amount, instant at,
                        uint16_t category, bool first)
{
    *PUSH(r->c->arena, &r->refunds) = (struct refund_fact){
        .amount = amount,
        .member = f->member,
        .day = day_at(r, at),
        .of = { f->of[OF_SHOP], f->of[OF_TOUCHPOINT], category },
        .first = first,
    };
}

/* Of the order as a whole, or in its parts; each category's first is marked. */
struct refunding {
    struct block_reading *r;
    const struct fact *f; /* the whole order */
    const struct parts_of_order *p;
    u64 told; /* parts of it that had a refund */
};

static void refund_category(struct refunding *g, money amount, instant at, uint16_t category)
{
    i64 k = 0;
    while (k < g->p->n - 1 && g->p->at[k].category != category) k++;
    push_refund(g->r, g->f, amount, at, g->p->at[k].category, !(g->told >> k & 1));
    g->told |= (u64)1 << k;
}

static void refund_spread(struct refunding *g, money amount, instant at)
{
    for (i64 k = 0, done = 0; k < g->p->n; done += g->p->at[k++].weight) {
        i64 part = part_of(amount, g->p, k, done);
        if (part) refund_category(g, part, at, g->p->at[k].category);
    }
}

static void see_refunds(struct block_reading *r, const struct metric_order *o, const struct fact *f,
                        const struct parts_of_order *p)
{
    struct refunding g = { r, f, p, 0 };
    money left = o->refund;
    while (r->own.next < r->own.n &&
           before_key(r->own.at[r->own.next].member, r->own.at[r->own.next].order, o))
        r->own.next++;
    for (; r->own.next < r->own.n && left > 0; r->own.next++) {
        const struct own_refund *own = &r->own.at[r->own.next];
        if (own->member != o->member || own->order != o->id) break;
        money amount = own->amount < left ? own->amount : left;
        if (r->parts && own->line)
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

static enum err see_order(void *arg, const void *row)
{
    struct block_reading *r = arg;
    const struct metric_order *o = row;
    struct parts_of_order p = { .n = 1, .weight = 1, .at = { { 0, o->quantity, 1 } } };
    bool credit = !o->is_paid && str_eq(o->state, S("refunded"));
    instant when = o->is_paid && o->paid_at.has ? o->paid_at.value : o->at;
    struct fact whole = {
        .member = (u32)o->member,
        .placed = day_at(r, o->at),
        .when = day_at(r, when),
        .of = { named(r, OF_SHOP, o->shop), named(r, OF_TOUCHPOINT, str_or(o->touchpoint, o->shop)),
                0 },
        .flags = (uint16_t)((credit ? 0 : FACT_PLACED) | (o->is_paid ? FACT_PAID : 0) |
                            (o->bought ? FACT_BOUGHT : 0)),
    };
    if (r->parts) parts_find(r, o, &p);
    money gross = o->is_paid ? o->paid + (o->excluded.has ? o->excluded.value : 0) : 0;
    for (i64 k = 0, done = 0; k < p.n; done += p.at[k++].weight) {
        struct fact f = whole;
        f.of[OF_CATEGORY] = p.at[k].category;
        f.total = part_of(o->total, &p, k, done);
        f.paid = part_of(o->paid, &p, k, done);
        f.gross = part_of(gross, &p, k, done);
        f.net = part_of(o->net, &p, k, done);
        f.units = p.at[k].units;
        *PUSH(r->c->arena, &r->facts) = (struct keyed_fact){ f, when, o->id };
    }
    see_refunds(r, o, &whole, &p);
    return OK;
}

static int by_member_and_time(const void *a, const void *b)
{
    const struct keyed_fact *x = a, *y = b;
    if (x->fact.member != y->fact.member) return x->fact.member < y->fact.member ? -1 : 1;
    if (x->when != y->when) return x->when < y->when ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void facts_sort(struct block_reading *r)
{
    bool sorted = true;
    for (i64 i = 1; i < r->facts.n && sorted; i++)
        sorted = by_member_and_time(&r->facts.at[i - 1], &r->facts.at[i]) <= 0;
    if (!sorted) qsort(r->facts.at, (size_t)r->facts.n, sizeof *r->facts.at, by_member_and_time);
}

static void *copy_of(const void *at, i64 n, size_t size)
{
    if (n == 0) return NULL;
    void *out = malloc((size_t)n * size);
    if (!out) abort();
    return memcpy(out, at, (size_t)n * size);
}

/* -- what is looked up often --------------------------------------------------------------------
 */

static void purchases_find(struct facts_block *b)
{
    b->purchases = malloc((size_t)(b->facts_n + 1) * sizeof *b->purchases);
    if (!b->purchases) abort();
    for (i64 i = 0; i < b->facts_n; i++) {
        const struct fact *f = &b->facts[i];
        if (!f->member || !(f->flags & FACT_BOUGHT) || f->flags & FACT_SAME) continue;
        b->purchases[b->purchases_n++] = (struct purchase){ f->member, f->when };
    }
}

/* Of one member's facts; false: he never bought. */
static bool beginning_of(const struct fact *at, i64 n, struct beginning *out)
{
    *out = (struct beginning){ .fact = -1, .return_days = -1 };
    for (i64 i = 0; i < n; i++) {
        out->net += at[i].net;
        if (!(at[i].flags & FACT_BOUGHT) || at[i].flags & FACT_SAME) continue;
        if (out->fact < 0) out->fact = (i32)i;
        else if (out->return_days < 0) out->return_days = at[i].when - at[out->fact].when;
    }
    if (out->fact < 0) return false;
    const struct fact *first = &at[out->fact];
    out->member = first->member;
    out->when = first->when;
    memcpy(out->of, first->of, sizeof out->of);
    return true;
}

static void beginnings_find(struct facts_block *b)
{
    b->beginnings = malloc((size_t)(b->facts_n + 1) * sizeof *b->beginnings);
    if (!b->beginnings) abort();
    for (i64 i = 0, end; i < b->facts_n; i = end) {
        for (end = i + 1; end < b->facts_n && b->facts[end].member == b->facts[i].member;) end++;
        struct beginning *to = &b->beginnings[b->beginnings_n];
        if (!b->facts[i].member || !beginning_of(b->facts + i, end - i, to)) continue;
        to->fact += (i32)i;
        b->beginnings_n++;
    }
    void *fitting = realloc(b->beginnings, (size_t)(b->beginnings_n + 1) * sizeof *b->beginnings);
    if (fitting) b->beginnings = fitting;
}

static struct facts_block *block_of(struct block_reading *r)
{
    facts_sort(r);
    struct facts_block *b = calloc(1, sizeof *b);
    if (!b) abort();
    b->users = 1;
    b->facts_n = r->facts.n;
    b->refunds_n = r->refunds.n;
    b->people_n = r->people.n;
    b->facts = r->facts.n ? malloc((size_t)r->facts.n * sizeof *b->facts) : NULL;
    if (r->facts.n && !b->facts) abort();
    for (i64 i = 0; i < r->facts.n; i++) {
        b->facts[i] = r->facts.at[i].fact;
        if (i && r->facts.at[i].id == r->facts.at[i - 1].id) b->facts[i].flags |= FACT_SAME;
    }
    b->refunds = copy_of(r->refunds.at, r->refunds.n, sizeof *b->refunds);
    b->people = copy_of(r->people.at, r->people.n, sizeof *b->people);
    purchases_find(b);
    beginnings_find(b);
    return b;
}

void block_free(struct facts_block *b)
{
    free(b->facts);
    free(b->refunds);
    free(b->people);
    free(b->purchases);
    free(b->beginnings);
    free(b);
}

enum err block_read(struct ctx *c, struct naming *names, struct day_table *days, bool parts,
                    struct block_ids ids, struct facts_block **out)
{
    struct arena_mark mark = arena_mark(c->arena);
    struct block_reading r = { .c = c, .names = names, .days = days, .parts = parts };
    struct args args = ARGS(ids.low, ids.high, ids.id_low, ids.id_high);
    TRY(db_each(c, &metric_refunds, see_own_refund, &r, args));
    if (parts) TRY(db_each(c, &metric_lines, see_line, &r, args));
    TRY(db_each(c, &metric_orders, see_order, &r, args));
    if (ids.high > 0) TRY(db_each(c, &metric_people, see_person, &r, ARGS(ids.low, ids.high)));
    *out = block_of(&r);
    arena_rewind(c->arena, mark);
    return OK;
}
