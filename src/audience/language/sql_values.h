/* sql_values.h -- tests on texts in SQL: which of the different values pass is decided here, by one
 * function. */
#pragma once

#include "store/composed.h"

typedef bool pass_fn(struct arena *scratch, const void *by, str raw);
/* Of the texts (column `value`) that a statement answers, those that pass. E_TOO_LARGE: too many.
 */
enum err values_that_pass(struct ctx *c, const struct composed *from, pass_fn *passes,
                          const void *by, strs *out);
/* " IN ($1, $2, …)": one value at least. */
void list_add(struct composed *out, const strs *values);
