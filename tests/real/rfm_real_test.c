/* rfm_real_test.c -- the published figures of two real shops, to the cent. Skipped, saying so,
 * where the data is absent.
 *
 * The files are read through sheet and order_write_all in a few lines, so that these figures stand
 * for RFM alone.
 */
#include "../unit/insight_sales.h"

#include "insight/classes.h"
#include "insight/rfm.h"
#include "real/real.h"
#include "sheet/sheet.h"

/* -- members by the name a file gives them ----------------------------------------------------- */

#define NAMES ((i64)1 << 16)
struct names {
    str *name;
    i64 n;
};

/* The number of a name, from 1 on in order of appearance. */
static i64 number_of(struct ctx *c, struct names *names, i64 *slots, str name)
{
    u64 at = str_hash(name) % (2 * NAMES);
    while (slots[at] && !str_eq(names->name[slots[at] - 1], name)) at = (at + 1) % (2 * NAMES);
    if (slots[at]) return slots[at];
    CHECK(names->n < NAMES);
    names->name[names->n++] = str_copy(c->arena, name);
    return slots[at] = names->n;
}

struct loading {
    struct sale *at;
    i64 n;
};

static money amount_of(str s)
{
    money m;
    CHECK(money_parse(s, &m));
    return m;
}

static void load(struct ctx *c, const struct sale *sales, i64 n)
{
    for (i64 i = 0; i < n; i += 500) {
        struct arena_mark mark = arena_mark(c->arena);
        shop_sales(c, &sales[i], n - i < 500 ? n - i : 500);
        arena_rewind(c->arena, mark);
    }
}

static i64 column(const struct sheet *s, const char *name)
{
    strs columns = sheet_columns(s);
    for (i64 i = 0; i < columns.n; i++)
        if (str_eq(columns.at[i], str_of(name))) return i;
    CHECK(!"the column is there");
    return -1;
}

/* -- a Chinese shop, first half of 2019 -------------------------------------------------------- */

static void load_cn_shop(struct ctx *c)
{
    struct sheet *s;
    struct sheet_row row;
    bool more;
    struct names names = { NEWS(c->arena, str, NAMES), 0 };
    i64 *slots = NEWS(c->arena, i64, 2 * NAMES), n = 0;
    struct sale *sales = NEWS(c->arena, struct sale, 40000);
    CHECK_OK(
        c, sheet_open(c, data_file("cn_shop_orders_2019h1.csv"), (struct sheet_options){ 0 }, &s));
    i64 buyer = column(s, "买家标识"), at = column(s, "付款日期"), state = column(s, "订单状态"),
        paid = column(s, "实付金额");
    for (;;) {
        CHECK_OK(c, sheet_next(c, s, &row, &more));
        if (!more) break;
        struct sale *sale = &sales[n++];
        *sale = (struct sale){ .member = number_of(c, &names, slots, row.cells[buyer]),
                               .paid = amount_of(row.cells[paid]) };
        CHECK(instant_parse(c->zone, row.cells[at], false, &sale->at));
        if (!str_eq(row.cells[state], S("交易成功")))
            sale->refund = sale->paid; /* refunded whole, closed */
    }
    sheet_close(s);
    CHECK_I64(n, 28833);
    load(c, sales, n);
}

/* The publisher's names for the groups, as the data shows which combination of high R, F and M each
 * is. */
static const struct published {
    const char *name, *type;
    i64 members, yuan;
} published[] = {
    { "高消费唤回", "important_win_back", 7338, 1338153 }, /* M alone */
    { "流失", "general_win_back", 6680, 444617 },          /* none */
    { "频次深耕", "important_develop", 5427, 981893 },     /* R and M: often is what they lack */
    { "新客户", "general_develop", 4224, 270869 },         /* R alone */
    { "重要价值", "important_value", 756, 269230 },        /* all */
    { "消费潜力", "general_value", 450, 64075 },           /* R and F */
    { "流失预警", "important_keep", 360, 116665 },         /* F and M */
    { "一般", "general_keep", 185, 25803 },                /* F alone */
};

TEST(the_eight_published_groups)
{
    struct ctx *c = test_reader();
    load_cn_shop(c);
    struct rfm_ask ask = { .at = S("2019-07-01"),
                           .recency = S("30,60,90,120"),
                           .frequency = S("2,3,4,5"),
                           .frequency_of = S("days"),
                           .monetary = S("50,100,150,200"),
                           .monetary_of = S("average"),
                           .high = S("mean") };
    struct rfm_rule rule;
    struct rfm_report r;
    CHECK_OK(c, rfm_rule_read(c, &ask, &rule));
    CHECK_OK(c, rfm_report_make(c, &rule, &r));
    CHECK_I64(r.members, 25420);
    CHECK_I64(r.cells.n, 125);
    for (i64 i = 0; i < COUNT(published); i++) {
        const struct rfm_type_row *row = &r.types.at[rfm_type_find(str_of(published[i].type))];
        CHECK_I64(row->members, published[i].members);
        CHECK_I64(row->amount, published[i].yuan * MONEY_UNIT);
    }
}

/* -- a British gift shop ----------------------------------------------------------------------- */

struct clean_row {
    str invoice, all; /* all: every cell, to find exact duplicates */
    i64 member, place;
    instant at;
    money amount;
};

static int by_invoice(const void *x, const void *y)
{
    const struct clean_row *a = x, *b = y;
    int order = str_cmp(a->invoice, b->invoice);
    if (!order) order = str_cmp(a->all, b->all);
    return order ? order : a->place < b->place ? -1 : a->place > b->place;
}

/* Customer known, not cancelled, quantity and price above zero. */
static i64 clean_rows(struct ctx *c, struct clean_row *rows)
{
    struct sheet *s;
    struct sheet_row row;
    bool more;
    i64 n = 0, quantity;
    struct names names = { NEWS(c->arena, str, NAMES), 0 };
    i64 *slots = NEWS(c->arena, i64, 2 * NAMES);
    CHECK_OK(c, sheet_open(c, data_file("online_retail_2010_2011.csv.gz"),
                           (struct sheet_options){ 0 }, &s));
    i64 invoice = column(s, "Invoice"), pieces = column(s, "Quantity"),
        at = column(s, "InvoiceDate"), price = column(s, "Price"),
        customer = column(s, "Customer ID");
    for (;;) {
        CHECK_OK(c, sheet_next(c, s, &row, &more));
        if (!more) break;
        if (str_empty(row.cells[customer]) || str_starts(row.cells[invoice], S("C"))) continue;
        CHECK(i64_parse(row.cells[pieces], &quantity));
        money each = amount_of(row.cells[price]);
        if (quantity <= 0 || each <= 0) continue;
        struct clean_row *r = &rows[n];
        CHECK(money_times(each, quantity, &r->amount));
        CHECK(instant_parse(c->zone, row.cells[at], false, &r->at));
        r->invoice = str_copy(c->arena, row.cells[invoice]);
        r->all = str_join(c->arena, (strs){ (str *)(uintptr_t)row.cells, row.n }, S("\x1f"));
        r->member = number_of(c, &names, slots, row.cells[customer]);
        r->place = n++;
    }
    sheet_close(s);
    qsort(rows, (size_t)n, sizeof(rows[0]), by_invoice);
    return n;
}

/* One order an invoice. */
static void load_invoices(struct ctx *c, const struct clean_row *rows, i64 n, bool drop_duplicates,
                          i64 *kept)
{
    struct sale *sales = NEWS(c->arena, struct sale, n);
    i64 orders = 0;
    *kept = 0;
    for (i64 i = 0; i < n; i++) {
        bool same_invoice = i && str_eq(rows[i].invoice, rows[i - 1].invoice);
        if (drop_duplicates && same_invoice && str_eq(rows[i].all, rows[i - 1].all)) continue;
        ++*kept;
        if (!same_invoice)
            sales[orders++] = (struct sale){ .member = rows[i].member, .at = rows[i].at };
        struct sale *sale = &sales[orders - 1];
        sale->paid += rows[i].amount;
        if (rows[i].at > sale->at) sale->at = rows[i].at;
    }
    load(c, sales, orders);
}

static void check_online_retail(struct ctx *c, bool drop_duplicates, i64 want_rows,
                                money want_amount, struct rfm_report *r)
{
    struct clean_row *rows = NEWS(c->arena, struct clean_row, 600000);
    i64 kept, n = clean_rows(c, rows);
    CHECK_I64(n, 397884);
    load_invoices(c, rows, n, drop_duplicates, &kept);
    CHECK_I64(kept, want_rows);
    struct rfm_rule rule;
    CHECK_OK(
        c, rfm_rule_read(c, &(struct rfm_ask){ .at = S("2011-12-10 12:50:00"), .window = SOME(0) },
                         &rule));
    CHECK_OK(c, rfm_report_make(c, &rule, r));
    CHECK_I64(r->members, 4338);
    CHECK_I64(r->amount, want_amount);
}

TEST(online_retail_as_it_is)
{
    struct rfm_report r;
    check_online_retail(test_reader(), false, 397884, 89114079040, &r);
}

static i64 hundredths(f64 v) { return (i64)(v * 100 + 0.5); }

TEST(online_retail_without_duplicates)
{
    struct rfm_report r;
    check_online_retail(test_reader(), true, 392692, 88872088940, &r);
    CHECK_I64(hundredths(r.means->recency), 9254);
    CHECK_I64(hundredths(r.means->frequency), 427);
    CHECK_I64((r.means->monetary + 50) / 100, 204869);
}
