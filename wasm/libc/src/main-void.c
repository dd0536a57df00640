/* clang calls a main without parameters __main_void, and one with two __main_argc_argv: fetch its arguments. */
#include <stdlib.h>
#include <sysexits.h>
#include <wasi/api.h>

int __main_argc_argv(int argc, char **argv);

int __main_void(void)
{
	size_t argc, size;

	if (__wasi_args_sizes_get(&argc, &size) != 0)
		_Exit(EX_OSERR);
	char **argv = malloc((argc + 1) * sizeof(char *) + size);
	if (argv == NULL || __wasi_args_get((uint8_t **)argv, (uint8_t *)(argv + argc + 1)) != 0)
		_Exit(EX_OSERR);
	argv[argc] = NULL;
	return __main_argc_argv((int)argc, argv);
}
