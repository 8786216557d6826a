/* koc_my_api.c -- a member's own doors of the KOC programme: who asks is c->member. */
#include "access/approval.h"
#include "http/route.h"
#include "loyalty/koc/doors.h"
#include "loyalty/koc/inside.h"
#include "member/member.h"

#define FIELDS_OF_my_koc(X, N)                                               \
    X(one(koc_view), koc, ANY, "Where he stands; null: he never applied", N) \
    X(opt_i64, trials_left, ANY, "Trials he may ask for this month", N)
SHAPE(my_koc);
SHAPE_DEFINE(my_koc);

static enum err mine(struct ctx *c, struct my_koc *out)
{
    struct koc_view view;
    bool found;
    i64 left;
    TRY(koc_find(c, c->member, true, &found, &view));
    if (!found) return OK;
    view.decided_by = NO_STR; /* the shop's people are not his affair */
    out->koc = NEW(c->arena, struct koc_view);
    *out->koc = view;
    TRY(koc_trials_left(c, c->member, &left));
    out->trials_left = SOME(left);
    return OK;
}

HANDLER(my_koc_get, nothing, my_koc) { return mine(c, out); }

static enum err apply(struct tx *t, void *arg)
{
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return koc_apply(t, living, arg);
}

HANDLER(my_koc_post, koc_application, my_koc)
{
    TRY(audited_write(c, apply, (void *)in, NULL));
    return mine(c, out);
}

static enum err leave(struct tx *t, void *arg)
{
    i64 living;
    (void)arg;
    TRY(member_living(t->c, t->c->member, &living));
    return koc_set_state(t, living, KOC_LEFT, S("by himself"));
}

HANDLER(my_koc_delete, nothing, nothing) { return audited_write(c, leave, NULL, NULL); }

/* -- codes ------------------------------------------------------------------------------------- */

#define FIELDS_OF_my_koc_codes(X, N)                 \
    X(list(koc_code), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(my_koc_codes);
SHAPE_DEFINE(my_koc_codes);
#define FIELDS_OF_my_koc_code_post(X, N)                                       \
    X(str, code, SHORT, "Chosen: 4 to 16 letters and digits; absent: made", N) \
    X(str, name, SHORT, "What it is for", N)                                   \
    X(str, target, ANY, "A page of the shop: /k/{code} leads there", N)
SHAPE(my_koc_code_post);
SHAPE_DEFINE(my_koc_code_post);
#define FIELDS_OF_my_koc_code_ref(X, N) X(str, code, REQUIRED | SHORT, "Code", N)
SHAPE(my_koc_code_ref);
SHAPE_DEFINE(my_koc_code_ref);

HANDLER(my_koc_codes_get, nothing, my_koc_codes) { return koc_codes(c, c->member, &out->items); }

static enum err put_code(struct tx *t, void *arg)
{
    struct koc_code_ask ask = *(const struct koc_code_ask *)arg;
    str code;
    TRY(member_living(t->c, t->c->member, &ask.member));
    return koc_code_put(t, &ask, &code);
}

HANDLER(my_koc_codes_post, my_koc_code_post, my_koc_codes)
{
    struct koc_code_ask ask = { .code = in->code, .name = in->name, .target = in->target };
    for (i64 i = 0; i < COUNT(ask.made); i++) ask.made[i] = koc_code_make(c->arena);
    TRY(audited_write(c, put_code, &ask, NULL));
    return koc_codes(c, c->member, &out->items);
}

static enum err end_code(struct tx *t, void *arg)
{
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return koc_code_end(t, living, ((const struct my_koc_code_ref *)arg)->code);
}

HANDLER(my_koc_code_delete, my_koc_code_ref, nothing)
{
    return audited_write(c, end_code, (void *)in, NULL);
}

static enum err touched(struct tx *t, void *arg)
{
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return koc_touched(t, living, ((const struct my_koc_code_ref *)arg)->code);
}

HANDLER(my_koc_visit_post, my_koc_code_ref, nothing)
{
    return audited_write(c, touched, (void *)in, NULL);
}

/* -- orders and statements --------------------------------------------------------------------- */

/* What he may know of an order of somebody else: what it earns him, not whose it is. */
#define FIELDS_OF_my_koc_order(X, N)                         \
    X(i64, order_id, ANY, "Order", N)                        \
    X(str, code, ANY, "By which code", N)                    \
    X(str, how, ANY, "code or link", N)                      \
    X(instant, paid_at, ANY, "Paid", N)                      \
    X(money, net, ANY, "Net of refunds, without postage", N) \
    X(money, commission, ANY, "What it earns now", N)        \
    X(instant, counts_at, ANY, "When its return window is over", N)
SHAPE(my_koc_order);
SHAPE_DEFINE(my_koc_order);
#define FIELDS_OF_my_koc_order_page(X, N)                \
    X(list(my_koc_order), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(my_koc_order_page);
SHAPE_DEFINE(my_koc_order_page);
#define FIELDS_OF_my_koc_page_ask(X, N) PAGE_FIELDS(X, N)
SHAPE(my_koc_page_ask);
SHAPE_DEFINE(my_koc_page_ask);

HANDLER(my_koc_orders_get, my_koc_page_ask, my_koc_order_page)
{
    struct koc_order_view_list orders;
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "my koc orders", in->cursor, &at));
    TRY(koc_orders_of(c, c->member, at.id, limit + 1, &orders));
    for (i64 i = 0; i < orders.n && i < limit; i++) {
        const struct koc_order_view *o = &orders.at[i];
        *PUSH(c->arena, &out->items) = (struct my_koc_order){ .order_id = o->order_id,
                                                              .code = o->code,
                                                              .how = o->how,
                                                              .paid_at = o->paid_at,
                                                              .net = o->net,
                                                              .commission = o->commission,
                                                              .counts_at = o->counts_at };
    }
    if (orders.n <= limit) return OK;
    out->next_cursor =
        cursor_make(c, "my koc orders", (struct cursor){ .id = orders.at[limit - 1].order_id });
    return OK;
}

#define FIELDS_OF_my_koc_statements(X, N)                 \
    X(list(koc_statement), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(my_koc_statements);
SHAPE_DEFINE(my_koc_statements);
HANDLER(my_koc_statements_get, nothing, my_koc_statements)
{
    return koc_statements_of(c, c->member, &out->items);
}

#define FIELDS_OF_my_koc_number(X, N) X(i64, number, REQUIRED | POSITIVE, "Number", N)
SHAPE(my_koc_number);
SHAPE_DEFINE(my_koc_number);
#define FIELDS_OF_my_koc_line(X, N)                                        \
    X(i64, order_id, ANY, "Order", N)                                      \
    X(i64, line, ANY, "Line of it", N)                                     \
    X(str, product, ANY, "Product code", N)                                \
    X(instant, paid_at, ANY, "Paid", N)                                    \
    X(money, net, ANY, "Net on this statement; below zero: taken back", N) \
    X(i64, rate, ANY, "Rate, in basis points", N)                          \
    X(money, commission, ANY, "Commission on this statement", N)
SHAPE(my_koc_line);
SHAPE_DEFINE(my_koc_line);
#define FIELDS_OF_my_koc_statement(X, N)                  \
    X(one(koc_statement), statement, ANY, "Statement", N) \
    X(list(my_koc_line), lines, ANY, "Its lines", N)
SHAPE(my_koc_statement);
SHAPE_DEFINE(my_koc_statement);

HANDLER(my_koc_statement_get, my_koc_number, my_koc_statement)
{
    struct koc_statement_line_list lines;
    out->statement = NEW(c->arena, struct koc_statement);
    enum err e = koc_statement_get(c, in->number, true, out->statement);
    if (e == OK && out->statement->member != c->member)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的佣金对账单", "there is no statement %lld",
                    (long long)in->number);
    TRY(e);
    TRY(koc_statement_lines(c, in->number, &lines));
    for (i64 i = 0; i < lines.n; i++) {
        const struct koc_statement_line *l = &lines.at[i];
        *PUSH(c->arena, &out->lines) = (struct my_koc_line){ .order_id = l->order_id,
                                                             .line = l->line,
                                                             .product = l->product,
                                                             .paid_at = l->paid_at,
                                                             .net = l->net,
                                                             .rate = l->rate,
                                                             .commission = l->commission };
    }
    return OK;
}

/* -- trials ------------------------------------------------------------------------------------ */

#define FIELDS_OF_my_koc_trials(X, N)                 \
    X(list(koc_trial), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page", N)
SHAPE(my_koc_trials);
SHAPE_DEFINE(my_koc_trials);
#define FIELDS_OF_my_koc_trial_post(X, N)                                        \
    X(str, key, REQUIRED | SHORT, "Your number: a retry with it is harmless", N) \
    X(str, product, REQUIRED | SHORT, "What he wants to try", N)                 \
    X(str, text, ANY, "What he plans to do with it, at most 1,000 bytes", N)
SHAPE(my_koc_trial_post);
SHAPE_DEFINE(my_koc_trial_post);
#define FIELDS_OF_my_koc_report(X, N)               \
    X(i64, number, REQUIRED | POSITIVE, "Trial", N) \
    X(str, report, REQUIRED, "A link or a text", N)
SHAPE(my_koc_report);
SHAPE_DEFINE(my_koc_report);

HANDLER(my_koc_trials_get, my_koc_page_ask, my_koc_trials)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "my koc trials", in->cursor, &at));
    TRY(koc_trials(c, c->member, NO_STR, at.id, limit + 1, true, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "my koc trials", (struct cursor){ .id = out->items.at[limit - 1].number });
    return OK;
}

struct trying {
    const struct my_koc_trial_post *in;
    i64 number;
};

static enum err ask_trial(struct tx *t, void *arg)
{
    struct trying *k = arg;
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return koc_trial_ask(t, living, k->in->key, k->in->product, k->in->text, &k->number);
}

#define FIELDS_OF_my_koc_trial_made(X, N) X(i64, number, ANY, "Number of the trial", N)
SHAPE(my_koc_trial_made);
SHAPE_DEFINE(my_koc_trial_made);

HANDLER(my_koc_trials_post, my_koc_trial_post, my_koc_trial_made)
{
    struct trying k = { .in = in };
    TRY(audited_write(c, ask_trial, &k, NULL));
    out->number = k.number;
    return OK;
}

static enum err report(struct tx *t, void *arg)
{
    const struct my_koc_report *in = arg;
    i64 living;
    TRY(member_living(t->c, t->c->member, &living));
    return koc_trial_report(t, living, in->number, in->report);
}

HANDLER(my_koc_report_post, my_koc_report, nothing)
{
    return audited_write(c, report, (void *)in, NULL);
}

/* -- mentees ----------------------------------------------------------------------------------- */

#define FIELDS_OF_my_mentee(X, N)                         \
    X(str, name, PERSONAL, "Name, masked", N)             \
    X(instant, from, ANY, "Since when", N)                \
    X(opt_instant, until, ANY, "Until when", N)           \
    X(str, level, ANY, "Level", N)                        \
    X(i64, orders, ANY, "Orders he brought meanwhile", N) \
    X(money, amount, ANY, "What they come to; nobody but he is paid for them", N)
SHAPE(my_mentee);
SHAPE_DEFINE(my_mentee);
#define FIELDS_OF_my_mentees(X, N)                    \
    X(list(my_mentee), items, ANY, "Newest first", N) \
    X(str, next_cursor, ANY, "Always null: at most 200 are shown", N)
SHAPE(my_mentees);
SHAPE_DEFINE(my_mentees);

HANDLER(my_mentees_get, nothing, my_mentees)
{
    struct koc_pair_list pairs;
    TRY(koc_pairs(c, c->member, false, 0, 200, false, &pairs));
    for (i64 i = 0; i < pairs.n; i++) {
        const struct koc_pair *p = &pairs.at[i];
        *PUSH(c->arena, &out->items) = (struct my_mentee){ .name = p->mentee_name,
                                                           .from = p->from,
                                                           .until = p->until,
                                                           .level = p->level,
                                                           .orders = p->orders,
                                                           .amount = p->amount };
    }
    return OK;
}

const struct route koc_my_routes[] = {
    ROUTE(GET, "/v1/my/koc", MY, my_koc_get, "KOC", "我的达人身份：等级、进度、佣金",
          "My KOC standing: level, progress, commission"),
    ROUTE(POST, "/v1/my/koc", MY, my_koc_post, "KOC", "申请成为达人，或接受邀请",
          "Apply to be a KOC, or accept an invitation", .flags = IDEMPOTENT,
          .errors = "E_CONFLICT"),
    ROUTE(DELETE, "/v1/my/koc", MY, my_koc_delete, "KOC", "退出达人计划", "Leave the programme",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(GET, "/v1/my/koc/codes", MY, my_koc_codes_get, "KOC", "我的推广码与链接",
          "My codes and links"),
    ROUTE(POST, "/v1/my/koc/codes", MY, my_koc_codes_post, "KOC", "建推广码或链接",
          "Make a code or a link", .errors = "E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(DELETE, "/v1/my/koc/codes/{code}", MY, my_koc_code_delete, "KOC", "停用我的推广码",
          "End a code of mine", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/my/koc/visits", MY, my_koc_visit_post, "KOC", "我经由这个推广码而来",
          "I came by this code"),
    ROUTE(GET, "/v1/my/koc/orders", MY, my_koc_orders_get, "KOC", "我带来的订单与佣金",
          "Orders I brought, and what they earn", .flags = CURSOR),
    ROUTE(GET, "/v1/my/koc/statements", MY, my_koc_statements_get, "KOC", "我的佣金对账单",
          "My statements"),
    ROUTE(GET, "/v1/my/koc/statements/{number}", MY, my_koc_statement_get, "KOC",
          "我的一张对账单与明细", "A statement of mine with its lines", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/my/koc/trials", MY, my_koc_trials_get, "KOC", "我的试用", "My trials",
          .flags = CURSOR),
    ROUTE(POST, "/v1/my/koc/trials", MY, my_koc_trials_post, "KOC", "申请试用", "Ask for a trial",
          .flags = IDEMPOTENT | CREATES, .errors = "E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/my/koc/trials/{number}/report", MY, my_koc_report_post, "KOC",
          "交体验报告（链接或文字）", "Hand in a report: a link or a text", .flags = IDEMPOTENT,
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(GET, "/v1/my/koc/mentees", MY, my_mentees_get, "KOC", "我带的徒弟与他们的业绩",
          "Those I mentor, and their figures"),
    { 0 },
};
