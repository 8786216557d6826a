/* basket_api.c -- doors of what is bought together, what is bought next, and who fits a product. */
#include "base/room.h"
#include "http/route.h"
#include "insight/basket.h"

HANDLER(report_basket, basket_ask, basket_report) { return basket_report_make(c, in, out); }
HANDLER(report_next, next_ask, next_report) { return next_report_make(c, in, out); }

HANDLER(report_fit, fit_ask, fit_report) { return fit_report_make(c, in, out); }

static const struct route routes[] = {
    ROUTE(GET, "/v1/reports/basket", REPORTS_READ, report_basket, "Reports",
          "关联规则：哪些商品常一起买", "Association rules: what is bought together",
          .errors = "E_NOT_FOUND E_TOO_LARGE"),
    ROUTE(GET, "/v1/reports/next", REPORTS_READ, report_next, "Reports",
          "一带二：买了它的人接着买什么，该向谁推",
          "Next hit: what its buyers buy next, and whom to "
          "approach",
          .errors = "E_NOT_FOUND E_TOO_LARGE"),
    ROUTE(GET, "/v1/reports/fit", REPORTS_READ | MEMBERS_READ, report_fit, "Reports",
          "优质客户：谁最像这件商品的买家，凭什么",
          "Quality customers: who is most like the buyers of a product, and why",
          .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    { 0 },
};

const struct room basket_room = { .name = "basket", .routes = routes };
