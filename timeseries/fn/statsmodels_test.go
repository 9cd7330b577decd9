package fn

import "testing"

// statsmodels 0.13.5: OLS(y, add_constant(x)).fit() gives params, bse, conf_int() and rsquared.
func TestFitAsStatsmodels(t *testing.T) {
	f := Fit([]float64{0, 1, 2, 4, 7, 8, 11, 13}, []float64{80.2, 80.4, 79.7, 79.9, 79.1, 79.3, 78.4, 78.0})
	for name, v := range map[string][2]float64{
		"intercept": {f.Intercept, 80.36097179}, "slope": {f.Slope, -0.17147335}, "its error": {f.SlopeError, 0.01899248}, "that of the intercept": {f.InterceptError, 0.13826738},
		"low": {f.SlopeLow, -0.21794629}, "high": {f.SlopeHigh, -0.12500042}, "r2": {f.R2, 0.931439173434861},
	} {
		if !near(v[0], v[1], 1e-8) {
			t.Errorf("%s is %.9g, want %.9g", name, v[0], v[1])
		}
	}
}

// scipy 1.10: pearsonr(a, b), spearmanr(a, b), and pearsonr(a[:-1], b[1:]) of b a step later.
func TestCorrelateAsScipy(t *testing.T) {
	a, b := []float64{1, 3, 2, 5, 4, 6, 8, 7, 9, 12}, []float64{2, 1, 4, 3, 6, 5, 7, 9, 8, 11}
	if c := Correlate(a, b, 0); !near(c.R, 0.8748345723759948, 1e-14) || !near(c.Rho, 0.8545454545454544, 1e-14) {
		t.Errorf("at once %+v", c)
	}
	if c := Correlate(a, b, 1); c.N != 9 || !near(c.R, 0.9939990885479663, 1e-14) {
		t.Errorf("a step later %+v", c)
	}
}
