/* cli_settings.c -- koi settings: what an operator can change, and changing it. */
#include "cli/cli.h"

#include "access/access.h"
#include "store/setting.h"

#define FIELDS_OF_cli_settings(X, N) X(list(setting_view), items, ANY, "Settings", N)
SHAPE(cli_settings);
SHAPE_DEFINE(cli_settings);

static const struct cli_option list_options[] = {
    { "defaults", NULL, "只列默认值，不打开店铺", "the defaults only, without opening a shop",
      false },
    { 0 },
};

static enum err run_list(struct cli *cli)
{
    if (!cli_has(cli, "defaults")) TRY(cli_open(cli, CLI_READS));
    struct cli_settings out = { 0 };
    TRY(setting_views(cli->c, &out.items));
    if (cli_answered(cli, &cli_settings_shape, &out)) return OK;
    for (i64 i = 0; i < out.items.n; i++) {
        const struct setting_view *s = &out.items.at[i];
        cli_print(cli, STR_FMT STR_FMT "  " STR_FMT "\n",
                  STR_ARG(cli_pad(cli->c->arena, s->name, 28)),
                  STR_ARG(cli_pad(cli->c->arena, s->value, 20)), STR_ARG(s->doc));
    }
    return OK;
}

struct change {
    str name, value;
};

/* A secret stays out of the log and off the screen. */
static str shown(const struct change *in)
{
    return setting_is_secret(in->name) ? S("********") : in->value;
}

static enum err change_setting(struct tx *t, void *arg)
{
    const struct change *in = arg;
    TRY(setting_set(t, in->name, in->value));
    struct buf detail = { .arena = t->c->arena };
    buf_add(&detail, S("{\"value\":"));
    json_write_str(&detail, shown(in));
    buf_byte(&detail, '}');
    return audit_write(t, S("setting.changed"), in->name, buf_str(&detail));
}

static enum err run_set(struct cli *cli)
{
    TRY(cli_open(cli, CLI_MAKES));
    struct change in = { cli->args.at[0], cli->args.at[1] };
    TRY(store_write(cli->store, cli->c, change_setting, &in));
    cli_note(cli, STR_FMT " 已改为 " STR_FMT, STR_FMT " is now " STR_FMT, STR_ARG(in.name),
             STR_ARG(shown(&in)));
    return OK;
}

const struct verb setting_verbs[] = {
    { "settings list", NULL, "列出全部设置", "list all settings", list_options, run_list, 0, 0 },
    { "settings set", "NAME VALUE", "修改一项设置", "change a setting", NULL, run_set, 2, 2 },
    { 0 },
};
