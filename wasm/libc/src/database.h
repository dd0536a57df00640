/* Files of colon-separated lines: what passwd.c and group.c share. */
#pragma once

#include <stdio.h>

#define PASSWD_FILE "/etc/passwd"
#define GROUP_FILE "/etc/group"

enum { DATABASE_LINE = 4096 };

/* The next line without its newline: its length plus one, 0 at the end of the file, -1 when it does not fit. */
int next_line(FILE *file, char *buf, size_t size);

/* Cut at colons, up to `limit` fields, the last keeping the rest; how many there are. */
int split_fields(char *line, char **fields, int limit);

int parse_id(const char *text, unsigned *id);
