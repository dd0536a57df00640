/* Asks for a function that nobody has: the system refuses to run it and names the function. */
__attribute__((__import_module__("nowhere"), __import_name__("no_such_function"))) int no_such_function(int);

int main(void)
{
	return no_such_function(1);
}
