/* rooms.c -- the list of rooms, and the wires between those that must not know each other. */
#include "app/rooms.h"

#include <stddef.h>

#include "access/access.h"
#include "access/approval.h"
#include "audience/ask.h"
#include "audience/question_fields.h"
#include "audience/question_rows.h"
#include "audience/saved.h"
#include "base/field.h"
#include "channel/delivery.h"
#include "http/http.h"
#include "import/import.h"
#include "insight/alert.h"
#include "insight/basket.h"
#include "insight/dashboard.h"
#include "insight/experiment.h"
#include "insight/goal.h"
#include "insight/insight.h"
#include "insight/lifetime.h"
#include "insight/metric.h"
#include "insight/path.h"
#include "insight/product.h"
#include "insight/report.h"
#include "insight/tree.h"
#include "job/job.h"
#include "ledger/ledger.h"
#include "loyalty/benefits.h"
#include "loyalty/boards.h"
#include "loyalty/budget.h"
#include "loyalty/credit.h"
#include "loyalty/grab.h"
#include "loyalty/invitations.h"
#include "loyalty/join.h"
#include "loyalty/koc.h"
#include "loyalty/mall.h"
#include "loyalty/membership.h"
#include "loyalty/points.h"
#include "loyalty/programme.h"
#include "loyalty/reward.h"
#include "loyalty/tasks.h"
#include "loyalty/teams.h"
#include "loyalty/tiers.h"
#include "member/member.h"
#include "sheet/sheet.h"
#include "store/setting.h"
#include "timeline/timeline.h"
#include "track/track.h"
#include "trade/trade.h"
#include "worth/worth.h"

const struct room *const rooms[] = {
    &access_room,
    &approval_room,
    &http_room,
    &job_room,
    &sheet_room,
    &timeline_room,
    &ledger_room,
    &member_room,
    &track_room,
    &trade_room,
    &import_room,
    &channel_room,
    &programme_room,
    &benefits_room,
    &tiers_room,
    &points_room,
    &teams_room,
    &boards_room,
    &worth_room,
    &insight_room,
    &basket_room,
    &lifetime_room,
    &tree_room,
    &timeline_settle_room,
    &ask_room,
    &question_fields_room,
    &question_rows_room,
    &saved_room,
    &path_room,
    &budget_room,
    &reward_room,
    &credit_room,
    &membership_room,
    &join_room,
    &tasks_room,
    &koc_room,
    &invitations_room,
    &mall_room,
    &grab_room,
    &product_room,
    &metric_room,
    &dashboard_room,
    &experiment_room,
    &alert_room,
    &report_room,
    &goal_room,
    NULL,
};

/* Who takes part when members are merged and parted. */
static const struct merge_listener *const listeners[] = {
    /* boards after what they count, tiers after all they are made of */
    &trade_merges,      &ledger_merges, &points_merges, &reward_merges, &invitation_merges,
    &team_merges,       &board_merges,  &saved_merges,  &credit_merges, &membership_merges,
    &join_merges,       &task_merges,   &mall_merges,   &grab_merges,   &koc_merges,
    &experiment_merges, &tiers_merges,  NULL,
};

/* Who acts on orders, in this order. Tiers last: an order earns at the tier before it. */
static const struct order_listener *const followers_of_orders[] = {
    &join_orders, &points_orders,     &tiers_orders,
    &koc_orders,  &invitation_orders, &board_orders, /* of what the others wrote */
    NULL
};

/* Whether a member is in a saved segment, as it was last refreshed. */
static enum err in_segment(struct ctx *c, str segment, i64 member, bool *in)
{
    struct saved_view view;
    ints ids;
    TRY(saved_get_named(c, segment, &view));
    TRY(saved_members(c, view.id, member - 1, 1, &ids));
    *in = ids.n > 0 && ids.at[0] == member;
    return OK;
}

void app_wire(void)
{
    order_listeners = followers_of_orders;
    settings_register(rooms);
    fields_register(rooms);
    approvals_register(rooms);
    topics_register(rooms);
    merge_listeners = listeners;
    profile_locks = birthday_locks;
    board_members_in = in_segment;
    segment_saved_find = saved_find;
    segment_saved_names = saved_names;
}
