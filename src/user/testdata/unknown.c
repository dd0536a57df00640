/* Wants what nobody has. */
__attribute__((import_module("env"), import_name("launch_rocket"))) int launch_rocket(int);

int main(int argc, char **argv)
{
	(void)argv;
	return launch_rocket(argc);
}
