/* cli_demo_loyalty.h -- what the two files of the demo shop's loyalty programme share. */
#pragma once

#include "base/clock.h"
#include "loyalty/boards.h"
#include "loyalty/join.h"
#include "store/setting.h"

enum {
    DEMO_OPEN_DAYS = 60,    /* the programme opened so long ago */
    DEMO_CONTEST_DAYS = 18, /* a contest and a campaign run since */
    DEMO_GOODS_OF_MALL = 5,
    DEMO_CHECK_IN = 1, /* tasks that are shipped */
    DEMO_REVIEW = 6,
};

struct demo_loyalty {
    u64 seed;
    instant open, until;
    day first, last; /* of the programme */
    i64 goods[DEMO_GOODS_OF_MALL], campaign;
};

/* Inside store_write, arg a struct demo_loyalty: at the opening, and when the contests begin. */
enum err demo_programme_open(struct tx *t, void *arg);
enum err demo_contests(struct tx *t, void *arg);
