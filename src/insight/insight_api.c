/* insight_api.c -- the doors of the room of figures: reports, the list of members, one member's
 * view. */
#include "base/clock.h"
#include "http/route.h"
#include "insight/classes.h"
#include "insight/insight.h"
#include "insight/people.h"
#include "insight/period.h"
#include "insight/rfm.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

/* -- reports ---------------------------------------------------------------------------------- */

#define FIELDS_OF_period_ask(X, N)                                      \
    X(str, from, SHORT, "First day; absent: 30 days up to the last", N) \
    X(str, to, SHORT, "Last day, included; absent: today", N)           \
    X(str, shop, SHORT, "Only this shop", N)
SHAPE(period_ask);
SHAPE_DEFINE(period_ask);

HANDLER(report_sales, period_ask, sales)
{
    day from, to;
    TRY(period_read(c, in->from, in->to, &from, &to));
    TRY(period_check(c, from, to));
    return sales_between(c, from, to, in->shop, out);
}

HANDLER(report_rfm, rfm_ask, rfm_report)
{
    struct rfm_rule rule;
    TRY(rfm_rule_read(c, in, &rule));
    return rfm_report_make(c, &rule, out);
}

#define FIELDS_OF_rfm_move_ask(X, N)                \
    RFM_ASK_FIELDS(X, N)                            \
    X(str, from, REQUIRED | SHORT, "First date", N) \
    X(str, to, SHORT, "Second date; absent: now", N)
SHAPE(rfm_move_ask);
SHAPE_DEFINE(rfm_move_ask);

/* The rule of a question that asks for more than a rule. */
#define RULE_OF(c, in, rule) \
    rfm_rule_read((c), &(struct rfm_ask){ RFM_ASK_FIELDS(SHAPE_COPY, (in)) }, (rule))

HANDLER(report_rfm_move, rfm_move_ask, rfm_move)
{
    struct rfm_rule rule;
    TRY(RULE_OF(c, in, &rule));
    return rfm_move_make(c, &rule, in->from, in->to, out);
}

#define FIELDS_OF_rfm_members_ask(X, N)               \
    RFM_ASK_FIELDS(X, N)                              \
    X(opt_i64, r, POSITIVE, "Recency band", N)        \
    X(opt_i64, f, POSITIVE, "Frequency band", N)      \
    X(opt_i64, m, POSITIVE, "Monetary band", N)       \
    X(str, type, SHORT, "Type: important_value …", N) \
    PAGE_FIELDS(X, N)
SHAPE(rfm_members_ask);
SHAPE_DEFINE(rfm_members_ask);

#define FIELDS_OF_rfm_person(X, N)                             \
    PERSON_FIELDS(X, N)                                        \
    X(strs, tags, ANY, "Tags", N)                              \
    X(i64, r, ANY, "Recency band", N)                          \
    X(i64, f, ANY, "Frequency band", N)                        \
    X(i64, m, ANY, "Monetary band", N)                         \
    X(str, type, ANY, "Type", N)                               \
    X(i64, days, ANY, "Whole days since the last purchase", N) \
    X(i64, frequency, ANY, "F", N)                             \
    X(money, monetary, ANY, "M", N)                            \
    X(money, amount, ANY, "Spent within the window", N)
SHAPE(rfm_person);
SHAPE_DEFINE(rfm_person);
#define FIELDS_OF_rfm_person_page(X, N)                             \
    X(list(rfm_person), items, ANY, "Members, most spent first", N) \
    X(str, next_cursor, ANY, "Where to go on", N)                   \
    X(i64, total, ANY, "How many in all", N)
SHAPE(rfm_person_page);
SHAPE_DEFINE(rfm_person_page);

static enum err rfm_person_fill(struct ctx *c, const struct rfm_member *m, struct rfm_person *out)
{
    struct person p;
    TRY(person_of(c, m->member, &p));
    *out = (struct rfm_person){ .tags = p.tags,
                                .r = m->band[RFM_R],
                                .f = m->band[RFM_F],
                                .m = m->band[RFM_M],
                                .type = str_of(rfm_types[m->type].id),
                                .days = m->figure[RFM_R],
                                .frequency = m->figure[RFM_F],
                                .monetary = m->figure[RFM_M],
                                .amount = m->amount,
                                PERSON_FIELDS(SHAPE_COPY, &p) };
    return OK;
}

HANDLER(report_rfm_members, rfm_members_ask, rfm_person_page)
{
    static const char route[] = "/v1/reports/rfm/members";
    struct rfm_rule rule;
    struct rfm r;
    struct cursor at;
    struct rfm_member_list list;
    struct rfm_choice which = { { in->r.value, in->f.value, in->m.value }, -1 };
    i64 limit = page_limit(in->limit);
    TRY(RULE_OF(c, in, &rule));
    TRY(cursor_read(c, route, in->cursor, &at));
    if (!str_empty(in->type)) {
        which.type = rfm_type_find(in->type);
        if (which.type < 0)
            return fail_at(c, E_INVALID, S("/type"), "没有“" STR_FMT "”这种类型",
                           "there is no type \"" STR_FMT "\"", STR_ARG(in->type));
    }
    TRY(rfm_make(c, &rule, &r));
    rfm_members_of(c, &r, which, (struct rfm_place){ at.key, at.id }, limit + 1, &list,
                   &out->total);
    i64 n = list.n > limit ? limit : list.n;
    out->items.at = NEWS(c->arena, struct rfm_person, n + 1);
    for (; out->items.n < n; out->items.n++)
        TRY(rfm_person_fill(c, &list.at[out->items.n], &out->items.at[out->items.n]));
    if (list.n > limit)
        out->next_cursor = cursor_make(
            c, route, (struct cursor){ .key = list.at[n - 1].amount, .id = list.at[n - 1].member });
    return OK;
}

#define FIELDS_OF_classes_ask(X, N) \
    X(str, at, SHORT, "Date (00:00 of that day) or moment; absent: now", N)
SHAPE(classes_ask);
SHAPE_DEFINE(classes_ask);

HANDLER(report_classes, classes_ask, classes_report) { return classes_report_make(c, in->at, out); }

/* -- members ---------------------------------------------------------------------------------- */

#define FIELDS_OF_people_ask(X, N)                                              \
    X(str, q, SHORT, "An identity, the beginning of a name, or a tag", N)       \
    X(str, tag, SHORT, "Only with this tag", N)                                 \
    X(str, city, SHORT, "Only of this city", N)                                 \
    X(str, class, SHORT, "Only of this class: A, B, C", N)                      \
    X(choice(people_sort), sort, ANY, "last_order, orders, spent or newest", N) \
    PAGE_FIELDS(X, N)
SHAPE(people_ask);
SHAPE_DEFINE(people_ask);
#define FIELDS_OF_people_page(X, N)               \
    X(list(person), items, ANY, "Members", N)     \
    X(str, next_cursor, ANY, "Where to go on", N) \
    X(i64, total, ANY, "How many in all", N)
SHAPE(people_page);
SHAPE_DEFINE(people_page);

HANDLER(people_get, people_ask, people_page)
{
    /* A cursor belongs to one sort. */
    static const char *const routes[] = { [PEOPLE_LAST_ORDER] = "/v1/members last_order",
                                          [PEOPLE_ORDERS] = "/v1/members orders",
                                          [PEOPLE_SPENT] = "/v1/members spent",
                                          [PEOPLE_NEWEST] = "/v1/members newest" };
    const char *route = routes[in->sort];
    struct people_filter f = { str_trim(in->q), str_trim(in->tag), str_trim(in->city),
                               str_trim(in->class), in->sort };
    struct cursor at;
    struct people_place end;
    bool more;
    TRY(cursor_read(c, route, in->cursor, &at));
    struct people_place after = {
        .begun = at.id != 0, .without = str_eq(at.text, S("without")), .key = at.key, .id = at.id
    };
    TRY(people_list(c, &f, after, page_limit(in->limit), &out->items, &more, &end, &out->total));
    if (more)
        out->next_cursor = cursor_make(
            c, route,
            (struct cursor){
                .key = end.key, .id = end.id, .text = end.without ? S("without") : NO_STR });
    return OK;
}

#define FIELDS_OF_person_ask(X, N) \
    X(i64, id, REQUIRED | POSITIVE, "Member, by any id he ever had", N)
SHAPE(person_ask);
SHAPE_DEFINE(person_ask);

HANDLER(person_get, person_ask, person_view) { return person_show(c, in->id, out); }

#define FIELDS_OF_person_timeline_ask(X, N)                         \
    X(i64, id, REQUIRED | POSITIVE, "Member", N)                    \
    X(opt_i64, before, POSITIVE, "next_before of the last page", N) \
    X(opt_i64, limit, POSITIVE, "At most this many, 1 to 200; 50 when absent", N)
SHAPE(person_timeline_ask);
SHAPE_DEFINE(person_timeline_ask);
#define FIELDS_OF_person_timeline(X, N)                          \
    X(list(timeline_line), items, ANY, "Lines, newest first", N) \
    X(opt_i64, next_before, ANY, "Where to go on", N)
SHAPE(person_timeline);
SHAPE_DEFINE(person_timeline);

HANDLER(person_timeline_get, person_timeline_ask, person_timeline)
{
    i64 living, limit = page_limit(in->limit);
    ints ids;
    TRY(member_living(c, in->id, &living));
    TRY(member_ids(c, living, &ids));
    TRY(timeline_of_member(c, ids, in->before.value, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_before = SOME(out->items.at[limit - 1].seq);
    return OK;
}

static const struct route routes[] = {
    ROUTE(GET, "/v1/reports/sales", REPORTS_READ, report_sales, "Reports", "一段时间的销售",
          "Sales of a period"),
    ROUTE(GET, "/v1/reports/rfm", REPORTS_READ, report_rfm, "Reports", "RFM：各分段与八种类型",
          "RFM: cells and the eight types"),
    ROUTE(GET, "/v1/reports/rfm/members", REPORTS_READ | MEMBERS_READ, report_rfm_members,
          "Reports", "RFM 某一分段或类型的会员", "Members of an RFM cell or type", .flags = CURSOR),
    ROUTE(GET, "/v1/reports/rfm/move", REPORTS_READ, report_rfm_move, "Reports",
          "RFM 类型在两个日期间的流转", "Movement between RFM types from one date to another"),
    ROUTE(GET, "/v1/reports/classes", REPORTS_READ, report_classes, "Reports", "A/B/C 类与场景标签",
          "Classes A/B/C and scene tags"),
    ROUTE(GET, "/v1/members", MEMBERS_READ, people_get, "Members", "查找会员", "Find members",
          .flags = CURSOR, .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/members/{id}/profile", MEMBERS_READ, person_get, "Members",
          "一位会员的全部资料", "All that is known of one member", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/members/{id}/timeline", MEMBERS_READ, person_timeline_get, "Members",
          "会员时间线", "A member's timeline", .errors = "E_NOT_FOUND"),
    { 0 },
};

const struct room insight_room = {
    .name = "insight",
    .migrations = insight_migrations,
    .fields = &insight_fields,
    .routes = routes,
};
