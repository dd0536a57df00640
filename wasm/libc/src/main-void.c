/* clang calls a main without parameters __main_void, and one with two __main_argc_argv: fetch its arguments, and
 * keep the name that errors are printed with (error(3), err(3)). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
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
	if (argc > 0) {
		char *slash = strrchr(argv[0], '/');
		program_invocation_name = argv[0];
		program_invocation_short_name = slash != NULL ? slash + 1 : argv[0];
	}
	return __main_argc_argv((int)argc, argv);
}
