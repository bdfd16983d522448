// Quantiles, tails and densities of the distributions that proof/ needs, as Boost.Math works them
// out (boost.org, "Statistical Distributions and Functions"): the normal one by erfc and its
// inverse, Student's by the incomplete beta function, chi-square by the incomplete gamma function
// (DLMF 7.2, 8.17, 8.2).
#pragma once

namespace perennial::proof {

// z with P(Z ≤ z) = p, for p in (0, 1).
double normal_quantile(double p);
// P(Z ≤ z), and the density at z.
double normal_below(double z);
double normal_density(double z);
// P(|Z| ≥ |z|).
double normal_two_sided(double z);
// t with P(T ≤ t) = p, for p in (0, 1) and more than 0 degrees of freedom.
double student_quantile(double p, double degrees_of_freedom);
// P(|T| ≥ |t|).
double student_two_sided(double t, double degrees_of_freedom);
// P(X² ≥ x) with one degree of freedom.
double chi_square_1_upper(double x);
double chi_square_upper(double x, double degrees_of_freedom);

}  // namespace perennial::proof
