/* import_events_test.c -- files of behaviour become lines: names, times, refusals; a row counts as
 * often as the file that has most of it.
 */
#include "test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "import/import.h"
#include "import/preview.h"
#include "timeline/timeline.h"

static struct import_run last;

static struct import_summary run_file(str path, struct import_choice choice)
{
    struct ctx *c = test_reader();
    choice.profile = str_or(choice.profile, S("events"));
    last = (struct import_run){
        .file = path, .choice = choice, .facts_max = 100, .problems_max = 100
    };
    CHECK_OK(c, import_run(test_store(), c, &last));
    return last.summary;
}

static struct import_summary run_text(const char *text)
{
    return run_file(test_file(text), (struct import_choice){ 0 });
}

#define FIELDS_OF_kept_event(X, N)  \
    X(instant, at, ANY, "", N)      \
    X(str, kind, ANY, "", N)        \
    X(str, subject, ANY, "", N)     \
    X(str, touchpoint, ANY, "", N)  \
    X(opt_money, value, ANY, "", N) \
    X(json, props, ANY, "", N)      \
    X(str, identity, ANY, "", N)    \
    X(instant, first_seen, ANY, "", N)
SHAPE(kept_event);
SHAPE_DEFINE(kept_event);
QUERY(q_kept_events, kept_event,
      "SELECT t.at, t.kind, t.subject, t.touchpoint, t.value, t.props, i.value AS identity,"
      " m.first_seen FROM timeline t JOIN member m ON m.member = t.member"
      " JOIN identity i ON i.member = m.member WHERE t.kind <> 'member.created'"
      " ORDER BY t.at, i.value, t.seq");

static struct kept_event_list kept(void)
{
    struct kept_event_list out;
    CHECK_OK(test_reader(), db_all(test_reader(), &q_kept_events, &out, NO_ARGS));
    return out;
}

TEST(rows_become_lines)
{
    struct import_word words[] = { { S("pv"), S("Product Viewed") }, { S("BUY"), S("买了") } };
    struct import_pair pairs[] = { { S("member"), S("who") },
                                   { S("prop:page kind"), S("page") },
                                   { S("touchpoint"), S("via") } };
    struct import_choice choice = { .mapping = { pairs, COUNT(pairs) },
                                    .options.events = { words, COUNT(words) } };
    struct import_summary s =
        run_file(test_file("who,behaviour,ts,item,category,price,quantity,page,via\n"
                           "u1,pv,1511544070,13912345678,9,19.90,2,list,app\n"
                           "u1,buy,1511544071000,,,,,,\n"
                           "u2,PV,2017-11-25 12:00:00,77,8,,,home,\n"
                           "u2,add_to_cart,2017-11-25T04:00:00Z,77,8,,,,\n"
                           "u3,order.paid,20171126,,,,,,\n"),
                 choice);
    CHECK_I64(s.rows, 5);
    CHECK_I64(s.accepted, 5);
    CHECK_I64(s.events, 5);
    CHECK_I64(s.members, 3);
    CHECK_I64(s.created_members, 3);
    struct kept_event_list k = kept();
    CHECK_I64(k.n, 5);
    CHECK_I64(k.at[0].at, 1511544070000);
    CHECK_STR(k.at[0].kind, "Product Viewed");
    CHECK_STR(k.at[0].subject, "product:13912345678"); /* a product's code, not a phone */
    CHECK_STR(k.at[0].touchpoint, "app");
    CHECK_I64(k.at[0].value.value, 398000);
    CHECK_STR(k.at[0].props, "{\"product_id\":\"13912345678\",\"category\":\"9\","
                             "\"price\":19.90,\"quantity\":2,\"page_kind\":\"list\"}");
    CHECK_STR(k.at[0].identity, "u1");
    CHECK_I64(k.at[0].first_seen, 1511544070000);
    CHECK_STR(k.at[1].kind, "买了");
    CHECK_I64(k.at[1].at, 1511544071000);
    CHECK(!k.at[1].props.at && !k.at[1].subject.at);
    CHECK_I64(k.at[2].at, 1511582400000); /* noon in Shanghai */
    CHECK_STR(k.at[3].kind, "Product Added");
    CHECK_STR(k.at[4].kind, "event:order.paid");
    CHECK_I64(k.at[4].at, 1511625600000);
    CHECK_I64(s.notes.n, 1); /* event:order.paid is named by nobody; 买了 is no other's name */
}

TEST(every_row_may_be_the_same_event)
{
    struct import_word words[] = { { S(""), S("Products Searched") } };
    struct import_pair pairs[] = { { S("prop:query"), S("q") } };
    run_file(test_file("user,time,q\nu1,1511544070,面膜\n"),
             (struct import_choice){ .mapping = { pairs, 1 }, .options.events = { words, 1 } });
    struct kept_event_list k = kept();
    CHECK_I64(k.n, 1);
    CHECK_STR(k.at[0].kind, "Products Searched");
    CHECK_STR(k.at[0].props, "{\"query\":\"面膜\"}");
}

TEST(a_bad_row_stops_nothing)
{
    struct import_summary s = run_text("user,event,time\n"
                                       "u1,pv,1511544070\n"
                                       ",pv,1511544070\n"
                                       "u1,,1511544070\n"
                                       "u1,pv,\n"
                                       "u1,pv,yesterday\n"
                                       "u1,pv,99999999999999999\n"
                                       "null,pv,1511544070\n"
                                       "u1,pv,1511544071\n");
    CHECK_I64(s.rows, 8);
    CHECK_I64(s.accepted, 2);
    CHECK_I64(s.rejected, 6);
    CHECK_I64(last.problems.n, 6);
    static const char *const columns[] = { "user", "event", "time", "time", "time", "user" };
    for (i64 i = 0; i < last.problems.n; i++) {
        CHECK_I64(last.problems.at[i].row, i + 3);
        CHECK_STR(last.problems.at[i].column, columns[i]);
        CHECK(last.problems.at[i].reason.n > 0);
    }
    CHECK_I64(kept().n, 2);
}

TEST(a_plan_without_who_what_and_when_says_what_is_missing)
{
    struct ctx *c = test_ctx();
    static const struct {
        const char *columns, *field;
    } wanted[] = { { "x,event,time", "member" },
                   { "user,x,time", "event" },
                   { "user,event,x", "at" } };
    for (i64 i = 0; i < COUNT(wanted); i++) {
        struct import_plan plan;
        struct import_choice choice = { .profile = S("events") };
        strs columns = str_split(c->arena, str_of(wanted[i].columns), ',');
        CHECK_ERR(c, import_plan_make(c, columns, false, &choice, &plan), E_INVALID);
        CHECK_STR(str_of(c->why.field), wanted[i].field);
    }
    struct import_pair pair = { S("prop:phone"), S("x") };
    struct import_choice choice = { .profile = S("events"), .mapping = { &pair, 1 } };
    struct import_plan plan;
    CHECK_ERR(c,
              import_plan_make(c, str_split(c->arena, S("user,event,time,x"), ','), false, &choice,
                               &plan),
              E_INVALID);
    CHECK_STR(str_of(c->why.field), "mapping");
}

TEST(what_cannot_be_true_is_kept_and_marked)
{
    run_text("user,event,time\nu1,pv,-62135596800\nu1,pv,4102444800\nu1,pv,1511544070\n");
    struct kept_event_list k = kept();
    CHECK_I64(k.n, 3);
    CHECK_STR(k.at[0].props, "{\"clock\":\"behind\"}");
    CHECK(!k.at[1].props.at);
    CHECK_STR(k.at[2].props, "{\"clock\":\"ahead\"}");
    CHECK_I64(k.at[0].first_seen, 1511544070000);
}

TEST(a_dry_run_writes_nothing)
{
    struct ctx *c = test_reader();
    last = (struct import_run){ .file = test_file("user,event,time\nu1,pv,1511544070\n"),
                                .choice.profile = S("events"),
                                .dry_run = true,
                                .facts_max = 10 };
    CHECK_OK(c, import_run(test_store(), c, &last));
    CHECK_I64(last.summary.events, 1);
    CHECK_I64(last.summary.members, 1);
    CHECK_I64(last.events.n, 1);
    CHECK_STR(last.events.at[0].event, "pv");
    CHECK_STR(last.events.at[0].member_kind, "shop_account");
    CHECK_I64(kept().n, 0);
}

TEST(a_preview_shows_behaviour)
{
    struct ctx *c = test_reader();
    struct import_choice choice = { .profile = S("events") };
    struct import_preview_result p;
    str path = test_file("user,event,time\nu1,pv,1511544070\n,pv,1511544070\n");
    CHECK_OK(c, import_preview_read(c, path, &choice, &p));
    CHECK_I64(p.why.err, OK);
    CHECK_I64(p.events.n, 1);
    CHECK_I64(p.facts.n, 0);
    CHECK_I64(p.problems.n, 1);
}

/* -- the same row again ------------------------------------------------------------------------ */

enum { KINDS_OF_ROW = 40 };

/* Rows of few kinds in any order: each as often as chance has it. */
static str random_file(struct dice *dice, i64 rows, i64 count[KINDS_OF_ROW])
{
    struct ctx *c = test_ctx();
    struct buf b = { .arena = c->arena };
    buf_add(&b, S("user,event,time,item\n"));
    memset(count, 0, KINDS_OF_ROW * sizeof *count);
    for (i64 i = 0; i < rows; i++) {
        i64 kind = dice_below(dice, KINDS_OF_ROW);
        count[kind]++;
        buf_fmt(&b, "u%lld,pv,%lld,%lld\n", (long long)(kind % 7),
                (long long)(1511544000 + kind % 3), (long long)kind);
    }
    return test_file(str_z(c->arena, buf_str(&b)));
}

static void lines_are(const i64 want[KINDS_OF_ROW])
{
    i64 got[KINDS_OF_ROW] = { 0 }, kind;
    struct kept_event_list k = kept();
    for (i64 i = 0; i < k.n; i++) {
        CHECK(i64_parse(str_sub(k.at[i].subject, 8, k.at[i].subject.n), &kind));
        got[kind]++;
    }
    for (i64 i = 0; i < KINDS_OF_ROW; i++) CHECK_I64(got[i], want[i]);
}

TEST(a_row_of_behaviour_counts_once)
{
    struct dice dice = { 11 };
    struct import_word words[] = { { S("pv"), S("Product Viewed") } };
    struct import_choice choice = { .options.events = { words, 1 } };
    i64 want[KINDS_OF_ROW] = { 0 }, all = 0;
    for (int file = 0; file < 4; file++) {
        i64 count[KINDS_OF_ROW], new = 0, rows = 20 + dice_below(&dice, 20000);
        str path = random_file(&dice, rows, count); /* over several batches */
        for (int i = 0; i < KINDS_OF_ROW; i++) {
            if (count[i] <= want[i]) continue;
            new += count[i] - want[i];
            want[i] = count[i];
        }
        struct import_summary s = run_file(path, choice);
        CHECK_I64(s.accepted, rows);
        CHECK_I64(s.events, new);
        CHECK_I64(s.known, rows - new);
        s = run_file(path, choice);
        CHECK_I64(s.events, 0);
        CHECK_I64(s.known, rows);
        CHECK_I64(s.created_members, 0);
        all += new;
        lines_are(want);
    }
    CHECK(all > 100);
}

static _Atomic bool stop;
static void stop_now(void *arg, const struct import_progress *p)
{
    (void)arg;
    if (p->rows) atomic_store(&stop, true);
}

TEST(a_run_cut_short_is_completed_by_the_next)
{
    struct ctx *c = test_reader();
    struct dice dice = { 5 };
    struct import_word words[] = { { S("pv"), S("Product Viewed") } };
    i64 count[KINDS_OF_ROW];
    str path = random_file(&dice, 40000, count);
    atomic_store(&stop, true);
    last =
        (struct import_run){ .file = path,
                             .choice = { .profile = S("events"), .options.events = { words, 1 } },
                             .progress = stop_now,
                             .cancel = &stop };
    CHECK_OK(c, import_run(test_store(), c, &last));
    CHECK(last.cancelled && last.summary.rows < 40000 && last.summary.rows > 0);
    i64 before = last.summary.events;
    struct import_summary s =
        run_file(path, (struct import_choice){ .options.events = { words, 1 } });
    CHECK_I64(s.events + before, 40000);
    lines_are(count);
}

TEST(members_of_orders_and_behaviour_are_one)
{
    struct ctx *c = test_reader();
    struct import_run orders = {
        .file = test_file("order id,total,customer id,created at\n1,10,u1,2024-05-01\n")
    };
    CHECK_OK(c, import_run(test_store(), c, &orders));
    CHECK_I64(orders.summary.created_members, 1);
    struct import_summary s = run_text("user,event,time\nu1,pv,1511544070\n");
    CHECK_I64(s.created_members, 0);
    s = run_file(test_file("user,event,time\nu1,pv,1511544070\n"),
                 (struct import_choice){ .options.identity = S("user_id") });
    CHECK_I64(s.created_members, 1); /* the shop's own user, as the tracking doors name him */
}
