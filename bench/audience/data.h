/* data.h -- generated members and events, the same for every engine: fixed seed, straight into the
 * index, and as csv for the others.
 *
 * Members: purchases by rank (1 / k^1.6), last of them 120 days ago on average, amounts lognormal,
 * 300 cities (1 / k), 60 tags of 0.1 % to 40 % of members, last active 45 days ago on average.
 * Events: a tenth as many members, 50 each on average, over 90 days, 20 kinds, 8 channels.
 */
#pragma once

#include "audience/index/build.h"

#define TODAY  20000
#define TAGS   60
#define CITIES 300
#define KINDS  20
#define DAYS   90

enum {
    MADE_LAST_ORDER,
    MADE_ORDERS,
    MADE_SPENT,
    MADE_ACTIVE,
    MADE_FIRST_SEEN,
    MADE_CITY,
    MADE_TAG
};

str word(i64 i); /* the i-th text: of tags, cities, kinds, channels */
/* folder: also FOLDER/members.csv and FOLDER/events.csv; NULL: no files. */
struct index *members_make(i64 members, const char *folder);
struct index *events_make(i64 members, const char *folder);
/* As many members with their purchases (1 in 3 has some) and 5 events each on average; words: with
 * city and tags too. */
struct index *shop_make(i64 members, bool words);
struct index *shop_new(void); /* the same without anybody */
