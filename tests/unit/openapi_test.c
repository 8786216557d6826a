/* openapi_test.c -- the description of the API against the rows it is made from. */
#include "test.h"

#include <jansson.h>

#include "app/rooms.h"
#include "http/inside.h"

static json_t *document(enum locale locale)
{
    struct buf b = { .arena = test_ctx()->arena };
    openapi_write(&b, rooms, locale);
    json_error_t why;
    json_t *root = json_loadb(b.at, (size_t)b.n, JSON_REJECT_DUPLICATES, &why);
    if (!root) print_message("%s at %d\n", why.text, why.position);
    CHECK(root != NULL);
    return root;
}

static const char *lower(enum method m)
{
    static const char *const names[] = { "get", "post", "put", "patch", "delete" };
    return names[m];
}

TEST(every_row_is_described)
{
    json_t *root = document(EN), *paths = json_object_get(root, "paths");
    struct route_walk w = { .rooms = rooms };
    i64 n = 0, described = 0;
    for (const struct route *row; (row = route_next(&w)); n++) {
        json_t *op = json_object_get(json_object_get(paths, row->path), lower(row->method));
        if (!op) print_message("%s\n", row->path);
        CHECK(op != NULL);
        CHECK(strcmp(json_string_value(json_object_get(op, "summary")), row->en) == 0);
        json_t *parameters = json_object_get(op, "parameters"), *p;
        size_t i;
        int in_path = 0, braces = 0;
        json_array_foreach(parameters, i, p)
        {
            const char *in = json_string_value(json_object_get(p, "in"));
            in_path += in && strcmp(in, "path") == 0;
        }
        for (const char *at = row->path; *at; at++) braces += *at == '{';
        CHECK_I64(in_path, braces);
        bool public = row->flags & PUBLIC, raw = row->flags & RAW, my = row->right & MY;
        CHECK((json_object_get(op, "security") != NULL) == (public || raw || my));
        CHECK((json_object_get(op, "x-right") != NULL) == !public);
    }
    const char *path;
    json_t *item;
    json_object_foreach(paths, path, item) described += (i64)json_object_size(item);
    CHECK_I64(described, n);
    json_decref(root);
}

static void check_refs(json_t *root, json_t *at)
{
    const char *key;
    json_t *value;
    size_t i;
    json_object_foreach(at, key, value)
    {
        const char *ref = strcmp(key, "$ref") == 0 ? json_string_value(value) : NULL;
        if (ref) {
            str head, rest = str_of(ref + 2);
            json_t *found = root;
            while (rest.at) {
                rest = str_cut(rest, '/', &head);
                found = json_object_get(found, str_z(test_ctx()->arena, head));
            }
            if (!found) print_message("%s\n", ref);
            CHECK(found != NULL);
        }
        check_refs(root, value);
    }
    if (json_is_array(at)) json_array_foreach(at, i, value) check_refs(root, value);
}

TEST(every_reference_leads_somewhere)
{
    for (int locale = ZH; locale <= EN; locale++) {
        json_t *root = document((enum locale)locale);
        check_refs(root, root);
        json_decref(root);
    }
}

TEST(operations_have_names_of_their_own)
{
    json_t *root = document(ZH), *names = json_object(), *paths = json_object_get(root, "paths"),
           *item, *op;
    const char *path, *method;
    json_object_foreach(paths, path, item) json_object_foreach(item, method, op)
    {
        const char *id = json_string_value(json_object_get(op, "operationId"));
        CHECK(json_object_get(names, id) == NULL);
        json_object_set_new(names, id, json_true());
    }
    CHECK(json_object_get(names, "delete_v1_members_id_tags_tag") != NULL);
    json_decref(names);
    json_decref(root);
}

TEST(errors_named_by_rows_exist)
{
    struct route_walk w = { .rooms = rooms };
    for (const struct route *row; (row = route_next(&w));) {
        str rest = str_of(row->errors), name;
        while (rest.n > 0) {
            rest = str_cut(rest, ' ', &name);
            bool known = false;
#define X(code, status, text, zh, en) known |= str_eq(name, S(#code));
            ERRORS(X)
#undef X
            if (!known) print_message("%s: " STR_FMT "\n", row->path, STR_ARG(name));
            CHECK(known);
        }
    }
}

TEST(the_page_shows_every_row)
{
    for (int locale = ZH; locale <= EN; locale++) {
        struct buf b = { .arena = test_ctx()->arena };
        docs_write(&b, rooms, (enum locale)locale);
        struct route_walk w = { .rooms = rooms };
        for (const struct route *row; (row = route_next(&w));) {
            CHECK(str_find(buf_str(&b), str_fmt(b.arena, "<code>%s</code>", row->path)) > 0);
            CHECK(str_find(buf_str(&b), str_of(locale == ZH ? row->zh : row->en)) > 0);
        }
        CHECK(str_find(buf_str(&b), S("<script")) < 0);
        CHECK(str_ends(buf_str(&b), S("</body></html>")));
    }
}
