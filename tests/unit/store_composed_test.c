/* store_composed_test.c -- statements made of parts: what runs, and what is refused. */
#include "test.h"

#include "store/composed.h"

SQL_PART(numbers, "SELECT n AS value FROM (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3) x");
SQL_PART(where_above, " WHERE n > $1");
SQL_PART(and_below, " AND n < $1 AND $2 <> n");
SQL_PART(or_is, " OR n = $1");
SQL_PART(from_query, "SELECT value FROM (");
SQL_PART(end_query, ") q");
QUERY(three, one_i64, "SELECT CAST($1 AS BIGINT) + 1 AS value");
CHANGE(a_change, "DELETE FROM outbox WHERE id = $1");

static enum err add_up(void *arg, const void *row)
{
    i64 *sum = arg;
    *sum = *sum * 10 + ((const struct one_i64 *)row)->value;
    return OK;
}

static enum err run(struct ctx *c, const struct composed *s, i64 *sum)
{
    *sum = 0;
    return composed_each(c, s, &one_i64_shape, add_up, sum);
}

TEST(parameters_follow_their_part)
{
    struct ctx *c = test_reader();
    struct composed s = { .arena = c->arena };
    i64 sum;
    composed_add(&s, &numbers, NO_ARGS);
    composed_add(&s, &where_above, ARGS(1));
    composed_add(&s, &and_below, ARGS(9, 3));
    CHECK_OK(c, run(c, &s, &sum));
    CHECK_I64(sum, 2);
    struct composed with_query = { .arena = c->arena };
    composed_add(&with_query, &from_query, NO_ARGS);
    composed_add_query(&with_query, &three, ARGS(41));
    composed_add(&with_query, &end_query, NO_ARGS);
    CHECK_OK(c, run(c, &with_query, &sum));
    CHECK_I64(sum, 42);
}

TEST(many_parameters)
{
    struct ctx *c = test_reader();
    struct composed s = { .arena = c->arena };
    i64 sum;
    composed_add(&s, &numbers, NO_ARGS);
    composed_add(&s, &where_above, ARGS(1));
    for (i64 i = 0; i < 700; i++) composed_add(&s, &or_is, ARGS(i + 3));
    CHECK_OK(c, run(c, &s, &sum));
    CHECK_I64(sum, 23);
}

TEST(only_listed_parts_run)
{
    struct ctx *c = test_reader();
    i64 sum;
    struct sql_part foreign = numbers;
    struct composed s = { .arena = c->arena };
    composed_add(&s, &foreign, NO_ARGS);
    CHECK_ERR(c, run(c, &s, &sum), E_INTERNAL);
    struct query own = three;
    struct composed q = { .arena = c->arena };
    composed_add_query(&q, &own, ARGS(1));
    CHECK_ERR(c, run(c, &q, &sum), E_INTERNAL);
    struct composed change = { .arena = c->arena };
    composed_add_query(&change, &a_change, ARGS(1));
    CHECK_ERR(c, run(c, &change, &sum), E_INTERNAL);
    struct composed few = { .arena = c->arena };
    composed_add(&few, &numbers, NO_ARGS);
    composed_add(&few, &where_above, NO_ARGS);
    CHECK_ERR(c, run(c, &few, &sum), E_INTERNAL);
}

static enum err nested(void *arg, const void *row)
{
    struct ctx *c = arg;
    struct composed s = { .arena = c->arena };
    i64 sum;
    composed_add(&s, &numbers, NO_ARGS);
    composed_add(&s, &where_above, ARGS(((const struct one_i64 *)row)->value));
    TRY(run(c, &s, &sum));
    CHECK_I64(sum, ((const struct one_i64 *)row)->value == 1   ? 23
                   : ((const struct one_i64 *)row)->value == 2 ? 3
                                                               : 0);
    return OK;
}

/* Asked again and again, in turn with more others than are kept, and within itself. */
TEST(statements_asked_again_answer_the_same)
{
    struct ctx *c = test_reader();
    i64 sum;
    for (i64 round = 0; round < 3; round++)
        for (i64 ors = 0; ors < 60; ors++) {
            struct composed s = { .arena = c->arena };
            composed_add(&s, &numbers, NO_ARGS);
            composed_add(&s, &where_above, ARGS(2 + round));
            for (i64 i = 0; i < ors; i++) composed_add(&s, &or_is, ARGS(i == 7 ? 1 : 9));
            CHECK_OK(c, run(c, &s, &sum));
            CHECK_I64(sum, (ors > 7 ? 1 : 0) * (round ? 1 : 10) + (round ? 0 : 3));
        }
    struct composed outer = { .arena = c->arena };
    composed_add(&outer, &numbers, NO_ARGS);
    composed_add(&outer, &where_above, ARGS(0));
    CHECK_OK(c, composed_each(c, &outer, &one_i64_shape, nested, c));
}
