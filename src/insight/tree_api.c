/* tree_api.c -- the door of the GMV tree. */
#include "http/route.h"
#include "insight/tree.h"

HANDLER(report_gmv_tree, tree_ask, gmv_tree) { return gmv_tree_make(c, in, out); }

static const struct route routes[] = {
    ROUTE(POST, "/v1/reports/gmv-tree", REPORTS_READ, report_gmv_tree, "Reports",
          "GMV 拆解：各因子对变化的贡献，可按店铺、触点、品类、分层下钻",
          "GMV tree: what each factor contributed to the change; by shop, touchpoint, category or"
          " segment",
          .flags = READS, .errors = "E_BUSY E_TIMEOUT"),
    { 0 },
};

const struct room tree_room = { .name = "gmv_tree", .routes = routes };
