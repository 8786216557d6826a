/* people.h -- names, cities and what else a demo member is. */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "demo/chance.h"

struct demo_city {
    str province, city;
    i64 weight;
};
const struct demo_city *demo_city_pick(struct chance *d);
str demo_name(struct arena *a, struct chance *d, bool woman);
str demo_phone(struct arena *a,
               i64 member); /* 160 and eight digits: no such numbers are given out */
