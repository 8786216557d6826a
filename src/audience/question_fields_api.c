/* question_fields_api.c -- doors of the questions on what members are. */
#include "audience/question_fields.h"
#include "base/room.h"
#include "http/route.h"
#include "insight/people.h"

HANDLER(questions_histogram, histogram_ask, histogram) { return question_histogram(c, in, out); }
HANDLER(questions_cross, cross_ask, cross) { return question_cross(c, in, out); }
HANDLER(questions_cells, cells_ask, cells) { return question_cells(c, in, out); }
HANDLER(questions_aipl, aipl_ask, aipl) { return question_aipl(c, in, out); }
HANDLER(questions_compare, compare_ask, compare) { return question_compare(c, in, out); }

#define FIELDS_OF_aipl_members_ask(X, N)                                               \
    X(str, was, SHORT,                                                                 \
      "Stage at `from`: awareness, interest, purchase, loyalty, none; absent: any", N) \
    X(str, is, SHORT, "Stage at `to`; absent: any", N)                                 \
    FIELDS_OF_aipl_ask(X, N) PAGE_FIELDS(X, N)
SHAPE(aipl_members_ask);
SHAPE_DEFINE(aipl_members_ask);
#define FIELDS_OF_aipl_members_page(X, N)            \
    X(list(person), items, ANY, "Members, by id", N) \
    X(str, next_cursor, ANY, "Where to go on", N)    \
    X(i64, total, ANY, "How many in all", N)
SHAPE(aipl_members_page);
SHAPE_DEFINE(aipl_members_page);

HANDLER(questions_aipl_members, aipl_members_ask, aipl_members_page)
{
    static const char route[] = "/v1/questions/aipl/members";
    struct aipl_ask ask = { in->from, in->to, in->segment, in->seq };
    struct member_set set;
    struct cursor after;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, route, in->cursor, &after));
    TRY(question_aipl_members(c, &ask, in->was, in->is, &set));
    out->total = set.n;
    ints ids = set_ids(c->arena, &set, after.id, limit + 1);
    i64 shown = ids.n > limit ? limit : ids.n;
    for (i64 i = 0; i < shown; i++) TRY(person_of(c, ids.at[i], PUSH(c->arena, &out->items)));
    if (shown < ids.n)
        out->next_cursor = cursor_make(c, route, (struct cursor){ .id = ids.at[shown - 1] });
    return OK;
}

static const struct route routes[] = {
    ROUTE(POST, "/v1/questions/histogram", MEMBERS_READ, questions_histogram, "Questions",
          "看一个字段在会员中的分布", "How a field is spread over members", .flags = READS,
          .errors = "E_BUSY E_TIMEOUT"),
    ROUTE(POST, "/v1/questions/cross", MEMBERS_READ, questions_cross, "Questions",
          "两个字段的交叉表", "A table of two fields", .flags = READS,
          .errors = "E_BUSY E_TIMEOUT"),
    ROUTE(POST, "/v1/questions/cells", REPORTS_READ, questions_cells, "Questions", "RFM 各格的人数",
          "Members of each RFM cell", .flags = READS, .errors = "E_BUSY E_TIMEOUT"),
    ROUTE(POST, "/v1/questions/aipl", REPORTS_READ, questions_aipl, "Questions",
          "AIPL 各阶段人数，及两个日期之间的流转",
          "Members of each AIPL stage, and the flow between two days", .flags = READS,
          .errors = "E_BUSY E_TIMEOUT"),
    ROUTE(POST, "/v1/questions/aipl/members", MEMBERS_READ, questions_aipl_members, "Questions",
          "从一个 AIPL 阶段到另一个阶段的会员", "Members who went from one AIPL stage to another",
          .flags = READS | CURSOR, .errors = "E_BUSY E_TIMEOUT"),
    ROUTE(POST, "/v1/questions/compare", MEMBERS_READ, questions_compare, "Questions",
          "比较两个分层：重合与 TGI", "Two segments compared: overlap and TGI", .flags = READS,
          .errors = "E_BUSY E_TIMEOUT"),
    { 0 },
};

const struct room question_fields_room = { .name = "question_fields",
                                           .settings = aipl_settings,
                                           .routes = routes };
