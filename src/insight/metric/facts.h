/* facts.h -- orders as they are kept for counting, and how a pass reads them.
 *
 * Orders are kept in blocks: those of PEOPLE neighbouring member ids, or of NUMBERS neighbouring
 * order ids without a known buyer. A block is read from SQL whole and never altered: what changed
 * is a new block. Members of a block lie together, each one's orders sorted by when they were paid.
 *
 * A block is columns (packed.h), one beside another in one piece of memory: about ten bytes an
 * order. What follows from an order's total is not kept: an order whose paid, gross or net is
 * another (ODD) has them in a table of its own; one whose lines are of several categories (PARTED)
 * has its parts in another. Both come in the order of orders, so a pass finds them by going along.
 */
#pragma once

#include "insight/metric/packed.h"

#define PEOPLE  1024 /* CHUNK is a multiple of it */
#define NUMBERS 16384

enum { OF_SHOP, OF_TOUCHPOINT, OF_CATEGORY, OF_KINDS };

/* SAME: a further part of the order of the fact before it. */
enum {
    FACT_PLACED = 1,
    FACT_PAID = 2,
    FACT_BOUGHT = 4,
    FACT_SAME = 8,
    FACT_ODD = 16,
    FACT_PARTED = 32,
};
/* An order, or the part of it that is of one category. */
struct fact {
    i64 total, paid, gross, net, units;
    u32 member;
    uint16_t placed, when; /* days: placed; paid (where it was not paid: placed) */
    uint16_t of[OF_KINDS]; /* codes */
    u8 flags;
    i64 order, part, odd; /* where it is read from; part, odd -1: nowhere */
};

enum {               /* columns of each table of a block */
       ORDER_PLACED, /* days after `when` */
       ORDER_SHOP,
       ORDER_TOUCHPOINT,
       ORDER_CATEGORY, /* of one that is not PARTED */
       ORDER_UNITS,
       ORDER_TOTAL,
       ORDER_COLUMNS,
};
enum { ODD_PAID, ODD_GROSS, ODD_NET, ODD_COLUMNS };
enum { PART_CATEGORY, PART_MORE, PART_UNITS, PART_TOTAL, PART_COLUMNS }; /* MORE: another follows */
enum { REFUND_FIRST = 1, REFUND_FIRST_OF_CATEGORY = 2 };
enum { /* what was given back of an order, or of its part */
       REFUND_WHO,
       REFUND_DAY,
       REFUND_FLAGS,
       REFUND_SHOP,
       REFUND_TOUCHPOINT,
       REFUND_CATEGORY,
       REFUND_AMOUNT,
       REFUND_COLUMNS,
};
enum { PERSON_WHO, PERSON_SEEN, PERSON_TOUCHPOINT, PERSON_COLUMNS }; /* living members */
enum { /* a member's first purchase of all, and what came of it */
       BUYER_WHO,
       BUYER_ORDER,
       BUYER_BACK, /* days to his second purchase; -1: there is none */
       BUYER_NET,  /* of all his orders */
       BUYER_COLUMNS,
};

struct facts_block {
    _Atomic i64 users;
    i64 first, members_n;  /* ids; orders without a buyer are of one member, 0 */
    struct packed members; /* orders of each */
    i64 orders_n, refunds_n, people_n, buyers_n;
    const uint16_t *when;
    const u8 *flags;
    struct packed order[ORDER_COLUMNS], odd[ODD_COLUMNS];
    struct packed part[PART_COLUMNS], odd_part[ODD_COLUMNS];
    struct packed refund[REFUND_COLUMNS], person[PERSON_COLUMNS], buyer[BUYER_COLUMNS];
    bool parts; /* categories were read; the book's to look at */
    _Alignas(8) char data[];
};

/* Where a pass stands. */
struct facts_at {
    i64 member, left, order, odd, part, odd_part;
    bool more; /* parts of the order before */
};

/* The next fact: whose, when and flags alone. false: the end. parts: orders apart by category. */
static inline bool fact_next(const struct facts_block *b, struct facts_at *at, bool parts,
                             struct fact *f)
{
    if (!at->more) {
        for (; at->left == 0; at->member++) {
            if (at->member == b->members_n) return false;
            at->left = packed_get(&b->members, at->member);
        }
        at->left--;
        f->order = at->order++;
        f->member = (u32)(b->first + at->member - 1);
        f->when = b->when[f->order];
        f->flags = b->flags[f->order];
        f->odd = f->flags & FACT_ODD ? at->odd++ : -1;
        f->part = -1;
        if (!parts || !(f->flags & FACT_PARTED)) return true;
    } else f->flags |= FACT_SAME;
    f->part = at->part++;
    if (f->flags & FACT_ODD) f->odd = at->odd_part++;
    at->more = packed_get(&b->part[PART_MORE], f->part);
    return true;
}

static inline uint16_t fact_placed(const struct facts_block *b, const struct fact *f)
{
    return (uint16_t)(f->when + packed_get(&b->order[ORDER_PLACED], f->order));
}

/* When placed, and codes. */
static inline void fact_where(const struct facts_block *b, struct fact *f)
{
    f->placed = fact_placed(b, f);
    f->of[OF_SHOP] = (uint16_t)packed_get(&b->order[ORDER_SHOP], f->order);
    f->of[OF_TOUCHPOINT] = (uint16_t)packed_get(&b->order[ORDER_TOUCHPOINT], f->order);
    f->of[OF_CATEGORY] = (uint16_t)(f->part < 0 ? packed_get(&b->order[ORDER_CATEGORY], f->order)
                                                : packed_get(&b->part[PART_CATEGORY], f->part));
}

/* Pieces and money. */
static inline void fact_amounts(const struct facts_block *b, struct fact *f)
{
    bool part = f->part >= 0;
    f->units = part ? packed_get(&b->part[PART_UNITS], f->part)
                    : packed_get(&b->order[ORDER_UNITS], f->order);
    f->total = part ? packed_get(&b->part[PART_TOTAL], f->part)
                    : packed_get(&b->order[ORDER_TOTAL], f->order);
    f->paid = f->gross = f->net = f->flags & FACT_PAID ? f->total : 0;
    if (f->odd < 0) return;
    const struct packed *odd = part ? b->odd_part : b->odd;
    f->paid = packed_get(&odd[ODD_PAID], f->odd);
    f->gross = packed_get(&odd[ODD_GROSS], f->odd);
    f->net = packed_get(&odd[ODD_NET], f->odd);
}
