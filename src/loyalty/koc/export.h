/* export.h -- statements as a table for a file. */
#pragma once

#include "loyalty/koc.h"

/* By line, of one statement or of all of a month; each begins with a row of its sums. */
enum err koc_export(struct ctx *c, str path, bool xlsx, str month, opt_i64 number, bool personal);
