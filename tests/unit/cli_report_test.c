/* cli_report_test.c -- koi report: the forms programs read, and tables that line up. Runs the
 * command line as the program does. */
#include "insight_shop.h"
#include "support/koi_run.h"

#define YUAN MONEY_UNIT

/* Two members; commands open it from disk. */
static void small_shop(struct ctx *c)
{
    i64 *ids = shop_members(c, 3, on("2024-01-01", 0), S("m"));
    shop_sales(
        c,
        (struct sale[]){ { ids[0], on("2024-05-20", HOUR_MS), 300 * YUAN },
                         { ids[0], on("2024-05-25", HOUR_MS), 50 * YUAN, .refund = 50 * YUAN },
                         { ids[1], on("2024-02-01", HOUR_MS), 20 * YUAN } },
        3);
}

TEST(programs_read_the_same_forms_for_ever)
{
    struct ctx *c = test_reader();
    small_shop(c);
    str sales =
        KOI_RUN(c, 0, "report", "sales", "--from", "2024-01-01", "--to", "2024-05-31", "--json");
    CHECK_STR(sales, "{\"orders\":3,\"paid_orders\":3,\"refund_orders\":1,\"paid\":\"370.00\","
                     "\"refund\":\"50.00\","
                     "\"net\":\"320.00\",\"buyers\":2}\n");
    str rfm = KOI_RUN(c, 0, "report", "rfm", "--at", "2024-06-01", "--recency", "30", "--frequency",
                      "2", "--monetary", "100", "--high", "mean", "--json");
    CHECK(str_starts(rfm, S("{\"at\":\"2024-06-01\",\"members\":2,\"amount\":\"320.00\",\"cells\":["
                            "{\"r\":1,\"f\":1,\"m\":1,\"members\":1,\"amount\":\"20.00\"},")));
    CHECK(str_find(rfm, S("\"types\":[{\"type\":\"important_value\",\"name\":\"重要价值\","
                          "\"members\":0,\"amount\":\"0.00\"},"
                          "{\"type\":\"important_develop\",\"name\":\"重要发展\",\"members\":1,"
                          "\"amount\":\"300.00\"}")) > 0);
    str classes = KOI_RUN(c, 0, "report", "classes", "--at", "2024-06-01", "--json");
    CHECK(str_find(classes,
                   S("\"classes\":{\"A\":0,\"B\":2,\"C\":0},"
                     "\"scene\":{\"new\":1,\"active\":1,\"dormant\":2,\"high_value\":0}")) > 0);
    str overview =
        KOI_RUN(c, 0, "report", "overview", "--from", "2024-05-01", "--to", "2024-05-31", "--json");
    CHECK(str_starts(overview, S("{\"from\":\"2024-05-01\",\"to\":\"2024-05-31\",\"figures\":["
                                 "{\"metric\":{\"name\":\"net_sales\",")));
}

TEST(programs_read_the_gmv_tree)
{
    struct ctx *c = test_reader();
    small_shop(c);
    static const char *const days[] = {
        "--from",        "2024-05-01", "--to",        "2024-05-31",
        "--before-from", "2024-02-01", "--before-to", "2024-02-29"
    };
#define DAYS days[0], days[1], days[2], days[3], days[4], days[5], days[6], days[7]
    str told = KOI_RUN(c, 0, "report", "gmv-tree", DAYS, "--json");
    CHECK(str_starts(
        told, S("{\"from\":\"2024-05-01\",\"to\":\"2024-05-31\",\"gmv\":\"350.00\",\"factors\":["
                "{\"factor\":\"users\",\"a\":1,\"b\":1,\"contribution\":\"0.00\"},"
                "{\"factor\":\"conversion\",\"a\":1,\"b\":1,\"contribution\":\"0.00\"},"
                "{\"factor\":\"frequency\",\"a\":1,\"b\":2,\"contribution\":\"79.92\"},"
                "{\"factor\":\"order_value\",\"a\":20,\"b\":175,\"contribution\":\"250.08\"}],"
                "\"before_from\":\"2024-02-01\"")));
    CHECK_STR(KOI_RUN(c, 0, "report", "gmv-tree", DAYS, "--by", "shop", "--csv"),
              "part,factor,a,b,contribution\n,users,1,1,0.00\n,conversion,1,1,0.00\n"
              ",frequency,1,2,79.92\n,order_value,20,175,250.08\n店,users,1,1,0.00\n"
              "店,conversion,1,1,0.00\n店,frequency,1,2,79.92\n店,order_value,20,175,250.08\n");
    str empty =
        KOI_RUN(c, 0, "report", "gmv-tree", "--from", "2023-05-01", "--to", "2023-05-31", "--csv");
    CHECK(str_ends(empty, S(",users,0,0,0.00\n,conversion,,,\n,frequency,,,\n,order_value,,,\n")));
    CHECK_I64(KOI_RUN(c, 2, "report", "gmv-tree", "--by", "colour").n, 0);
    CHECK_I64(KOI_RUN(c, 1, "report", "gmv-tree", "--by", "segment").n, 0);
    CHECK_I64(KOI_RUN(c, 2, "report", "gmv-tree", "--json", "--csv").n, 0);
#undef DAYS
}

/* Three members; one goes through all steps, one on the day after. */
static enum err behave(struct tx *t, void *arg)
{
    const i64 *ids = arg;
    const struct {
        i64 who;
        const char *kind, *day;
        i64 ms;
    } lines[] = { { 0, "Product Viewed", "2024-05-01", HOUR_MS },
                  { 0, "Order Completed", "2024-05-02", HOUR_MS },
                  { 1, "Product Viewed", "2024-05-01", 2 * HOUR_MS },
                  { 1, "Product Viewed", "2024-05-03", HOUR_MS },
                  { 2, "Order Completed", "2024-05-02", 0 } };
    for (i64 i = 0; i < COUNT(lines); i++) {
        struct timeline_line line = { .member = ids[lines[i].who],
                                      .kind = str_of(lines[i].kind),
                                      .at = on(lines[i].day, lines[i].ms),
                                      .touchpoint = i % 2 ? S("抖音") : S("天猫") };
        TRY(timeline_append(t, &line));
    }
    return OK;
}

static void behaving_shop(struct ctx *c)
{
    i64 *ids = shop_members(c, 3, on("2024-01-01", 0), S("m"));
    CHECK_OK(c, store_write(test_store(), c, behave, ids));
}

TEST(programs_read_what_members_did)
{
    struct ctx *c = test_reader();
    behaving_shop(c);
    str funnel = KOI_RUN(c, 0, "report", "funnel", "--steps", "Product Viewed > Order Completed",
                         "--window", "7d", "--json");
    CHECK(str_starts(funnel, S("{\"steps\":[{\"event\":\"Product Viewed\",\"members\":2,\"rate\":1,"
                               "\"step_rate\":1,\"median_s\":null},"
                               "{\"event\":\"Order Completed\",\"members\":1,")));
    CHECK(str_find(funnel, S("],\"by\":[],\"window\":\"7d\",")) > 0);
    str retention = KOI_RUN(c, 0, "report", "retention", "--start", "Product Viewed", "--return",
                            "Product Viewed", "--days", "3", "--json");
    CHECK(str_starts(retention, S("{\"cohorts\":[{\"day\":\"2024-05-01\",\"members\":2,"
                                  "\"returned\":[0,1,0],\"observed\":3},")));
    str actives = KOI_RUN(c, 0, "report", "actives", "--by", "prop:touchpoint", "--json");
    CHECK(
        str_starts(actives, S("{\"days\":[{\"day\":\"2024-05-01\",\"members\":2,\"values\":[2,0]},"
                              "{\"day\":\"2024-05-02\",\"members\":2,\"values\":[1,1]},")));
    CHECK_I64(KOI_RUN(c, 2, "report", "funnel", "--json").n, 0);
    CHECK_I64(KOI_RUN(c, 1, "report", "funnel", "--steps", "A").n, 0);
    CHECK_I64(KOI_RUN(c, 2, "report", "retention", "--days", "61").n, 0);
    CHECK_I64(KOI_RUN(c, 1, "report", "actives", "--by", "no_such").n, 0);
}

static i64 columns_of(str line)
{
    i64 n = 0;
    for (i64 i = 0; i < line.n; i++)
        n += (line.at[i] & 0x80) == 0 ? 1 : (line.at[i] & 0xF0) == 0xE0 ? 2 : 0;
    return n;
}

/* From the first row that is not empty to the next that is, all are of one width. */
static void lines_up(str said, i64 want)
{
    str line, rest = str_cut(said, '\n', &line);
    i64 width = 0, rows = 0;
    for (rest = str_cut(rest, '\n', &line); rest.at; rest = str_cut(rest, '\n', &line)) {
        if (line.n == 0 && rows) break;
        if (line.n == 0) continue;
        if (!width) width = columns_of(line);
        CHECK_I64(columns_of(line), width);
        rows++;
    }
    CHECK_I64(rows, want);
}

TEST(tables_of_behaviour_line_up)
{
    struct ctx *c = test_reader();
    behaving_shop(c);
    lines_up(KOI_RUN(c, 0, "report", "funnel", "--steps", "Product Viewed > Order Completed",
                     "--times", "--locale", "zh"),
             2);
    lines_up(KOI_RUN(c, 0, "report", "retention", "--weekly", "--locale", "zh"), 2);
    lines_up(KOI_RUN(c, 0, "report", "actives", "--by", "prop:touchpoint", "--locale", "zh"), 3);
}

TEST(tables_line_up)
{
    struct ctx *c = test_reader();
    small_shop(c);
    static const char *const locales[] = { "zh", "en" };
    for (int i = 0; i < 2; i++) {
        str said = KOI_RUN(c, 0, "report", "overview", "--from", "2024-05-01", "--to", "2024-05-31",
                           "--locale", locales[i]);
        lines_up(said, 14);
    }
}

TEST(wrong_words_are_refused)
{
    struct ctx *c = test_reader();
    small_shop(c);
    CHECK_I64(KOI_RUN(c, 1, "report", "rfm", "--recency", "90,30").n, 0);
    CHECK_I64(KOI_RUN(c, 1, "report", "classes", "--at", "someday").n, 0);
    CHECK_I64(KOI_RUN(c, 1, "report", "sales", "--from", "2024-06-02", "--to", "2024-06-01").n, 0);
    CHECK_I64(KOI_RUN(c, 2, "report", "rfm", "--window", "-1").n, 0);
    CHECK_I64(KOI_RUN(c, 2, "report", "rfm", "--nonsense", "1").n, 0);
}
