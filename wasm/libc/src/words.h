/* Files whose lines are words between blanks, with comments behind `#`: /etc/hosts, services, protocols. */
#pragma once

#include <stdio.h>

enum { WORDS_MAX = 35, WORDS_LINE = 1024 };

/* A line cut into words; `count` is at least `least`. */
struct words {
	char line[WORDS_LINE];
	char *word[WORDS_MAX + 1];
	int count;
};

/* The next line with that many words, or 0 at the end of the file. The vector ends with NULL. */
int next_words(FILE *file, int least, struct words *words);
