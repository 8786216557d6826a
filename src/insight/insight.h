/* insight.h -- the room of figures: RFM (rfm.h), classes and scene tags (classes.h), the shop at a glance (overview.h), the list
 * of people and what is known of one (people.h). It keeps no rows of its own: every figure is read from trade, member and timeline.
 */
#pragma once

#include "base/room.h"

extern const struct setting insight_settings[];
extern const struct route insight_routes[];
extern const struct room insight_room;
