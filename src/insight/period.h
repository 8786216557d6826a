/* period.h -- the days a question is about, and means to the cent.
 *
 * Promises
 *   - periods_are_refused_with_the_place
 *   - averages_are_rounded_to_the_cent
 *   - a_year_ago_whole_months_are_whole
 */
#pragma once

#include "store/store.h"

#define PERIOD_DAYS_MAX  1100  /* three years */
#define PERIOD_DAYS_EVER 36525 /* a hundred */

/* E_INVALID: from after to, or more than PERIOD_DAYS_MAX days. */
enum err period_check(struct ctx *c, day from, day to);
/* The same with PERIOD_DAYS_EVER, for what does not look at each day. */
enum err period_check_ever(struct ctx *c, day from, day to);
/* Days as text; absent: up to today, and 30 days in all. */
enum err period_read(struct ctx *c, str from, str to, day *first, day *last);
/* The same dates a year earlier; 29 February stands beside the 28th. Whole months stay whole:
 * beside February 2025 stands all of February 2024, its 29th too. */
void period_year_ago(day from, day to, day *first, day *last);
/* sum / n to the cent, half away from zero; 0 of none. */
money average_of(money sum, i64 n);
