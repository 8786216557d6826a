/* xlsx_fuzz.c -- any bytes as the parts of a workbook: rows or a refusal, never a crash.
 *
 * A mutated zip fails at its checksums, so inputs that are no zip are taken as the text of its
 * parts, one after the other, parted by NULs: worksheet, shared strings, styles, workbook.
 */
#include "fuzz.h"

#include <unistd.h>
#include <zip.h>

static const char *const part_names[] = { "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml",
                                          "xl/styles.xml", "xl/workbook.xml" };
static const char workbook[] =
    "<workbook xmlns:r='r'><sheets><sheet name='x' r:id='r1'/></sheets></workbook>";
static const char relations[] =
    "<Relationships><Relationship Id='r1' Target='worksheets/sheet1.xml'/></Relationships>";

static void add(zip_t *zip, const char *name, const void *text, size_t n)
{
    zip_source_t *source = zip_source_buffer(zip, text, n, 0);
    zip_int64_t index = zip_file_add(zip, name, source, ZIP_FL_OVERWRITE);
    if (index >= 0) zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n >= 4 && memcmp(data, "PK\3\4", 4) == 0) return fuzz_sheet(data, n);
    char path[] = "/tmp/koi-fuzz-XXXXXX";
    int fd = mkstemp(path), code = 0;
    if (fd < 0) return 0;
    close(fd);
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!zip) return 0;
    add(zip, "xl/workbook.xml", workbook, sizeof workbook - 1);
    add(zip, "xl/_rels/workbook.xml.rels", relations, sizeof relations - 1);
    for (size_t i = 0; i < 4 && n; i++) {
        const uint8_t *end = memchr(data, 0, n);
        size_t len = end ? (size_t)(end - data) : n;
        if (len || i == 0) add(zip, part_names[i], data, len);
        data += end ? len + 1 : len;
        n -= end ? len + 1 : len;
    }
    if (zip_close(zip) == 0) fuzz_sheet_at(path);
    unlink(path);
    return 0;
}
