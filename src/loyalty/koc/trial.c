/* trial.c -- trials: so many a month by level, asked for, sent, reported on.
 *
 * A month's trials are lots of the ledger account (member, "quota", "koc-trial") that expire with
 * it, granted one by one under ids of the month when they are first asked for: k-th of a month is
 * given once, whatever level, retry or merge.
 */
#include "loyalty/benefits.h"
#include "loyalty/koc/months.h"
#include "member/member.h"

#define TRIALS "koc-trial"
enum { TEXT_MAX = 1000, KEY_MAX = 40 };

#define TRIAL                                                                                  \
    "SELECT number, holder AS member, CAST(NULL AS TEXT) AS name, product, text, state, note," \
    " shipment, report_due, FALSE AS overdue, report, asked_at, decided_at, reported_at"       \
    " FROM koc_trial"
QUERY(q_trial, koc_trial, TRIAL " WHERE number = $1");
QUERY(q_by_key, koc_trial, TRIAL " WHERE holder = $1 AND key = $2 LIMIT 1");
QUERY(q_trials, koc_trial,
      TRIAL " WHERE ($1 = 0 OR holder = $1) AND (CAST($2 AS TEXT) IS NULL OR state = $2)"
            " AND number < $3 ORDER BY number DESC LIMIT $4");
QUERY(q_overdue, one_i64,
      "SELECT COUNT(*) AS value FROM koc_trial WHERE holder = $1"
      " AND state = 'shipped' AND report_due <= $2");
QUERY(q_asked, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_transfer WHERE member = $1"
      " AND id = $2");
CHANGE(c_trial, "INSERT INTO koc_trial (member, number, holder, key, product, text, state,"
                " asked_at) VALUES ($1, $2, $1, $3, $4, $5, 'asked', $6)");
CHANGE(c_decided, "UPDATE koc_trial SET state = $2, note = $3, decided_at = $4 WHERE number = $1");
CHANGE(c_shipped, "UPDATE koc_trial SET state = 'shipped', shipment = $2, report_due ="
                  " COALESCE(report_due, $3) WHERE number = $1");
CHANGE(c_reported, "UPDATE koc_trial SET state = 'reported', report = $2, reported_at = $3"
                   " WHERE number = $1");

static struct account quota_of(i64 member)
{
    return (struct account){ member, S(QUOTA), S(TRIALS) };
}

/* How many a month his level gives now; 0: he is not active. */
static enum err by_level(struct ctx *c, i64 member, i64 *trials)
{
    struct koc_level_list levels;
    struct koc_stand stand;
    bool active;
    *trials = 0;
    TRY(koc_active(c, member, &active));
    if (!active) return OK;
    TRY(koc_levels(c, &levels));
    TRY(koc_level_at(c, &levels, member, c->now, c->now + 1, &stand));
    if (stand.level) *trials = stand.level->trials;
    return OK;
}

static str grant_id(struct ctx *c, i64 k)
{
    return str_fmt(c->arena, "koc:trial:" STR_FMT ":%lld", STR_ARG(koc_month_name(c, c->now)),
                   (long long)k);
}

/* Of the month: granted before by any of his ids. */
static enum err granted(struct ctx *c, i64 member, i64 most, i64 *n)
{
    ints ids;
    *n = 0;
    TRY(member_ids(c, member, &ids));
    for (i64 k = 1; k <= most; k++) {
        bool there = false;
        for (i64 i = 0; i < ids.n && !there; i++) {
            struct one_i64 row;
            TRY(db_get(c, &q_asked, &row, ARGS(ids.at[i], grant_id(c, k))));
            there = row.value > 0;
        }
        *n += there;
    }
    return OK;
}

enum err koc_trials_left(struct ctx *c, i64 member, i64 *left)
{
    struct account of = quota_of(member);
    struct balance has;
    i64 most, given;
    TRY(by_level(c, member, &most));
    TRY(granted(c, member, most, &given));
    TRY(ledger_balance(c, &of, &has));
    *left = has.available + most - given;
    return OK;
}

static enum err grant_month(struct tx *t, i64 member)
{
    struct ctx *c = t->c;
    struct transferred done;
    struct civil now = zone_local(c->zone, c->now);
    day next = month_add(day_of(now.year, now.month, 1), 1);
    i64 most;
    TRY(by_level(c, member, &most));
    for (i64 k = 1; k <= most; k++) {
        struct transfer x = { .kind = T_MOVE,
                              .id = grant_id(c, k),
                              .unit = S(QUOTA),
                              .from_name = S(LEDGER_SOURCE),
                              .to = member,
                              .to_name = S(TRIALS),
                              .amount = 1,
                              .expires_at = SOME(zone_midnight(c->zone, next)),
                              .reason = S("trial") };
        TRY(ledger_transfer(t, &x, &done));
    }
    return OK;
}

static enum err may_ask(struct ctx *c, i64 member)
{
    struct one_i64 overdue;
    bool active;
    TRY(koc_active(c, member, &active));
    if (!active)
        return fail(c, E_UNPROCESSABLE, "只有在册的达人才能申请试用",
                    "only an active KOC can ask for a trial");
    TRY(db_get(c, &q_overdue, &overdue, ARGS(member, c->now)));
    if (!overdue.value) return OK;
    return fail(c, E_UNPROCESSABLE, "还有 %lld 份体验报告逾期未交，交了才能再申请",
                "%lld reports are overdue: hand them in first", (long long)overdue.value);
}

static enum err words_check(struct ctx *c, str key, str product, str text)
{
    if (str_empty(key) || key.n > KEY_MAX || !str_is_line(key) || str_has(key, ':'))
        return fail_at(c, E_INVALID, S("/key"), "编号须为 1 至 %d 字节的一行文字，不含冒号",
                       "a key is a line of 1 to %d bytes without a colon", KEY_MAX);
    if (str_empty(product) || product.n > 200 || !str_is_line(product))
        return fail_at(c, E_INVALID, S("/product"), "商品须为 1 至 200 字节的一行文字",
                       "a product is a line of 1 to 200 bytes");
    if (text.n <= TEXT_MAX) return OK;
    return fail_at(c, E_INVALID, S("/text"), "说明至多 %d 字节", "the text has at most %d bytes",
                   TEXT_MAX);
}

static enum err tell(struct tx *t, i64 member, const char *kind, i64 number)
{
    return koc_line_append(t, member, kind,
                           str_fmt(t->c->arena, "koc_trial:%lld", (long long)number), NONE, NO_STR);
}

enum err koc_trial_ask(struct tx *t, i64 member, str key, str product, str text, i64 *number)
{
    struct ctx *c = t->c;
    struct transferred done;
    struct koc_trial was;
    bool again;
    TRY(words_check(c, key, product, text));
    TRY(koc_lock(t, member));
    TRY(db_find(c, &q_by_key, &was, &again, ARGS(member, key)));
    if (again && str_eq(was.product, product)) {
        *number = was.number;
        return OK;
    }
    if (again)
        return fail_at(c, E_CONFLICT, S("/key"), "这个编号已用于另一次申请",
                       "this key was used for something else");
    TRY(may_ask(c, member));
    TRY(grant_month(t, member));
    TRY(tx_take(t, S("koc_trial"), 1, number));
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(c->arena, "koc:tried:%lld", (long long)*number),
                          .unit = S(QUOTA),
                          .from = member,
                          .from_name = S(TRIALS),
                          .to_name = S(TRIALS ":used"),
                          .amount = 1,
                          .reason = S("trial") };
    enum err e = ledger_transfer(t, &x, &done);
    if (e != OK && done.result == R_BELOW_FLOOR)
        return fail(c, E_UNPROCESSABLE, "本月的试用名额已用完", "no trials are left this month");
    TRY(e);
    TRY(tx_change(t, &c_trial,
                  ARGS(member, *number, key, product, text.n ? text : NO_STR, c->now)));
    return tell(t, member, "koc.trial_asked", *number);
}

static enum err trial_get(struct ctx *c, i64 number, struct koc_trial *out)
{
    bool found;
    TRY(db_find(c, &q_trial, out, &found, ARGS(number)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的试用申请", "there is no trial %lld",
                (long long)number);
}

static enum err not_now(struct ctx *c, const struct koc_trial *k)
{
    return fail(c, E_CONFLICT, "这次试用已是“" STR_FMT "”", "this trial is " STR_FMT " already",
                STR_ARG(choice_name(&koc_trial_state_choice, (int)k->state)));
}

static enum err give_back(struct tx *t, const struct koc_trial *k)
{
    struct transferred done;
    str of = str_fmt(t->c->arena, "koc:tried:%lld", (long long)k->number);
    struct transfer x = { .kind = T_REVERSE,
                          .id = str_fmt(t->c->arena, STR_FMT ":no", STR_ARG(of)),
                          .member = k->member,
                          .of = of,
                          .reason = S("refused") };
    return ledger_transfer(t, &x, &done);
}

enum err koc_trial_decide(struct tx *t, i64 number, bool approve, str note)
{
    struct ctx *c = t->c;
    struct koc_trial k;
    TRY(trial_get(c, number, &k));
    TRY(koc_lock(t, k.member));
    TRY(trial_get(c, number, &k));
    if (k.state == (approve ? TRIAL_APPROVED : TRIAL_REFUSED)) return OK;
    if (k.state != TRIAL_ASKED) return not_now(c, &k);
    if (!approve && str_empty(note))
        return fail_at(c, E_INVALID, S("/note"), "请写明拒绝的原因", "say why it is refused");
    TRY(tx_change(
        t, &c_decided,
        ARGS(number, approve ? S("approved") : S("refused"), note.n ? note : NO_STR, c->now)));
    if (!approve) TRY(give_back(t, &k));
    return tell(t, k.member, approve ? "koc.trial_approved" : "koc.trial_refused", number);
}

enum err koc_trial_ship(struct tx *t, i64 number, str shipment)
{
    struct ctx *c = t->c;
    struct koc_trial k;
    i64 days;
    TRY(trial_get(c, number, &k));
    TRY(koc_lock(t, k.member));
    TRY(trial_get(c, number, &k));
    if (k.state != TRIAL_APPROVED && k.state != TRIAL_SHIPPED) return not_now(c, &k);
    if (str_empty(shipment) || !str_is_line(shipment))
        return fail_at(c, E_INVALID, S("/shipment"), "请填快递公司与单号",
                       "give the carrier and its number");
    if (k.state == TRIAL_SHIPPED && str_eq(k.shipment, shipment)) return OK;
    TRY(setting_i64(c, "koc.report_days", &days));
    TRY(tx_change(t, &c_shipped, ARGS(number, shipment, c->now + days * DAY_MS)));
    return k.state == TRIAL_SHIPPED ? OK : tell(t, k.member, "koc.trial_shipped", number);
}

enum err koc_trial_report(struct tx *t, i64 member, i64 number, str report)
{
    struct ctx *c = t->c;
    struct koc_trial k;
    if (str_empty(report) || report.n > 2000)
        return fail_at(c, E_INVALID, S("/report"), "报告须为 1 至 2000 字节的链接或文字",
                       "a report is a link or a text of 1 to 2,000 bytes");
    TRY(koc_lock(t, member));
    TRY(trial_get(c, number, &k));
    if (k.member != member)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的试用申请", "there is no trial %lld",
                    (long long)number);
    if (k.state != TRIAL_SHIPPED && k.state != TRIAL_REPORTED) return not_now(c, &k);
    TRY(tx_change(t, &c_reported, ARGS(number, report, c->now)));
    return k.state == TRIAL_REPORTED ? OK : tell(t, member, "koc.trial_reported", number);
}

enum err koc_trials(struct ctx *c, i64 member, str state, i64 below, i64 limit, bool personal,
                    struct koc_trial_list *out)
{
    *out = (struct koc_trial_list){ 0 };
    TRY(db_all(c, &q_trials, out,
               ARGS(member, state.n ? state : NO_STR, below ? below : INT64_MAX, limit)));
    for (i64 i = 0; i < out->n; i++) {
        struct koc_trial *k = &out->at[i];
        k->overdue =
            k->state == TRIAL_SHIPPED && k->report_due.has && k->report_due.value <= c->now;
        TRY(member_name(c, k->member, personal, &k->name));
    }
    return OK;
}
