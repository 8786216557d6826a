/* pack.c -- what was read of a block, sorted and packed into columns in one piece of memory. */
#include <stdlib.h>

#include "insight/metric/reading.h"

/* -- order ------------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const struct staged_order *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

#define FEW 16
static void member_sort(struct staged_order *at, i64 n)
{
    bool sorted = true;
    for (i64 i = 1; i < n && sorted; i++) sorted = by_time(&at[i - 1], &at[i]) <= 0;
    if (sorted) return;
    if (n > FEW) {
        qsort(at, (size_t)n, sizeof *at, by_time);
        return;
    }
    for (i64 i = 1; i < n; i++) {
        struct staged_order moving = at[i];
        i64 k = i;
        for (; k > 0 && by_time(&at[k - 1], &moving) > 0; k--) at[k] = at[k - 1];
        at[k] = moving;
    }
}

/* -- what is kept beside orders -----------------------------------------------------------------
 */

struct staged_member {
    i64 orders;
};
struct staged_odd {
    i64 of[ODD_COLUMNS];
};
struct staged_buyer {
    i64 of[BUYER_COLUMNS];
};
struct packing {
    struct arena *a;
    struct staged *s;
    struct staged_member *members;
    STAGED(odd) odd, odd_parts;
    STAGED(part) parts;
    STAGED(buyer) buyers;
};

/* Of one member's orders; nothing when he never bought. */
static void find_buyer(struct packing *p, i64 from, i64 n)
{
    i64 first = -1, back = -1, net = 0;
    const struct staged_order *at = p->s->orders.at + from;
    for (i64 i = 0; i < n; i++) {
        net += at[i].odd[ODD_NET];
        if (!(at[i].flags & FACT_BOUGHT)) continue;
        if (first < 0) first = i;
        else if (back < 0) back = at[i].when - at[first].when;
    }
    if (first < 0) return;
    *PUSH(p->a, &p->buyers) = (struct staged_buyer){ {
        [BUYER_WHO] = at->member - p->s->first,
        [BUYER_ORDER] = from + first,
        [BUYER_BACK] = back,
        [BUYER_NET] = net,
    } };
}

static void put_odd(struct packing *p, const struct staged_order *o)
{
    struct staged_odd *odd = PUSH(p->a, &p->odd);
    memcpy(odd->of, o->odd, sizeof odd->of);
    for (i64 k = 0; k < o->parts_n; k++) {
        odd = PUSH(p->a, &p->odd_parts);
        memcpy(odd->of, p->s->parts_of.at[o->parts + k].odd, sizeof odd->of);
    }
}

static void gather(struct packing *p)
{
    struct staged *s = p->s;
    p->members = NEWS(p->a, struct staged_member, s->members_n);
    for (i64 i = 0, end; i < s->orders.n; i = end) {
        struct staged_order *at = &s->orders.at[i];
        for (end = i + 1; end < s->orders.n && s->orders.at[end].member == at->member;) end++;
        member_sort(at, end - i);
        p->members[at->member - s->first].orders = end - i;
        if (at->member) find_buyer(p, i, end - i);
    }
    for (i64 i = 0; i < s->orders.n; i++) {
        const struct staged_order *o = &s->orders.at[i];
        if (o->flags & FACT_ODD) put_odd(p, o);
        for (i64 k = 0; k < o->parts_n; k++) *PUSH(p->a, &p->parts) = s->parts_of.at[o->parts + k];
    }
}

/* -- packing ----------------------------------------------------------------------------------- */

#define PIECES 64
struct pieces { /* a column each, and what it is made of */
    struct {
        struct unpacked from;
        struct packed *to;
        i64 bytes;
    } at[PIECES];
    i64 n, bytes;
};

static void plan(struct pieces *p, struct packed *to, int columns, const i64 *first, i64 stride,
                 i64 n)
{
    for (int k = 0; k < columns; k++) {
        struct unpacked from = { first + k, stride / (i64)sizeof *first, n };
        p->at[p->n].from = from;
        p->at[p->n].to = &to[k];
        p->at[p->n].bytes = n ? packed_plan(from, &to[k]) : 0;
        p->bytes += p->at[p->n++].bytes;
    }
}

/* Of a table's rows, from their first member on. */
#define PLAN(P, TO, COLUMNS, ROWS, N) \
    plan(P, TO, COLUMNS, (const i64 *)(const void *)(ROWS), (i64)sizeof *(ROWS), N)

static void plan_all(struct pieces *p, const struct packing *k, struct facts_block *b)
{
    const struct staged *s = k->s;
    PLAN(p, &b->members, 1, k->members, s->members_n);
    PLAN(p, b->order, ORDER_COLUMNS, s->orders.at, s->orders.n);
    PLAN(p, b->odd, ODD_COLUMNS, k->odd.at, k->odd.n);
    PLAN(p, b->part, PART_COLUMNS, k->parts.at, k->parts.n);
    PLAN(p, b->odd_part, ODD_COLUMNS, k->odd_parts.at, k->odd_parts.n);
    PLAN(p, b->refund, REFUND_COLUMNS, s->refunds.at, s->refunds.n);
    PLAN(p, b->person, PERSON_COLUMNS, s->people.at, s->people.n);
    PLAN(p, b->buyer, BUYER_COLUMNS, k->buyers.at, k->buyers.n);
}

struct facts_block *block_pack(struct arena *a, struct staged *s)
{
    struct packing k = { .a = a, .s = s };
    gather(&k);
    i64 n = s->orders.n, whens = (n * (i64)sizeof(uint16_t) + 7) / 8 * 8, flags = (n + 7) / 8 * 8;
    struct facts_block head = { .users = 1,
                                .first = s->first,
                                .members_n = s->members_n,
                                .orders_n = n,
                                .refunds_n = s->refunds.n,
                                .people_n = s->people.n,
                                .buyers_n = k.buyers.n,
                                .parts = s->parts };
    struct pieces *p = NEW(a, struct pieces);
    plan_all(p, &k, &head);
    struct facts_block *b = malloc(sizeof *b + (size_t)(whens + flags + p->bytes));
    if (!b) abort();
    memcpy(b, &head, sizeof head);
    uint16_t *when = (uint16_t *)(void *)b->data;
    u8 *bits = (u8 *)b->data + whens;
    char *at = b->data + whens + flags;
    for (i64 i = 0; i < n; i++) {
        when[i] = s->orders.at[i].when;
        bits[i] = s->orders.at[i].flags;
    }
    b->when = when;
    b->flags = bits;
    for (i64 i = 0; i < p->n; at += p->at[i++].bytes) {
        struct packed *to =
            (struct packed *)(void *)((char *)b + ((char *)p->at[i].to - (char *)&head));
        packed_fill(p->at[i].from, at, to);
    }
    return b;
}

void block_free(struct facts_block *b) { free(b); }
