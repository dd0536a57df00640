/*
 * Shared by the sources of the library: how the results of calls become results of C functions.
 *
 * A call of module `tabos` answers a number >= 0, or minus the errno in the numbers of <errno.h>.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <tabos/imports.h>

/* The two arguments that a path, and that an object as a buffer, take in a call. */
#define PATH(path) (path), strlen(path)
#define OBJECT(pointer) (pointer), sizeof(*(pointer))

#define EXPORT(name) __attribute__((__export_name__(#name), __used__))

static inline int check(int32_t result)
{
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

static inline int64_t check64(int64_t result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

static inline int fail(int error)
{
	errno = error;
	return -1;
}

/* The lock commands of fcntl. */
struct flock;
int __tabos_record_lock(int fd, int command, struct flock *lock);

/* Two words of a 64-bit signal set, as calls take them. */
#define SET_WORDS(set) ((uint32_t)(set)->__bits[0]), ((uint32_t)(set)->__bits[1])

/*
 * In the child of vfork, a successful execve and exit come back here and continue in the parent. Null in programs
 * that do not call vfork.
 */
__attribute__((__weak__)) void __tabos_vfork_return(void);

static inline void leave_vfork(void)
{
	if (__tabos_vfork_return)
		__tabos_vfork_return();
}
