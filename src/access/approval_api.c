/* approval_api.c -- doors: what waits for a second person, and what he says; and the room. */
#include "access/approval.h"

#include "base/room.h"
#include "http/route.h"
#include "job/job.h"
#include "store/setting.h"

#define APPROVALS "Approvals"

#define FIELDS_OF_approval_page_ask(X, N)                                                \
    X(str, state, SHORT, "open, approved, rejected, withdrawn, expired; absent: all", N) \
    PAGE_FIELDS(X, N)
SHAPE(approval_page_ask);
SHAPE_DEFINE(approval_page_ask);

#define FIELDS_OF_approval_page(X, N)                          \
    X(list(approval_view), items, REQUIRED, "Newest first", N) \
    X(str, next_cursor, ANY, "For the next page; absent: this was the last", N)
SHAPE(approval_page);
SHAPE_DEFINE(approval_page);

HANDLER(approvals_list, approval_page_ask, approval_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "approvals", in->cursor, &at));
    TRY(approval_list(c, in->state, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    out->next_cursor =
        cursor_make(c, "approvals", (struct cursor){ .id = out->items.at[limit - 1].id });
    return OK;
}

#define FIELDS_OF_approval_ref(X, N) X(i64, id, REQUIRED, "Number", N)
SHAPE(approval_ref);
SHAPE_DEFINE(approval_ref);

HANDLER(approvals_show, approval_ref, approval_view) { return approval_get(c, in->id, out); }

#define FIELDS_OF_approval_said(X, N) \
    X(i64, id, REQUIRED, "Number", N) \
    X(str, note, SHORT, "Words for who asked; a rejection needs some", N)
SHAPE(approval_said);
SHAPE_DEFINE(approval_said);

static enum err decide(struct ctx *c, const struct approval_said *in, enum approval_verdict verdict,
                       struct approval_view *out)
{
    TRY(approval_decide(c->store, c, in->id, verdict, in->note));
    return approval_get(c, in->id, out);
}

HANDLER(approvals_approve, approval_said, approval_view) { return decide(c, in, APPROVE_IT, out); }
HANDLER(approvals_reject, approval_said, approval_view) { return decide(c, in, REJECT_IT, out); }
HANDLER(approvals_withdraw, approval_said, approval_view)
{
    return decide(c, in, WITHDRAW_IT, out);
}

static const struct route approval_routes[] = {
    ROUTE(GET, "/v1/approvals", RIGHT_NONE, approvals_list, APPROVALS,
          "列出申请：有审批权限者看全部，其他人看自己的",
          "List asks: all with the right to approve, else one's own", .flags = CURSOR),
    ROUTE(GET, "/v1/approvals/{id}", RIGHT_NONE, approvals_show, APPROVALS, "看一项申请",
          "Show an ask", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/approvals/{id}/approve", APPROVE, approvals_approve, APPROVALS,
          "批准：在同一事务里执行", "Approve: it is carried out in the same transaction",
          .flags = AUDITS_ITSELF, .errors = "E_NOT_FOUND E_FORBIDDEN E_CONFLICT E_UNPROCESSABLE",
          .body_max = 4096),
    ROUTE(POST, "/v1/approvals/{id}/reject", APPROVE, approvals_reject, APPROVALS, "拒绝", "Reject",
          .flags = AUDITS_ITSELF, .errors = "E_NOT_FOUND E_FORBIDDEN E_CONFLICT", .body_max = 4096),
    ROUTE(POST, "/v1/approvals/{id}/withdraw", RIGHT_NONE, approvals_withdraw, APPROVALS,
          "撤回自己的申请", "Withdraw what one asked", .flags = AUDITS_ITSELF,
          .errors = "E_NOT_FOUND E_FORBIDDEN E_CONFLICT", .body_max = 4096),
    { 0 },
};

static const struct migration approval_migrations[] = {
    { "0001 approvals", "CREATE TABLE approval ("
                        "  id int64 PRIMARY KEY,"
                        "  kind text NOT NULL,"
                        "  subject text,"
                        "  body text NOT NULL,"
                        "  reason text NOT NULL,"
                        "  state text NOT NULL,"
                        "  asked_by text NOT NULL,"
                        "  asked_user int64 NOT NULL,"
                        "  asked_key int64 NOT NULL,"
                        "  asked_at int64 NOT NULL,"
                        "  expires_at int64 NOT NULL,"
                        "  decided_by text,"
                        "  decided_at int64,"
                        "  note text,"
                        "  problem text,"
                        "  problem_at int64);"
                        "CREATE INDEX approval_by_state ON approval (state, id);" },
    { NULL, NULL },
};

static const struct setting approval_settings[] = {
    { .name = "approval.days",
      .kind = SETTING_I64,
      .fallback = "7",
      .min = 1,
      .max = 90,
      .zh = "申请多少天内无人审批即过期",
      .en = "After how many days an undecided ask ends" },
    { 0 },
};

static const struct job_row approval_jobs[] = {
    { "approval.expire", 10 * MINUTE_MS, 0, approval_expire, "记下过期的申请",
      "Writes down asks that are over" },
    { 0 },
};

const struct room approval_room = {
    .name = "approval",
    .migrations = approval_migrations,
    .settings = approval_settings,
    .routes = approval_routes,
    .jobs = approval_jobs,
};
