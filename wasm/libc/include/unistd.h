/* The POSIX side of wasi-libc's header, and vfork, which has to be a macro: it is a setjmp in the caller's frame. */
#pragma once

#include <setjmp.h>
#include_next <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

extern char **environ;
ssize_t copy_file_range(int, off_t *, int, off_t *, size_t, unsigned);
int dup3(int, int, int);
int execveat(int, const char *, char *const[], char *const[], int);

extern jmp_buf __tabos_vfork_env;
pid_t __tabos_vfork_child(void);
pid_t __tabos_vfork_parent(void);

#define vfork() (setjmp(__tabos_vfork_env) ? __tabos_vfork_parent() : __tabos_vfork_child())

#ifdef __cplusplus
}
#endif
