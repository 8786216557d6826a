/* order_line.c -- the lines a source states, laid upon the lines that are known. */
#include <assert.h>

#include "base/num.h"
#include "trade/order.h"

/* Where the known lines are: by the source's line number, else by place. */
struct places {
    struct key_map by_id;
    i64 last; /* highest place */
};

static struct places places_of(struct arena *a, const struct line_row_list *lines)
{
    struct places p = { .by_id = { .arena = a } };
    for (i64 i = 0; i < lines->n; i++) {
        const struct line_row *l = &lines->at[i];
        bool added;
        if (l->line_id.at) key_map_slot(&p.by_id, 0, l->line_id, &added)->value = i;
        p.last = max_i64(p.last, l->line);
    }
    return p;
}

static struct line_row *line_at_place(const struct line_row_list *lines, i64 place)
{
    /* places are dense from 1 in almost every order: look there first */
    if (place <= lines->n && lines->at[place - 1].line == place) return &lines->at[place - 1];
    for (i64 i = 0; i < lines->n; i++)
        if (lines->at[i].line == place) return &lines->at[i];
    return NULL;
}

/* The known line a fact's line speaks of; NULL: a new one, whose place is *place. */
static struct line_row *line_meant(struct places *p, const struct line_row_list *lines,
                                   const struct order_line_fact *in, i64 i, i64 *place)
{
    if (str_empty(in->line_id)) {
        *place = in->place.has ? in->place.value : i + 1;
        return line_at_place(lines, *place);
    }
    bool added;
    struct key_slot *slot = key_map_slot(&p->by_id, 0, in->line_id, &added);
    if (!added) return &lines->at[slot->value];
    slot->value = lines->n;
    *place = p->last + 1;
    return NULL;
}

static money amount_of(const struct order_line_fact *in)
{
    money amount;
    if (in->amount.has) return in->amount.value;
    bool fits = money_times(in->price, in->quantity, &amount);
    assert(fits); /* order_fact_check */
    return fits ? amount : 0;
}

static enum err line_from(struct batch *b, i64 shop, const struct order_line_fact *in,
                          struct line_row *l)
{
    i64 product;
    str title;
    opt_money list = NONE;
    TRY(product_of_line(b, shop, in, &product, &title, &list));
    if (product) {
        /* of the day it was sold: a later catalogue does not make it a bargain */
        if (l->product != product) l->list_price = list;
        l->product = product;
        if (in->product.n) l->title = title;
    }
    if (in->line_id.n) l->line_id = in->line_id;
    l->quantity = in->quantity;
    l->price = in->price;
    l->amount = amount_of(in);
    if (in->refund.has) l->stated_refund = in->refund;
    return OK;
}

enum err lines_merge(struct batch *b, const struct order_row *o, const struct order_fact *in,
                     bool older, struct line_row_list *lines, bool *changed)
{
    struct arena *a = b->t->c->arena;
    struct places p = places_of(a, lines);
    i64 stored = lines->n;
    struct line_row *was = NEWS(a, struct line_row, stored);
    if (stored) memcpy(was, lines->at, (size_t)stored * sizeof *was);
    for (i64 i = 0; i < in->lines.n; i++) {
        i64 place = 0;
        struct line_row *known = line_meant(&p, lines, &in->lines.at[i], i, &place);
        if (known && older) continue;
        if (!known) {
            known = PUSH(a, lines);
            known->line = place;
            p.last = max_i64(p.last, place);
        }
        TRY(line_from(b, o->shop, &in->lines.at[i], known));
    }
    for (i64 i = 0; i < stored; i++) {
        if (row_equal(&line_row_shape, &was[i], &lines->at[i])) continue;
        *changed = true;
        TRY(line_update(b->t, o, &lines->at[i]));
    }
    if (stored < lines->n) *changed = true;
    return lines_add(b, o, lines->at + stored, lines->n - stored);
}
