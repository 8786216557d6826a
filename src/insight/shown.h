/* shown.h -- amounts and counts as sentences write them: ¥1,234.50 and 1,234. */
#pragma once

#include "store/store.h"

/* Before an amount: ¥ for CNY, else the currency and a blank. Without a store the default. */
str currency_mark(struct ctx *c);
/* A plain decimal with its whole part in threes: "-1234.50" is "−1,234.50". */
str grouped(struct arena *a, str plain);
