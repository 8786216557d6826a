/* settings_api.c -- doors: what an operator can change, with defaults, limits and words. */
#include "http/request.h"
#include "store/setting.h"

#define FIELDS_OF_setting_page(X, N) X(list(setting_view), items, REQUIRED, "All settings", N)
SHAPE(setting_page);
SHAPE_DEFINE(setting_page);

HANDLER(settings_list, nothing, setting_page) { return setting_views(c, &out->items); }

#define FIELDS_OF_setting_change(X, N)                       \
    X(str, name, REQUIRED | SHORT, "Name of the setting", N) \
    X(str, value, ANY, "The new value as text: \"30,90\"", N)
SHAPE(setting_change);
SHAPE_DEFINE(setting_change);

static enum err write_setting(struct tx *t, void *arg)
{
    const struct setting_change *in = arg;
    return setting_set(t, in->name, str_or(in->value, S("")));
}

HANDLER(settings_change, setting_change, setting_view)
{
    struct setting_change copy = *in;
    TRY(fail_place(c, audited_write(c, write_setting, &copy, NULL), S("/value")));
    request_settings_changed(request_of(c));
    struct setting_view_list all;
    TRY(setting_views(c, &all));
    for (i64 i = 0; i < all.n; i++)
        if (str_eq(all.at[i].name, in->name)) *out = all.at[i];
    return OK;
}

extern const struct route settings_routes[], member_token_routes[];
const struct route settings_routes[] = {
    ROUTE(GET, "/v1/settings", RIGHT_NONE, settings_list, "Settings", "列出设置", "List settings"),
    ROUTE(PUT, "/v1/settings/{name}", SETTINGS_WRITE, settings_change, "Settings", "修改一项设置",
          "Change a setting", .errors = "E_NOT_FOUND"),
    { .next = member_token_routes },
};
