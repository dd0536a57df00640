/*
 * What the test programs print: an expression and what came of it, with the text of errno when that is -1 or NULL. The
 * same program, run on Linux and on TabOS as an ordinary user in an empty folder, has to print the same.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* An expression that gives an int, -1 on failure. */
#define SHOW(expression)                                                                   \
	do {                                                                               \
		errno = 0;                                                                 \
		long long value_ = (long long)(expression);                                \
		show_(#expression, value_, errno);                                         \
	} while (0)

/* A condition that should hold. */
#define HOLDS(condition) printf("%s: %s\n", #condition, (condition) ? "yes" : "NO")

#define TEXT(expression) printf("%s = \"%s\"\n", #expression, (expression))

static inline void show_(const char *text, long long value, int error)
{
	if (value == -1)
		printf("%s: %s\n", text, strerror(error));
	else
		printf("%s = %lld\n", text, value);
	fflush(stdout);
}

#define AREA(name) (printf("--- %s\n", name), fflush(stdout))
