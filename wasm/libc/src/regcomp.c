/*
 * regcomp(3) with two things that programs know from GNU and that musl's compiler, which does the work, has only in basic
 * expressions: back-references, and intervals {,n}. An extended expression that uses them is written as the basic one that
 * means the same (musl knows \| \+ \? there). Others are compiled as they are.
 *
 * The compiler of wasi-libc is there under the name __recmp (renamed.txt).
 */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

int __recmp(regex_t *restrict compiled, const char *restrict pattern, int flags);

/* Behind a bracket expression, or at the end of the pattern when it is not closed. */
static const char *after_bracket(const char *bracket)
{
	const char *end = bracket + 1;

	end += *end == '^';
	end += *end == ']';
	while (*end != '\0' && *end != ']') {
		char kind = end[1];
		if (*end == '[' && (kind == ':' || kind == '.' || kind == '=')) {
			for (end += 2; *end != '\0' && !(end[0] == kind && end[1] == ']'); end++)
				;
			end += *end != '\0' ? 2 : 0;
		} else {
			end++;
		}
	}
	return end + (*end == ']');
}

static int needs_translation(const char *pattern)
{
	for (const char *p = pattern; *p != '\0';) {
		if (p[0] == '{' && p[1] == ',')
			return 1;
		if (p[0] == '\\' && p[1] >= '1' && p[1] <= '9')
			return 1;
		if (p[0] == '\\' && p[1] != '\0')
			p += 2;
		else
			p = *p == '[' ? after_bracket(p) : p + 1;
	}
	return 0;
}

/* The extended expression as a basic one; at most three times as long. */
static void translate(const char *p, char *to)
{
	int in_interval = 0;

	while (*p != '\0') {
		const char *next = *p == '[' ? after_bracket(p) : p + 1;
		if (*p == '\\' && *next != '\0') {
			/* What is special with a backslash in one is special without it in the other. */
			if (strchr("(){}|+?", *next) == NULL)
				*to++ = '\\';
			*to++ = *next;
			p = next + 1;
			continue;
		}
		if (strchr("(){|+?", *p) != NULL || (*p == '}' && in_interval))
			*to++ = '\\';
		to = mempcpy(to, p, (size_t)(next - p));
		if (*p == '{' && *next == ',')
			*to++ = '0';
		in_interval = *p == '{' || (in_interval && *p != '}');
		p = next;
	}
	*to = '\0';
}

int regcomp(regex_t *restrict compiled, const char *restrict pattern, int flags)
{
	if (!(flags & REG_EXTENDED) || !needs_translation(pattern))
		return __recmp(compiled, pattern, flags);
	char *basic = malloc(3 * strlen(pattern) + 1);
	if (basic == NULL)
		return REG_ESPACE;
	translate(pattern, basic);
	int error = __recmp(compiled, basic, flags & ~REG_EXTENDED);
	free(basic);
	return error;
}
