#ifndef SHIM_CHiredis
#define SHIM_CHiredis
#include <hiredis/hiredis.h>
#endif
