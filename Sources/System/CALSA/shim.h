#ifndef SHIM_CALSA
#define SHIM_CALSA
#include <alsa/asoundlib.h>
#endif
