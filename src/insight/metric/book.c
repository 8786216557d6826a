/* book.c -- orders from SQL into blocks, and blocks kept in memory: a change of an order is read
 * again with its block when somebody asks next.
 *
 * Invariants
 *   1. The last line of the timeline is looked up before blocks are read: what is written meanwhile
 *      is read again by the next question, never missed.
 *   2. A block belongs to the book and to those who took it; it goes with the last of them.
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/num.h"
#include "insight/metric/inside.h"
#include "timeline/timeline.h"

#define CODES_MAX 65534

/* -- texts ------------------------------------------------------------------------------------- */

/* Codes by text. Arrays once given stay as they are: growth makes new ones in the arena. */
struct dictionary {
    struct {
        str *at;
        i64 n;
    } texts;
    i64 *slots; /* code; 0: free */
    i64 room;
};

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

/* -- the book ---------------------------------------------------------------------------------- */

struct sheet { /* orders whole, or apart by category */
    bool read;
    struct facts_block **people; /* by member / PEOPLE */
    i64 people_n;
    struct facts_block **unknown; /* by order id / NUMBERS */
    i64 unknown_n;
    i64 seq;
};
struct metric_book {
    pthread_mutex_t lock;
    struct arena *arena; /* texts */
    struct dictionary names[OF_KINDS];
    struct sheet sheets[2];
    const struct zone *zone;
    const struct store *store;
};

static struct metric_book *served;

void metric_serve(struct metric_book *b) { served = b; }

struct metric_book *metric_book_new(void)
{
    struct metric_book *b = calloc(1, sizeof *b);
    if (!b) abort();
    pthread_mutex_init(&b->lock, NULL);
    b->arena = arena_new();
    return b;
}

static void block_drop_one(struct facts_block *b)
{
    if (!b || atomic_fetch_sub(&b->users, 1) != 1) return;
    free(b->facts);
    free(b->refunds);
    free(b->people);
    free(b);
}

static void sheet_forget(struct sheet *s)
{
    for (i64 i = 0; i < s->people_n; i++) block_drop_one(s->people[i]);
    for (i64 i = 0; i < s->unknown_n; i++) block_drop_one(s->unknown[i]);
    free(s->people);
    free(s->unknown);
    *s = (struct sheet){ 0 };
}

void metric_book_free(struct metric_book *b)
{
    if (!b) return;
    sheet_forget(&b->sheets[0]);
    sheet_forget(&b->sheets[1]);
    arena_free(b->arena);
    pthread_mutex_destroy(&b->lock);
    free(b);
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

/* Days of instants: a quarter of an hour of UTC lies in one day in every zone. */
#define QUARTERS 4096
struct day_table {
    i64 quarter[QUARTERS];
    uint16_t day[QUARTERS];
};

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
    struct metric_book *book;
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
    return code_of(r->book->arena, &r->book->names[kind], text);
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
    return b;
}

struct block_ids {
    i64 low, high, id_low, id_high;
};

static enum err block_read(struct ctx *c, struct metric_book *book, struct day_table *days,
                           bool parts, struct block_ids ids, struct facts_block **out)
{
    struct arena_mark mark = arena_mark(c->arena);
    struct block_reading r = { .c = c, .book = book, .days = days, .parts = parts };
    struct args args = ARGS(ids.low, ids.high, ids.id_low, ids.id_high);
    TRY(db_each(c, &metric_refunds, see_own_refund, &r, args));
    if (parts) TRY(db_each(c, &metric_lines, see_line, &r, args));
    TRY(db_each(c, &metric_orders, see_order, &r, args));
    if (ids.high > 0) TRY(db_each(c, &metric_people, see_person, &r, ARGS(ids.low, ids.high)));
    *out = block_of(&r);
    arena_rewind(c->arena, mark);
    return OK;
}

/* -- keeping up -------------------------------------------------------------------------------- */

QUERY(metric_last_member, one_i64, "SELECT COALESCE(MAX(member), 0) AS value FROM member");
QUERY(metric_last_unknown, one_i64,
      "SELECT COALESCE(MAX(id), -1) AS value FROM purchase_order WHERE member = 0");

#define FIELDS_OF_metric_changed(X, N) \
    X(i64, member, ANY, "", N)         \
    X(str, kind, ANY, "", N)           \
    X(str, subject, ANY, "", N)
SHAPE(metric_changed);
SHAPE_DEFINE(metric_changed);
QUERY(metric_lines_after, metric_changed,
      "SELECT member, kind, subject FROM " TIMELINE_AFTER(
          "$1") " t WHERE kind LIKE 'order.%' OR kind LIKE 'identity.%' OR kind = 'product.sorted'"
                " OR (kind LIKE 'member.%' AND kind NOT IN ('member.tagged', 'member.untagged',"
                " 'member.tag_expired', 'member.field_set'))");

struct keeping {
    struct ctx *c;
    struct metric_book *book;
    struct sheet *sheet;
    bool parts;
    struct day_table *days;
};

static void widen(struct facts_block ***at, i64 *n, i64 want)
{
    if (want <= *n) return;
    *at = realloc(*at, (size_t)want * sizeof **at);
    if (!*at) abort();
    memset(*at + *n, 0, (size_t)(want - *n) * sizeof **at);
    *n = want;
}

static void stale(struct facts_block **at, i64 n, i64 place)
{
    if (place < 0 || place >= n) return;
    block_drop_one(at[place]);
    at[place] = NULL;
}

/* The number in "order:7" or "member:7"; -1: it is none. */
static i64 subject_id(str subject, str kind)
{
    i64 id;
    if (!str_starts(subject, kind)) return -1;
    return i64_parse(str_sub(subject, kind.n, subject.n), &id) ? id : -1;
}

static enum err see_change(void *arg, const void *row)
{
    struct keeping *k = arg;
    const struct metric_changed *in = row;
    struct sheet *s = k->sheet;
    i64 order = subject_id(in->subject, S("order:")), other = subject_id(in->subject, S("member:"));
    if (in->member > 0) stale(s->people, s->people_n, in->member / PEOPLE);
    if (other > 0) stale(s->people, s->people_n, other / PEOPLE);
    /* an order may have had no buyer before it moved */
    if (order >= 0 && (in->member == 0 || str_eq(in->kind, S("order.moved"))))
        stale(s->unknown, s->unknown_n, order / NUMBERS);
    if (k->parts && str_eq(in->kind, S("product.sorted"))) {
        for (i64 i = 0; i < s->people_n; i++) stale(s->people, s->people_n, i);
        for (i64 i = 0; i < s->unknown_n; i++) stale(s->unknown, s->unknown_n, i);
    }
    return OK;
}

static enum err read_stale(struct keeping *k)
{
    struct sheet *s = k->sheet;
    for (i64 i = 0; i < s->people_n; i++) {
        struct block_ids ids = { i ? i * PEOPLE : 1, (i + 1) * PEOPLE - 1, 0, INT64_MAX };
        if (!s->people[i]) TRY(block_read(k->c, k->book, k->days, k->parts, ids, &s->people[i]));
    }
    for (i64 i = 0; i < s->unknown_n; i++) {
        struct block_ids ids = { 0, 0, i * NUMBERS, (i + 1) * NUMBERS - 1 };
        if (!s->unknown[i]) TRY(block_read(k->c, k->book, k->days, k->parts, ids, &s->unknown[i]));
    }
    return OK;
}

static enum err keep_up(struct keeping *k)
{
    i64 seq;
    struct sheet *s = k->sheet;
    struct one_i64 last, unknown;
    TRY(timeline_last(k->c, &seq));
    if (s->read && s->seq == seq) return OK;
    if (s->read) TRY(db_each(k->c, &metric_lines_after, see_change, k, ARGS(s->seq)));
    TRY(db_get(k->c, &metric_last_member, &last, NO_ARGS));
    TRY(db_get(k->c, &metric_last_unknown, &unknown, NO_ARGS));
    widen(&s->people, &s->people_n, last.value / PEOPLE + 1);
    widen(&s->unknown, &s->unknown_n, unknown.value / NUMBERS + (unknown.value >= 0));
    k->days = calloc(1, sizeof *k->days);
    if (!k->days) abort();
    enum err e = read_stale(k);
    free(k->days);
    /* after an error blocks are missing: they are read with the next question */
    s->read = true;
    s->seq = seq;
    return e;
}

/* -- giving out -------------------------------------------------------------------------------- */

struct taken {
    struct facts_block **at;
    i64 n;
};

static void give_back(void *arg)
{
    struct taken *t = arg;
    for (i64 i = 0; i < t->n; i++) block_drop_one(t->at[i]);
}

static void take_blocks(struct taken *t, struct facts_block **at, i64 n)
{
    for (i64 i = 0; i < n; i++) {
        if (!at[i] || (!at[i]->facts_n && !at[i]->people_n && !at[i]->refunds_n)) continue;
        atomic_fetch_add(&at[i]->users, 1);
        t->at[t->n++] = at[i];
    }
}

static void give_out(struct ctx *c, struct metric_book *b, struct sheet *s, struct facts *out)
{
    struct taken *t = NEW(c->arena, struct taken);
    t->at = NEWS(c->arena, struct facts_block *, s->people_n + s->unknown_n + 1);
    take_blocks(t, s->people, s->people_n);
    take_blocks(t, s->unknown, s->unknown_n);
    arena_defer(c->arena, give_back, t);
    *out = (struct facts){ .at = t->at, .n = t->n, .seq = s->seq };
    for (int i = 0; i < OF_KINDS; i++)
        out->names[i] = (struct names){ b->names[i].texts.at, b->names[i].texts.n };
}

static void end_book(void *book) { metric_book_free(book); }

static enum err take_from(struct ctx *c, struct metric_book *b, bool parts, struct facts *out)
{
    struct keeping k = { .c = c, .book = b, .sheet = &b->sheets[parts], .parts = parts };
    pthread_mutex_lock(&b->lock);
    if (b->zone != c->zone || b->store != c->store) { /* other days, another shop */
        sheet_forget(&b->sheets[0]);
        sheet_forget(&b->sheets[1]);
        b->zone = c->zone;
        b->store = c->store;
    }
    enum err e = keep_up(&k);
    if (e == OK) give_out(c, b, k.sheet, out);
    pthread_mutex_unlock(&b->lock);
    return e;
}

enum err facts_take(struct ctx *c, bool parts, struct facts *out)
{
    if (served) {
        TRY(take_from(c, served, parts, out));
        out->kept = true;
        return OK;
    }
    struct metric_book *own = metric_book_new();
    arena_defer(c->arena, end_book, own);
    return take_from(c, own, parts, out);
}
