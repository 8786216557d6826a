/* num.h -- numbers and money from text and back, exactly: no floats, overflow refused. */
#pragma once

#include "base/str.h"

bool i64_parse(str s, i64 *out); /* optional sign, digits only, the whole of s */
bool f64_parse(str s, f64 *out); /* JSON number grammar, finite */

/* A plain decimal ("12", "-0.5", "12.3456"): at most four decimals unless the rest are zeros. */
bool money_parse(str s, money *out);
/* As people and back-ends write it: ¥ ￥ $ £ € CNY RMB, 元, thousands (also full-width), blanks,
 * (1.20) and -1.20, 1.2E+3. More than four decimals are rounded half away from zero. */
bool money_parse_loose(str s, money *out);
/* As loose, for counts: "3", "3.0", "1,200 件". */
bool quantity_parse_loose(str s, i64 *out);

str money_text(struct arena *a,
               money m); /* at least two decimals, no more than needed: 186.00, 1.234 */
int money_write(char out[32], money m); /* the same into a buffer; answers the length */

/* a * b with overflow refused. */
bool money_times(money price, i64 quantity, money *out);
bool i64_add(i64 a, i64 b, i64 *out);
