/* life.h -- one demo member from first sight to last: who, what he looked at, what he bought. */
#pragma once

#include "demo/goods.h"
#include "demo/people.h"
#include "demo/season.h"
#include "member/member.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

enum { LIFE_ORDERS_MAX = 240, LIFE_LINES_MAX = 600 };

struct demo_world {
    struct season season;
    struct goods goods;
    u64 seed;
    i64 members, communities;
};

struct life {
    i64 number; /* 1 .. members */
    bool woman;
    i64 shop;
    const struct demo_city *city;
    str name, birthday;                  /* absent: not known */
    str skin, kind;                      /* tags; absent: none */
    str community;                       /* absent: in none */
    instant seen_at, joined_at, left_at; /* 0: never */
    struct identity identities[3];
    i64 identities_n;
    struct order_fact_list orders;   /* member is 0: whoever writes them fills it */
    struct timeline_line_list lines; /* what he did; member is 0 likewise */
};
/* Pure: the same world and number give the same life. Lives in a. */
void life_make(struct arena *a, const struct demo_world *w, i64 number, struct life *out);
