/* fuzz.h -- what fuzz targets share: bytes as a file, and reading a file to its end with the
 * contract checked. */
#pragma once

#include "base/clock.h"
#include "sheet/sheet.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline void fuzz_sheet_at(const char *path)
{
    struct ctx c = { .arena = arena_new(), .zone = zone_open("Asia/Shanghai"), .locale = ZH };
    struct sheet *s = NULL;
    enum err e = sheet_open(&c, str_of(path), (struct sheet_options){ 0 }, &s);
    if (e != OK) {
        assert(c.why.err == e && c.why.detail[0]);
        arena_free(c.arena);
        return;
    }
    i64 columns = sheet_columns(s).n, last = 0;
    struct sheet_row row;
    for (bool more = true; e == OK;) {
        e = sheet_next(&c, s, &row, &more);
        if (e != OK || !more) break;
        assert(row.n == columns && row.number > 0);
        assert(row.number > last || str_starts(sheet_format(s), S("xlsx")));
        last = row.number;
        for (i64 i = 0; i < row.n; i++) assert(row.cells[i].at && str_is_utf8(row.cells[i]));
    }
    assert(e == OK || c.why.detail[0]);
    arena_free(c.arena); /* closes the sheet */
}

static inline int fuzz_sheet(const uint8_t *data, size_t n)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0) return 0;
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (write(fd, data, n) == (ssize_t)n) fuzz_sheet_at(path);
    close(fd);
    return 0;
}
