/* Tables of mounted file systems, getmntent(3): fields between blanks, with blanks in them as octal escapes. */
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "database.h"

FILE *setmntent(const char *path, const char *mode)
{
	return fopen(path, mode);
}

int endmntent(FILE *file)
{
	if (file != NULL)
		fclose(file);
	return 1;
}

/* Cut the next field off, and undo its escapes in place. */
static char *next_field(char **rest)
{
	char *field = *rest + strspn(*rest, " \t");
	size_t length = strcspn(field, " \t");
	char *to = field;

	*rest = field + length + (field[length] != '\0');
	field[length] = '\0';
	for (const char *from = field; *from != '\0'; to++) {
		int octal;
		if (from[0] == '\\' && sscanf(from + 1, "%3o", (unsigned *)&octal) == 1) {
			*to = (char)octal;
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
	return field;
}

struct mntent *getmntent_r(FILE *file, struct mntent *entry, char *buf, int size)
{
	while (next_line(file, buf, (size_t)size) > 0) {
		char *rest = buf;
		entry->mnt_fsname = next_field(&rest);
		entry->mnt_dir = next_field(&rest);
		entry->mnt_type = next_field(&rest);
		entry->mnt_opts = next_field(&rest);
		entry->mnt_freq = atoi(next_field(&rest));
		entry->mnt_passno = atoi(next_field(&rest));
		if (*entry->mnt_fsname != '#' && *entry->mnt_dir != '\0')
			return entry;
	}
	return NULL;
}

struct mntent *getmntent(FILE *file)
{
	static struct mntent entry;
	static char buf[DATABASE_LINE];

	return getmntent_r(file, &entry, buf, sizeof(buf));
}

char *hasmntopt(const struct mntent *entry, const char *option)
{
	size_t length = strlen(option);

	for (char *next = entry->mnt_opts; next != NULL && *next != '\0'; next += *next == ',') {
		if (strncmp(next, option, length) == 0 && strchr(",=", next[length]) != NULL)
			return next;
		next = strchrnul(next, ',');
	}
	return NULL;
}
