/*
 * The layout of FILE in wasi-libc (musl's struct without the parts for threads, 112 bytes), for the functions of stdio
 * that are ours: those that open streams and those that move their bytes. tests/stdio.c notices a change.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct _IO_FILE {
	unsigned flags;
	unsigned char *rpos, *rend;
	int (*close)(FILE *);
	unsigned char *wend, *wpos;
	unsigned char *wbase;
	size_t (*read)(FILE *, unsigned char *, size_t);
	size_t (*write)(FILE *, const unsigned char *, size_t);
	off_t (*seek)(FILE *, off_t, int);
	unsigned char *buf;
	size_t buf_size;
	FILE *prev, *next;
	int fd;
	int mode;
	int lbf;
	void *cookie;
	off_t off;
	char *getln_buf;
	unsigned char *shend;
	off_t shlim, shcnt;
	void *locale;
};
_Static_assert(sizeof(struct _IO_FILE) == 112, "FILE");
_Static_assert(offsetof(struct _IO_FILE, fd) == 56, "FILE");
_Static_assert(offsetof(struct _IO_FILE, lbf) == 64, "FILE");

enum {
	F_PERMANENT = 1,
	F_NO_READ = 4,
	F_NO_WRITE = 8,
	F_AT_EOF = 16,
	F_FAILED = 32,
	F_OWN_BUFFER = 64,
	F_APPENDS = 128,
};

/* Bytes before a buffer that ungetc may use. */
enum { UNGET = 8 };

size_t __stdio_read(FILE *, unsigned char *, size_t);
size_t __stdio_write(FILE *, const unsigned char *, size_t);
off_t __stdio_seek(FILE *, off_t, int);
int __stdio_close(FILE *);
FILE *__ofl_add(FILE *);
