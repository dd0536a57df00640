/*
 * Which locales there are: C (also POSIX) and C.UTF-8, as on a Debian system where none was generated. musl takes every
 * name for C.UTF-8; programs and scripts find out by setlocale(3) that a locale is missing.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

/* musl's own: a locale of one category, and the answer for none. A null pointer is the C locale. */
struct __locale_map;
extern const struct __locale_map __c_dot_utf8;
#define NO_LOCALE ((const struct __locale_map *)-1)

static const char *const variables[] = {
	[LC_CTYPE] = "LC_CTYPE",       [LC_NUMERIC] = "LC_NUMERIC",   [LC_TIME] = "LC_TIME",
	[LC_COLLATE] = "LC_COLLATE",   [LC_MONETARY] = "LC_MONETARY", [LC_MESSAGES] = "LC_MESSAGES",
};

static const char *from_environment(int category)
{
	const char *const names[] = {"LC_ALL", variables[category], "LANG"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && *value != '\0')
			return value;
	}
	return "C";
}

const struct __locale_map *__get_locale(int category, const char *name)
{
	if (*name == '\0')
		name = from_environment(category);
	if (strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0)
		return NULL;
	if (strcasecmp(name, "C.UTF-8") == 0 || strcasecmp(name, "C.utf8") == 0)
		return &__c_dot_utf8;
	return NO_LOCALE;
}

/* Texts are not translated. */
const char *__lctrans_impl(const char *text, const struct __locale_map *map)
{
	(void)map;
	return text;
}
