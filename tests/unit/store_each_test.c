/* store_each_test.c -- many rows by one statement come to what they come to one by one, on both
 * engines.
 */
#include "base/room.h"
#include "store/store.h"
#include "test.h"

static const struct migration thing_migrations[] = {
    { "0001 thing", "CREATE TABLE thing (id int64 NOT NULL PRIMARY KEY, name text, tame flag NOT"
                    " NULL, weight float64, photo bytes, times int64 NOT NULL) clustered;"
                    "CREATE INDEX thing_name ON thing (name);" },
    { 0 },
};
static const struct room things = { .name = "things", .migrations = thing_migrations };
static const struct room *const thing_rooms[] = { &things, NULL };

#define FIELDS_OF_thing(X, N)      \
    X(i64, id, ANY, "", N)         \
    X(str, name, ANY, "", N)       \
    X(flag, tame, ANY, "", N)      \
    X(opt_f64, weight, ANY, "", N) \
    X(str, photo, ANY, "", N)      \
    X(i64, times, ANY, "", N)
SHAPE(thing);
SHAPE_DEFINE(thing);

QUERY(all_things, thing, "SELECT id, name, tame, weight, photo, times FROM thing ORDER BY id");
CHANGE(put_thing, "INSERT INTO thing (id, name, tame, weight, photo, times) VALUES"
                  " ($1, COALESCE($2, '(none)'), $3, $4, $5, 1) ON CONFLICT (id) DO UPDATE SET"
                  " name = excluded.name, tame = excluded.tame, weight = excluded.weight,"
                  " photo = excluded.photo, times = thing.times + 1");
CHANGE(add_thing, "INSERT INTO thing (id, tame, times) VALUES ($2, $1, 1)");
CHANGE(drop_things, "DELETE FROM thing");

static struct store *opened;

enum { VALUES = 5, ROWS_MAX = 1300 };
struct rows {
    struct value at[ROWS_MAX * VALUES];
    i64 n;
    bool one_by_one;
};

static void make(struct dice *d, struct rows *r, struct arena *a)
{
    r->n = dice_below(d, 4) ? dice_below(d, 40) : dice_below(d, ROWS_MAX);
    for (i64 i = 0; i < r->n; i++) {
        struct value *v = r->at + i * VALUES;
        str name = str_fmt(a, "鲤 %lld", (long long)dice_below(d, 9));
        bytes photo = { "\0\xff\x01", dice_below(d, 4) };
        v[0] = V((i64)dice_below(d, 900)); /* some twice */
        v[1] = dice_below(d, 4) ? V(name) : V(NO_STR);
        v[2] = V((bool)dice_below(d, 2));
        v[3] = dice_below(d, 2) ? V((f64)dice_below(d, 100) / 8) : V((opt_i64)NONE);
        v[4] = dice_below(d, 2) ? V(photo) : V(((bytes){ 0 }));
    }
}

static enum err put(struct tx *t, void *arg)
{
    const struct rows *r = arg;
    if (!r->one_by_one)
        return tx_change_each(t, &put_thing, r->n, (struct args){ r->at, (int)(r->n * VALUES) });
    for (i64 i = 0; i < r->n; i++)
        TRY(tx_change(t, &put_thing, (struct args){ r->at + i * VALUES, VALUES }));
    return OK;
}
static enum err clear(struct tx *t, void *arg) { return tx_change(t, &drop_things, NO_ARGS); }

static struct ctx *open_things(void)
{
    struct ctx *c = test_ctx();
    CHECK_OK(c, store_open(c, test_store_options(), thing_rooms, &opened));
    CHECK_OK(c, store_reader(opened, c));
    return c;
}
static void close_things(struct ctx *c)
{
    store_release(c);
    store_close(opened);
}

static bool same_text(str a, str b) { return !a.at == !b.at && str_eq(a, b); }

static void check_same(const struct thing_list *a, const struct thing_list *b)
{
    CHECK_I64(a->n, b->n);
    for (i64 i = 0; i < a->n; i++) {
        const struct thing *x = &a->at[i], *y = &b->at[i];
        CHECK(x->id == y->id && x->times == y->times && x->tame == y->tame);
        CHECK(same_text(x->name, y->name) && same_text(x->photo, y->photo));
        CHECK(x->weight.has == y->weight.has && x->weight.value == y->weight.value);
    }
}

TEST(many_rows_are_as_one_by_one)
{
    struct ctx *c = open_things();
    struct dice d = { 7 };
    static struct rows r;
    for (int round = 0; round < 12; round++) {
        struct thing_list each, single;
        make(&d, &r, c->arena);
        CHECK_OK(c, store_write(opened, c, clear, NULL));
        r.one_by_one = false;
        CHECK_OK(c, store_write(opened, c, put, &r));
        CHECK_OK(c, db_all(c, &all_things, &each, NO_ARGS));
        CHECK_OK(c, store_write(opened, c, clear, NULL));
        r.one_by_one = true;
        CHECK_OK(c, store_write(opened, c, put, &r));
        CHECK_OK(c, db_all(c, &all_things, &single, NO_ARGS));
        check_same(&each, &single);
    }
    close_things(c);
}

static enum err add_some(struct tx *t, void *arg)
{
    const i64 *ids = arg;
    struct value v[] = { V(true), V(ids[0]), V(false), V(ids[1]), V(true), V(ids[2]) };
    return tx_change_each(t, &add_thing, 3, (struct args){ v, 6 });
}
static enum err in_parts(struct tx *t, void *arg)
{
    i64 twice[] = { 4, 5, 4 };
    CHECK(tx_try(t, add_some, twice) == E_CONFLICT); /* as a whole: 4 and 5 are not there */
    TRY(add_some(t, (i64[]){ 5, 6, 7 }));
    return OK;
}

TEST(of_many_rows_all_or_none)
{
    struct ctx *c = open_things();
    struct thing_list all;
    i64 first[] = { 3, 1, 2 }, again[] = { 8, 9, 2 };
    CHECK_OK(c, store_write(opened, c, add_some, first));
    CHECK_ERR(c, store_write(opened, c, add_some, again), E_CONFLICT);
    CHECK_OK(c, store_write(opened, c, in_parts, NULL));
    CHECK_OK(c, db_all(c, &all_things, &all, NO_ARGS));
    CHECK_I64(all.n, 6);
    CHECK(!all.at[0].tame && all.at[1].tame && all.at[2].tame && !all.at[1].name.at);
    CHECK_I64(all.at[3].id, 5);
    CHECK_I64(all.at[5].id, 7);
    close_things(c);
}
