/* replay.c -- runs a fuzz target over the files of its folders; prints TAP, one result a folder. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "target.h"

static i64 run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return 0;
    struct stat st;
    if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode)) {
        fclose(f);
        return 0;
    }
    u8 *data = malloc((size_t)st.st_size + 1);
    size_t n = fread(data, 1, (size_t)st.st_size, f);
    fclose(f);
    LLVMFuzzerTestOneInput(data, n);
    /* Every beginning of a short input too: files cut short are the commonest broken ones. */
    for (size_t cut = 0; n <= 512 && cut < n; cut++) {
        u8 *part = malloc(cut + 1);
        memcpy(part, data, cut);
        LLVMFuzzerTestOneInput(part, cut);
        free(part);
    }
    free(data);
    return 1;
}

static i64 run_folder(const char *folder)
{
    DIR *d = opendir(folder);
    if (!d) return 0;
    i64 n = 0;
    for (struct dirent *e; (e = readdir(d));) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        n += run_file(path);
    }
    closedir(d);
    return n;
}

/* Folders that must hold files come first; those after "--" may be empty. */
int main(int argc, char **argv)
{
    bool may_be_empty = false;
    int failed = 0, tests = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            may_be_empty = true;
            continue;
        }
        i64 n = run_folder(argv[i]);
        bool ok = n > 0 || may_be_empty;
        if (!ok) failed = 1;
        printf("%s %d - %lld files of %s\n", ok ? "ok" : "not ok", ++tests, (long long)n, argv[i]);
    }
    printf("1..%d\n", tests);
    return failed;
}
