/* live.h -- inside boards: the places of one board, held while somebody reads them. */
#pragma once

#include "loyalty/boards/inside.h"
#include "loyalty/boards/places.h"

/* The places as of the last commit. c has a reader (inside a change it would see what may never
 * be). places is NULL where nobody has a score. Let go soon: writers wait. */
struct places_held {
    const struct places *places;
    struct live *live; /* NULL: they are this question's own, in c's arena */
};
enum err places_hold(struct ctx *c, i64 board, struct places_held *out);
void places_let_go(struct places_held *h);
/* Its scores are gone from SQL. */
void live_forget(struct store *s, i64 board);
