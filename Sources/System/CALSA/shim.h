#ifndef SHIM_CALSA
#define SHIM_CALSA
#include <alsa/asoundlib.h>
#include <stdarg.h>
#include <stdio.h>

// alsa-lib explains failures through a callback with a va_list, which Swift cannot form. These functions keep the first
// complaint of the calling thread, which names the cause; what follows it are consequences.
// Used from one Swift file only (AlsaWords.swift): static data in a header exists once per file that uses it.

static inline char *calsa_words(void) {
  static _Thread_local char words[256];
  return words;
}

static inline void calsa_keep(
    const char *file, int line, const char *function, int code, const char *format, va_list arguments) {
  (void)file; (void)line; (void)function; (void)code;
  if (calsa_words()[0] == 0) vsnprintf(calsa_words(), 256, format, arguments);
}

/// From now on the calling thread's complaints are kept, not printed. Forgets what was kept.
static inline void calsa_listen(void) {
  calsa_words()[0] = 0;
  snd_lib_error_set_local(calsa_keep);
}

/// The calling thread's first complaint since `calsa_listen`; empty if there was none.
static inline const char *calsa_heard(void) { return calsa_words(); }

/// The calling thread's complaints go where they went before.
static inline void calsa_release(void) { snd_lib_error_set_local(NULL); }
#endif
