void tzset(void){}
