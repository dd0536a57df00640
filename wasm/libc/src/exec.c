/* execve(2) and its relatives. After vfork, a successful execve returns here with the child's pid and jumps back. */
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include "internal.h"

static const char default_path[] = "/usr/local/bin:/usr/bin:/bin";

/* The strings of a vector one after another, each with its NUL: how calls take argv and envp. */
static char *flatten(char *const strings[], size_t *size)
{
	*size = 0;
	for (size_t i = 0; strings != NULL && strings[i] != NULL; i++)
		*size += strlen(strings[i]) + 1;
	char *block = malloc(*size + 1), *end = block;
	for (size_t i = 0; block != NULL && end < block + *size; i++)
		end = stpcpy(end, strings[i]) + 1;
	return block;
}

static int execute(int dirfd, const char *path, char *const argv[], char *const envp[], unsigned flags)
{
	size_t arguments_size, environment_size;
	char *arguments = flatten(argv, &arguments_size);
	char *environment = flatten(envp, &environment_size);
	int32_t result = -ENOMEM;

	if (arguments != NULL && environment != NULL)
		result = tabos_execve(PATH(path), arguments, arguments_size, environment, environment_size, dirfd, flags);
	free(arguments);
	free(environment);
	if (result > 0)
		leave_vfork();
	return check(result);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	return execute(AT_FDCWD, path, argv, envp, 0);
}

int execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags)
{
	return execute(dirfd, path, argv, envp, (unsigned)flags);
}

int fexecve(int fd, char *const argv[], char *const envp[])
{
	return execute(fd, "", argv, envp, AT_EMPTY_PATH);
}

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

/* A file without a format that the system knows is a script for the shell. */
static int execute_script(const char *path, char *const argv[], char *const envp[])
{
	size_t count = 0;

	while (argv[count] != NULL)
		count++;
	char **arguments = malloc((count + 3) * sizeof(*arguments));
	if (arguments == NULL)
		return fail(ENOMEM);
	arguments[0] = "sh";
	arguments[1] = (char *)path;
	for (size_t i = 1; i <= count; i++)
		arguments[i + 1] = argv[i];
	if (count == 0)
		arguments[2] = NULL;
	execve("/bin/sh", arguments, envp);
	free(arguments);
	return -1;
}

static int execute_or_script(const char *path, char *const argv[], char *const envp[])
{
	execve(path, argv, envp);
	return errno == ENOEXEC ? execute_script(path, argv, envp) : -1;
}

int execvpe(const char *file, char *const argv[], char *const envp[])
{
	const char *path = getenv("PATH");
	char candidate[PATH_MAX];
	size_t length = strlen(file);
	int denied = 0;

	if (length == 0)
		return fail(ENOENT);
	if (strchr(file, '/') != NULL)
		return execute_or_script(file, argv, envp);
	for (const char *part = path ? path : default_path, *end;; part = end + 1) {
		end = strchrnul(part, ':');
		size_t folder = (size_t)(end - part);
		if (folder + length + 2 <= sizeof(candidate)) {
			memcpy(candidate, part, folder);
			candidate[folder] = '/';
			memcpy(candidate + folder + (folder > 0), file, length + 1);
			execute_or_script(candidate, argv, envp);
			if (errno == EACCES)
				denied = 1;
			else if (errno != ENOENT && errno != ENOTDIR)
				return -1;
		}
		if (*end == '\0')
			break;
	}
	return fail(denied ? EACCES : ENOENT);
}

int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

/* The arguments of execl and its relatives as a vector; for execle, the environment behind them too. */
static char **collect(const char *first, va_list *rest, char *const **envp)
{
	va_list counting;
	size_t count = 1;

	va_copy(counting, *rest);
	while (va_arg(counting, char *) != NULL)
		count++;
	va_end(counting);
	char **argv = malloc((count + 1) * sizeof(*argv));
	if (argv == NULL)
		return NULL;
	argv[0] = (char *)first;
	for (size_t i = 1; i <= count; i++)
		argv[i] = va_arg(*rest, char *);
	if (envp != NULL)
		*envp = va_arg(*rest, char *const *);
	return argv;
}

int execl(const char *path, const char *first, ...)
{
	va_list rest;

	va_start(rest, first);
	char **argv = collect(first, &rest, NULL);
	va_end(rest);
	int result = argv ? execv(path, argv) : fail(ENOMEM);
	free(argv);
	return result;
}

int execle(const char *path, const char *first, ...)
{
	char *const *envp;
	va_list rest;

	va_start(rest, first);
	char **argv = collect(first, &rest, &envp);
	va_end(rest);
	int result = argv ? execve(path, argv, envp) : fail(ENOMEM);
	free(argv);
	return result;
}

int execlp(const char *file, const char *first, ...)
{
	va_list rest;

	va_start(rest, first);
	char **argv = collect(first, &rest, NULL);
	va_end(rest);
	int result = argv ? execvp(file, argv) : fail(ENOMEM);
	free(argv);
	return result;
}
