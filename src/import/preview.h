/* preview.h -- inside the importer: the first rows of a file, raw and as they would be
 * understood. */
#pragma once

#include "import/import.h"

#define FIELDS_OF_import_fact(X, N)                          \
    X(str, shop, ANY, "Shop", N)                             \
    X(str, number, ANY, "Order number", N)                   \
    X(choice(order_state), state, ANY, "Where it stands", N) \
    X(str, status, ANY, "The source's own word for it", N)   \
    X(str, member_kind, ANY, "What names the buyer", N)      \
    X(str, member, PERSONAL, "The buyer", N)                 \
    X(opt_instant, created_at, ANY, "Placed", N)             \
    X(opt_instant, paid_at, ANY, "Paid at", N)               \
    X(opt_money, total, ANY, "Amount due", N)                \
    X(opt_money, paid, ANY, "Amount paid", N)                \
    X(opt_money, refund, ANY, "Refunded", N)                 \
    X(opt_money, postage, ANY, "Postage", N)                 \
    X(opt_i64, quantity, ANY, "Pieces", N)                   \
    X(str, province, ANY, "Province", N)                     \
    X(str, city, ANY, "City", N)                             \
    X(list(order_line_fact), lines, ANY, "Lines", N)
SHAPE(import_fact);

struct import_preview_result {
    str format;
    struct import_plan plan;
    struct problem why; /* of the plan: what the mapping lacks; err OK when it can run */
    json rows;          /* the first ten, [[…]] */
    struct import_fact_list facts;
    struct import_shown_list events;
    struct import_problem_list problems;
};
/* Personal columns are masked unless c may read them. An unusable mapping is no error: `why` tells.
 */
enum err import_preview_read(struct ctx *c, str path, const struct import_choice *choice,
                             struct import_preview_result *out);
