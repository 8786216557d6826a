/* real.h -- where the data of real shops lies, and files of it that several tests read. */
#pragma once

#include "test.h"

#include <stdlib.h>
#include <unistd.h>

#include "import/import.h"

/* In $KOI_REAL_DATA, or beside the project; skips the test where it is absent. */
static inline str data_file(const char *name)
{
    struct ctx *c = test_ctx();
    const char *folder = getenv("KOI_REAL_DATA") ? getenv("KOI_REAL_DATA") : KOI_REAL_DATA;
    str path = str_fmt(c->arena, "%s/%s", folder, name);
    if (access(str_z(c->arena, path), R_OK) == 0) return path;
    print_message("# skipped: " STR_FMT " is not there\n", STR_ARG(path));
    skip();
    return NO_STR;
}

static inline struct import_summary import_file(str path, struct import_choice choice, bool dry_run)
{
    struct ctx *c = test_reader();
    struct import_run run = { .file = path, .choice = choice, .dry_run = dry_run };
    CHECK_OK(c, import_run(test_store(), c, &run));
    return run.summary;
}

/* Half a year of a shop: buyers, places, no order numbers. */
static inline struct import_summary import_chinese_shop(void)
{
    struct import_pair pairs[] = {
        { S("member"), S("买家标识") }, { S("paid_at"), S("付款日期") },
        { S("status"), S("订单状态") }, { S("paid"), S("实付金额") },
        { S("postage"), S("邮费") },    { S("province"), S("省份") },
        { S("city"), S("城市") },       { S("quantity"), S("购买数量") }
    };
    str paid[] = { S("交易成功") };
    struct import_choice choice = { .mapping = { pairs, COUNT(pairs) },
                                    .options = { .order_id = S("row"),
                                                 .paid_status = { paid, 1 } } };
    return import_file(data_file("cn_shop_orders_2019h1.csv"), choice, false);
}

/* Nine days of what 983 people did, and 44 lines of other days. */
static inline struct import_summary import_behaviour(void)
{
    struct import_pair pairs[] = { { S("member"), S("user") },
                                   { S("event"), S("behaviour") },
                                   { S("at"), S("ts") },
                                   { S("product_id"), S("item") },
                                   { S("category"), S("category") } };
    str columns[] = { S("user"), S("item"), S("category"), S("behaviour"), S("ts") };
    struct import_word words[] = { { S("pv"), S("Product Viewed") },
                                   { S("cart"), S("Product Added") },
                                   { S("fav"), S("Product Favorited") },
                                   { S("buy"), S("Order Completed") } };
    struct import_choice choice = { .profile = S("events"),
                                    .mapping = { pairs, COUNT(pairs) },
                                    .options = { .columns = { columns, COUNT(columns) },
                                                 .events = { words, COUNT(words) } } };
    return import_file(data_file("taobao_userbehavior_100k.csv.gz"), choice, false);
}
