/* strerror(3) with the texts of Linux. The numbers are those that wasi-libc was compiled with: asserted here. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <tabos/errno-text.h>

#define SAME_NUMBER(name, number, text) _Static_assert(name == number, #name);
TABOS_ERRNO_TEXTS(SAME_NUMBER)

static const struct {
	unsigned short number;
	const char text[50];
} errors[] = {
#define ROW(name, number, text) {number, text},
	TABOS_ERRNO_TEXTS(ROW)
};

char *strerror(int error)
{
	static char unknown[40];

	if (error == 0)
		return "Success";
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].number == error)
			return (char *)errors[i].text;
	snprintf(unknown, sizeof(unknown), "Unknown error %d", error);
	return unknown;
}

char *strerror_l(int error, locale_t locale)
{
	(void)locale;
	return strerror(error);
}

/* The name that wasi-libc uses. */
char *__strerror_l(int error, locale_t locale)
{
	return strerror_l(error, locale);
}
