/* Program start: constructors, main, exit. The object that the compiler puts in front of every program. */
#include <stdlib.h>

void __wasm_call_ctors(void);
int __main_void(void);

__attribute__((__export_name__("_start"))) void _start(void)
{
	__wasm_call_ctors();
	exit(__main_void());
}
