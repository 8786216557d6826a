/* setting.c -- what an operator can change: rows of the rooms, values in the store. */
#include "store/setting.h"

#include <assert.h>

#include "base/log.h"
#include "base/num.h"
#include "base/room.h"

SHAPE_DEFINE(setting_view);

#define TABLES_MAX 64
#define TEXT_MAX   1000
#define LIST_MAX   100

QUERY(sql_setting, one_str, "SELECT value FROM setting WHERE name = $1");
CHANGE(sql_set_setting,
       "INSERT INTO setting (name, value, changed_at, changed_by) VALUES ($1, $2, $3, $4) "
       "ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, "
       "changed_by = excluded.changed_by");

/* -- the rows of all rooms -------------------------------------------------------------------- */

static const struct setting *tables[TABLES_MAX + 1];
const struct setting *const *setting_tables = tables;

static const struct setting *find_row(str name)
{
    for (const struct setting *const *t = setting_tables; *t; t++)
        for (const struct setting *row = *t; row->name; row++)
            if (str_eq(str_of(row->name), name)) return row;
    return NULL;
}

void settings_register(const struct room *const *rooms)
{
    i64 n = 0;
    memset(tables, 0, sizeof tables);
    tables[n++] = store_room.settings;
    for (i64 i = 0; rooms && rooms[i]; i++) {
        if (!rooms[i]->settings || rooms[i] == &store_room) continue;
        assert(n < TABLES_MAX);
        tables[n++] = rooms[i]->settings;
    }
    for (i64 i = 0; i < n; i++)
        for (const struct setting *row = tables[i]; row->name; row++)
            assert(find_row(str_of(row->name)) == row); /* every name once */
}

/* -- kinds ------------------------------------------------------------------------------------ */

static bool has_limits(const struct setting *row) { return row->min != 0 || row->max != 0; }

static bool is_money(const struct setting *row)
{
    return row->kind == SETTING_MONEY || row->kind == SETTING_MONEYS;
}

static str number_text(struct arena *a, const struct setting *row, i64 v)
{
    return is_money(row) ? money_text(a, v) : str_fmt(a, "%lld", (long long)v);
}

static enum err check_limits(struct ctx *c, const struct setting *row, i64 v)
{
    if (!has_limits(row) || (v >= row->min && v <= row->max)) return OK;
    str min = number_text(c->arena, row, row->min), max = number_text(c->arena, row, row->max);
    return fail_at(c, E_INVALID, S("value"), "%s：应在 " STR_FMT " 到 " STR_FMT " 之间",
                   "%s: should be between " STR_FMT " and " STR_FMT, row->name, STR_ARG(min),
                   STR_ARG(max));
}

static enum err parse_one(struct ctx *c, const struct setting *row, str text, i64 *out)
{
    bool read = is_money(row) ? money_parse(text, out) : i64_parse(text, out);
    if (read) return check_limits(c, row, *out);
    return fail_at(c, E_INVALID, S("value"),
                   is_money(row) ? "%s：应是金额，例如 99.00" : "%s：应是整数，例如 30",
                   is_money(row) ? "%s: should be an amount, such as 99.00"
                                 : "%s: should be a whole number, such as 30",
                   row->name);
}

static enum err parse_number(struct ctx *c, const struct setting *row, str value, ints *out)
{
    i64 *at = PUSH(c->arena, out);
    return parse_one(c, row, str_trim(value), at);
}

static enum err parse_numbers(struct ctx *c, const struct setting *row, str value, ints *out)
{
    strs parts = str_split(c->arena, value, ',');
    if (parts.n < 1 || parts.n > LIST_MAX)
        return fail_at(c, E_INVALID, S("value"), "%s：应是用逗号分开的 1 到 %d 个数",
                       "%s: should be 1 to %d numbers with commas between", row->name, LIST_MAX);
    for (i64 i = 0; i < parts.n; i++) TRY(parse_number(c, row, parts.at[i], out));
    return OK;
}

static enum err parse_flag(struct ctx *c, const struct setting *row, str value, ints *out)
{
    bool yes = str_eq(value, S("true"));
    if (!yes && !str_eq(value, S("false")))
        return fail_at(c, E_INVALID, S("value"), "%s：应是 true 或 false",
                       "%s: should be true or false", row->name);
    *PUSH(c->arena, out) = yes;
    return OK;
}

static enum err parse_text(struct ctx *c, const struct setting *row, str value, ints *out)
{
    i64 min = has_limits(row) ? row->min : 0, max = has_limits(row) ? row->max : TEXT_MAX;
    if (value.n >= min && value.n <= max && str_is_utf8(value)) return OK;
    return fail_at(c, E_INVALID, S("value"), "%s：长度应在 %lld 到 %lld 字节之间",
                   "%s: should be %lld to %lld bytes of text", row->name, (long long)min,
                   (long long)max);
}

static enum err parse_choice(struct ctx *c, const struct setting *row, str value, ints *out)
{
    strs names = str_split(c->arena, str_of(row->choices), ' ');
    for (i64 i = 0; i < names.n; i++) {
        if (!str_eq(names.at[i], value)) continue;
        *PUSH(c->arena, out) = i;
        return OK;
    }
    return fail_at(c, E_INVALID, S("value"), "%s：应是其中之一：%s", "%s: should be one of: %s",
                   row->name, row->choices);
}

static const struct {
    const char *name;
    enum err (*parse)(struct ctx *c, const struct setting *row, str value, ints *out);
} kinds[] = {
    [SETTING_TEXT] = { "text", parse_text },        [SETTING_I64] = { "int", parse_number },
    [SETTING_MONEY] = { "money", parse_number },    [SETTING_FLAG] = { "flag", parse_flag },
    [SETTING_CHOICE] = { "choice", parse_choice },  [SETTING_I64S] = { "ints", parse_numbers },
    [SETTING_MONEYS] = { "moneys", parse_numbers }, [SETTING_SECRET] = { "secret", parse_text },
};

enum err setting_parse(struct ctx *c, const struct setting *row, str value, ints *list_out)
{
    ints none, *out = list_out ? list_out : &none;
    *out = (ints){ 0 };
    TRY(kinds[row->kind].parse(c, row, value, out));
    return row->check ? row->check(c, value) : OK;
}

/* -- reading ---------------------------------------------------------------------------------- */

/* The value in force, as text and parsed. A stored value that its row no longer allows counts as
 * never set. */
static enum err read_row(struct ctx *c, const struct setting *row, str *text, ints *list)
{
    struct one_str stored;
    bool found = false; /* without a store, as in the manual, the defaults stand */
    if (c->db) TRY(db_find(c, &sql_setting, &stored, &found, ARGS(str_of(row->name))));
    *text = found ? stored.value : str_of(row->fallback);
    struct problem why = c->why;
    if (found && setting_parse(c, row, *text, list) == OK) return OK;
    if (found) LOG(WARN, "store.setting_does_not_fit", KV("name", row->name));
    c->why = why;
    *text = str_of(row->fallback);
    return setting_parse(c, row, *text, list);
}

static enum err read_name(struct ctx *c, const char *name, str *text, ints *list)
{
    const struct setting *row = find_row(str_of(name));
    assert(row);
    return read_row(c, row, text, list);
}

enum err setting_text(struct ctx *c, const char *name, str *out)
{
    ints list;
    return read_name(c, name, out, &list);
}

enum err setting_list(struct ctx *c, const char *name, ints *out)
{
    str text;
    return read_name(c, name, &text, out);
}

enum err setting_i64(struct ctx *c, const char *name, i64 *out)
{
    ints list;
    TRY(setting_list(c, name, &list));
    assert(list.n == 1);
    *out = list.at[0];
    return OK;
}

enum err setting_flag(struct ctx *c, const char *name, bool *out)
{
    i64 v;
    TRY(setting_i64(c, name, &v));
    *out = v != 0;
    return OK;
}

enum err setting_views(struct ctx *c, struct setting_view_list *out)
{
    *out = (struct setting_view_list){ 0 };
    for (const struct setting *const *t = setting_tables; *t; t++)
        for (const struct setting *row = *t; row->name; row++) {
            ints list;
            struct setting_view *v = PUSH(c->arena, out);
            TRY(read_row(c, row, &v->value, &list));
            if (row->kind == SETTING_SECRET && v->value.n) v->value = S("********");
            v->name = str_of(row->name);
            v->kind = str_of(kinds[row->kind].name);
            v->fallback = str_of(row->fallback);
            if (row->choices) v->choices = str_split(c->arena, str_of(row->choices), ' ');
            if (has_limits(row)) v->min = SOME(row->min), v->max = SOME(row->max);
            v->doc = say(c, str_of(row->zh), str_of(row->en));
        }
    return OK;
}

/* -- changing --------------------------------------------------------------------------------- */

bool setting_is_secret(str name)
{
    const struct setting *row = find_row(name);
    return row && row->kind == SETTING_SECRET;
}

enum err setting_set(struct tx *t, str name, str value)
{
    const struct setting *row = find_row(name);
    if (!row)
        return fail(t->c, E_NOT_FOUND, "没有设置项 “" STR_FMT "”",
                    "there is no setting \"" STR_FMT "\"",
                    STR_ARG(str_sub(name, 0, name.n < 80 ? name.n : 80)));
    ints list;
    TRY(setting_parse(t->c, row, value, &list));
    return tx_change(t, &sql_set_setting,
                     ARGS(name, value, t->c->now, t->c->actor.at ? t->c->actor : S("")));
}
