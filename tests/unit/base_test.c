/* base_test.c -- arenas, text, numbers, money, calendar. */
#include <stdio.h>
#include <unistd.h>

#include "base/scratch.h"
#include "test.h"

static int order[3], ran;
static void note(void *arg) { order[ran++] = (int)(intptr_t)arg; }

TEST(defer_runs_last_first)
{
    struct arena *a = arena_new();
    ran = 0;
    arena_defer(a, note, (void *)1);
    struct arena_mark m = arena_mark(a);
    arena_defer(a, note, (void *)2);
    arena_defer(a, note, (void *)3);
    arena_rewind(a, m);
    CHECK_I64(ran, 2);
    CHECK(order[0] == 3 && order[1] == 2);
    arena_free(a);
    CHECK(ran == 3 && order[2] == 1);
}

TEST(rewind_returns_to_the_mark)
{
    struct arena *a = arena_new();
    char *first = arena_alloc(a, 1, 10);
    struct arena_mark m = arena_mark(a);
    for (int i = 0; i < 1000; i++) arena_alloc(a, 100, 10);
    arena_rewind(a, m);
    char *again = arena_alloc(a, 1, 10);
    CHECK(again == first + 16);
    for (int i = 0; i < 10; i++) CHECK(again[i] == 0);
    arena_free(a);
}

TEST(push_keeps_what_was_there)
{
    struct ctx *c = test_ctx();
    ints list = { 0 };
    for (i64 i = 0; i < 1000; i++) *PUSH(c->arena, &list) = i * i;
    CHECK_I64(list.n, 1000);
    for (i64 i = 0; i < 1000; i++) CHECK_I64(list.at[i], i * i);
}

TEST(text_is_trimmed_folded_and_cut)
{
    struct ctx *c = test_ctx();
    CHECK_STR(str_trim(S("\xEF\xBB\xBF 　a b\t\r\n")), "a b");
    CHECK_STR(str_fold(c->arena, S("Ｇｕａ ＶＩＰ")), "gua vip");
    str head, rest = str_cut(S("a=b=c"), '=', &head);
    CHECK_STR(head, "a");
    CHECK_STR(rest, "b=c");
    CHECK(!str_cut(S("abc"), '=', &head).at);
    CHECK_I64(str_points(S("锦鲤a")), 3);
    CHECK(!str_is_utf8(S("\xC0\x80")));
    CHECK(str_is_line(S("锦鲤 a")) && !str_is_line(S("a\nb")) && !str_is_line(S("\x7F")) &&
          !str_is_line(S("\xC0\x80")));
    CHECK_STR(str_replace(c->arena, S("a--b--"), S("--"), S("+")), "a+b+");
}

TEST(numbers_are_exact_or_refused)
{
    i64 v;
    f64 x;
    CHECK(i64_parse(S("-9223372036854775808"), &v) && v == INT64_MIN);
    CHECK(!i64_parse(S("9223372036854775808"), &v));
    CHECK(!i64_parse(S(""), &v) && !i64_parse(S("+"), &v) && !i64_parse(S("1 "), &v));
    CHECK(f64_parse(S("-1.5e3"), &x) && x == -1500);
    CHECK(!f64_parse(S("01"), &x) && !f64_parse(S("1."), &x) && !f64_parse(S("1e999"), &x));
}

static void money_is(const char *text, money want)
{
    money got;
    if (!money_parse_loose(str_of(text), &got)) {
        print_message("%s is refused", text);
        CHECK(!"as expected");
    }
    if (got != want) {
        print_message("%s gives %lld, should be %lld", text, (long long)got, (long long)want);
        CHECK(!"as expected");
    }
}

TEST(money_is_read_as_people_write_it)
{
    money m;
    money_is("186", 1860000);
    money_is("178.80", 1788000);
    money_is("￥1,234.50元", 12345000);
    money_is("0元", 0);
    money_is("(12.00)", -120000);
    money_is("-1.005", -10050);
    money_is("1.23456", 12346);
    money_is("1.2E+3", 12000000);
    money_is("£ 3", 30000);
    CHECK(!money_parse_loose(S(""), &m) && !money_parse_loose(S("-"), &m) &&
          !money_parse_loose(S("1.2.3"), &m));
    CHECK(!money_parse_loose(S("12a"), &m) && !money_parse_loose(S("922337203685477.5808"), &m));
    CHECK(money_parse(S("0.0001"), &m) && m == 1);
    CHECK(!money_parse(S("0.00001"), &m) && !money_parse(S("1,000"), &m) &&
          !money_parse(S(".5"), &m));
    CHECK_STR(money_text(test_ctx()->arena, 1860000), "186.00");
    CHECK_STR(money_text(test_ctx()->arena, -12340), "-1.234");
}

TEST(local_round_trip)
{
    struct zone *sh = zone_open("Asia/Shanghai"), *ny = zone_open("America/New_York");
    CHECK(sh && ny && !zone_open("Nowhere/Land"));
    for (instant t = 0; t < 2145916800000; t += 7 * DAY_MS + 12345678) {
        CHECK_I64(zone_instant(sh, zone_local(sh, t)), t);
        CHECK_I64(zone_instant(ny, zone_local(ny, t)), t);
    }
    struct civil t = { .year = 2024, .month = 3, .day = 10, .hour = 2, .minute = 30 }; /* skipped */
    CHECK_I64(zone_local(ny, zone_instant(ny, t)).hour, 3);
    t = (struct civil){ .year = 2024, .month = 11, .day = 3, .hour = 1, .minute = 30 }; /* twice */
    CHECK_STR(instant_iso(test_ctx()->arena, zone_instant(ny, t)), "2024-11-03T05:30:00.000Z");
}

static void instant_is(const char *text, const char *iso)
{
    instant t;
    if (!instant_parse(zone_open("Asia/Shanghai"), str_of(text), true, &t)) {
        print_message("%s is refused", text);
        CHECK(!"as expected");
    }
    CHECK_STR(instant_iso(test_ctx()->arena, t), iso);
}

TEST(dates_are_read_as_back_ends_write_them)
{
    instant t;
    instant_is("2024-05-01", "2024-04-30T16:00:00.000Z");
    instant_is("2024/5/1 9:03", "2024-05-01T01:03:00.000Z");
    instant_is("2024-05-01 10:00:00 +0800", "2024-05-01T02:00:00.000Z");
    instant_is("2024-05-01T10:00:00.123Z", "2024-05-01T10:00:00.123Z");
    instant_is("2024年5月1日 10时05分", "2024-05-01T02:05:00.000Z");
    instant_is("20240501", "2024-04-30T16:00:00.000Z");
    instant_is("45413.5", "2024-05-01T04:00:00.000Z");
    instant_is("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z");
    instant_is("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z");
    for (const char *const *bad =
             (const char *const[]){ "", "2024-13-01", "2024-02-30", "yesterday", "2024-05-01 25:00",
                                    "2024-05-01 10:00 xx", "2024-05-", "9999-12-31T23:59:59-01:00",
                                    "0001-01-01", NULL };
         *bad; bad++)
        CHECK(!instant_parse(zone_open("Asia/Shanghai"), str_of(*bad), false, &t));
    day d = day_of(2024, 1, 31);
    CHECK_STR(day_text(test_ctx()->arena, month_add(d, 1)), "2024-02-29");
    CHECK_STR(day_text(test_ctx()->arena, month_add(d, -11)), "2023-02-28");
}

TEST(failures_are_worded_in_the_caller_s_language)
{
    struct ctx *c = test_ctx();
    c->locale = ZH;
    CHECK_ERR(c, fail_at(c, E_INVALID, S("/a"), "第 %d 行", "row %d", 3), E_INVALID);
    CHECK_STR(fail_text(c), "请求内容不正确：第 3 行 (/a)");
    c->locale = EN;
    CHECK_ERR(c, fail(c, E_CONFLICT, "第 %d 行", "row %d", 3), E_CONFLICT);
    CHECK_STR(fail_text(c), "it conflicts with what exists: row 3");
}

TEST(a_failure_that_quotes_a_long_text_keeps_its_reason)
{
    struct ctx *c = test_ctx();
    for (i64 n = 480; n < 1600; n++) {
        struct buf b = { .arena = c->arena };
        while (b.n < n) buf_add(&b, n % 2 ? S("锦鲤") : S("é("));
        enum err e = fail(c, E_INVALID, "“" STR_FMT "”不对", "\"" STR_FMT "\" is wrong",
                          STR_ARG(buf_str(&b)));
        CHECK_ERR(c, e, E_INVALID);
        str said = str_of(c->why.detail);
        i64 whole = b.n + (c->locale == ZH ? S("“”不对").n : S("\"\" is wrong").n);
        CHECK(str_is_utf8(said));
        CHECK(str_starts(said, c->locale == ZH ? S("“") : S("\"")));
        CHECK(str_ends(said, c->locale == ZH ? S("”不对") : S("\" is wrong")));
        CHECK(said.n == whole ? str_find(said, S("…")) < 0 : str_find(said, S("…")) > 0);
    }
}

TEST(a_scratch_file_is_read_whole)
{
    struct ctx *c = test_ctx();
    enum { LINES = 100000 };
    int fd = scratch_file();
    str all;
    CHECK(fd >= 0);
    CHECK_OK(c, scratch_read(c, fd, &all));
    CHECK_I64(all.n, 0);
    FILE *f = fopen(str_z(c->arena, scratch_path(c->arena, fd)), "wb");
    CHECK(f != NULL);
    for (i64 i = 0; i < LINES; i++) fprintf(f, "%07lld\n", (long long)i);
    CHECK(fclose(f) == 0);
    CHECK_OK(c, scratch_read(c, fd, &all));
    CHECK_I64(all.n, 8 * LINES);
    CHECK(memcmp(all.at + 8 * 4711, "0004711\n", 8) == 0);
    close(fd);
    CHECK_ERR(c, scratch_read(c, fd, &all), E_STORE);
}
