#ifndef CCURL_H
#define CCURL_H
// libcurl, loaded when the first request is made: with it come thirty libraries that a router without HTTP requests of
// its own should not carry (about 5 MB resident, and time at the start). One function per function used, no logic;
// variadic ones once per kind of argument, because Swift cannot call them. See curl's own manual pages.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*ccurl_receive)(char *bytes, size_t size, size_t count, void *context);

/// Loads and sets up libcurl, once. NULL, or what went wrong. Nothing else may be called before it returned NULL.
const char *ccurl_load(void);

CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *easy);
const char *ccurl_easy_strerror(CURLcode code);
CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_size(CURL *easy, CURLoption option, curl_off_t value);
CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ccurl_set_receive(CURL *easy, CURLoption option, ccurl_receive value);
CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value);
struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text);
void ccurl_slist_free_all(struct curl_slist *list);

CURLM *ccurl_multi_init(void);
CURLMcode ccurl_multi_cleanup(CURLM *multi);
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_perform(CURLM *multi, int *running);
CURLMcode ccurl_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned count, int timeout, int *ready);
CURLMcode ccurl_multi_wakeup(CURLM *multi);
CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left);
CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);
#endif
