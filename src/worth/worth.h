/* worth.h -- the room of what a member is worth, by definition: RFM (rfm.h), classes and scene
 * tags (classes.h). It reads no rows and keeps none: whoever has the figures, from the store or
 * from the index, asks here what they mean.
 */
#pragma once

#include "base/room.h"
#include "store/setting.h"

extern const struct setting worth_settings[];
extern const struct room worth_room;
