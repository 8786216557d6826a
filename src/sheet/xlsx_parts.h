/* xlsx_parts.h -- inside the xlsx reader: its zip entries, shared strings and styles. */
#pragma once

#include "sheet/parts.h"

#include <expat.h>
#include <zip.h>

/* -- entries: one XML part of the zip, fed to expat in pieces ---------------------------------- */

struct entry {
    zip_file_t *file;
    XML_Parser parser;
    const char *name;
    i64 size, read;
    bool ended;
    struct ctx *c; /* during entry_feed: for errors of the handlers */
    enum err err;
    void *arg; /* of the handlers */
};

/* E_NOT_FOUND when the zip has no such part. Handlers are set on e->parser by the caller; e must
 * not move. */
enum err entry_open(struct ctx *c, zip_t *zip, const char *name, struct entry *e, void *arg);
void entry_close(struct entry *e);
/* Parses the next 64 KiB; e->ended at the end. */
enum err entry_feed(struct ctx *c, struct entry *e);
/* Parses all of it and closes it. */
enum err entry_parse(struct ctx *c, struct entry *e);
/* For handlers: stops the parser with this error. */
void entry_fail(struct entry *e, enum err err);

const char *local_name(const char *name);                 /* without a namespace prefix */
str attribute(const char **attributes, const char *name); /* local name; absent when missing */

/* -- shared strings: spooled to disk, mapped for reading --------------------------------------- */

struct strings;
/* NULL strings when the workbook has none. */
enum err strings_read(struct ctx *c, zip_t *zip, struct strings **out);
bool strings_get(struct strings *s, i64 index, str *out);
void strings_free(struct strings *s);

/* -- styles: which cell formats show a date or a time ------------------------------------------ */

enum date_style { STYLE_PLAIN, STYLE_DATE, STYLE_TIME, STYLE_DATE_TIME };

struct styles {
    u8 *at; /* enum date_style of each cell format */
    i64 n;
};
enum err styles_read(struct ctx *c, zip_t *zip, struct styles *out);
enum date_style date_style_of(str code); /* of a number format: "yyyy-mm-dd" */

/* A number as the sheet shows it; at most 15 significant digits. */
i64 number_text(char out[40], str raw);
/* A serial day as ISO text. */
i64 serial_text(char out[40], f64 serial, enum date_style style, bool date1904);
