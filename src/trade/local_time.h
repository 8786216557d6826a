/* local_time.h -- the programme's time of a purchase, inside statements: SQL knows no time zones.
 *
 * Clocks are shifted by one length for months on end, so the zone becomes a list of stretches:
 * CASE WHEN o.bought_at >= … THEN … END, the latest first. It reaches from 1970 to 2038; outside,
 * the nearest shift counts.
 */
#pragma once

#include "store/composed.h"

/* Adds "(o.bought_at + shift)": the reading of the programme's clock in ms. */
void local_bought_at(struct ctx *c, struct composed *out);
