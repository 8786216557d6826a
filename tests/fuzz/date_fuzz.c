/* date_fuzz.c -- dates, days and durations as files and people write them. */
#include "target.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    str text = fuzz_text(c, data, n);
    instant at, again;
    for (int serial = 0; serial < 2; serial++) {
        if (!instant_parse(c->zone, text, serial, &at)) continue;
        struct civil local = zone_local(c->zone, at);
        if (local.year < 1 || local.year > 9999) continue; /* an offset may lead a day over */
        assert(civil_valid(local));
        assert(instant_parse(c->zone, instant_iso(c->arena, at), false, &again) && again == at);
    }
    day d, same;
    if (day_parse(text, &d)) assert(day_parse(day_text(c->arena, d), &same) && same == d);
    i64 ms;
    if (duration_parse(text, &ms)) assert(ms >= 0);
    return 0;
}
