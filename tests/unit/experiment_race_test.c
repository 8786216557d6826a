/* experiment_race_test.c -- callers side by side ask for the arms of the same members. On
 * PostgreSQL they are of two servers on one database. */
#include <pthread.h>
#include <stdio.h>

#include "app/rooms.h"
#include "experiment_shop.h"

enum { CALLERS = 4, PEOPLE = 60 };

struct caller {
    struct store *store;
    i64 number, id;
    const i64 *members;
    i64 first, failed;
    bool is_new[PEOPLE];
    char why[512];
};

static void *ask_all(void *arg)
{
    struct caller *w = arg;
    for (i64 i = 0; i < PEOPLE; i++) {
        i64 who = (i + w->number) % PEOPLE; /* near one another all the time */
        struct ctx *c = test_ctx_new();
        struct experiment_assigned out = { 0 };
        enum err e = store_reader(w->store, c);
        if (e == OK) e = experiment_assign(w->store, c, w->id, w->members[who], &out);
        if (e != OK && w->failed++ == 0) snprintf(w->why, sizeof w->why, "%s", c->why.detail);
        w->first += e == OK && out.first;
        w->is_new[who] = str_eq(out.arm, S("新"));
        test_ctx_free(c);
    }
    return NULL;
}

TEST(a_first_exposure_is_once)
{
    struct ctx *c = test_reader();
    struct store *second = NULL;
    struct caller callers[CALLERS];
    pthread_t threads[CALLERS];
    i64 *ids = shop_members(c, PEOPLE, on("2024-01-01", 0), S("m")), firsts = 0, lines_n = 0;
    i64 id = running((struct experiment_post){ .name = S("同时") });
    if (test_store_is_pg()) CHECK_OK(c, store_open(c, test_store_options(), rooms, &second));
    for (i64 i = 0; i < CALLERS; i++) {
        callers[i] = (struct caller){
            .store = second && i % 2 ? second : test_store(), .number = i, .id = id, .members = ids
        };
        CHECK(!pthread_create(&threads[i], NULL, ask_all, &callers[i]));
    }
    for (i64 i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
    if (second) store_close(second);
    for (i64 i = 0; i < CALLERS; i++) {
        if (callers[i].failed) print_message("# %s\n", callers[i].why);
        CHECK_I64(callers[i].failed, 0);
        firsts += callers[i].first;
        CHECK(!memcmp(callers[i].is_new, callers[0].is_new, sizeof callers[i].is_new));
    }
    CHECK_I64(firsts, PEOPLE);
    struct timeline_line_list lines = { 0 };
    CHECK_OK(c, timeline_after(test_look(), 0, 1000, &lines));
    for (i64 i = 0; i < lines.n; i++) lines_n += str_eq(lines.at[i].kind, S("experiment.exposed"));
    CHECK_I64(lines_n, PEOPLE);
    struct experiment_view v;
    CHECK_OK(c, experiment_get(test_look(), id, &v));
    CHECK_I64(v.exposed, PEOPLE);
}
