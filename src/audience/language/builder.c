/* builder.c -- tree to rows and back: rows are written as text, and the text is read by the one
 * parser, so that both faces mean the same and refuse the same. */
#include "audience/builder.h"
#include "audience/language/language.h"
#include "base/num.h"

SHAPE_DEFINE(segment_row_prop);
CHOICE_DEFINE(segment_row_kind, "all", "any", "not", "test");
SHAPE_DEFINE(segment_row);

/* -- tree to rows ------------------------------------------------------------------------------ */

static bool reads_like_a_value(str s)
{
    i64 number;
    return money_parse(s, &number) || str_eq_nocase(s, S("true")) || str_eq_nocase(s, S("false")) ||
           str_starts(s, S("\""));
}

static strs operands_of(struct ctx *c, const struct segment_operands *in, bool kinds_known)
{
    strs out = { 0 };
    for (i64 i = 0; i < in->n; i++) {
        const struct segment_operand *o = &in->at[i];
        bool bare = o->kind == OPERAND_TEXT && (kinds_known || !reads_like_a_value(o->text));
        *PUSH(c->arena, &out) = bare ? o->text : segment_operand_format(c->arena, o);
    }
    return out;
}

static void row_of_test(struct ctx *c, const struct segment_test *t, struct segment_row *out)
{
    out->subject = str_of(t->field ? t->field->name : t->call->name);
    out->name = t->name;
    if (t->window.number) out->window = segment_operand_format(c->arena, &t->window);
    if (t->op->id != OP_HOLDS) out->op = str_of(t->op->name);
    out->operands = operands_of(c, &t->operands, true);
    for (i64 i = 0; i < t->props.n; i++) {
        const struct segment_prop *p = &t->props.at[i];
        *PUSH(c->arena, &out->props) =
            (struct segment_row_prop){ p->name, str_of(p->op->name),
                                       operands_of(c, &p->operands, false) };
    }
}

static void add_rows(struct ctx *c, const struct segment_node *n, i64 depth,
                     struct segment_row_list *out)
{
    struct segment_row *row = PUSH(c->arena, out);
    *row = (struct segment_row){ .depth = depth,
                                 .kind = (enum segment_row_kind)n->kind,
                                 .text = segment_format(c->arena, n),
                                 .line = n->line,
                                 .column = n->column };
    if (n->kind == NODE_TEST) row_of_test(c, &n->test, row);
    for (i64 i = 0; i < n->parts.n; i++) add_rows(c, n->parts.at[i], depth + 1, out);
}

void segment_rows_of(struct ctx *c, const struct segment_node *tree, struct segment_row_list *out)
{
    *out = (struct segment_row_list){ 0 };
    if (tree) add_rows(c, tree, 0, out);
}

static const struct segment_node *nth(const struct segment_node *n, i64 *i)
{
    const struct segment_node *found = NULL;
    if ((*i)-- == 0) return n;
    for (i64 k = 0; k < n->parts.n && !found; k++) found = nth(n->parts.at[k], i);
    return found;
}

const struct segment_node *segment_row_node(const struct segment_node *tree, i64 i)
{
    return tree ? nth(tree, &i) : NULL;
}

/* -- rows to text ------------------------------------------------------------------------------ */

/* Which part of which row begins at which byte of the text. */
struct origin {
    i64 at, row;
    str part; /* "", "/op", "/operands/0" … */
};
struct writing {
    struct ctx *c;
    const struct segment_row_list *rows;
    struct buf out;
    struct {
        struct origin *at;
        i64 n;
    } origins;
    struct fields fields;
};

static enum err row_fail(struct writing *w, i64 row, str part, const char *zh, const char *en)
{
    str at = str_fmt(w->c->arena, "/rows/%lld" STR_FMT, (long long)row, STR_ARG(part));
    return fail_at(w->c, E_INVALID, at, "%s", "%s", w->c->locale == ZH ? zh : en);
}

static void begins(struct writing *w, i64 row, str part)
{
    *PUSH(w->c->arena, &w->origins) = (struct origin){ w->out.n, row, part };
}

/* One token of the language that is no text: nothing in it can end the row. */
static bool is_token(str s)
{
    for (i64 i = 0; i < s.n; i++) {
        char ch = s.at[i];
        bool fits = (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') ||
                    (ch >= 'A' && ch <= 'Z') || ch == '.' || ch == '-' || ch == '+';
        if (!fits) return false;
    }
    return s.n > 0;
}

static bool is_quoted(str s)
{
    if (s.n < 2 || s.at[0] != '"' || s.at[s.n - 1] != '"') return false;
    for (i64 i = 1; i < s.n - 1; i++) {
        if (s.at[i] == '"') return false;
        if (s.at[i] == '\\' && ++i == s.n - 1) return false;
    }
    return true;
}

enum operand_form { AS_TEXT, AS_VALUE, AS_EITHER };

static void add_operand(struct buf *out, str s, enum operand_form form)
{
    bool bare = form == AS_VALUE    ? is_token(s)
                : form == AS_EITHER ? is_quoted(s) || (is_token(s) && reads_like_a_value(s))
                                    : false;
    if (bare) buf_add(out, s);
    else segment_quote(out, s);
}

static bool operator_known(str op)
{
    for (i64 i = 0; i < OP_HOLDS; i++)
        if (str_eq_nocase(op, str_of(segment_operators[i].name))) return true;
    return false;
}

static bool op_is(str op, enum segment_operator_id id)
{
    return str_eq_nocase(op, str_of(segment_operators[id].name));
}

static enum err add_comparison(struct writing *w, i64 row, str part, str op, const strs *operands,
                               enum operand_form form)
{
    struct arena *a = w->c->arena;
    if (!operator_known(op))
        return row_fail(w, row, str_fmt(a, STR_FMT "/op", STR_ARG(part)), "没有这种比较",
                        "there is no such comparison");
    buf_byte(&w->out, ' ');
    begins(w, row, str_fmt(a, STR_FMT "/op", STR_ARG(part)));
    buf_add(&w->out, op);
    if (op_is(op, OP_KNOWN) || op_is(op, OP_UNKNOWN)) return OK;
    bool list = op_is(op, OP_IN);
    buf_byte(&w->out, ' ');
    if (list) buf_byte(&w->out, '(');
    begins(w, row, str_fmt(a, STR_FMT "/operands", STR_ARG(part)));
    for (i64 i = 0; i < operands->n; i++) {
        if (i) buf_add(&w->out, list ? S(", ") : S(" and "));
        begins(w, row, str_fmt(a, STR_FMT "/operands/%lld", STR_ARG(part), (long long)i));
        add_operand(&w->out, operands->at[i], form);
    }
    if (list) buf_byte(&w->out, ')');
    return OK;
}

static const struct segment_call *call_named(str name)
{
    for (i64 i = 0; i < CALLS; i++)
        if (str_eq_nocase(name, str_of(segment_calls[i].name))) return &segment_calls[i];
    return NULL;
}

static enum err add_call(struct writing *w, i64 i, const struct segment_call *call)
{
    const struct segment_row *row = &w->rows->at[i];
    struct arena *a = w->c->arena;
    buf_add(&w->out, str_of(call->name));
    if (call->alone) return OK;
    buf_byte(&w->out, '(');
    begins(w, i, call->named ? S("/name") : S("/window"));
    if (call->named) segment_quote(&w->out, row->name);
    if (row->window.n) {
        if (call->named) buf_add(&w->out, S(", "));
        begins(w, i, S("/window"));
        add_operand(&w->out, row->window, AS_VALUE);
    }
    for (i64 k = 0; k < row->props.n; k++) {
        const struct segment_row_prop *p = &row->props.at[k];
        str part = str_fmt(a, "/props/%lld", (long long)k);
        if (str_empty(p->name))
            return row_fail(w, i, str_fmt(a, STR_FMT "/name", STR_ARG(part)), "请写属性名",
                            "name the property");
        buf_add(&w->out, S(", "));
        begins(w, i, str_fmt(a, STR_FMT "/name", STR_ARG(part)));
        segment_quote(&w->out, p->name);
        TRY(add_comparison(w, i, part, p->op, &p->operands, AS_EITHER));
    }
    buf_byte(&w->out, ')');
    return OK;
}

/* The field of this name, as the parser finds it: only whether its operands are texts is asked. */
static bool texts_of(struct writing *w, str name)
{
    str low = str_fold(w->c->arena, name);
    for (i64 i = 0; i < w->fields.n; i++) {
        const struct field *f = &w->fields.at[i];
        if (str_eq(low, str_of(f->name)) ||
            str_eq(low, str_fold(w->c->arena, str_of(f->zh ? f->zh : ""))))
            return segment_kind_texts(f->kind);
    }
    return false;
}

static enum err add_test(struct writing *w, i64 i)
{
    const struct segment_row *row = &w->rows->at[i];
    const struct segment_call *call = call_named(row->subject);
    bool field = !call || (call->window && !call->named && !row->window.n);
    if (str_empty(row->subject))
        return row_fail(w, i, S("/subject"), "请选择字段", "choose a field");
    begins(w, i, S("/subject"));
    if (field) {
        buf_add(&w->out, S("field("));
        segment_quote(&w->out, row->subject);
        buf_byte(&w->out, ')');
    } else TRY(add_call(w, i, call));
    enum operand_form form = field ? texts_of(w, row->subject) ? AS_TEXT : AS_VALUE
                             : segment_kind_texts(call->kind) ? AS_TEXT
                                                              : AS_VALUE;
    if (row->op.n) return add_comparison(w, i, S(""), row->op, &row->operands, form);
    if (field || (call->kind != FIELD_KINDS && !call->named))
        return row_fail(w, i, S("/op"), "请选择比较", "choose a comparison");
    return OK;
}

/* Row i and its parts; *next: the row after them. */
static enum err add_row(struct writing *w, i64 i, i64 *next)
{
    const struct segment_row *row = &w->rows->at[i];
    if (row->depth > SEGMENT_DEPTH_MAX)
        return row_fail(w, i, S("/depth"), "嵌套太深", "nested too deeply");
    *next = i + 1;
    if (row->kind == ROW_TEST) return add_test(w, i);
    begins(w, i, S(""));
    buf_add(&w->out, row->kind == ROW_NOT ? S("not (") : S("("));
    i64 parts = 0;
    for (; *next < w->rows->n && w->rows->at[*next].depth > row->depth; parts++) {
        if (w->rows->at[*next].depth != row->depth + 1)
            return row_fail(w, *next, S("/depth"), "这一行的层次不对", "this row stands too deep");
        if (parts) buf_add(&w->out, row->kind == ROW_ANY ? S(" or ") : S(" and "));
        TRY(add_row(w, *next, next));
    }
    if (!parts) return row_fail(w, i, S(""), "这一组里还没有条件", "this group has no condition");
    buf_byte(&w->out, ')');
    return OK;
}

/* -- errors of the text, told of the rows ------------------------------------------------------ */

/* "1:17": the byte that the column stands for; the text is one line. */
static i64 byte_of(str text, str place)
{
    str line, column = str_cut(place, ':', &line);
    i64 points = 1, i = 0;
    if (!column.at || !i64_parse(column, &points)) return 0;
    for (; i < text.n && points > 1; points--) {
        i++;
        while (i < text.n && ((u8)text.at[i] & 0xc0) == 0x80) i++;
    }
    return i;
}

static void point_at_row(struct writing *w)
{
    i64 at = byte_of(buf_str(&w->out), str_of(w->c->why.field));
    const struct origin *found = NULL;
    for (i64 i = 0; i < w->origins.n && w->origins.at[i].at <= at; i++) found = &w->origins.at[i];
    if (!found) return;
    str pointer =
        str_fmt(w->c->arena, "/rows/%lld" STR_FMT, (long long)found->row, STR_ARG(found->part));
    i64 n = pointer.n < (i64)sizeof w->c->why.field ? pointer.n : (i64)sizeof w->c->why.field - 1;
    memset(w->c->why.field, 0, sizeof w->c->why.field);
    memcpy(w->c->why.field, pointer.at, (size_t)n);
}

enum err segment_of_rows(struct ctx *c, const struct segment_row_list *rows,
                         const struct segment_node **out)
{
    struct writing w = { .c = c, .rows = rows, .out = { .arena = c->arena } };
    i64 next = 0;
    *out = NULL;
    if (!rows->n) return OK;
    if (rows->n > SEGMENT_NODES_MAX)
        return fail_at(c, E_INVALID, S("/rows"), "条件太多：至多 %d 行",
                       "too many rows: at most %d", SEGMENT_NODES_MAX);
    TRY(fields_published(c, &w.fields));
    if (rows->at[0].depth != 0)
        return row_fail(&w, 0, S("/depth"), "第一行的层次应当是 0",
                        "the first row stands at depth 0");
    TRY(add_row(&w, 0, &next));
    if (next < rows->n)
        return row_fail(&w, next, S("/depth"), "最外层只有一行：几个条件请放进一组",
                        "only one row stands at depth 0: put several conditions into a group");
    enum err e = segment_parse(c, buf_str(&w.out), out);
    if (e == E_INVALID) point_at_row(&w);
    return e;
}
