/* question_api.c -- doors of the questions on behaviour. */
#include "audience/question_rows.h"
#include "base/room.h"
#include "http/route.h"

HANDLER(questions_funnel, funnel_ask, funnel_answer) { return funnel_make(c, in, out); }
HANDLER(questions_retention, retention_ask, retention_answer) { return retention_make(c, in, out); }
HANDLER(questions_actives, actives_ask, actives_answer) { return actives_make(c, in, out); }

static const struct route routes[] = {
    ROUTE(POST, "/v1/questions/funnel", REPORTS_READ, questions_funnel, "Questions",
          "漏斗：依次做完各步的会员", "Funnel: members who go through steps in order",
          .flags = READS, .errors = "E_BUSY E_TIMEOUT"),
    ROUTE(POST, "/v1/questions/retention", REPORTS_READ, questions_retention, "Questions",
          "留存：之后第 n 天又来的会员", "Retention: members who return on the n-th day",
          .flags = READS, .errors = "E_BUSY E_TIMEOUT"),
    ROUTE(POST, "/v1/questions/actives", REPORTS_READ, questions_actives, "Questions",
          "每日（周、月）活跃会员，可按字段或行为属性分开",
          "Active members a day (week, month), by a field or a property of what they did",
          .flags = READS, .errors = "E_BUSY E_TIMEOUT"),
    { 0 },
};

const struct room question_rows_room = { .name = "question_rows", .routes = routes };
