/* A main with three parameters keeps its name; only then this object is linked. */
extern char **environ;
int main_of_program(int argc, char **argv, char **envp) __asm__("main");

int __main_argc_argv(int argc, char **argv)
{
	return main_of_program(argc, argv, environ);
}
