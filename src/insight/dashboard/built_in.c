/* built_in.c -- the dashboard that is there from the first day: what a shop's week is judged by. */
#include "insight/dashboard/inside.h"

static const struct {
    const char *metric, *by;
    enum dashboard_draws draws;
    enum dashboard_size size;
    enum dashboard_step step;
} blocks[] = {
    { "net_sales", "", DRAWS_FIGURE, SIZE_SMALL, STEPS_FIT },
    { "orders", "", DRAWS_FIGURE, SIZE_SMALL, STEPS_FIT },
    { "buyers", "", DRAWS_FIGURE, SIZE_SMALL, STEPS_FIT },
    { "new_members", "", DRAWS_FIGURE, SIZE_SMALL, STEPS_FIT },
    { "net_sales", "", DRAWS_LINE, SIZE_WIDE, STEPS_FIT },
    { "net_sales", "touchpoint", DRAWS_LINE, SIZE_MEDIUM, STEPS_WEEK },
    { "sales", "category", DRAWS_TABLE, SIZE_MEDIUM, STEPS_FIT },
    { "new_buyer_share", "", DRAWS_LINE, SIZE_MEDIUM, STEPS_WEEK },
    { "aov", "", DRAWS_LINE, SIZE_MEDIUM, STEPS_WEEK },
    { "refund_rate", "shop", DRAWS_TABLE, SIZE_MEDIUM, STEPS_FIT },
    { "repeat_rate", "", DRAWS_BARS, SIZE_MEDIUM, STEPS_MONTH },
};

#define DAYS_SHOWN 90

void dashboard_built_in(struct ctx *c, struct dashboard_view *out)
{
    *out = (struct dashboard_view){ .name = say(c, S("经营看板"), S("The shop's week")),
                                    .days = DAYS_SHOWN,
                                    .version = 1 };
    for (i64 i = 0; i < COUNT(blocks); i++)
        *PUSH(c->arena, &out->blocks) =
            (struct dashboard_block){ .metric = str_of(blocks[i].metric),
                                      .by = blocks[i].by[0] ? str_of(blocks[i].by) : NO_STR,
                                      .draws = blocks[i].draws,
                                      .size = blocks[i].size,
                                      .step = blocks[i].step };
}
