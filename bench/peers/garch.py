"""GARCH(1,1)-t by scipy: python3 bench/peers/garch.py RETURNS.csv prints mean, omega, alpha, beta, degrees and log-likelihood."""
import sys
import numpy as np
from scipy.optimize import minimize
from scipy.stats import t as student

r = np.loadtxt(sys.argv[1])
v0 = r.var()


def deviance(p):
    mean, omega, alpha, beta, nu = p[0] * np.sqrt(v0), np.exp(p[1]) * v0, p[2], p[3], 2.05 + np.exp(p[4])
    if alpha < 0 or beta < 0 or alpha + beta >= 1:
        return 1e10
    v, s = v0, 0.0
    for x in r - mean:
        scale = np.sqrt(v * (nu - 2) / nu)
        s -= student.logpdf(x / scale, nu) - np.log(scale)
        v = omega + alpha * x * x + beta * v
    return s


def fast(p):
    from scipy.special import gammaln
    mean, omega, alpha, beta, nu = p[0] * np.sqrt(v0), np.exp(p[1]) * v0, p[2], p[3], 2.05 + np.exp(p[4])
    if alpha < 0 or beta < 0 or alpha + beta >= 1:
        return 1e10
    x = r - mean
    v = np.empty(len(r))
    v[0] = v0
    for i in range(1, len(r)):
        v[i] = omega + alpha * x[i - 1] ** 2 + beta * v[i - 1]
    return -np.sum(gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * np.log(np.pi * (nu - 2)) - 0.5 * np.log(v) - (nu + 1) / 2 * np.log1p(x * x / (v * (nu - 2))))


best = None
for start in ([0.05, -3, 0.1, 0.85, 1.0], [0.05, -4, 0.2, 0.78, 1.2]):
    fit = minimize(fast, start, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-7, "fatol": 1e-8})
    fit = minimize(fast, fit.x, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-8, "fatol": 1e-9})
    if best is None or fit.fun < best.fun:
        best = fit
p = best.x
# The same likelihood from scipy's own density.
assert abs(deviance(p) - best.fun) < 1e-6 * abs(best.fun)
print(p[0] * np.sqrt(v0), np.exp(p[1]) * v0, p[2], p[3], 2.05 + np.exp(p[4]), -best.fun)
