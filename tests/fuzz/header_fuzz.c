/* header_fuzz.c -- any header, one column a line: the guess of a profile, the mapping, addresses,
 * status words. */
#include "target.h"

#include "import/address.h"
#include "import/import.h"

static void check_plan(struct ctx *c, strs columns, struct import_choice choice)
{
    struct import_plan plan;
    if (import_plan_make(c, columns, false, &choice, &plan) != OK) {
        assert(c->why.detail[0]);
        return;
    }
    for (int f = 0; f < IMPORT_FIELDS; f++)
        for (int i = 0; i < COLUMNS_OF_FIELD && plan.at[f][i] >= 0; i++)
            assert(plan.at[f][i] < columns.n);
    struct import_pair_list pairs = import_plan_mapping(c->arena, &plan);
    for (i64 i = 0; i < pairs.n; i++) assert(pairs.at[i].field.n);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    str text = fuzz_text(c, data, n);
    strs columns = str_split(c->arena, text, '\n');
    int score = -1;
    const struct import_profile *guess = import_guess(c->arena, columns, NO_STR, &score);
    assert(!guess || (score >= 0 && score <= 100));
    check_plan(c, columns, (struct import_choice){ 0 });
    /* The first lines as a mapping onto the others. */
    static const char *const fields[] = { "order_id", "member", "paid", "nonsense" };
    struct import_choice choice = { .options.order_id = n % 2 ? S("row") : NO_STR };
    for (i64 i = 0; i < columns.n && i < COUNT(fields); i++)
        *PUSH(c->arena, &choice.mapping) = (struct import_pair){ str_of(fields[i]), columns.at[i] };
    check_plan(c, columns, choice);
    str name, phone, address;
    struct place place = place_of_address(text);
    assert(place.province.n >= 0 && place.city.n >= 0);
    if (address_with_buyer(text, &name, &phone, &address)) assert(name.at && address.at);
    (void)import_status_state(c->arena, text);
    return 0;
}
