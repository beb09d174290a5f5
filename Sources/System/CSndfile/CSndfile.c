#include "CSndfile.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// The name libsndfile 1.x has had since 2001; libsndfile1-dev brings it.
#define LIBRARY "libsndfile.so.1"

#define FUNCTIONS(F) F(open) F(readf_float) F(seek) F(close) F(strerror)

#define DECLARE(name) __typeof__(sf_##name) *name;
static struct { FUNCTIONS(DECLARE) } sndfile;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char words[256];

static void load(void) {
  void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(words, sizeof words, "%s", dlerror());
    return;
  }
#define FIND(name) \
  sndfile.name = (__typeof__(sf_##name) *)dlsym(library, "sf_" #name); \
  if (!sndfile.name) { snprintf(words, sizeof words, LIBRARY " is too old: it has no sf_" #name); return; }
  FUNCTIONS(FIND)
}

const char *csndfile_load(void) {
  pthread_once(&once, load);
  return words[0] ? words : NULL;
}

SNDFILE *csndfile_open(const char *path, int mode, SF_INFO *info) { return sndfile.open(path, mode, info); }
sf_count_t csndfile_readf_float(SNDFILE *f, float *frames, sf_count_t n) { return sndfile.readf_float(f, frames, n); }
sf_count_t csndfile_seek(SNDFILE *f, sf_count_t frames, int whence) { return sndfile.seek(f, frames, whence); }
int csndfile_close(SNDFILE *file) { return sndfile.close(file); }
const char *csndfile_strerror(SNDFILE *file) { return sndfile.strerror(file); }
