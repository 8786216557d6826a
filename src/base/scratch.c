/* scratch.c -- files without a name. */
#include "base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int scratch_file(void)
{
    const char *folder = getenv("TMPDIR");
    if (!folder || !*folder) folder = "/tmp";
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    char name[512];
    if (snprintf(name, sizeof name, "%s/koi-XXXXXX", folder) >= (int)sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0) unlink(name);
    return fd;
}

str scratch_path(struct arena *a, int fd) { return str_fmt(a, "/proc/self/fd/%d", fd); }

enum err scratch_read(struct ctx *c, int fd, str *out)
{
    struct stat s;
    *out = NO_STR;
    if (fstat(fd, &s) != 0) goto failed;
    char *at = NEWS(c->arena, char, s.st_size + 1);
    for (i64 n = 0; n < s.st_size;) {
        ssize_t got = pread(fd, at + n, (size_t)(s.st_size - n), n);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) goto failed;
        n += got;
    }
    *out = (str){ at, s.st_size };
    return OK;
failed:
    return fail(c, E_STORE, "读临时文件失败：%s", "reading a temporary file failed: %s",
                strerror(errno));
}
