/* question_fields_api.c -- doors of the questions on what members are. */
#include "audience/question_fields.h"
#include "base/room.h"
#include "http/route.h"

HANDLER(questions_histogram, histogram_ask, histogram) { return question_histogram(c, in, out); }
HANDLER(questions_cross, cross_ask, cross) { return question_cross(c, in, out); }
HANDLER(questions_cells, cells_ask, cells) { return question_cells(c, in, out); }
HANDLER(questions_aipl, aipl_ask, aipl) { return question_aipl(c, in, out); }
HANDLER(questions_compare, compare_ask, compare) { return question_compare(c, in, out); }

static const struct route routes[] = {
    ROUTE(POST, "/v1/questions/histogram", MEMBERS_READ, questions_histogram, "Questions",
          "看一个字段在会员中的分布", "How a field is spread over members", .flags = READS),
    ROUTE(POST, "/v1/questions/cross", MEMBERS_READ, questions_cross, "Questions",
          "两个字段的交叉表", "A table of two fields", .flags = READS),
    ROUTE(POST, "/v1/questions/cells", REPORTS_READ, questions_cells, "Questions", "RFM 各格的人数",
          "Members of each RFM cell", .flags = READS),
    ROUTE(POST, "/v1/questions/aipl", REPORTS_READ, questions_aipl, "Questions",
          "AIPL 各阶段人数，及两个日期之间的流转",
          "Members of each AIPL stage, and the flow between two days", .flags = READS),
    ROUTE(POST, "/v1/questions/compare", MEMBERS_READ, questions_compare, "Questions",
          "比较两个分层：重合与 TGI", "Two segments compared: overlap and TGI", .flags = READS),
    { 0 },
};

const struct room question_fields_room = { .name = "question_fields",
                                           .settings = aipl_settings,
                                           .routes = routes };
