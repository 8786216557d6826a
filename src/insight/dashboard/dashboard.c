/* dashboard.c -- dashboards kept: checked, written, read. */
#include "insight/dashboard.h"

#include "access/access.h"
#include "base/json.h"
#include "insight/dashboard/inside.h"
#include "insight/metric.h"
#include "insight/period.h"

CHOICE_DEFINE(dashboard_draws, "figure", "line", "bars", "table");
CHOICE_DEFINE(dashboard_size, "small", "medium", "wide");
CHOICE_DEFINE(dashboard_step, "fit", "day", "week", "month", "quarter", "year");
SHAPE_DEFINE(dashboard_block);
SHAPE_DEFINE(dashboard_view);
SHAPE_DEFINE(dashboard_post);
SHAPE_DEFINE(dashboard_put);

const struct migration dashboard_migrations[] = {
    { "0001 dashboards", "CREATE TABLE dashboard (\n"
                         "  id int64 PRIMARY KEY,\n"
                         "  name text NOT NULL,\n"
                         "  folded text NOT NULL UNIQUE,\n"
                         "  days int64 NOT NULL,\n"
                         "  blocks text NOT NULL,\n"
                         "  owner text NOT NULL,\n"
                         "  version int64 NOT NULL,\n"
                         "  updated_at int64 NOT NULL\n"
                         ");\n" },
    { 0 },
};

#define FIELDS_OF_dashboard_row(X, N) \
    X(i64, id, ANY, "", N)            \
    X(str, name, ANY, "", N)          \
    X(i64, days, ANY, "", N)          \
    X(json, blocks, ANY, "", N)       \
    X(str, owner, ANY, "", N)         \
    X(i64, version, ANY, "", N)       \
    X(opt_instant, updated_at, ANY, "", N)
SHAPE(dashboard_row);
SHAPE_DEFINE(dashboard_row);
#define ROW "SELECT id, name, days, blocks, owner, version, updated_at FROM dashboard"
QUERY(dashboard_one, dashboard_row, ROW " WHERE id = $1");
QUERY(dashboard_all, dashboard_row, ROW " ORDER BY folded LIMIT $1");
QUERY(dashboard_count, one_i64, "SELECT COUNT(*) AS value FROM dashboard");
QUERY(dashboard_named, one_i64, "SELECT id AS value FROM dashboard WHERE folded = $1");
CHANGE(dashboard_insert,
       "INSERT INTO dashboard (id, name, folded, days, blocks, owner, version, updated_at)"
       " VALUES ($1, $2, $3, $4, $5, $6, 1, $7)");
CHANGE(dashboard_update, "UPDATE dashboard SET name = $2, folded = $3, days = $4, blocks = $5,"
                         " version = version + 1, updated_at = $6 WHERE id = $1");
CHANGE(dashboard_remove, "DELETE FROM dashboard WHERE id = $1");

/* Blocks as they are kept. */
#define FIELDS_OF_dashboard_blocks(X, N) X(list(dashboard_block), at, ANY, "", N)
SHAPE(dashboard_blocks);
SHAPE_DEFINE(dashboard_blocks);

/* -- what may be kept ---------------------------------------------------------------------------
 */

#define NAME_MAX_BYTES 120

static enum err name_check(struct ctx *c, str *name)
{
    *name = str_trim(*name);
    if (name->n > 0 && name->n <= NAME_MAX_BYTES && str_is_line(*name)) return OK;
    return fail_at(c, E_INVALID, S("/name"), "看板名称应是一行文字，最多 %d 个字节",
                   "a dashboard's name is one line of text, %d bytes at most", NAME_MAX_BYTES);
}

static enum err name_is_free(struct ctx *c, str name, i64 own)
{
    struct one_i64 other;
    bool found;
    TRY(db_find(c, &dashboard_named, &other, &found, ARGS(str_fold(c->arena, name))));
    if (!found || other.value == own) return OK;
    return fail_at(c, E_CONFLICT, S("/name"), "已经有叫“" STR_FMT "”的看板，请换个名字",
                   "there is a dashboard named \"" STR_FMT "\" already: take another name",
                   STR_ARG(name));
}

/* What is wrong with a block is said with its number. */
static enum err block_check(struct ctx *c, const struct dashboard_block *b, i64 number)
{
    struct metric_ask ask = { .name = str_trim(b->metric),
                              .by = str_trim(b->by),
                              .segment = str_trim(b->segment),
                              .shop = b->shop,
                              .touchpoint = b->touchpoint,
                              .category = b->category };
    enum err e = metric_may_be_asked(c, &ask);
    if (e == OK) return OK;
    str detail = str_copy(c->arena, str_of(c->why.detail));
    return fail_at(c, E_INVALID, str_fmt(c->arena, "/blocks/%lld", (long long)number),
                   "第 %lld 块：" STR_FMT, "block %lld: " STR_FMT, (long long)number + 1,
                   STR_ARG(detail));
}

static enum err check(struct ctx *c, str *name, opt_i64 days,
                      const struct dashboard_block_list *blocks)
{
    TRY(name_check(c, name));
    if (days.has && days.value > PERIOD_DAYS_MAX)
        return fail_at(c, E_INVALID, S("/days"), "最多 %d 天", "at most %d days", PERIOD_DAYS_MAX);
    if (blocks->n > DASHBOARD_BLOCKS_MAX)
        return fail_at(c, E_INVALID, S("/blocks"), "一个看板最多 %d 块，现在有 %lld 块",
                       "a dashboard has %d blocks at most, not %lld", DASHBOARD_BLOCKS_MAX,
                       (long long)blocks->n);
    for (i64 i = 0; i < blocks->n; i++) TRY(block_check(c, &blocks->at[i], i));
    return OK;
}

static str blocks_text(struct ctx *c, const struct dashboard_block_list *blocks)
{
    struct buf out = { .arena = c->arena };
    json_write(&out, &dashboard_blocks_shape, &(struct dashboard_blocks){ *blocks });
    return buf_str(&out);
}

/* -- writing ------------------------------------------------------------------------------------
 */

#define DAYS_USUAL 30

enum err dashboard_create(struct tx *t, const struct dashboard_post *in, i64 *id)
{
    struct ctx *c = t->c;
    str name = in->name;
    struct one_i64 count;
    TRY(check(c, &name, in->days, &in->blocks));
    TRY(tx_take(t, S("dashboard"), 1, id)); /* who makes one at this moment is waited for */
    TRY(name_is_free(c, name, 0));
    TRY(db_get(c, &dashboard_count, &count, NO_ARGS));
    if (count.value >= DASHBOARDS_MAX)
        return fail(c, E_UNPROCESSABLE, "至多保存 %d 个看板，请先删掉不用的",
                    "at most %d dashboards can be kept: delete one that nobody needs",
                    DASHBOARDS_MAX);
    return tx_change(t, &dashboard_insert,
                     ARGS(*id, name, str_fold(c->arena, name),
                          in->days.has ? in->days.value : DAYS_USUAL, blocks_text(c, &in->blocks),
                          actor_name(c), c->now));
}

static enum err none(struct ctx *c, i64 id)
{
    return fail(c, E_NOT_FOUND, "没有编号 %lld 的看板", "there is no dashboard %lld",
                (long long)id);
}

enum err dashboard_change(struct tx *t, const struct dashboard_put *in)
{
    struct ctx *c = t->c;
    str name = in->name;
    struct dashboard_row row;
    bool found;
    TRY(check(c, &name, in->days, &in->blocks));
    TRY(db_find(c, &dashboard_one, &row, &found, ARGS(in->id)));
    if (!found) return none(c, in->id);
    if (row.version != in->version)
        return fail(c, E_CONFLICT, "看板“" STR_FMT "”在您修改期间被别人改过，请重新打开再改",
                    "somebody else changed the dashboard \"" STR_FMT
                    "\" meanwhile: open it again and change that",
                    STR_ARG(row.name));
    TRY(name_is_free(c, name, in->id));
    return tx_change(t, &dashboard_update,
                     ARGS(in->id, name, str_fold(c->arena, name),
                          in->days.has ? in->days.value : row.days, blocks_text(c, &in->blocks),
                          c->now));
}

enum err dashboard_delete(struct tx *t, i64 id)
{
    struct dashboard_row row;
    bool found;
    TRY(db_find(t->c, &dashboard_one, &row, &found, ARGS(id)));
    if (!found) return none(t->c, id);
    return tx_change(t, &dashboard_remove, ARGS(id));
}

/* -- reading ------------------------------------------------------------------------------------
 */

static enum err view_of(struct ctx *c, const struct dashboard_row *row, struct dashboard_view *out)
{
    struct dashboard_blocks blocks = { 0 };
    TRY(json_read(c, &dashboard_blocks_shape, &blocks, row->blocks));
    *out = (struct dashboard_view){ .id = row->id,
                                    .name = row->name,
                                    .days = row->days,
                                    .blocks = blocks.at,
                                    .owner = row->owner,
                                    .version = row->version,
                                    .updated_at = row->updated_at };
    return OK;
}

enum err dashboard_get(struct ctx *c, i64 id, struct dashboard_view *out)
{
    struct dashboard_row row;
    bool found;
    if (id == 0) {
        dashboard_built_in(c, out);
        return OK;
    }
    TRY(db_find(c, &dashboard_one, &row, &found, ARGS(id)));
    return found ? view_of(c, &row, out) : none(c, id);
}

enum err dashboard_list(struct ctx *c, struct dashboard_view_list *out)
{
    struct dashboard_row_list rows;
    *out = (struct dashboard_view_list){ 0 };
    dashboard_built_in(c, PUSH(c->arena, out));
    TRY(db_all(c, &dashboard_all, &rows, ARGS((i64)DASHBOARDS_MAX)));
    for (i64 i = 0; i < rows.n; i++) TRY(view_of(c, &rows.at[i], PUSH(c->arena, out)));
    return OK;
}
