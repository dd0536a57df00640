/* The shells that users may have: /etc/shells, getusershell(3). */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "database.h"

static FILE *shells;

void setusershell(void)
{
	if (shells != NULL)
		rewind(shells);
}

void endusershell(void)
{
	if (shells != NULL)
		fclose(shells);
	shells = NULL;
}

char *getusershell(void)
{
	static char line[DATABASE_LINE];

	if (shells == NULL && (shells = fopen("/etc/shells", "re")) == NULL)
		return NULL;
	while (next_line(shells, line, sizeof(line)) > 0)
		if (line[0] == '/')
			return line;
	return NULL;
}
