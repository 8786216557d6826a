/* product_api.c -- doors of product health, launches, stock and quadrants; and the room. */
#include <stdlib.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "base/room.h"
#include "http/request.h"
#include "insight/product/inside.h"
#include "job/job.h"
#include "sheet/sheet.h"
#include "store/setting.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

/* Fewer lines than this are read before answering; more are left to the job, and said. */
#define CATCH_UP_LINES 5000

static enum err catch_up(struct ctx *c)
{
    i64 lines;
    TRY(product_behind(c, &lines));
    if (lines == 0 || lines > CATCH_UP_LINES) return OK;
    return product_follow(c->store, c);
}

/* -- health ------------------------------------------------------------------------------------ */

enum product_sort { SORT_SALES, SORT_UNITS, SORT_GROWTH, SORT_STOCK, SORT_STILL, SORT_SELLOUT };
CHOICE(product_sort);
CHOICE_DEFINE(product_sort, "sales", "units", "growth", "stock_value", "days_without_sale",
              "sellout");

#define PRODUCT_FILTER(X, N)                                                                 \
    PRODUCT_ASK_FIELDS(X, N)                                                                 \
    X(str, verdict, SHORT, "Only these: new, dead, hero, slow, workhorse", N)                \
    X(str, advice, SHORT, "Only these: restock, clear", N)                                   \
    X(str, category, SHORT, "Only this category", N)                                         \
    X(str, q, SHORT, "Only with this in code or title", N)                                   \
    X(choice(product_sort), sort, ANY,                                                       \
      "sales (most first), units, growth, stock_value, days_without_sale, sellout (soonest " \
      "first)",                                                                              \
      N)
#define FIELDS_OF_products_ask(X, N) \
    PRODUCT_FILTER(X, N)             \
    PAGE_FIELDS(X, N)
SHAPE(products_ask);
SHAPE_DEFINE(products_ask);
#define FIELDS_OF_products_page(X, N)                                                 \
    X(day, from, ANY, "First day", N)                                                 \
    X(day, to, ANY, "Last day", N)                                                    \
    X(list(product_rule), rules, ANY, "The verdicts, in the order they are tried", N) \
    X(one(product_ask), thresholds, ANY, "The thresholds in force", N)                \
    X(strs, categories, ANY, "Categories there are", N)                               \
    X(i64, restock, ANY, "Products to restock", N)                                    \
    X(i64, clear, ANY, "Products to clear", N)                                        \
    X(list(product_health), items, ANY, "Products", N)                                \
    X(str, next_cursor, ANY, "Where to go on", N)                                     \
    X(i64, total, ANY, "How many pass the filter", N)                                 \
    X(i64, behind, ANY, "Lines of the timeline that figures still lack", N)           \
    X(str, definition, ANY, "How it is made", N)
SHAPE(products_page);
SHAPE_DEFINE(products_page);

static struct product_ask asked(const struct products_ask *in)
{
    return (struct product_ask){ PRODUCT_ASK_FIELDS(SHAPE_COPY, in) };
}

static enum err choice_asked(struct ctx *c, const struct choice *of, const char *field, str name,
                             int *out)
{
    *out = -1;
    if (str_empty(name)) return OK;
    *out = choice_find(of, name);
    if (*out >= 0) return OK;
    return fail_at(c, E_INVALID, str_of(field), "没有“" STR_FMT "”这一种",
                   "there is no \"" STR_FMT "\"", STR_ARG(name));
}

static f64 key_of(const struct product_health *p, enum product_sort sort)
{
    switch (sort) {
    case SORT_UNITS: return -(f64)p->net_units;
    case SORT_GROWTH: return p->growth.has ? -p->growth.value : 1e300;
    case SORT_STOCK: return p->stock_value.has ? -(f64)p->stock_value.value : 1e300;
    case SORT_STILL: return -(f64)p->days_without_sale;
    case SORT_SELLOUT: return p->sellout_days.has ? p->sellout_days.value : 1e300;
    default: return -(f64)p->net_sales;
    }
}

struct sorted_row {
    f64 key;
    const struct product_health *row;
};
static int by_key(const void *a, const void *b)
{
    const struct sorted_row *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->row->id > y->row->id) - (x->row->id < y->row->id);
}

struct sorted_rows {
    struct sorted_row *at;
    i64 n;
};

static enum err rows_chosen(struct ctx *c, const struct products_ask *in,
                            const struct product_report *report, struct sorted_rows *out)
{
    int verdict, advice;
    str q = str_fold(c->arena, str_trim(in->q));
    TRY(choice_asked(c, &verdict_choice, "/verdict", in->verdict, &verdict));
    TRY(choice_asked(c, &stock_advice_choice, "/advice", in->advice, &advice));
    *out = (struct sorted_rows){ NEWS(c->arena, struct sorted_row, report->items.n + 1), 0 };
    for (i64 i = 0; i < report->items.n; i++) {
        const struct product_health *p = &report->items.at[i];
        if (verdict >= 0 && (int)p->verdict != verdict) continue;
        if (advice >= 0 && (int)p->advice != advice) continue;
        if (!str_empty(in->category) && !str_eq(p->category, in->category)) continue;
        if (q.n && str_find(str_fold(c->arena, p->code), q) < 0 &&
            str_find(str_fold(c->arena, p->name), q) < 0)
            continue;
        out->at[out->n++] = (struct sorted_row){ key_of(p, in->sort), p };
    }
    if (out->n) qsort(out->at, (size_t)out->n, sizeof *out->at, by_key);
    return OK;
}

QUERY(categories_known, one_str,
      "SELECT DISTINCT category AS value FROM product WHERE category <> '' ORDER BY category"
      " LIMIT 1000");

static enum err page_fill(struct ctx *c, const struct product_report *report,
                          struct products_page *out)
{
    struct one_str_list categories;
    out->from = report->from;
    out->to = report->to;
    out->rules = report->rules;
    out->behind = report->behind;
    out->definition = report->definition;
    out->thresholds = NEWS(c->arena, struct product_ask, 1);
    *out->thresholds = report->cuts;
    for (i64 i = 0; i < report->items.n; i++) {
        out->restock += report->items.at[i].advice == ADVICE_RESTOCK;
        out->clear += report->items.at[i].advice == ADVICE_CLEAR;
    }
    TRY(db_all(c, &categories_known, &categories, NO_ARGS));
    for (i64 i = 0; i < categories.n; i++)
        *PUSH(c->arena, &out->categories) = categories.at[i].value;
    return OK;
}

/* A page goes on after so many rows: the list is made anew each time, and its order is total. */
HANDLER(products_get, products_ask, products_page)
{
    static const char route[] = "/v1/reports/products";
    struct product_report report;
    struct product_ask ask = asked(in);
    struct sorted_rows rows;
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, route, in->cursor, &at));
    TRY(catch_up(c));
    TRY(product_report_make(c, &ask, &report));
    TRY(rows_chosen(c, in, &report, &rows));
    TRY(page_fill(c, &report, out));
    out->total = rows.n;
    out->items.at = NEWS(c->arena, struct product_health, limit + 1);
    for (i64 i = at.id; i < rows.n && out->items.n < limit; i++)
        out->items.at[out->items.n++] = *rows.at[i].row;
    if (at.id + limit < rows.n)
        out->next_cursor = cursor_make(c, route, (struct cursor){ .id = at.id + limit });
    return OK;
}

/* -- one product ------------------------------------------------------------------------------- */

#define FIELDS_OF_product_one_ask(X, N)                                                      \
    X(i64, id, REQUIRED | POSITIVE, "Product", N)                                            \
    X(str, from, SHORT, "First day; absent: 90 days up to the last", N)                      \
    X(str, to, SHORT, "Last day, included; absent: today", N)                                \
    X(opt_i64, launch, POSITIVE, "Days of the launch curve, at most 365; 60 when absent", N) \
    PRODUCT_CUTS(X, N)
SHAPE(product_one_ask);
SHAPE_DEFINE(product_one_ask);
#define FIELDS_OF_product_one(X, N)                                              \
    X(one(product_health), product, ANY, "Its figures and verdict", N)           \
    X(one(launch), launch, ANY, "Its launch beside earlier ones", N)             \
    X(list(product_day), days, ANY, "Days of the period with anything of it", N) \
    X(list(stock_row), counts, ANY, "Its last counts of stock", N)
SHAPE(product_one);
SHAPE_DEFINE(product_one);

HANDLER(product_get, product_one_ask, product_one)
{
    struct product_report report;
    struct product_ask ask = { .from = in->from,
                               .to = in->to,
                               .launch_days = in->launch_days,
                               .dead_days = in->dead_days,
                               .hero_share = in->hero_share,
                               .hero_growth = in->hero_growth,
                               .slow_units = in->slow_units,
                               .slow_turnover = in->slow_turnover,
                               .rate_days = in->rate_days,
                               .restock_days = in->restock_days,
                               .cover_days = in->cover_days };
    i64 days = in->launch.has ? in->launch.value : 60;
    if (days > LAUNCH_DAYS_MAX) days = LAUNCH_DAYS_MAX;
    TRY(catch_up(c));
    TRY(product_report_make(c, &ask, &report));
    for (i64 i = 0; i < report.items.n; i++)
        if (report.items.at[i].id == in->id) out->product = &report.items.at[i];
    if (!out->product)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的商品", "there is no product %lld",
                    (long long)in->id);
    out->launch = NEWS(c->arena, struct launch, 1);
    TRY(launch_make(c, in->id, report.to, days, out->launch));
    TRY(product_days(c, in->id, report.from, report.to, &out->days));
    return stock_list(c, in->id, 0, 24, &out->counts);
}

/* -- to take away ------------------------------------------------------------------------------ */

#define FIELDS_OF_products_export_ask(X, N) PRODUCT_FILTER(X, N)
SHAPE(products_export_ask);
SHAPE_DEFINE(products_export_ask);
#define FIELDS_OF_products_export_detail(X, N) \
    X(i64, products, ANY, "", N)               \
    X(str, verdict, ANY, "", N)                \
    X(str, advice, ANY, "", N)                 \
    X(day, from, ANY, "", N)                   \
    X(day, to, ANY, "", N)
SHAPE(products_export_detail);
SHAPE_DEFINE(products_export_detail);

static enum err note_export(struct tx *t, void *arg)
{
    struct buf out = { .arena = t->c->arena };
    json_write(&out, &products_export_detail_shape, arg);
    return audit_write(t, S("products.exported"), S("products"), buf_str(&out));
}

static str number_cell(struct ctx *c, opt_f64 v, int decimals)
{
    return v.has ? str_fmt(c->arena, "%.*f", decimals, v.value) : S("");
}
static str count_cell(struct ctx *c, opt_i64 v)
{
    return v.has ? str_fmt(c->arena, "%lld", (long long)v.value) : S("");
}

static const struct export_column {
    const char *zh, *en;
} export_columns[] = {
    { "店铺", "shop" },
    { "商品编码", "code" },
    { "商品", "name" },
    { "品类", "category" },
    { "诊断", "verdict" },
    { "原因", "reason" },
    { "净销件数", "net_units" },
    { "净销售额", "net_sales" },
    { "比上期", "growth" },
    { "未动销天数", "days_without_sale" },
    { "库存", "on_hand" },
    { "盘点日期", "counted_on" },
    { "周转天数", "turnover_days" },
    { "可售天数", "sellout_days" },
    { "库存金额", "stock_value" },
    { "金额按", "valued_by" },
    { "建议", "advice" },
    { "建议件数", "advice_units" },
};

static enum err export_row(struct ctx *c, struct sheet_out *sheet, const struct product_health *p,
                           const struct product_rule_list *rules)
{
    str value = p->stock_value.has ? money_text(c->arena, p->stock_value.value) : S("");
    str by = !p->stock_value.has  ? S("")
             : p->valued_by_price ? say(c, S("售价"), S("price"))
                                  : say(c, S("成本"), S("cost"));
    const str cells[COUNT(export_columns)] = {
        p->shop,
        p->code,
        p->name,
        p->category,
        rules->at[p->verdict].name,
        p->reason,
        count_cell(c, SOME(p->net_units)),
        money_text(c->arena, p->net_sales),
        number_cell(c, p->growth, 4),
        count_cell(c, SOME(p->days_without_sale)),
        count_cell(c, p->on_hand),
        p->counted_on,
        number_cell(c, p->turnover_days, 1),
        number_cell(c, p->sellout_days, 1),
        value,
        by,
        p->advice_words,
        count_cell(c, p->advice_units),
    };
    return sheet_write(c, sheet, cells, COUNT(export_columns));
}

/* On record before it leaves. */
HANDLER(products_export, products_export_ask, nothing)
{
    struct products_ask ask = { PRODUCT_FILTER(SHAPE_COPY, in) };
    struct product_ask of = asked(&ask);
    struct product_report report;
    struct sorted_rows rows;
    struct sheet_out *sheet;
    str heads[COUNT(export_columns)], path;
    TRY(catch_up(c));
    TRY(product_report_make(c, &of, &report));
    TRY(rows_chosen(c, &ask, &report, &rows));
    struct products_export_detail detail = { rows.n, in->verdict, in->advice, report.from,
                                             report.to };
    TRY(store_write(c->store, c, note_export, &detail));
    TRY(reply_place(request_of(c), &path));
    for (i64 i = 0; i < COUNT(heads); i++)
        heads[i] = say(c, str_of(export_columns[i].zh), str_of(export_columns[i].en));
    TRY(sheet_create(c, path, false, (strs){ heads, COUNT(heads) }, &sheet));
    for (i64 i = 0; i < rows.n; i++) TRY(export_row(c, sheet, rows.at[i].row, &report.rules));
    TRY(sheet_finish(c, sheet));
    return reply_file(request_of(c), path, S("products.csv"), S("text/csv; charset=utf-8"), true);
}

/* -- stock ------------------------------------------------------------------------------------- */

#define FIELDS_OF_stock_ask(X, N)                                   \
    X(opt_i64, product, POSITIVE,                                   \
      "All counts of this product, newest first; absent: the last " \
      "count of each",                                              \
      N)                                                            \
    PAGE_FIELDS(X, N)
SHAPE(stock_ask);
SHAPE_DEFINE(stock_ask);
#define FIELDS_OF_stock_page(X, N)              \
    X(list(stock_row), items, ANY, "Counts", N) \
    X(str, next_cursor, ANY, "Where to go on", N)
SHAPE(stock_page);
SHAPE_DEFINE(stock_page);

HANDLER(stock_get, stock_ask, stock_page)
{
    const char *route = in->product.has ? "/v1/stock product" : "/v1/stock";
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, route, in->cursor, &at));
    TRY(stock_list(c, in->product.value, at.id, limit + 1, &out->items));
    if (out->items.n <= limit) return OK;
    out->items.n = limit;
    const struct stock_row *last = &out->items.at[limit - 1];
    i64 id = in->product.has ? last->counted_on : last->product;
    out->next_cursor = cursor_make(c, route, (struct cursor){ .id = id });
    return OK;
}

#define FIELDS_OF_stock_post(X, N) \
    X(list(stock_fact), items, REQUIRED, "Counts, at most 5,000: all or none are written", N)
SHAPE(stock_post);
SHAPE_DEFINE(stock_post);

struct counts_told {
    const struct stock_fact *at;
    i64 n;
    struct stock_put *out;
};
static enum err tell_counts(struct tx *t, void *arg)
{
    const struct counts_told *told = arg;
    return stock_write(t, told->at, told->n, told->out);
}

HANDLER(stock_put_all, stock_post, stock_put)
{
    if (in->items.n > STOCK_MAX)
        return fail_at(c, E_TOO_LARGE, S("/items"), "一次最多 %d 个", "at most %d at once",
                       STOCK_MAX);
    return audited_write(c, tell_counts, &(struct counts_told){ in->items.at, in->items.n, out },
                         NULL);
}

#define FIELDS_OF_stock_upload(X, N) \
    X(str, shop, SHORT, "Shop, where the file has no such column", N)
SHAPE(stock_upload);
SHAPE_DEFINE(stock_upload);

HANDLER(stock_import, stock_upload, stock_put)
{
    struct stock_file file;
    TRY(stock_file_read(c, upload_path(request_of(c)), in->shop, &file));
    return audited_write(c, tell_counts, &(struct counts_told){ file.rows.at, file.rows.n, out },
                         NULL);
}

/* -- quadrants --------------------------------------------------------------------------------- */

HANDLER(quadrants_get, quadrant_ask, quadrants)
{
    TRY(catch_up(c));
    return quadrants_make(c, in, out);
}

/* -- the room ---------------------------------------------------------------------------------- */

#define REPORTS "Reports"
#define STOCK   "Products"
static const struct route routes[] = {
    ROUTE(GET, "/v1/reports/products", REPORTS_READ, products_get, REPORTS,
          "商品诊断：爆款、平销、滞销、死货、新品，以及补货与清仓建议",
          "Product health: hero, workhorse, slow, dead, new; what to restock and to clear",
          .flags = CURSOR, .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(POST, "/v1/reports/products/export", REPORTS_READ | EXPORT, products_export, REPORTS,
          "导出商品诊断（如清仓名单）为 csv",
          "Products and their verdicts as csv: the clear list …", .flags = STREAM | AUDITS_ITSELF,
          .errors = "E_NOT_FOUND E_UNPROCESSABLE E_FULL"),
    ROUTE(GET, "/v1/reports/products/{id}", REPORTS_READ, product_get, REPORTS,
          "一个商品的诊断、新品曲线与库存", "A product's verdict, launch curve and stock",
          .errors = "E_NOT_FOUND E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/reports/quadrants", REPORTS_READ, quadrants_get, REPORTS,
          "品类四象限：购买频次与互动", "Categories by purchase frequency and interaction",
          .errors = "E_UNPROCESSABLE E_BUSY E_TIMEOUT"),
    ROUTE(GET, "/v1/stock", ORDERS_READ, stock_get, STOCK, "库存盘点列表", "List counts of stock",
          .flags = CURSOR),
    ROUTE(PUT, "/v1/stock", ORDERS_WRITE, stock_put_all, STOCK, "写入库存盘点",
          "Write counts of stock", .errors = "E_TOO_LARGE", .body_max = 4 * 1024 * 1024),
    ROUTE(POST, "/v1/stock/import", ORDERS_WRITE, stock_import, STOCK,
          "上传库存文件（csv、xlsx），逐行检查后全部写入",
          "A file of counts (csv, xlsx): checked row by row, then all is written", .flags = UPLOAD,
          .errors = "E_UNSUPPORTED E_TOO_LARGE", .body_max = 16 * 1024 * 1024),
    { 0 },
};

static const struct job_row jobs[] = {
    { "products.follow", 10 * SECOND_MS, 0, product_follow, "汇总每天每个商品的销售",
      "Sums up what is sold of each product a day" },
    { 0 },
};

const struct room product_room = {
    .name = "product",
    .migrations = product_migrations,
    .settings = product_settings,
    .routes = routes,
    .followers = product_followers,
    .jobs = jobs,
};
