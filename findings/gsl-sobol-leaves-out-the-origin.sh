#!/usr/bin/env bash
# GSL 2.7.1: gsl_qrng_sobol leaves out the origin, so its first 2^n points are not a net.
#
# The first 2^n points of a Sobol sequence have one point in every cell of the grid with 2^n columns: that is what it is used
# for. GSL starts at the second point (0.5, 0.5, ...), so of its first 8 points none has a coordinate below 1/8, and the
# ninth is needed to close the net. A design of 8, 16 or 32 worlds drawn from it leaves the lowest cell of every dimension
# empty. The manual says nothing of it. (SciPy's Sobol begins with the origin.)
#
# Seen: GSL 2.7.1 (Debian 12): first point (0.5, 0.5); cells of eighths hit by the first 8 points: 1 1 2 3 4 5 6 7 in the first
# dimension, 1 2 2 3 4 5 6 7 in the second.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get download -qq libgsl27=2.7.1+dfsg-5+deb12u1 libgslcblas0=2.7.1+dfsg-5+deb12u1 2>/dev/null && for f in *.deb; do dpkg -x "$f" root; done)
WORK=$work python3 - <<'PY'
import ctypes, glob, os

def load(name):
    path = sorted(glob.glob(os.path.join(os.environ["WORK"], "root/usr/lib/*", name)))[0]
    return ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)

load("libgslcblas.so.0")
gsl = load("libgsl.so.27")
version = ctypes.c_char_p.in_dll(gsl, "gsl_version").value.decode()
gsl.gsl_qrng_alloc.restype = ctypes.c_void_p
gsl.gsl_qrng_alloc.argtypes = [ctypes.c_void_p, ctypes.c_uint]
gsl.gsl_qrng_get.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_double)]
sequence = gsl.gsl_qrng_alloc(ctypes.c_void_p.in_dll(gsl, "gsl_qrng_sobol"), 2)
points = []
for _ in range(8):
    point = (ctypes.c_double * 2)()
    gsl.gsl_qrng_get(sequence, point)
    points.append(tuple(point))
cells = [sorted(int(p[d] * 8) for p in points) for d in (0, 1)]
print(f"GSL {version}: first point {points[0]}; cells of eighths hit by the first 8 points, by dimension: {cells}")
assert points[0] == (0.5, 0.5) and all(0 not in c and len(set(c)) == 7 for c in cells), "this has changed"
PY
