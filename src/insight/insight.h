/* insight.h -- the room of figures: RFM (rfm.h), classes and scene tags (classes.h), the list of
 * people and what is known of one (people.h). It keeps no rows of its own, only a few indexes:
 * every figure is read from trade, member and timeline.
 */
#pragma once

#include "base/room.h"
#include "store/store.h"

extern const struct field_table insight_fields;
extern const struct migration insight_migrations[];
extern const struct room insight_room; /* insight_api.c */
