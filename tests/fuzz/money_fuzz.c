/* money_fuzz.c -- numbers, money and quantities, strict and as people write them. */
#include "target.h"

#include "base/num.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    str text = fuzz_text(c, data, n);
    money m, again;
    if (money_parse(text, &m)) {
        money loose;
        assert(money_parse(money_text(c->arena, m), &again) && again == m);
        /* Loose takes what strict does, up to 64 digits. */
        if (text.n <= 64) assert(money_parse_loose(text, &loose) && loose == m);
    }
    if (money_parse_loose(text, &m)) {
        str said = money_text(c->arena, m);
        assert(money_parse(said, &again) && again == m);
    }
    i64 i, j;
    if (quantity_parse_loose(text, &i))
        assert(i64_parse(str_fmt(c->arena, "%lld", (long long)i), &j) && i == j);
    if (i64_parse(text, &i)) {
        assert(i64_parse(str_fmt(c->arena, "%lld", (long long)i), &j) && i == j);
        money product;
        (void)money_times(i, 3, &product);
    }
    f64 f;
    if (f64_parse(text, &f)) assert(f - f == 0); /* finite */
    return 0;
}
