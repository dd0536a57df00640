/* Lines of words: see words.h. What is too long for the buffer is cut, as glibc cuts it. */
#include "words.h"
#include <string.h>

static int cut(struct words *words)
{
	char *rest = words->line;

	words->line[strcspn(words->line, "#\n")] = '\0';
	words->count = 0;
	while (rest != NULL && words->count < WORDS_MAX) {
		char *word = strsep(&rest, " \t\r");
		if (*word != '\0')
			words->word[words->count++] = word;
	}
	words->word[words->count] = NULL;
	return words->count;
}

int next_words(FILE *file, int least, struct words *words)
{
	while (fgets(words->line, sizeof(words->line), file) != NULL)
		if (cut(words) >= least)
			return 1;
	return 0;
}
