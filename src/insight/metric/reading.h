/* reading.h -- between SQL and a block of orders: what was read of it, before it is packed. */
#pragma once

#include "insight/metric/inside.h"

struct staged_order {
    i64 of[ORDER_COLUMNS]; /* until the end the shop's id; a touchpoint not told: -1 */
    i64 odd[ODD_COLUMNS];
    i64 id;
    instant at;         /* paid, or placed: sorts a member's orders */
    i64 parts, parts_n; /* its parts among the staged ones */
    u32 member;
    uint16_t when;
    u8 flags;
};
struct staged_part {
    i64 of[PART_COLUMNS], odd[ODD_COLUMNS];
};
struct staged_refund {
    i64 of[REFUND_COLUMNS];
};
struct staged_person {
    i64 of[PERSON_COLUMNS];
};
#define STAGED(NAME)              \
    struct {                      \
        struct staged_##NAME *at; \
        i64 n;                    \
    }
struct staged {
    i64 first, members_n; /* ids */
    bool parts;
    STAGED(order) orders;
    STAGED(part) parts_of;
    STAGED(refund) refunds;
    STAGED(person) people;
};
/* Sorts what was read, and packs it. Memory of a is for the time of the call. */
struct facts_block *block_pack(struct arena *a, struct staged *s);

/* -- names (naming.c) -------------------------------------------------------------------------- */

/* 0: not known, or too many. */
uint16_t code_of(struct naming *names, int kind, str text);
/* Codes for the touchpoints of entries (cost.c), whether or not anybody came by them. */
enum err name_told(struct ctx *c, struct naming *names);
/* And for those of the rows of behaviour, by 1 + word. */
const uint16_t *name_met(struct ctx *c, struct naming *names, const struct view *v);
/* A shop by its id (OF_SHOP), or a product: its category (OF_CATEGORY). Read anew when it is not
 * among them and they are not fresh. NULL: there is none. */
enum err name_of_id(struct ctx *c, struct naming *names, int kind, i64 id, bool *fresh,
                    struct id_name **out);
uint16_t code_of_id(struct naming *names, int kind, struct id_name *n);
void id_names_forget(struct id_names *n);
