/*
 * wordexp(3): the shell itself expands the words and prints each with a NUL behind it. What may not stand in the text is
 * found before: it would be more than words to the shell.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>
#include "internal.h"


/* Is there a command substitution? -1: an open quote or bracket. The text is outside of quotes at the end. */
static int scan(const char *text, int *error)
{
	int quote = 0, depth = 0, commands = 0;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\\' && quote != '\'') {
			if (c[1] == '\0')
				break;
			c++;
		} else if (quote == '\'') {
			quote = *c == '\'' ? 0 : quote;
		} else if (*c == '"' || (*c == '\'' && quote == 0)) {
			quote = quote == *c ? 0 : *c;
		} else if (*c == '`' || (*c == '$' && c[1] == '(' && c[2] != '(')) {
			commands = 1;
			depth += *c == '$';
			c += *c == '$';
		} else if (*c == '$' && (c[1] == '{' || c[1] == '(')) {
			depth++;
			c++;
		} else if (depth > 0 && (*c == '(' || *c == ')' || *c == '}')) {
			depth += *c == '(' ? 1 : -1;
		} else if (quote == 0 && depth == 0 && strchr("\n|&;<>(){}", *c) != NULL) {
			*error = WRDE_BADCHAR;
			return -1;
		}
	}
	if (quote != 0 || depth > 0) {
		*error = WRDE_SYNTAX;
		return -1;
	}
	return commands;
}

static int add(wordexp_t *words, char *word, size_t *capacity)
{
	size_t used = words->we_offs + words->we_wordc;

	if (used + 2 > *capacity) {
		size_t wanted = (used + 2) * 2;
		char **more = realloc(words->we_wordv, wanted * sizeof(*more));
		if (more == NULL)
			return WRDE_NOSPACE;
		words->we_wordv = more;
		*capacity = wanted;
	}
	words->we_wordv[used] = word;
	words->we_wordv[used + 1] = NULL;
	words->we_wordc++;
	return 0;
}

/* A marker, then each word: without words printf would still print one. */
static int read_words(FILE *output, wordexp_t *words, size_t *capacity)
{
	int first = 1, error = 0;

	for (;;) {
		char *word = NULL;
		size_t size = 0;
		if (getdelim(&word, &size, '\0', output) < 0 || first || (error = add(words, word, capacity)) != 0)
			free(word);
		if (feof(output) || error != 0)
			return error;
		first = 0;
	}
}

static int expand(const char *text, wordexp_t *words, int flags, size_t *capacity)
{
	static const char script[] = "eval \"printf '%s\\\\0' x $1\"", strict[] = "set -u; eval \"printf '%s\\\\0' x $1\"";
	int fds[2], status, undefined = flags & WRDE_UNDEF;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return WRDE_NOSPACE;
	pid_t pid = vfork();
	if (pid == 0) {
		if (!(flags & WRDE_SHOWERR)) {
			close(2);
			open("/dev/null", O_WRONLY);
		}
		dup2(fds[1], 1);
		execl("/bin/sh", "sh", "-c", undefined ? strict : script, "sh", text, (char *)NULL);
		_exit(1);
	}
	close(fds[1]);
	FILE *output = pid > 0 ? fdopen(fds[0], "r") : NULL;
	int error = output ? read_words(output, words, capacity) : WRDE_NOSPACE;
	if (output != NULL)
		fclose(output);
	else
		close(fds[0]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && error == 0 && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		error = undefined ? WRDE_BADVAL : WRDE_SYNTAX;
	return error;
}

int wordexp(const char *restrict text, wordexp_t *restrict words, int flags)
{
	size_t capacity = 0;
	int error = 0, commands = scan(text, &error);

	if (flags & WRDE_REUSE)
		wordfree(words);
	if (commands < 0)
		return error;
	if (commands > 0 && flags & WRDE_NOCMD)
		return WRDE_CMDSUB;
	if (!(flags & WRDE_DOOFFS))
		words->we_offs = 0;
	if (flags & WRDE_APPEND) {
		capacity = words->we_offs + words->we_wordc + 1;
	} else {
		words->we_wordc = 0;
		capacity = words->we_offs + 1;
		words->we_wordv = calloc(capacity, sizeof(*words->we_wordv));
		if (words->we_wordv == NULL)
			return WRDE_NOSPACE;
	}
	return expand(text, words, flags, &capacity);
}

void wordfree(wordexp_t *words)
{
	for (size_t i = 0; words->we_wordv != NULL && i < words->we_wordc; i++)
		free(words->we_wordv[words->we_offs + i]);
	free(words->we_wordv);
	words->we_wordv = NULL;
	words->we_wordc = 0;
}
