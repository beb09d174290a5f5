#ifndef CALLOCATIONCOUNTER_H
#define CALLOCATIONCOUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Times the calling thread asked the heap for memory since it began: malloc, calloc, realloc and the aligned ones.
///
/// A program that links this has them counted everywhere in it, the Swift runtime and all libraries included.
uint64_t allocation_count(void);

/// False where a sanitizer keeps the heap for itself: then the count stays 0 and says nothing.
bool allocation_counter_works(void);

#endif
