/* dashboard_api.c -- doors of dashboards. */
#include "access/access.h"
#include "http/route.h"
#include "insight/dashboard.h"

#define FIELDS_OF_dashboard_page(X, N)                                       \
    X(list(dashboard_view), items, ANY, "The built-in one, then by name", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(dashboard_page);
SHAPE_DEFINE(dashboard_page);
#define FIELDS_OF_dashboard_ref(X, N) \
    X(i64, id, REQUIRED | NOT_NEGATIVE, "Dashboard; 0: the built-in one", N)
SHAPE(dashboard_ref);
SHAPE_DEFINE(dashboard_ref);

HANDLER(dashboards_get, nothing, dashboard_page) { return dashboard_list(c, &out->items); }

HANDLER(dashboard_get_one, dashboard_ref, dashboard_view) { return dashboard_get(c, in->id, out); }

struct making {
    const struct dashboard_post *in;
    i64 id;
};

static enum err make(struct tx *t, void *arg)
{
    struct making *m = arg;
    return dashboard_create(t, m->in, &m->id);
}

HANDLER(dashboard_post_one, dashboard_post, dashboard_view)
{
    struct making m = { .in = in };
    TRY(audited_write(c, make, &m, &m.id));
    return dashboard_get(c, m.id, out);
}

static enum err change(struct tx *t, void *arg) { return dashboard_change(t, arg); }

HANDLER(dashboard_put_one, dashboard_put, dashboard_view)
{
    TRY(audited_write(c, change, (void *)in, NULL));
    return dashboard_get(c, in->id, out);
}

static enum err drop(struct tx *t, void *arg) { return dashboard_delete(t, *(const i64 *)arg); }

HANDLER(dashboard_delete_one, dashboard_ref, nothing)
{
    i64 id = in->id;
    return audited_write(c, drop, &id, NULL);
}

static const struct route routes[] = {
    ROUTE(GET, "/v1/dashboards", REPORTS_READ, dashboards_get, "Metrics", "全部看板",
          "All dashboards"),
    ROUTE(GET, "/v1/dashboards/{id}", REPORTS_READ, dashboard_get_one, "Metrics", "一个看板",
          "One dashboard", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/dashboards", REPORTS_READ | SEGMENTS_WRITE, dashboard_post_one, "Metrics",
          "新建看板", "Make a dashboard", .flags = CREATES, .errors = "E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(PUT, "/v1/dashboards/{id}", REPORTS_READ | SEGMENTS_WRITE, dashboard_put_one, "Metrics",
          "修改看板：名称、天数与全部的块", "Change a dashboard: its name, days and all its blocks",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(DELETE, "/v1/dashboards/{id}", REPORTS_READ | SEGMENTS_WRITE, dashboard_delete_one,
          "Metrics", "删除看板", "Delete a dashboard", .errors = "E_NOT_FOUND"),
    { 0 },
};

const struct room dashboard_room = {
    .name = "dashboard",
    .migrations = dashboard_migrations,
    .routes = routes,
};
