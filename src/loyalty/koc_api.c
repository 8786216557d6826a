/* koc_api.c -- the shop's doors of the KOC programme: people, levels, codes, trials, mentors. */
#include "access/approval.h"
#include "base/room.h"
#include "http/request.h"
#include "http/route.h"
#include "job/job.h"
#include "loyalty/koc/doors.h"
#include "loyalty/koc/inside.h"
#include "member/member.h"

#define FIELDS_OF_koc_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Member", N)
SHAPE(koc_ref);
SHAPE_DEFINE(koc_ref);

/* -- people ------------------------------------------------------------------------------------ */

#define FIELDS_OF_koc_query(X, N)                                                                \
    X(str, state, SHORT, "applied, invited, active, suspended, refused or left; absent: all", N) \
    X(str, level, SHORT, "Code of a level; absent: all", N)                                      \
    PAGE_FIELDS(X, N)
SHAPE(koc_query);
SHAPE_DEFINE(koc_query);
#define FIELDS_OF_koc_page(X, N)                  \
    X(list(koc_view), items, ANY, "By member", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(koc_page);
SHAPE_DEFINE(koc_page);

HANDLER(koc_list_get, koc_query, koc_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    if (in->state.n && choice_find(&koc_state_choice, in->state) < 0)
        return fail_at(c, E_INVALID, S("/state"), "没有这种状态", "there is no such state");
    TRY(cursor_read(c, "koc", in->cursor, &at));
    TRY(koc_list(c, in->state, in->level, at.id, limit + 1, may(c, PERSONAL_READ), &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "koc", (struct cursor){ .id = out->items.at[limit - 1].member });
    return OK;
}

HANDLER(koc_one_get, koc_ref, koc_view)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return koc_get(c, living, may(c, PERSONAL_READ), out);
}

static enum err shown(struct ctx *c, i64 id, struct koc_view *out)
{
    i64 living;
    TRY(member_living(c, id, &living));
    return koc_get(c, living, may(c, PERSONAL_READ), out);
}

static enum err invite(struct tx *t, void *arg)
{
    const struct koc_ref *in = arg;
    i64 living;
    TRY(member_living(t->c, in->id, &living));
    return koc_invite(t, living);
}

HANDLER(koc_invite_post, koc_ref, koc_view)
{
    TRY(audited_write(c, invite, (void *)in, NULL));
    return shown(c, in->id, out);
}

#define FIELDS_OF_koc_verdict(X, N)              \
    X(i64, id, REQUIRED | POSITIVE, "Member", N) \
    X(flag, approve, REQUIRED, "Yes, or no", N)  \
    X(str, reason, SHORT, "Why; without personal data; a no needs it", N)
SHAPE(koc_verdict);
SHAPE_DEFINE(koc_verdict);

static enum err review(struct tx *t, void *arg)
{
    const struct koc_verdict *in = arg;
    i64 living;
    TRY(member_living(t->c, in->id, &living));
    return koc_review(t, living, in->approve, in->reason);
}

HANDLER(koc_review_post, koc_verdict, koc_view)
{
    TRY(audited_write(c, review, (void *)in, NULL));
    return shown(c, in->id, out);
}

#define FIELDS_OF_koc_state_ask(X, N)                                     \
    X(i64, id, REQUIRED | POSITIVE, "Member", N)                          \
    X(choice(koc_state), state, REQUIRED, "active, suspended or left", N) \
    X(str, reason, SHORT, "Why; without personal data; suspending needs it", N)
SHAPE(koc_state_ask);
SHAPE_DEFINE(koc_state_ask);

static enum err set_state(struct tx *t, void *arg)
{
    const struct koc_state_ask *in = arg;
    i64 living;
    TRY(member_living(t->c, in->id, &living));
    return koc_set_state(t, living, in->state, in->reason);
}

HANDLER(koc_state_put, koc_state_ask, koc_view)
{
    TRY(audited_write(c, set_state, (void *)in, NULL));
    return shown(c, in->id, out);
}

#define FIELDS_OF_koc_orders_ask(X, N)           \
    X(i64, id, REQUIRED | POSITIVE, "Member", N) \
    PAGE_FIELDS(X, N)
SHAPE(koc_orders_ask);
SHAPE_DEFINE(koc_orders_ask);
#define FIELDS_OF_koc_order_page(X, N)                     \
    X(list(koc_order_view), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(koc_order_page);
SHAPE_DEFINE(koc_order_page);

HANDLER(koc_orders_get, koc_orders_ask, koc_order_page)
{
    struct cursor at;
    i64 living, limit = page_limit(in->limit);
    TRY(member_living(c, in->id, &living));
    TRY(cursor_read(c, "koc orders", in->cursor, &at));
    TRY(koc_orders_of(c, living, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "koc orders", (struct cursor){ .id = out->items.at[limit - 1].order_id });
    return OK;
}

/* -- levels ------------------------------------------------------------------------------------ */

#define FIELDS_OF_koc_level_set(X, N) \
    X(list(koc_level), levels, REQUIRED, "All levels, the lowest first, 1 to 10", N)
SHAPE(koc_level_set);
SHAPE_DEFINE(koc_level_set);

HANDLER(koc_levels_get, nothing, koc_level_set) { return koc_levels(c, &out->levels); }

static enum err put_levels(struct tx *t, void *arg)
{
    const struct koc_level_set *in = arg;
    return koc_levels_put(t, &in->levels);
}

HANDLER(koc_levels_put_all, koc_level_set, koc_level_set)
{
    TRY(audited_write(c, put_levels, (void *)in, NULL));
    return koc_levels(c, &out->levels);
}

/* -- codes ------------------------------------------------------------------------------------- */

#define FIELDS_OF_koc_code_page(X, N)                \
    X(list(koc_code), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(koc_code_page);
SHAPE_DEFINE(koc_code_page);
#define FIELDS_OF_koc_code_post(X, N)                                          \
    X(i64, id, REQUIRED | POSITIVE, "Member", N)                               \
    X(str, code, SHORT, "Chosen: 4 to 16 letters and digits; absent: made", N) \
    X(str, name, SHORT, "What it is for", N)                                   \
    X(str, target, ANY, "A page of the shop: /k/{code} leads there", N)
SHAPE(koc_code_post);
SHAPE_DEFINE(koc_code_post);
#define FIELDS_OF_koc_code_ref(X, N)             \
    X(i64, id, REQUIRED | POSITIVE, "Member", N) \
    X(str, code, REQUIRED | SHORT, "Code", N)
SHAPE(koc_code_ref);
SHAPE_DEFINE(koc_code_ref);

HANDLER(koc_codes_get, koc_ref, koc_code_page)
{
    i64 living;
    TRY(member_living(c, in->id, &living));
    return koc_codes(c, living, &out->items);
}

static enum err put_code(struct tx *t, void *arg)
{
    struct koc_code_ask ask = *(const struct koc_code_ask *)arg;
    str code;
    TRY(member_living(t->c, ask.member, &ask.member));
    return koc_code_put(t, &ask, &code);
}

HANDLER(koc_code_make_post, koc_code_post, koc_code_page)
{
    struct koc_code_ask ask = {
        .member = in->id, .code = in->code, .name = in->name, .target = in->target
    };
    i64 living;
    for (i64 i = 0; i < COUNT(ask.made); i++) ask.made[i] = koc_code_make(c->arena);
    TRY(audited_write(c, put_code, &ask, NULL));
    TRY(member_living(c, in->id, &living));
    return koc_codes(c, living, &out->items);
}

static enum err end_code(struct tx *t, void *arg)
{
    const struct koc_code_ref *in = arg;
    i64 living;
    TRY(member_living(t->c, in->id, &living));
    return koc_code_end(t, living, in->code);
}

HANDLER(koc_code_delete, koc_code_ref, nothing)
{
    return audited_write(c, end_code, (void *)in, NULL);
}

/* -- links ------------------------------------------------------------------------------------- */

#define FIELDS_OF_koc_link_ref(X, N) X(str, code, REQUIRED | SHORT, "Code", N)
SHAPE(koc_link_ref);
SHAPE_DEFINE(koc_link_ref);

static enum err click(struct tx *t, void *arg)
{
    return koc_click(t, ((const struct koc_link_ref *)arg)->code);
}

HANDLER(koc_link_get, koc_link_ref, nothing)
{
    struct request *r = request_of(c);
    str url;
    TRY(koc_link(c, in->code, &url));
    TRY(store_write(c->store, c, click, (void *)in));
    reply_header(r, "Location", url);
    reply_header(r, "Cache-Control", S("no-store"));
    reply_header(r, "Referrer-Policy", S("no-referrer"));
    return reply_text(r, 302, S("text/plain; charset=utf-8"), S(""));
}

/* -- trials ------------------------------------------------------------------------------------ */

#define FIELDS_OF_koc_trial_query(X, N)                                                   \
    X(str, state, SHORT, "asked, approved, refused, shipped or reported; absent: all", N) \
    PAGE_FIELDS(X, N)
SHAPE(koc_trial_query);
SHAPE_DEFINE(koc_trial_query);
#define FIELDS_OF_koc_trial_page(X, N)                \
    X(list(koc_trial), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(koc_trial_page);
SHAPE_DEFINE(koc_trial_page);
#define FIELDS_OF_koc_trial_verdict(X, N)           \
    X(i64, number, REQUIRED | POSITIVE, "Trial", N) \
    X(flag, approve, REQUIRED, "Yes, or no", N)     \
    X(str, note, SHORT, "Why; without personal data; a no needs it", N)
SHAPE(koc_trial_verdict);
SHAPE_DEFINE(koc_trial_verdict);
#define FIELDS_OF_koc_trial_shipment(X, N)          \
    X(i64, number, REQUIRED | POSITIVE, "Trial", N) \
    X(str, shipment, REQUIRED | SHORT, "Carrier and number", N)
SHAPE(koc_trial_shipment);
SHAPE_DEFINE(koc_trial_shipment);

HANDLER(koc_trials_get, koc_trial_query, koc_trial_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    if (in->state.n && choice_find(&koc_trial_state_choice, in->state) < 0)
        return fail_at(c, E_INVALID, S("/state"), "没有这种状态", "there is no such state");
    TRY(cursor_read(c, "koc trials", in->cursor, &at));
    TRY(koc_trials(c, 0, in->state, at.id, limit + 1, may(c, PERSONAL_READ), &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "koc trials", (struct cursor){ .id = out->items.at[limit - 1].number });
    return OK;
}

static enum err decide_trial(struct tx *t, void *arg)
{
    const struct koc_trial_verdict *in = arg;
    return koc_trial_decide(t, in->number, in->approve, in->note);
}

HANDLER(koc_trial_decide_post, koc_trial_verdict, nothing)
{
    return audited_write(c, decide_trial, (void *)in, NULL);
}

static enum err ship_trial(struct tx *t, void *arg)
{
    const struct koc_trial_shipment *in = arg;
    return koc_trial_ship(t, in->number, in->shipment);
}

HANDLER(koc_trial_ship_post, koc_trial_shipment, nothing)
{
    return audited_write(c, ship_trial, (void *)in, NULL);
}

/* -- mentors ----------------------------------------------------------------------------------- */

#define FIELDS_OF_koc_pair_query(X, N)                       \
    X(opt_i64, mentor, POSITIVE, "Only of this mentor", N)   \
    X(opt_flag, running, ANY, "Only those that hold now", N) \
    PAGE_FIELDS(X, N)
SHAPE(koc_pair_query);
SHAPE_DEFINE(koc_pair_query);
#define FIELDS_OF_koc_pair_page(X, N)                \
    X(list(koc_pair), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(koc_pair_page);
SHAPE_DEFINE(koc_pair_page);
#define FIELDS_OF_koc_pair_post(X, N)                \
    X(i64, mentor, REQUIRED | POSITIVE, "Mentor", N) \
    X(i64, mentee, REQUIRED | POSITIVE, "Mentee", N) \
    X(opt_instant, until, ANY, "Until when; absent: until it is ended", N)
SHAPE(koc_pair_post);
SHAPE_DEFINE(koc_pair_post);
#define FIELDS_OF_koc_pair_made(X, N) X(i64, number, ANY, "Number of the pair", N)
SHAPE(koc_pair_made);
SHAPE_DEFINE(koc_pair_made);
#define FIELDS_OF_koc_pair_ref(X, N) X(i64, number, REQUIRED | POSITIVE, "Pair", N)
SHAPE(koc_pair_ref);
SHAPE_DEFINE(koc_pair_ref);

HANDLER(koc_pairs_get, koc_pair_query, koc_pair_page)
{
    struct cursor at;
    i64 mentor = 0, limit = page_limit(in->limit);
    if (in->mentor.has) TRY(member_living(c, in->mentor.value, &mentor));
    TRY(cursor_read(c, "koc pairs", in->cursor, &at));
    TRY(koc_pairs(c, mentor, in->running.has && in->running.value, at.id, limit + 1,
                  may(c, PERSONAL_READ), &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "koc pairs", (struct cursor){ .id = out->items.at[limit - 1].number });
    return OK;
}

struct pairing {
    const struct koc_pair_post *in;
    i64 number;
};

static enum err make_pair(struct tx *t, void *arg)
{
    struct pairing *k = arg;
    i64 mentor, mentee;
    TRY(member_living(t->c, k->in->mentor, &mentor));
    TRY(member_living(t->c, k->in->mentee, &mentee));
    return koc_pair_make(t, mentor, mentee, k->in->until, &k->number);
}

HANDLER(koc_pair_make_post, koc_pair_post, koc_pair_made)
{
    struct pairing k = { .in = in };
    TRY(audited_write(c, make_pair, &k, NULL));
    out->number = k.number;
    return OK;
}

static enum err end_pair(struct tx *t, void *arg)
{
    return koc_pair_end(t, ((const struct koc_pair_ref *)arg)->number);
}

HANDLER(koc_pair_delete, koc_pair_ref, nothing)
{
    return audited_write(c, end_pair, (void *)in, NULL);
}

static const struct route routes[] = {
    ROUTE(GET, "/v1/koc/members", LOYALTY_READ, koc_list_get, "KOC", "列出达人与申请",
          "List KOCs and applications", .flags = CURSOR),
    ROUTE(GET, "/v1/koc/members/{id}", LOYALTY_READ, koc_one_get, "KOC",
          "看一位达人：等级、进度、佣金", "Show a KOC: level, progress, commission",
          .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/koc/members/{id}/invite", LOYALTY_WRITE, koc_invite_post, "KOC",
          "邀请会员成为达人", "Invite a member to be a KOC", .flags = IDEMPOTENT,
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/koc/members/{id}/review", LOYALTY_WRITE, koc_review_post, "KOC",
          "通过或拒绝申请", "Approve or refuse an application", .flags = IDEMPOTENT,
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(PUT, "/v1/koc/members/{id}/state", LOYALTY_WRITE, koc_state_put, "KOC",
          "暂停、恢复或退出", "Suspend, resume or end", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(GET, "/v1/koc/members/{id}/orders", LOYALTY_READ, koc_orders_get, "KOC",
          "达人带来的订单与佣金", "Orders a KOC brought, and what they earn", .flags = CURSOR,
          .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/koc/members/{id}/codes", LOYALTY_READ, koc_codes_get, "KOC",
          "达人的推广码与链接", "Codes and links of a KOC", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/koc/members/{id}/codes", LOYALTY_WRITE, koc_code_make_post, "KOC",
          "给达人建推广码", "Make a code for a KOC",
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(DELETE, "/v1/koc/members/{id}/codes/{code}", LOYALTY_WRITE, koc_code_delete, "KOC",
          "停用推广码；编号不再发给别人", "End a code; nobody else gets it",
          .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/koc/levels", LOYALTY_READ, koc_levels_get, "KOC", "列出达人等级",
          "List the levels"),
    ROUTE(PUT, "/v1/koc/levels", LOYALTY_WRITE, koc_levels_put_all, "KOC",
          "换成这些达人等级；已付款的订单按原比例",
          "Put these levels in place; orders paid before keep their rate"),
    ROUTE(GET, "/v1/koc/trials", LOYALTY_READ, koc_trials_get, "KOC", "列出试用申请", "List trials",
          .flags = CURSOR),
    ROUTE(POST, "/v1/koc/trials/{number}/review", LOYALTY_WRITE, koc_trial_decide_post, "KOC",
          "通过或拒绝试用", "Approve or refuse a trial", .flags = IDEMPOTENT,
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/koc/trials/{number}/shipment", LOYALTY_WRITE, koc_trial_ship_post, "KOC",
          "登记试用品已寄出", "Record that a trial was shipped", .flags = IDEMPOTENT,
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(GET, "/v1/koc/mentors", LOYALTY_READ, koc_pairs_get, "KOC", "列出师徒关系",
          "List mentors and mentees", .flags = CURSOR, .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/koc/mentors", LOYALTY_WRITE, koc_pair_make_post, "KOC",
          "结为师徒（不因此分佣）", "Make a pair; nothing is paid by it",
          .flags = IDEMPOTENT | CREATES, .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(DELETE, "/v1/koc/mentors/{number}", LOYALTY_WRITE, koc_pair_delete, "KOC", "结束师徒关系",
          "End a pair", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/k/{code}", RIGHT_NONE, koc_link_get, "KOC", "推广链接：跳转到店铺页面并记一次点击",
          "A KOC's link: leads to a page of the shop and counts a click",
          .flags = PUBLIC | STREAM | REDIRECTS, .errors = "E_NOT_FOUND"),
    { .next = koc_month_routes },
};

static const struct job_row jobs[] = {
    { "koc.levels", 10 * MINUTE_MS, 0, koc_levels_settle, "写下随时间变化的达人等级",
      "Writes down KOC levels that time has moved" },
    { 0 },
};

const struct room koc_room = {
    .name = "koc",
    .migrations = koc_migrations,
    .settings = koc_settings,
    .routes = routes,
    .jobs = jobs,
    .fields = &koc_fields,
    .approvals = koc_approvals,
};
