/* shape.c -- looking things up in descriptions: fields of a shape, names of a choice. */
#include "base/shape.h"

const struct shape nothing_shape = { "nothing", sizeof(struct nothing), NULL, 0 };

str choice_name(const struct choice *c, int value)
{
    return value >= 0 && value < c->n ? str_of(c->names[value]) : NO_STR;
}

int choice_find(const struct choice *c, str name)
{
    for (int i = 0; i < c->n; i++)
        if (str_eq(name, str_of(c->names[i]))) return i;
    return -1;
}

const struct shape_field *shape_find(const struct shape *s, str name)
{
    for (int i = 0; i < s->n; i++)
        if (str_eq(name, str_of(s->fields[i].name))) return &s->fields[i];
    return NULL;
}
