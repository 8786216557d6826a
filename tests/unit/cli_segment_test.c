/* cli_segment_test.c -- koi segment: what programs and people read, and what is refused. Runs the
 * command line as the program does. */
#include "segment_shop.h"
#include "support/koi_run.h"

#include <stdio.h>

#include <jansson.h>

#include "access/access.h"

static i64 members_of(struct ctx *c, const char *text, const char *at)
{
    const struct segment_node *tree;
    ints members;
    instant when;
    CHECK_OK(c, segment_parse(c, str_of(text), &tree));
    CHECK_OK(c, segment_at_read(c, str_of(at), &when));
    CHECK_OK(c, segment_members(c, tree, when, &members));
    return members.n;
}

static i64 number_of(str said, const char *key)
{
    json_t *o = json_loadb(said.at, (size_t)said.n, 0, NULL);
    CHECK(json_is_integer(json_object_get(o, key)));
    i64 n = json_integer_value(json_object_get(o, key));
    json_decref(o);
    return n;
}

TEST(the_command_counts_lists_and_explains)
{
    static const char text[] = "orders >= 1 and not gender is known";
    struct dice d = { 5 };
    segment_shop_make(&d, 60);
    struct ctx *c = test_reader();
    i64 n = members_of(c, text, "2024-05-01");
    CHECK(n > 2);
    str said = KOI_RUN(c, 0, "segment", "count", text, "--at", "2024-05-01", "--json");
    CHECK_I64(number_of(said, "count"), n);
    CHECK(number_of(said, "took_us") > 0);
    CHECK(str_find(said, S("\"at\":\"2024-05-01\"")) > 0);
    CHECK_STR(KOI_RUN(c, 0, "segment", "count", text, "--at", "2024-05-01"),
              str_z(c->arena, str_fmt(c->arena, "%lld\n", (long long)n)));
    said = KOI_RUN(c, 0, "segment", "list", text, "--at", "2024-05-01", "--limit", "2", "--json");
    CHECK_I64(number_of(said, "total"), n);
    i64 after = number_of(said, "next_after");
    said = KOI_RUN(c, 0, "segment", "list", text, "--at", "2024-05-01", "--after",
                   str_z(c->arena, str_fmt(c->arena, "%lld", (long long)after)), "--json");
    json_t *page = json_loadb(said.at, (size_t)said.n, 0, NULL);
    CHECK_I64((i64)json_array_size(json_object_get(page, "items")), n - 2);
    json_decref(page);
    said = KOI_RUN(c, 0, "segment", "explain", text, "--at", "2024-05-01", "--locale", "en");
    CHECK(str_find(said,
                   S("gender is known  (a column)  (its past is not kept: as it stands now)")) > 0);
    CHECK(str_find(said, S("orders >= 1  (purchases)\n")) > 0);
    said = KOI_RUN(c, 0, "segment", "explain", text, "--sql", "--locale", "en");
    CHECK(str_find(said, S("SELECT m.member AS value FROM member m")) > 0);
    CHECK(str_find(said, S("$1")) < 0);
}

TEST(an_export_is_audited)
{
    struct ctx *c = test_reader();
    struct dice d = { 6 };
    struct audit_view_list lines;
    segment_shop_make(&d, 30);
    char *file = str_z(c->arena, str_fmt(c->arena, "%s/out.csv", test_folder()));
    str said =
        KOI_RUN(c, 0, "segment", "export", "first_seen >= 2000-01-01", "--to", file, "--json");
    i64 n = number_of(said, "count");
    CHECK(n > 10);
    FILE *f = fopen(file, "r");
    CHECK(f != NULL);
    i64 rows = 0;
    for (int byte; (byte = fgetc(f)) != EOF;) rows += byte == '\n';
    fclose(f);
    CHECK_I64(rows, n + 1);
    CHECK_OK(c, audit_list(c, NO_STR, S("segment.exported"), 0, 10, &lines));
    CHECK_I64(lines.n, 1);
    KOI_RUN(c, 2, "segment", "export", "orders >= 1", "--to", "out.pdf");
}

TEST(saved_segments_by_name)
{
    struct ctx *c = test_reader();
    struct dice d = { 7 };
    segment_shop_make(&d, 60);
    i64 n = members_of(c, "orders >= 1", "2026-01-01"),
        rich = members_of(c, "gender is known", "2026-01-01");
    CHECK(n != rich && rich > 0);
    str said =
        KOI_RUN(c, 0, "segment", "save", "买过", "orders>=1", "--description", "有单", "--json");
    CHECK_I64(number_of(said, "count"), n);
    CHECK_I64(number_of(said, "version"), 1);
    KOI_RUN(c, 0, "segment", "save", "没买过", "not in_segment(\"买过\")", "--announce");
    said = KOI_RUN(c, 0, "segment", "count", "in_segment(\"买过\")", "--json");
    CHECK_I64(number_of(said, "count"), n);
    said = KOI_RUN(c, 0, "segment", "save", "买过", "gender is known", "--json");
    CHECK_I64(number_of(said, "count"), rich);
    CHECK_I64(number_of(said, "version"), 2);
    CHECK(str_find(KOI_RUN(c, 0, "segment", "saved"), S("not in_segment")) > 0);
    CHECK(str_find(KOI_RUN(c, 0, "segment", "show", "买过"), S("gender is known")) > 0);
    said = KOI_RUN(c, 0, "segment", "refresh", "没买过", "--json");
    CHECK(number_of(said, "entered") == 0 && number_of(said, "count") > 0);
    CHECK(str_find(KOI_RUN(c, 0, "segment", "sizes", "买过", "--json"), S("\"entered\"")) > 0);
    said = KOI_RUN(c, 0, "segment", "snapshot", "买过", "六月", "--json");
    CHECK_I64(number_of(said, "count"), rich);
    CHECK(str_find(KOI_RUN(c, 0, "segment", "snapshots", "买过"), S("六月")) > 0);
    char *file = str_z(c->arena, str_fmt(c->arena, "%s/saved.xlsx", test_folder()));
    said = KOI_RUN(c, 0, "segment", "export", "in_segment(\"买过\")", "--to", file, "--json");
    CHECK_I64(number_of(said, "count"), rich);
    KOI_RUN(c, 1, "segment", "delete", "买过"); /* the other names it */
    KOI_RUN(c, 0, "segment", "delete", "没买过");
    KOI_RUN(c, 0, "segment", "delete", "买过");
    KOI_RUN(c, 1, "segment", "show", "买过");
}

TEST(what_is_wrong_exits_with_one)
{
    struct ctx *c = test_reader();
    CHECK_STR(KOI_RUN(c, 1, "segment", "count", "ordres >= 1"), ""); /* it is on standard error */
    CHECK_STR(KOI_RUN(c, 0, "segment", "format", "城市=“上海”"), "city = \"上海\"\n");
    KOI_RUN(c, 2, "segment", "count");
}

/* -- questions on what members are ------------------------------------------------------------- */

static i64 sum_of(str said, const char *list, const char *key, const char *name, const char *value)
{
    json_t *o = json_loadb(said.at, (size_t)said.n, 0, NULL), *row;
    i64 sum = 0;
    size_t i;
    json_array_foreach(json_object_get(o, list), i, row)
    {
        const char *is = name ? json_string_value(json_object_get(row, name)) : NULL;
        if (!name || (is && strcmp(is, value) == 0))
            sum += json_integer_value(json_object_get(row, key));
    }
    json_decref(o);
    return sum;
}

TEST(stages_add_up_to_flows)
{
    static const char *const stages[] = { "awareness", "interest", "purchase", "loyalty", "none" };
    struct dice d = { 8 };
    segment_shop_make(&d, 80);
    struct ctx *c = test_reader();
    str said =
        KOI_RUN(c, 0, "report", "aipl", "--from", "2024-03-01", "--to", "2024-06-01", "--json");
    i64 n = members_of(c, "first_seen is known", "2024-06-01");
    CHECK(n > 40);
    CHECK_I64(number_of(said, "members"), n);
    CHECK_I64(sum_of(said, "stages", "members", NULL, NULL), n);
    CHECK_I64(sum_of(said, "stages", "members_from", NULL, NULL), n);
    for (i64 i = 0; i < COUNT(stages); i++) {
        CHECK_I64(sum_of(said, "flow", "members", "from", stages[i]),
                  sum_of(said, "stages", "members_from", "stage", stages[i]));
        CHECK_I64(sum_of(said, "flow", "members", "to", stages[i]),
                  sum_of(said, "stages", "members", "stage", stages[i]));
    }
    i64 loyal = sum_of(said, "stages", "members", "stage", "loyalty");
    CHECK(loyal > 0 && loyal <= members_of(c, "orders(365d) >= 1 or did(\"Order Completed\", 365d)",
                                           "2024-06-01"));
    said = KOI_RUN(c, 0, "report", "aipl", "--segment", "orders >= 1", "--locale", "en");
    CHECK(str_find(said, S("Loyalty")) > 0 && str_find(said, S("orders >= 1")) > 0);
    KOI_RUN(c, 1, "report", "aipl", "--from", "2024-06-01", "--to", "2024-06-01");
    KOI_RUN(c, 1, "report", "aipl", "--segment", "orders >=");
}

TEST(fields_are_spread_crossed_and_compared)
{
    struct dice d = { 9 };
    segment_shop_make(&d, 80);
    struct ctx *c = test_reader();
    const char *at = "2024-05-20";
    i64 all = members_of(c, "first_seen is known", at), bought = members_of(c, "orders >= 1", at);
    str said = KOI_RUN(c, 0, "report", "histogram", "城市", "--at", at, "--json");
    CHECK_I64(sum_of(said, "bins", "members", NULL, NULL) + number_of(said, "unknown"), all);
    said =
        KOI_RUN(c, 0, "report", "histogram", "spent", "--bins", "5", "--locale", "en", "--at", at);
    CHECK(str_find(said, S("mean ")) > 0);
    said = KOI_RUN(c, 0, "report", "cross", "gender", "orders", "--at", at, "--json");
    CHECK_I64(number_of(said, "members"), all);
    said = KOI_RUN(c, 0, "report", "cross", "gender", "orders", "--at", at, "--locale", "en");
    CHECK(str_find(said, S("gender \\ orders")) == 0 && str_find(said, S("All")) > 0);
    said = KOI_RUN(c, 0, "segment", "compare", "orders >= 1", "--at", at, "--json");
    CHECK_I64(number_of(said, "a"), bought);
    CHECK_I64(number_of(said, "both"), bought);
    CHECK_I64(number_of(said, "b"), all);
    CHECK_I64(number_of(said, "neither"), 0);
    said = KOI_RUN(c, 0, "segment", "compare", "orders >= 1", "gender = \"女\"", "--field",
                   "orders", "--at", at, "--locale", "en");
    CHECK(str_find(said, S("in both")) > 0 && str_find(said, S("TGI")) > 0);
    KOI_RUN(c, 1, "report", "histogram", "ctiy");
    KOI_RUN(c, 2, "report", "cross", "gender");
    KOI_RUN(c, 2, "report", "histogram", "spent", "--bins", "1");
}
