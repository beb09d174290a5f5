#ifndef SHIM_COgg
#define SHIM_COgg
#include <ogg/ogg.h>
#endif
