/* Files of colon-separated lines. A line that does not parse is skipped by the callers, as glibc does. */
#include "database.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

int next_line(FILE *file, char *buf, size_t size)
{
	size_t length = 0;
	int c;

	while ((c = getc(file)) != EOF && c != '\n') {
		if (length + 1 >= size)
			return -1;
		buf[length++] = (char)c;
	}
	if (c == EOF && length == 0)
		return 0;
	buf[length] = '\0';
	return (int)length + 1;
}

int split_fields(char *line, char **fields, int limit)
{
	int count = 0;

	while (line != NULL && count < limit - 1)
		fields[count++] = strsep(&line, ":");
	if (line != NULL)
		fields[count++] = line;
	return count;
}

int parse_id(const char *text, unsigned *id)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end != '\0' || value > UINT_MAX)
		return 0;
	*id = (unsigned)value;
	return 1;
}
