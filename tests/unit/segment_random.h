/* segment_random.h -- random segments over all published fields, calls and operators, with values
 * from a small world so that they hold for some and not for others. */
#pragma once

#include "audience/segment.h"
#include "test.h"

struct segment_dice {
    struct ctx *c;
    struct dice *d;
    struct fields fields; /* fields_published */
    i64 nodes;            /* so many more may be made */
    bool in_segment;      /* whether saved segments may be named: "saved" */
};

static const char *const random_texts[] = { "上海", "上海市",  "浙江省", "广西",   "杭州", "女",
                                            "男",   "敏感",    "油性",   "备孕",   "护肤", "美妆",
                                            "老师", "敏感肌",  "VIP",    "ｖｉｐ", "抖音", "天猫",
                                            "面膜", "a\"b\\c", "京东",   "p1" };
static const char *const random_events[] = { "Product Viewed", "product viewed", "Product Added",
                                             "Order Completed" };

static inline i64 pick(struct segment_dice *r, i64 n) { return dice_below(r->d, n); }

static inline struct segment_operand random_operand(struct segment_dice *r,
                                                    enum segment_operand_kind kind, bool wide)
{
    struct segment_operand o = { .kind = kind };
    if (kind == OPERAND_NUMBER) {
        o.number = pick(r, wide ? 400 : 6) * MONEY_UNIT;
        if (pick(r, 5) == 0) o.number += 100 * pick(r, 100) - 5000;
    } else if (kind == OPERAND_TEXT) {
        o.text = str_of(random_texts[pick(r, COUNT(random_texts))]);
        o.folded = str_fold(r->c->arena, o.text);
    } else if (kind == OPERAND_DURATION) {
        o.unit = "hdw"[pick(r, 3)];
        o.number = 1 + pick(r, o.unit == 'h' ? 500 : o.unit == 'd' ? 120 : 20);
    } else if (kind == OPERAND_DATE)
        o.number = day_of(2024, 6, 1) - (i64)pick(r, pick(r, 2) ? 120 : 15000);
    else o.number = pick(r, 2);
    return o;
}

static inline enum segment_operand_kind random_operand_kind(struct segment_dice *r,
                                                            enum field_kind kind)
{
    switch (kind) {
    case FIELD_IS_AGE: return pick(r, 2) ? OPERAND_DURATION : OPERAND_DATE;
    case FIELD_IS_DATE: return OPERAND_DATE;
    case FIELD_IS_FLAG: return OPERAND_FLAG;
    case FIELD_IS_TEXT:
    case FIELD_IS_CHOICE:
    case FIELD_IS_SET: return OPERAND_TEXT;
    default: return OPERAND_NUMBER;
    }
}

static inline i64 operand_size(const struct segment_operand *o)
{
    return o->kind == OPERAND_DURATION ? o->number * segment_unit_ms(o->unit) : o->number;
}

static inline void random_operands(struct segment_dice *r, enum field_kind kind,
                                   const struct segment_operator *op, struct segment_operands *out)
{
    enum segment_operand_kind of = random_operand_kind(r, kind);
    bool wide = kind == FIELD_IS_MONEY || kind == FIELD_IS_NUMBER;
    i64 n = op->id == OP_BETWEEN ? 2 : op->id == OP_IN ? 1 + pick(r, 4) : 1;
    *out = (struct segment_operands){ 0 };
    if (op->id == OP_KNOWN || op->id == OP_UNKNOWN || op->id == OP_HOLDS) return;
    if (op->id == OP_WITHIN_NEXT) {
        *PUSH(r->c->arena, out) =
            (struct segment_operand){ OPERAND_DURATION, 1 + pick(r, 100), 'd', NO_STR, NO_STR };
        return;
    }
    for (i64 i = 0; i < n; i++) *PUSH(r->c->arena, out) = random_operand(r, of, wide);
    if (op->id != OP_BETWEEN || operand_size(&out->at[0]) <= operand_size(&out->at[1])) return;
    struct segment_operand swap = out->at[0];
    out->at[0] = out->at[1];
    out->at[1] = swap;
}

static inline const struct segment_operator *random_operator(struct segment_dice *r,
                                                             enum field_kind kind)
{
    for (;;) {
        const struct segment_operator *op = &segment_operators[pick(r, OP_COUNT)];
        if (op->kinds >> kind & 1) return op;
    }
}

static inline void random_prop(struct segment_dice *r, struct segment_test *t)
{
    static const char *const names[] = { "category", "price", "gift", "商品 名" };
    static const enum field_kind kinds[] = { FIELD_IS_TEXT, FIELD_IS_NUMBER, FIELD_IS_FLAG };
    struct segment_prop *p = PUSH(r->c->arena, &t->props);
    enum field_kind kind = kinds[pick(r, COUNT(kinds))];
    p->name = str_of(names[pick(r, COUNT(names))]);
    do p->op = random_operator(r, kind);
    while (p->op->id == OP_KNOWN || p->op->id == OP_UNKNOWN);
    random_operands(r, kind, p->op, &p->operands);
}

static inline void random_arguments(struct segment_dice *r, struct segment_test *t)
{
    if (t->call->named) {
        t->name = t->call->id == CALL_DID ? str_of(random_events[pick(r, COUNT(random_events))])
                  : t->call->id == CALL_IN_SEGMENT ? S("saved")
                                                   : str_of(pick(r, 2) ? "上海VIP群" : "杭州群");
        t->folded = str_fold(r->c->arena, t->name);
    }
    if (t->call->window && (!t->call->named || pick(r, 2)))
        t->window = random_operand(r, OPERAND_DURATION, false);
    for (i64 n = t->call->props ? pick(r, 3) : 0; n > 0; n--) random_prop(r, t);
}

/* Of a closed list: one of its values, named in Chinese or English. */
static inline void random_choices(struct segment_dice *r, struct segment_test *t)
{
    const struct field_choice *choices = t->field->choices;
    i64 n = 0;
    while (choices[n].value) n++;
    for (i64 i = 0; i < t->operands.n; i++) {
        const struct field_choice *one = &choices[pick(r, n)];
        t->operands.at[i].text = str_of(pick(r, 2) ? one->value : one->en);
        t->operands.at[i].folded = str_fold(r->c->arena, str_of(one->value));
    }
}

/* Operands, and of class its own: of the subject and operator that stand there. */
static inline void random_values(struct segment_dice *r, struct segment_test *t)
{
    random_operands(r, t->field ? t->field->kind : t->call->kind, t->op, &t->operands);
    for (i64 i = 0; i < t->operands.n; i++) t->operands.at[i].place = t->field && t->field->place;
    bool whole = t->op->id == OP_IS || t->op->id == OP_IS_NOT || t->op->id == OP_IN;
    if (t->field && t->field->choices && whole) random_choices(r, t);
    if (!t->call || t->call->id != CALL_CLASS) return;
    for (i64 i = 0; i < t->operands.n; i++) {
        t->operands.at[i].text = str_of((const char *const[]){ "A", "B", "C", "b" }[pick(r, 4)]);
        t->operands.at[i].folded = str_fold(r->c->arena, t->operands.at[i].text);
    }
}

static inline void random_test(struct segment_dice *r, struct segment_test *t)
{
    if (pick(r, 2)) t->field = &r->fields.at[pick(r, r->fields.n)];
    else {
        do t->call = &segment_calls[pick(r, CALLS)];
        while (t->call->id == CALL_IN_SEGMENT && !r->in_segment);
        random_arguments(r, t);
    }
    t->op = random_operator(r, t->field ? t->field->kind : t->call->kind);
    random_values(r, t);
}

static inline struct segment_node *random_node(struct segment_dice *r, int depth)
{
    struct segment_node *n = NEW(r->c->arena, struct segment_node);
    r->nodes--;
    i64 kind = depth <= 0 || r->nodes <= 3 ? 3 : pick(r, 4);
    n->kind = (enum segment_node_kind)kind;
    if (kind == NODE_TEST) random_test(r, &n->test);
    else
        for (i64 i = kind == NODE_NOT ? 1 : 2 + pick(r, 3); i > 0; i--)
            *PUSH(r->c->arena, &n->parts) = random_node(r, depth - 1);
    return n;
}

static inline const struct segment_node *segment_random(struct segment_dice *r, i64 nodes,
                                                        int depth)
{
    r->nodes = nodes;
    return random_node(r, depth);
}
