/* follow.c -- keeps what was sold by order and by day: reads each order anew that the timeline says
 * has changed, and moves the sums by what is different.
 *
 * Invariants
 *   1. product_day is the sum of product_sold, at every commit.
 *   2. Rows of an order stand on one day, that of product_order; an order without rows has none.
 *   3. An order is read as it is now, never patched: seeing its lines twice changes nothing.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/num.h"
#include "insight/product/inside.h"
#include "timeline/timeline.h"

/* -- sharing a refund -------------------------------------------------------------------------- */

static i64 times_over(i64 a, i64 b, i64 by) { return (i64)((__int128)a * b / by); }

/* Pieces or money below zero only give back. */
static bool gives_back(const struct sold_line *l) { return l->quantity < 0 || l->amount < 0; }

static i64 pieces_back(const struct sold_line *l, bool all)
{
    if (all || (l->amount > 0 && l->refund >= l->amount)) return l->quantity;
    return l->amount > 0 ? times_over(l->quantity, l->refund, l->amount) : 0;
}

void sold_lines_share(struct sold_line *lines, i64 n, money refund, bool all)
{
    money left = 0, told = 0, seen = 0, given = 0;
    for (i64 i = 0; i < n; i++) {
        struct sold_line *l = &lines[i];
        if (gives_back(l)) continue;
        l->refund = l->refund < 0 ? 0 : l->refund > l->amount ? l->amount : l->refund;
        told += l->refund;
        left += l->amount - l->refund;
    }
    money rest = all || refund - told > left ? left : refund > told ? refund - told : 0;
    for (i64 i = 0; i < n; i++) {
        struct sold_line *l = &lines[i];
        if (gives_back(l)) {
            l->units = l->quantity > 0 ? l->quantity : 0;
            l->returned = l->quantity < 0 ? -l->quantity : l->quantity;
            l->refund = l->amount < 0 ? -l->amount : l->amount;
            l->amount = l->amount > 0 ? l->amount : 0;
            continue;
        }
        seen += l->amount - l->refund;
        money up_to = left ? times_over(rest, seen, left) : 0;
        l->refund += up_to - given;
        given = up_to;
        l->units = l->quantity;
        l->returned = pieces_back(l, all);
    }
}

/* -- one order --------------------------------------------------------------------------------- */

#define FIELDS_OF_sold_order(X, N) \
    X(i64, member, ANY, "", N)     \
    X(instant, at, ANY, "", N)     \
    X(flag, is_paid, ANY, "", N)   \
    X(money, refund, ANY, "", N)   \
    X(money, net, ANY, "", N)
SHAPE(sold_order);
SHAPE_DEFINE(sold_order);
QUERY(sold_order_now, sold_order,
      "SELECT member, COALESCE(paid_at, at) AS at, is_paid, refund, net FROM purchase_order"
      " WHERE id = $1");

#define FIELDS_OF_sold_line_row(X, N) \
    X(i64, product, ANY, "", N)       \
    X(i64, quantity, ANY, "", N)      \
    X(money, amount, ANY, "", N)      \
    X(money, refund, ANY, "", N)
SHAPE(sold_line_row);
SHAPE_DEFINE(sold_line_row);
QUERY(sold_lines_now, sold_line_row,
      "SELECT product, quantity, amount, CASE WHEN COALESCE(stated_refund, 0) >"
      " COALESCE(own_refund, 0) THEN COALESCE(stated_refund, 0) ELSE COALESCE(own_refund, 0) END"
      " AS refund FROM order_line WHERE member = $1 AND order_id = $2 ORDER BY line");

#define FIELDS_OF_sold_row(X, N) \
    X(i64, product, ANY, "", N)  \
    X(i64, member, ANY, "", N)   \
    X(i64, units, ANY, "", N)    \
    X(i64, returned, ANY, "", N) \
    X(money, sales, ANY, "", N)  \
    X(money, refund, ANY, "", N)
SHAPE(sold_row);
SHAPE_DEFINE(sold_row);
QUERY(sold_day_was, one_i64, "SELECT day AS value FROM product_order WHERE order_id = $1");
QUERY(sold_was, sold_row,
      "SELECT product, member, units, returned, sales, refund FROM product_sold"
      " WHERE day = $1 AND order_id = $2 ORDER BY product");
CHANGE(sold_day_drop, "DELETE FROM product_order WHERE order_id = $1");
CHANGE(sold_day_put, "INSERT INTO product_order (order_id, day) VALUES ($1, $2)");
CHANGE(sold_drop, "DELETE FROM product_sold WHERE day = $1 AND order_id = $2");
CHANGE(sold_put, "INSERT INTO product_sold (day, order_id, product, member, units, returned, sales,"
                 " refund) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");

struct sold {
    bool any;
    day day;
    struct sold_row_list rows; /* by product */
};

static int by_product(const void *a, const void *b)
{
    const struct sold_line *x = a, *y = b;
    return (x->product > y->product) - (x->product < y->product);
}

static void rows_of_lines(struct ctx *c, i64 member, struct sold_line *lines, i64 n,
                          struct sold_row_list *out)
{
    if (n) qsort(lines, (size_t)n, sizeof *lines, by_product);
    for (i64 i = 0; i < n; i++) {
        const struct sold_line *l = &lines[i];
        if (l->product == 0) continue;
        bool more = out->n && out->at[out->n - 1].product == l->product;
        struct sold_row *row = more ? &out->at[out->n - 1] : PUSH(c->arena, out);
        row->product = l->product;
        row->member = member;
        row->units += l->units;
        row->returned += l->returned;
        row->sales += l->amount;
        row->refund += l->refund;
    }
}

/* As the order's own tables say. */
static enum err sold_now(struct ctx *c, i64 order, struct sold *out)
{
    struct sold_order o;
    struct sold_line_row_list told;
    bool found;
    *out = (struct sold){ 0 };
    TRY(db_find(c, &sold_order_now, &o, &found, ARGS(order)));
    if (!found || !(o.is_paid || o.net < 0)) return OK;
    TRY(db_all(c, &sold_lines_now, &told, ARGS(o.member, order)));
    struct sold_line *lines = NEWS(c->arena, struct sold_line, told.n + 1);
    for (i64 i = 0; i < told.n; i++)
        lines[i] = (struct sold_line){ .product = told.at[i].product,
                                       .quantity = told.at[i].quantity,
                                       .amount = told.at[i].amount,
                                       .refund = told.at[i].refund };
    sold_lines_share(lines, told.n, o.refund, o.refund > 0 && o.net <= 0);
    rows_of_lines(c, o.member, lines, told.n, &out->rows);
    out->any = out->rows.n > 0;
    out->day = zone_day(c->zone, o.at);
    return OK;
}

static enum err sold_before(struct ctx *c, i64 order, struct sold *out)
{
    struct one_i64 row;
    *out = (struct sold){ 0 };
    TRY(db_find(c, &sold_day_was, &row, &out->any, ARGS(order)));
    if (!out->any) return OK;
    out->day = (day)row.value;
    return db_all(c, &sold_was, &out->rows, ARGS(out->day, order));
}

static bool sold_same(const struct sold *a, const struct sold *b)
{
    if (a->any != b->any || a->day != b->day || a->rows.n != b->rows.n) return false;
    for (i64 i = 0; i < a->rows.n; i++) {
        const struct sold_row *x = &a->rows.at[i], *y = &b->rows.at[i];
        if (x->product != y->product || x->member != y->member || x->units != y->units ||
            x->returned != y->returned || x->sales != y->sales || x->refund != y->refund)
            return false;
    }
    return true;
}

/* -- sums by day ------------------------------------------------------------------------------- */

struct delta {
    i64 product;
    day day;
    i64 orders, units, returned;
    money sales, refund;
    bool takes; /* something is taken away */
};
struct following {
    struct tx *t;
    ints orders;
    struct {
        struct delta *at;
        i64 n;
    } deltas;
};

CHANGE(
    day_add,
    "INSERT INTO product_day (product, day, orders, units, returned, sales, refund)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (product, day) DO UPDATE SET"
    " orders = product_day.orders + excluded.orders,"
    " units = product_day.units + excluded.units,"
    " returned = product_day.returned + excluded.returned,"
    " sales = product_day.sales + excluded.sales, refund = product_day.refund + excluded.refund");
CHANGE(day_tidy, "DELETE FROM product_day WHERE product = $1 AND day = $2 AND orders = 0"
                 " AND units = 0 AND returned = 0 AND sales = 0 AND refund = 0");

static void add_rows(struct following *f, const struct sold *s, int sign)
{
    for (i64 i = 0; i < s->rows.n; i++) {
        const struct sold_row *r = &s->rows.at[i];
        *PUSH(f->t->c->arena, &f->deltas) =
            (struct delta){ .product = r->product,
                            .day = s->day,
                            .orders = sign * (r->units > r->returned),
                            .units = sign * r->units,
                            .returned = sign * r->returned,
                            .sales = sign * r->sales,
                            .refund = sign * r->refund,
                            .takes = sign < 0 };
    }
}

static int by_product_and_day(const void *a, const void *b)
{
    const struct delta *x = a, *y = b;
    if (x->product != y->product) return x->product < y->product ? -1 : 1;
    return (x->day > y->day) - (x->day < y->day);
}

static enum err add_days(struct following *f)
{
    struct delta *at = f->deltas.at;
    i64 n = f->deltas.n;
    if (n) qsort(at, (size_t)n, sizeof *at, by_product_and_day);
    for (i64 i = 0; i < n;) {
        struct delta sum = at[i++];
        for (; i < n && at[i].product == sum.product && at[i].day == sum.day; i++) {
            sum.orders += at[i].orders;
            sum.units += at[i].units;
            sum.returned += at[i].returned;
            sum.sales += at[i].sales;
            sum.refund += at[i].refund;
            sum.takes |= at[i].takes;
        }
        TRY(tx_change(f->t, &day_add,
                      ARGS(sum.product, sum.day, sum.orders, sum.units, sum.returned, sum.sales,
                           sum.refund)));
        if (sum.takes) TRY(tx_change(f->t, &day_tidy, ARGS(sum.product, sum.day)));
    }
    return OK;
}

static enum err follow_order(struct following *f, i64 order)
{
    struct tx *t = f->t;
    struct sold was, is;
    TRY(sold_before(t->c, order, &was));
    TRY(sold_now(t->c, order, &is));
    if (sold_same(&was, &is)) return OK;
    add_rows(f, &was, -1);
    add_rows(f, &is, 1);
    if (was.any) TRY(tx_change(t, &sold_drop, ARGS(was.day, order)));
    if (was.any && (!is.any || was.day != is.day)) TRY(tx_change(t, &sold_day_drop, ARGS(order)));
    if (is.any && (!was.any || was.day != is.day))
        TRY(tx_change(t, &sold_day_put, ARGS(order, is.day)));
    for (i64 i = 0; i < is.rows.n; i++) {
        const struct sold_row *r = &is.rows.at[i];
        TRY(tx_change(t, &sold_put,
                      ARGS(is.day, order, r->product, r->member, r->units, r->returned, r->sales,
                           r->refund)));
    }
    return OK;
}

/* -- lines ------------------------------------------------------------------------------------- */

QUERY(orders_of_member, one_i64, "SELECT id AS value FROM purchase_order WHERE member = $1");

static enum err add_orders_of(struct following *f, i64 member)
{
    struct one_i64_list orders;
    TRY(db_all(f->t->c, &orders_of_member, &orders, ARGS(member)));
    for (i64 i = 0; i < orders.n; i++) *PUSH(f->t->c->arena, &f->orders) = orders.at[i].value;
    return OK;
}

static bool number_after(str text, const char *prefix, i64 *out)
{
    str head = str_of(prefix);
    return str_starts(text, head) && i64_parse(str_sub(text, head.n, text.n), out);
}

/* A merge moves orders without a line of theirs: both members' are read again. */
static enum err look_at(struct following *f, const struct timeline_line *l)
{
    i64 id;
    if (str_starts(l->kind, S("order."))) {
        if (number_after(l->subject, "order:", &id)) *PUSH(f->t->c->arena, &f->orders) = id;
        return OK;
    }
    if (!str_eq(l->kind, S("member.merged")) && !str_eq(l->kind, S("member.unmerged"))) return OK;
    TRY(add_orders_of(f, l->member));
    return number_after(l->subject, "member:", &id) ? add_orders_of(f, id) : OK;
}

static int by_number(const void *a, const void *b)
{
    i64 x = *(const i64 *)a, y = *(const i64 *)b;
    return (x > y) - (x < y);
}

static enum err follow(struct tx *t, const struct timeline_line *lines, i64 n)
{
    struct following f = { .t = t };
    for (i64 i = 0; i < n; i++) TRY(look_at(&f, &lines[i]));
    if (f.orders.n == 0) return OK;
    qsort(f.orders.at, (size_t)f.orders.n, sizeof(i64), by_number);
    for (i64 i = 0; i < f.orders.n; i++)
        if (i == 0 || f.orders.at[i] != f.orders.at[i - 1]) TRY(follow_order(&f, f.orders.at[i]));
    return add_days(&f);
}

CHANGE(forget_orders, "DELETE FROM product_order");
CHANGE(forget_sold, "DELETE FROM product_sold");
CHANGE(forget_days, "DELETE FROM product_day");
CHANGE(state_put, "INSERT INTO product_state (id, zone) VALUES (1, $1)"
                  " ON CONFLICT (id) DO UPDATE SET zone = excluded.zone");
QUERY(state_zone, one_str, "SELECT zone AS value FROM product_state WHERE id = 1");

static enum err reset(struct tx *t)
{
    TRY(tx_change(t, &forget_orders, NO_ARGS));
    TRY(tx_change(t, &forget_sold, NO_ARGS));
    TRY(tx_change(t, &forget_days, NO_ARGS));
    return tx_change(t, &state_put, ARGS(str_of(zone_name(t->c->zone))));
}

const struct follower product_followers[] = { { "products", follow, reset }, { 0 } };

enum err product_follow(struct store *s, struct ctx *c)
{
    struct one_str zone;
    i64 lines;
    bool found;
    TRY(db_find(c, &state_zone, &zone, &found, NO_ARGS));
    if (!found || !str_eq(zone.value, str_of(zone_name(c->zone))))
        return follower_rebuild(s, c, product_followers, &lines);
    return follower_run(s, c, product_followers, &lines);
}

enum err product_behind(struct ctx *c, i64 *lines)
{
    i64 seq, last;
    TRY(follower_cursor(c, product_followers, &seq));
    TRY(timeline_last(c, &last));
    *lines = last > seq ? last - seq : 0;
    return OK;
}
