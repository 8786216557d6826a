/* path_api.c -- doors of paths and attribution. */
#include "http/route.h"
#include "insight/path/inside.h"

HANDLER(report_paths, paths_ask, paths_answer) { return paths_make(c, in, out); }
HANDLER(report_attribution, attribution_ask, attribution_answer)
{
    return attribution_make(c, in, out);
}

static const struct route routes[] = {
    ROUTE(GET, "/v1/reports/paths", REPORTS_READ, report_paths, "Reports",
          "路径：两个行为或触点之间最常见的走法，各步的流向与流失",
          "Paths: the most common ways between two events, their streams and drop-off",
          .errors = "E_BUSY E_TIMEOUT E_TOO_LARGE"),
    ROUTE(GET, "/v1/reports/attribution", REPORTS_READ, report_attribution, "Reports",
          "归因：转化分给之前的触达，六种模型并列",
          "Attribution: conversions divided among the touches before them, six models side by side",
          .errors = "E_BUSY E_TIMEOUT E_TOO_LARGE"),
    { 0 },
};

const struct room path_room = { .name = "path", .routes = routes, .settings = path_settings };
