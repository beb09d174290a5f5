#include "CCurl.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// The name every curl 7.x and 8.x has had since 2006; libcurl4-openssl-dev brings it.
#define LIBRARY "libcurl.so.4"

#define FUNCTIONS(F) \
  F(global_init) F(easy_init) F(easy_cleanup) F(easy_strerror) F(easy_setopt) F(easy_getinfo) F(slist_append) \
  F(slist_free_all) F(multi_init) F(multi_cleanup) F(multi_add_handle) F(multi_remove_handle) F(multi_perform) \
  F(multi_poll) F(multi_wakeup) F(multi_info_read) F(multi_setopt)

#define DECLARE(name) __typeof__(curl_##name) *name;
static struct { FUNCTIONS(DECLARE) } curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char words[256];

static void load(void) {
  void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(words, sizeof words, "%s", dlerror());
    return;
  }
#define FIND(name) \
  curl.name = (__typeof__(curl_##name) *)dlsym(library, "curl_" #name); \
  if (!curl.name) { snprintf(words, sizeof words, LIBRARY " is too old: it has no curl_" #name); return; }
  FUNCTIONS(FIND)
  CURLcode code = curl.global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) snprintf(words, sizeof words, LIBRARY ": %s", curl.easy_strerror(code));
}

const char *ccurl_load(void) {
  pthread_once(&once, load);
  return words[0] ? words : NULL;
}

CURL *ccurl_easy_init(void) { return curl.easy_init(); }
void ccurl_easy_cleanup(CURL *easy) { curl.easy_cleanup(easy); }
const char *ccurl_easy_strerror(CURLcode code) { return curl.easy_strerror(code); }
CURLcode ccurl_set_long(CURL *easy, CURLoption o, long value) { return curl.easy_setopt(easy, o, value); }
CURLcode ccurl_set_size(CURL *easy, CURLoption o, curl_off_t value) { return curl.easy_setopt(easy, o, value); }
CURLcode ccurl_set_text(CURL *easy, CURLoption o, const char *value) { return curl.easy_setopt(easy, o, value); }
CURLcode ccurl_set_pointer(CURL *easy, CURLoption o, void *value) { return curl.easy_setopt(easy, o, value); }
CURLcode ccurl_set_receive(CURL *easy, CURLoption o, ccurl_receive value) { return curl.easy_setopt(easy, o, value); }
CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) { return curl.easy_getinfo(easy, info, value); }
struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text) {
  return curl.slist_append(list, text);
}
void ccurl_slist_free_all(struct curl_slist *list) { curl.slist_free_all(list); }

CURLM *ccurl_multi_init(void) { return curl.multi_init(); }
CURLMcode ccurl_multi_cleanup(CURLM *multi) { return curl.multi_cleanup(multi); }
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy) { return curl.multi_add_handle(multi, easy); }
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy) { return curl.multi_remove_handle(multi, easy); }
CURLMcode ccurl_multi_perform(CURLM *multi, int *running) { return curl.multi_perform(multi, running); }
CURLMcode ccurl_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned count, int timeout, int *ready) {
  return curl.multi_poll(multi, extra, count, timeout, ready);
}
CURLMcode ccurl_multi_wakeup(CURLM *multi) { return curl.multi_wakeup(multi); }
CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left) { return curl.multi_info_read(multi, left); }
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption o, long value) { return curl.multi_setopt(multi, o, value); }
