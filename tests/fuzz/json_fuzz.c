/* json_fuzz.c -- the JSON door: any bytes into a struct of every kind; what was accepted survives a
 * round trip. */
#include "target.h"

#include "base/json.h"

enum colour { RED, GREEN };
CHOICE(colour);
CHOICE_DEFINE(colour, "red", "green");

#define FIELDS_OF_leaf(X, N)              \
    X(str, name, REQUIRED | SHORT, "", N) \
    X(i64, count, NOT_NEGATIVE, "", N)
SHAPE(leaf);
SHAPE_DEFINE(leaf);

#define FIELDS_OF_whole(X, N)                      \
    X(str, text, ANY, "", N)                       \
    X(i64, number, ANY, "", N)                     \
    X(f64, real, ANY, "", N)                       \
    X(flag, yes, ANY, "", N)                       \
    X(money, price, ANY, "", N)                    \
    X(instant, at, ANY, "", N)                     \
    X(day, on, ANY, "", N)                         \
    X(json, any, ANY, "", N)                       \
    X(opt_i64, maybe, POSITIVE, "", N)             \
    X(opt_f64, maybe_real, ANY, "", N)             \
    X(opt_flag, maybe_yes, ANY, "", N)             \
    X(opt_money, maybe_price, NOT_NEGATIVE, "", N) \
    X(opt_instant, maybe_at, ANY, "", N)           \
    X(strs, words, ANY, "", N)                     \
    X(ints, numbers, ANY, "", N)                   \
    X(choice(colour), colour, ANY, "", N)          \
    X(one(leaf), leaf, ANY, "", N)                 \
    X(list(leaf), leaves, ANY, "", N)
SHAPE(whole);
SHAPE_DEFINE(whole);

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    str text = fuzz_text(c, data, n);
    struct whole first = { 0 }, second = { 0 };
    bool valid = json_valid(text);
    if (json_read(c, &whole_shape, &first, text) != OK) {
        assert(c->why.err == E_INVALID && c->why.detail[0]);
        return 0;
    }
    assert(valid);
    struct buf once = { .arena = c->arena }, twice = { .arena = c->arena };
    json_write(&once, &whole_shape, &first);
    assert(json_valid(buf_str(&once)));
    if (json_read(c, &whole_shape, &second, buf_str(&once)) != OK) {
        /* Texts grow when control bytes are escaped, but what was accepted stays within limits. */
        assert(!"what was written cannot be read");
    }
    json_write(&twice, &whole_shape, &second);
    assert(str_eq(buf_str(&once), buf_str(&twice)));
    return 0;
}
