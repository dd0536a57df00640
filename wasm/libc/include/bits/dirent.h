/* A directory entry. The first three members are where wasi-libc, parts of which we use, has them. */
#pragma once

#define _DIRENT_HAVE_D_TYPE
#define _DIRENT_HAVE_D_RECLEN
#define _DIRENT_HAVE_D_OFF

struct dirent {
	ino_t d_ino;
	unsigned char d_type;
	char d_name[256];
	unsigned short d_reclen;
	off_t d_off;
};
