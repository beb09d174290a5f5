#ifndef SHIM_CCurl
#define SHIM_CCurl
#include <curl/curl.h>
#endif
