/* import_fuzz.c -- any bytes as a file of orders, by every profile and by guess: each row goes in,
 * is refused or repeats another, and what was understood is what trade would take.
 *
 * The first byte chooses profile and options, so that one corpus reaches them all.
 */
#include "target.h"

#include "base/json.h"
#include "import/import.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static struct import_choice choice_of(u8 byte)
{
    static const char *const profiles[] = {
        "",       "taobao",      "taobao_items", "jd",          "pinduoduo", "douyin",
        "youzan", "wechat_shop", "shopify",      "woocommerce", "events"
    };
    struct import_choice choice = { .profile = str_of(profiles[byte % COUNT(profiles)]) };
    if (byte & 0x80) choice.options.order_id = S("row");
    if (byte & 0x40) choice.options.drop_duplicates = true;
    return choice;
}

static void check_batch(struct ctx *c, const struct import_batch *b)
{
    i64 rows = b->problems.n + b->duplicates;
    assert(b->facts.n == b->orders.n);
    for (i64 i = 0; i < b->facts.n; i++) {
        const struct import_order *o = &b->orders.at[i];
        assert(order_fact_check(c, &b->facts.at[i]) == OK);
        assert(o->rows.n > 0 && o->person >= -1 && o->person < b->persons.n && o->refund >= 0);
        assert(str_is_utf8(b->facts.at[i].number));
        rows += o->rows.n;
    }
    for (i64 i = 0; i < b->told.n; i++) {
        const struct behaviour *told = &b->told.at[i];
        assert(str_is_utf8(told->kind) && told->kind.n > 0 && told->identities_n > 0);
        assert(!told->props.at || json_valid(told->props));
        assert(told->seen_at <= c->now);
    }
    rows += b->told.n;
    for (i64 i = 0; i < b->problems.n; i++)
        assert(b->problems.at[i].row > 0 && b->problems.at[i].reason.n);
    assert(rows == b->rows);
}

static void import_all(struct ctx *c, const char *path, struct import_choice choice)
{
    struct sheet *s = NULL;
    struct import_plan plan;
    struct import_reader *reader;
    if (sheet_open(c, str_of(path), (struct sheet_options){ 0 }, &s) != OK) return;
    if (import_plan_make(c, sheet_columns(s), sheet_dates_are_serial(s), &choice, &plan) == OK &&
        import_reader_open(c, s, &plan, &reader) == OK) {
        struct import_batch b = { .arena = arena_new() };
        for (bool more = true; more;) {
            if (import_read(c, reader, 3, 2, &b, &more) != OK) more = false;
            check_batch(c, &b);
            struct arena *a = b.arena;
            arena_reset(a);
            b = (struct import_batch){ .arena = a };
        }
        arena_free(b.arena);
    }
    sheet_close(s);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    if (n < 2) return 0;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0) return 0;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (write(fd, data + 1, n - 1) == (ssize_t)(n - 1)) import_all(c, path, choice_of(data[0]));
    close(fd);
    return 0;
}
