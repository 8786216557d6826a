/* aipl.c -- awareness, interest, purchase, loyalty: the highest stage whose rule holds, at two
 * days, and who went from which to which. */
#include "audience/question/question_private.h"
#include "audience/question_fields.h"
#include "base/clock.h"
#include "store/setting.h"

SHAPE_DEFINE(aipl_ask);
SHAPE_DEFINE(aipl_stage);
SHAPE_DEFINE(aipl_flow);
SHAPE_DEFINE(aipl);

/* -- stages and their rules ------------------------------------------------------------------- */

#define RULED  4 /* stages with a rule, from the lowest on */
#define STAGES 5 /* and none */

static const struct stage {
    const char *name, *zh, *en, *setting;
} stages[STAGES] = {
    { "awareness", "认知", "Awareness", "aipl.awareness" },
    { "interest", "兴趣", "Interest", "aipl.interest" },
    { "purchase", "购买", "Purchase", "aipl.purchase" },
    { "loyalty", "忠诚", "Loyalty", "aipl.loyalty" },
    { "none", "未触达或流失", "Not reached, or lost", NULL },
};

static enum err check_rule(struct ctx *c, str value)
{
    const struct segment_node *tree;
    return segment_parse(c, value, &tree);
}

#define RULE_BYTES_MAX 4000

const struct setting aipl_settings[] = {
    { "aipl.awareness", SETTING_TEXT,
      "did(\"Page Viewed\", 30d) or did(\"Screen Viewed\", 30d) or did(\"Product Viewed\", 30d)"
      " or did(\"Product List Viewed\", 30d) or did(\"Products Searched\", 30d)"
      " or did(\"Promotion Viewed\", 30d) or did(\"Promotion Clicked\", 30d)"
      " or did(\"community.joined\", 365d) or first_seen <= 30d",
      NULL, 1, RULE_BYTES_MAX, "AIPL 认知：怎样算已触达（分层条件）",
      "AIPL awareness: who counts as reached (a segment)", check_rule },
    { "aipl.interest", SETTING_TEXT,
      "did(\"Product Viewed\", 15d) >= 3 or did(\"Product Added\", 30d)"
      " or did(\"Product Added to Wishlist\", 30d) or did(\"Product Favorited\", 30d)"
      " or did(\"Checkout Started\", 30d)"
      " or did(\"Coupon Applied\", 30d) or did(\"community.joined\", 30d)",
      NULL, 1, RULE_BYTES_MAX, "AIPL 兴趣：怎样算有兴趣（分层条件）",
      "AIPL interest: who counts as interested (a segment)", check_rule },
    { "aipl.purchase", SETTING_TEXT, "orders(365d) >= 1 or did(\"Order Completed\", 365d)", NULL, 1,
      RULE_BYTES_MAX, "AIPL 购买：怎样算买过（分层条件）",
      "AIPL purchase: who counts as a buyer (a segment)", check_rule },
    { "aipl.loyalty", SETTING_TEXT,
      "orders(365d) >= 2 or did(\"Order Completed\", 365d) >= 2"
      " or ((orders(365d) >= 1 or did(\"Order Completed\", 365d))"
      " and (did(\"Product Shared\", 365d) or did(\"Product Reviewed\", 365d, rating >= 4)))",
      NULL, 1, RULE_BYTES_MAX, "AIPL 忠诚：怎样算忠诚（分层条件）",
      "AIPL loyalty: who counts as loyal (a segment)", check_rule },
    { 0 },
};

struct rules {
    str text[RULED];
    const struct segment_node *tree[RULED];
};

static enum err rules_read(struct ctx *c, struct rules *out)
{
    for (int i = 0; i < RULED; i++) {
        TRY(setting_text(c, stages[i].setting, &out->text[i]));
        TRY(segment_parse(c, out->text[i], &out->tree[i]));
    }
    return OK;
}

/* -- who stands where ------------------------------------------------------------------------- */

struct standing {
    const struct view *view;
    struct member_set within;
    struct member_set holds[2][RULED]; /* at `from`, at `to` */
    i64 flow[CHUNK_WORKERS][STAGES][STAGES];
};

/* Members of each stage: those of its rule that no higher one holds for. */
static void stage_bits(const struct standing *s, int when, i64 chunk, chunk_bits out[STAGES])
{
    bits_copy(out[RULED], set_of_chunk(&s->within, chunk)); /* whoever is left */
    for (int i = RULED - 1; i >= 0; i--) {
        bits_copy(out[i], out[RULED]);
        bits_and(out[i], set_of_chunk(&s->holds[when][i], chunk));
        bits_andnot(out[RULED], out[i]);
    }
}

static void flow_chunk(void *arg, int worker, i64 chunk)
{
    struct standing *s = arg;
    chunk_bits from[STAGES], to[STAGES], both;
    stage_bits(s, 0, chunk, from);
    stage_bits(s, 1, chunk, to);
    for (int i = 0; i < STAGES; i++) {
        if (!bits_any(from[i])) continue;
        for (int k = 0; k < STAGES; k++) {
            bits_copy(both, from[i]);
            bits_and(both, to[k]);
            s->flow[worker][i][k] += bits_count(both);
        }
    }
}

static void add_stages(struct ctx *c, const struct standing *s, const struct rules *rules,
                       struct aipl *out)
{
    i64 before[STAGES] = { 0 }, after[STAGES] = { 0 };
    for (int i = 0; i < STAGES; i++)
        for (int k = 0; k < STAGES; k++) {
            i64 n = 0;
            for (int w = 0; w < CHUNK_WORKERS; w++) n += s->flow[w][i][k];
            *PUSH(c->arena, &out->flow) =
                (struct aipl_flow){ str_of(stages[i].name), str_of(stages[k].name), n };
            before[i] += n;
            after[k] += n;
        }
    for (int i = 0; i < STAGES; i++)
        *PUSH(c->arena, &out->stages) =
            (struct aipl_stage){ .stage = str_of(stages[i].name),
                                 .zh = str_of(stages[i].zh),
                                 .en = str_of(stages[i].en),
                                 .rule = i < RULED ? rules->text[i] : NO_STR,
                                 .members_from = before[i],
                                 .members = after[i] };
}

#define DAYS_BACK 30

static enum err days_read(struct ctx *c, const struct aipl_ask *in, instant at[2])
{
    TRY(segment_at_read(c, in->to, &at[1]));
    at[0] = at[1] - DAYS_BACK * DAY_MS;
    if (!str_empty(in->from)) TRY(segment_at_read(c, in->from, &at[0]));
    if (at[0] < at[1]) return OK;
    return fail_at(c, E_INVALID, S("/from"), "from 应当早于 to", "from must be before to");
}

static str how_of(struct ctx *c, const struct question *q, instant from)
{
    struct buf out = { .arena = c->arena };
    str before = segment_at_words(c, from), after = segment_at_words(c, q->at);
    buf_fmt(&out,
            c->locale == ZH
                ? "每位会员只算在成立的最高阶段，都不成立为“未触达或流失”；规则见设置 "
                  "aipl.*，分别按截至 " STR_FMT " 与截至 " STR_FMT
                  " 计算；到后一时刻为止出现过的会员都在内，前一时刻还没出现的算未触达。"
                  "过去的值没有保存的字段按现在的值。"
                : "A member counts once, at the highest stage whose rule holds; none when no rule "
                  "does. Rules are the settings aipl.*, asked as of " STR_FMT " and as of " STR_FMT
                  "; whoever was not yet seen at the first is none there. Fields whose past is not "
                  "kept are taken as they stand now. ",
            STR_ARG(before), STR_ARG(after));
    question_say_about(c, q, &out);
    return buf_str(&out);
}

/* The question, and who the rules hold for at either day. */
static enum err standing_read(struct ctx *c, const struct aipl_ask *in, const instant at[2],
                              struct question *q, struct rules *rules, struct standing **out)
{
    TRY(question_begin(c, in->segment, instant_iso(c->arena, at[1]), in->seq, q));
    TRY(rules_read(c, rules));
    struct standing *s = *out = NEW(c->arena, struct standing);
    s->view = q->view;
    s->within = q->set;
    for (int when = 0; when < 2; when++)
        for (int i = 0; i < RULED; i++)
            TRY(segment_set(c, q->view, rules->tree[i], at[when], &s->holds[when][i]));
    return OK;
}

enum err question_aipl(struct ctx *c, const struct aipl_ask *in, struct aipl *out)
{
    struct question q;
    struct rules rules;
    struct standing *s;
    instant at[2];
    *out = (struct aipl){ 0 };
    TRY(days_read(c, in, at));
    TRY(standing_read(c, in, at, &q, &rules, &s));
    chunks_run(view_chunks(q.view), flow_chunk, s);
    add_stages(c, s, &rules, out);
    out->from = segment_at_words(c, at[0]);
    out->to = segment_at_words(c, at[1]);
    out->members = q.set.n;
    out->how = how_of(c, &q, at[0]);
    out->took_us = question_took(&q);
    return OK;
}

/* -- the members of a flow -------------------------------------------------------------------- */

#define ANY_STAGE -1

static enum err stage_read(struct ctx *c, str name, const char *pointer, int *out)
{
    *out = ANY_STAGE;
    if (str_empty(name)) return OK;
    for (int i = 0; i < STAGES; i++)
        if (str_eq(name, str_of(stages[i].name))) {
            *out = i;
            return OK;
        }
    return fail_at(c, E_INVALID, str_of(pointer),
                   "没有这个阶段；应当是 awareness、interest、purchase、loyalty 或 none",
                   "no such stage; expected awareness, interest, purchase, loyalty or none");
}

enum err question_aipl_members(struct ctx *c, const struct aipl_ask *in, str was, str is,
                               struct member_set *out)
{
    struct question q;
    struct rules rules;
    struct standing *s;
    instant at[2];
    int stage[2];
    TRY(stage_read(c, was, "/was", &stage[0]));
    TRY(stage_read(c, is, "/is", &stage[1]));
    TRY(days_read(c, in, at));
    TRY(standing_read(c, in, at, &q, &rules, &s));
    i64 chunks = view_chunks(q.view);
    *out = (struct member_set){ .view = q.view, .bits = NEWS(c->arena, u64, chunks * CHUNK_WORDS) };
    for (i64 chunk = 0; chunk < chunks; chunk++) {
        chunk_bits at_stage[STAGES];
        u64 *bits = out->bits + chunk * CHUNK_WORDS;
        bits_copy(bits, set_of_chunk(&s->within, chunk));
        for (int when = 0; when < 2; when++) {
            if (stage[when] == ANY_STAGE) continue;
            stage_bits(s, when, chunk, at_stage);
            bits_and(bits, at_stage[stage[when]]);
        }
        out->n += bits_count(bits);
    }
    return OK;
}
