/* tiers_api.c -- doors of the ladder: read, drafted, simulated, put in force; appointments; a
 * member's tier. */
#include "access/access.h"
#include "base/field.h"
#include "base/room.h"
#include "http/route.h"
#include "job/job.h"
#include "loyalty/programme.h"
#include "loyalty/tiers/inside.h"
#include "member/member.h"

/* -- the ladder -------------------------------------------------------------------------------- */

#define FIELDS_OF_ladder_view(X, N)                  \
    X(i64, version, ANY, "Number of this ladder", N) \
    X(one(ladder), rules, ANY, "The rules", N)
SHAPE(ladder_view);
SHAPE_DEFINE(ladder_view);
#define FIELDS_OF_tier_members(X, N)                     \
    X(str, tier, ANY, "Code; empty: below the first", N) \
    X(i64, members, ANY, "Members who hold it", N)
SHAPE(tier_members);
SHAPE_DEFINE(tier_members);
#define FIELDS_OF_tiers_view(X, N)                                                \
    X(opt_instant, since, ANY, "The programme opened then; absent: not open", N)  \
    X(one(ladder_view), live, ANY, "In force", N)                                 \
    X(one(ladder_view), draft, ANY, "Written since, not in force; null: none", N) \
    X(list(tier_members), members, ANY, "As last written down, from the lowest", N)
SHAPE(tiers_view);
SHAPE_DEFINE(tiers_view);
#define FIELDS_OF_ladder_ref(X, N) X(i64, version, REQUIRED | POSITIVE, "Ladder", N)
SHAPE(ladder_ref);
SHAPE_DEFINE(ladder_ref);

QUERY(q_members, tier_members,
      "SELECT tier, COUNT(*) AS members FROM tier_member WHERE NOT gone"
      " GROUP BY rank, tier ORDER BY rank, tier");

static enum err view_of(struct ctx *c, i64 version, struct ladder_view *out)
{
    out->version = version;
    out->rules = NEW(c->arena, struct ladder);
    return ladder_read(c, version, out->rules);
}

HANDLER(tiers_get, nothing, tiers_view)
{
    i64 live, draft;
    TRY(programme_open(c, &out->since));
    TRY(ladder_versions(c, &live, &draft));
    out->live = NEW(c->arena, struct ladder_view);
    TRY(view_of(c, live, out->live));
    if (draft) {
        out->draft = NEW(c->arena, struct ladder_view);
        TRY(view_of(c, draft, out->draft));
    }
    return db_all(c, &q_members, &out->members, NO_ARGS);
}

struct drafting {
    const struct ladder *in;
    i64 version;
};
static enum err put_draft(struct tx *t, void *arg)
{
    struct drafting *d = arg;
    return ladder_put(t, d->in, &d->version);
}
HANDLER(tiers_put, ladder, ladder_view)
{
    struct drafting d = { .in = in };
    TRY(audited_write(c, put_draft, &d, NULL));
    return view_of(c, d.version, out);
}

static enum err note_simulated(struct tx *t, void *arg) { return ladder_simulated(t, arg); }
HANDLER(tiers_simulate_post, ladder, tier_simulation)
{
    TRY(ladder_simulate(c, in, out));
    for (i64 i = 0; i < out->sample.n; i++)
        TRY(member_name(c, out->sample.at[i].member, may(c, PERSONAL_READ),
                        &out->sample.at[i].name));
    struct ladder l = *in;
    return audited_write(c, note_simulated, &l, NULL);
}

static enum err go_live(struct tx *t, void *arg) { return ladder_go_live(t, *(i64 *)arg); }
HANDLER(tiers_live_post, ladder_ref, ladder_view)
{
    i64 version = in->version;
    TRY(audited_write(c, go_live, &version, NULL));
    return view_of(c, version, out);
}

enum { LADDERS_SHOWN = 50 };

#define FIELDS_OF_ladder_past_page(X, N) \
    X(list(ladder_past), items, ANY, "The latest first, at most 50", N)
SHAPE(ladder_past_page);
SHAPE_DEFINE(ladder_past_page);

HANDLER(tiers_history_get, nothing, ladder_past_page)
{
    return ladder_history(c, LADDERS_SHOWN, &out->items);
}

/* -- who was appointed ------------------------------------------------------------------------- */

#define FIELDS_OF_appointees_ask(X, N) PAGE_FIELDS(X, N)
SHAPE(appointees_ask);
SHAPE_DEFINE(appointees_ask);
#define FIELDS_OF_appointee_page(X, N)                         \
    X(list(tier_appointee), items, ANY, "The latest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(appointee_page);
SHAPE_DEFINE(appointee_page);

HANDLER(appointees_get, appointees_ask, appointee_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "appointees", in->cursor, &at));
    TRY(tier_appointees(c, at.key, at.id, limit + 1, &out->items));
    bool more = out->items.n > limit;
    if (more) out->items.n = limit;
    for (i64 i = 0; !may(c, PERSONAL_READ) && i < out->items.n; i++)
        out->items.at[i].name = mask_name(c->arena, out->items.at[i].name);
    if (!more) return OK;
    const struct tier_appointee *last = &out->items.at[limit - 1];
    out->next_cursor =
        cursor_make(c, "appointees", (struct cursor){ .key = last->at, .id = last->member });
    return OK;
}

/* -- a member's -------------------------------------------------------------------------------- */

enum { HISTORY_SHOWN = 50 };

#define FIELDS_OF_tier_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Member", N)
SHAPE(tier_ref);
SHAPE_DEFINE(tier_ref);
#define FIELDS_OF_tier_view(X, N)                                                   \
    X(one(tier_now), now, ANY, "The tier he holds, and what the next one takes", N) \
    X(one(tier_appointment), appointed, ANY, "Given by hand; null: none", N)        \
    X(list(tier_change), history, ANY, "Newest first, at most 50", N)
SHAPE(tier_view);
SHAPE_DEFINE(tier_view);
#define FIELDS_OF_tier_appoint_ask(X, N)                                          \
    X(i64, id, REQUIRED | POSITIVE, "Member", N)                                  \
    X(str, tier, REQUIRED | SHORT, "Code of the tier", N)                         \
    X(opt_instant, until, ANY, "Ends then; absent: until it is ended by hand", N) \
    X(str, reason, REQUIRED | SHORT, "Why, for the history; no personal data", N)
SHAPE(tier_appoint_ask);
SHAPE_DEFINE(tier_appoint_ask);
#define FIELDS_OF_tier_dismiss_ask(X, N)         \
    X(i64, id, REQUIRED | POSITIVE, "Member", N) \
    X(str, reason, SHORT, "Why", N)
SHAPE(tier_dismiss_ask);
SHAPE_DEFINE(tier_dismiss_ask);

static enum err tier_show(struct ctx *c, i64 id, struct tier_view *out)
{
    struct tier_appointment appointed;
    bool found;
    i64 living;
    TRY(member_living(c, id, &living));
    out->now = NEW(c->arena, struct tier_now);
    TRY(tier_of(c, living, out->now));
    TRY(tier_appointed(c, living, &appointed, &found));
    if (found) {
        out->appointed = NEW(c->arena, struct tier_appointment);
        *out->appointed = appointed;
    }
    return tier_history(c, living, HISTORY_SHOWN, &out->history);
}

HANDLER(tier_get, tier_ref, tier_view) { return tier_show(c, in->id, out); }

static enum err appoint(struct tx *t, void *arg)
{
    const struct tier_appoint_ask *in = arg;
    struct tier_appointment a = { in->tier, in->until, in->reason };
    i64 living;
    TRY(member_living(t->c, in->id, &living));
    return tier_appoint(t, living, &a);
}
HANDLER(tier_post, tier_appoint_ask, tier_view)
{
    struct tier_appoint_ask ask = *in;
    TRY(audited_write(c, appoint, &ask, NULL));
    return tier_show(c, in->id, out);
}

static enum err dismiss(struct tx *t, void *arg)
{
    const struct tier_dismiss_ask *in = arg;
    i64 living;
    TRY(member_living(t->c, in->id, &living));
    return tier_dismiss(t, living, in->reason);
}
HANDLER(tier_delete, tier_dismiss_ask, tier_view)
{
    struct tier_dismiss_ask ask = *in;
    TRY(audited_write(c, dismiss, &ask, NULL));
    return tier_show(c, in->id, out);
}

/* Who appointed him and why is the shop's business. */
#define FIELDS_OF_my_tier(X, N)                                                   \
    X(one(tier_now), now, ANY, "The tier I hold, and what the next one takes", N) \
    X(list(tier_step), ladder, ANY, "All tiers, from the lowest", N)              \
    X(list(tier_change), history, ANY, "Newest first, at most 50", N)
SHAPE(my_tier);
SHAPE_DEFINE(my_tier);
HANDLER(my_tier_get, nothing, my_tier)
{
    struct ladder l;
    TRY(ladder_live(c, &l));
    out->ladder = l.tiers;
    out->now = NEW(c->arena, struct tier_now);
    TRY(tier_of(c, c->member, out->now));
    return tier_history(c, c->member, HISTORY_SHOWN, &out->history);
}

/* -- the room ---------------------------------------------------------------------------------- */

#define TIERS "Tiers"
static const struct route routes[] = {
    ROUTE(GET, "/v1/tiers", LOYALTY_READ, tiers_get, TIERS, "等级规则：生效的与草稿",
          "The ladder in force, and the draft"),
    ROUTE(PUT, "/v1/tiers", LOYALTY_WRITE, tiers_put, TIERS, "写一套新的等级规则（草稿，不生效）",
          "Write another ladder: a draft, not in force"),
    ROUTE(POST, "/v1/tiers/rules/simulate", LOYALTY_WRITE, tiers_simulate_post, TIERS,
          "试算：按这套规则，谁会在哪一级", "Who would be where under these rules"),
    ROUTE(POST, "/v1/tiers/rules/live", LOYALTY_WRITE, tiers_live_post, TIERS, "让试算过的规则生效",
          "Put a simulated ladder in force", .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/tiers/rules", LOYALTY_READ, tiers_history_get, TIERS, "等级规则的变更记录",
          "Ladders that were in force"),
    ROUTE(GET, "/v1/tiers/appointments", LOYALTY_READ, appointees_get, TIERS, "任命了等级的会员",
          "Members appointed to a tier", .flags = CURSOR),
    ROUTE(GET, "/v1/members/{id}/tier", LOYALTY_READ, tier_get, TIERS, "会员的等级、进度与历史",
          "A member's tier, progress and history", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/members/{id}/tier", POINTS_GRANT, tier_post, TIERS,
          "任命等级（品牌 KOC、手工调整）", "Appoint to a tier: brand KOCs, service cases",
          .errors = "E_NOT_FOUND"),
    ROUTE(DELETE, "/v1/members/{id}/tier", POINTS_GRANT, tier_delete, TIERS, "结束任命的等级",
          "End an appointed tier", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/my/tier", MY, my_tier_get, TIERS, "我的等级与进度", "My tier and progress"),
    { 0 },
};

static const struct job_row jobs[] = {
    { "tiers.keep_up", MINUTE_MS, 0, tiers_keep_up, "登记到期的等级；规则生效后为每位会员重新定级",
      "Writes down tiers whose term ended; everybody's after another ladder went live" },
    { 0 },
};

const struct room tiers_room = {
    .name = "tiers",
    .migrations = tiers_migrations,
    .settings = tiers_settings,
    .routes = routes,
    .jobs = jobs,
    .fields = &tiers_fields,
};
