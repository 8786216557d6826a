/* shown.h -- amounts, counts and words as sentences and tables write them. */
#pragma once

#include "store/store.h"

/* Before an amount: ¥ for CNY, else the currency and a blank. Without a store the default. */
str currency_mark(struct ctx *c);
/* A plain decimal with its whole part in threes: "-1234.50" is "−1,234.50". */
str grouped(struct arena *a, str plain);
/* "the week" as "The week". */
str first_upper(struct arena *a, str words);
