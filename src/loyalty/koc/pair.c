/* pair.c -- mentors: one KOC looks after another for a time and sees his figures. Nothing is paid
 * by it: commission has one level.
 */
#include "loyalty/koc/inside.h"
#include "member/member.h"

enum { CHAIN_MAX = 64 };

/* What somebody brought while the pair held. */
#define BROUGHT(WHAT, WHO)                                                              \
    "(SELECT " WHAT " FROM koc_order o WHERE o.holder = " WHO                           \
    " AND o.counted AND o.paid_at >= p.from_at AND (p.until_at IS NULL OR o.paid_at < " \
    "p.until_at))"
#define NET              "CAST(COALESCE(SUM(o.net), 0) AS BIGINT)"
#define ORDERS_OF_MENTEE BROUGHT("COUNT(*)", "p.holder")
#define AMOUNT_OF_MENTEE BROUGHT(NET, "p.holder")
#define ORDERS_OF_MENTOR BROUGHT("COUNT(*)", "p.mentor_holder")
#define AMOUNT_OF_MENTOR BROUGHT(NET, "p.mentor_holder")
#define PAIR                                                                        \
    "SELECT p.number AS number, p.mentor_holder AS mentor, p.holder AS mentee,"     \
    " CAST(NULL AS TEXT) AS mentor_name, CAST(NULL AS TEXT) AS mentee_name,"        \
    " p.from_at AS \"from\", p.until_at AS until, k.level AS level,"                \
    " CAST(NULL AS TEXT) AS mentor_level,"                                          \
    " " ORDERS_OF_MENTEE " AS orders, " AMOUNT_OF_MENTEE " AS amount,"              \
    " " ORDERS_OF_MENTOR " AS mentor_orders, " AMOUNT_OF_MENTOR " AS mentor_amount" \
    " FROM koc_pair p JOIN koc k ON k.member = p.member"
QUERY(q_pairs, koc_pair,
      PAIR
      " WHERE ($1 = 0 OR p.mentor_holder = $1) AND p.number < $2 AND p.mentor_holder <> p.holder"
      " AND (NOT $3 OR (p.from_at <= $4 AND (p.until_at IS NULL"
      " OR p.until_at > $4))) ORDER BY p.number DESC LIMIT $5");
QUERY(q_mentor, one_i64,
      "SELECT mentor_holder AS value FROM koc_pair WHERE holder = $1 AND mentor_holder <> holder"
      " AND from_at <= $2 AND (until_at IS NULL OR until_at > $2) ORDER BY number LIMIT 1");
QUERY(q_pair, one_i64, "SELECT holder AS value FROM koc_pair WHERE number = $1");
CHANGE(c_pair, "INSERT INTO koc_pair (member, number, holder, mentor, mentor_holder, from_at,"
               " until_at) VALUES ($1, $2, $3, $4, $5, $6, $7)");
CHANGE(c_pair_end, "UPDATE koc_pair SET until_at = $2 WHERE number = $1 AND (until_at IS NULL"
                   " OR until_at > $2)");

static enum err is_active(struct ctx *c, i64 member, const char *at, struct koc_row *row)
{
    bool found;
    TRY(koc_row_of(c, member, &found, row));
    if (found && row->state == KOC_ACTIVE) return OK;
    return fail_at(c, E_UNPROCESSABLE, str_of(at), "会员 %lld 不是在册的达人",
                   "member %lld is no active KOC", (long long)member);
}

/* Up from the mentor: the mentee is not among his own mentors. */
static enum err no_circle(struct ctx *c, i64 mentor, i64 mentee)
{
    struct one_i64 up = { mentor };
    bool found = true;
    for (int i = 0; found && i < CHAIN_MAX; i++) {
        if (up.value == mentee)
            return fail_at(c, E_UNPROCESSABLE, S("/mentor"), "这样会成为循环的师徒关系",
                           "that would be a circle of mentors");
        TRY(db_find(c, &q_mentor, &up, &found, ARGS(up.value, c->now)));
    }
    return OK;
}

static enum err tell(struct tx *t, i64 mentee, const char *kind, i64 number)
{
    return koc_line_append(t, mentee, kind,
                           str_fmt(t->c->arena, "koc_pair:%lld", (long long)number), NONE, NO_STR);
}

enum err koc_pair_make(struct tx *t, i64 mentor, i64 mentee, opt_instant until, i64 *number)
{
    struct ctx *c = t->c;
    struct koc_row of, who;
    struct one_i64 has;
    bool found;
    if (until.has && until.value <= c->now)
        return fail_at(c, E_INVALID, S("/until"), "须在以后结束", "it must end in the future");
    TRY(koc_lock(t, mentor < mentee ? mentor : mentee));
    TRY(koc_lock(t, mentor < mentee ? mentee : mentor));
    TRY(is_active(c, mentor, "/mentor", &of));
    TRY(is_active(c, mentee, "/mentee", &who));
    TRY(no_circle(c, mentor, mentee));
    TRY(db_find(c, &q_mentor, &has, &found, ARGS(mentee, c->now)));
    if (found)
        return fail_at(c, E_CONFLICT, S("/mentee"), "这位达人已有师父", "he has a mentor already");
    TRY(tx_take(t, S("koc_pair"), 1, number));
    TRY(tx_change(t, &c_pair, ARGS(who.member, *number, mentee, of.member, mentor, c->now, until)));
    return tell(t, mentee, "koc.mentored", *number);
}

enum err koc_pair_end(struct tx *t, i64 number)
{
    struct ctx *c = t->c;
    struct one_i64 mentee;
    bool found;
    i64 rows;
    TRY(db_find(c, &q_pair, &mentee, &found, ARGS(number)));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的师徒关系", "there is no pair %lld",
                    (long long)number);
    TRY(tx_change_rows(t, &c_pair_end, &rows, ARGS(number, c->now)));
    return rows ? tell(t, mentee.value, "koc.mentor_ended", number) : OK;
}

/* Empty: he is not active now. */
static enum err level_now(struct ctx *c, const struct koc_level_list *levels, i64 member, str *out)
{
    struct koc_stand stand = { 0 };
    bool active;
    TRY(koc_active(c, member, &active));
    if (active) TRY(koc_level_at(c, levels, member, c->now, c->now + 1, &stand));
    *out = stand.level ? stand.level->code : S("");
    return OK;
}

enum err koc_pairs(struct ctx *c, i64 mentor, bool running, i64 below, i64 limit, bool personal,
                   struct koc_pair_list *out)
{
    *out = (struct koc_pair_list){ 0 };
    TRY(db_all(c, &q_pairs, out, ARGS(mentor, below ? below : INT64_MAX, running, c->now, limit)));
    struct koc_level_list levels;
    TRY(koc_levels(c, &levels));
    for (i64 i = 0; i < out->n; i++) {
        struct koc_pair *p = &out->at[i];
        TRY(level_now(c, &levels, p->mentee, &p->level));
        TRY(level_now(c, &levels, p->mentor, &p->mentor_level));
        TRY(member_name(c, p->mentor, personal, &p->mentor_name));
        TRY(member_name(c, p->mentee, personal, &p->mentee_name));
    }
    return OK;
}
