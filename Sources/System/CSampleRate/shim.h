#ifndef SHIM_CSampleRate
#define SHIM_CSampleRate
#include <samplerate.h>
#endif
