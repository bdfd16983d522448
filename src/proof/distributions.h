// Quantiles and tails of the three distributions that proof/ needs.
#pragma once

namespace perennial::proof {

// z with P(Z ≤ z) = p, for p in (0, 1).
double normal_quantile(double p);
// P(|Z| ≥ |z|).
double normal_two_sided(double z);
// t with P(T ≤ t) = p, for p in (0, 1) and more than 0 degrees of freedom.
double student_quantile(double p, double degrees_of_freedom);
// P(|T| ≥ |t|).
double student_two_sided(double t, double degrees_of_freedom);
// P(X² ≥ x) with one degree of freedom.
double chi_square_1_upper(double x);

}  // namespace perennial::proof
