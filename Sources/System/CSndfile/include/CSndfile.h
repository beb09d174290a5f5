#ifndef CSNDFILE_H
#define CSNDFILE_H
// libsndfile, loaded when the first media file is read: with it come the codecs of FLAC, Vorbis, Opus and MP3, which a
// router without a panel should not carry. One function per function used, no logic. See its own manual.
#include <sndfile.h>

/// Loads libsndfile, once. NULL, or what went wrong. Nothing else may be called before it returned NULL.
const char *csndfile_load(void);

SNDFILE *csndfile_open(const char *path, int mode, SF_INFO *info);
sf_count_t csndfile_readf_float(SNDFILE *file, float *frames, sf_count_t count);
sf_count_t csndfile_seek(SNDFILE *file, sf_count_t frames, int whence);
int csndfile_close(SNDFILE *file);
const char *csndfile_strerror(SNDFILE *file);
#endif
