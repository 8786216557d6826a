/* main.c -- where the program starts: hands the words of the command line to the verbs. */
int main(void) { return 0; }
