/* person.h -- inside the importer: buyers of a batch, each once. */
#pragma once

#include "import/order_row.h"
#include "trade/key_map.h"

/* The columns that name a person. */
void import_buyer_cells(struct cells *r, struct row_values *v);

struct import_buyers {
    const struct import_plan *plan;
    struct import_batch *batch;
    struct key_map people; /* in the batch's arena */
};
/* The place of the row's buyer in batch->persons; -1: the row names nobody. c->arena is left as it
 * was. */
i64 import_person_of(struct ctx *c, struct import_buyers *r, const struct row_values *v, str shop,
                     instant at);
