/* xlsx_entry.c -- parts of an xlsx: unzipped and parsed in pieces, within limits, without DTDs or
 * entities. */
#include "sheet/xlsx_parts.h"

/* A part may unpack to this much, and beyond SAFE_SIZE only at a ratio that real sheets reach. */
#define PART_MAX  ((i64)4 << 30)
#define SAFE_SIZE ((i64)64 << 20)
#define RATIO_MAX 250

const char *local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

str attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(local_name(attributes[0]), name) == 0) return str_of(attributes[1]);
    return NO_STR;
}

void entry_fail(struct entry *e, enum err err)
{
    if (e->err == OK) e->err = err;
    XML_StopParser(e->parser, XML_FALSE);
}

static void refuse_doctype(void *arg, const char *name, const char *system, const char *public,
                           int internal)
{
    struct entry *e = arg;
    (void)name, (void)system, (void)public, (void)internal;
    entry_fail(e, fail(e->c, E_UNSUPPORTED, "%s 里有 DTD，正常的表格不会有，拒绝读取",
                       "%s holds a DTD, which no spreadsheet needs; it will not be read", e->name));
}

enum err entry_open(struct ctx *c, zip_t *zip, const char *name, struct entry *e, void *arg)
{
    *e = (struct entry){ .name = name, .arg = arg };
    zip_int64_t index = zip_name_locate(zip, name, ZIP_FL_NOCASE);
    if (index < 0) return fail(c, E_NOT_FOUND, "xlsx 里没有 %s", "the xlsx has no part %s", name);
    zip_stat_t st;
    if (zip_stat_index(zip, (zip_uint64_t)index, 0, &st) != 0 || !(st.valid & ZIP_STAT_SIZE))
        return fail(c, E_INVALID, "xlsx 的目录已损坏", "the directory of the xlsx is damaged");
    e->size = (i64)st.size;
    if (e->size > PART_MAX || (e->size > SAFE_SIZE && (i64)st.comp_size < e->size / RATIO_MAX))
        return fail(c, E_UNSUPPORTED, "%s 解压后有 %lld MB，压缩比不正常，拒绝读取",
                    "%s unpacks to %lld MB, at a ratio no sheet has; it will not be read", name,
                    (long long)(e->size >> 20));
    e->file = zip_fopen_index(zip, (zip_uint64_t)index, 0);
    if (!e->file)
        return fail(c, E_UNSUPPORTED, "读不了 %s：%s", "cannot read %s: %s", name,
                    zip_strerror(zip));
    e->parser = XML_ParserCreate(NULL);
    if (!e->parser) abort();
    XML_SetUserData(e->parser, e);
    XML_SetStartDoctypeDeclHandler(e->parser, refuse_doctype);
    return OK;
}

void entry_close(struct entry *e)
{
    if (e->parser) XML_ParserFree(e->parser);
    if (e->file) zip_fclose(e->file);
    e->parser = NULL;
    e->file = NULL;
}

enum err entry_feed(struct ctx *c, struct entry *e)
{
    void *into = XML_GetBuffer(e->parser, 64 << 10);
    if (!into) abort();
    zip_int64_t n = zip_fread(e->file, into, 64 << 10);
    if (n < 0)
        return fail(c, E_INVALID, "%s 已损坏（%s），请重新导出",
                    "%s is damaged (%s); export it again", e->name, zip_file_strerror(e->file));
    e->read += n;
    if (e->read > PART_MAX || (e->read > SAFE_SIZE && e->read > e->size))
        return fail(c, E_UNSUPPORTED, "%s 比它声明的大，拒绝读取",
                    "%s is larger than it claims; it will not be read", e->name);
    e->ended = n == 0;
    e->c = c;
    enum XML_Status status = XML_ParseBuffer(e->parser, (int)n, e->ended);
    e->c = NULL;
    if (e->err != OK) return e->err;
    if (status == XML_STATUS_ERROR)
        return fail(c, E_INVALID, "%s 第 %lu 行不是完整的 XML（%s），文件可能被截断",
                    "%s, line %lu: not well-formed XML (%s); the file may be cut short", e->name,
                    (unsigned long)XML_GetCurrentLineNumber(e->parser),
                    XML_ErrorString(XML_GetErrorCode(e->parser)));
    return OK;
}

enum err entry_parse(struct ctx *c, struct entry *e)
{
    enum err err = OK;
    while (err == OK && !e->ended) err = entry_feed(c, e);
    entry_close(e);
    return err;
}
