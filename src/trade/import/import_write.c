/* import_write.c -- a batch of orders into the store, in one write: whose they are, where their
 * lines stand. */
#include "trade/import/import_write.h"

#define ORDER_LINES_MAX 60000 /* below what import_seen can count */

/* An item report names no shop: its orders lie in whatever shop has their number. */
static enum err adopt_shop(struct ctx *c, struct arena *keep, struct order_fact *f)
{
    struct shop_view_list shops;
    struct order_place place;
    bool found = false;
    TRY(order_find(c, f->shop, f->number, &found, &place));
    if (found) return OK;
    TRY(shop_list(c, &shops));
    for (i64 i = 0; i < shops.n && !found; i++) {
        TRY(order_find(c, shops.at[i].name, f->number, &found, &place));
        if (found) f->shop = str_copy(keep, shops.at[i].name);
    }
    return OK;
}

/* Rows of an order that came before in this file: their lines stand before these. */
static enum err place_lines(struct ctx *c, const struct seen *seen, struct order_fact *f)
{
    struct order_place place;
    bool found = false;
    TRY(order_find(c, f->shop, f->number, &found, &place));
    i64 before = found ? seen_lines(seen, place.order) : -1;
    if (before + f->lines.n > ORDER_LINES_MAX)
        return fail(c, E_UNSUPPORTED, "订单 " STR_FMT " 超过 %d 行，多半是订单号那一列选错了",
                    "order " STR_FMT
                    " has more than %d rows: probably another column holds the order number",
                    STR_ARG(f->number), ORDER_LINES_MAX);
    for (i64 i = 0; i < f->lines.n; i++)
        f->lines.at[i].place = before > 0 ? SOME(before + i + 1) : NONE;
    return OK;
}

static enum err resolve(struct tx *t, struct batch_write *w, struct import_person *p, bool weak_ok,
                        i64 *member)
{
    bool created = false;
    struct member_sighting sighting = { .identities = p->identities,
                                        .n = p->n,
                                        .name = p->name,
                                        .weak_ok = weak_ok,
                                        .touchpoint = p->touchpoint,
                                        .source = S("import"),
                                        .at = p->at };
    TRY(member_resolve(t, &sighting, member, &created));
    w->created_members += created;
    return OK;
}

/* A buyer with nothing but masked values: whoever the order already has; else two of them together
 * may know him, one alone not. */
static enum err find_weak(struct tx *t, struct batch_write *w, const struct order_fact *f,
                          struct import_person *p, i64 *member)
{
    struct order_place place;
    bool found = false;
    *member = 0;
    TRY(order_find(t->c, f->shop, f->number, &found, &place));
    if (found) *member = place.member;
    if (*member || p->n < 2) return OK;
    return resolve(t, w, p, true, member);
}

static enum err find_members(struct tx *t, struct batch_write *w)
{
    struct import_batch *b = w->batch;
    for (i64 i = 0; i < b->persons.n; i++) b->persons.at[i].member = 0;
    for (i64 i = 0; i < b->facts.n; i++) {
        struct order_fact *f = &b->facts.at[i];
        i64 person = b->orders.at[i].person;
        f->member = 0;
        if (person < 0) continue;
        struct import_person *p = &b->persons.at[person];
        if (!p->strong) TRY(find_weak(t, w, f, p, &f->member));
        if (p->strong && !p->member) TRY(resolve(t, w, p, false, &p->member));
        if (p->strong) f->member = p->member;
    }
    for (i64 i = 0; i < b->facts.n && w->anonymous; i++)
        if (b->facts.at[i].member)
            TRY(member_living(t->c, b->facts.at[i].member, &b->facts.at[i].member));
    return OK;
}

enum err batch_write_run(struct tx *t, void *arg)
{
    struct batch_write *w = arg;
    struct import_batch *b = w->batch;
    w->created_members = 0;
    for (i64 i = 0; i < b->facts.n; i++) {
        struct order_fact *f = &b->facts.at[i];
        if ((w->plan->quirks & JOINS_ORDERS) && !w->plan->shop_given)
            TRY(adopt_shop(t->c, b->arena, f));
        if (w->maybe_seen[i]) TRY(place_lines(t->c, w->seen, f));
    }
    TRY(find_members(t, w));
    return order_write_cached(t, w->cache, b->facts.at, b->facts.n, w->results);
}
