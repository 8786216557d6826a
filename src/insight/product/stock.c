/* stock.c -- counts of stock: told by API or by a file, each kept with its day; the newest is the
 * catalogue's stock too.
 */
#include "base/clock.h"
#include "base/num.h"
#include "insight/product/inside.h"
#include "sheet/sheet.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

#define QUANTITY_MAX 1000000000

/* -- writing ----------------------------------------------------------------------------------- */

QUERY(count_was, one_i64,
      "SELECT quantity AS value FROM stock_count WHERE product = $1 AND day = $2");
QUERY(count_last_day, one_opt,
      "SELECT CAST(MAX(day) AS BIGINT) AS value FROM stock_count WHERE product = $1");
CHANGE(count_put, "INSERT INTO stock_count (product, day, quantity, actor, written_at)"
                  " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (product, day) DO UPDATE SET"
                  " quantity = excluded.quantity, actor = excluded.actor,"
                  " written_at = excluded.written_at");
QUERY(product_by_code, one_i64,
      "SELECT p.id AS value FROM product p JOIN shop s ON s.id = p.shop"
      " WHERE s.name = $1 AND p.code = $2");

static enum err refuse(struct ctx *c, i64 item, const char *field, const char *zh, const char *en)
{
    str place = str_fmt(c->arena, "/items/%lld/%s", (long long)item, field);
    return fail_at(c, E_INVALID, place, STR_FMT, STR_FMT, STR_ARG(say(c, str_of(zh), str_of(en))));
}

static enum err counted_day(struct ctx *c, i64 item, str text, day *out)
{
    day today = zone_day(c->zone, c->now);
    *out = today;
    if (str_empty(text)) return OK;
    if (!day_parse(text, out))
        return refuse(c, item, "counted_on", "不是日期，请写成 2024-05-01",
                      "this is not a date: write 2024-05-01");
    if (*out > today)
        return refuse(c, item, "counted_on", "盘点日期在今天之后",
                      "the day of the count is after today");
    if (*out < day_of(2000, 1, 1))
        return refuse(c, item, "counted_on", "盘点日期早于 2000 年",
                      "the day of the count is before the year 2000");
    return OK;
}

static enum err fact_check(struct ctx *c, i64 item, const struct stock_fact *in)
{
    if (str_empty(in->shop)) return refuse(c, item, "shop", "缺少店铺", "the shop is missing");
    if (str_empty(in->code))
        return refuse(c, item, "code", "缺少商品编码", "the product code is missing");
    if (in->quantity < 0 || in->quantity > QUANTITY_MAX)
        return refuse(c, item, "quantity", "件数须在 0 到 10 亿之间",
                      "the pieces must lie between 0 and 1,000,000,000");
    return OK;
}

static enum err tell(struct tx *t, const struct stock_fact *in, i64 product, day on)
{
    struct arena *a = t->c->arena;
    return timeline_append(
        t, &(struct timeline_line){
               .at = t->c->now,
               .kind = S("stock.counted"),
               .subject = str_fmt(a, "product:%lld", (long long)product),
               .touchpoint = in->shop,
               .props = str_fmt(a, "{\"day\":\"" STR_FMT "\",\"quantity\":%lld}",
                                STR_ARG(day_text(a, on)), (long long)in->quantity) });
}

static enum err count_one(struct tx *t, i64 item, const struct stock_fact *in,
                          struct stock_put *out)
{
    struct ctx *c = t->c;
    struct one_i64 was = { 0 };
    struct one_opt last = { 0 };
    struct product_fact fact = { .shop = in->shop, .code = in->code, .cost = in->cost };
    enum order_put what;
    i64 product = 0;
    day on;
    bool known, found = false;
    TRY(fact_check(c, item, in));
    TRY(counted_day(c, item, in->counted_on, &on));
    TRY(db_find(c, &product_by_code, &was, &known, ARGS(in->shop, in->code)));
    product = was.value;
    if (known) TRY(db_get(c, &count_last_day, &last, ARGS(product)));
    if (!last.value.has || last.value.value <= on) fact.stock = SOME(in->quantity);
    TRY(product_write(t, &fact, &product, &what));
    TRY(db_find(c, &count_was, &was, &found, ARGS(product, on)));
    out->products += what == ORDER_NEW;
    if (found && was.value == in->quantity) {
        out->same++;
        return OK;
    }
    out->written++;
    TRY(tx_change(t, &count_put, ARGS(product, on, in->quantity, c->actor, c->now)));
    return tell(t, in, product, on);
}

enum err stock_write(struct tx *t, const struct stock_fact *in, i64 n, struct stock_put *out)
{
    *out = (struct stock_put){ 0 };
    for (i64 i = 0; i < n; i++) TRY(count_one(t, i, &in[i], out));
    return OK;
}

/* -- files ------------------------------------------------------------------------------------- */

enum { COLUMN_SHOP, COLUMN_CODE, COLUMN_QUANTITY, COLUMN_COUNTED, COLUMN_COST, COLUMNS_N };
static const char *const column_names[COLUMNS_N][SHEET_NAMES] = {
    [COLUMN_SHOP] = { "shop", "店铺", "店铺名称", "门店" },
    [COLUMN_CODE] = { "code", "商品编码", "编码", "sku", "商家编码" },
    [COLUMN_QUANTITY] = { "quantity", "库存", "件数", "数量", "库存数量" },
    [COLUMN_COUNTED] = { "counted_on", "盘点日期", "日期", "date" },
    [COLUMN_COST] = { "cost", "成本", "成本价", "单位成本" },
};

struct stock_columns {
    i64 at[COLUMNS_N]; /* -1: the file has none */
};

static enum err columns_find(struct ctx *c, const struct sheet *s, str shop,
                             struct stock_columns *out)
{
    sheet_find(c, s, column_names, COLUMNS_N, out->at);
    if (out->at[COLUMN_CODE] < 0 || out->at[COLUMN_QUANTITY] < 0)
        return fail(c, E_INVALID, "文件须有“商品编码”和“库存”两列（code、quantity），首行为列名",
                    "the file needs the columns code and quantity, named in its first row");
    if (out->at[COLUMN_SHOP] < 0 && str_empty(shop))
        return fail_at(c, E_INVALID, S("/shop"), "文件没有“店铺”列，请另外指明店铺",
                       "the file has no column shop: name the shop");
    return OK;
}

static str cell_of(struct ctx *c, const struct stock_columns *k, const struct sheet_row *row,
                   int column)
{
    return k->at[column] < 0 ? NO_STR : str_copy(c->arena, row->cells[k->at[column]]);
}

static enum err bad_row(struct ctx *c, i64 row, int column, str value)
{
    return fail(c, E_INVALID,
                "第 %lld 行的%s“" STR_FMT "”读不懂（件数为整数，成本为金额，日期如 2024-05-01）",
                "row %lld: the %s \"" STR_FMT
                "\" is not understood (pieces are whole, cost is money, dates like 2024-05-01)",
                (long long)row, column_names[column][c->locale == ZH], STR_ARG(value));
}

static enum err row_read(struct ctx *c, const struct stock_columns *k, const struct sheet_row *row,
                         str shop, struct stock_fact *out)
{
    str quantity = cell_of(c, k, row, COLUMN_QUANTITY), cost = cell_of(c, k, row, COLUMN_COST);
    money read;
    day on;
    *out = (struct stock_fact){ .shop = str_or(cell_of(c, k, row, COLUMN_SHOP), shop),
                                .code = cell_of(c, k, row, COLUMN_CODE),
                                .counted_on = cell_of(c, k, row, COLUMN_COUNTED) };
    if (row->bad.at)
        return fail(c, E_INVALID, "第 %lld 行：" STR_FMT, "row %lld: " STR_FMT,
                    (long long)row->number, STR_ARG(row->bad));
    if (str_empty(out->code) || out->code.n > 200)
        return bad_row(c, row->number, COLUMN_CODE, out->code);
    if (str_empty(out->shop) || out->shop.n > 200)
        return bad_row(c, row->number, COLUMN_SHOP, out->shop);
    if (!quantity_parse_loose(quantity, &out->quantity) || out->quantity < 0)
        return bad_row(c, row->number, COLUMN_QUANTITY, quantity);
    if (out->counted_on.n && !day_parse(out->counted_on, &on))
        return bad_row(c, row->number, COLUMN_COUNTED, out->counted_on);
    if (str_empty(cost)) return OK;
    if (!money_parse_loose(cost, &read) || read < 0)
        return bad_row(c, row->number, COLUMN_COST, cost);
    out->cost = SOME(read);
    return OK;
}

enum err stock_file_read(struct ctx *c, str path, str shop, struct stock_file *out)
{
    struct sheet *s;
    struct stock_columns columns;
    struct sheet_row row;
    bool more = true;
    *out = (struct stock_file){ 0 };
    TRY(sheet_open(c, path, (struct sheet_options){ 0 }, &s));
    TRY(columns_find(c, s, shop, &columns));
    for (;;) {
        TRY(sheet_next(c, s, &row, &more));
        if (!more) break;
        if (out->rows.n == STOCK_FILE_MAX)
            return fail(c, E_TOO_LARGE, "一个文件最多 %d 行，请分开上传",
                        "a file has at most %d rows: part it", STOCK_FILE_MAX);
        TRY(row_read(c, &columns, &row, shop, PUSH(c->arena, &out->rows)));
    }
    sheet_close(s);
    return OK;
}

/* -- reading ----------------------------------------------------------------------------------- */

#define STOCK_COLUMNS                                                                \
    "SELECT k.product, s.name AS shop, p.code, COALESCE(p.name, p.sold_as) AS name," \
    " k.day AS counted_on, k.quantity, p.cost, k.written_at, k.actor FROM product p" \
    " CROSS JOIN stock_count k JOIN shop s ON s.id = p.shop WHERE k.product = p.id"
QUERY(counts_last, stock_row,
      STOCK_COLUMNS " AND p.id > $1 AND k.day = (SELECT MAX(x.day) FROM stock_count x"
                    " WHERE x.product = p.id) ORDER BY p.id LIMIT $2");
QUERY(counts_of, stock_row,
      STOCK_COLUMNS " AND p.id = $1 AND ($2 = 0 OR k.day < $2) ORDER BY k.day DESC LIMIT $3");

enum err stock_list(struct ctx *c, i64 product, i64 after, i64 limit, struct stock_row_list *out)
{
    if (product) return db_all(c, &counts_of, out, ARGS(product, after, limit));
    return db_all(c, &counts_last, out, ARGS(after, limit));
}
