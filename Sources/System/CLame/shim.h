#ifndef SHIM_CLame
#define SHIM_CLame
#include <lame/lame.h>

/// LAME prints through callbacks with a va_list, which Swift cannot form: from now on this encoder says nothing.
static inline void clame_silence(lame_global_flags *lame) {
  lame_set_errorf(lame, NULL);
  lame_set_debugf(lame, NULL);
  lame_set_msgf(lame, NULL);
}
#endif
