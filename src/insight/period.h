/* period.h -- the days a question is about, and means to the cent.
 *
 * Promises
 *   - periods_are_refused_with_the_place
 *   - averages_are_rounded_to_the_cent
 */
#pragma once

#include "store/store.h"

#define PERIOD_DAYS_MAX 1100 /* three years */

/* E_INVALID: from after to, or more than PERIOD_DAYS_MAX days. */
enum err period_check(struct ctx *c, day from, day to);
/* Days as text; absent: up to today, and 30 days in all. */
enum err period_read(struct ctx *c, str from, str to, day *first, day *last);
/* sum / n to the cent, half away from zero; 0 of none. */
money average_of(money sum, i64 n);
