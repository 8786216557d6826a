/* benefits_test.c -- entitlements run out, come back, and are what was granted. */
#include "loyalty/benefits.h"

#include "test.h"

struct doing {
    i64 member;
    str code, id, use;
    struct transferred out;
};

static enum err grant(struct tx *t, void *arg)
{
    struct doing *d = arg;
    struct transfer x = { .kind = T_MOVE,
                          .id = d->id,
                          .unit = S(QUOTA),
                          .from_name = S(LEDGER_SOURCE),
                          .to = d->member,
                          .to_name = d->code,
                          .amount = 3,
                          .expires_at = SOME(t->c->now + 30 * DAY_MS) };
    return ledger_transfer(t, &x, &d->out);
}
static enum err use(struct tx *t, void *arg)
{
    struct doing *d = arg;
    return entitlement_use(t, d->member, d->code, d->id, &d->out);
}
static enum err give_back(struct tx *t, void *arg)
{
    struct doing *d = arg;
    return entitlement_give_back(t, d->member, d->use, d->id, &d->out);
}
static enum err done(write_fn *fn, const char *id, const char *of)
{
    struct doing d = { 7, S("buy-3-free-1"), str_of(id), str_of(of) };
    return store_write(test_store(), test_reader(), fn, &d);
}
static i64 left(void)
{
    struct entitlement_list all;
    CHECK_OK(test_ctx(), entitlements_of(test_reader(), 7, &all));
    return all.n ? all.at[0].left : 0;
}

TEST(never_more_than_granted)
{
    CHECK_OK(test_ctx(), done(grant, "g", NULL));
    CHECK_I64(left(), 3);
    CHECK_OK(test_ctx(), done(use, "u1", NULL));
    CHECK_OK(test_ctx(), done(use, "u1", NULL)); /* again: the same */
    CHECK_I64(left(), 2);
    CHECK_OK(test_ctx(), done(use, "u2", NULL));
    CHECK_OK(test_ctx(), done(use, "u3", NULL));
    CHECK_ERR(test_ctx(), done(use, "u4", NULL), E_UNPROCESSABLE);
    CHECK_I64(left(), 0);
}

TEST(a_use_can_be_taken_back)
{
    CHECK_OK(test_ctx(), done(grant, "g", NULL));
    CHECK_OK(test_ctx(), done(use, "u1", NULL));
    CHECK_ERR(test_ctx(), done(give_back, "b", "g"), E_INVALID); /* a grant is not a use */
    CHECK_ERR(test_ctx(), done(give_back, "b", "u9"), E_NOT_FOUND);
    CHECK_OK(test_ctx(), done(give_back, "b", "u1"));
    CHECK_OK(test_ctx(), done(give_back, "b", "u1"));
    CHECK_ERR(test_ctx(), done(give_back, "b2", "u1"), E_UNPROCESSABLE); /* once */
    CHECK_I64(left(), 3);
    struct entitlement_list all;
    CHECK_OK(test_ctx(), entitlements_of(test_reader(), 7, &all));
    CHECK_I64(all.at[0].expires_at.value, test_ctx()->now + 30 * DAY_MS);
    test_ctx()->now += 30 * DAY_MS;
    CHECK_I64(left(), 0);
}

static enum err put(struct tx *t, void *arg) { return benefit_put(t, arg); }

TEST(benefits_are_rows)
{
    struct ctx *c = test_reader();
    struct benefit_list all = { 0 };
    struct benefit b;
    CHECK_OK(c, benefit_all(c, &all));
    CHECK_I64(all.n, 2);
    CHECK_OK(c, benefit_get(c, S("birthday-10"), &b));
    CHECK_I64(b.value.value, 10 * MONEY_UNIT);
    CHECK_ERR(c, benefit_get(c, S("nothing"), &b), E_NOT_FOUND);
    b = (struct benefit){ .code = S("off"), .kind = BENEFIT_COUPON, .zh = S("券"), .en = S("off") };
    CHECK_ERR(c, store_write(test_store(), c, put, &b), E_INVALID);
    b.value = SOME(MONEY_UNIT);
    CHECK_OK(c, store_write(test_store(), c, put, &b));
    b.kind = BENEFIT_SERVICE;
    CHECK_ERR(c, store_write(test_store(), c, put, &b), E_CONFLICT);
    b = (struct benefit){ .code = S("3/1"), .kind = BENEFIT_BUY_FREE, .zh = S("免"), .en = S("f") };
    b.threshold = SOME(25000);
    CHECK_ERR(c, store_write(test_store(), c, put, &b), E_INVALID);
}
