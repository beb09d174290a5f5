#ifndef SHIM_COpus
#define SHIM_COpus
#include <opus/opus.h>

/// opus_encoder_ctl takes a variable list of arguments, which Swift cannot call: one function per request used.
static inline int copus_set_bitrate(OpusEncoder *encoder, opus_int32 bits) {
  return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits));
}
static inline int copus_set_complexity(OpusEncoder *encoder, opus_int32 complexity) {
  return opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(complexity));
}
static inline int copus_get_lookahead(OpusEncoder *encoder, opus_int32 *frames) {
  return opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(frames));
}
static inline int copus_reset(OpusEncoder *encoder) { return opus_encoder_ctl(encoder, OPUS_RESET_STATE); }
static inline int copus_decoder_reset(OpusDecoder *decoder) { return opus_decoder_ctl(decoder, OPUS_RESET_STATE); }
#endif
