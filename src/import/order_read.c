/* order_read.c -- rows become orders: consecutive or scattered rows of one number are one
 * order_fact with its lines and buyer.
 *
 * Invariants
 *   1. a row goes in whole or not at all: values are read and checked before anything is changed.
 *   2. a batch ends between two orders, except for an order of more than ROWS_OF_ONE_ORDER rows.
 *   3. facts, orders and persons of a batch live in its arena; nothing points into the sheet.
 */
#include <stdio.h>

#include "base/num.h"
#include "import/address.h"
#include "import/kind.h"
#include "import/person.h"
#include "trade/order.h"

#define ROWS_OF_ONE_ORDER 20000
#define WORDS_MAX         8

/* A status word met in the file: looked up once. */
struct word {
    str text;
    int state;
    bool paid; /* named by --paid-status */
    i64 rows;
};

struct order_reader {
    struct sheet *sheet;
    const struct import_plan *plan;
    struct arena *arena; /* words */
    struct instant_memo memo[4];
    struct {
        struct word *at;
        i64 n;
    } words;
    bool held, ended; /* held: a row is read and not yet taken */
    struct sheet_row row;
    /* of the batch in work */
    struct import_batch *batch;
    struct key_map numbers;
    struct import_buyers buyers;
    i64 last; /* the order of the last row; -1: none */
};

static void reader_free(void *arg)
{
    struct order_reader *r = arg;
    arena_free(r->arena);
}

enum err order_reader_open(struct ctx *c, struct sheet *s, const struct import_plan *p, void **out)
{
    struct order_reader *r = NEW(c->arena, struct order_reader);
    r->sheet = s;
    r->plan = p;
    r->arena = arena_new();
    arena_defer(c->arena, reader_free, r);
    *out = r;
    return OK;
}

/* -- the plan ---------------------------------------------------------------------------------- */

static bool maps_any(const struct import_plan *p, const enum import_field *fields, i64 n)
{
    for (i64 i = 0; i < n; i++)
        if (import_maps(p, fields[i])) return true;
    return false;
}

enum err order_plan(struct ctx *c, const struct import_choice *choice, struct import_plan *out)
{
    static const enum import_field of_lines[] = { F_LINE_ID, F_PRODUCT_ID, F_PRODUCT, F_PRICE,
                                                  F_AMOUNT };
    static const enum import_field of_payment[] = { F_PAID_AT, F_PAID, F_STATUS };
    static const enum import_field of_amount[] = { F_TOTAL, F_PRICE, F_AMOUNT };
    if (out->by_row) out->at[F_ORDER_ID][0] = -1;
    out->has_lines = maps_any(out, of_lines, COUNT(of_lines));
    out->counts_as_paid = !maps_any(out, of_payment, COUNT(of_payment)) &&
                          !choice->options.paid_status.n &&
                          maps_any(out, of_amount, COUNT(of_amount));
    if (out->by_row || import_maps(out, F_ORDER_ID)) return OK;
    return fail_at(
        c, E_INVALID, S("order_id"),
        "看不出哪一列是订单号，请用 order_id "
        "指定；文件里没有订单号就选择“每行一个订单”（--order-id row）。表头是：" STR_FMT,
        "which column is the order number? map order_id, or say --order-id row when there is none. "
        "The header is: " STR_FMT,
        STR_ARG(str_join(c->arena, out->columns, S(", "))));
}

/* -- status words ------------------------------------------------------------------------------ */

static struct word *word_of(struct order_reader *r, str text)
{
    for (i64 i = 0; i < r->words.n; i++)
        if (str_eq(r->words.at[i].text, text)) return &r->words.at[i];
    static struct word unknown = { .state = WORD_UNKNOWN };
    if (r->words.n >= 1000)
        return &unknown; /* no status column has so many: not worth remembering */
    struct word *w = PUSH(r->arena, &r->words);
    *w = (struct word){ str_copy(r->arena, text), import_status_state(r->arena, text), false, 0 };
    str folded = str_fold(r->arena, text);
    for (i64 i = 0; i < r->plan->paid_status.n; i++)
        w->paid |= str_eq(r->plan->paid_status.at[i], folded);
    if (w->paid && w->state != ORDER_SHIPPED && w->state != ORDER_COMPLETED) w->state = ORDER_PAID;
    return w;
}

str order_unknown_words(struct arena *a, const void *reader)
{
    const struct order_reader *r = reader;
    struct buf b = { .arena = a };
    i64 shown = 0;
    for (i64 i = 0; i < r->words.n && shown < WORDS_MAX; i++) {
        const struct word *w = &r->words.at[i];
        if (w->state != WORD_UNKNOWN) continue;
        buf_fmt(&b, "%s" STR_FMT " (%lld)", shown++ ? ", " : "", STR_ARG(w->text),
                (long long)w->rows);
    }
    return b.n ? buf_str(&b) : NO_STR;
}

/* -- a row into its order ---------------------------------------------------------------------- */

static void keep(struct arena *a, str *known, str said)
{
    if (!known->n && said.n) *known = str_copy(a, said);
}

static void keep_opt(opt_i64 *known, opt_i64 said)
{
    if (!known->has) *known = said;
}

static void keep_amount(opt_i64 *known, opt_i64 said, bool add)
{
    if (known->has && add && said.has) known->value += said.value;
    else keep_opt(known, said);
}

static u64 row_hash(const struct sheet_row *row)
{
    u64 h = 0x9E3779B97F4A7C15ull;
    for (i64 i = 0; i < row->n; i++)
        h = (h ^ str_hash(row->cells[i])) * 0xFF51AFD7ED558CCDull + (u64)i;
    return h;
}

/* The order this row belongs to; made when it is the first of the batch. */
static i64 order_of(struct order_reader *r, const struct row_values *v)
{
    struct import_batch *b = r->batch;
    str shop = v->shop.n ? v->shop : r->plan->shop;
    if (r->last >= 0) {
        const struct order_fact *f = &b->facts.at[r->last];
        if (str_eq(f->number, v->number) && str_eq(f->shop, shop)) return r->last;
    }
    u64 shop_hash = v->shop.n ? str_hash(shop) : 0;
    bool added;
    struct key_slot *slot = key_map_slot(&r->numbers, (i64)shop_hash, v->number, &added);
    if (!added) return r->last = slot->value;
    slot->value = b->facts.n;
    struct order_fact *f = PUSH(b->arena, &b->facts);
    struct import_order *o = PUSH(b->arena, &b->orders);
    *o = (struct import_order){ .person = -1,
                                .status_state = WORD_UNKNOWN,
                                .alive_state = WORD_UNKNOWN };
    f->number = slot->key = str_copy(b->arena, v->number);
    f->shop = v->shop.n ? str_copy(b->arena, shop) : shop;
    f->currency = r->plan->currency;
    f->net_of_refund = (r->plan->quirks & NET_OF_REFUND) != 0;
    return r->last = slot->value;
}

static void take_place(struct arena *a, struct order_fact *f, struct row_values *v)
{
    str name, phone, address = v->address;
    if (v->address.n && address_with_buyer(v->address, &name, &phone, &address)) {
        v->name = str_or(v->name, name);
        v->phone = str_or(v->phone, phone);
    }
    keep(a, &f->province, v->province);
    keep(a, &f->city, v->city);
    if (!address.n || (f->province.n && f->city.n)) return;
    struct place place = place_of_address(address);
    keep(a, &f->province, place.province);
    keep(a, &f->city, place.city);
}

/* "2× Name, 1× Name": pieces and names; a comma inside a name is told apart by the next count. */
static bool next_listed(str *rest, i64 *quantity, str *name)
{
    static const char *const signs[] = { "× ", "×", "x " };
    str s = str_trim(*rest);
    for (i64 k = 0; k < COUNT(signs); k++) {
        i64 at = str_find(s, str_of(signs[k]));
        if (at <= 0 || !i64_parse(str_trim(str_sub(s, 0, at)), quantity)) continue;
        str tail = str_sub(s, at + (i64)strlen(signs[k]), s.n);
        for (i64 i = 0; i < tail.n; i++) {
            if (tail.at[i] != ',') continue;
            str after = str_trim(str_sub(tail, i + 1, tail.n));
            i64 digits = 0;
            while (digits < after.n && after.at[digits] >= '0' && after.at[digits] <= '9') digits++;
            if (!digits || !str_starts(str_sub(after, digits, after.n), str_of(signs[k]))) continue;
            *name = str_trim(str_sub(tail, 0, i));
            *rest = after;
            return true;
        }
        *name = str_trim(tail);
        *rest = NO_STR;
        return true;
    }
    return false;
}

static void take_listed(struct arena *a, struct order_fact *f, str cell)
{
    i64 quantity = 0;
    str name, rest = cell;
    while (rest.n && next_listed(&rest, &quantity, &name))
        *PUSH(a, &f->lines) =
            (struct order_line_fact){ .product = str_copy(a, name), .quantity = quantity };
}

static void take_line(struct order_reader *r, struct order_fact *f, const struct row_values *v,
                      bool dead)
{
    struct arena *a = r->batch->arena;
    if (r->plan->quirks & PRODUCT_LIST) {
        take_listed(a, f, v->product);
        return;
    }
    if (!v->line_id.n && !v->product_id.n && !v->product.n && !v->price.has && !v->amount.has)
        return;
    struct order_line_fact l = { .quantity = v->quantity.has ? v->quantity.value : 1,
                                 .amount = v->amount,
                                 .refund = v->line_refund };
    if (v->price.has) l.price = v->price.value;
    if (!v->price.has && v->amount.has && l.quantity) l.price = v->amount.value / l.quantity;
    money amount;
    if (v->discount.has && !v->amount.has && money_times(l.price, l.quantity, &amount))
        l.amount = SOME(amount - v->discount.value);
    if (v->line_id.n) l.line_id = str_copy(a, v->line_id);
    if ((r->plan->quirks & LINE_BY_PRODUCT) && !v->line_id.n && v->product_id.n)
        l.line_id = str_sub(
            str_fmt(a, STR_FMT "|" STR_FMT, STR_ARG(v->product_id), STR_ARG(v->variant)), 0, 190);
    if (v->product_id.n) l.product_id = str_copy(a, v->product_id);
    if (v->product.n) l.product = str_copy(a, v->product);
    if (v->category.n) l.category = str_copy(a, v->category);
    if (dead && !l.refund.has) {
        opt_money given = v->paid.has ? v->paid : l.amount;
        if (given.has && given.value > 0) l.refund = given;
    }
    *PUSH(a, &f->lines) = l;
}

/* What a row says about where its order stands. */
static int take_status(struct order_reader *r, struct import_order *o, const struct row_values *v)
{
    int state = WORD_UNKNOWN;
    if (v->status.n) {
        struct word *w = word_of(r, v->status);
        w->rows++;
        state = w->state;
    }
    if (o->status_state == WORD_UNKNOWN) o->status_state = state;
    bool refunded =
        v->aftersale.n && import_status_state(r->batch->arena, v->aftersale) == ORDER_REFUNDED;
    if (refunded) state = ORDER_REFUNDED;
    o->refunded |= refunded;
    o->cancelled |= v->cancelled;
    return state;
}

static void take_row(struct ctx *c, struct order_reader *r, struct row_values *v)
{
    struct import_batch *b = r->batch;
    char number[64];
    if (r->plan->by_row) {
        int n = snprintf(number, sizeof number, "row%lld-%016llx", (long long)r->row.number,
                         (unsigned long long)row_hash(&r->row));
        v->number = (str){ number, n };
    }
    i64 i = order_of(r, v);
    struct order_fact *f = &b->facts.at[i];
    struct import_order *o = &b->orders.at[i];
    if (r->plan->drop_duplicates) {
        u64 h = row_hash(&r->row);
        for (i64 k = 0; k < o->seen_rows.n; k++)
            if (o->seen_rows.at[k] == h) {
                b->duplicates++;
                return;
            }
        *PUSH(b->arena, &o->seen_rows) = h;
    }
    *PUSH(b->arena, &o->rows) = r->row.number;
    take_place(b->arena, f, v);
    bool add = (r->plan->quirks & ROWS_ADD_UP) != 0;
    keep_opt(&f->created_at, v->created_at);
    keep_opt(&f->paid_at, v->paid_at);
    if (!f->completed_at.has ||
        (v->completed_at.has && v->completed_at.value > f->completed_at.value))
        f->completed_at = v->completed_at.has ? v->completed_at : f->completed_at;
    keep_amount(&f->total, v->total, add);
    keep_amount(&f->paid, v->paid, add);
    keep_amount(&f->refund, v->refund, add);
    keep_amount(&f->postage, v->postage, add);
    if (!r->plan->has_lines) keep_amount(&f->quantity, v->quantity, add);
    keep(b->arena, &f->status, v->status);
    keep(b->arena, &f->country, v->country);
    keep(b->arena, &f->touchpoint, v->touchpoint);
    keep(b->arena, &f->code, v->promo_code);
    if (v->currency.n && r->plan->currency.n == 0) keep(b->arena, &f->currency, v->currency);
    int state = take_status(r, o, v);
    bool dead = add && (state == ORDER_CANCELLED || state == ORDER_REFUNDED);
    if (dead) {
        o->dead++;
        o->dead_amount += v->paid.has ? v->paid.value : 0;
    } else {
        o->alive++;
        if (state > o->alive_state) o->alive_state = state;
    }
    if (o->person < 0)
        o->person = import_person_of(c, &r->buyers, v, f->shop,
                                     v->created_at.has ? v->created_at.value : v->paid_at.value);
    if (r->plan->has_lines) take_line(r, f, v, dead && f->paid_at.has);
}

/* -- an order complete ------------------------------------------------------------------------- */

/* Sub-orders called off beside others that live: their money went back, or was never given. */
static void settle_dead(struct order_fact *f, struct import_order *o)
{
    o->status_state = o->alive_state;
    if (!f->paid_at.has) {
        if (f->paid.has) f->paid.value -= o->dead_amount;
    } else if (!f->refund.has) {
        f->refund = SOME(o->dead_amount);
    }
}

static bool has_amount(const struct order_fact *f) { return f->total.has || f->lines.n > 0; }

static void settle_state(const struct import_plan *p, struct order_fact *f, struct import_order *o)
{
    if (o->dead && o->alive) settle_dead(f, o);
    int state = o->status_state;
    if (o->refunded && !(o->dead && o->alive)) state = ORDER_REFUNDED;
    if (o->cancelled && state != ORDER_REFUNDED) state = ORDER_CANCELLED;
    if (state == WORD_UNKNOWN) {
        bool paid =
            f->paid.has && f->paid.value > 0 && !p->paid_status.n && !import_maps(p, F_PAID_AT);
        state = paid || (p->counts_as_paid && has_amount(f)) ? ORDER_PAID : ORDER_PLACED;
    }
    f->state = (enum order_state)state;
}

/* Paid and refund of this fact alone, by trade's own rules. */
static void derive(struct arena *a, const struct order_fact *f, struct import_order *o)
{
    struct order_row row = { 0 };
    struct line_row_list lines = { NEWS(a, struct line_row, f->lines.n ? f->lines.n : 1),
                                   f->lines.n };
    for (i64 i = 0; i < f->lines.n; i++) {
        const struct order_line_fact *l = &f->lines.at[i];
        money amount = 0;
        if (l->amount.has) amount = l->amount.value;
        else if (!money_times(l->price, l->quantity, &amount)) amount = 0;
        lines.at[i] = (struct line_row){ .quantity = l->quantity,
                                         .amount = amount,
                                         .stated_refund = l->refund };
    }
    order_apply(&row, f);
    order_derive(&row, &lines);
    o->paid = row.paid;
    o->refund = row.refund;
    o->state = row.state;
    o->by_lines = !f->paid.has && !f->total.has;
}

/* Facts that trade would refuse are taken out again, with all their rows. */
static void finish_batch(struct ctx *c, struct order_reader *r)
{
    struct import_batch *b = r->batch;
    i64 kept = 0;
    for (i64 i = 0; i < b->facts.n; i++) {
        struct order_fact *f = &b->facts.at[i];
        struct import_order *o = &b->orders.at[i];
        if (!o->rows.n) continue;
        settle_state(r->plan, f, o);
        struct arena_mark mark = arena_mark(c->arena);
        bool good = order_fact_check(c, f) == OK;
        if (good) derive(c->arena, f, o);
        arena_rewind(c->arena, mark);
        for (i64 k = 0; k < o->rows.n && !good; k++)
            batch_refuse(b, r->plan, o->rows.at[k], -1, f->number, str_of(c->why.detail));
        if (!good) continue;
        b->facts.at[kept] = *f;
        b->orders.at[kept++] = *o;
    }
    b->facts.n = b->orders.n = kept;
    b->progress = sheet_progress(r->sheet);
}

enum err order_read(struct ctx *c, void *reader, i64 max_rows, i64 max_orders,
                    struct import_batch *b, bool *more)
{
    struct order_reader *r = reader;
    struct row_values v;
    struct row_fault fault = { 0 };
    enum err e = OK;
    r->batch = b;
    r->numbers = (struct key_map){ .arena = b->arena };
    r->buyers = (struct import_buyers){ r->plan, b, { .arena = b->arena } };
    r->last = -1;
    while (!r->ended) {
        bool got = true;
        if (!r->held) e = sheet_next(c, r->sheet, &r->row, &got);
        r->held = false;
        if (e != OK || !got) {
            r->ended = true;
            break;
        }
        bool good = row_values_read(c, r->plan, &r->row, r->memo, &v, &fault);
        bool full = b->rows >= max_rows || b->facts.n >= max_orders;
        if (full && r->last >= 0 && b->rows < max_rows + ROWS_OF_ONE_ORDER && good &&
            !r->plan->by_row)
            full = !str_eq(b->facts.at[r->last].number, v.number);
        if (full) {
            r->held = true;
            break;
        }
        b->rows++;
        if (good) take_row(c, r, &v);
        else batch_refuse(b, r->plan, r->row.number, fault.column, fault.value, fault.reason);
    }
    struct problem why = c->why;
    finish_batch(c, r);
    if (e != OK) c->why = why;
    *more = !r->ended;
    return e;
}
