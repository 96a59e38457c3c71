#ifndef WEIR_CGSL_SHIM_H
#define WEIR_CGSL_SHIM_H

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multimin.h>
#include <gsl/gsl_qrng.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_erf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_zeta.h>

/* A constant that Swift would take for a mutable global. */
static inline const gsl_multimin_fminimizer_type *weir_simplex(void) { return gsl_multimin_fminimizer_nmsimplex2; }
/* gsl_qrng_sobol is a global variable, which Swift 6 would not touch. */
static inline gsl_qrng *weir_sobol(unsigned int dimensions) { return gsl_qrng_alloc(gsl_qrng_sobol, dimensions); }

#endif
