#include "proof/distributions.h"

#include <cmath>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

namespace perennial::proof {
namespace {

namespace policies = boost::math::policies;

// Arguments are checked by the callers; whatever slips through becomes NaN or infinity, never an
// exception.
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::pole_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>>;
using Normal = boost::math::normal_distribution<double, Quiet>;
using Student = boost::math::students_t_distribution<double, Quiet>;
using ChiSquared = boost::math::chi_squared_distribution<double, Quiet>;

}  // namespace

double normal_quantile(double p) { return boost::math::quantile(Normal(), p); }

double normal_below(double z) { return boost::math::cdf(Normal(), z); }

double normal_density(double z) { return boost::math::pdf(Normal(), z); }

double normal_two_sided(double z) {
  return 2 * boost::math::cdf(boost::math::complement(Normal(), std::abs(z)));
}

double student_quantile(double p, double degrees_of_freedom) {
  return boost::math::quantile(Student(degrees_of_freedom), p);
}

double student_two_sided(double t, double degrees_of_freedom) {
  return 2 * boost::math::cdf(boost::math::complement(Student(degrees_of_freedom), std::abs(t)));
}

double chi_square_1_upper(double x) { return chi_square_upper(x, 1); }

double chi_square_upper(double x, double degrees_of_freedom) {
  return boost::math::cdf(boost::math::complement(ChiSquared(degrees_of_freedom), x));
}

}  // namespace perennial::proof
