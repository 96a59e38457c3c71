#ifndef WEIR_CPREFETCH_H
#define WEIR_CPREFETCH_H

/* Swift has no word for it: the cache line at an address is wanted soon. Changes nothing, whatever the address. */
static inline void weir_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
