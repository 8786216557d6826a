/* appoint.c -- tiers given by hand: brand KOCs, service cases; with a term and a reason. */
#include "base/json.h"
#include "loyalty/tiers/inside.h"
#include "member/member.h"

SHAPE_DEFINE(tier_appointment);
SHAPE_DEFINE(tier_change);
SHAPE_DEFINE(tier_appointee);

QUERY(q_number, one_i64,
      "SELECT COALESCE(MAX(number), 0) + 1 AS value FROM tier_appointment WHERE member = $1");
CHANGE(c_appoint, "INSERT INTO tier_appointment (member, number, tier, at, until, reason, actor)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7)");
CHANGE(c_end, "UPDATE tier_appointment SET until = $2, ended_by = $3 WHERE member = $1"
              " AND (until IS NULL OR until > $2)");
CHANGE(c_hold, "INSERT INTO tier_member (member, tier, rank, changes, settled_at, gone)"
               " VALUES ($1, '', 0, 0, 0, FALSE) ON CONFLICT (member) DO UPDATE"
               " SET settled_at = tier_member.settled_at");

static enum err line_of(struct tx *t, i64 member, const char *kind, str tier, opt_instant until)
{
    struct arena *a = t->c->arena;
    struct timeline_line line = {
        .at = t->c->now,
        .member = member,
        .kind = str_of(kind),
        .subject = str_fmt(a, "tier:" STR_FMT, STR_ARG(tier)),
        .props = until.has ? str_fmt(a, "{\"until\":\"" STR_FMT "\"}",
                                     STR_ARG(instant_iso(a, until.value)))
                           : NO_STR,
    };
    return timeline_append(t, &line);
}

/* Of all ids he has had. *ended counts them. */
static enum err end_all(struct tx *t, i64 living, str why, i64 *ended)
{
    ints ids;
    *ended = 0;
    TRY(member_ids(t->c, living, &ids));
    for (i64 i = 0; i < ids.n; i++) {
        i64 rows;
        TRY(tx_change_rows(t, &c_end, &rows, ARGS(ids.at[i], t->c->now, why)));
        *ended += rows;
    }
    return OK;
}

enum err tier_appoint(struct tx *t, i64 member, const struct tier_appointment *in)
{
    struct ctx *c = t->c;
    struct ladder l;
    struct one_i64 number;
    i64 ended;
    TRY(ladder_live(c, &l));
    if (!ladder_rank(&l, in->tier))
        return fail_at(c, E_NOT_FOUND, S("/tier"), "没有等级“" STR_FMT "”",
                       "there is no tier \"" STR_FMT "\"", STR_ARG(in->tier));
    if (in->until.has && in->until.value <= c->now)
        return fail_at(c, E_INVALID, S("/until"), "任期须在以后结束",
                       "the term must end in the future");
    TRY(tx_change(t, &c_hold, ARGS(member)));
    TRY(end_all(t, member, S("another appointment"), &ended));
    TRY(db_get(c, &q_number, &number, ARGS(member)));
    TRY(tx_change(t, &c_appoint,
                  ARGS(member, number.value, in->tier, c->now, in->until, in->reason, c->actor)));
    TRY(line_of(t, member, "tier.appointed", in->tier, in->until));
    return settle_range(t, &l, member, member, WHY_APPOINTED, NULL);
}

QUERY(q_appointed, tier_appointment,
      "SELECT tier, until, reason FROM tier_appointment WHERE member = $1 AND at <= $2"
      " AND (until IS NULL OR until > $2) ORDER BY number DESC LIMIT 1");

enum err tier_appointed(struct ctx *c, i64 member, struct tier_appointment *out, bool *found)
{
    ints ids;
    *found = false;
    TRY(member_ids(c, member, &ids));
    for (i64 i = 0; i < ids.n && !*found; i++)
        TRY(db_find(c, &q_appointed, out, found, ARGS(ids.at[i], c->now)));
    return OK;
}

QUERY(q_appointees, tier_appointee,
      "SELECT p.member AS member, m.name AS name, p.tier AS tier, p.at AS at, p.until AS until,"
      " p.reason AS reason, p.actor AS actor FROM (SELECT COALESCE(g.living, a.member) AS member,"
      " a.tier AS tier, a.at AS at, a.until AS until, a.reason AS reason, a.actor AS actor"
      " FROM tier_appointment a LEFT JOIN " MEMBERS_GONE " AS g ON g.id = a.member"
      " WHERE a.at <= $1 AND (a.until IS NULL OR a.until > $1)) AS p"
      " JOIN member m ON m.member = p.member WHERE (p.at, p.member) < ($2, $3)"
      " ORDER BY p.at DESC, p.member DESC LIMIT $4");

enum err tier_appointees(struct ctx *c, instant at, i64 member, i64 limit,
                         struct tier_appointee_list *out)
{
    return db_all(c, &q_appointees, out, ARGS(c->now, at ? at : INT64_MAX, member, limit));
}

enum err tier_dismiss(struct tx *t, i64 member, str reason)
{
    struct ctx *c = t->c;
    struct ladder l;
    struct tier_appointment was;
    i64 ended;
    bool found;
    TRY(tx_change(t, &c_hold, ARGS(member)));
    TRY(tier_appointed(c, member, &was, &found));
    if (!found)
        return fail(c, E_NOT_FOUND, "会员 %lld 没有任命的等级", "member %lld has no appointed tier",
                    (long long)member);
    TRY(end_all(t, member, str_or(reason, S("dismissed")), &ended));
    TRY(line_of(t, member, "tier.dismissed", was.tier, NONE));
    TRY(ladder_live(c, &l));
    return settle_range(t, &l, member, member, WHY_APPOINTMENT_ENDED, NULL);
}

/* -- history ----------------------------------------------------------------------------------- */

QUERY(q_history, tier_change,
      "SELECT h.at AS at, h.from_tier AS \"from\", h.to_tier AS \"to\", h.why AS why,"
      " h.until AS until FROM tier_change h WHERE h.member = $1"
      " OR h.member IN (SELECT g.id FROM " MEMBERS_GONE_INTO(
          "$1", "$1") " AS g)"
                      " ORDER BY h.at DESC, h.member = $1 DESC, h.number DESC LIMIT $2");

enum err tier_history(struct ctx *c, i64 living, i64 limit, struct tier_change_list *out)
{
    return db_all(c, &q_history, out, ARGS(living, limit));
}
