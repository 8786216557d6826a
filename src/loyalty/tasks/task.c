/* task.c -- tasks: made, changed, read. */
#include "loyalty/tasks/inside.h"
#include "loyalty/tiers.h"

enum { CODE_MAX = 24, REWARDS_MAX = 10, MILESTONES_MAX = 100, SPECIALS_MAX = 100, PROPS_MAX = 10 };

#define COLUMNS                                                                                \
    "id, code, kind, zh, en, opened, starts_at, ends_at, often, times, per_member, total,"     \
    " tier, tag, proof, event, fields, counts, cycle, make_ups, make_up_points, make_up_days," \
    " created_at"
QUERY(q_task, task, "SELECT " COLUMNS " FROM task WHERE id = $1");
QUERY(q_tasks, task, "SELECT " COLUMNS " FROM task ORDER BY id");
QUERY(q_proved, task, "SELECT " COLUMNS " FROM task WHERE proof = $1 ORDER BY id");
CHANGE(c_task, "INSERT INTO task (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
               " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)"
               " ON CONFLICT (code) DO NOTHING");
CHANGE(c_change,
       "UPDATE task SET zh = $2, en = $3, opened = $4, starts_at = $5, ends_at = $6, often = $7,"
       " times = $8, per_member = $9, total = $10, tier = $11, tag = $12, proof = $13, event = $14,"
       " fields = $15, counts = $16, cycle = $17, make_ups = $18, make_up_points = $19,"
       " make_up_days = $20 WHERE id = $1");

#define FIELDS_OF_task_gift_row(X, N)        \
    X(opt_i64, milestone, ANY, "", N)        \
    X(opt_i64, special, ANY, "", N)          \
    X(str, zh, ANY, "", N)                   \
    X(str, en, ANY, "", N)                   \
    X(choice(reward_kind), kind, ANY, "", N) \
    X(i64, amount, ANY, "", N)               \
    X(opt_money, credit, ANY, "", N)         \
    X(str, code, ANY, "", N)                 \
    X(opt_i64, valid_days, ANY, "", N)       \
    X(opt_money, cost, ANY, "", N)           \
    X(str, budget, ANY, "", N)
SHAPE(task_gift_row);
SHAPE_DEFINE(task_gift_row);
#define GIFT "milestone, special, zh, en, kind, amount, credit, code, valid_days, cost, budget"
QUERY(q_gifts, task_gift_row, "SELECT " GIFT " FROM task_gift WHERE task = $1 ORDER BY place");
CHANGE(c_empty, "UPDATE task SET starts_at = CASE WHEN $2 THEN NULL ELSE starts_at END,"
                " ends_at = CASE WHEN $3 THEN NULL ELSE ends_at END WHERE id = $1");
CHANGE(c_gifts_clear, "DELETE FROM task_gift WHERE task = $1");
CHANGE(c_gift, "INSERT INTO task_gift (task, place, " GIFT ")"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
QUERY(q_props, task_prop, "SELECT name, value FROM task_prop WHERE task = $1 ORDER BY name");
CHANGE(c_props_clear, "DELETE FROM task_prop WHERE task = $1");
CHANGE(c_prop, "INSERT INTO task_prop (task, name, value) VALUES ($1, $2, $3)"
               " ON CONFLICT (task, name) DO UPDATE SET value = excluded.value");

str task_subject(struct ctx *c, i64 task)
{
    return str_fmt(c->arena, "task:%lld", (long long)task);
}

/* -- reading ----------------------------------------------------------------------------------- */

enum err task_row(struct ctx *c, i64 id, struct task *out)
{
    bool found;
    TRY(db_find(c, &q_task, out, &found, ARGS(id)));
    if (found) return OK;
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的任务", "there is no task %lld", (long long)id);
}

enum err task_rows(struct ctx *c, enum task_proof proof, struct task_list *out)
{
    return db_all(c, &q_proved, out, ARGS(choice_name(&task_proof_choice, (int)proof)));
}

enum err task_props_of(struct ctx *c, i64 task, struct task_prop_list *out)
{
    return db_all(c, &q_props, out, ARGS(task));
}

static struct reward_list *rewards_for(struct arena *a, struct task_gifts *g,
                                       const struct task_gift_row *row)
{
    if (row->milestone.has) {
        struct task_milestone *m = g->milestones.n ? &g->milestones.at[g->milestones.n - 1] : NULL;
        if (!m || m->day != row->milestone.value) {
            m = PUSH(a, &g->milestones);
            m->day = row->milestone.value;
        }
        return &m->rewards;
    }
    if (!row->special.has) return &g->rewards;
    struct task_special *s = g->specials.n ? &g->specials.at[g->specials.n - 1] : NULL;
    if (!s || s->on != (day)row->special.value) {
        s = PUSH(a, &g->specials);
        s->on = (day)row->special.value;
        s->zh = row->zh;
        s->en = row->en;
    }
    return &s->rewards;
}

enum err task_gifts_of(struct ctx *c, i64 task, struct task_gifts *out)
{
    struct task_gift_row_list rows = { 0 };
    *out = (struct task_gifts){ 0 };
    TRY(db_all(c, &q_gifts, &rows, ARGS(task)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct task_gift_row *r = &rows.at[i];
        *PUSH(c->arena, rewards_for(c->arena, out, r)) =
            (struct reward){ r->kind,       r->amount, r->credit, r->code,
                             r->valid_days, r->cost,   r->budget };
    }
    return OK;
}

static enum err view_of(struct ctx *c, const struct task *row, struct task_view *out)
{
    *out = (struct task_view){
        .id = row->id,
        .code = row->code,
        .kind = row->kind,
        .zh = row->zh,
        .en = row->en,
        .opened = row->opened,
        .starts_at = row->starts_at,
        .ends_at = row->ends_at,
        .often = row->often,
        .times = row->times,
        .per_member = row->per_member,
        .total = row->total,
        .tier = row->tier,
        .tag = row->tag,
        .proof = row->proof,
        .fields = str_split(c->arena, row->fields, ','),
        .counts = row->counts,
        .cycle = row->cycle,
        .make_ups = row->make_ups,
        .make_up_points = row->make_up_points,
        .make_up_days = row->make_up_days,
        .created_at = row->created_at,
    };
    if (row->proof == PROVED_EVENT) {
        out->event = NEW(c->arena, struct task_event);
        out->event->kind = row->event;
        TRY(task_props_of(c, row->id, &out->event->props));
    }
    out->gifts = NEW(c->arena, struct task_gifts);
    return task_gifts_of(c, row->id, out->gifts);
}

enum err task_get(struct ctx *c, i64 id, struct task_view *out)
{
    struct task row;
    TRY(task_row(c, id, &row));
    return view_of(c, &row, out);
}

enum err task_list(struct ctx *c, struct task_view_list *out)
{
    struct task_list rows = { 0 };
    *out = (struct task_view_list){ 0 };
    TRY(db_all(c, &q_tasks, &rows, NO_ARGS));
    for (i64 i = 0; i < rows.n; i++) TRY(view_of(c, &rows.at[i], PUSH(c->arena, out)));
    return OK;
}

/* -- what may be asked for --------------------------------------------------------------------- */

static enum err choose(struct ctx *c, const struct choice *of, const char *field, str name,
                       int *out)
{
    if (!name.at) return OK;
    *out = choice_find(of, name);
    if (*out >= 0) return OK;
    struct buf all = { .arena = c->arena };
    for (int i = 0; i < of->n; i++) buf_fmt(&all, "%s%s", i ? " " : "", of->names[i]);
    str words = buf_str(&all);
    return fail_at(c, E_INVALID, str_of(field), "应当是其中之一：" STR_FMT, "one of: " STR_FMT,
                   STR_ARG(words));
}

static enum err rewards_check(struct ctx *c, const struct reward_list *in, str at)
{
    if (in->n > REWARDS_MAX)
        return fail_at(c, E_INVALID, at, "至多 %d 样奖励", "at most %d rewards", REWARDS_MAX);
    for (i64 i = 0; i < in->n; i++)
        TRY(reward_check(c, &in->at[i],
                         str_fmt(c->arena, STR_FMT "/%lld", STR_ARG(at), (long long)i)));
    return OK;
}

static enum err gifts_check(struct ctx *c, const struct task *task, const struct task_gifts *g)
{
    if ((g->milestones.n || g->specials.n) && task->kind != TASK_CHECK_IN)
        return fail_at(c, E_INVALID, S("/gifts"), "只有签到有连续天数和日历奖励",
                       "only check-in has milestones and special days");
    if (g->milestones.n > MILESTONES_MAX || g->specials.n > SPECIALS_MAX)
        return fail_at(c, E_INVALID, S("/gifts"), "至多 %d 个", "at most %d", MILESTONES_MAX);
    TRY(rewards_check(c, &g->rewards, S("/gifts/rewards")));
    for (i64 i = 0; i < g->milestones.n; i++) {
        const struct task_milestone *m = &g->milestones.at[i];
        str at = str_fmt(c->arena, "/gifts/milestones/%lld", (long long)i);
        if (m->day > 3660 || (task->cycle && m->day > task->cycle) ||
            (i && m->day <= g->milestones.at[i - 1].day))
            return fail_at(c, E_INVALID, at, "天数须递增，且不超过一个周期",
                           "days rise, and lie within a cycle");
        TRY(rewards_check(c, &m->rewards, str_fmt(c->arena, STR_FMT "/rewards", STR_ARG(at))));
    }
    for (i64 i = 0; i < g->specials.n; i++) {
        const struct task_special *s = &g->specials.at[i];
        str at = str_fmt(c->arena, "/gifts/specials/%lld", (long long)i);
        if (i && s->on <= g->specials.at[i - 1].on)
            return fail_at(c, E_INVALID, at, "日期须递增", "days rise");
        TRY(rewards_check(c, &s->rewards, str_fmt(c->arena, STR_FMT "/rewards", STR_ARG(at))));
    }
    return OK;
}

static enum err event_check(struct ctx *c, const struct task *task, const struct task_event *in)
{
    if (task->proof != PROVED_EVENT) {
        if (!in) return OK;
        return fail_at(c, E_INVALID, S("/event"), "这种任务不由行为验证",
                       "this task is not proved by an event");
    }
    if (str_empty(task->event))
        return fail_at(c, E_INVALID, S("/event"), "请写明由哪个行为验证",
                       "name the event that proves it");
    if (str_starts(task->event, S("task.")) || str_starts(task->event, S("reward.")))
        return fail_at(c, E_INVALID, S("/event/kind"), "任务不能由任务或奖励自己验证",
                       "a task is not proved by tasks or rewards");
    for (i64 i = 0; in && i < in->props.n; i++)
        if (i >= PROPS_MAX || !str_is_line(in->props.at[i].name) ||
            in->props.at[i].name.at[0] == '$' || in->props.at[i].name.at[0] == '[')
            return fail_at(c, E_INVALID, str_fmt(c->arena, "/event/props/%lld", (long long)i),
                           "至多 %d 个属性，名称不以 $ 或 [ 开头",
                           "at most %d properties, whose names do not begin with $ or [",
                           PROPS_MAX);
    return OK;
}

static enum err fields_check(struct ctx *c, const struct task *task)
{
    if (task->kind != TASK_PROFILE) return OK;
    strs names = str_split(c->arena, task->fields, ',');
    if (!names.n)
        return fail_at(c, E_INVALID, S("/fields"), "请写明要完善哪些资料", "name the fields");
    return OK;
}

/* Of all that hangs together in a row. */
static enum err row_check(struct ctx *c, const struct task *task)
{
    const struct task_kind_row *kind = task_kind_row(task->kind);
    i64 rank;
    if (task->proof != kind->proof &&
        !(kind->other_proof && (task->proof == PROVED_EVENT || task->proof == PROVED_UPLOAD ||
                                task->proof == PROVED_CODE)))
        return fail_at(c, E_INVALID, S("/proof"),
                       kind->other_proof ? "这种任务可由 event、upload 或 code 验证"
                                         : "这种任务不能另定验证方式：请不写 proof",
                       kind->other_proof ? "this kind is verified by event, upload or code"
                                         : "how this kind is verified is fixed: leave proof out");
    if (kind->once && (task->often != OFTEN_ONCE || task->times != 1))
        return fail_at(c, E_INVALID, S("/often"), "这种任务每人一次", "this kind is done once");
    if (task->kind == TASK_CHECK_IN && (task->often != OFTEN_DAY || task->times != 1))
        return fail_at(c, E_INVALID, S("/often"), "签到每天一次", "check-in is once a day");
    if (task->starts_at.has && task->ends_at.has && task->starts_at.value >= task->ends_at.value)
        return fail_at(c, E_INVALID, S("/ends_at"), "结束须晚于开始", "the end is after the start");
    if (task->times > 1000 || task->make_up_days > 366 || task->cycle > 3660 ||
        task->make_ups > 31 || task->make_up_points > 1000000000 || task->per_member > 1000000000 ||
        task->total > 1000000000)
        return fail_at(c, E_INVALID, S("/times"), "数字太大", "a number is too large");
    if (!str_is_line(task->zh) || !str_is_line(task->en))
        return fail_at(c, E_INVALID, S("/zh"), "名称须为一行文字", "a name is one line");
    if (!str_empty(task->tier)) {
        enum err e = tier_rank(c, task->tier, &rank);
        if (e == E_NOT_FOUND)
            return fail_at(c, E_INVALID, S("/tier"), "没有这个等级", "there is no such tier");
        TRY(e);
    }
    return fields_check(c, task);
}

/* -- changing ---------------------------------------------------------------------------------- */

/* The terms that post and patch share, over what the row has. */
#define TAKE_TERMS(ROW, IN)                                                                    \
    do {                                                                                       \
        int often = (int)(ROW)->often, proof = (int)(ROW)->proof, counts = (int)(ROW)->counts; \
        TRY(choose(c, &task_often_choice, "/often", (IN)->often, &often));                     \
        TRY(choose(c, &task_proof_choice, "/proof", (IN)->proof, &proof));                     \
        TRY(choose(c, &invite_counts_choice, "/counts", (IN)->counts, &counts));               \
        (ROW)->often = (enum task_often)often;                                                 \
        (ROW)->proof = (enum task_proof)proof;                                                 \
        (ROW)->counts = (enum invite_counts)counts;                                            \
        if ((IN)->zh.at) (ROW)->zh = (IN)->zh;                                                 \
        if ((IN)->en.at) (ROW)->en = (IN)->en;                                                 \
        if ((IN)->tier.at) (ROW)->tier = (IN)->tier;                                           \
        if ((IN)->tag.at) (ROW)->tag = (IN)->tag;                                              \
        if ((IN)->opened.has) (ROW)->opened = (IN)->opened.value;                              \
        if ((IN)->starts_at.has) (ROW)->starts_at = (IN)->starts_at;                           \
        if ((IN)->ends_at.has) (ROW)->ends_at = (IN)->ends_at;                                 \
        if ((IN)->times.has) (ROW)->times = (IN)->times.value;                                 \
        if ((IN)->per_member.has) (ROW)->per_member = (IN)->per_member.value;                  \
        if ((IN)->total.has) (ROW)->total = (IN)->total.value;                                 \
        if ((IN)->cycle.has) (ROW)->cycle = (IN)->cycle.value;                                 \
        if ((IN)->make_ups.has) (ROW)->make_ups = (IN)->make_ups.value;                        \
        if ((IN)->make_up_points.has) (ROW)->make_up_points = (IN)->make_up_points.value;      \
        if ((IN)->make_up_days.has) (ROW)->make_up_days = (IN)->make_up_days.value;            \
        if ((IN)->event) (ROW)->event = (IN)->event->kind;                                     \
        if ((IN)->fields.n) (ROW)->fields = str_join(c->arena, (IN)->fields, S(","));          \
    } while (0)

static enum err gift_rows(struct tx *t, i64 task, i64 *place, const struct task_gift_row *for_what,
                          const struct reward_list *rewards)
{
    for (i64 i = 0; i < rewards->n; i++) {
        const struct reward *r = &rewards->at[i];
        TRY(tx_change(t, &c_gift,
                      ARGS(task, (*place)++, for_what->milestone, for_what->special, for_what->zh,
                           for_what->en, choice_name(&reward_kind_choice, (int)r->kind), r->amount,
                           r->credit, r->code, r->valid_days, r->cost, r->budget)));
    }
    return OK;
}

static enum err gifts_put(struct tx *t, const struct task *task, const struct task_gifts *g)
{
    i64 place = 0;
    if (!g) return OK;
    TRY(gifts_check(t->c, task, g));
    TRY(tx_change(t, &c_gifts_clear, ARGS(task->id)));
    TRY(gift_rows(t, task->id, &place, &(struct task_gift_row){ 0 }, &g->rewards));
    for (i64 i = 0; i < g->milestones.n; i++)
        TRY(gift_rows(t, task->id, &place,
                      &(struct task_gift_row){ .milestone = SOME(g->milestones.at[i].day) },
                      &g->milestones.at[i].rewards));
    for (i64 i = 0; i < g->specials.n; i++) {
        const struct task_special *s = &g->specials.at[i];
        TRY(gift_rows(t, task->id, &place,
                      &(struct task_gift_row){ .special = SOME(s->on), .zh = s->zh, .en = s->en },
                      &s->rewards));
    }
    return OK;
}

static enum err props_put(struct tx *t, const struct task *task, const struct task_event *event)
{
    if (!event) return OK;
    TRY(tx_change(t, &c_props_clear, ARGS(task->id)));
    for (i64 i = 0; i < event->props.n; i++)
        TRY(tx_change(t, &c_prop,
                      ARGS(task->id, event->props.at[i].name, event->props.at[i].value)));
    return OK;
}

/* The places of a task: a house account whose cap they are. */
QUERY(q_done_count, one_i64,
      "SELECT COUNT(*) AS value FROM task_done WHERE task = $1 AND NOT undone");

static enum err places_put(struct tx *t, const struct task *task, i64 was)
{
    struct ctx *c = t->c;
    struct account of = task_places(c, task->id);
    struct account_limits limits = { .floor = SOME(0) };
    struct transferred moved;
    struct balance has;
    struct one_i64 done;
    if (task->total == was) return OK;
    TRY(ledger_balance(c, &of, &has));
    TRY(db_get(c, &q_done_count, &done, ARGS(task->id)));
    if (task->total && task->total < done.value)
        return fail_at(c, E_UNPROCESSABLE, S("/total"), "已经完成 %lld 次",
                       "it was done %lld times already", (long long)done.value);
    TRY(account_put(t, &of, &limits)); /* nobody counted while there was no limit */
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(c->arena, "task:%lld:count:%lld:%lld", (long long)task->id,
                                        (long long)has.balance, (long long)c->now),
                          .unit = of.unit,
                          .from_name = S(LEDGER_SOURCE),
                          .to_name = of.name,
                          .amount = done.value - has.balance,
                          .reason = S("task") };
    if (x.amount < 0) { /* some were undone while there was no limit */
        x.from_name = of.name;
        x.to_name = S(LEDGER_SOURCE);
        x.amount = -x.amount;
    }
    if (task->total && x.amount) TRY(ledger_transfer(t, &x, &moved));
    if (task->total) limits.cap = SOME(task->total);
    return account_put(t, &of, &limits);
}

static enum err task_line(struct tx *t, const struct task *task, const char *kind)
{
    struct timeline_line line = { .at = t->c->now,
                                  .kind = str_of(kind),
                                  .subject = task_subject(t->c, task->id),
                                  .props = str_fmt(t->c->arena, "{\"opened\":%s}",
                                                   task->opened ? "true" : "false") };
    return timeline_append(t, &line);
}

static bool code_is_plain(str code)
{
    if (!code.n || code.n > CODE_MAX) return false;
    for (i64 i = 0; i < code.n; i++) {
        char k = code.at[i];
        if (!((k >= 'a' && k <= 'z') || (k >= 'A' && k <= 'Z') || (k >= '0' && k <= '9') ||
              k == '-' || k == '_'))
            return false;
    }
    return true;
}

enum err task_make(struct tx *t, const struct task_post *in, i64 *id)
{
    struct ctx *c = t->c;
    const struct task_kind_row *kind = task_kind_row(in->kind);
    i64 rows;
    if (!code_is_plain(in->code))
        return fail_at(c, E_INVALID, S("/code"), "代号由字母、数字、- 和 _ 组成，至多 %d 个",
                       "a code has letters, digits, - and _, at most %d", CODE_MAX);
    struct task row = { .code = in->code,
                        .kind = in->kind,
                        .often = in->kind == TASK_CHECK_IN ? OFTEN_DAY : OFTEN_ONCE,
                        .times = 1,
                        .proof = kind->proof,
                        .event = kind->event ? str_of(kind->event) : NO_STR,
                        .fields = in->kind == TASK_BIRTHDAY ? S("birthday") : NO_STR,
                        .make_up_days = in->kind == TASK_CHECK_IN ? 31 : 0,
                        .created_at = c->now };
    TAKE_TERMS(&row, in);
    TRY(row_check(c, &row));
    TRY(event_check(c, &row, in->event));
    TRY(tx_take(t, S("task"), 1, &row.id));
    TRY(tx_change_rows(t, &c_task, &rows,
                       ARGS(row.id, row.code, choice_name(&task_kind_choice, (int)row.kind), row.zh,
                            row.en, row.opened, row.starts_at, row.ends_at,
                            choice_name(&task_often_choice, (int)row.often), row.times,
                            row.per_member, row.total, row.tier, row.tag,
                            choice_name(&task_proof_choice, (int)row.proof), row.event, row.fields,
                            choice_name(&invite_counts_choice, (int)row.counts), row.cycle,
                            row.make_ups, row.make_up_points, row.make_up_days, row.created_at)));
    if (!rows)
        return fail_at(c, E_CONFLICT, S("/code"), "已有代号为 " STR_FMT " 的任务",
                       "there is a task of the code " STR_FMT, STR_ARG(in->code));
    TRY(gifts_put(t, &row, in->gifts));
    TRY(props_put(t, &row, in->event));
    TRY(places_put(t, &row, 0));
    *id = row.id;
    return task_line(t, &row, "task.made");
}

enum err task_empty(struct tx *t, i64 id, bool start, bool end)
{
    return start || end ? tx_change(t, &c_empty, ARGS(id, start, end)) : OK;
}

enum err task_change(struct tx *t, const struct task_patch *in)
{
    struct ctx *c = t->c;
    struct task row;
    TRY(task_row(c, in->id, &row));
    i64 total = row.total;
    TAKE_TERMS(&row, in);
    TRY(row_check(c, &row));
    TRY(event_check(c, &row, in->event));
    TRY(tx_change(t, &c_change,
                  ARGS(row.id, row.zh, row.en, row.opened, row.starts_at, row.ends_at,
                       choice_name(&task_often_choice, (int)row.often), row.times, row.per_member,
                       row.total, row.tier, row.tag,
                       choice_name(&task_proof_choice, (int)row.proof), row.event, row.fields,
                       choice_name(&invite_counts_choice, (int)row.counts), row.cycle, row.make_ups,
                       row.make_up_points, row.make_up_days)));
    TRY(gifts_put(t, &row, in->gifts));
    TRY(props_put(t, &row, in->event));
    TRY(places_put(t, &row, total));
    return task_line(t, &row, "task.changed");
}
