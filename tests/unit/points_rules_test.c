/* points_rules_test.c -- what deeds earn, and what budgets leave; the figures of docs/loyalty.md.
 */
#include "loyalty/budget.h"

#include "points_shop.h"

static enum err keep(struct tx *t) { return OK; }
static const struct follower followed = { "tasks", lines_told, keep };

static enum err do_line(struct tx *t, void *arg)
{
    struct timeline_line *line = arg;
    line->member = who;
    line->at = t->c->now;
    return timeline_append(t, line);
}
static void reviewed(const char *props)
{
    struct timeline_line line = { .kind = S("Review Submitted"), .props = str_of(props) };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_line, &line));
    i64 lines;
    CHECK_OK(test_ctx(), follower_run(test_store(), test_reader(), &followed, &lines));
}

#define FIELDS_OF_line_count(X, N) X(i64, value, ANY, "", N)
SHAPE(line_count);
SHAPE_DEFINE(line_count);
QUERY(q_lines, line_count, "SELECT COUNT(*) AS value FROM timeline WHERE kind = $1");
static i64 lines_of(const char *kind)
{
    struct line_count n;
    CHECK_OK(test_ctx(), db_get(test_reader(), &q_lines, &n, ARGS(str_of(kind))));
    return n.value;
}

static enum err do_budget(struct tx *t, void *arg) { return budget_make(t, arg); }
static void budget(const char *code, money amount)
{
    struct budget_post in = { .code = str_of(code), .name = str_of(code), .amount = amount };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_budget, &in));
}
static money left_in(const char *code)
{
    struct budget_view view;
    CHECK_OK(test_ctx(), budget_get(test_reader(), str_of(code), &view));
    return view.left;
}

static struct points_rule of_reviews(void)
{
    return (struct points_rule){
        .name = S("评价得积分"), .kind = RULE_EVENT, .points = 20, .event = S("Review Submitted")
    };
}

TEST(an_event_earns_once)
{
    i64 lines;
    listening();
    person("a");
    rule(of_reviews());
    reviewed("{\"stars\":5}");
    CHECK_I64(has().available, 20);
    CHECK_OK(test_ctx(), follower_rebuild(test_store(), test_reader(), &followed, &lines));
    CHECK_I64(has().available, 20);
    reviewed(NULL);
    CHECK_I64(has().available, 40);
    CHECK_STR(entry(0).reason, "评价得积分");
    books_balance();
}

TEST(an_event_must_have_its_properties)
{
    listening();
    person("a");
    struct points_rule r = of_reviews();
    r.props.at = (struct line_prop[]){ { S("stars"), S("5") }, { S("photo"), S("true") } };
    r.props.n = 2;
    rule(r);
    reviewed("{\"stars\":5}");
    reviewed("{\"stars\":4,\"photo\":true}");
    reviewed(NULL);
    CHECK_I64(has().available, 0);
    reviewed("{\"stars\":5,\"photo\":true}");
    CHECK_I64(has().available, 20);
}

TEST(an_event_counts_in_its_time)
{
    listening();
    person("a");
    struct points_rule r = of_reviews();
    r.from = SOME(test_ctx()->now + HOUR_MS);
    r.until = SOME(test_ctx()->now + 2 * HOUR_MS);
    rule(r);
    reviewed(NULL);
    CHECK_I64(has().available, 0);
    test_ctx()->now += HOUR_MS;
    reviewed(NULL);
    CHECK_I64(has().available, 20);
    test_ctx()->now += HOUR_MS;
    reviewed(NULL);
    CHECK_I64(has().available, 20);
    set("loyalty.since", "");
    reviewed(NULL);
    CHECK_I64(has().available, 20);
}

/* 20 a review, 50 a day, 90 in all. */
TEST(caps_of_events_hold)
{
    listening();
    person("a");
    struct points_rule r = of_reviews();
    r.cap_day = SOME(50);
    r.cap_total = SOME(90);
    rule(r);
    for (int i = 0; i < 4; i++) reviewed(NULL);
    CHECK_I64(has().available, 50);
    test_ctx()->now += DAY_MS;
    for (int i = 0; i < 4; i++) reviewed(NULL);
    CHECK_I64(has().available, 90);
    set("points.daily_cap", "15");
    struct points_rule other = of_reviews();
    test_ctx()->now += DAY_MS;
    rule(other);
    rule(other);
    reviewed(NULL); /* two rules of one line: 15 together */
    CHECK_I64(has().available, 105);
}

TEST(what_deeds_earned_follows_a_merge)
{
    i64 lines;
    listening();
    struct joining j = { .winner = person("a"), .loser = person("b") };
    struct points_rule r = of_reviews();
    r.cap_day = SOME(30);
    rule(r);
    reviewed(NULL);
    join(&j);
    who = j.winner;
    reviewed(NULL); /* the day's cap has seen both */
    CHECK_I64(has().available, 30);
    CHECK_OK(test_ctx(), follower_rebuild(test_store(), test_reader(), &followed, &lines));
    CHECK_I64(has().available, 30);
    join(&j);
    who = j.loser;
    CHECK_I64(has().available, 20);
    CHECK_OK(test_ctx(), follower_rebuild(test_store(), test_reader(), &followed, &lines));
    CHECK_I64(has().available, 20);
}

/* 0.50 yuan at 1.00 for 100 points: two reviews of 20 cost 0.40, the third is refused. */
TEST(an_event_stops_with_its_budget)
{
    listening();
    person("a");
    budget("reviews", 5000);
    struct points_rule r = of_reviews();
    r.budget = S("reviews");
    r.cap_total = SOME(60);
    rule(r);
    for (int i = 0; i < 4; i++) reviewed(NULL);
    CHECK_I64(has().available, 40);
    CHECK_I64(left_in("reviews"), 1000);
    CHECK_I64(lines_of("reward.refused"), 2);
    CHECK_I64(lines_of("budget.exhausted"), 1);
    r.budget = S("");
    r.id = 2;
    rule(r);
    reviewed(NULL); /* what was refused is no use of the cap */
    CHECK_I64(has().available, 60);
}

/* 3.00 yuan: 200 points of the campaign cost 2.00, the next 200 are refused: the usual 100. */
TEST(an_order_rule_stops_with_its_budget)
{
    listening();
    budget("double", 30000);
    rule((struct points_rule){
        .name = S("双倍"), .points = 2, .amount = SOME(MONEY_UNIT), .budget = S("double") });
    i64 first = bought("1", test_ctx()->now, 60, 40, 0);
    CHECK_I64(has().pending, 200);
    CHECK_I64(left_in("double"), 10000);
    bought("2", test_ctx()->now, 100, 0, 0);
    CHECK_I64(has().pending, 300);
    CHECK_I64(lines_of("points.refused"), 1);
    CHECK_I64(lines_of("budget.exhausted"), 1);
    bought("1", test_ctx()->now, 60, 40, 0); /* told again: charged once */
    CHECK_I64(left_in("double"), 10000);
    CHECK_OK(test_ctx(), refund(first, 60, "1", "r1"));
    CHECK_I64(has().pending, 180);
    CHECK_I64(left_in("double"), 22000);     /* 120 points, 1.20 */
    bought("2", test_ctx()->now, 100, 0, 0); /* decided already */
    CHECK_I64(has().pending, 180);
    bought("3", test_ctx()->now, 110, 0, 0);
    CHECK_I64(has().pending, 400);
    CHECK_I64(left_in("double"), 0);
    CHECK_OK(test_ctx(), refund(first, 40, NULL, "r2"));
    CHECK_I64(left_in("double"), 8000);
    books_balance();
}

TEST(a_statement_names_the_order)
{
    struct points_entry_list l;
    listening();
    i64 order = bought("T-17", test_ctx()->now, 100, 0, 0);
    test_ctx()->now += 60 * DAY_MS;
    CHECK_OK(test_ctx(), points_turn(test_store(), test_reader()));
    CHECK_OK(test_ctx(), refund(order, 40, NULL, "r1"));
    CHECK_OK(test_ctx(), points_statement(test_reader(), who, 0, 10, &l));
    CHECK_I64(l.n, 2);
    for (i64 i = 0; i < l.n; i++) CHECK(str_ends(l.at[i].words, S("T-17")));
    books_balance();
}

/* Of two that add up each has its own budget; a withdrawn refund is earned again as far as the
 * budget goes. */
TEST(a_withdrawn_refund_is_charged_again)
{
    listening();
    budget("extra", 10000);
    rule((struct points_rule){ .name = S("加送"),
                               .points = 1,
                               .amount = SOME(MONEY_UNIT),
                               .adds = true,
                               .budget = S("extra") });
    instant paid = test_ctx()->now;
    bought("1", paid, 100, 0, 0);
    CHECK_I64(has().pending, 200);
    CHECK_I64(left_in("extra"), 0);
    CHECK_OK(test_ctx(), tell("1", paid, (i64[]){ 100, 0, 0 }, (i64[]){ 50, 0, 0 }, NULL));
    CHECK_I64(has().pending, 100);
    CHECK_I64(left_in("extra"), 5000);
    CHECK_OK(test_ctx(), tell("1", paid, (i64[]){ 100, 0, 0 }, (i64[]){ 0, 0, 0 }, NULL));
    CHECK_I64(has().pending, 200);
    CHECK_I64(left_in("extra"), 0);
    CHECK_OK(test_ctx(), tell("1", paid, (i64[]){ 100, 0, 0 }, (i64[]){ 50, 0, 0 }, NULL));
    bought("2", paid, 50, 0, 0); /* takes what flowed back */
    CHECK_I64(has().pending, 100 + 100);
    CHECK_OK(test_ctx(), tell("1", paid, (i64[]){ 100, 0, 0 }, (i64[]){ 0, 0, 0 }, NULL));
    CHECK_I64(has().pending, 150 + 100);
    CHECK_I64(left_in("extra"), 0);
    books_balance();
}

TEST(what_was_bought_without_rules_stays_so)
{
    listening();
    struct points_rule r = { .id = 1, .points = 1, .amount = SOME(MONEY_UNIT), .name = S("r") };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_rule, &r)); /* off */
    instant paid = test_ctx()->now;
    i64 order = bought("1", paid, 100, 0, 0);
    test_ctx()->now += DAY_MS;
    rule(r);
    CHECK_OK(test_ctx(), refund(order, 40, NULL, "r1"));
    bought("1", paid, 100, 0, 0);
    CHECK_I64(has().pending, 0);
    bought("2", paid, 100, 0, 0); /* told late, when a rule is on */
    CHECK_I64(has().pending, 100);
    books_balance();
}

static enum err refused_rule(struct points_rule r)
{
    return store_write(test_store(), test_reader(), do_rule, &r);
}

TEST(rules_that_make_no_sense_are_refused)
{
    struct points_rule r = of_reviews();
    r.event = S("points.pending");
    CHECK_ERR(test_ctx(), refused_rule(r), E_INVALID);
    r = of_reviews();
    r.budget = S("none");
    CHECK_ERR(test_ctx(), refused_rule(r), E_INVALID);
    r = of_reviews();
    r.props.at = (struct line_prop[]){ { S("stars"), S(" ") } };
    r.props.n = 1;
    CHECK_ERR(test_ctx(), refused_rule(r), E_INVALID);
    r = (struct points_rule){ .name = S("x"), .points = 1, .amount = SOME(MONEY_UNIT) };
    r.props.at = (struct line_prop[]){ { S("stars"), S("5") } };
    r.props.n = 1;
    CHECK_ERR(test_ctx(), refused_rule(r), E_INVALID);
}
