/* The user database, /etc/passwd as in passwd(5): getpwnam(3), getpwuid(3), getpwent(3). */
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "database.h"
#include "internal.h"

/* Cut a line into an entry that points into it. */
static int parse(char *line, struct passwd *entry)
{
	char *fields[7];

	if (split_fields(line, fields, 7) != 7)
		return 0;
	entry->pw_name = fields[0];
	entry->pw_passwd = fields[1];
	entry->pw_gecos = fields[4];
	entry->pw_dir = fields[5];
	entry->pw_shell = fields[6];
	return parse_id(fields[2], &entry->pw_uid) && parse_id(fields[3], &entry->pw_gid);
}

/* 1 when there is another entry, 0 at the end, -1 when the buffer is too small for it. */
static int next(FILE *file, struct passwd *entry, char *buf, size_t size)
{
	int length;

	while ((length = next_line(file, buf, size)) > 0)
		if (parse(buf, entry))
			return 1;
	return length;
}

static int find(const char *name, uid_t uid, struct passwd *entry, char *buf, size_t size, struct passwd **result)
{
	FILE *file = fopen(PASSWD_FILE, "re");
	int found;

	*result = NULL;
	if (file == NULL)
		return errno == ENOENT ? 0 : errno;
	while ((found = next(file, entry, buf, size)) > 0)
		if (name ? strcmp(entry->pw_name, name) == 0 : entry->pw_uid == uid)
			break;
	fclose(file);
	if (found > 0)
		*result = entry;
	return found < 0 ? ERANGE : 0;
}

int getpwnam_r(const char *name, struct passwd *entry, char *buf, size_t size, struct passwd **result)
{
	return find(name, 0, entry, buf, size, result);
}

int getpwuid_r(uid_t uid, struct passwd *entry, char *buf, size_t size, struct passwd **result)
{
	return find(NULL, uid, entry, buf, size, result);
}

static struct passwd shared_entry;
static char shared_buffer[DATABASE_LINE];

static struct passwd *find_shared(const char *name, uid_t uid)
{
	struct passwd *result;
	int error = find(name, uid, &shared_entry, shared_buffer, sizeof(shared_buffer), &result);

	if (error != 0)
		errno = error;
	return result;
}

struct passwd *getpwnam(const char *name)
{
	return find_shared(name, 0);
}

struct passwd *getpwuid(uid_t uid)
{
	return find_shared(NULL, uid);
}

static FILE *listing;

void setpwent(void)
{
	if (listing != NULL)
		rewind(listing);
}

void endpwent(void)
{
	if (listing != NULL)
		fclose(listing);
	listing = NULL;
}

struct passwd *getpwent(void)
{
	if (listing == NULL && (listing = fopen(PASSWD_FILE, "re")) == NULL)
		return NULL;
	return next(listing, &shared_entry, shared_buffer, sizeof(shared_buffer)) > 0 ? &shared_entry : NULL;
}

struct passwd *fgetpwent(FILE *file)
{
	return next(file, &shared_entry, shared_buffer, sizeof(shared_buffer)) > 0 ? &shared_entry : NULL;
}

int getlogin_r(char *buf, size_t size)
{
	struct passwd *entry = getpwuid(getuid());

	if (entry == NULL)
		return ENXIO;
	if (strlen(entry->pw_name) >= size)
		return ERANGE;
	strcpy(buf, entry->pw_name);
	return 0;
}

char *getlogin(void)
{
	static char name[LOGIN_NAME_MAX];
	int error = getlogin_r(name, sizeof(name));

	if (error == 0)
		return name;
	errno = error;
	return NULL;
}
