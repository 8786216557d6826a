/* climb.c -- lets time pass over what is known of a member: which tier that puts him in. Pure. */
#include <assert.h>

#include "loyalty/tiers/inside.h"

#define NEVER INT64_MAX

/* What happens at one instant, in this order: the day is over before the next one's deeds. */
enum next { TERM_ENDS, APPOINTMENT_ENDS, DEED, APPOINTMENT_BEGINS, NOTHING };

struct climber {
    const struct ladder *l;
    const struct zone *z;
    const struct facts *f;
    i64 done;    /* deeds that have happened */
    i64 first;   /* of those: the first that the window holds */
    money sum;   /* of the window */
    i64 earned;  /* rank */
    day from;    /* the day his terms count from */
    i64 terms;   /* the how many-th runs */
    instant end; /* of the term, or NEVER */
    instant now; /* where time has come to */
};

instant term_end(const struct ladder *l, const struct zone *z, day from, i64 n)
{
    day last = month_add(from, (i32)(l->term_months * n));
    if (l->to_month_end) {
        struct civil t = day_civil(last);
        last = month_add(day_of(t.year, t.month, 1), 1) - 1;
    }
    return zone_midnight(z, last + 1);
}

/* The first instant of the window that ends at `at`. */
static instant window_start(const struct climber *k, instant at)
{
    day d = zone_day(k->z, at);
    return zone_midnight(k->z, k->l->span == SPAN_YEAR ? day_of(day_civil(d).year, 1, 1)
                                                       : d - (day)k->l->span_days.value + 1);
}

/* Lets go of the deeds that the window ending at `at` no longer holds. */
static money measure_at(struct climber *k, instant at)
{
    const struct deed *deeds = k->f->deeds.at;
    if (k->l->span == SPAN_EVER || k->first == k->done) return k->sum;
    /* surely inside, also where a clock change shortens a day: no calendar is needed */
    instant inside = at - (k->l->span_days.value - 1) * DAY_MS + 3 * HOUR_MS;
    if (k->l->span == SPAN_DAYS && deeds[k->first].at > inside) return k->sum;
    instant start = window_start(k, at);
    for (; k->first < k->done && deeds[k->first].at < start; k->first++)
        k->sum -= deeds[k->first].value;
    return k->sum;
}

/* Who did nothing at all and did not join has not even the first. */
static i64 reached(const struct climber *k, money measure)
{
    return k->done ? ladder_reached(k->l, measure) : 0;
}

static bool has_term(const struct climber *k)
{
    const struct tier_step *step = &k->l->tiers.at[k->earned - 1];
    return k->l->term_months > 0 && step->threshold.value > 0;
}

static void begin(struct climber *k, i64 rank, day from)
{
    k->earned = rank;
    k->from = from;
    k->terms = 1;
    k->end = rank && has_term(k) ? term_end(k->l, k->z, from, 1) : NEVER;
}

static void deed_done(struct climber *k)
{
    const struct deed *d = &k->f->deeds.at[k->done++];
    k->sum += d->value;
    i64 rank = reached(k, measure_at(k, d->at));
    if (rank > k->earned) begin(k, rank, zone_day(k->z, d->at));
}

/* The nearest tier below that rules can reach. */
static i64 one_down(const struct climber *k)
{
    i64 rank = k->earned - 1;
    while (rank > 0 && !k->l->tiers.at[rank - 1].threshold.has) rank--;
    return rank;
}

/* True: kept. */
static bool term_over(struct climber *k)
{
    instant last = k->end - 1;
    const struct tier_step *step = &k->l->tiers.at[k->earned - 1];
    money measure = measure_at(k, last);
    if (measure >= (step->keep.has ? step->keep.value : step->threshold.value)) {
        k->end = term_end(k->l, k->z, k->from, ++k->terms);
        return true;
    }
    i64 rank = reached(k, measure);
    if (k->l->on_expiry == EXPIRY_ONE_DOWN && one_down(k) > rank) rank = one_down(k);
    begin(k, rank, zone_day(k->z, last));
    return false;
}

/* The highest appointment that lasts at `at`: its rank, 0 when there is none. */
static i64 appointed_at(const struct climber *k, instant at, opt_instant *until)
{
    i64 best = 0;
    *until = NONE;
    for (i64 i = 0; i < k->f->appointments.n; i++) {
        const struct appointed *a = &k->f->appointments.at[i];
        if (a->at > at || (a->until.has && a->until.value <= at)) continue;
        i64 rank = ladder_rank(k->l, a->tier);
        bool longer = !a->until.has || (until->has && a->until.value > until->value);
        if (rank < best || (rank == best && !longer)) continue;
        best = rank;
        *until = a->until;
    }
    return best;
}

/* What comes next and when. */
static enum next next_of(const struct climber *k, instant *at)
{
    enum next next = NOTHING;
    *at = NEVER;
    if (k->end < *at) *at = k->end, next = TERM_ENDS;
    for (i64 i = 0; i < k->f->appointments.n; i++) {
        const struct appointed *a = &k->f->appointments.at[i];
        if (a->until.has && a->until.value > k->now && a->until.value < *at)
            *at = a->until.value, next = APPOINTMENT_ENDS;
    }
    if (k->done < k->f->deeds.n && k->f->deeds.at[k->done].at < *at)
        *at = k->f->deeds.at[k->done].at, next = DEED;
    for (i64 i = 0; i < k->f->appointments.n; i++) {
        const struct appointed *a = &k->f->appointments.at[i];
        if (a->at > k->now && a->at < *at) *at = a->at, next = APPOINTMENT_BEGINS;
    }
    return next;
}

static const enum tier_why whys[] = {
    [TERM_ENDS] = WHY_EXPIRED,
    [APPOINTMENT_ENDS] = WHY_APPOINTMENT_ENDED,
    [DEED] = WHY_QUALIFIED,
    [APPOINTMENT_BEGINS] = WHY_APPOINTED,
};

struct standing climb(const struct ladder *l, const struct zone *z, const struct facts *f,
                      instant now, bool before, struct arena *a, struct turns *turns)
{
    struct climber k = { .l = l, .z = z, .f = f, .end = NEVER, .now = INT64_MIN };
    struct standing s = { 0 };
    instant at;
    opt_instant until;
    enum next next;
    while ((next = next_of(&k, &at)) != NOTHING && at <= now) {
        bool kept = false;
        if (before && at == now && next > APPOINTMENT_ENDS) break;
        k.now = at;
        if (next == TERM_ENDS) kept = term_over(&k);
        else if (next == DEED) deed_done(&k);
        i64 appointed = appointed_at(&k, at, &until);
        i64 rank = appointed > k.earned ? appointed : k.earned;
        kept = kept && rank == k.earned;
        if (rank == s.rank && !kept) continue;
        if (turns) {
            struct turn *turn = PUSH(a, turns);
            *turn = (struct turn){ at, s.rank, rank, kept ? WHY_KEPT : whys[next] };
        }
        if (rank != s.rank) s.since = at;
        s.rank = rank;
    }
    i64 appointed = appointed_at(&k, now, &until);
    s.earned = k.earned;
    s.measure = measure_at(&k, now);
    if (next != NOTHING) s.due = SOME(at);
    if (s.rank && s.rank == k.earned && k.end != NEVER) s.until = SOME(k.end);
    if (s.rank && s.rank == appointed &&
        (s.rank > k.earned || (s.until.has && (!until.has || until.value > s.until.value))))
        s.until = until;
    return s;
}
