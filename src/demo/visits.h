/* visits.h -- what a demo member does besides buying: comes back less and less, looks, searches,
 * watches, favours, shares, fills a cart and leaves it. */
#pragma once

#include "demo/life.h"

/* Adds a line to a life unless it lies outside of it. value absent: none; props: a JSON object. */
void life_line(struct arena *a, const struct demo_world *w, struct life *l,
               struct timeline_line line);
/* All his visits that end without an order; d is a stream of its own. Orders and communities are
 * known by now. */
void life_visits(struct arena *a, const struct demo_world *w, struct life *l, struct chance *d);
