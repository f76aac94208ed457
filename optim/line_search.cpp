#include <optim/line_search.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace xtape::optim {

namespace {

// Where the cubic through two points with their slopes is smallest, within [lowest, highest].
double cubic_minimum(const LinePoint& a, const LinePoint& b, double lowest, double highest) {
  const double d1 = a.slope + b.slope - 3.0 * (a.loss - b.loss) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0.0)) return (lowest + highest) / 2.0;
  const double d2 = std::sqrt(square);
  const double t = a.t <= b.t ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2))
                              : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2.0 * d2));
  return std::min(std::max(t, lowest), highest);
}

// The search, with what its two phases share.
class StrongWolfe {
 public:
  StrongWolfe(const std::function<LinePoint(double)>& evaluate, const LinePoint& start, const WolfeOptions& options)
      : m_evaluate(evaluate), m_start(start), m_options(options) {}

  LineSearchResult run(double first_step, double reach) {
    bracket(first_step);
    order();
    if (!m_found) refine(reach);
    return {low(), m_evaluations};
  }

 private:
  LinePoint evaluate(double t) {
    ++m_evaluations;
    return m_evaluate(t);
  }
  bool falls_enough(const LinePoint& p) const { return !(p.loss > m_start.loss + m_options.c1 * p.t * m_start.slope); }
  bool flat_enough(const LinePoint& p) const { return std::abs(p.slope) <= -m_options.c2 * m_start.slope; }

  LinePoint& low() { return m_ends[m_low]; }
  LinePoint& high() { return m_ends[1 - m_low]; }
  void order() { m_low = m_ends[0].loss <= m_ends[1].loss ? 0 : 1; }

  // Goes on until a point is found, or an interval that holds one.
  void bracket(double first_step) {
    LinePoint previous = m_start, now = evaluate(first_step);
    for (; m_iterations < m_options.max_iterations; ++m_iterations) {
      const bool rises = m_iterations > 1 && now.loss >= previous.loss;
      m_found = falls_enough(now) && !rises && flat_enough(now);
      if (m_found || !falls_enough(now) || rises || now.slope >= 0.0) {
        m_ends[0] = m_found ? now : previous;
        m_ends[1] = now;
        return;
      }
      const double t = cubic_minimum(previous, now, now.t + 0.01 * (now.t - previous.t), now.t * 10.0);
      previous = std::exchange(now, evaluate(t));
    }
    m_ends[0] = m_start;
    m_ends[1] = now;
  }

  // Makes the interval smaller until its lower end is such a point.
  void refine(double reach) {
    bool crept = false;  // the last trial lay close to an end
    while (!m_found && m_iterations < m_options.max_iterations) {
      if (std::abs(m_ends[1].t - m_ends[0].t) * reach < m_options.tolerance_change) return;
      const LinePoint now = evaluate(trial(crept));
      ++m_iterations;
      if (!falls_enough(now) || now.loss >= low().loss) {
        high() = now;
        order();
        continue;
      }
      m_found = flat_enough(now);
      if (!m_found && now.slope * (high().t - low().t) >= 0.0) high() = low();
      low() = now;
    }
  }

  // The next step within the interval. Close to one of its ends twice in a row, or at an end, it moves away from it by
  // a tenth of the interval.
  double trial(bool& crept) const {
    const double lowest = std::min(m_ends[0].t, m_ends[1].t), highest = std::max(m_ends[0].t, m_ends[1].t);
    const double margin = 0.1 * (highest - lowest);
    const double t = cubic_minimum(m_ends[0], m_ends[1], lowest, highest);
    const bool close = std::min(highest - t, t - lowest) < margin;
    const bool moves = close && (crept || t >= highest || t <= lowest);
    crept = close && !moves;
    if (!moves) return t;
    return std::abs(t - highest) < std::abs(t - lowest) ? highest - margin : lowest + margin;
  }

  const std::function<LinePoint(double)>& m_evaluate;
  const LinePoint& m_start;
  const WolfeOptions& m_options;
  LinePoint m_ends[2];    // of the interval
  std::size_t m_low = 0;  // the one of smaller loss
  bool m_found = false;
  std::size_t m_iterations = 0, m_evaluations = 0;
};

}  // namespace

LineSearchResult strong_wolfe(const std::function<LinePoint(double t)>& evaluate, const LinePoint& start,
                              double first_step, double reach, const WolfeOptions& options) {
  return StrongWolfe(evaluate, start, options).run(first_step, reach);
}

}  // namespace xtape::optim
