/* format.c -- tree to text: the one spelling of a segment; and whether two trees are the same. */
#include "audience/language/language.h"
#include "base/num.h"

/* -- operands --------------------------------------------------------------------------------- */

void segment_quote(struct buf *out, str s)
{
    buf_byte(out, '"');
    for (i64 i = 0; i < s.n; i++) {
        if (s.at[i] == '"' || s.at[i] == '\\') buf_byte(out, '\\');
        buf_byte(out, s.at[i]);
    }
    buf_byte(out, '"');
}

static void add_number(struct buf *out, i64 number)
{
    char text[32];
    int n = money_write(text, number);
    while (n > 0 && text[n - 1] == '0') n--; /* money has at least two decimals */
    if (n > 0 && text[n - 1] == '.') n--;
    buf_add(out, (str){ text, n });
}

static void add_operand(struct buf *out, const struct segment_operand *o)
{
    switch (o->kind) {
    case OPERAND_NUMBER: add_number(out, o->number); return;
    case OPERAND_TEXT: segment_quote(out, o->text); return;
    case OPERAND_DURATION:
        buf_i64(out, o->number);
        buf_byte(out, o->unit);
        return;
    case OPERAND_DATE: buf_add(out, day_text(out->arena, (day)o->number)); return;
    case OPERAND_FLAG: buf_add(out, o->number ? S("true") : S("false")); return;
    }
}

str segment_operand_format(struct arena *a, const struct segment_operand *o)
{
    struct buf out = { .arena = a };
    add_operand(&out, o);
    return buf_str(&out);
}

static void add_comparison(struct buf *out, const struct segment_operator *op,
                           const struct segment_operands *operands)
{
    static const char *const between[OP_COUNT] = { [OP_BETWEEN] = " and ", [OP_IN] = ", " };
    buf_fmt(out, " %s", op->name);
    if (operands->n) buf_add(out, op->id == OP_IN ? S(" (") : S(" "));
    for (i64 i = 0; i < operands->n; i++) {
        if (i) buf_add(out, str_of(between[op->id]));
        add_operand(out, &operands->at[i]);
    }
    if (op->id == OP_IN) buf_byte(out, ')');
}

/* -- tests ------------------------------------------------------------------------------------ */

static bool plain_name(str s)
{
    for (i64 i = 0; i < s.n; i++) {
        char ch = s.at[i];
        bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_';
        if (!letter && !(i && ch >= '0' && ch <= '9')) return false;
    }
    return s.n > 0;
}

static void add_call(struct buf *out, const struct segment_test *t)
{
    buf_add(out, str_of(t->call->name));
    if (t->call->alone) return;
    buf_byte(out, '(');
    if (t->call->named) segment_quote(out, t->name);
    if (t->window.number) {
        if (t->call->named) buf_add(out, S(", "));
        add_operand(out, &t->window);
    }
    for (i64 i = 0; i < t->props.n; i++) {
        const struct segment_prop *p = &t->props.at[i];
        buf_add(out, S(", "));
        if (plain_name(p->name)) buf_add(out, p->name);
        else segment_quote(out, p->name);
        add_comparison(out, p->op, &p->operands);
    }
    buf_byte(out, ')');
}

static bool at_least_once(const struct segment_test *t)
{
    return t->call && t->call->named && t->op->id == OP_AT_LEAST &&
           t->operands.at[0].number == MONEY_UNIT;
}

static void add_test(struct buf *out, const struct segment_test *t)
{
    if (t->call) add_call(out, t);
    else if (segment_word(str_of(t->field->name))) {
        buf_add(out, S("field("));
        segment_quote(out, str_of(t->field->name));
        buf_byte(out, ')');
    } else buf_add(out, str_of(t->field->name));
    if (t->op->id != OP_HOLDS && !at_least_once(t)) add_comparison(out, t->op, &t->operands);
}

/* -- trees ------------------------------------------------------------------------------------ */

static void add_node(struct buf *out, const struct segment_node *n,
                     const struct segment_node *outer)
{
    bool group = n->kind == NODE_ALL || n->kind == NODE_ANY;
    bool loose = group && outer && !(outer->kind == NODE_ANY && n->kind == NODE_ALL);
    if (n->kind == NODE_TEST) add_test(out, &n->test);
    if (n->kind == NODE_NOT) {
        buf_add(out, S("not "));
        add_node(out, n->parts.at[0], n);
    }
    if (!group) return;
    if (loose) buf_byte(out, '(');
    for (i64 i = 0; i < n->parts.n; i++) {
        if (i) buf_add(out, n->kind == NODE_ALL ? S(" and ") : S(" or "));
        add_node(out, n->parts.at[i], n);
    }
    if (loose) buf_byte(out, ')');
}

str segment_format(struct arena *a, const struct segment_node *tree)
{
    struct buf out = { .arena = a };
    add_node(&out, tree, NULL);
    return buf_str(&out);
}

str segment_test_format(struct arena *a, const struct segment_test *t)
{
    struct buf out = { .arena = a };
    add_test(&out, t);
    return buf_str(&out);
}

/* -- sameness --------------------------------------------------------------------------------- */

static bool same_operands(const struct segment_operands *a, const struct segment_operands *b)
{
    bool same = a->n == b->n;
    for (i64 i = 0; i < a->n && same; i++) {
        const struct segment_operand *x = &a->at[i], *y = &b->at[i];
        same = x->kind == y->kind && x->number == y->number && x->unit == y->unit &&
               str_eq(x->text, y->text);
    }
    return same;
}

static bool same_test(const struct segment_test *a, const struct segment_test *b)
{
    bool same = a->call == b->call && a->op == b->op && !a->field == !b->field &&
                (!a->field || strcmp(a->field->name, b->field->name) == 0) &&
                str_eq(a->name, b->name) && a->window.number == b->window.number &&
                a->window.unit == b->window.unit && same_operands(&a->operands, &b->operands) &&
                a->props.n == b->props.n;
    for (i64 i = 0; i < a->props.n && same; i++) {
        const struct segment_prop *x = &a->props.at[i], *y = &b->props.at[i];
        same =
            str_eq(x->name, y->name) && x->op == y->op && same_operands(&x->operands, &y->operands);
    }
    return same;
}

bool segment_same(const struct segment_node *a, const struct segment_node *b)
{
    bool same = a->kind == b->kind && a->parts.n == b->parts.n;
    if (same && a->kind == NODE_TEST) return same_test(&a->test, &b->test);
    for (i64 i = 0; i < a->parts.n && same; i++)
        same = segment_same(a->parts.at[i], b->parts.at[i]);
    return same;
}
