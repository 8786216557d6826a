/* cli_report_test.c -- koi report: the forms programs read, and tables that line up. Runs the
 * command line as the program does. */
#include "insight_shop.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/rooms.h"
#include "cli/cli.h"

#define YUAN MONEY_UNIT

/* Two members; everything on disk, the store closed to nobody: commands open it beside us. */
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

/* What the command writes to standard output; its exit code must be `want`. */
static str run(struct ctx *c, int want, const char *const *words)
{
    char *argv[32] = { str_z(c->arena, S("koi")) };
    int argc = 1, status;
    for (; words[argc - 1]; argc++) argv[argc] = str_z(c->arena, str_of(words[argc - 1]));
    argv[argc++] = str_z(c->arena, test_store_is_pg() ? S("--store") : S("--data"));
    argv[argc++] = str_z(c->arena, test_store_options().where);
    char *path = str_z(c->arena, str_fmt(c->arena, "%s/said", test_folder()));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
        if (file < 0 || dup2(file, 1) < 0) _exit(99);
        app_wire();
        int code = cli_main(argc, argv);
        fflush(stdout);
        _exit(code);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    CHECK_I64(WEXITSTATUS(status), want);
    struct buf said = { .arena = c->arena };
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    for (int byte; (byte = fgetc(f)) != EOF;) buf_byte(&said, (char)byte);
    fclose(f);
    return buf_str(&said);
}
#define RUN(c, want, ...) run((c), (want), (const char *const[]){ __VA_ARGS__, NULL })

TEST(programs_read_the_same_forms_for_ever)
{
    struct ctx *c = test_reader();
    small_shop(c);
    str sales =
        RUN(c, 0, "report", "sales", "--from", "2024-01-01", "--to", "2024-05-31", "--json");
    CHECK_STR(sales, "{\"orders\":3,\"paid_orders\":3,\"refund_orders\":1,\"paid\":\"370.00\","
                     "\"refund\":\"50.00\","
                     "\"net\":\"320.00\",\"buyers\":2}\n");
    str rfm = RUN(c, 0, "report", "rfm", "--at", "2024-06-01", "--recency", "30", "--frequency",
                  "2", "--monetary", "100", "--high", "mean", "--json");
    CHECK(str_starts(rfm, S("{\"at\":\"2024-06-01\",\"members\":2,\"amount\":\"320.00\",\"cells\":["
                            "{\"r\":1,\"f\":1,\"m\":1,\"members\":1,\"amount\":\"20.00\"},")));
    CHECK(str_find(rfm, S("\"types\":[{\"type\":\"important_value\",\"name\":\"重要价值\","
                          "\"members\":0,\"amount\":\"0.00\"},"
                          "{\"type\":\"important_develop\",\"name\":\"重要发展\",\"members\":1,"
                          "\"amount\":\"300.00\"}")) > 0);
    str classes = RUN(c, 0, "report", "classes", "--at", "2024-06-01", "--json");
    CHECK(str_find(classes,
                   S("\"classes\":{\"A\":0,\"B\":2,\"C\":0},"
                     "\"scene\":{\"new\":1,\"active\":1,\"dormant\":2,\"high_value\":0}")) > 0);
    str overview =
        RUN(c, 0, "report", "overview", "--from", "2024-05-01", "--to", "2024-05-31", "--json");
    CHECK(str_starts(overview,
                     S("{\"from\":\"2024-05-01\",\"to\":\"2024-05-31\",\"now\":{\"orders\":2,")));
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
    str funnel = RUN(c, 0, "report", "funnel", "--steps", "Product Viewed > Order Completed",
                     "--window", "7d", "--json");
    CHECK(str_starts(funnel, S("{\"steps\":[{\"event\":\"Product Viewed\",\"members\":2,\"rate\":1,"
                               "\"step_rate\":1,\"median_s\":null},"
                               "{\"event\":\"Order Completed\",\"members\":1,")));
    CHECK(str_find(funnel, S("],\"by\":[],\"window\":\"7d\",")) > 0);
    str retention = RUN(c, 0, "report", "retention", "--start", "Product Viewed", "--return",
                        "Product Viewed", "--days", "3", "--json");
    CHECK(str_starts(retention, S("{\"cohorts\":[{\"day\":\"2024-05-01\",\"members\":2,"
                                  "\"returned\":[0,1,0],\"observed\":3},")));
    str actives = RUN(c, 0, "report", "actives", "--by", "prop:touchpoint", "--json");
    CHECK(
        str_starts(actives, S("{\"days\":[{\"day\":\"2024-05-01\",\"members\":2,\"values\":[2,0]},"
                              "{\"day\":\"2024-05-02\",\"members\":2,\"values\":[1,1]},")));
    CHECK_I64(RUN(c, 2, "report", "funnel", "--json").n, 0);
    CHECK_I64(RUN(c, 1, "report", "funnel", "--steps", "A").n, 0);
    CHECK_I64(RUN(c, 2, "report", "retention", "--days", "61").n, 0);
    CHECK_I64(RUN(c, 1, "report", "actives", "--by", "no_such").n, 0);
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
    lines_up(RUN(c, 0, "report", "funnel", "--steps", "Product Viewed > Order Completed", "--times",
                 "--locale", "zh"),
             2);
    lines_up(RUN(c, 0, "report", "retention", "--weekly", "--locale", "zh"), 2);
    lines_up(RUN(c, 0, "report", "actives", "--by", "prop:touchpoint", "--locale", "zh"), 3);
}

TEST(tables_line_up)
{
    struct ctx *c = test_reader();
    small_shop(c);
    static const char *const locales[] = { "zh", "en" };
    for (int i = 0; i < 2; i++) {
        str said = RUN(c, 0, "report", "overview", "--from", "2024-05-01", "--to", "2024-05-31",
                       "--locale", locales[i]);
        lines_up(said, 11);
    }
}

TEST(wrong_words_are_refused)
{
    struct ctx *c = test_reader();
    small_shop(c);
    CHECK_I64(RUN(c, 1, "report", "rfm", "--recency", "90,30").n, 0);
    CHECK_I64(RUN(c, 1, "report", "classes", "--at", "someday").n, 0);
    CHECK_I64(RUN(c, 1, "report", "sales", "--from", "2024-06-02", "--to", "2024-06-01").n, 0);
    CHECK_I64(RUN(c, 2, "report", "rfm", "--window", "-1").n, 0);
    CHECK_I64(RUN(c, 2, "report", "rfm", "--nonsense", "1").n, 0);
}
