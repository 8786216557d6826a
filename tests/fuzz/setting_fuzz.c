/* setting_fuzz.c -- values of settings and cuts of RFM, as operators type them: inside their limits
 * or refused. */
#include "target.h"

#include "app/rooms.h"
#include "base/num.h"
#include "insight/rfm.h"
#include "store/setting.h"

static void check_row(struct ctx *c, const struct setting *row, str text)
{
    ints list = { 0 };
    if (setting_parse(c, row, text, &list) != OK) {
        assert(c->why.detail[0]);
        return;
    }
    if (!row->min && !row->max) return;
    for (i64 i = 0; i < list.n; i++) assert(list.at[i] >= row->min && list.at[i] <= row->max);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    str text = fuzz_text(c, data, n);
    if (!setting_tables) settings_register(rooms);
    for (const struct setting *const *table = setting_tables; *table; table++)
        for (const struct setting *row = *table; row->name; row++) check_row(c, row, text);
    for (int axis = 0; axis < 3; axis++) {
        ints cuts = { 0 };
        if (rfm_cuts_parse(c, (enum rfm_axis)axis, text, &cuts) != OK) continue;
        assert(cuts.n >= 1);
        for (i64 i = 0; i < cuts.n; i++) assert(cuts.at[i] > (i ? cuts.at[i - 1] : 0));
    }
    return 0;
}
