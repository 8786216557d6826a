/* main.c -- the program koi: everything it does is a verb of the command line. */
#include "cli/cli.h"

int main(int argc, char **argv) { return cli_main(argc, argv); }
